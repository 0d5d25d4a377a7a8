"""A marker records why a ticket was closed: no wording decides, and what earlier releases wrote is recognised."""

from __future__ import annotations

from dataclasses import replace

import pytest

from techmap_sync.documents.words import languages, words_in
from techmap_sync.planning.task import SectionName
from techmap_sync.sync.block import Block, Part, read_block, write_block
from techmap_sync.sync.comparison import digest
from techmap_sync.sync.endings import Ending, Why, is_done_in_map, was_let_go, with_status
from techmap_sync.sync.marker import WrittenField
from techmap_sync.sync.tracker import State
from tests.sync.build import held, rehold, section, task


def ended(why: Why, language: str = "en", text: str = "", *, uncoded: bool = False) -> str:
    """The text of a ticket that we closed.

    :param text: what its Status says instead of what was written.
    :param uncoded: as earlier releases recorded it.
    """
    spec = task("Store")
    heading = words_in(language).headings["purpose"]
    block = held(replace(spec, sections=(replace(spec.sections[0], heading=heading),))).block
    written = read_block(with_status(block, replace(block.marker, state=str(State.CLOSED)), Ending(why), ""))
    assert isinstance(written, Block)
    marker = written.marker
    if uncoded:
        status = marker.sections[SectionName.STATUS]
        earlier = WrittenField(digest(SectionName.STATUS), status.text, status.heading)
        marker = replace(marker, sections={**marker.sections, SectionName.STATUS: earlier})
    parts = [replace(p, text=text) if text and p.name == SectionName.STATUS else p for p in written.parts]
    return write_block(parts, marker)


def closed(body: str) -> tuple[bool, bool]:
    ticket = rehold(replace(held(task("Store")).ticket, body=body, state=State.CLOSED))
    return is_done_in_map(ticket), was_let_go(ticket)


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("why", Why)
def test_a_ticket_counts_as_done_in_the_map_in_every_language(why: Why, language: str) -> None:
    is_done = why is Why.DONE
    assert closed(ended(why, language)) == (is_done, not is_done)


@pytest.mark.parametrize("why", Why)
def test_the_words_of_a_status_decide_nothing(why: Why) -> None:
    is_done = why is Why.DONE
    assert closed(ended(why, text="Its task is gone from the map." if is_done else "Done in the map.")) == (
        is_done,
        not is_done,
    )


@pytest.mark.parametrize("text", ["Done in the map.", "Done in the map (commit c0ffee).", "  done in the MAP"])
def test_what_an_earlier_release_closed_as_done_is_recognised_by_its_words(text: str) -> None:
    assert closed(ended(Why.DONE, text=text, uncoded=True)) == (True, False)
    assert closed(ended(Why.GONE, uncoded=True)) == (False, True)


def test_what_carries_no_status_was_neither_done_nor_let_go() -> None:
    assert closed(held(task("Store")).ticket.body) == (False, False)


SAID = {
    Ending(Why.DONE): "done in the document",
    Ending(Why.COPY, "7"): "a copy of ticket 7",
    Ending(Why.EMPTIED, '"beta"'): 'all its tickets went to map "beta"',
    Ending(Why.GONE, worked_on=True): "its task is gone from the document, but people worked on it",
}


@pytest.mark.parametrize("ending", SAID)
def test_an_ending_is_said_in_english_with_what_it_names(ending: Ending) -> None:
    assert ending.reason == SAID[ending]


@pytest.mark.parametrize("language", languages())
def test_a_status_is_in_the_language_of_the_ticket(language: str) -> None:
    words = words_in(language)
    sections = tuple(section(name, "Text.") for name in ("purpose", "where"))
    spoken = tuple(replace(each, heading=words.headings[each.name]) for each in sections)
    by_headings = held(replace(task("Store"), sections=spoken)).block
    source = section("source", f"docs/login.md; {words.phrases['kept by']}")
    by_source = held(replace(task("Store"), sections=(replace(source, heading="?"),))).block
    for block in (by_headings, by_source):
        status = status_of(with_status(block, block.marker, Ending(Why.GONE), ""))
        assert status.heading == words.headings["status"]


def status_of(body: str) -> Part:
    """The only Status section of a text."""
    block = read_block(body)
    assert isinstance(block, Block)
    (status,) = (part for part in block.parts if part.name == SectionName.STATUS)
    return status


def test_a_status_names_the_commit_in_short_and_takes_the_place_of_an_earlier_one() -> None:
    block = held(task("Store")).block
    first = with_status(block, block.marker, Ending(Why.GONE), "0123456789abcdef")
    assert status_of(first).text == "Its task is gone from the document (commit 0123456789ab)."
    written = read_block(first)
    assert isinstance(written, Block)
    second = read_block(with_status(written, written.marker, Ending(Why.DONE), ""))
    assert isinstance(second, Block)
    assert second.parts == (*block.parts, Part("status", "Status", "Done in the document."))


def test_a_ticket_that_a_person_reopened_was_not_let_go() -> None:
    gone = rehold(replace(held(task("Store")).ticket, body=ended(Why.GONE), state=State.CLOSED))
    assert was_let_go(gone)
    assert not was_let_go(replace(gone, ticket=replace(gone.ticket, state=State.OPEN)))


def test_a_ticket_that_is_closed_keeps_its_form() -> None:
    there = held(task("Store"))
    body = with_status(there.block, there.marker, Ending(Why.GONE), "")
    assert body.startswith("<!-- techmap-sync begin -->\n\n### Purpose")
