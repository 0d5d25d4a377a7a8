"""The change set counts, compares and withholds its changes as reports and ``apply`` rely on."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

import pytest

from techmap_sync.errors import NotAllowed, OutcomeUnclear, TicketRefused, TrackerError
from techmap_sync.sync.change_set import (
    ChangeSet,
    Leaving,
    MapChanges,
    Outcome,
    Status,
    Tolerance,
    left_of,
    seconds_to_apply,
    takers_first,
)
from techmap_sync.sync.changes import Action, Change, Create, Link, Skip, Unlink, Update
from techmap_sync.sync.comparison import digest
from techmap_sync.sync.fallback import EdgeTexts
from techmap_sync.sync.marker import Ledger
from techmap_sync.sync.ticket_fields import LEDGER, AssigneeEdit, Edit, FieldEdit, LabelEdit
from techmap_sync.sync.tracker import Capabilities, EdgeKind
from tests.sync.build import MAP, TRACKING, task

SPEC, MAP_SPEC = task("Store"), replace(task("map"), key=TRACKING)
CREATE = Create(SPEC.key, SPEC.title, spec=SPEC)
TRACK = Create(TRACKING, "Implement Login", spec=MAP_SPEC)
NOTE = Skip(SPEC.key, SPEC.title, reason="this server has no sub-issues", lasting=True)
CHANGES = MapChanges(MAP, "docs/login.md", True, changes=(TRACK, CREATE, NOTE), tracking_key=TRACKING)


def test_a_refused_map_writes_nothing_and_still_shows_its_changes() -> None:
    refused = replace(CHANGES, refusals=("too many",))
    assert CHANGES.writes == (TRACK, CREATE)
    assert (refused.writes, refused.steps) == ((), 0)
    assert refused.changes == CHANGES.changes


def test_a_new_tracking_ticket_is_written_again_for_its_ledger() -> None:
    assert CHANGES.steps == len(CHANGES.writes) + 1
    assert replace(CHANGES, changes=(CREATE,)).steps == 1


def test_the_tracking_ticket_is_created_or_written_and_its_links_are_no_writes_of_it() -> None:
    ledger = Update(TRACKING, "Implement Login", "1", spec=MAP_SPEC, edits=(FieldEdit(LEDGER, "", "2"),))
    link = Link(TRACKING, "Implement Login", "1", edge=EdgeKind.CHILD_OF, target=SPEC.key)
    assert CHANGES.tracking_changes == (TRACK,)
    assert replace(CHANGES, changes=(CREATE, link, ledger)).tracking_changes == (ledger,)
    assert replace(CHANGES, changes=(CREATE, link, ledger)).steps == 3


def test_of_a_tracking_ticket_whose_ticks_move_only_the_ledger_comes_last() -> None:
    ledger = Update(TRACKING, "Implement Login", "1", spec=MAP_SPEC, edits=(FieldEdit(LEDGER, "", "2"),))
    text = replace(ledger, edits=(FieldEdit("items", "", "- [x] a"),))
    still = replace(CHANGES, changes=(text, CREATE, ledger))
    assert still.tracking_last == still.tracking_changes == (text, ledger)
    assert replace(still, tick_receivers={SPEC.key: frozenset({TRACKING})}).tracking_last == (ledger,)


def test_a_map_of_which_only_the_file_is_known_changes_nothing() -> None:
    known = MapChanges(MAP, "docs/login.md", True)
    assert (known.writes, known.tracking_changes, known.steps, known.file) == ((), (), 0, "docs/login.md")
    assert known == MapChanges(
        map_id=MAP,
        path="docs/login.md",
        approved=True,
        reasons=(),
        changes=(),
        refusals=(),
        tracking_key="",
        tracking_number="",
        base=Ledger(),
        ledger=None,
        commit="",
        shown_path="",
        notes=(),
        texts=EdgeTexts(),
        elsewhere={},
        leaving={},
        bound=frozenset(),
        arriving=frozenset(),
        claimed={},
        tick_receivers={},
        ready=False,
        family="",
    )


def test_readers_are_sent_to_the_file_where_services_show_it() -> None:
    assert CHANGES.file == "docs/login.md"
    assert replace(CHANGES, shown_path="maps/docs/login.md").file == "maps/docs/login.md"


def test_what_a_tracker_cannot_hold_is_no_drift() -> None:
    assert NOTE not in ChangeSet("memory", (CHANGES,)).drift
    assert (
        replace(NOTE, lasting=False)
        in ChangeSet("memory", (replace(CHANGES, changes=(replace(NOTE, lasting=False),)),)).drift
    )


def test_counts_name_every_action() -> None:
    counts = ChangeSet("memory", (CHANGES,)).counts()
    assert counts.keys() == set(Action)
    assert (counts["create"], counts["skip"], counts["close"]) == (2, 1, 0)


def test_the_digest_tells_plans_apart_by_what_they_write() -> None:
    def digest_of(after: str) -> str:
        update = Update(SPEC.key, SPEC.title, "2", spec=SPEC, edits=(FieldEdit("title", "before", after),))
        return ChangeSet("memory", (replace(CHANGES, changes=(update,)),)).digest()

    assert digest_of("after") == digest_of("after")
    assert digest_of("after") != digest_of("other")


def test_the_digest_is_that_of_the_changes_and_their_edits_as_written() -> None:
    edits = (FieldEdit("title", "", "Größe"), FieldEdit("purpose", "old", "new"))
    update = Update("login/größe", "Größe", "2", "its title follows", spec=SPEC, edits=edits)
    link = Link(SPEC.key, "", "3", edge=EdgeKind.BLOCKED_BY, target="login/größe")
    rows = [
        ["update", "login/größe", "2", "", "its title follows"],
        ["link", SPEC.key, "3", "login/größe", ""],
    ]
    fields = [[["title", digest(""), digest("Größe")], ["purpose", digest("old"), digest("new")]], []]
    text = json.dumps([[*row, edited] for row, edited in zip(rows, fields, strict=True)], ensure_ascii=False)
    assert ChangeSet("memory", (replace(CHANGES, changes=(update, link)),)).digest() == digest(text)


def test_a_map_says_how_far_its_approval_is() -> None:
    says = [replace(CHANGES, approved=approved, ready=ready).standing for approved, ready in ALL]
    assert says == ["approved", "approved", "approved, but has errors", "not approved"]


ALL = [(True, True), (True, False), (False, True), (False, False)]


def moving(map_id: str, *to: str) -> MapChanges:
    """A map of which one ticket goes to each of some others."""
    left = {f"{map_id}/component/{n}": Leaving(f"{other}/component/x", str(n)) for n, other in enumerate(to)}
    return MapChanges(map_id, f"{map_id}.md", True, leaving=left)


@pytest.mark.parametrize(
    ("maps", "order"),
    [
        ([], ""),
        ([moving("a"), moving("b"), moving("c")], "abc"),
        ([moving("a", "b"), moving("b", "c"), moving("c")], "cba"),
        ([moving("a", "c", "b"), moving("b"), moving("c")], "bca"),
        ([moving("a", "elsewhere"), moving("b")], "ab"),
        ([moving("a", "b"), moving("b", "a"), moving("c")], "cab"),
        ([moving("a", "b"), moving("b", "c"), moving("c", "a")], "acb"),
    ],
)
def test_a_map_that_takes_a_ticket_comes_before_the_one_it_leaves(maps: Sequence[MapChanges], order: str) -> None:
    assert takers_first(maps) == list(order)


def test_an_outcome_of_which_nothing_is_known_says_nothing() -> None:
    known = Outcome(CREATE, MAP, Status.SKIPPED)
    assert not known.is_open
    assert known == Outcome(CREATE, MAP, Status.SKIPPED, ticket="", detail="", hint="", before="", after="", url="")


def test_only_what_failed_or_waits_for_it_is_tried_again() -> None:
    assert [each for each in Status if Outcome(CREATE, MAP, each).is_open] == [Status.FAILED, Status.LEFT]


LEDGER_WRITE = Update(TRACKING, "Implement Login", "1", spec=MAP_SPEC, edits=(FieldEdit(LEDGER, "", "2"),))
RENAMED = Update(SPEC.key, SPEC.title, "2", spec=SPEC, edits=(FieldEdit("title", "before", "after"),))
TEXT_WRITE = replace(LEDGER_WRITE, edits=(FieldEdit("items", "", "- [x] a"),))
LINKS = tuple(Link(SPEC.key, SPEC.title, "2", edge=EdgeKind.BLOCKED_BY, target=target) for target in ("a", "b"))
OF_A_COPY = replace(RENAMED, ticket="3")
WORK = replace(CHANGES, changes=(LEDGER_WRITE, CREATE, RENAMED, OF_A_COPY, *LINKS, NOTE))
TWICE = ChangeSet("memory", (WORK, replace(WORK, map_id="signin", changes=(RENAMED,))))


@pytest.mark.parametrize(
    ("tried", "left"),
    [
        ([], (CREATE, RENAMED, OF_A_COPY, *LINKS, RENAMED)),
        ([(LEDGER_WRITE, MAP, Status.APPLIED)], (CREATE, RENAMED, OF_A_COPY, *LINKS, RENAMED)),
        ([(RENAMED, MAP, Status.APPLIED)], (CREATE, OF_A_COPY, *LINKS, RENAMED)),
        ([(RENAMED, "signin", Status.FAILED), (LINKS[1], MAP, Status.ALREADY)], (CREATE, RENAMED, OF_A_COPY, LINKS[0])),
        ([(CREATE, MAP, Status.SKIPPED), (RENAMED, MAP, Status.LEFT)], (RENAMED, OF_A_COPY, *LINKS, RENAMED)),
    ],
)
def test_what_was_not_tried_is_left_but_for_bookkeeping(
    tried: list[tuple[Change, str, Status]], left: tuple[Change, ...]
) -> None:
    assert left_of(TWICE, [Outcome(*each) for each in tried]) == left


def test_a_text_that_waits_is_left_though_the_ledger_of_its_ticket_was_written() -> None:
    both = ChangeSet("memory", (replace(CHANGES, changes=(TEXT_WRITE, LEDGER_WRITE)),))
    tried = Outcome(TEXT_WRITE, MAP, Status.LEFT), Outcome(LEDGER_WRITE, MAP, Status.APPLIED)
    assert left_of(both, tried) == (TEXT_WRITE,)


UNCLEAR = OutcomeUnclear("memory", "no answer")
REFUSED, DENIED = (TicketRefused("memory", "it is locked", "unlock it", denied=denied) for denied in (False, True))


def after(*happened: OutcomeUnclear | TicketRefused | None, creates: bool = False) -> Tolerance:
    """What a run knows after writes that failed, or passed."""
    tolerance = Tolerance()
    for error in happened:
        if error:
            tolerance.failed(error, creates=creates)
        else:
            tolerance.passed()
    return tolerance


@pytest.mark.parametrize(
    ("happened", "known"),
    [
        ([], Tolerance(written=False, denied=0, unclear=0)),
        ([None, None], Tolerance(written=True, denied=0, unclear=0)),
        ([UNCLEAR, UNCLEAR], Tolerance(written=False, denied=0, unclear=2)),
        ([UNCLEAR, UNCLEAR, None, UNCLEAR, UNCLEAR], Tolerance(written=True, denied=0, unclear=2)),
        ([UNCLEAR, UNCLEAR, REFUSED], Tolerance(written=False, denied=0, unclear=0)),
        ([REFUSED] * 4, Tolerance(written=False, denied=0, unclear=0)),
        ([DENIED, REFUSED, DENIED], Tolerance(written=False, denied=2, unclear=0)),
        ([None, *[DENIED] * 4], Tolerance(written=True, denied=0, unclear=0)),
    ],
)
def test_a_run_goes_on_after_failures_of_single_tickets(
    happened: Sequence[OutcomeUnclear | TicketRefused | None], known: Tolerance
) -> None:
    assert after(*happened) == known


def test_refusals_of_new_tickets_are_theirs_unless_they_speak_of_rights() -> None:
    assert after(*[REFUSED] * 4, creates=True) == Tolerance()
    assert after(None, DENIED, creates=True) == Tolerance(written=True)


@pytest.mark.parametrize(
    ("happened", "creates", "raised"),
    [
        ([DENIED], True, NotAllowed("memory", "it is locked", "unlock it")),
        ([DENIED, DENIED, DENIED], False, NotAllowed("memory", "it is locked", "unlock it")),
        ([UNCLEAR, UNCLEAR, UNCLEAR], False, UNCLEAR),
    ],
)
def test_a_run_stops_where_no_ticket_is_the_cause(
    happened: Sequence[OutcomeUnclear | TicketRefused], creates: bool, raised: TrackerError
) -> None:
    after(*happened[:-1], creates=creates)
    with pytest.raises(type(raised)) as found:
        after(*happened, creates=creates)
    assert (found.value.tracker, found.value.what, found.value.hint) == (raised.tracker, raised.what, raised.hint)
    assert found.value is UNCLEAR or found.value.__cause__ is happened[-1]


GITHUB = Capabilities(seconds_per_write=1.0, creations_per_hour=500)


def changes(creates: int, updates: int = 0) -> ChangeSet:
    spec = task("Store")
    made: list[Change] = [
        *(Create(str(n), "", spec=spec) for n in range(creates)),
        *[Update("u", "", spec=spec)] * updates,
    ]
    return ChangeSet("memory", (MapChanges("login", "login.md", True, changes=tuple(made)),))


@pytest.mark.parametrize(
    ("creates", "updates", "seconds"),
    [(0, 0, 0), (20, 5, 25), (500, 0, 500), (501, 0, 3601), (500, 4000, 4500), (1200, 0, 2 * 3600 + 200)],
)
def test_an_hours_creations_are_waited_for(creates: int, updates: int, seconds: float) -> None:
    assert seconds_to_apply(changes(creates, updates), GITHUB) == seconds


def test_links_that_share_a_request_share_its_time() -> None:
    links = tuple(Link(str(n), "", edge=EdgeKind.BLOCKED_BY, target="t") for n in range(25))
    wanted = ChangeSet("memory", (MapChanges("login", "login.md", True, changes=links),))
    assert seconds_to_apply(wanted, Capabilities(seconds_per_write=1.0)) == 25
    assert seconds_to_apply(wanted, Capabilities(seconds_per_write=1.0, links_at_once=10)) == 3


def seconds(capabilities: Capabilities, *made: Change, tracking_key: str = "") -> float:
    """How long these changes of one map take at a second or more for each request."""
    of_map = MapChanges(MAP, "docs/login.md", True, changes=made, tracking_key=tracking_key)
    return seconds_to_apply(ChangeSet("memory", (of_map,)), replace(capabilities, seconds_per_write=1.0))


@pytest.mark.parametrize(
    ("edits", "requests"),
    [
        ((), 1),
        ((FieldEdit("title", "before", "after"), FieldEdit("purpose", "before", "after")), 1),
        ((LabelEdit(add=frozenset("ab")),), 2),
        ((LabelEdit(remove=frozenset("ab")),), 3),
        ((LabelEdit(add=frozenset("ab"), remove=frozenset("cd")),), 4),
        ((AssigneeEdit(add=frozenset("ab")),), 2),
        ((AssigneeEdit(remove=frozenset("ab")),), 2),
        ((AssigneeEdit(add=frozenset("ab"), remove=frozenset("cd")),), 3),
        ((FieldEdit("title", "", "x"), LabelEdit(add=frozenset("a")), AssigneeEdit(add=frozenset("b"))), 3),
    ],
)
def test_labels_and_people_have_requests_of_their_own(edits: tuple[Edit, ...], requests: int) -> None:
    assert seconds(Capabilities(), Update(SPEC.key, SPEC.title, "2", spec=SPEC, edits=edits)) == requests


def test_an_estimate_takes_a_request_where_the_tracker_has_them() -> None:
    estimated = replace(CREATE, spec=replace(SPEC, estimate_minutes=30))
    able = Capabilities(estimates=True)
    assert [seconds(able, estimated), seconds(able, CREATE), seconds(Capabilities(), estimated)] == [2, 1, 1]


def test_the_first_push_of_a_map_creates_its_labels_and_writes_its_ledger() -> None:
    labels = len(SPEC.labels | MAP_SPEC.labels)
    assert labels == 2
    assert seconds(Capabilities(), TRACK, CREATE, RENAMED, tracking_key=TRACKING) == labels + 3 + 1
    assert seconds(Capabilities(), CREATE, RENAMED, tracking_key=TRACKING) == 2
    assert seconds(Capabilities(), LEDGER_WRITE, CREATE, tracking_key=TRACKING) == 2, "it has them by now"


def test_removed_links_share_no_request_and_count_for_the_hour_as_added_ones_do() -> None:
    removed = [Unlink(str(n), "", edge=EdgeKind.BLOCKED_BY, target="t") for n in range(501)]
    added = [Link(each.key, "", edge=each.edge, target="t") for each in removed]
    assert seconds(Capabilities(links_at_once=10), *removed[:5]) == 5
    assert [seconds(GITHUB, *removed), seconds(GITHUB, *added)] == [3601, 3601]


def test_the_pace_counts_within_the_last_hour_too() -> None:
    slow = Capabilities(seconds_per_write=2.5, creations_per_hour=500)
    assert seconds_to_apply(changes(0, 4), slow) == 10
    assert seconds_to_apply(changes(503), slow) == 3600 + 3 * 2.5
    assert seconds_to_apply(changes(0), replace(slow, seconds_per_write=10.0)) == 0


def test_a_folder_takes_no_time() -> None:
    assert seconds_to_apply(changes(1200), Capabilities()) == 0
