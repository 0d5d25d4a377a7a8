"""What a change writes: the fields that were shown, on the ticket as it is by then, and nothing else."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import asdict, replace

import pytest

from techmap_sync.planning.task import Priority, TaskSpec
from techmap_sync.sync import writing
from techmap_sync.sync.block import BEGIN, Block, Held, Part, read_block, write_block
from techmap_sync.sync.change_set import MapChanges
from techmap_sync.sync.changes import Close, LabelOrphan, Reopen, Update, close
from techmap_sync.sync.comparison import digest, text_digest
from techmap_sync.sync.endings import Ending, Why
from techmap_sync.sync.marker import Ledger, Marker, WrittenField, claims
from techmap_sync.sync.policy import Side, SyncPolicy
from techmap_sync.sync.ticket_fields import ASSIGNEES, LABELS
from techmap_sync.sync.tracker import Capabilities, CloseReason, Draft, Patch, State
from tests.sync.build import MAP, POLICY, TRACKING, held, rehold, section, task, tracking_ticket

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


@pytest.mark.parametrize("field", ["milestone", "type"])
def test_a_change_that_writes_no_such_field_is_left_as_it_is(field: str) -> None:
    for change in (GONE, LABELLED):
        assert writing.with_former(change, held(FULL), field) == change


# Each rule by itself: whole values.

GONE = close(FULL.key, FULL.title, "2", Ending(Why.GONE), CloseReason.NOT_PLANNED)
LABELLED = LabelOrphan(FULL.key, FULL.title, "2", label="removed", ending=Ending(Why.GONE))
EVERY = frozenset(
    {"title", "purpose", "where", "source", "priority", "milestone", "due", "type", "priority field", LABELS, ASSIGNEES}
)
RICH = Capabilities(native_priority=True, estimates=True, parent_at_creation=True)
POOR = Capabilities(close_reasons=False, milestones=False, assignees=False)
OTHER = "example.org/team/shop"
NEAR, FAR = "2026-12-01", "2027-01-01"


def written(
    spec: TaskSpec,
    there: Held,
    policy: SyncPolicy = POLICY,
    able: Capabilities = ABLE,
    fields: Set[str] = EVERY,
    changes: MapChanges = CHANGES,
) -> writing.Rewrite:
    update = Update(spec.key, spec.title, there.ticket.number, spec=spec)
    return writing.rewrite(update, there, changes, policy, able, fields)


def block_of(rewrite: writing.Rewrite) -> Block:
    block = read_block(rewrite.patch.body or "")
    assert isinstance(block, Block)
    return block


def recorded(rewrite: writing.Rewrite, before: Held) -> dict[str, object]:
    """What the marker says now that it did not say before."""
    then, now = asdict(before.marker), asdict(block_of(rewrite).marker)
    return {name: value for name, value in now.items() if value != then[name]}


def parts_of(rewrite: writing.Rewrite) -> list[tuple[str, str]]:
    return [(part.name, part.text) for part in block_of(rewrite).parts]


def edited(there: Held, before: str, after: str, **changed: object) -> Held:
    assert before in there.ticket.body
    return rehold(replace(there.ticket, body=there.ticket.body.replace(before, after), **changed))  # type: ignore[arg-type]


def seen(there: Held, **changed: object) -> Held:
    return rehold(replace(there.ticket, **changed))  # type: ignore[arg-type]


def test_a_new_ticket_has_what_the_tracker_can_hold() -> None:
    spec = replace(FULL, due=NEAR, estimate_minutes=90, labels=frozenset({"techmap", "new"}))
    tracking = replace(spec, key=TRACKING, due="", type="")
    marker = Marker(
        source=POLICY.source,
        map_id=MAP,
        path="docs/login.md",
        key=spec.key,
        tracking="1",
        title=WrittenField(digest(spec.title), text_digest(spec.title)),
        sections=held(spec).marker.sections,
        labels=spec.labels,
        assignees=frozenset({"ann"}),
        priority="medium",
        milestone="v2",
        native={"due": NEAR, "type": "task"},
    )
    least = Draft(
        title=spec.title,
        body=write_block([Part("purpose", "Purpose", "What Store is for.")], replace(marker, assignees=frozenset())),
        labels=spec.labels,
        due=NEAR,
        type="task",
        claims=claims(POLICY.source, spec.key),
    )
    most = replace(
        least,
        body=write_block([Part("purpose", "Purpose", "What Store is for.")], marker),
        priority="medium",
        milestone="v2",
        assignees=("ann",),
        parent="7",
        estimate_minutes=90,
    )
    assert writing.draft(spec, CHANGES, "1", "7", POLICY, RICH) == most
    assert writing.draft(spec, CHANGES, "1", "", POLICY, RICH) == replace(most, parent=None)
    assert writing.draft(spec, CHANGES, "1", "7", POLICY, POOR) == least
    its_own = replace(marker, key=TRACKING, tracking="", ledger=Ledger(), native={}, assignees=frozenset())
    assert writing.draft(tracking, CHANGES, "1", "7", POLICY, POOR) == replace(
        least,
        body=write_block([Part("purpose", "Purpose", "What Store is for.")], its_own),
        due=None,
        type=None,
        claims=claims(POLICY.source, TRACKING),
    )


def test_a_ticket_has_the_texts_by_which_it_is_claimed_wherever_its_map_is() -> None:
    policy = replace(POLICY, sources={MAP: "example.org/team/shop"})
    made = writing.draft(task("Store"), CHANGES, "1", "", policy, ABLE)
    assert [claim for claim in made.claims if claim not in made.body] == []


def test_whatever_is_written_counts_as_a_write() -> None:
    new = frozenset({"new"})
    assert not writing.Rewrite(Patch())
    for patch, added, removed in ((Patch(title="New"), (), ()), (Patch(), new, ()), (Patch(), (), new)):
        assert writing.Rewrite(patch, frozenset(added), frozenset(removed))


def test_an_update_writes_the_fields_that_changed_and_the_marker_says_so() -> None:
    before = replace(task("Store", priority=Priority.LOW), milestone="v1", due=NEAR, type="task")
    after = replace(
        task("Store", "Build Store", {"purpose": "More.", "where": "here"}, priority=Priority.HIGH),
        milestone="v2",
        due=FAR,
        type="bug",
        assignees=("bob",),
        follows_assignees=True,
    )
    there = held(before, milestone="v1", due=NEAR, type="task", assignees=frozenset({"ann"}))
    moved = replace(CHANGES, map_id="signin", path="docs/signin.md", tracking_number="9")
    policy = replace(POLICY, sources={"signin": OTHER})
    rewrite = written(after, there, policy, changes=moved)
    assert replace(rewrite, patch=replace(rewrite.patch, body=None)) == writing.Rewrite(
        Patch(title="Build Store", milestone="v2", due=FAR, type="bug"),
        add_labels=frozenset({"priority:high"}),
        remove_labels=frozenset({"priority:low"}),
    )
    assert recorded(rewrite, there) == {
        "source": OTHER,
        "map_id": "signin",
        "path": "docs/signin.md",
        "tracking": "9",
        "title": {"values": digest("Build Store"), "text": text_digest("Build Store"), "heading": ""},
        "sections": {
            "purpose": {"values": digest('"More."'), "text": digest("More."), "heading": "Purpose"},
            "where": {"values": digest('"here"'), "text": digest("here"), "heading": "Where"},
        },
        "labels": after.labels,
        "assignees": frozenset({"bob"}),
        "priority": "high",
        "milestone": "v2",
        "native": {"due": FAR, "type": "bug"},
    }
    assert parts_of(rewrite) == [("purpose", "More."), ("where", "here")]
    unnumbered = replace(moved, tracking_number="")
    assert block_of(written(after, there, policy, changes=unnumbered)).marker.tracking == "1"


def test_nothing_that_was_not_shown_is_written_or_recorded() -> None:
    before = replace(task("Store", priority=Priority.LOW), milestone="v1", due=NEAR)
    after = replace(
        task("Store", "Build Store", {"purpose": "More.", "where": "here"}, priority=Priority.HIGH),
        milestone="v2",
        due=FAR,
        assignees=("bob",),
        follows_assignees=True,
    )
    there = held(before, milestone="v1", due=NEAR, assignees=frozenset({"ann"}))
    rewrite = written(after, there, fields={"title"})
    assert replace(rewrite, patch=replace(rewrite.patch, body=None)) == writing.Rewrite(Patch(title="Build Store"))
    title = {"values": digest("Build Store"), "text": text_digest("Build Store"), "heading": ""}
    assert recorded(rewrite, there) == {"title": title, "labels": after.labels}
    assert parts_of(rewrite) == [("purpose", "What Store is for.")]


@pytest.mark.parametrize("field", [LABELS, "priority"])
def test_labels_are_shown_as_such_or_with_the_priority(field: str) -> None:
    after = task("Store", labels=frozenset({"new"}))
    rewrite = written(after, held(task("Store", labels=frozenset({"old"}))), fields={field})
    assert (rewrite.add_labels, rewrite.remove_labels) == ({"new"}, {"old"})


def test_people_are_recorded_where_they_were_shown_or_none_are_written() -> None:
    spec = replace(task("Store", "New"), assignees=("ann", "bob"), follows_assignees=True)
    there = held(replace(spec, title="Old", assignees=("ann",)), assignees=frozenset({"ann"}))
    both, one, none = (frozenset(names) for names in (("ann", "bob"), ("ann",), ()))
    left = seen(there, assignees=none)
    for wanted, before, fields, added, ours in (
        (spec, there, {"title", ASSIGNEES}, both - one, both),
        (spec, there, {"title"}, none, one),
        (replace(spec, assignees=()), left, {"title"}, none, none),
    ):
        change = Update(spec.key, spec.title, "2", spec=wanted)
        people = writing.people_to_write(change, before, POLICY, fields)
        assert (people.add, people.remove, people.ours) == (added, none, ours)
        assert block_of(written(wanted, before, fields=fields)).marker.assignees == ours


def test_a_priority_is_written_to_its_field_where_the_tracker_has_one() -> None:
    low, high = (task("Store", priority=priority) for priority in (Priority.LOW, Priority.HIGH))
    there = held(low)
    agreed = seen(there, labels=high.labels)
    differs = seen(there, labels=task("Store").labels)
    accept = replace(POLICY, resolve={low.key: Side.TRACKER})
    for spec, before, policy, priority in (
        (high, there, POLICY, "high"),
        (high, agreed, POLICY, "high"),
        (high, differs, POLICY, None),
        (high, differs, accept, None),
        (low, there, POLICY, None),
        (low, differs, POLICY, None),
    ):
        assert written(spec, before, policy, RICH).patch.priority == priority
        assert written(spec, before, policy).patch.priority is None
    filled = replace(low, priority_field="low")
    assert written(filled, there, able=RICH).patch.priority == "low"


def test_of_a_conflict_the_marker_says_what_was_written_last() -> None:
    first = replace(task("Store", priority=Priority.LOW), milestone="v1", due=NEAR)
    there = held(first)
    theirs = seen(there, title="Mine", milestone="v3", due="2028-01-01", labels=task("Store").labels)
    theirs = edited(theirs, "What Store is for.", "My words.")
    wanted = replace(task("Store", "New", {"where": "here"}, priority=Priority.HIGH), milestone="v2", due=FAR)
    rewrite = written(wanted, theirs)
    assert replace(rewrite.patch, body=None) == Patch()
    where = {"values": digest('"here"'), "text": digest("here"), "heading": "Where"}
    purpose = asdict(there.marker)["sections"]["purpose"]
    assert recorded(rewrite, theirs) == {"sections": {"where": where, "purpose": purpose}, "labels": wanted.labels}
    assert parts_of(rewrite) == [("where", "here"), ("purpose", "My words.")]


def test_what_people_chose_is_accepted_until_the_map_says_something_new() -> None:
    first = replace(task("Store", priority=Priority.LOW), milestone="v1", due=NEAR)
    second = replace(task("Store", sections={"purpose": "Ours."}, priority=Priority.HIGH), milestone="v2", due=FAR)
    accept = replace(POLICY, resolve={first.key: Side.TRACKER})
    labels = task("Store").labels
    theirs = edited(held(first), "What Store is for.", "Theirs.", milestone="v3", due="2028-01-01", labels=labels)
    chosen = {"priority": "medium", "milestone": "v3", "due": "2028-01-01", "purpose": digest("Theirs.")}
    ours = {"values": digest('"Ours."'), "text": digest("Theirs."), "heading": "Purpose"}
    rewrite = written(second, theirs, accept)
    assert recorded(rewrite, theirs) == {
        "sections": {"purpose": ours},
        "labels": second.labels,
        "priority": "high",
        "milestone": "v2",
        "native": {"due": FAR},
        "accepted": chosen,
    }
    assert parts_of(rewrite) == [("purpose", "Theirs.")]
    assert rewrite.patch.body
    accepted = seen(theirs, body=rewrite.patch.body)
    titled = written(replace(second, title="New"), accepted)
    assert block_of(titled).marker.accepted == chosen
    third = replace(task("Store", sections={"purpose": "Newer."}), milestone="v4", due="2029-01-01")
    assert block_of(written(third, accepted)).marker.accepted == {}


def test_what_both_sides_changed_alike_is_recorded_and_not_accepted_against_the_map() -> None:
    first = replace(task("Store", priority=Priority.LOW), milestone="v1", due=NEAR)
    second = replace(task("Store", "New", {"purpose": "Ours."}, priority=Priority.HIGH), milestone="v2", due=FAR)
    there = edited(
        held(first), "What Store is for.", "Ours.", title="New ", milestone="v2", due=FAR, labels=second.labels
    )
    rewrite = written(second, there)
    assert replace(rewrite, patch=replace(rewrite.patch, body=None)) == writing.Rewrite(Patch())
    assert recorded(rewrite, there) == {
        "title": {"values": digest("New"), "text": text_digest("New"), "heading": ""},
        "sections": {"purpose": {"values": digest('"Ours."'), "text": digest("Ours."), "heading": "Purpose"}},
        "labels": second.labels,
        "priority": "high",
        "milestone": "v2",
        "native": {"due": FAR},
    }


def test_texts_stay_where_they_are_and_those_that_people_removed_stay_away() -> None:
    first = task("Store", sections={"purpose": "Why.", "where": "here", "source": "line 1"})
    there = edited(held(first), f"{BEGIN}\n", f"{BEGIN}\nMine, above all.\n")
    emptied = edited(there, "### Where\n\nhere", "### Where")
    removed = edited(there, "### Where\n\nhere\n\n", "")
    second = task("Store", sections={"source": "line 1", "where": "here", "purpose": "Because."})
    for before, where in ((there, [("where", "here")]), (emptied, [("where", "")]), (removed, [])):
        assert parts_of(written(second, before)) == [
            ("", "Mine, above all."),
            ("source", "line 1"),
            *where,
            ("purpose", "Because."),
        ]


def test_a_section_without_values_is_written_along_with_others_unless_people_changed_it() -> None:
    first = task("Store", sections={"purpose": "Why.", "source": "line 1"})
    source = replace(section("source", "line 1"), values="")
    first = replace(first, sections=(first.sections[0], source))
    later = replace(source, text="line 2")
    there = held(first)
    kept = edited(there, "line 1", "my line")
    written_alone = replace(first, sections=(first.sections[0], later))
    assert not written(written_alone, there), "it never causes a write of its own"
    second = replace(first, sections=(section("purpose", "Because."), later))
    for before, text, told in ((there, "line 2", "line 2"), (kept, "my line", "line 1")):
        rewrite = written(second, before)
        assert parts_of(rewrite) == [("purpose", "Because."), ("source", text)]
        assert block_of(rewrite).marker.sections["source"] == WrittenField("", digest(told), "Source")


@pytest.mark.parametrize("end", ["", "\n", "\r\n \n"])
def test_white_space_at_the_end_of_a_ticket_is_no_difference(end: str) -> None:
    spec = task("Store")
    there = held(spec)
    assert not written(spec, seen(there, body=f"{there.ticket.body}{end}"))
    crlf = there.ticket.body.replace("\n", "\r\n")
    assert not written(spec, seen(there, body=crlf))


def test_the_ledger_of_a_tracking_ticket_stays_unless_there_is_a_new_one() -> None:
    old, new = Ledger({FULL.key: "2"}), Ledger({FULL.key: "3"})
    there = tracking_ticket(old)
    spec = replace(task("map", "Implement Sign-in", {"summary": "One map."}, priority=None), key=TRACKING)
    change = Update(TRACKING, spec.title, "1", spec=spec)
    for ledger, expected in ((None, old), (new, new)):
        rewrite = writing.rewrite(change, there, CHANGES, POLICY, ABLE, EVERY, ledger)
        assert block_of(rewrite).marker.ledger == expected


def test_a_map_gets_its_new_id_together_with_its_ledger() -> None:
    old = Ledger({FULL.key: "2"})
    there = tracking_ticket(old)
    moved = replace(CHANGES, map_id="signin", path="docs/signin.md")
    change = Update("signin/tracking/map", "Another", "1", spec=replace(task("map", "Another"), key=TRACKING))
    for ledger, expected in ((None, (MAP, there.marker.path, TRACKING)), (old, ("signin", moved.path, change.key))):
        marker = block_of(writing.rewrite(change, there, moved, POLICY, ABLE, EVERY, ledger)).marker
        assert (marker.map_id, marker.path, marker.key) == expected
