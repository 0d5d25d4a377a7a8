"""The words of a family of stories as patterns: headings, numbers, statuses and the criteria that a task names.

The status in ``sprint-status.yaml`` comes before what the story's own file says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import NamedTuple

from techmap_sync.documents.frontmatter import tables_of
from techmap_sync.documents.units.grammar import Grammar, alternatives, folded
from techmap_sync.patterns import lazy
from techmap_sync.text_forms import unified

_NUMBER = r"\d+[A-Za-z]?[.]\d+[A-Za-z]?"
_LONGEST_RANGE = 50
ALL_CRITERIA = "all"
_DATE = lazy(r"\d{4}-\d{2}-\d{2}(?!\d)")
_NAME = lazy(
    r"(?:story[-_. ]*)?(?P<epic>\d{1,4}[A-Za-z]?)[.-](?P<story>\d{1,4}[A-Za-z]?)(?:[-_. ]+(?P<slug>.*))?", re.I
)
_CRITERIA = lazy(
    r"\s?[(\[（](?:ACs?|Acceptance\s{1,5}Criteria)\s{0,5}[:：]?(?P<list>[^()\[\]（）]{1,200})[)\]）]", re.I
)
_CRITERION = lazy(r"and|all|[-–—]|(?:ACs?)?[#-]?\d*(?:[-–—](?:AC)?[#-]?\d+)?", re.I)
_NUMBERS = lazy(r"(?P<first>\d+)(?:\s*[-–—]\s*(?:AC\s*)?[#-]?(?P<last>\d+))?", re.I)
_SAID_CRITERION = lazy(r"ACs?\s*[#-]?\s*(?P<number>\d+)\s*(?:[:：.)–—-]\s*|$)", re.I)


class Status(NamedTuple):
    """What a story's status says."""

    text: str
    """As written, folded, without what follows it."""
    known: bool = True
    released: bool = False
    """Whether it is past backlog and draft."""
    done: bool = False


class StoryWords:
    """Reads headings, statuses and references as one family writes them."""

    def __init__(self, grammar: Grammar) -> None:
        self.grammar = grammar

    @cached_property
    def _story(self) -> re.Pattern[str]:
        words, epics = alternatives(self.grammar.story_words), alternatives(self.grammar.epic_words)
        return re.compile(
            rf"^\W*(?:(?:{epics})\s*\d+[A-Za-z]?\W+)?"
            rf"(?:(?:{words})\s*(?P<id>{_NUMBER}|\d+[A-Za-z]?(?!\w|\.\d))|(?P<bare>{_NUMBER}))(?!\w)(?P<rest>.*)$",
            re.I,
        )

    @cached_property
    def _epic(self) -> re.Pattern[str]:
        words = alternatives(self.grammar.epic_words)
        return re.compile(rf"^\W*(?:{words})\s*(?P<id>\d+[A-Za-z]?)(?![\w]|\.\d)\s*[-:：.–—]*\s*(?P<rest>.*)$", re.I)

    def story_heading(self, text: str, epic: str = "") -> tuple[str, str] | None:
        """Return the number and the words of a heading such as ``Story 1.2: Title``.

        :param epic: the epic that it is below, which a number without a point counts in.
        """
        found = self._story.match(text)
        number = (found["id"] or found["bare"]) if found else ""
        if not found or ("." not in number and not epic):
            return None
        return number if "." in number else f"{epic}.{number}", re.sub(r"^[\s:：.–—-]+", "", found["rest"])

    def epic_heading(self, text: str) -> tuple[str, str] | None:
        """Return the number and the words of a heading such as ``Epic 1: Title``."""
        found = self._epic.match(text)
        return (found["id"], found["rest"].strip()) if found else None

    @staticmethod
    def number_in_name(name: str) -> tuple[str, str] | None:
        """Return the number and the words of a name such as ``1-2-title`` or ``4.2a.title``; no date is a number."""
        found = None if _DATE.match(name) else _NAME.fullmatch(name)
        return (f"{found['epic']}.{found['story']}", _title_of(found["slug"] or "")) if found else None

    def is_heading(self, text: str, headings: Sequence[str]) -> bool:
        """Return whether a heading is one of some, whatever number comes before it and bracket after it."""
        return bool(_any_of(tuple(headings)).fullmatch(text))

    @cached_property
    def _status_label(self) -> re.Pattern[str]:
        return re.compile(rf"^\W*(?:{alternatives(self.grammar.status_labels)})\s*[:：]\s*(?P<said>.+)$", re.I)

    def labelled_status(self, text: str) -> str:
        """Return what ``Status: done`` says; nothing for other lines."""
        found = self._status_label.match(text)
        return found["said"] if found else ""

    @cached_property
    def _statuses(self) -> Sequence[tuple[re.Pattern[str], Status]]:
        table: list[tuple[str, Status]] = [(word, Status("")) for word in self.grammar.waiting_statuses]
        table += [(word, Status("", released=True)) for word in self.grammar.open_statuses]
        table += [(word, Status("", released=True, done=True)) for word in self.grammar.done_statuses]
        table += [(word, Status("")) for words in self.grammar.states.values() for word in words]
        table.sort(key=lambda row: -len(row[0]))
        return [
            (re.compile(r"[-_\s]*".join(map(re.escape, re.split(r"[-_\s]+", word))) + r"(?!\w)", re.I), status)
            for word, status in table
        ]

    def status(self, said: str) -> Status:
        """Return what a status means; what follows the known word does not count."""
        text = re.sub(r"^[\W_]+", "", said)
        for pattern, status in self._statuses:
            if found := pattern.match(text):
                return status._replace(text=folded(found[0]))
        return Status(folded(re.split(r"\s[-–—]\s|[(,.;]", text, maxsplit=1)[0]), known=False)

    @staticmethod
    def without_criteria(text: str) -> tuple[str, tuple[str, ...]]:
        """Return a title without ``(AC: #1, #2)``, and the criteria that it names, ``ALL_CRITERIA`` among them."""
        found = [match for match in _CRITERIA.finditer(text) if _are_criteria(match["list"])]
        named = [one for match in found for one in _numbers(match["list"].strip())]
        for match in reversed(found):
            text = text[: match.start()] + text[match.end() :]
        return text, tuple(dict.fromkeys(named))

    @staticmethod
    def criterion_number(text: str) -> tuple[int, str] | None:
        """Return the number and the words of ``AC1: text``; nothing for other lines."""
        found = _SAID_CRITERION.match(text)
        return (int(found["number"]), text[found.end() :]) if found else None

    @cached_property
    def _waits(self) -> re.Pattern[str]:
        words = alternatives((*self.grammar.depends_words, *self.grammar.depends_labels))
        story = rf"(?:(?:{alternatives((*self.grammar.story_words, 'stories'))})\s*)"
        rest = rf"(?:(?:\s*[,;/&+、，]\s*(?:and\s+)?|\s+and\s+){story}?{_NUMBER}(?!\w))*"
        return re.compile(rf"(?<!\w)(?:{words})\s*[:：]?\s*{story}(?P<list>{_NUMBER}(?!\w){rest})", re.I)

    def waits_for(self, text: str) -> Iterator[str]:
        """Yield the stories that a sentence names directly after "depends on" and the like."""
        for found in self._waits.finditer(text):
            yield from re.findall(_NUMBER, found["list"])

    @cached_property
    def _depends_label(self) -> re.Pattern[str]:
        return re.compile(rf"^\W*(?:{alternatives(self.grammar.depends_labels)})\s*[:：]\s*(?P<said>.*)$", re.I)

    def prerequisites(self, text: str) -> Iterator[str]:
        """Yield the stories that ``Prerequisites: Story 1.1`` names."""
        if found := self._depends_label.match(text):
            yield from re.findall(rf"(?<![\w.]){_NUMBER}(?![\w.]*\d)", found["said"])


@lru_cache(maxsize=64)
def _any_of(headings: tuple[str, ...]) -> re.Pattern[str]:
    """Return the pattern of some headings, which each heading of each story is compared with."""
    words = "|".join(r"\s*".join(map(re.escape, h.split())) for h in sorted(headings, key=len, reverse=True))
    return re.compile(rf"\W*(?:\d+[.)]\s*)?(?:{words or '(?!)'})\s*(?:[(（].*)?\W*", re.I)


def _are_criteria(listed: str) -> bool:
    """Whether a bracket holds numbers of criteria and nothing else."""
    words = re.split(r"[\s,;&、，]+", listed.strip())
    return all(map(_CRITERION.fullmatch, words)) and (ALL_CRITERIA in words or any(map(str.isdigit, listed)))


def _numbers(listed: str) -> Iterator[str]:
    if listed.casefold() == ALL_CRITERIA:
        yield ALL_CRITERIA
    for found in _NUMBERS.finditer(listed):
        first, last = int(found["first"]), int(found["last"] or found["first"])
        yield from (f"AC{number}" for number in range(first, min(last, first + _LONGEST_RANGE) + 1))


def _title_of(slug: str) -> str:
    words = " ".join(re.split(r"[-_.\s]+", re.sub(r"\.story$|^story$", "", slug))).strip()
    return words[:1].upper() + words[1:]


_TABLE = "development_status"


@dataclass(frozen=True, slots=True)
class SprintStatus:
    """What a file of statuses says."""

    path: str
    statuses: Mapping[str, str] = field(default_factory=dict)
    """By the names of the stories' files, in order."""
    lines: Mapping[str, int] = field(default_factory=dict)
    unreadable: bool = False

    def stories(self) -> Iterator[tuple[str, str, str]]:
        """Yield key, number and words of each story; epics and retrospectives are passed over."""
        for key in self.statuses:
            if found := StoryWords.number_in_name(key):
                yield key, *found


def read_sprint_status(path: str, text: str) -> SprintStatus:
    """Read a file; no text makes this raise."""
    text = unified(text)
    table = (tables_of(text) or {}).get(_TABLE)
    if not isinstance(table, dict):
        return SprintStatus(path, unreadable=True)
    statuses = {key: said for key, value in table.items() if (said := _said(value))}
    return SprintStatus(path, statuses, {key: _line(text, key) for key in statuses})


def _said(value: object) -> str:
    status = value.get("status") if isinstance(value, dict) else value
    return status if isinstance(status, str) else ""


def _line(text: str, key: str) -> int:
    lines = text.split("\n")
    return next((n for n, line in enumerate(lines, 1) if line.strip().strip("\"'").startswith(key)), 1)
