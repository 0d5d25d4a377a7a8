"""What a change writes: the fields that were shown, on the ticket as it is by then, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from techmap_sync.planning.task import TaskSpec
from techmap_sync.sync import writing
from techmap_sync.sync.block import Block, read_block
from techmap_sync.sync.change_set import MapChanges
from techmap_sync.sync.changes import Close, LabelOrphan, Reopen, Update, close
from techmap_sync.sync.endings import Ending, Why
from techmap_sync.sync.marker import Ledger
from techmap_sync.sync.tracker import Capabilities, CloseReason, State
from tests.sync.build import MAP, POLICY, TRACKING, held, rehold, task

CHANGES = MapChanges(MAP, "docs/login.md", True, tracking_key=TRACKING, tracking_number="1", ledger=Ledger())
ABLE = Capabilities()


def rewritten(change: Update | Close | LabelOrphan, body: str, fields: set[str]) -> writing.Rewrite:
    there = held(task("Store"))
    there = rehold(replace(there.ticket, body=there.ticket.body + body))
    return writing.rewrite(change, there, CHANGES, POLICY, ABLE, fields)


def test_only_the_fields_that_were_shown_are_written() -> None:
    spec = task("Store", title="Build Store", sections={"purpose": "Another purpose."})
    change = Update(spec.key, spec.title, "2", spec=spec)
    only_title = rewritten(change, "", {"title"})
    assert only_title.patch.title == "Build Store"
    assert "Another purpose." not in (only_title.patch.body or "")
    only_text = rewritten(change, "", {"purpose"})
    assert only_text.patch.title is None
    assert "Another purpose." in (only_text.patch.body or "")


def test_text_that_people_wrote_in_the_meantime_stays() -> None:
    spec = task("Store", sections={"purpose": "Another purpose."})
    written = rewritten(Update(spec.key, spec.title, "2", spec=spec), "\nMine, written late.", {"purpose"})
    assert (written.patch.body or "").endswith("\nMine, written late.")


def test_a_ticket_that_says_it_already_is_not_written() -> None:
    spec = task("Store")
    assert not rewritten(Update(spec.key, spec.title, "2", spec=spec), "", {"title", "purpose"})


def test_a_close_says_why_and_since_which_commit_and_its_marker_records_it() -> None:
    spec, changes = task("Store"), replace(CHANGES, commit="c0ffee")
    gone = close(spec.key, spec.title, "2", Ending(Why.GONE), CloseReason.NOT_PLANNED)
    patch = writing.rewrite(gone, held(spec), changes, POLICY, ABLE, set()).patch
    assert (patch.state, patch.reason) == (State.CLOSED, CloseReason.NOT_PLANNED)
    block = read_block(patch.body or "")
    assert isinstance(block, Block)
    assert block.marker.state == State.CLOSED
    assert "Its task is gone from the document (commit c0ffee)." in (patch.body or "")


@pytest.mark.parametrize("label", ["removed", "REMOVED"])
def test_a_label_that_is_there_in_any_case_is_not_added_again(label: str) -> None:
    spec = task("Store")
    there = held(spec, labels=spec.labels | {label})
    orphan = LabelOrphan(spec.key, spec.title, "2", label="removed", ending=Ending(Why.GONE))
    assert not writing.rewrite(orphan, there, CHANGES, POLICY, ABLE, set()).add_labels


@pytest.mark.parametrize(
    ("reason", "label"),
    [
        (CloseReason.NOT_PLANNED, POLICY.removed_label),
        (CloseReason.DUPLICATE, POLICY.duplicate_label),
        (CloseReason.COMPLETED, ""),
    ],
)
def test_a_label_says_why_where_the_tracker_stores_no_reason(reason: CloseReason, label: str) -> None:
    closing = close("login/component/Store", "Create Store", "2", Ending(Why.GONE), reason)
    (with_reasons,) = writing.with_closing_labels([closing], POLICY, ABLE)
    (without,) = writing.with_closing_labels([closing], POLICY, Capabilities(close_reasons=False))
    assert with_reasons == closing
    assert without == replace(closing, label=label)


@pytest.mark.parametrize(
    ("ending", "original"), [(Ending(Why.COPY, "7"), "7"), (Ending(Why.OLD_COPY), ""), (Ending(Why.GONE, "7"), "")]
)
def test_a_copy_that_is_closed_names_its_original(ending: Ending, original: str) -> None:
    spec = task("Store")
    closing = close(spec.key, spec.title, "2", ending, CloseReason.DUPLICATE)
    patch = writing.rewrite(closing, held(spec), CHANGES, POLICY, ABLE, set()).patch
    assert (patch.state, patch.duplicate_of) == (State.CLOSED, original)


FULL = replace(task("Store"), assignees=("ann",), milestone="v2", type="task")


@pytest.mark.parametrize(
    ("field", "left"),
    [
        ("assignees", replace(FULL, assignees=())),
        ("milestone", replace(FULL, milestone="")),
        ("type", replace(FULL, type=None)),
        ("title", FULL),
    ],
)
def test_only_a_field_that_a_ticket_can_lack_is_left_out(field: str, left: TaskSpec) -> None:
    assert writing.without(FULL, field) == left


UPDATE = Update(FULL.key, FULL.title, "2", spec=FULL)
REOPEN = Reopen(FULL.key, FULL.title, "2", spec=FULL)


@pytest.mark.parametrize("change", [UPDATE, REOPEN], ids=["update", "reopen"])
def test_a_refused_field_stays_as_it_was_written_before(change: Update | Reopen) -> None:
    before = held(replace(FULL, milestone="v1"))
    assert writing.with_former(change, before, "milestone") == replace(change, spec=replace(FULL, milestone="v1"))
    assert writing.with_former(change, before, "type") == replace(change, spec=replace(FULL, type=None))
    assert writing.with_former(change, before, "assignees") == change
