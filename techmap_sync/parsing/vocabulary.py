"""The words of maps, in every language that the configuration knows.

The words are data (``config/defaults.toml``, below ``[vocabulary]``); what they stand for is fixed here. A team adds
words or a language with TOML alone (docs/map-format.md, "Another language").
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from techmap_sync.errors import SettingsProblem
from techmap_sync.parsing.nothing import Nothing, alternatives, longest_first, nothing_of
from techmap_sync.parsing.numbers import steps_of
from techmap_sync.parsing.wording import fold, heading_key, without_number

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

# What each table of a language may hold: its keys, or None for a plain list of words.
TABLES: Mapping[str, frozenset[str] | None] = {
    "titles": None,
    "metadata": frozenset({
        "date", "author", "previous phase", "map id", "status", "next phase", "implementation ready",
        "implementation time",
    }),
    "readiness": frozenset({"approved", "refused"}),
    "lifecycle": frozenset({"retired"}),
    "sections": frozenset({
        "overview", "new", "modified", "integration", "specifications", "functions", "integration points",
        "testing", "deployment", "data flow", "error handling", "security", "performance", "context", "ignored",
    }),
    "changes": frozenset({"existing", "database", "api", "configuration"}),
    "tests": frozenset({"unit", "integration", "end-to-end", "performance"}),
    "deployment": frozenset({"environment", "configuration", "migration", "rollback"}),
    "test_words": frozenset({"before", "after"}),
    "fields": frozenset({
        "location", "purpose", "methods", "depends on", "inbound", "outbound", "external", "priority", "status",
    }),
    "component_words": None,
    "step_words": None,
    "and_words": None,
    "statuses": frozenset({"new", "modified", "integration", "untouched", "done"}),
    "number_columns": None,
    "nothing": frozenset({"words", "phrases", "reasons", "conditions", "tests"}),
    "done": None,
    "placeholders": None,
    "abbreviations": None,
    "units": frozenset({"minute", "hour", "day", "week", "month"}),
}  # fmt: skip


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
    fields: Mapping[str, str]
    component_words: frozenset[str]
    between_names: re.Pattern[str]
    """What divides names in a list: "A, B and C"."""
    steps: re.Pattern[str]
    """What stands in front of a step: "Step 3:"."""
    statuses: Mapping[str, str]
    number_columns: frozenset[str]
    nothing: Nothing
    done: re.Pattern[str]
    placeholders: frozenset[str]
    abbreviations: frozenset[str]
    units: Mapping[str, str]

    @classmethod
    def from_tables(cls, languages: Mapping[str, Mapping[str, Any]]) -> Vocabulary:
        """Merge the tables of several languages, ``{"en": {"titles": [...], ...}, "pt": {...}}``.

        Raises `SettingsProblem` for a table or word list that this program does not know.
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
            fields=_by_word(merged["fields"], heading_key),
            component_words=_folded(lists["component_words"]),
            between_names=_between_names(lists["and_words"]),
            steps=steps_of(lists["step_words"]),
            statuses=_by_word(merged["statuses"], fold),
            number_columns=_folded(lists["number_columns"]),
            nothing=nothing_of(merged["nothing"]),
            done=_done_pattern(lists["done"]),
            placeholders=frozenset(" ".join(words.split()) for words in lists["placeholders"]),
            abbreviations=_folded(lists["abbreviations"]),
            units=_by_word(merged["units"], fold),
        )

    def test_level(self, key: str) -> str:
        """Return the level of a section such as "accessibility tests", or nothing when it is no test section."""
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


def _by_word(table: Mapping[str, Iterable[str]], key: Any) -> dict[str, str]:
    return {key(word): meaning for meaning, words in table.items() for word in words}


def _folded(words: Iterable[str]) -> frozenset[str]:
    return frozenset(map(fold, words))


def _between_names(words: Iterable[str]) -> re.Pattern[str]:
    return re.compile(rf"\s*[,;，、&]\s*(?:(?:{alternatives(words)})\s+)?|\s+(?:{alternatives(words)})\s+", re.I)


def _done_pattern(words: Iterable[str]) -> re.Pattern[str]:
    """Return what says in a folded text that something is finished: a tick and one of the words behind it."""
    return re.compile(rf"[✅☑✔]\ufe0f?\s*(?:{alternatives(words)})(?!\w)")
