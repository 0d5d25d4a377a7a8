"""The values between the sync core and a tracker: what they say when an adapter leaves something out."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import UTC, datetime

import pytest

from techmap_sync.sync.tracker import (
    Capabilities,
    CloseReason,
    Draft,
    EdgeKind,
    Ends,
    History,
    MergedChange,
    Patch,
    Snapshot,
    Standing,
    State,
    Ticket,
)

TICKET = Ticket("12", "Create Store", "A text.")
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def test_tickets_are_found_by_their_numbers() -> None:
    other = Ticket("TASK-1.2", "Create Service", "")
    assert Snapshot((TICKET, other)).by_number() == {"12": TICKET, "TASK-1.2": other}
    assert Snapshot(()).by_number() == {}


def test_a_ticket_of_which_no_more_is_known_is_open_and_ours() -> None:
    (plain,) = Snapshot((Ticket("12", "Create Store", "A text."),)).by_number().values()
    assert asdict(plain) == {
        "number": "12",
        "title": "Create Store",
        "body": "A text.",
        "state": State.OPEN,
        "reason": None,
        "labels": frozenset(),
        "assignees": frozenset(),
        "priority": None,
        "milestone": None,
        "due": "",
        "type": "",
        "author": "",
        "standing": Standing.SELF,
        "parent": None,
        "blocked_by": frozenset(),
        "comments": 0,
        "started": False,
        "url": "",
        "withheld": "",
        "reopened": False,
        "created": None,
        "changed": None,
    }


def test_what_happened_to_a_ticket_makes_it_no_other_ticket() -> None:
    plain = Snapshot((TICKET,)).by_number()["12"]
    assert plain == replace(plain, reopened=True, created=NOW, changed=NOW)
    assert replace(plain, reopened=True) == plain
    assert replace(plain, created=NOW) == plain
    assert replace(plain, changed=NOW) == plain
    assert replace(plain, comments=1) != plain


def test_what_a_tracker_does_not_say_of_ends_and_changes_is_empty() -> None:
    assert asdict(Ends()) == {"parent": None, "blocked_by": None, "related": frozenset(), "withheld": ""}
    assert asdict(MergedChange("!7")) == {"name": "!7", "title": "", "url": ""}
    assert asdict(History()) == {"closed_by": None, "reopened": None, "unassigned": None, "blocked": {}}
    assert Snapshot((TICKET,)).by_number() == {"12": TICKET}


def test_a_new_ticket_gets_what_its_draft_says_and_no_more() -> None:
    assert asdict(Draft("Create Store", "A text.")) == {
        "title": "Create Store",
        "body": "A text.",
        "labels": frozenset(),
        "priority": None,
        "milestone": None,
        "assignees": (),
        "due": None,
        "type": None,
        "parent": None,
        "estimate_minutes": None,
        "claims": (),
    }


@pytest.mark.parametrize(
    ("patch", "sets_something"),
    [
        (Patch(), False),
        (Patch(title="New"), True),
        (Patch(body=""), True),
        (Patch(due=""), True),
        (Patch(state=State.CLOSED, reason=CloseReason.DUPLICATE, duplicate_of="7"), True),
    ],
)
def test_a_patch_holds_where_it_sets_a_field_if_only_to_nothing(patch: Patch, sets_something: bool) -> None:
    assert bool(patch) is sets_something
    assert (patch == Patch()) is not sets_something


def test_a_patch_sets_only_what_it_says() -> None:
    empty = Patch()
    assert not empty
    assert asdict(empty) == {
        "title": None,
        "body": None,
        "priority": None,
        "milestone": None,
        "due": None,
        "type": None,
        "state": None,
        "reason": None,
        "duplicate_of": "",
    }


def test_a_tracker_that_says_nothing_of_itself_has_links_people_and_milestones_and_no_limits() -> None:
    plain = Capabilities()
    assert (plain.can_hold(EdgeKind.CHILD_OF), plain.can_hold(EdgeKind.BLOCKED_BY)) == (True, True)
    assert asdict(plain) == {
        "children": None,
        "parent_at_creation": False,
        "blocking_links": True,
        "native_blocking": True,
        "links_at_once": 1,
        "blockers": None,
        "blocking": None,
        "links": None,
        "mention": "#",
        "native_priority": False,
        "priority_field": False,
        "close_reasons": True,
        "milestones": True,
        "assignees": True,
        "most_assignees": None,
        "due_dates": False,
        "ticket_type": "",
        "board": "",
        "estimates": False,
        "dates_events": False,
        "seconds_per_write": 0.0,
        "creations_per_hour": None,
        "title_limit": 255,
        "body_limit": 65_536,
        "text_ends_kept": True,
        "parents_listed": True,
    }


@pytest.mark.parametrize(
    ("capabilities", "children", "blocking"),
    [
        (Capabilities(children=0), False, True),
        (Capabilities(children=1), True, True),
        (Capabilities(children=100, blocking_links=False), True, False),
        (Capabilities(children=0, blocking_links=False), False, False),
    ],
)
def test_a_tracker_holds_the_edges_that_it_has_room_for(
    capabilities: Capabilities, children: bool, blocking: bool
) -> None:
    assert capabilities.can_hold(EdgeKind.CHILD_OF) is children
    assert capabilities.can_hold(EdgeKind.BLOCKED_BY) is blocking


def test_only_the_project_itself_is_trusted_without_a_word_of_the_settings() -> None:
    assert [each for each in Standing if each.is_trusted] == [Standing.SELF, Standing.MEMBER]
    assert [each for each in Standing if each.may_be_named] == [Standing.SELF, Standing.MEMBER, Standing.STRANGER]
