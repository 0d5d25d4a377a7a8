"""What is fuzzed: every reader up to the tickets of what it read, and the escape from Markdown to tickets.

A target takes bytes, and raises whatever a text must not do: any error of Python, a broken promise, too much time. No
part of the fuzzer is needed to run one, so each finding is a test (``tests/fuzz/test_targets.py``).
"""

from __future__ import annotations

import re
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from techmap_sync.config import load_settings
from techmap_sync.documents.base import Document, DocumentFamily, Sources
from techmap_sync.documents.families import families
from techmap_sync.documents.technical_map.detect import looks_like_map
from techmap_sync.documents.technical_map.map_notices import covered_lines
from techmap_sync.documents.technical_map.parser import parse
from techmap_sync.planning.body import TicketTexts
from techmap_sync.planning.escape import neutralize
from techmap_sync.planning.escape_inline import neutralize_title
from techmap_sync.planning.link_targets import MapSource
from techmap_sync.planning.planner import plan_tasks
from techmap_sync.planning.task import TaskPlan
from techmap_sync.planning.task_graph import task_graph
from tests.documents.generated import PIECES
from tests.documents.shipped import CORPUS, VOCABULARY
from tests.documents.units.readers import GOLDS, texts_of
from tests.families.gold import Gold
from tests.planning import platforms
from tests.planning.maps import options, templates

MOST_SECONDS = 5.0
"""Of processor time for one text; they have a few thousand bytes, and instrumented code takes several times as long."""
FORGED = re.compile(r"<!--(?:(?!-->).)*techmap-sync", re.IGNORECASE | re.DOTALL)
IN_ESCAPE = (
    *("@bob", "#1", "`", "```", "~~~", "/close", "<!--", "-->", "<pre>", "](", "[x]: ", "[[", "&#64;", "%40", ">>>"),
    *("https://g.io/o/r/issues/1", "www.a.io/@b", "<details>", "<!-- techmap-sync x -->", "GH-1", "\\", "$`"),
    "| a |\n|---|\n",
)  # fmt: skip


class BrokenPromise(AssertionError):
    """A text was read or written in a way that is promised never to happen."""


class Target(ABC):
    """Something that takes any text."""

    name: str
    longest: int
    """Bytes of a text."""

    @abstractmethod
    def seeds(self) -> Iterator[bytes]:
        """Yield texts to begin with."""

    @abstractmethod
    def words(self) -> tuple[str, ...]:
        """Return what a text may be put together from."""

    @abstractmethod
    def read(self, data: bytes) -> None:
        """Give a text to the code under test.

        :raises BrokenPromise: what came of it is promised never to happen.
        """

    def __call__(self, data: bytes) -> None:
        """Give a text to the code under test, and look at the clock.

        :raises BrokenPromise: what came of it is promised never to happen.
        """
        begin = time.process_time()
        self.read(data)
        seconds = time.process_time() - begin
        promise(seconds < MOST_SECONDS, f"{len(data)} bytes took {seconds:.1f} s")


def promise(kept: object, what: str) -> None:
    """Raise unless a promise is kept.

    :raises BrokenPromise: it is not.
    """
    if not kept:
        raise BrokenPromise(what)


class Escape(Target):
    """The escape from Markdown to the text and the title of a ticket."""

    name = "escape"
    longest = 1_000

    def seeds(self) -> Iterator[bytes]:
        """Yield paragraphs of the corpus, and what both platforms act on."""
        yield from (word.encode() for word in IN_ESCAPE)
        for path in sorted(CORPUS.glob("*.md")):
            yield from (part[: self.longest] for part in path.read_bytes().split(b"\n\n## ")[:6])

    def words(self) -> tuple[str, ...]:
        """Return what both platforms act on."""
        return IN_ESCAPE

    def read(self, data: bytes) -> None:
        """Escape a text as a body and as a title, and let both platforms judge."""
        text = data.decode("utf-8", "ignore")
        result, title = neutralize(text), neutralize_title(text)
        is_inert(result)
        promise(neutralize(result) == result, "a second time changes more")
        promise(neutralize_title(title) == title, "a second time changes more of a title")
        promise("\n" not in title and not title.startswith("/"), "a title of several lines, or a quick action")


def is_inert(text: str) -> None:
    """Let both platforms judge the text of a ticket.

    :raises BrokenPromise: it notifies someone, runs something or claims to be ours.
    """
    page = platforms.strict_page(text)
    promise(not platforms.quick_actions(text), f"quick actions {platforms.quick_actions(text)}")
    promise(not platforms.fired(page), f"references {platforms.fired(page)}")
    promise(not page.comments, f"comments {page.comments}")
    promise(not FORGED.search(text), "a forged marker")


class Maps(Target):
    """The reader of technical maps, and the tickets of what it reads."""

    name = "technical-map"
    longest = 2_000

    @cached_property
    def family(self) -> DocumentFamily:
        """The family with the settings that are shipped."""
        return family_of_settings("technical-map")

    def seeds(self) -> Iterator[bytes]:
        """Yield the sections of the corpus, each with a title above it: short texts are tried more often."""
        for path in sorted(CORPUS.rglob("*.md")):
            head, *sections = path.read_bytes().split(b"\n## ")
            yield from (b"# TECHNICAL MAP: T\n\n## " + each[: self.longest - 25] for each in (head, *sections))

    def words(self) -> tuple[str, ...]:
        """Return lines of maps."""
        return (*PIECES, "# TECHNICAL MAP: T", "- [ ] ")

    def read(self, data: bytes) -> None:
        """Read a map, and make its tickets."""
        text = data.decode("utf-8", "ignore")
        found = parse(text, VOCABULARY).map
        promise((found is not None) == looks_like_map(text, VOCABULARY), "a glance and the parser disagree")
        if found is None:
            return
        lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
        lost = {number for number, line in enumerate(lines, 1) if line.strip()} - covered_lines(found)
        promise(not lost, f"lines {sorted(lost)} belong to nothing")
        understood(self.family, Sources(text, "docs/map.md", "docs/map.md"))


@dataclass(frozen=True)
class Part:
    """One file of a unit, whose text is replaced."""

    gold: Gold
    path: str
    texts: Mapping[str, str]


class Units(Target):
    """The reader of a family of specs, and the tickets of what it reads.

    The first byte says which file of which unit the rest of them replaces.
    """

    longest = 2_500

    def __init__(self, name: str) -> None:
        self.name = name

    @cached_property
    def family(self) -> DocumentFamily:
        """The family with the settings that are shipped."""
        return family_of_settings(self.name)

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """All files of the units that have a gold answer."""
        golds = [gold for gold in GOLDS if gold.family == self.name]
        texts = {str(gold.repository): texts_of(gold) for gold in golds}
        parts = {(str(gold.repository), path): gold for gold in golds for path in texts[str(gold.repository)]}
        return tuple(Part(gold, path, texts[place]) for (place, path), gold in parts.items())

    def seeds(self) -> Iterator[bytes]:
        """Yield each file, at its place."""
        for number, part in enumerate(self.parts):
            yield bytes([number]) + part.texts[part.path].encode()[: self.longest - 1]

    def words(self) -> tuple[str, ...]:
        """Return lines of specs."""
        return (*PIECES, "- [ ] T001 [P] [US1] ", "## Phase 1: Setup", "### Task 1: ", "- [X] 1.1 ", "Status: Draft")

    def read(self, data: bytes) -> None:
        """Read the units of a repository in which one file has another text, and make their tickets."""
        part = self.parts[(data[0] if data else 0) % len(self.parts)]
        texts = {**part.texts, part.path: data[1:].decode("utf-8", "ignore")}
        for place in self.family.units_in(sorted(texts), texts.__getitem__):
            beside = {path: texts[path] for path in (*place.beside, *place.shared) if path in texts}
            source = Sources(texts[place.path], place.path, place.path, beside, place.linked, place.part)
            if self.family.recognises(source):
                understood(self.family, source)


def understood(family: DocumentFamily, sources: Sources) -> None:
    """Ask a family everything about a document, and make the tickets.

    :raises BrokenPromise: one of these must never be.
    """
    document = family.read(sources)
    family.identity(sources)
    family.finished_at_sight(sources)
    family.describe(sources)
    family.advice(document, sources)
    family.odd_spaces(sources)
    for text in _texts(_plan(document, family, sources)):
        promise(not platforms.quick_actions(text), f"quick actions {platforms.quick_actions(text)}")
        promise(not FORGED.search(text), "a forged marker")


def _plan(document: Document, family: DocumentFamily, sources: Sources) -> TaskPlan:
    graph = task_graph(document)
    texts = TicketTexts(graph, MapSource(sources.place), templates(), family.statements(sources))
    return plan_tasks(graph, options(), texts)


def _texts(plan: TaskPlan) -> Iterator[str]:
    for spec in (plan.tracking, *plan.tasks):
        yield spec.title
        yield "\n\n".join(f"### {section.heading}\n\n{section.text}" for section in spec.sections)


def family_of_settings(name: str) -> DocumentFamily:
    """Return a family as the shipped settings make it."""
    settings = load_settings(None, {"families": [name]})
    (family,) = families(settings.reading_options())
    return family


TARGETS: Mapping[str, Target] = {
    each.name: each for each in (Escape(), Maps(), *(Units(name) for name in dict.fromkeys(g.family for g in GOLDS)))
}
"""By name, in the order in which they are tried."""


def finding(path: Path) -> None:
    """Try a finding again: ``build/fuzz/NAME/crash-…``."""
    TARGETS[path.parent.name](path.read_bytes())
