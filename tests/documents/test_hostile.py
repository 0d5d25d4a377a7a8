"""Texts that are made to stall or overflow a parser end within 10 seconds, with a reading (docs/map-format.md)."""

from __future__ import annotations

import pytest

from techmap_sync.documents.marko_patches import MAX_DEPTH, MAX_LINES, tame
from techmap_sync.documents.technical_map.detect import looks_like_map
from techmap_sync.documents.technical_map.parser import parse
from tests.documents.shipped import VOCABULARY
from tests.measure import measured
from tests.sampling import sampling

MEBIBYTE = 1 << 20
SIZE = sampling.times("bytes of each hostile text", MEBIBYTE // 8, MEBIBYTE)
"""By default an eighth of what a text may have, in an eighth of the time."""
SECONDS = 10 * SIZE / MEBIBYTE
TITLE = "# TECHNICAL MAP: T\n\n"
UNIT = f"{TITLE}## Testing\n\n### Unit Tests\n"
LISTED = f"{TITLE}## New Components\n- "
COMPONENT = f"{TITLE}## Detailed Component Specifications\n\n### A\n"
METHODS = f"{COMPONENT}**Key Methods**:\n- "

LONG = {
    "deep quotes": (TITLE, ">"),
    "deep quotes with spaces": (TITLE, "> "),
    "deep lists": (TITLE, "- "),
    "deep numbered lists": (TITLE, "1. "),
    "quotes and lists by turns": (TITLE, "> - "),
    "one long line": (UNIT, "a"),
    "one long line of words": (UNIT, "a "),
    "one long heading": (f"{TITLE}## ", "1. a "),
    "bullets": (UNIT, "- x\n"),
    "bullets apart": (UNIT, "- x\n\n"),
    "headings": (TITLE, "### a\n"),
    "labels": (UNIT, "**a**:\n"),
    "label behind label": (TITLE, "**a**: "),
    "fields on one line": (TITLE, "**Status**: x | "),
    "link openers": (UNIT, "["),
    "image openers": (UNIT, "!["),
    "links that never close": (UNIT, "[a]("),
    "emphasis openers": (UNIT, "*a _b "),
    "stars": (LISTED, "*"),
    "backticks": (UNIT, "`"),
    "backticks apart": (UNIT, "` "),
    "tildes": (UNIT, "~"),
    "tags": (UNIT, "<a "),
    "comments that never close": (UNIT, "<!-- "),
    "comments of one line": (UNIT, "<!-- id: "),
    "comments that silence rules": (TITLE, "<!-- techmap-sync: ignore "),
    "entities": (UNIT, "&#64;"),
    "backslashes": (LISTED, "\\"),
    "spaces": (UNIT, " "),
    "tabs": (UNIT, "\t"),
    "wide spaces": (UNIT, "\u3000"),
    "a heading of spaces": (f"{TITLE}## a", " "),
    "no newline at all": ("# TECHNICAL MAP: ", "T "),
    "fences that never close": (TITLE, "```\n\n"),
    "rules": (TITLE, "---\n"),
    "underlines": (TITLE, "===\n"),
    "definitions": (TITLE, "[a]: b\n"),
    "definitions that never end": (TITLE, "[a"),
    "html": (TITLE, "<div>\n"),
    "bars": (f"{UNIT}| A | B |\n|---|---|\n", "| "),
    "a wide table": (UNIT, "|-"),
    "rows": (f"{UNIT}| A | B |\n|---|---|\n", "| a | b |\n"),
    "placeholders": (UNIT, "[Name] "),
    "parentheses": (LISTED, "("),
    "pairs of parentheses": (LISTED, "()"),
    "dashes": (LISTED, " - "),
    "colons": (f"{TITLE}## Detailed Component Specifications\n### ", " : "),
    "ticks": (LISTED, "✅ "),
    "no, no, no": (f"{UNIT}- ", "no a "),
    "sentences": (UNIT, "e.g. A. "),
    "slashes": (f"{COMPONENT}**Location**: ", "a/"),
    "dependencies": (f"{COMPONENT}**Depends on**: ", "a,"),
    "a long method": (METHODS, "a::"),
    "a method with many brackets": (METHODS, "a(<"),
    "code without an end": (f"{COMPONENT}**Key Methods**:\n```c\n", "&*"),
    "code with braces": (f"{COMPONENT}**Key Methods**:\n```c\n", "{ "),
    "code with comments": (f"{COMPONENT}**Key Methods**:\n```c\n", "/* "),
    "front matter": ("---\n", "a: [\n"),
    "null characters": (UNIT, "\x00"),
    "ligatures": (UNIT, "\ufdfa"),
}


@pytest.mark.parametrize("name", LONG)
def test_a_mebibyte_of_it_ends_in_time(name: str) -> None:
    start, unit = LONG[name]
    text = start + unit * (SIZE // len(unit.encode()))
    with measured() as taken:
        found = parse(text, VOCABULARY).map
    assert taken.seconds < SECONDS
    assert (found is not None) == looks_like_map(text, VOCABULARY)


def test_a_text_of_too_many_lines_is_kept_whole_and_reported() -> None:
    reading = parse(TITLE + "- x\n" * MAX_LINES, VOCABULARY)
    assert reading.map is not None
    assert [finding.rule for finding in reading.findings] == ["too-long"]
    assert len(reading.map.unrecognised) == 1


def test_what_is_nested_too_deep_is_read_as_plain_text_and_reported() -> None:
    reading = parse(f"{UNIT}- x\n{'> ' * (MAX_DEPTH + 1)}deep\n", VOCABULARY)
    assert [(finding.rule, finding.span.line) for finding in reading.findings] == [("nesting-too-deep", 7)]


@pytest.mark.parametrize("text", ["a\n- b\n", "> " * 20 + "a", "|" * 100, "a" + " " * 500 + "b"])
def test_taming_keeps_every_offset(text: str) -> None:
    tamed = tame(text).text
    assert len(tamed) == len(text)
    assert [len(line) for line in tamed.split("\n")] == [len(line) for line in text.split("\n")]
