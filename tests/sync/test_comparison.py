"""Texts are compared without what trackers and readers change: ticks count as progress, not as edits."""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import replace
from typing import Literal

import pytest

from techmap_sync.documents.words import languages, words_in
from techmap_sync.sync.comparison import (
    boxes,
    digest,
    is_digest_of,
    section_digest,
    task_line,
    text_digest,
    ticked,
    unticked,
)
from techmap_sync.sync.merge import revise
from techmap_sync.sync.ticket_fields import Decision
from tests.sync.build import POLICY, held, rehold, task


def test_a_tick_is_no_edit() -> None:
    spec = task("Store", sections={"items": "- [ ] first\n- [ ] second"})
    ticket = held(spec)
    ticked = rehold(replace(ticket.ticket, body=ticket.ticket.body.replace("[ ] first", "[x] first")))
    assert not revise(spec, ticked, POLICY).edits
    assert not revise(spec, ticked, POLICY).named(Decision.KEEP)


def test_ticks_are_carried_to_the_new_text_by_item() -> None:
    ticket = held(task("Store", sections={"items": "- [ ] first\n- [ ] second"}))
    ticked = rehold(replace(ticket.ticket, body=ticket.ticket.body.replace("[ ] second", "[x] second")))
    desired = task("Store", sections={"items": "- [ ] second\n- [ ] third"})
    assert revise(desired, ticked, POLICY).edits[0].after == "- [x] second\n- [ ] third"


@pytest.mark.parametrize(
    "returned",
    ["- [ ] first\r\n- [ ] second", "\n- [ ] first\n- [ ] second\n\n", "- [x] first\n- [X] second"],
    ids=["line ends", "blank lines", "ticks"],
)
def test_a_digest_is_that_of_the_text_as_a_tracker_returns_it(returned: str) -> None:
    assert text_digest(returned) == text_digest("- [ ] first\n- [ ] second")


@pytest.mark.parametrize("text", ["- [ ] first", "first\n\nsecond", "- [ ] second\n- [ ] first"])
def test_other_words_have_another_digest(text: str) -> None:
    assert text_digest(text) != text_digest("- [ ] first\n- [ ] second")


def test_a_missing_section_has_no_digest() -> None:
    assert section_digest(" \n") == ""
    assert section_digest("text")


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_fingerprint_of_an_earlier_release_is_known_in_each_form(form: Literal["NFC", "NFD"], end: str) -> None:
    as_checked_out = unicodedata.normalize(form, "Café\nzwei").replace("\n", end)
    earlier = hashlib.sha256(as_checked_out.encode()).hexdigest()[:16]
    assert is_digest_of(earlier, "Café\nzwei")
    assert is_digest_of(digest("Café\nzwei"), as_checked_out)
    assert not is_digest_of(earlier, "Café\ndrei")


def test_every_box_is_listed_with_its_words_and_its_tick() -> None:
    text = "- [ ] first\n- [x] second\n* [X] third\nno box\n- [link](x)"
    assert [(words, is_done) for _, words, is_done in boxes(text)] == [
        ("first", False),
        ("second", True),
        ("third", True),
    ]
    assert [line for line, _, _ in boxes(text)] == ["- [ ] first", "- [x] second", "* [X] third"]
    assert (ticked([text]), unticked([text])) == ({"second", "third"}, {"first"})
    assert list(boxes("no box")) == []


@pytest.mark.parametrize("tick", ["x", "X"])
def test_a_tick_in_either_case_does_not_count(tick: str) -> None:
    assert text_digest(f"- [{tick}] first") == text_digest("- [ ] first")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("**T001** Build the store", ("T001", "Build the store")),
        ("Build the store", ("", "Build the store")),
    ],
)
def test_a_line_of_specs_is_a_number_and_a_task(line: str, expected: tuple[str, str]) -> None:
    assert task_line(line) == expected


@pytest.mark.parametrize("language", languages())
def test_the_states_of_a_task_of_specs_are_no_part_of_it(language: str) -> None:
    states = list(words_in(language).states.values())
    for state in states:
        assert task_line(f"**T001** Build it *({state})*") == ("T001", "Build it")
    assert task_line(f"Build it *({', '.join(states)})*") == ("", "Build it")
    assert task_line("Build it *(soon)*") == ("", "Build it *(soon)*")


def test_half_a_character_has_a_digest_too() -> None:
    assert digest("\ud800") != digest("\ud801")
