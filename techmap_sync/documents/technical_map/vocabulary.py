"""The words of maps, in every language that the configuration knows.

The words are data (``config/defaults.toml``, below ``[vocabulary]``); what they stand for is fixed here. A team adds
words or a language with TOML alone (docs/map-format.md, "Another language").
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

from techmap_sync.documents.technical_map.classify import Nothing, nothing_of
from techmap_sync.documents.technical_map.shapes import steps_of
from techmap_sync.documents.technical_map.wording import alternatives, fold, heading_key, longest_first, without_number
from techmap_sync.errors import SettingsProblem
from techmap_sync.patterns import lazy
from techmap_sync.text_forms import may_be_unspaced

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence


# What each table of a language may hold: its keys, or None for a plain list of words.
TABLES: Mapping[str, frozenset[str] | None] = {
    "titles": None,
    "metadata": frozenset({
        "date", "author", "previous phase", "map id", "status", "next phase", "implementation ready",
        "implementation time", "milestone", "assignees", "labels", "due",
    }),
    "readiness": frozenset({"approved", "refused"}),
    "lifecycle": frozenset({"retired"}),
    "sections": frozenset({
        "overview", "new", "modified", "integration", "specifications", "functions", "integration points",
        "testing", "deployment", "data flow", "error handling", "security", "performance", "questions",
        "context", "ignored",
    }),
    "changes": frozenset({"existing", "database", "api", "configuration"}),
    "tests": frozenset({"unit", "integration", "end-to-end", "performance"}),
    "deployment": frozenset({"environment", "configuration", "migration", "rollback"}),
    "test_words": frozenset({"before", "after", "no_level"}),
    "fields": frozenset({
        "location", "purpose", "methods", "work", "depends on", "inbound", "outbound", "external", "priority", "status",
    }),
    "component_words": None,
    "api_parts": None,
    "matrix_words": None,
    "step_words": None,
    "and_words": None,
    "statuses": frozenset({"new", "modified", "removed", "integration", "untouched", "done"}),
    "statuses_before": frozenset({"new", "modified", "removed", "untouched"}),
    "statuses_after": frozenset({"new", "modified", "removed", "untouched"}),
    "number_columns": None,
    "nothing": frozenset({"words", "phrases", "reasons", "conditions", "tests"}),
    "vague": frozenset({"phrases", "pointing", "before", "numbers", "which", "things"}),
    "done": None,
    "placeholders": None,
    "abbreviations": None,
    "units": frozenset({"minute", "hour", "day", "week", "month"}),
}  # fmt: skip


class VagueWords(NamedTuple):
    """Words that refer to something without naming it."""

    phrases: tuple[str, ...]
    """What does so alone: "as above"."""
    pointing: tuple[str, ...]
    """What does so before a thing: "these classes"."""
    before: tuple[str, ...]
    """What may precede a number or one of ``which``: "all the"."""
    numbers: tuple[str, ...]
    which: tuple[str, ...]
    """"new", "other"."""
    things: tuple[str, ...]
    """"classes"."""

    def among(self, text: str) -> VagueWords:
        """Return those that are in a text: a pattern of the words of all languages takes long to compile."""
        letters = frozenset(text)  # few words of other languages have none but these
        return VagueWords(*(tuple(w for w in words if letters.issuperset(w) and w in text) for words in self))


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """All words, folded for comparison. Mappings lead from the word to what it stands for."""

    titles: frozenset[str]
    metadata: Mapping[str, str]
    approved: frozenset[str]
    refused: frozenset[str]
    retired: frozenset[str]
    sections: Mapping[str, str]
    changes: Mapping[str, str]
    tests: Mapping[str, str]
    deployment: Mapping[str, str]
    words_before_test_level: tuple[str, ...]
    words_after_test_level: tuple[str, ...]
    no_test_level: frozenset[str]
    """What may be below tests and is not a level of them: test data, coverage, tools."""
    fields: Mapping[str, str]
    component_words: frozenset[str]
    api_parts: frozenset[str]
    """What is said of an endpoint: request, response, errors."""
    matrix_words: frozenset[str]
    """What the cells of a matrix say besides a tick or a cross."""
    between_names: re.Pattern[str]
    """What divides names in a list: "A, B and C"."""
    steps: re.Pattern[str]
    """What may precede a step: "Step 3:"."""
    statuses: Mapping[str, str]
    statuses_before: Mapping[str, str]
    """Words that say the status directly before a name: "Updated Gateway"."""
    statuses_after: Mapping[str, str]
    before_name: re.Pattern[str]
    """One of the words before a name, in a folded text."""
    after_name: re.Pattern[str]
    number_columns: frozenset[str]
    nothing: Nothing
    status_labels: frozenset[str]
    """Labels that ask for a status and nothing else: of each language the first of its words for that field."""
    vague: VagueWords
    done: re.Pattern[str]
    placeholders: frozenset[str]
    abbreviations: frozenset[str]
    units: Mapping[str, str]
    headings: Mapping[str, frozenset[str]]
    """By language the headings that it knows."""

    @classmethod
    def from_tables(cls, languages: Mapping[str, Mapping[str, Any]]) -> Vocabulary:
        """Merge the tables of several languages, ``{"en": {"titles": [...], ...}, "pt": {...}}``.

        :raises SettingsProblem: a table or list of words is not known.
        """
        merged = _merge(languages)
        lists = {name: tuple(dict.fromkeys(words.get("", ()))) for name, words in merged.items()}
        return cls(
            titles=frozenset(map(heading_key, lists["titles"])),
            metadata=_by_word(merged["metadata"], heading_key),
            approved=_folded(merged["readiness"].get("approved", ())),
            refused=_folded(merged["readiness"].get("refused", ())),
            retired=_folded(merged["lifecycle"].get("retired", ())),
            sections=_by_word(merged["sections"], heading_key),
            changes=_by_word(merged["changes"], heading_key),
            tests=_by_word(merged["tests"], heading_key),
            deployment=_by_word(merged["deployment"], heading_key),
            words_before_test_level=longest_first(merged["test_words"].get("before", ())),
            words_after_test_level=longest_first(merged["test_words"].get("after", ())),
            no_test_level=frozenset(map(heading_key, merged["test_words"].get("no_level", ()))),
            fields=_by_word(merged["fields"], heading_key),
            component_words=_folded(lists["component_words"]),
            api_parts=frozenset(map(heading_key, lists["api_parts"])),
            matrix_words=_folded(lists["matrix_words"]),
            between_names=_between_names(lists["and_words"]),
            steps=steps_of(lists["step_words"]),
            statuses=_by_word(merged["statuses"], fold),
            statuses_before=_by_word(merged["statuses_before"], fold),
            statuses_after=_by_word(merged["statuses_after"], fold),
            before_name=_before_name(merged["statuses_before"]),
            after_name=_after_name(merged["statuses_after"]),
            number_columns=_folded(lists["number_columns"]),
            nothing=nothing_of(merged["nothing"]),
            status_labels=frozenset(heading_key(word) for word in _first_words(languages, "fields", "status")),
            vague=VagueWords(*(longest_first(merged["vague"].get(name, ())) for name in VagueWords._fields)),
            done=_done_pattern(lists["done"]),
            placeholders=frozenset(" ".join(words.split()) for words in lists["placeholders"]),
            abbreviations=_folded(lists["abbreviations"]),
            units=_by_word(merged["units"], fold),
            headings={language: frozenset(_headings(tables)) for language, tables in languages.items()},
        )

    def is_no_test_level(self, key: str) -> bool:
        """Whether a heading below tests says what they need and how they are made: "Test Data", "Coverage"."""
        bare = (key.removeprefix(f"{word} ") for word in self.words_after_test_level)
        return key in self.no_test_level or any(each in self.no_test_level for each in bare)

    def test_level(self, key: str) -> str:
        """Return the level of a section such as "accessibility tests", or nothing when it is not a test section."""
        for word in self.words_after_test_level:
            if key.endswith(word) and (level := key[: -len(word)].strip()):
                return level
        for word in self.words_before_test_level:
            if key.startswith(word) and (level := key[len(word) :].strip()):
                return level
        return ""


def look_up(words: Mapping[str, str], heading: str) -> str:
    """Return what a heading or label stands for, or nothing."""
    key = heading_key(heading)
    return words.get(key) or words.get(without_number(key), "")


_OF_HEADINGS = ("sections", "changes", "tests", "deployment")


def _headings(tables: Mapping[str, Any]) -> Iterator[str]:
    for name in _OF_HEADINGS:
        yield from (heading_key(word) for words in tables.get(name, {}).values() for word in words)


def _merge(languages: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, list[str]]]:
    merged: dict[str, dict[str, list[str]]] = {name: {} for name in TABLES}
    for language, tables in languages.items():
        for name, value in tables.items():
            where = f"vocabulary.{language}.{name}"
            for key, words in _word_lists(name, value, where):
                merged[name].setdefault(key, []).extend(words)
    return merged


def _word_lists(name: str, value: Any, where: str) -> Iterator[tuple[str, Sequence[str]]]:
    """Yield (key, words) of one table; the key of a plain list is empty."""
    known = TABLES.get(name, frozenset())
    if known is None:
        yield "", _words(value, where)
        return
    if not known or not isinstance(value, dict):
        raise SettingsProblem(where, "no such table of words", f"known are: {', '.join(TABLES)}")
    for key, words in value.items():
        if key not in known:
            raise SettingsProblem(f"{where}.{key}", "no such list of words", f"known are: {', '.join(sorted(known))}")
        yield key, _words(words, f"{where}.{key}")


def _words(value: Any, where: str) -> Sequence[str]:
    if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
        raise SettingsProblem(where, "this must be a list of words")
    return value


def _first_words(languages: Mapping[str, Mapping[str, Any]], table: str, key: str) -> Iterator[str]:
    """Yield the first word that each language has for something."""
    for tables in languages.values():
        yield from tables.get(table, {}).get(key, ())[:1]


def _by_word(table: Mapping[str, Iterable[str]], key: Any) -> dict[str, str]:
    return {key(word): meaning for meaning, words in table.items() for word in words}


def _folded(words: Iterable[str]) -> frozenset[str]:
    return frozenset(map(fold, words))


def _between_names(words: Iterable[str]) -> re.Pattern[str]:
    return lazy(rf"\s*[,;，、&]\s*(?:(?:{alternatives(words)})\s+)?|\s+(?:{alternatives(words)})\s+", re.I)


def _before_name(table: Mapping[str, Iterable[str]]) -> re.Pattern[str]:
    """Return what matches a status word at the start of a name; scripts without spaces need none after it."""
    words = tuple(chain(*table.values()))
    last = "".join(sorted({word[-1] for word in words if word and may_be_unspaced(word[-1])}))
    end = rf"(?:\s+|(?<=[{last}]))" if last else r"\s+"
    return lazy(rf"({alternatives(words)}){end}(?=\S)", re.I)


def _after_name(table: Mapping[str, Iterable[str]]) -> re.Pattern[str]:
    return lazy(rf"(?<=\S)\s+({alternatives(chain(*table.values()))})$", re.I)


def _done_pattern(words: Iterable[str]) -> re.Pattern[str]:
    """Return what says in a folded text that something is finished: a tick followed by one of the words."""
    return lazy(rf"[✅☑✔]\ufe0f?\s*(?:{alternatives(words)})(?!\w)")
