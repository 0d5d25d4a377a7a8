"""Guards refuse before the first write, and name the number, the limit and the flag."""

from __future__ import annotations

from dataclasses import replace

import pytest

from techmap_sync.planning.task import EDITION, TaskPlan
from techmap_sync.sync.apply import apply
from techmap_sync.sync.change_set import ChangeSet, MapChanges, edit_digests
from techmap_sync.sync.changes import Action, Change, Close, Conflict, Create, Skip, Update
from techmap_sync.sync.endings import Ending, Why
from techmap_sync.sync.guards import (
    audience_refusals,
    conflict_refusal,
    existing_file_refusals,
    read_reviewed,
    refusals,
    refused_at_last,
    refused_for_conflicts,
    side_branch_refusal,
    stale_plan_refusal,
    titles_of_this_release,
    tracking_refusals,
)
from techmap_sync.sync.marker import Ledger
from techmap_sync.sync.match import Audience, DesiredMap, Origin
from techmap_sync.sync.observe import observe
from techmap_sync.sync.policy import Descent, Guard, OnConflict, SideBranch, SyncPolicy
from techmap_sync.sync.ticket_fields import KEY, FieldEdit
from techmap_sync.sync.tickets import Holdings
from techmap_sync.sync.tracker import CloseReason, Standing, State, Visibility
from tests.fakes.memory import MemoryTracker
from tests.sync.build import POLICY, STORE, THREE, held, key, origin, plan, task
from tests.sync.drive import allowing, planned, push, reasons, retired, several
from tests.sync.test_moves import some_map

LIMITS = replace(POLICY.limits, max_creates=2, max_updates=2, max_few=1)


STRICT = replace(POLICY, limits=LIMITS)


MORE = plan(*(task(f"Part{n}", sections={"purpose": f"{n}" * 30}) for n in range(3)))


GUARDS = {
    "creates": (None, MORE, "4 tickets to create, the limit is 2; push --allow creates"),
    "updates": (
        THREE,
        plan(*(replace(t, title=f"{t.title}!") for t in THREE.tasks)),
        "4 tickets to update, the limit is 2",
    ),
    "retitles": (
        THREE,
        plan(*(replace(t, title=f"{t.title}!") for t in THREE.tasks)),
        "3 of 3 tickets to retitle, the limit is 1",
    ),
    "closes": (THREE, plan(STORE), "2 of 3 open tickets to close, the limit is 1; push --allow closes"),
}


def test_several_tickets_gone_at_once_are_refused(tracker: MemoryTracker) -> None:
    del tracker.tickets["2"], tracker.tickets["3"]
    assert not planned(tracker, THREE).writes
    assert "2 tickets of the ledger are gone at once" in reasons(planned(tracker, THREE))
    assert planned(tracker, THREE, allowing("gone")).writes


def test_an_old_commit_run_again_is_refused(tracker: MemoryTracker) -> None:
    older = replace(origin("older text"), commit="0ld", commit_time="2025-01-01T00:00:00+00:00")
    change_set = planned(tracker, plan(STORE), where=older)
    assert not change_set.writes
    assert "push --allow older" in reasons(change_set)


def test_an_old_commit_does_not_retire_a_map_that_was_written_from_a_newer_one(tracker: MemoryTracker) -> None:
    found = observe(tracker, [THREE], POLICY)
    older = Origin("docs/login.md", commit="0ld", commit_time="2025-01-01T00:00:00+00:00")
    going = retired(tracker, found, older)
    assert not going.writes
    assert going.refusals[0].partition("; ")[0].endswith("this one is of 2025-01-01T00:00:00+00:00")


def test_an_old_commit_does_not_bring_back_a_map_that_was_retired_since(tracker: MemoryTracker) -> None:
    found = observe(tracker, [THREE], POLICY)
    newer = Origin("docs/login.md", commit="new", commit_time="2026-06-01T00:00:00+00:00")
    going = retired(tracker, found, newer)
    list(apply(ChangeSet(tracker.name, (going,)), tracker, POLICY))
    assert {ticket.state for ticket in tracker.tickets.values()} == {State.CLOSED}
    assert not planned(tracker, THREE).writes
    assert "push --allow older" in reasons(planned(tracker, THREE))


@pytest.mark.parametrize("guard", GUARDS)
def test_each_guard_refuses_before_the_first_write_and_names_number_limit_and_flag(guard: str) -> None:
    before, after, said = GUARDS[guard]
    tracker = MemoryTracker()
    if before is not None:
        push(tracker, before)
    tracker.requests.clear()
    assert said in reasons(planned(tracker, after, STRICT))
    push(tracker, after, STRICT)
    assert not tracker.writes
    lifted = replace(STRICT, allowed=frozenset(GUARDS))
    assert planned(tracker, after, lifted).writes


CONFLICT = plan(task("Store", sections={"purpose": "The map says this now."}), task("Sender", title="Send it all"))


def conflict() -> MemoryTracker:
    tracker = MemoryTracker()
    push(tracker, plan(task("Store"), task("Sender")))
    tracker.edit("2", body=tracker.tickets["2"].body.replace("What Store is for.", "My own words."))
    tracker.requests.clear()
    return tracker


def test_on_conflict_keep_keeps_the_humans_value_and_writes_the_rest() -> None:
    tracker = conflict()
    push(tracker, CONFLICT, replace(POLICY, on_conflict=OnConflict.KEEP))
    assert "My own words." in tracker.tickets["2"].body
    assert tracker.tickets["3"].title == "Send it all"


def test_on_conflict_overwrite_writes_the_maps_value() -> None:
    tracker = conflict()
    push(tracker, CONFLICT, replace(POLICY, on_conflict=OnConflict.OVERWRITE))
    assert "The map says this now." in tracker.tickets["2"].body
    assert tracker.tickets["3"].title == "Send it all"


def test_on_conflict_fail_writes_nothing_and_says_so_in_the_plan() -> None:
    tracker, policy = conflict(), replace(POLICY, on_conflict=OnConflict.FAIL)
    shown = planned(tracker, CONFLICT, policy)
    assert "1 field was" in shown.maps[0].refusals[0]
    assert not list(apply(shown, tracker, policy))
    assert not tracker.writes


def test_on_conflict_fail_stops_the_other_maps_too() -> None:
    tracker, policy = conflict(), replace(POLICY, on_conflict=OnConflict.FAIL)
    shown = several(tracker, CONFLICT, some_map("beta", "Report"), policy=policy)
    assert not shown.writes
    assert all(each.refusals for each in shown.maps)


def test_on_conflict_fail_lets_pass_what_is_no_conflict() -> None:
    tracker, policy = conflict(), replace(POLICY, on_conflict=OnConflict.FAIL)
    assert planned(tracker, plan(task("Store"), task("Sender", title="Send it all")), policy).writes


BRANCH = SideBranch("the branch fix", "main")


@pytest.mark.parametrize(("default", "next_step"), [("main", "plan shows"), ("", "git remote set-head")])
def test_a_side_branch_is_refused_with_the_way_out(default: str, next_step: str) -> None:
    refused = side_branch_refusal(replace(BRANCH, default_branch=default))
    assert refused is not None
    assert next_step in refused.hint
    assert "--allow branch" in refused.hint
    assert ("follow main" in refused.what) is bool(default)


def test_the_default_branch_is_not_refused() -> None:
    assert side_branch_refusal(None) is None


PUBLIC, INTERNAL, PRIVATE = Visibility.PUBLIC, Visibility.INTERNAL, Visibility.PRIVATE


@pytest.mark.parametrize(
    ("maps", "tickets", "is_refused"),
    [
        (PRIVATE, PUBLIC, True),
        (PRIVATE, INTERNAL, True),
        (INTERNAL, PUBLIC, True),
        (None, PUBLIC, True),
        (PUBLIC, PUBLIC, False),
        (INTERNAL, INTERNAL, False),
        (PUBLIC, INTERNAL, False),
        (None, PRIVATE, False),
        (PRIVATE, None, False),
    ],
)
def test_tickets_that_more_people_can_read_than_the_map_are_refused(
    maps: Visibility | None, tickets: Visibility | None, is_refused: bool
) -> None:
    reasons = audience_refusals(Audience("team/tickets", tickets, "team/maps", maps))
    assert bool(reasons) is is_refused
    for reason in reasons:
        assert reason.startswith("team/tickets is ")
        assert ("cannot be seen there" in reason) is (maps is None)
        assert "allow_public = true" in reason


def test_where_nothing_is_known_of_readers_nothing_is_refused() -> None:
    assert audience_refusals(None) == ()


def rows(change_set: ChangeSet) -> list[dict[str, object]]:
    """The changes as a plan file holds them."""
    found = []
    for change in change_set.changes:
        row: dict[str, object] = {"action": change.action.value, "key": change.key, "target": change.target}
        if isinstance(change, Create):
            row["assignees"] = list(change.assignees)
        found.append(row | {"edits": edit_digests(change)} if change.action is Action.UPDATE else row)
    return found


def stale(change_set: ChangeSet, shown: list[dict[str, object]]) -> str:
    plan = read_reviewed({"tracker": "memory", "changes": shown})
    refused = stale_plan_refusal(change_set, plan, "plan.json")
    return refused.what if refused else ""


ANNS = plan(replace(STORE, assignees=("Ann", "ben")))


def test_a_plan_allows_just_what_it_shows() -> None:
    change_set = planned(MemoryTracker(), ANNS)
    shown = rows(change_set)
    assert stale(change_set, shown) == ""
    for number, row in enumerate(shown):
        if row["action"] == "create":
            assert "does not show 1 change (create " in stale(change_set, shown[:number] + shown[number + 1 :])


def test_a_plan_that_shows_nothing_names_three_changes() -> None:
    reason = stale(planned(MemoryTracker(), THREE), [])
    assert f"does not show {len(planned(MemoryTracker(), THREE).writes)} changes" in reason
    assert reason.count("create ") == 3


def test_whom_a_plan_does_not_name_nobody_assigns() -> None:
    change_set = planned(MemoryTracker(), ANNS)
    shown = rows(change_set)
    create = next(row for row in shown if row["key"] == STORE.key)
    assert stale(change_set, [row | {"assignees": ["ANN", "Ben"]} if row is create else row for row in shown]) == ""
    for others in ([], None, ["Ann"], ["Ann", "cy"]):
        changed = [row | {"assignees": others} if row is create else row for row in shown]
        assert "does not show 1 change" in stale(change_set, changed)


def test_each_field_of_an_update_must_be_shown_as_it_will_be(tracker: MemoryTracker) -> None:
    change_set = planned(tracker, plan(replace(STORE, title="Build Store"), *THREE.tasks[1:]))
    shown = rows(change_set)
    assert stale(change_set, shown) == ""
    update = next(row for row in shown if row["key"] == STORE.key)
    name, before, after = next(edit for edit in edit_digests(update_of(change_set)) if edit[0] == "title")
    for edit in ((name, before, "another"), (name, "another", after), ("purpose", before, after)):
        changed = [row | {"edits": [edit]} if row is update else row for row in shown]
        assert "does not show 1 change" in stale(change_set, changed)
    assert "does not show 1 change" in stale(change_set, [row | {"key": "other"} for row in shown if row is update])


def test_a_ledger_needs_no_review_of_its_own(tracker: MemoryTracker) -> None:
    change_set = planned(tracker, plan(replace(STORE, title="Build Store"), *THREE.tasks[1:]))
    without = [
        row | {"edits": [edit for edit in row["edits"] if edit[0] != "ledger"]}  # type: ignore[attr-defined]
        for row in rows(change_set)
    ]
    ledger = ("ledger", "", "")
    assert stale(change_set, without) == ""
    assert read_reviewed({"tracker": "memory", "changes": [without[0] | {"edits": [ledger]}]}).allowed == frozenset()


@pytest.mark.parametrize("document", [{}, {"changes": []}, {"tracker": "memory", "changes": [{}]}])
def test_what_is_no_plan_file_is_refused(document: dict[str, object]) -> None:
    with pytest.raises(LookupError):
        read_reviewed(document)


def update_of(change_set: ChangeSet) -> Change:
    return next(change for change in change_set.changes if change.key == STORE.key)


def test_a_conflict_is_an_error_where_it_is_asked_for(tracker: MemoryTracker) -> None:
    changed = plan(replace(STORE, title="Build Store"), *THREE.tasks[1:])
    assert conflict_refusal(planned(tracker, changed)) is None
    tracker.edit("2", title="My own words")
    refused = conflict_refusal(planned(tracker, changed))
    assert refused is not None
    assert refused.what.startswith("1 field changed")
    assert "--resolve tracker KEY" in refused.hint
    tracker.edit("3", title="My words too")
    both = plan(replace(STORE, title="Build Store"), replace(THREE.tasks[1], title="Build it"), THREE.tasks[2])
    refused = conflict_refusal(planned(tracker, both))
    assert refused is not None
    assert refused.what.startswith("2 fields changed")


@pytest.mark.parametrize(
    ("descent", "is_refused"),
    [(Descent.BEFORE, True), (Descent.AFTER, False), (Descent.UNKNOWN, False)],
)
def test_what_git_says_of_a_commit_comes_before_its_time(
    tracker: MemoryTracker, descent: Descent, is_refused: bool
) -> None:
    newer = replace(
        origin("other text"),
        commit="f00d",
        commit_time="2027-01-01T00:00:00+00:00",
        descent_from=lambda _: descent,
    )
    changed = planned(tracker, plan(replace(STORE, title="Build Store"), *THREE.tasks[1:]), where=newer)
    assert (not changed.writes) is is_refused
    assert ("which came after this one" in reasons(changed)) is is_refused


def test_a_title_that_changes_only_with_the_name_of_the_map_is_not_retitled(tracker: MemoryTracker) -> None:
    limits = replace(POLICY, limits=replace(POLICY.limits, max_few=1))
    for named_by_map in (True, False):
        retitled = plan(*(replace(t, title=f"{t.title}: Login", named_by_map=named_by_map) for t in THREE.tasks))
        assert bool(planned(tracker, retitled, limits).writes) is named_by_map


# Each guard by itself, at its very limit.

MANY = [task(f"Part{number}") for number in range(12)]
BOUNDED = replace(POLICY, limits=replace(LIMITS, max_updates=99, max_retitled_share=0.25, max_closed_share=0.5))


def tickets_of(count: int, ledger: Ledger | None = None) -> Holdings:
    """That many open tickets, and a tracking ticket with a ledger if there is one."""
    tickets = {spec.key: held(spec, str(number)) for number, spec in enumerate(MANY[:count], 2)}
    if ledger is None:
        return Holdings(tickets=tickets)
    tracking = held(THREE.tracking, "1")
    block = replace(tracking.block, marker=replace(tracking.marker, ledger=ledger))
    return Holdings(replace(tracking, block=block), tickets)


def closing(number: int, reason: CloseReason = CloseReason.NOT_PLANNED) -> tuple[Close, ...]:
    return tuple(Close(spec.key, "", "2", close_reason=reason, ending=Ending(Why.GONE)) for spec in MANY[:number])


def retitling(number: int, *edits: FieldEdit, **changed: object) -> tuple[Update, ...]:
    title = FieldEdit("title", "Create it", "Build it")
    specs = [replace(spec, **changed) for spec in MANY[:number]]  # type: ignore[arg-type]
    return tuple(Update(spec.key, "", "2", spec=spec, edits=(title, *edits)) for spec in specs)


def refused_for(changes: tuple[Change, ...], holdings: Holdings, policy: SyncPolicy = BOUNDED) -> list[str]:
    found = refusals(changes, origin(), plan(), holdings, policy)
    return [reason.partition("; push --allow ")[0] for reason in found]


@pytest.mark.parametrize(
    ("tickets", "closed", "limit"), [(9, 1, ""), (9, 2, "1"), (10, 5, ""), (10, 6, "50%"), (12, 6, ""), (12, 7, "50%")]
)
def test_of_few_tickets_a_number_may_be_closed_and_of_ten_a_share(tickets: int, closed: int, limit: str) -> None:
    expected = [f"{closed} of {tickets} open tickets to close, the limit is {limit}"] if limit else []
    assert refused_for(closing(closed), tickets_of(tickets)) == expected
    assert not refused_for(closing(closed, CloseReason.COMPLETED), tickets_of(tickets))


@pytest.mark.parametrize(
    ("tickets", "retitled", "limit"),
    [(9, 1, ""), (9, 2, "1"), (10, 2, ""), (10, 3, "25%"), (12, 3, ""), (12, 4, "25%")],
)
def test_of_few_tickets_a_number_may_be_retitled_and_of_ten_a_share(tickets: int, retitled: int, limit: str) -> None:
    expected = [f"{retitled} of {tickets} tickets to retitle, the limit is {limit}"] if limit else []
    assert refused_for(retitling(retitled), tickets_of(tickets, Ledger(edition=EDITION))) == expected


def test_as_many_as_the_limit_says_are_created_and_updated() -> None:
    creates = tuple(Create(spec.key, "", spec=spec) for spec in MANY)
    assert not refused_for(creates[:2], tickets_of(0))
    assert refused_for(creates[:3], tickets_of(0)) == ["3 tickets to create, the limit is 2"]
    updates = tuple(Update(spec.key, "", spec=spec) for spec in MANY)
    assert not refused_for(updates[:2], tickets_of(0), STRICT)
    assert refused_for(updates[:3], tickets_of(0), STRICT) == ["3 tickets to update, the limit is 2"]


RENAMED = FieldEdit(KEY, "login/component/Vault", "login/component/Store")
NUMBERED = FieldEdit(KEY, "login/component/3-store", "login/component/store")
STEP = FieldEdit(KEY, "login/component/step-1-store", "login/component/store")
ANOTHER_MAP = FieldEdit(KEY, "signin/component/Store", "login/component/Store")
RETITLED: dict[str, tuple[tuple[Update, ...], Ledger, bool]] = {
    "words": (retitling(4), Ledger(edition=EDITION), True),
    "words of a renamed task": (retitling(4, RENAMED), Ledger(edition=EDITION), True),
    "words that an earlier release wrote": (retitling(4), Ledger(), False),
    "words of a renamed task that an earlier release wrote": (retitling(4, RENAMED), Ledger(), True),
    "words of a renumbered task that an earlier release wrote": (retitling(4, NUMBERED), Ledger(), False),
    "words of a task with another word and number in front that an earlier release wrote": (
        retitling(4, STEP, earlier="login/component/step-2-store"),
        Ledger(),
        False,
    ),
    "words of a task that gets a milestone": (
        retitling(4, FieldEdit("milestone", "", "v1")),
        Ledger(edition=EDITION),
        True,
    ),
    "words of a task of a renamed map that an earlier release wrote": (retitling(4, ANOTHER_MAP), Ledger(), False),
    "words of a task whose key an earlier release made": (
        retitling(4, RENAMED, earlier=RENAMED.before),
        Ledger(edition=EDITION),
        False,
    ),
    "the name of the map": (retitling(4, named_by_map=True), Ledger(edition=EDITION), False),
    "a number": (
        tuple(replace(each, edits=(FieldEdit("title", "1. Create", "2. Create"),)) for each in retitling(4)),
        Ledger(edition=EDITION),
        False,
    ),
    "nothing that anybody sees": (
        tuple(replace(each, edits=(FieldEdit("title", "Cre\u0301e", "Cr\u00e9e"),)) for each in retitling(4)),
        Ledger(edition=EDITION),
        False,
    ),
    "another field": (
        tuple(replace(each, edits=(FieldEdit("purpose", "a", "b"),)) for each in retitling(4)),
        Ledger(edition=EDITION),
        False,
    ),
}
"""What changes in the titles of four of nine tickets, and whether it counts."""


@pytest.mark.parametrize("what", RETITLED)
def test_what_counts_as_another_title(what: str) -> None:
    changes, ledger, counts = RETITLED[what]
    assert bool(refused_for(changes, tickets_of(9, ledger))) is counts


def test_the_tracking_ticket_is_none_of_the_tickets_to_retitle() -> None:
    tracking = replace(retitling(1)[0], key=THREE.tracking.key)
    assert not refused_for((*retitling(1), tracking), tickets_of(9, Ledger(edition=EDITION)))


def test_titles_that_this_release_words_differently_are_said_and_count_for_nothing() -> None:
    def said(changes: tuple[Update, ...], ledger: Ledger | None, policy: SyncPolicy = BOUNDED) -> list[Skip]:
        return [*titles_of_this_release(changes, THREE, tickets_of(9, ledger), policy)]

    (skip,) = said(retitling(4), Ledger())
    assert skip.reason == (
        "4 of 9 tickets get other titles because an earlier release wrote them, "
        "as all of the map's tickets follow its change"
    )
    assert (skip.key, skip.title, skip.ticket) == (THREE.tracking.key, THREE.tracking.title, "1")
    assert skip.lasting
    assert said(retitling(4), None)[0].ticket == ""
    assert not said(retitling(1), Ledger()), "a few"
    assert said(retitling(2), Ledger())
    assert not said(retitling(4), Ledger(edition=EDITION))
    assert not said(retitling(4), Ledger(), replace(BOUNDED, refresh=True))
    assert not said(retitling(4, RENAMED), Ledger()), "the map renamed them"
    assert not said(retitling(4, named_by_map=True), Ledger())


def test_an_old_commit_is_refused_only_where_something_is_written() -> None:
    ledger = Ledger(commit="0123456789abcdef", commit_time="2026-02-01T00:00:00Z")
    old = replace(origin(), descent_from=lambda _: Descent.BEFORE)

    def why(*changes: Change, where: Origin = old) -> tuple[str, ...]:
        return refusals(changes, where, plan(), tickets_of(1, ledger), BOUNDED)

    update, skip = Update(MANY[0].key, "", "2", spec=MANY[0]), Skip(MANY[0].key, "", "2")
    assert not why(skip)
    assert not why()
    for changes in ((update,), (skip, update)):
        assert why(*changes) == (
            "the tickets were written from commit 0123456789ab of 2026-02-01T00:00:00Z, which came after this one; "
            "push --allow older goes ahead anyway",
        )
    unknown = replace(old, descent_from=lambda _: Descent.UNKNOWN)
    assert why(update, where=unknown)[0].startswith(
        "the tickets were written from commit 0123456789ab of 2026-02-01T00:00:00Z, "
        "this one is of 2026-01-01T00:00:00+00:00; "
    )
    assert not why(update, where=replace(unknown, commit_time="2026-02-01T00:00:00Z"))
    assert not why(update, where=replace(unknown, commit_time="no time at all"))


def test_of_many_missing_tickets_three_are_named_in_order() -> None:
    ledger = Ledger({key(name): "9" for name in "DBCA"})
    assert refused_for((), tickets_of(1, ledger)) == [
        f"4 tickets of the ledger are gone at once ({key('A')}, {key('B')}, {key('C')}, …)"
    ]
    assert not refused_for((), tickets_of(1, Ledger({key("A"): "9"})))


@pytest.mark.parametrize("allowed", [True, False])
def test_who_lets_a_unit_be_generated_again_lets_its_tickets_be_closed_and_retitled(allowed: bool) -> None:
    unit = replace(plan(task("Other", sections={"purpose": "x"})), leaves=(("T1", "something else altogether"),))
    policy = replace(BOUNDED, allowed=frozenset({Guard.REGENERATED} if allowed else ()))
    tickets = tickets_of(4, Ledger(edition=EDITION))

    def found(of: TaskPlan, policy: SyncPolicy = policy) -> list[str]:
        return [why.partition(" ")[2] for why in refusals((*closing(3), *retitling(3)), origin(), of, tickets, policy)]

    others = ["of 4 tickets to retitle", "of 4 open tickets to close"]
    gone = "of 4 tasks are gone at once, as when a file is generated again; push --allow regenerated goes ahead anyway"
    assert [each.partition(",")[0] for each in found(unit)] == ([] if allowed else [gone.partition(",")[0], *others])
    assert [each.partition(",")[0] for each in found(replace(unit, leaves=()))] == others, "no unit of specs"
    there = replace(unit, leaves=tuple(("", spec.title) for spec in MANY[:4]))
    assert [each.partition(",")[0] for each in found(there)] == others, "nothing is gone"


def test_a_conflict_refuses_each_map_with_changes_beside_what_was_refused_already() -> None:
    fail = replace(POLICY, on_conflict=OnConflict.FAIL)
    one = MapChanges("a", "a.md", True, changes=(Conflict(STORE.key, "", "2"),), refusals=("before",))
    two = MapChanges("b", "b.md", True, changes=(Conflict(STORE.key, "", "3"),))
    none = MapChanges("c", "c.md", True)
    what = 'changed by the map and by a human, and on_conflict is "fail"'
    end = f"{what}; settle with push --resolve map KEY or --resolve tracker KEY"
    assert [each.refusals for each in refused_for_conflicts([one, none], fail)] == [
        ("before", f"1 field was {end}"),
        (),
    ]
    assert [each.refusals for each in refused_for_conflicts([one, two], fail)][1] == (f"2 fields were {end}",)
    assert refused_for_conflicts([one, none], POLICY) == (one, none)


def test_what_a_reader_should_know_and_why_nothing_may_be_written_come_with_the_first_write() -> None:
    desired = DesiredMap("a", origin(), notes=("a note",), unwritable=("no commit has it",))
    writing = MapChanges("a", "a.md", True, changes=(Update(STORE.key, "", "2", spec=STORE),))
    at_last = refused_at_last(writing, desired)
    assert (at_last.notes, at_last.refusals) == (("a note",), ("no commit has it",))
    skipping = replace(writing, changes=(Skip(STORE.key, "", "2"),))
    assert refused_at_last(skipping, desired) == skipping
    refused = replace(writing, refusals=("before",))
    assert refused_at_last(refused, desired) == refused


def test_a_file_that_may_be_the_maps_keeps_it_from_being_retired() -> None:
    assert existing_file_refusals("docs/b.md", POLICY) == (
        "docs/b.md may still be this map's file; reconcile --allow exists retires the map anyway",
    )
    assert existing_file_refusals("", POLICY) == ()
    assert existing_file_refusals("docs/b.md", allowing("exists")) == ()


def test_a_refusal_for_readers_names_who_can_read_what() -> None:
    end = "allow_public = true in the settings lets its tickets be read"
    assert audience_refusals(Audience("team/tickets", PUBLIC, "team/maps", INTERNAL)) == (
        f"team/tickets is public, and team/maps, which holds the maps, is internal; {end}",
    )
    assert audience_refusals(Audience("team/tickets", INTERNAL, "team/maps", None)) == (
        f"team/tickets is internal, and team/maps, which holds the maps, cannot be seen there; {end}",
    )


def test_only_a_released_tracking_ticket_can_be_bound_again() -> None:
    made = held(MANY[0])
    naming = replace(made, block=replace(made.block, marker=replace(made.marker, tracking="7")))
    lost = Holdings(tickets={MANY[0].key: naming}, released_tracking="its marker is damaged")
    end = f"push --recreate {THREE.tracking.key} makes a new one (what people deleted and unlinked is forgotten then)"
    assert tracking_refusals(THREE.tracking.key, lost, POLICY) == (
        f"the tracking ticket 7 was released: its marker is damaged; "
        f"push --rebind {THREE.tracking.key}=7 binds it again, {end}",
    )
    deleted = replace(lost, released_tracking="")
    assert tracking_refusals(THREE.tracking.key, deleted, POLICY) == (f"the tracking ticket 7 was deleted; {end}",)
    again = replace(POLICY, recreate=frozenset({THREE.tracking.key}))
    assert tracking_refusals(THREE.tracking.key, deleted, again) == ()
    assert tracking_refusals(THREE.tracking.key, tickets_of(1, Ledger()), POLICY) == ()


def test_a_strangers_copy_of_a_tracking_ticket_that_is_there_refuses_nothing() -> None:
    tracker = MemoryTracker()
    push(tracker, THREE)
    tracker.tickets["77"] = replace(tracker.tickets["1"], number="77", author="mallory", standing=Standing.STRANGER)
    holdings = observe(tracker, [THREE], POLICY).of(THREE.map_id)
    assert tracking_refusals(THREE.tracking.key, holdings, POLICY) == ()
    assert tracking_refusals(THREE.tracking.key, replace(holdings, tracking=None), POLICY) != ()


def test_a_stale_plan_names_the_changes_and_the_way_out() -> None:
    reviewed = read_reviewed({"tracker": "memory", "changes": [{"action": "create", "key": THREE.tracking.key}]})
    refused = stale_plan_refusal(planned(MemoryTracker(), plan(STORE)), reviewed, "plan.json")
    assert refused is not None
    assert refused.what == (
        "the plan is stale: plan.json does not show 2 changes (create Create Store, link Create Store)"
    )
    assert refused.hint == "make a new one with plan --out, and review it"
