"""Which items a completed ticket counts for."""

from __future__ import annotations

from dataclasses import replace

from techmap_sync.planning.task import SectionName
from techmap_sync.sync.block import Held
from techmap_sync.sync.completed import CompletedTask, Match, completed_tasks, is_finished
from techmap_sync.sync.tickets import Holdings
from techmap_sync.sync.tracker import State
from tests.sync.build import POLICY, held, plan, rehold, task

ITEMS = "- [ ] Weigh parcels\n- [ ] Print labels"
SPEC = task("Scale", sections={SectionName.ITEMS: ITEMS})
TITLES = {SPEC.key: ("Weigh parcels", "Print labels")}


def completed(ticket: Held, spec: object = SPEC) -> list[CompletedTask]:
    made = plan(spec)  # type: ignore[arg-type]
    return list(completed_tasks(made, Holdings(tickets={SPEC.key: ticket}), TITLES, POLICY))


def closed(ticket: Held, body: str = "") -> Held:
    return rehold(replace(ticket.ticket, state=State.CLOSED, body=body or ticket.ticket.body))


def test_a_ticket_that_is_open_counts_for_nothing() -> None:
    assert not is_finished(held(SPEC))
    assert completed(held(SPEC)) == []


def test_a_completed_ticket_as_it_was_written_counts_for_all_its_items() -> None:
    (found,) = completed(closed(held(SPEC)))
    assert (found.items, found.ticked, found.is_whole) == ((Match.NAMED, Match.NAMED), (False, False), True)


def test_an_item_that_the_ticket_words_differently_is_another_one() -> None:
    ticket = held(SPEC)
    (found,) = completed(closed(ticket, ticket.ticket.body.replace("Weigh parcels", "Weigh letters")))
    assert found.items == (Match.OTHER_TEXT, Match.NAMED)


def test_a_box_that_a_person_ticked_is_told_apart() -> None:
    ticket = held(SPEC)
    (found,) = completed(closed(ticket, ticket.ticket.body.replace("[ ] Print", "[x] Print")))
    assert found.ticked == (False, True)
