"""The prose of documents, help and messages: no word of our list, and nothing that textlint finds."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

import pytest
from ruamel.yaml import YAML

from tests.prose.__main__ import MISSING, findings
from tests.prose.texts import ROOT, prose, sentences

RULES = YAML(typ="safe").load(ROOT / "tests" / "prose" / "words.yml")["rules"]
PATTERNS = {rule["expected"]: re.compile(rule["pattern"].strip("/")) for rule in RULES}
REQUIRED = os.environ.get("CI", "").lower() == "true"


def found() -> Iterator[str]:
    """Yield each word of our list, with its place and what to write instead."""
    for place, text in prose():
        for better, pattern in PATTERNS.items():
            for match in pattern.finditer(text):
                yield f"{place}: {match[0]!r}, write {better!r}"


def test_no_word_of_our_list_is_in_documents_help_or_messages() -> None:
    assert list(found()) == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["expected"])
def test_a_word_is_found_where_it_is(rule: dict[str, list[dict[str, str]]]) -> None:
    pattern = PATTERNS[str(rule["expected"])]
    for each in rule["specs"]:
        assert pattern.search(each["from"])
        assert not pattern.search(each["to"])


def test_the_messages_of_all_rooms_are_read() -> None:
    rooms = {place.split("/")[1] for place in sentences()}
    assert rooms >= {"app", "cli", "documents", "planning", "reports", "sync", "trackers"}
    assert len(sentences()) > 500


@pytest.mark.skipif(bool(MISSING) and not REQUIRED, reason=f"prose is not linted, missing: {', '.join(MISSING)}")
def test_textlint_finds_nothing() -> None:
    assert findings() == ""
