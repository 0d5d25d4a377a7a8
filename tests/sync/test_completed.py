"""Which items a completed ticket counts for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from techmap_sync.planning.task import SectionName, TaskSpec
from techmap_sync.sync.block import Held
from techmap_sync.sync.completed import CompletedTask, Match, completed_tasks, is_finished
from techmap_sync.sync.tickets import Holdings
from techmap_sync.sync.tracker import CloseReason, State
from tests.sync.build import POLICY, held, plan, rehold, section, task

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


FOLLOWING = replace(SPEC, key=f"{SPEC.key}~2")


def test_what_we_closed_counts_for_nothing_whatever_its_reason() -> None:
    ticket = closed(held(SPEC))
    ours = replace(ticket, block=replace(ticket.block, marker=replace(ticket.marker, state=State.CLOSED)))
    completed_by_us = replace(ours, ticket=replace(ours.ticket, reason=CloseReason.COMPLETED))
    assert not is_finished(ours)
    assert not is_finished(completed_by_us)
    assert not is_finished(replace(ticket, ticket=replace(ticket.ticket, reason=CloseReason.NOT_PLANNED)))
    assert completed(completed_by_us) == []
    assert is_finished(ticket)


def test_a_task_without_a_ticket_counts_for_nothing() -> None:
    assert not [*completed_tasks(plan(SPEC), Holdings(), TITLES, POLICY)]


def test_a_follow_up_counts_for_the_items_of_its_task_and_never_for_the_whole() -> None:
    holdings = Holdings(tickets={FOLLOWING.key: closed(held(FOLLOWING, "3"))})
    (found,) = completed_tasks(plan(SPEC, FOLLOWING), holdings, TITLES, POLICY)
    assert (found.spec, found.number, found.is_whole) == (SPEC, "3", False)
    assert (found.items, found.ticked) == ((Match.NAMED, Match.NAMED), (False, False))


def test_a_follow_up_whose_task_is_gone_counts_for_itself() -> None:
    holdings = Holdings(tickets={FOLLOWING.key: closed(held(FOLLOWING, "3"))})
    (found,) = completed_tasks(plan(FOLLOWING), holdings, {}, POLICY)
    assert (found.spec, found.items, found.ticked, found.is_whole) == (FOLLOWING, (), (), True)


IDENTIFIED = replace(SPEC, sections=(section("purpose", "Weighs what comes in."), *SPEC.sections))
OTHER_PURPOSE = replace(SPEC, sections=(section("purpose", "Weighs nothing."), *SPEC.sections))
MORE_ITEMS = replace(IDENTIFIED, sections=(IDENTIFIED.sections[0], section("items", f"{ITEMS}\n- [ ] Count")))
EXPLAINED = replace(IDENTIFIED, sections=(*IDENTIFIED.sections, section("notes", "Something else.")))


@pytest.mark.parametrize(
    ("today", "is_whole"),
    [
        (IDENTIFIED, True),
        (OTHER_PURPOSE, False),
        (replace(IDENTIFIED, title="Build Scale"), False),
        (MORE_ITEMS, True),
        (EXPLAINED, True),
    ],
)
def test_a_ticket_counts_for_the_whole_task_while_it_says_the_same_but_for_items(
    today: TaskSpec, is_whole: bool
) -> None:
    (found,) = completed(closed(held(IDENTIFIED)), today)
    assert found.is_whole is is_whole


def test_a_ticket_that_a_person_reworded_counts_for_no_whole_task() -> None:
    ticket = held(IDENTIFIED)
    (found,) = completed(closed(ticket, ticket.ticket.body.replace("Weighs what", "Weighs all that")), IDENTIFIED)
    assert not found.is_whole


def test_an_item_is_found_by_its_letters_in_its_place_whatever_a_template_writes_around_it() -> None:
    text = "See below.\n- [ ] *Step 1*: WEIGH-parcels!\n  - [ ] a box within it\n- [X] *Step 2*: print labels"
    own = replace(SPEC, sections=(section("where", "- [ ] Print labels"), section("items", text)))
    ticket = held(own)
    (found,) = completed(closed(ticket), own)
    assert (found.items, found.ticked) == ((Match.NAMED, Match.NAMED), (False, True))
    upper = ticket.ticket.body.replace("[X] *Step 2*: print", "[x] *STEP 2*: PRINT").replace("a box", "another box")
    (found,) = completed(closed(ticket, upper), own)
    assert (found.items, found.ticked) == ((Match.NAMED, Match.NAMED), (False, True))
    titles = {SPEC.key: ("Print labels", "Weigh parcels")}
    (found,) = completed_tasks(plan(own), Holdings(tickets={SPEC.key: closed(ticket, upper)}), titles, POLICY)
    assert found.items == (Match.NAMED, Match.OTHER_TEXT), "items come in the order of the document"


def test_an_item_that_nobody_lists_is_another_one() -> None:
    bare = replace(SPEC, sections=(section("purpose", "- [ ] Weigh parcels"),))
    (found,) = completed(closed(held(bare)), bare)
    assert (found.items, found.ticked) == ((Match.OTHER_TEXT, Match.OTHER_TEXT), (False, False))
    ticket = held(SPEC)
    (found,) = completed(closed(ticket, ticket.ticket.body.replace(ITEMS, "nothing left")))
    assert (found.items, found.ticked) == ((Match.OTHER_TEXT, Match.OTHER_TEXT), (False, False))


def test_an_item_that_no_line_is_about_is_no_empty_box_either() -> None:
    ticket = held(replace(SPEC, sections=(section("items", "- [ ] As in the manual"),)))
    body = ticket.ticket.body.replace("As in the manual", "As in the manual\n- [x] ")
    holdings = Holdings(tickets={SPEC.key: closed(ticket, body)})
    (found,) = completed_tasks(plan(SPEC), holdings, {SPEC.key: ("Burn letters",)}, POLICY)
    assert (found.items, found.ticked) == ((Match.OTHER_TEXT,), (False,))


@pytest.mark.parametrize("title", [SPEC.title, "Mine"])
def test_a_list_as_it_was_written_counts_whatever_words_a_template_has_for_its_items(title: str) -> None:
    ticket = held(SPEC, title=title)
    made, words = plan(SPEC), {SPEC.key: ("Scales", "Labels")}
    (found,) = completed_tasks(made, Holdings(tickets={SPEC.key: closed(ticket)}), words, POLICY)
    assert (found.items, found.ticked) == ((Match.NAMED, Match.NAMED), (False, False))


def test_signs_at_the_end_of_an_item_do_not_count() -> None:
    ticket, words = held(SPEC), {SPEC.key: ("Weigh parcels.", "(Print labels)")}
    ticked = closed(ticket, ticket.ticket.body.replace("[ ] Print", "[x] Print"))
    (found,) = completed_tasks(plan(SPEC), Holdings(tickets={SPEC.key: ticked}), words, POLICY)
    assert found.ticked == (False, True)
