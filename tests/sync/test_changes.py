"""Each kind of change says by itself what it does, and belongs to what reports and writers ask for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from techmap_sync.sync.changes import (
    Action,
    Change,
    Close,
    Conflict,
    Create,
    LabelOrphan,
    Link,
    LinkChange,
    LinkWrite,
    Reopen,
    Skip,
    SkipLink,
    TicketChange,
    TicketWrite,
    Unlink,
    Update,
    Write,
    close,
    moves_ticks,
)
from techmap_sync.sync.endings import Ending, Why
from techmap_sync.sync.ticket_fields import LEDGER, MARKER, Edit, FieldEdit, LabelEdit
from techmap_sync.sync.tracker import CloseReason, EdgeKind
from tests.sync.build import task

SPEC = task("Store")
KEY, TITLE = SPEC.key, SPEC.title
GONE = Ending(Why.GONE)
TITLED = FieldEdit("title", "before", "after")
LABEL = LabelEdit(add=frozenset({"removed from map"}))


def one_of_each() -> list[Change]:
    """A change of each kind, with nothing that it can do without."""
    return [
        Create(KEY, TITLE, spec=SPEC),
        Update(KEY, TITLE, spec=SPEC),
        LabelOrphan(KEY, TITLE, label="removed from map", ending=GONE),
        Close(KEY, TITLE, close_reason=CloseReason.COMPLETED, ending=GONE),
        Reopen(KEY, TITLE, spec=SPEC),
        Link(KEY, TITLE, edge=EdgeKind.BLOCKED_BY, target="other"),
        Unlink(KEY, TITLE, edge=EdgeKind.CHILD_OF, target="other"),
        SkipLink(KEY, TITLE, edge=EdgeKind.BLOCKED_BY, target="other"),
        Skip(KEY, TITLE),
        Conflict(KEY, TITLE),
    ]


def test_a_change_says_what_it_does_and_nothing_that_it_was_not_given() -> None:
    said = {
        type(each): (each.action, each.writes, each.edits, each.fields, each.edge, each.target, each.lasting)
        for each in one_of_each()
    }
    assert said == {
        Create: (Action.CREATE, True, (), (), None, "", False),
        Update: (Action.UPDATE, True, (), (), None, "", False),
        LabelOrphan: (Action.UPDATE, True, (LABEL,), ("labels",), None, "", False),
        Close: (Action.CLOSE, True, (), (), None, "", False),
        Reopen: (Action.REOPEN, True, (), (), None, "", False),
        Link: (Action.LINK, True, (), (), EdgeKind.BLOCKED_BY, "other", False),
        Unlink: (Action.UNLINK, True, (), (), EdgeKind.CHILD_OF, "other", False),
        SkipLink: (Action.SKIP, False, (), (), EdgeKind.BLOCKED_BY, "other", False),
        Skip: (Action.SKIP, False, (), (), None, "", False),
        Conflict: (Action.CONFLICT, False, (), (), None, "", False),
    }
    assert {(each.key, each.title, each.ticket, each.reason) for each in one_of_each()} == {(KEY, TITLE, "", "")}
    assert not any(each.is_bookkeeping for each in one_of_each())


def test_what_a_change_can_do_without_is_empty() -> None:
    made = {type(each): each for each in one_of_each() if not each.is_bookkeeping}
    assert made[Close] == Close(
        KEY, TITLE, "", "", close_reason=CloseReason.COMPLETED, ending=GONE, spec=None, label=""
    )
    assert made[Link] == Link(KEY, TITLE, "", "", edge=EdgeKind.BLOCKED_BY, target="other", rule="")
    assert made[Skip] == Skip(KEY, TITLE, "", "", kept=(), lasting=False)
    assert made[Conflict] == Conflict(KEY, TITLE, "", "", edits=())


def test_a_change_belongs_to_what_reports_and_writers_ask_for() -> None:
    made = [each for each in one_of_each() if not each.is_bookkeeping]
    existing = [Update, LabelOrphan, Close, Reopen]
    assert [type(each) for each in made if isinstance(each, TicketWrite)] == existing
    assert [type(each) for each in made if isinstance(each, LinkWrite)] == [Link, Unlink]
    assert [type(each) for each in made if isinstance(each, Write)] == [Create, *existing, Link, Unlink]
    assert [type(each) for each in made if isinstance(each, LinkChange)] == [Link, Unlink, SkipLink]
    assert [type(each) for each in made if isinstance(each, TicketChange)] == [Create, *existing, Skip, Conflict]
    everything: list[object] = [*made]
    assert [each for each in everything if isinstance(each, Change)] == made
    assert [each for each in made if isinstance(each, Write)] == [each for each in made if each.writes]


@pytest.mark.parametrize(
    ("edits", "fields", "is_bookkeeping"),
    [
        ((), (), False),
        ((TITLED,), ("title",), False),
        ((TITLED, FieldEdit(LEDGER, "", "2")), ("title", LEDGER), False),
        ((FieldEdit(LEDGER, "", "2"),), (LEDGER,), True),
        ((FieldEdit(MARKER, "", "2"),), (MARKER,), True),
        ((FieldEdit(LEDGER, "", "2"), FieldEdit(MARKER, "", "2")), (LEDGER, MARKER), True),
    ],
)
def test_a_change_that_readers_never_see_is_bookkeeping(
    edits: tuple[Edit, ...], fields: tuple[str, ...], is_bookkeeping: bool
) -> None:
    change = Update(KEY, TITLE, "2", spec=SPEC, edits=edits)
    assert (change.fields, change.is_bookkeeping) == (fields, is_bookkeeping)


def test_a_new_ticket_calls_none_of_those_to_whom_it_is_assigned() -> None:
    spec = replace(SPEC, assignees=("@ada", "grace", "kay@example.org"))
    assert Create(KEY, TITLE, spec=spec).assignees == ("ada", "grace", "kay@example.org")


def test_a_closing_has_its_reason_in_words_and_as_data() -> None:
    copy = Ending(Why.COPY, "7")
    assert close(KEY, TITLE, "2", copy, CloseReason.DUPLICATE, SPEC) == Close(
        KEY, TITLE, "2", copy.reason, close_reason=CloseReason.DUPLICATE, ending=copy, spec=SPEC, label=""
    )


def test_a_closing_adds_the_label_that_says_why() -> None:
    closing = close(KEY, TITLE, "2", GONE, CloseReason.NOT_PLANNED)
    assert closing.edits == ()
    assert replace(closing, label="removed from map").edits == (LABEL,)


TEXT = Update(KEY, TITLE, "2", spec=SPEC, edits=(FieldEdit("items", "", "- [x] a"),))


@pytest.mark.parametrize(
    ("change", "receivers", "moves"),
    [
        (TEXT, {}, False),
        (TEXT, {"A": {"B"}}, False),
        (TEXT, {"A": {"B"}, "C": {"D", KEY}}, True),
        (TEXT, {KEY: {"A"}}, True),
        (Reopen(KEY, TITLE, "2", spec=SPEC), {"A": {KEY}}, True),
        (replace(TEXT, edits=(*TEXT.edits, FieldEdit(LEDGER, "", "2"))), {"A": {KEY}}, False),
        (Create(KEY, TITLE, spec=SPEC), {"A": {KEY}}, False),
    ],
)
def test_a_text_without_a_ledger_moves_ticks_from_or_to_its_ticket(
    change: Change, receivers: dict[str, set[str]], moves: bool
) -> None:
    assert moves_ticks(change, receivers) is moves
