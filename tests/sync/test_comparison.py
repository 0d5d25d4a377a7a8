"""Texts are compared without what trackers and readers change: ticks count as progress, not as edits."""

from __future__ import annotations

from dataclasses import replace

import pytest

from techmap_sync.sync.comparison import section_digest, text_digest
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
