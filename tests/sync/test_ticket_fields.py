"""Labels, owners and other fields of a ticket: ours follow the map and the settings, and those of people stay."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from techmap_sync.planning.task import Priority, TaskPlan, TaskSpec
from techmap_sync.sync.block import Block, read_block
from techmap_sync.sync.changes import Action, Conflict, Skip, Update
from techmap_sync.sync.marker import Marker
from techmap_sync.sync.merge import revise
from techmap_sync.sync.policy import OnConflict, Side, SyncPolicy
from techmap_sync.sync.ticket_fields import (
    KEY,
    LABELS,
    LEDGER,
    MARKER,
    AssigneeChanges,
    AssigneeEdit,
    Decision,
    FieldEdit,
    LabelChanges,
    LabelEdit,
    Revised,
    Revision,
    assignee_changes,
    has_label,
    label_changes,
    within_people,
)
from techmap_sync.sync.tracker import Capabilities
from tests.fakes.memory import MemoryTracker
from tests.sync.build import POLICY, THREE, held, key, plan, rehold, task
from tests.sync.drive import planned, push, reasons


def test_labels_are_added_and_removed_but_never_replaced() -> None:
    ticket = held(task("Store", labels=frozenset({"old"})))
    seen = rehold(replace(ticket.ticket, labels=ticket.ticket.labels | {"by hand"}))
    revision = revise(task("Store", labels=frozenset({"new"})), seen, POLICY)
    assert revision.labels.add == {"new"}
    assert revision.labels.remove == {"old"}


def test_a_label_that_a_human_removed_is_not_added_again() -> None:
    spec = task("Store", labels=frozenset({"component"}))
    ticket = held(spec)
    thinned = rehold(replace(ticket.ticket, labels=ticket.ticket.labels - {"component"}))
    assert not revise(spec, thinned, POLICY).labels.add


RENAMED = {
    "another name": {"high": "P0", "medium": "P1", "low": "P2"},
    "the name that another one had": {"high": "priority:medium", "medium": "priority:low", "low": "priority:later"},
    "no label": {},
}


def relabelled(labels: Mapping[str, str]) -> tuple[TaskPlan, SyncPolicy]:
    """The same map under settings with other labels for priorities."""

    def again(spec: TaskSpec) -> TaskSpec:
        label = labels.get(spec.priority or "")
        return replace(spec, labels=frozenset({POLICY.managed_label, *([label] if label else [])}))

    tasks = tuple(map(again, THREE.tasks))
    return replace(THREE, tasks=tasks), replace(POLICY, priority_labels=labels)


@pytest.mark.parametrize("to", RENAMED)
@pytest.mark.parametrize("native", [False, True])
def test_a_priority_label_that_the_settings_rename_is_exchanged(to: str, native: bool) -> None:
    tracker = MemoryTracker(Capabilities(native_priority=native))
    push(tracker, THREE)
    made, policy = relabelled(RENAMED[to])
    change_set = planned(tracker, made, policy, repr(THREE))
    assert {change.action for change in change_set.changes} == {Action.UPDATE}
    push(tracker, made, policy, repr(THREE))
    assert [tracker.tickets[number].labels for number in "234"] == [spec.labels for spec in made.tasks]
    assert not planned(tracker, made, policy, repr(THREE)).changes


def test_a_priority_label_that_a_human_removed_stays_away_whatever_its_name_is_by_now(tracker: MemoryTracker) -> None:
    tracker.edit("2", labels=frozenset({POLICY.managed_label}))
    made, policy = relabelled(RENAMED["another name"])
    push(tracker, made, policy, repr(THREE))
    assert tracker.tickets["2"].labels == {POLICY.managed_label}
    assert tracker.tickets["3"].labels == {POLICY.managed_label, "P1"}
    assert not planned(tracker, made, policy, repr(THREE)).writes


def test_a_priority_that_a_human_chose_by_its_label_of_today_stays(tracker: MemoryTracker) -> None:
    tracker.edit("2", labels=frozenset({POLICY.managed_label, "P0"}))
    made, policy = relabelled(RENAMED["another name"])
    push(tracker, made, policy, repr(THREE))
    assert tracker.tickets["2"].labels == {POLICY.managed_label, "P0"}
    assert not planned(tracker, made, policy, repr(THREE)).writes


def test_a_renamed_priority_label_is_finished_after_a_run_was_killed(tracker: MemoryTracker) -> None:
    made, policy = relabelled(RENAMED["another name"])
    tracker.edit("2", labels=made.tasks[0].labels)
    push(tracker, made, policy, repr(THREE))
    block = read_block(tracker.tickets["2"].body)
    assert isinstance(block, Block)
    assert block.marker.labels == made.tasks[0].labels
    assert not planned(tracker, made, policy, repr(THREE)).changes


def test_a_priority_and_its_label_may_change_at_once(tracker: MemoryTracker) -> None:
    made, policy = relabelled(RENAMED["the name that another one had"])
    store = replace(made.tasks[0], priority=Priority.HIGH, labels=frozenset({POLICY.managed_label, "priority:medium"}))
    made = replace(made, tasks=(store, *made.tasks[1:]))
    push(tracker, made, policy)
    assert tracker.tickets["2"].labels == store.labels
    assert not planned(tracker, made, policy).changes


SPEC = task("Session", labels=frozenset({"Component", "phase:build"}))


def changes(there: set[str], ours: set[str] | None = None) -> LabelChanges:
    """Compare the labels of the task with those of a ticket.

    :param there: what the ticket has.
    :param ours: what the marker says we set; what the task wants when it is None.
    """
    before = held(SPEC)
    marker = before.marker if ours is None else replace(before.marker, labels=frozenset(ours))
    ticket = replace(before.ticket, labels=frozenset(there))
    return label_changes(SPEC, ticket, marker, Decision.NOTHING, POLICY)


def test_a_label_in_another_case_is_the_same_label() -> None:
    there = {label.upper() for label in SPEC.labels}
    assert changes(there) == LabelChanges()


def test_a_label_that_we_drop_is_removed_as_the_ticket_spells_it() -> None:
    found = changes({*SPEC.labels, "OLD"}, {*SPEC.labels, "old"})
    assert found.remove == {"OLD"}
    assert not found.add


def test_a_label_of_a_person_stays_in_any_case() -> None:
    assert not changes({*SPEC.labels, "urgent"}).remove


def test_a_label_that_a_person_took_off_is_named_as_we_spell_it() -> None:
    assert changes(set(SPEC.labels) - {"Component"}).taken == {"Component"}


@given(st.lists(st.sampled_from(sorted(SPEC.labels)), unique=True))
def test_spelling_changes_nothing_about_what_is_decided(kept: list[str]) -> None:
    there = set(kept)
    swapped = {label.swapcase() for label in there}
    assert changes(there) == changes(swapped)


def test_has_label_ignores_case() -> None:
    assert has_label({"Techmap"}, "techmap")
    assert not has_label({"Techmaps"}, "techmap")


WAS, NOW = POLICY.priority_labels["medium"], POLICY.priority_labels["high"]
RELABELLING = replace(POLICY, priority_labels={"high": "P0", "medium": "P1", "low": "P2"})


def merged_labels(
    wanted: str,
    ours: str,
    there: str,
    priority: Decision = Decision.NOTHING,
    policy: SyncPolicy = POLICY,
    marker: Mapping[str, object] | None = None,
) -> LabelChanges:
    """Merge labels: those of the task, those that we set while its priority was medium, and those of the ticket.

    :param marker: what else it says
    """
    spec = replace(SPEC, labels=frozenset(wanted.split()))
    before = replace(held(SPEC).marker, labels=frozenset(ours.split()), priority="medium")
    ticket = replace(held(SPEC).ticket, labels=frozenset(there.split()))
    return label_changes(spec, ticket, replace(before, **marker or {}), priority, policy)  # type: ignore[arg-type]


def labels(**names: str) -> LabelChanges:
    return LabelChanges(**{name: frozenset(found.split()) for name, found in names.items()})


@pytest.mark.parametrize(
    ("wanted", "ours", "there", "expected"),
    [
        ("a", "a", "a", {}),
        ("a b", "a", "a", {"add": "b"}),
        ("a", "a b", "a b by-hand", {"remove": "b"}),
        ("a", "a b", "a", {}),
        ("a b", "a", "a b", {"known": "b"}),
        ("a b", "", "A", {"add": "b", "known": "a"}),
        ("a b", "a b", "a", {"taken": "b"}),
    ],
)
def test_labels_follow_the_document_unless_a_person_chose(
    wanted: str, ours: str, there: str, expected: dict[str, str]
) -> None:
    found = merged_labels(f"{wanted} {WAS}", f"{ours} {WAS}", f"{there} {WAS}")
    assert found == labels(**expected)


def test_a_label_that_a_person_took_off_stays_off_until_somebody_asks_for_it() -> None:
    by_map, by_tracker = (replace(POLICY, resolve={SPEC.key: side}) for side in (Side.MAP, Side.TRACKER))
    both = f"a b {WAS}"
    assert merged_labels(both, both, f"b {WAS}", policy=by_map) == labels(add="a")
    assert merged_labels(both, both, f"b {WAS}", policy=by_tracker) == labels(declined="a", accepted="a")
    declined = {"declined": frozenset({"A"})}
    assert merged_labels(both, both, f"b {WAS}", marker=declined) == labels(declined="a")
    assert merged_labels(both, both, WAS, policy=by_tracker, marker=declined) == labels(declined="a b", accepted="b")
    assert merged_labels(both, both, f"b {WAS}", policy=by_map, marker=declined) == labels(add="a")
    assert merged_labels(both, both, both, marker=declined) == labels(), "it is there again"
    assert merged_labels(f"b {WAS}", both, f"b {WAS}", marker=declined) == labels(), "nobody wants it any more"


def test_the_label_of_a_priority_follows_the_decision_about_the_priority() -> None:
    def follows(there: str, priority: Decision, wanted: str = NOW) -> LabelChanges:
        return merged_labels(f"a {wanted}", f"a {WAS}", f"a by-hand {there}", priority)

    assert follows(WAS, Decision.UPDATE) == labels(add=NOW, remove=WAS)
    assert follows(WAS.upper(), Decision.UPDATE) == labels(add=NOW, remove=WAS.upper())
    assert follows(f"{WAS} {NOW}", Decision.UPDATE) == labels(remove=WAS)
    assert follows("", Decision.UPDATE) == labels(add=NOW)
    assert follows(f"{WAS} {NOW}", Decision.ADOPT) == labels(remove=WAS)
    assert follows(NOW, Decision.ADOPT) == labels()
    assert follows(WAS, Decision.ADOPT, wanted=WAS) == labels()
    for decision in (Decision.NOTHING, Decision.KEEP, Decision.CONFLICT):
        assert follows(WAS, decision) == labels()
        assert follows("", decision) == labels(), "a person took it off"


def test_a_priority_label_with_another_name_in_the_settings_is_exchanged_while_the_priority_stays() -> None:
    def exchanged(there: str, **marker: object) -> LabelChanges:
        return merged_labels("a P1", f"a {WAS}", f"a by-hand {there}", policy=RELABELLING, marker=marker)

    assert exchanged(WAS) == labels(add="P1", remove=WAS)
    assert exchanged(f"{WAS} P1") == labels(known="P1", remove=WAS)
    assert exchanged(WAS, accepted={"priority": "low"}) == labels(remove=WAS)
    assert exchanged(WAS, priority="") == labels(remove=WAS), "no priority was set"
    assert exchanged("P1", labels=frozenset({"a", "P1"})) == labels()


def test_only_the_label_of_the_priority_itself_is_exchanged() -> None:
    def exchanged(there: str) -> LabelChanges:
        return merged_labels("a b P1", f"a b {WAS}", there, policy=RELABELLING)

    assert exchanged(f"a {WAS}") == labels(add="P1", remove=WAS, taken="b")
    assert exchanged(f"a b {WAS} P2") == labels(add="P1", remove=WAS)


def test_labels_are_removed_as_the_ticket_spells_them() -> None:
    assert merged_labels(f"a {WAS}", f"a Old {WAS}", f"A OLD {WAS}") == labels(remove="OLD")
    assert merged_labels(f"a {NOW}", "a", f"a {WAS.upper()}", Decision.UPDATE) == labels(add=NOW, remove=WAS.upper())


def test_the_changes_of_a_set_are_shown_in_order() -> None:
    assert LabelEdit(frozenset("fbdace"), frozenset("zxvuyw")).after == "-u -v -w -x -y -z +a +b +c +d +e +f"
    assert LabelEdit().after == ""


def test_what_only_the_marker_needs_to_know_is_named_in_order() -> None:
    fields = tuple(
        Revised(name, decision, f"their {name}", f"our {name}")
        for name, decision in (
            ("", Decision.ADOPT),
            ("purpose", Decision.ADOPT),
            ("items", Decision.UPDATE),
            ("where", Decision.NOTHING),
        )
    )
    revision = Revision(
        fields,
        LabelChanges(known=frozenset("db"), accepted=frozenset("ca")),
        AssigneeChanges(settled=frozenset({"ann"})),
    )
    assert revision.adopted == ("lead", "purpose", "a", "ann", "b", "c", "d")
    assert revision.texts_but("purpose") == ("their ", "our items", "their where")
    assert Revision(fields).adopted == ("lead", "purpose")


def test_what_people_keep_is_named_with_both_texts() -> None:
    fields = tuple(Revised(name, Decision.KEEP, f"their {name}", f"our {name}") for name in ("", "purpose"))
    texts = (FieldEdit("lead", "our ", "their "), FieldEdit("purpose", "our purpose", "their purpose"))
    taken, people = LabelChanges(taken=frozenset("a")), AssigneeChanges(taken=frozenset({"ann"}))
    kept = (*texts, LabelEdit(remove=frozenset("a")), AssigneeEdit(remove=frozenset({"ann"})))
    assert Revision(fields, taken, people).kept == kept
    assert Revision(fields).kept == texts
    contested = replace(people, contested=frozenset({"bob"}))
    assert Revision((), people=contested).kept == (), "the conflict says it"


STORE = key("Store")


def owned(*people: str) -> TaskSpec:
    return replace(task("Store"), assignees=people, follows_assignees=True)


def merged(ours: str, wanted: str, there: str, policy: SyncPolicy = POLICY, left_out: str = "") -> dict[str, str]:
    spec = owned(*wanted.split())
    before = held(spec, assignees=frozenset(there.split()))
    marker = replace(before.marker, assignees=frozenset(ours.split()), unassigned=frozenset(left_out.split()))
    found = assignee_changes(spec, before.ticket, marker, policy)
    names = ("add", "remove", "taken", "contested", "settled", "ours", "unassigned")
    said = {name: " ".join(sorted(getattr(found, name) or ())) for name in names}
    return {name: people for name, people in said.items() if people}


@pytest.mark.parametrize(
    ("ours", "wanted", "there", "expected"),
    [
        ("", "ann", "", {"add": "ann", "ours": "ann"}),
        ("ann", "ann", "ann", {"ours": "ann"}),
        ("ann", "bob", "ann", {"add": "bob", "remove": "ann", "ours": "bob"}),
        ("ann", "", "ann", {"remove": "ann"}),
        ("ann", "bob", "ann cleo", {"add": "bob", "remove": "ann", "ours": "bob"}),  # cleo stays
        ("ann", "ann", "ann cleo", {"ours": "ann"}),
        ("ann", "ann", "cleo", {"taken": "ann", "ours": "ann"}),
        ("ann", "ann", "", {"taken": "ann", "ours": "ann"}),
        ("ann", "bob", "cleo", {"contested": "bob", "ours": "ann"}),
        ("ann", "bob", "", {"contested": "bob", "ours": "ann"}),
        ("ann", "bob", "bob", {"settled": "ann"}),
        ("ann", "", "", {"settled": "ann"}),
        ("", "bob", "bob", {}),  # a person assigned him: he is not ours
        ("", "", "bob", {}),
        ("Ann", "ann", "ANN", {"ours": "ann"}),
        ("@ann", "ann", "ann", {"ours": "ann"}),
        ("", "@ann", "", {"add": "ann", "ours": "ann"}),
        ("ann bob", "ann cleo", "", {"taken": "ann", "contested": "cleo", "ours": "ann bob"}),
    ],
)
def test_people_follow_the_document_unless_a_person_chose(
    ours: str, wanted: str, there: str, expected: dict[str, str]
) -> None:
    assert merged(ours, wanted, there) == expected


def test_a_person_settles_a_conflict_for_either_side() -> None:
    by_map, by_tracker = (replace(POLICY, resolve={STORE: side}) for side in (Side.MAP, Side.TRACKER))
    assert merged("ann", "bob", "cleo", by_map) == {"add": "bob", "settled": "ann", "ours": "bob"}
    assert merged("ann", "bob", "cleo", by_tracker) == {"settled": "ann bob", "unassigned": "bob"}
    assert merged("ann", "ann", "cleo", by_tracker) == {"settled": "ann", "unassigned": "ann"}
    assert merged("ann", "ann", "cleo", by_map) == {"add": "ann", "ours": "ann"}
    overwriting = replace(POLICY, on_conflict=OnConflict.OVERWRITE)
    assert merged("ann", "bob", "cleo", overwriting) == {"add": "bob", "settled": "ann", "ours": "bob"}


def test_who_was_left_out_once_is_not_assigned_until_somebody_asks_for_it() -> None:
    assert merged("", "ann", "", left_out="ann") == {"unassigned": "ann"}
    assert merged("", "ann bob", "", left_out="ann") == {"add": "bob", "ours": "bob", "unassigned": "ann"}
    assert merged("", "bob", "", left_out="ann") == {"add": "bob", "ours": "bob"}
    asked = replace(POLICY, resolve={STORE: Side.MAP})
    assert merged("", "ann", "", asked, left_out="ann") == {"add": "ann", "ours": "ann"}


def test_who_was_left_out_counts_where_others_are_decided_about() -> None:
    by_tracker = replace(POLICY, resolve={STORE: Side.TRACKER})
    assert merged("", "ann", "ann", left_out="ann") == {}, "a person assigned her after all"
    assert merged("", "bob", "", by_tracker) == {"add": "bob", "ours": "bob"}, "nobody was taken away"
    assert merged("bob", "ann bob", "", by_tracker, left_out="ann") == {"settled": "bob", "unassigned": "ann bob"}
    assert merged("bob", "ann cleo", "", left_out="ann") == {"contested": "cleo", "ours": "bob", "unassigned": "ann"}


def test_a_marker_that_does_not_say_whom_we_assigned_names_nobody() -> None:
    before = held(owned("ann"), assignees=frozenset({"ann"}))
    found = assignee_changes(owned("ann"), before.ticket, replace(before.marker, assignees=None), POLICY)
    assert found == AssigneeChanges(ours=frozenset())


def test_whom_the_tracker_drops_was_not_assigned() -> None:
    both = AssigneeChanges(add=frozenset({"ann", "Bob"}), unassigned=frozenset({"cleo"}))
    assigned = replace(both, ours=frozenset({"ann", "Bob", "dan"}))
    after = assigned.after(["@bob", "eve"])
    assert (after.ours, after.unassigned) == ({"Bob", "dan"}, {"ann", "cleo"})
    assert both.after(["ann", "bob"]).ours == frozenset()


def test_no_task_wants_more_people_than_the_tracker_takes() -> None:
    def taken(able: Capabilities, spec: TaskSpec) -> tuple[str, ...]:
        (only,) = within_people([spec], able)
        return only.assignees

    three = owned("ann", "bob", "cleo")
    assert taken(Capabilities(), three) == ("ann", "bob", "cleo")
    assert taken(Capabilities(most_assignees=3), three) == ("ann", "bob", "cleo")
    assert taken(Capabilities(most_assignees=2), three) == ("ann", "bob")
    assert taken(Capabilities(assignees=False), three) == ()
    assert taken(Capabilities(assignees=False, most_assignees=2), owned("ann")) == ()
    assert taken(Capabilities(most_assignees=1), replace(three, follows_assignees=False)) == ("ann", "bob", "cleo")


def test_people_of_the_settings_are_left_alone() -> None:
    spec = replace(owned("ann"), follows_assignees=False)
    before = held(spec, assignees=frozenset())
    found = assignee_changes(replace(spec, assignees=("bob",)), before.ticket, before.marker, POLICY)
    assert found == AssigneeChanges(ours=frozenset({"ann"}))
    without = replace(before.marker, unassigned=frozenset({"cleo"}))
    assert assignee_changes(spec, before.ticket, without, POLICY).unassigned == {"cleo"}


# --- with a tracker ---


def pushed(tracker: MemoryTracker, *people: str, policy: SyncPolicy = POLICY) -> list[str]:
    """Push with other owners, twice: the second push has nothing to write."""
    made = plan(owned(*people))
    details = [outcome.detail for outcome in push(tracker, made, policy)]
    again = planned(tracker, made, replace(policy, resolve={}))
    assert not again.writes, [(c.action, c.key, c.fields) for c in again.writes]
    return [detail for detail in details if detail]


def ticket_of(tracker: MemoryTracker) -> str:
    return next(n for n, ticket in tracker.tickets.items() if "Create Store" in ticket.title)


def assigned(tracker: MemoryTracker) -> set[str]:
    return set(tracker.tickets[ticket_of(tracker)].assignees)


def marker(tracker: MemoryTracker) -> Marker:
    block = read_block(tracker.tickets[ticket_of(tracker)].body)
    assert isinstance(block, Block)
    return block.marker


def test_a_ticket_follows_its_owners() -> None:
    tracker = MemoryTracker()
    for people in (("ann",), ("bob", "ann"), ("bob",), (), ("ann",)):
        assert pushed(tracker, *people) == []
        assert assigned(tracker) == set(people)
        assert marker(tracker).assignees == frozenset(people)


def test_the_plan_shows_who_comes_and_goes() -> None:
    tracker = MemoryTracker()
    pushed(tracker, "ann")
    (change,) = planned(tracker, plan(owned("bob"))).writes[:1]
    assert isinstance(change, Update)
    assert change.edits == (AssigneeEdit(frozenset({"bob"}), frozenset({"ann"})),)


def test_whom_a_person_assigned_stays_and_whom_a_person_took_away_does_not_come_back() -> None:
    tracker = MemoryTracker()
    pushed(tracker, "ann", "bob")
    tracker.edit(ticket_of(tracker), assignees=frozenset({"bob", "cleo"}))
    pushed(tracker, "ann", "bob")
    assert assigned(tracker) == {"bob", "cleo"}
    (drift,) = (c for c in planned(tracker, plan(owned("ann", "bob"))).changes if isinstance(c, Skip) and c.kept)
    assert "assignees -ann" in drift.reason
    pushed(tracker, "ann", "bob", policy=replace(POLICY, resolve={STORE: Side.TRACKER}))
    assert "ann" not in reasons(planned(tracker, plan(owned("ann", "bob"))))
    pushed(tracker, "bob")
    pushed(tracker, "dora")
    assert assigned(tracker) == {"cleo", "dora"}


def test_other_owners_after_a_person_chose_are_a_conflict() -> None:
    tracker = MemoryTracker()
    pushed(tracker, "ann")
    tracker.edit(ticket_of(tracker), assignees=frozenset({"cleo"}))
    pushed(tracker, "bob")
    assert assigned(tracker) == {"cleo"}
    (conflict,) = (c for c in planned(tracker, plan(owned("bob"))).changes if isinstance(c, Conflict))
    assert [(edit.name, edit.before, edit.after) for edit in conflict.edits] == [("assignees", "cleo", "bob")]
    pushed(tracker, "bob", policy=replace(POLICY, resolve={STORE: Side.MAP}))
    assert assigned(tracker) == {"bob", "cleo"}


@pytest.mark.parametrize("first", [(), ("ann",)])
def test_whom_the_tracker_drops_is_said_once_and_not_tried_again(first: tuple[str, ...]) -> None:
    tracker = MemoryTracker(nobody=frozenset({"ghost"}))
    if first:
        pushed(tracker, *first)
    said = pushed(tracker, *first, "ghost")
    assert any("ghost" in detail for detail in said)
    assert assigned(tracker) == set(first)
    assert marker(tracker).assignees == frozenset(first)
    assert marker(tracker).unassigned == {"ghost"}


def test_no_ticket_gets_more_people_than_the_tracker_takes() -> None:
    tracker = MemoryTracker(Capabilities(most_assignees=1))
    assert pushed(tracker, "ann", "bob") == []
    assert assigned(tracker) == {"ann"}
    pushed(tracker, "bob", "ann")
    assert assigned(tracker) == {"bob"}
    tracker.edit(ticket_of(tracker), assignees=frozenset({"cleo"}))
    pushed(tracker, "bob")
    assert assigned(tracker) == {"cleo"}


def test_a_tracker_without_assignees_is_asked_for_none() -> None:
    tracker = MemoryTracker(Capabilities(assignees=False))
    assert pushed(tracker, "ann") == []
    assert "assign" not in {request.verb for request in tracker.requests}


def test_a_closed_ticket_keeps_its_people() -> None:
    tracker = MemoryTracker()
    push(tracker, plan(owned("ann"), *THREE.tasks[1:]))
    push(tracker, plan(replace(owned("ann"), done=True), *THREE.tasks[1:]))
    changes = planned(tracker, plan(replace(owned("bob"), done=True), *THREE.tasks[1:])).writes
    assert Action.UPDATE not in {change.action for change in changes if change.key == STORE}


def test_fields_have_the_names_that_reports_show() -> None:
    assert (LABELS, LEDGER, MARKER, KEY) == ("labels", "ledger", "marker", "key")
    assert LabelEdit().before == ""
