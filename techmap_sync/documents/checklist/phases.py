"""The order of the phases of spec-kit: what the section "Dependencies" says, else the rule of the family.

Rule: setup, foundation, everything else side by side, polish last; without user stories the order of the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from techmap_sync.documents.checklist.records import Head
from techmap_sync.documents.units.grammar import Grammar, alternatives, folded
from techmap_sync.documents.units.page import Entry, Kind
from techmap_sync.documents.units.phrases import Phrases
from techmap_sync.patterns import lazy

_ASIDE = lazy(r"within each|parallel|opportunit|example|strategy", re.I)
_NOTHING = lazy(r"\b(?:no|without(?: any)?) dependenc(?:y|ies)\b(?! on)|\bcan start immediately\b", re.I)
_CLAUSES = lazy(r"\s+[-–—]\s+|;\s+|\.\s+|\.$")
_AND = r"(?:\s*,\s*(?:and\s+)?|\s+and\s+|\s*&\s*|\s*\+\s*|\s+or\s+|\s*/\s*)"
_PARENTHESES = lazy(r"\s*\([^()]*\)")


@dataclass(frozen=True)
class PhaseOrder:
    """Which phases and tasks the document puts after which."""

    heads: tuple[Head, ...] = ()
    grammar: Grammar | None = None
    phases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By the number of a phase those that it waits for; an empty list where the document says "no dependencies"."""
    tasks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def said_about(self, head: Head) -> tuple[str, ...]:
        """Return the numbers of the phases that the document says a phase waits for."""
        return self.phases.get(head.number or head.phase, ())

    def said_about_task(self, ident: str) -> tuple[str, ...]:
        """Return the ids that the section says a task waits for."""
        return self.tasks.get(ident, ())

    def story_of(self, head: Head) -> str | None:
        """Return ``US1`` for a phase that is a user story."""
        found = _story(head, self.grammar)
        return f"US{found}" if found else None

    def waits_for(self, head: Head) -> tuple[Head, ...]:
        """Return the phases that a phase waits for."""
        key = head.number or head.phase
        if key in self.phases:
            return tuple(other for other in self.heads if (other.number or other.phase) in self.phases[key])
        return tuple(self._by_rule(head))

    def _by_rule(self, head: Head) -> Iterator[Head]:
        if not any(_story(each, self.grammar) for each in self.heads):
            place = self.heads.index(head)
            yield from self.heads[max(place - 1, 0) : place]
            return
        kinds = {each.place: self.kind(each) for each in self.heads}
        before: dict[str, tuple[str, ...]] = {
            "foundation": ("setup",),
            "": ("foundation",) if "foundation" in kinds.values() else ("setup",),
        }
        every = ("setup", "foundation", "")
        wanted = every if kinds[head.place] == "polish" else before.get(kinds[head.place], ())
        yield from (each for each in self.heads if kinds[each.place] in wanted and each is not head)

    def kind(self, head: Head) -> str:
        """Return ``setup``, ``foundation``, ``polish`` or nothing for every other phase."""
        title = folded(_PARENTHESES.sub("", head.said.title))
        for kind in ("setup", "foundation", "polish"):
            words = alternatives(getattr(self.grammar, kind))
            if re.match(rf"(?:{words})(?!\w)", title, re.I):
                return kind
        return ""

    def priority(self, head: Head, stories: Mapping[str, str | None], phrases: Phrases) -> str | None:
        """Return the priority of a phase: the heading's, else that of its story, else by its kind."""
        if (said := phrases.priority(head.text)) is not None:
            return said
        if story := _story(head, self.grammar):
            return stories.get(f"US{story}")
        return {"setup": "high", "foundation": "high", "polish": "low"}.get(self.kind(head))


def _story(head: Head, grammar: Grammar | None) -> str | None:
    if grammar is None or not grammar.story:
        return None
    found = re.match(rf"\[?{grammar.story}", head.said.title, re.I)
    return found[1] if found else None


def order_in(entries: Sequence[Entry], heads: Sequence[Head], grammar: Grammar, phrases: Phrases) -> PhaseOrder:
    """Read the section on dependencies of a page whose sections are ``heads``."""
    if grammar.order != "phases":
        return PhaseOrder(grammar=grammar)
    teller = _Teller(heads, grammar, phrases)
    for text in _statements(entries, grammar):
        teller.hear(text)
    return PhaseOrder(tuple(heads), grammar, _frozen(teller.phases), _frozen(teller.tasks))


def _frozen(said: Mapping[str, list[str]]) -> Mapping[str, tuple[str, ...]]:
    return {key: tuple(dict.fromkeys(values)) for key, values in said.items()}


def _statements(entries: Sequence[Entry], grammar: Grammar) -> Iterator[str]:
    wanted = re.compile(alternatives(grammar.dependency_headings), re.I)
    level = aside = 0
    for entry in entries:
        if entry.kind is Kind.HEADING:
            if level and entry.level <= level:
                level = aside = 0
            if not level and wanted.search(entry.text):
                level = entry.level
            if aside and entry.level <= aside:
                aside = 0
            if level and not aside and _ASIDE.search(entry.text):
                aside = entry.level
        elif level and not aside and entry.kind is Kind.TEXT:
            yield entry.text


class _Teller:
    """Understands sentences about phases: "X depends on Y", "X after Y", "X before Y", "X → Y", "X blocks Y"."""

    def __init__(self, heads: Sequence[Head], grammar: Grammar, phrases: Phrases) -> None:
        self.phrases, self.grammar = phrases, grammar
        self.phases: dict[str, list[str]] = {}
        self.tasks: dict[str, list[str]] = {}
        self._names = dict(_names(heads, grammar))
        named = alternatives(self._names)
        numbers = rf"\d+(?:\.\d+)*(?:{_AND}\d+(?:\.\d+)*)*\+?"
        stories = rf"all (?:user )?stories|(?:user )?stor(?:y|ies) {numbers}|user stories|US\d+"
        ids = rf"{grammar.id}(?:\s*(?:-|–|to)\s*{grammar.id})?"
        kinds = rf"(?P<kind>{stories}|(?:all )?phases? {numbers})|(?P<name>{named})|(?P<id>{ids})"
        self._ref = lazy(rf"(?<!\w)(?:{kinds})(?!\w)(?:\s*\([^()]*\))?", re.I)
        self._heads = heads
        waits = alternatives(grammar.depends_words)
        self._word = lazy(
            rf"(?<!\w)(?:(?P<behind>{waits})|(?P<ahead>before|blocks?|->)(?!\w)|(?P<arrow>→|⇒|=>))\s*", re.I
        )

    def hear(self, text: str) -> None:
        """Take one sentence in."""
        subject: list[str] = []
        for number, clause in enumerate(part for part in _CLAUSES.split(text) if part):
            words = list(self._word.finditer(clause))
            if not number:
                subject = self._refs(clause[: words[0].start()] if words else clause.partition(":")[0])
                if _NOTHING.search(text):
                    self._nothing(subject)
            elif not words or clause[: words[0].start()].strip():
                continue
            self._clause(clause, words, subject)

    def _nothing(self, subject: Sequence[str]) -> None:
        for ref in subject:
            if ref.startswith("phase:"):
                self.phases.setdefault(ref.removeprefix("phase:"), [])

    def _clause(self, clause: str, words: Sequence[re.Match[str]], subject: list[str]) -> None:
        for word in words:
            there = self._listed(clause, word.end())
            if word["behind"]:
                self._put(subject, there)
            else:
                self._put(there, subject)
                subject = there

    def _put(self, later: Sequence[str], earlier: Sequence[str]) -> None:
        if not earlier:
            return
        for ref in later:
            kind, _, name = ref.partition(":")
            others = [one for one in earlier if one != ref]
            if kind == "phase":
                if numbers := [one.removeprefix("phase:") for one in others if one.startswith("phase:")]:
                    self.phases.setdefault(name, []).extend(numbers)
            else:
                self.tasks.setdefault(name, []).extend(one.removeprefix("task:") for one in others)

    def _refs(self, text: str) -> list[str]:
        """Return every phase and task that a text names; brackets after a name only repeat it."""
        return list(dict.fromkeys(one for found in self._ref.finditer(text) for one in self._meant(found)))

    def _listed(self, text: str, start: int) -> list[str]:
        """Return the phases and tasks that stand directly there, one after the other."""
        refs: list[str] = []
        while found := self._ref.match(text, start):
            refs += self._meant(found)
            more = re.compile(_AND).match(text, found.end())
            if more is None:
                break
            start = more.end()
        return list(dict.fromkeys(refs))

    def _meant(self, found: re.Match[str]) -> Iterator[str]:
        if found["id"]:
            yield from (f"task:{ident}" for ident in self.phrases.ids_in(found["id"]))
        elif found["name"]:
            yield f"phase:{self._names[folded(found['name'])]}"
        else:
            yield from (f"phase:{number}" for number in self._of_kind(found["kind"]))

    def _of_kind(self, text: str) -> Iterator[str]:
        numbers = re.findall(r"\d+(?:\.\d+)*", text)
        is_phase = "phase" in text.casefold()
        for head in self._heads:
            key = head.number or head.phase
            story = _story(head, self.grammar)
            if (is_phase and (key in numbers or (text.endswith("+") and numbers and _is_from(key, numbers[-1])))) or (
                not is_phase and story and (not numbers or story in numbers)
            ):
                yield key


def _is_from(key: str, first: str) -> bool:
    try:
        return tuple(map(int, key.split("."))) >= tuple(map(int, first.split(".")))
    except ValueError:
        return False


def _names(heads: Sequence[Head], grammar: Grammar) -> Iterator[tuple[str, str]]:
    """Yield the folded names by which a phase may be called, each of one phase alone."""
    names: dict[str, set[str]] = {}
    for head in heads:
        key, title = head.number or head.phase, folded(_PARENTHESES.sub("", head.said.title))
        own = {title, *(_short(title) if not _story(head, grammar) else _story_name(title))}
        for kind in ("setup", "foundation", "polish"):
            words = {folded(word) for word in getattr(grammar, kind)}
            if any(title.startswith(word) for word in words):
                own |= words
        for name in own:
            names.setdefault(name, set()).add(key)
    yield from ((name, next(iter(keys))) for name, keys in names.items() if name and len(keys) == 1)


def _short(title: str) -> Iterator[str]:
    """Yield the first word of a title, and its last: "Tests First" is "Tests", "Core Implementation" both of them."""
    words = re.findall(r"[^\W\d_][\w-]+", title)
    yield from words[:1]
    yield from words[1:2] if len(words) == 2 else ()


def _story_name(title: str) -> Iterator[str]:
    if story := re.match(r"(?:user story|us)\s*\d+\s*[-–—:]?\s*(.+)", title):
        yield story[1]
