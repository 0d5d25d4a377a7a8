"""Requirements and user stories that a unit defines, to be quoted in its tickets."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from techmap_sync.documents.units.grammar import Grammar, alternatives
from techmap_sync.documents.units.page import Entry, Kind, Page
from techmap_sync.documents.units.phrases import Phrases
from techmap_sync.documents.units.unit import Requirement
from techmap_sync.patterns import lazy

_STORY = lazy(r"(?:User Story|US)\s*(?P<number>\d+)\s*[-–—:]\s*(?P<title>.+)", re.I)
_HEADING = lazy(r"(?:Requirement|要件|需求)\s*(?P<number>\d+)\s*(?:[:：.–—-]\s*)?(?P<title>.*)", re.I)
_PRIORITY = lazy(r"\s*\((?:Priority|優先度|优先级)\s*[:：]\s*P\d\)\s*(?:\W*MVP)?", re.I)
_NUMBERED = lazy(r"(?P<number>\d+(?:\.\d+)*)[.)]\s+")


def requirements_in(pages: Iterable[Page], grammar: Grammar) -> Iterator[Requirement]:
    """Yield what some pages define: ``**FR-001**: …``, ``User Story 1``, criteria as ``2.1``."""
    named = re.compile(rf"(?P<id>(?:{alternatives(grammar.requirement_prefixes)})-\d+[a-z]?)\s*[:：]?\s*(?P<text>.+)")
    for page in pages:
        current, count = "", 0
        for position, entry in enumerate(page.entries):
            if entry.kind is Kind.HEADING:
                current, count = _number(entry, current), 0
                yield from _of_heading(page, position)
            elif entry.kind is Kind.TEXT:
                if found := named.match(entry.text):
                    yield Requirement(found["id"], found["text"], page.path, entry.line)
                elif current and entry.ordered:
                    count += 1
                    yield Requirement(
                        f"{current}.{count}", _NUMBERED.sub("", entry.text, count=1), page.path, entry.line
                    )


def _number(entry: Entry, current: str) -> str:
    found = _HEADING.match(entry.text)
    if found:
        return found["number"]
    return current if entry.level > 3 else ""


def _of_heading(page: Page, position: int) -> Iterator[Requirement]:
    entry = page.entries[position]
    if found := _STORY.match(entry.text):
        title = _PRIORITY.sub("", found["title"]).strip()
        yield Requirement(f"US{found['number']}", title, page.path, entry.line, tuple(_scenarios(page, position)))
    elif (found := _HEADING.match(entry.text)) and found["title"]:
        yield Requirement(found["number"], found["title"], page.path, entry.line)


def _scenarios(page: Page, position: int) -> Iterator[str]:
    """Yield the numbered lines below a user story: "Given a free canoe, when …, then …"."""
    level = page.entries[position].level
    for entry in page.entries[position + 1 :]:
        if entry.kind is Kind.HEADING and entry.level <= level:
            return
        if entry.kind is Kind.TEXT and entry.ordered:
            yield _NUMBERED.sub("", entry.text, count=1)


def story_priorities(pages: Iterable[Page], phrases: Phrases) -> Mapping[str, str | None]:
    """Return the priority of each user story that some pages define."""
    found: dict[str, str | None] = {}
    for page in pages:
        for entry in page.entries:
            if entry.kind is Kind.HEADING and (story := _STORY.match(entry.text)):
                found.setdefault(f"US{story['number']}", phrases.priority(entry.text))
    return found
