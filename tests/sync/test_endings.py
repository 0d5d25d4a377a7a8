"""A marker records why a ticket was closed: no wording decides, and what earlier releases wrote is recognised."""

from __future__ import annotations

from dataclasses import replace

import pytest

from techmap_sync.documents.words import languages, words_in
from techmap_sync.planning.task import SectionName
from techmap_sync.sync.block import Block, read_block, write_block
from techmap_sync.sync.comparison import digest
from techmap_sync.sync.endings import Ending, Why, is_done_in_map, was_let_go, with_status
from techmap_sync.sync.marker import WrittenField
from techmap_sync.sync.tracker import State
from tests.sync.build import held, rehold, task


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


@pytest.mark.parametrize("text", ["Done in the map.", "Done in the map (commit c0ffee)."])
def test_what_an_earlier_release_closed_as_done_is_recognised_by_its_words(text: str) -> None:
    assert closed(ended(Why.DONE, text=text, uncoded=True)) == (True, False)
    assert closed(ended(Why.GONE, uncoded=True)) == (False, True)
