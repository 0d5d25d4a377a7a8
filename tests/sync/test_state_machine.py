"""Random histories of a map, of people and of pushes: whatever happens, nothing is doubled and no human work is lost.

``make states STEPS=100000`` runs a long one; CI runs a short one.
"""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from dataclasses import replace
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from techmap_sync.sync.apply import apply
from techmap_sync.sync.block import Block, read_block
from techmap_sync.sync.change_set import ChangeSet
from techmap_sync.sync.changes import Action, Change
from techmap_sync.sync.comparison import digest
from techmap_sync.sync.decide import decide
from techmap_sync.sync.match import DesiredMap, Origin, OtherMaps
from techmap_sync.sync.observe import observe
from techmap_sync.sync.outcomes import Outcome
from techmap_sync.sync.policy import SyncPolicy
from techmap_sync.sync.tracker import State, Ticket
from techmap_sync.trackers.backlog.tracker import connect
from techmap_sync.trackers.connection import Connection
from tests.fakes.clock import Clock
from tests.fakes.memory import MemoryTracker
from tests.sync.build import POLICY
from tests.sync.drive import key_of
from tests.sync.histories import Steps
from tests.sync.people import FolderHands, MemoryHands

FREE = replace(POLICY, allowed=frozenset({"closes", "retitles", "gone", "older"}))
RECONCILE = replace(FREE, close_copies=True)
BY_HAND = [FREE, replace(FREE, refresh=True), replace(FREE, accept_settings=True)]


class Histories(Steps):
    """One map, one tracker, and the program, held to what it promises."""

    def __init__(self) -> None:
        super().__init__()
        self.pushed_text = ""
        self.start()

    def start(self) -> None:
        tracker = MemoryTracker(edges_listed=False)
        self.tracker, self.hands = tracker, MemoryHands(tracker)

    def planned(self, policy: SyncPolicy) -> ChangeSet:
        """What a push would do."""
        author, plan = self.author, self.author.plan()
        live = author.approved and not author.retired
        retired = {author.map_id} if author.retired else set()
        found = observe(self.tracker, [plan] if live else [], policy, policy.close_copies, retired)
        where = Origin(author.path, author.text, digest(author.text), repr(author.hidden), "c0ffee")
        desired = DesiredMap(author.map_id, where, plan if live else None, author.retired, reasons=("not yet",))
        decided = decide([desired], found, OtherMaps(lambda _: False), self.tracker.capabilities, policy)
        return ChangeSet(self.tracker.name, tuple(each.changes for each in decided.maps))

    @rule(policy=st.sampled_from(BY_HAND))
    def push_by_hand(self, policy: SyncPolicy) -> None:
        self.push(policy)

    @rule()
    def push_on_merge(self) -> None:
        self.push(FREE)

    @rule()
    def reconcile_by_schedule(self) -> None:
        self.push(RECONCILE)

    def push(self, policy: SyncPolicy) -> None:
        before, shown = self.tickets(), self.planned(policy)
        outcomes = list(apply(shown, self.tracker, policy))
        self.what_was_printed_is_what_was_applied(shown, outcomes, before)
        self.nothing_is_closed_that_was_not_an_untouched_orphan(shown, before, policy)
        self.no_map_is_made_again(shown, before, policy)
        self.nothing_deleted_is_made_again(shown, policy)
        self.push_twice_and_the_second_change_set_is_empty(policy)
        self.settle(shown)

    @rule(data=st.data())
    def push_makes_a_deleted_ticket_anew(self, data: st.DataObject) -> None:
        if self.choices.deleted:
            key = data.draw(st.sampled_from(sorted(self.choices.deleted)))
            self.push(replace(FREE, recreate=frozenset({f"{self.author.map_id}/{key}"})))
            self.choices.deleted.discard(key)

    @rule()
    def push_loses_no_tracking_ticket_for_good(self) -> None:
        key = self.author.plan().tracking.key
        if any("the tracking ticket" in each for each in self.planned(FREE).maps[0].refusals):
            # What only the ledger knew is forgotten, as the message says.
            self.choices.deleted.clear()
            self.choices.unlinked.clear()
            self.pushed_text = ""
            self.push(replace(FREE, recreate=frozenset({key})))

    @rule()
    def templates_alone_rewrite_nothing(self) -> None:
        self.push(FREE)
        self.author.template = "" if self.author.template else "In short:\n\n"
        changes = self.planned(FREE)
        assert not changes.writes, [(c.action, c.key, c.fields) for c in changes.writes]

    @rule(hidden=st.sampled_from(["component", "test"]))
    def settings_alone_close_nothing(self, hidden: str) -> None:
        self.push(FREE)
        if not self.author.retired:
            self.author.hidden = frozenset({hidden})  # type: ignore[arg-type]
            assert Action.CLOSE not in {change.action for change in self.tasks_changes(self.planned(FREE))}

    def tasks_changes(self, changes: ChangeSet) -> list[Change]:
        finished = {spec.key for spec in self.author.plan().tasks if spec.done}
        return [c for c in changes.writes if not c.key.endswith("/map") and c.key not in finished]

    def settle(self, shown: ChangeSet) -> None:
        """After a push: what the map no longer wants nobody can have against it any more."""
        (changes,) = shown.maps
        if changes.approved and not changes.refusals and not self.author.retired:
            self.pushed_text, self.pushed_id = self.author.text, self.author.map_id
        numbers = {key_of(t): t.number for t in self.tickets().values() if t.number not in self.choices.copies}
        wanted = {(numbers.get(s.key), numbers.get(other)) for s in self.author.plan().tasks for other in s.blocked_by}
        self.choices.unlinked &= wanted
        for number, ticket in self.tickets().items():
            there = self.choices.ticks.get(number, frozenset())
            self.choices.ticks[number] = frozenset(line for line in there if line in ticket.body)

    # What is promised of a push.

    def push_twice_and_the_second_change_set_is_empty(self, policy: SyncPolicy) -> None:
        again = self.planned(replace(policy, recreate=frozenset()))
        assert not again.writes, f"a second push would write {[(c.action, c.key, c.fields) for c in again.writes]}"

    def what_was_printed_is_what_was_applied(
        self, shown: ChangeSet, outcomes: list[Outcome], before: dict[str, Ticket]
    ) -> None:
        applied = {(o.change.action, o.change.key, o.change.target) for o in outcomes}
        expected = {(c.action, c.key, c.target) for c in shown.writes}
        assert expected <= applied, "something that was shown was not tried"
        assert {each for each in applied - expected if not each[1].endswith("/map")} == set(), "written but not shown"
        after = self.tickets()
        created = sum(change.action is Action.CREATE for change in shown.writes)
        assert len(after) == len(before) + created
        for number, was in before.items():
            printed = {name for c in shown.writes if c.ticket == number for name in (c.action, *c.fields)}
            unprinted = _changed_fields(was, after[number]) - printed
            assert not unprinted, f"{number}: {unprinted} changed, printed was {printed}"

    def nothing_is_closed_that_was_not_an_untouched_orphan(
        self, shown: ChangeSet, before: dict[str, Ticket], policy: SyncPolicy
    ) -> None:
        """But what the map says is finished, a tracking ticket without work left, and an untouched copy."""
        tasks, touched = {spec.key: spec for spec in self.author.plan().tasks}, self.choices.touched()
        closed = [t for t in self.tickets().values() if t.state is State.CLOSED and t.number in before]
        for ticket in (t for t in closed if before[t.number].state is State.OPEN):
            key, number = key_of(ticket), ticket.number
            spec = tasks.get(key)
            if (spec and spec.done and not self.author.retired) or (key.endswith("/map") and not self.author.retired):
                continue
            assert number not in touched, f"{number} was closed, but somebody worked on it"
            if number in self.choices.copies and policy.close_copies:
                continue
            assert self.author.retired or spec is None, f"{number} was closed, but its task is in the map"
            changed = self.author.text != self.pushed_text or POLICY.removed_label in before[number].labels
            assert self.author.retired or policy.accept_settings or changed, f"{number} was closed by settings"

    def no_map_is_made_again(self, shown: ChangeSet, before: dict[str, Ticket], policy: SyncPolicy) -> None:
        """A map with another id and at least half of the keys is the same map; any other one remembers nothing."""
        tracking = self.author.plan().tracking.key
        if tracking not in {c.key for c in shown.writes if c.action is Action.CREATE} or tracking in policy.recreate:
            return
        shown_by_label = [t for t in before.values() if POLICY.managed_label in t.labels]
        keys = {key_of(t) for t in shown_by_label if t.number not in self.choices.copies}
        known = {key.partition("/")[2] for key in keys if key.startswith(f"{self.pushed_id}/")}
        wanted = {spec.key.partition("/")[2] for spec in self.author.plan().tasks}
        known = (known | self.listed_keys(before)) - {"tracking/map"}
        remembered = known and 2 * len(wanted & known) >= max(len(wanted), len(known | self.choices.deleted))
        assert not remembered, f"{known} were pushed as {self.pushed_id}, and {wanted} are made again"
        self.choices.deleted.clear()
        self.choices.unlinked.clear()

    def listed_keys(self, before: dict[str, Ticket]) -> set[str]:
        """What the ledger of the last push lists, released tickets included."""
        blocks = [b for t in before.values() if isinstance(b := read_block(t.body), Block)]
        ledgers = [b.marker.ledger for b in blocks if b.marker.map_id == self.pushed_id and b.marker.ledger]
        return {key.partition("/")[2] for ledger in ledgers for key in ledger.tickets}

    def nothing_deleted_is_made_again(self, shown: ChangeSet, policy: SyncPolicy) -> None:
        created = {c.key for c in shown.writes if c.action is Action.CREATE and c.key not in policy.recreate}
        again = {key.partition("/")[2] for key in created} & self.choices.deleted
        assert not again, again

    # What holds at all times.

    @invariant()
    def no_two_open_tickets_of_ours_have_one_key(self) -> None:
        """A copy that a human made is not ours: it stays, is reported, and goes by reconcile when nobody touched it."""
        mine = [t for t in self.tickets().values() if t.state is State.OPEN and t.number not in self.choices.copies]
        keys = Counter(key_of(ticket) for ticket in mine if isinstance(read_block(ticket.body), Block))
        assert all(number == 1 for number in keys.values()), keys

    @invariant()
    def human_text_and_choices_are_still_there(self) -> None:
        assert self.choices.violated(self.tracker, self.tickets()) == []


def _changed_fields(was: Ticket, now: Ticket) -> set[str]:
    """Name what differs between two states of a ticket, as a report would name it."""
    old, new = read_block(was.body), read_block(now.body)
    names: set[str] = {"title"} if was.title != now.title else set()
    if was.state is not now.state:
        names.add(Action.CLOSE if now.state is State.CLOSED else Action.REOPEN)
    if isinstance(old, Block) and isinstance(new, Block) and was.state is now.state:
        texts = {*old.texts(), *new.texts()} - {"status"}
        names |= {name for name in texts if old.texts().get(name) != new.texts().get(name)}
    by_priority = set(POLICY.priority_labels.values())
    if (was.labels ^ now.labels) - by_priority:
        names.add("labels")
    if (was.labels ^ now.labels) & by_priority:
        names.add("priority")
    old_edges, new_edges = was.blocked_by or frozenset(), now.blocked_by or frozenset()
    names |= {Action.UNLINK} if old_edges - new_edges else set()
    return names | ({Action.LINK} if new_edges - old_edges else set())


class FolderHistories(Histories):
    """The same with real files."""

    def start(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        root = Path(self.folder.name) / "backlog"
        self.tracker, self.hands = connect(Connection(str(root), Clock(), timeout=30)), FolderHands(root)

    def teardown(self) -> None:
        self.folder.cleanup()


STEPS = int(os.environ.get("STEPS", "1200"))
LENGTH = 40
QUIET = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]

TestHistories = Histories.TestCase
TestHistories.settings = settings(
    max_examples=max(1, STEPS // LENGTH), stateful_step_count=LENGTH, deadline=None, suppress_health_check=QUIET
)
TestFolderHistories = FolderHistories.TestCase
TestFolderHistories.settings = settings(
    max_examples=max(1, STEPS // LENGTH // 8), stateful_step_count=LENGTH, deadline=None, suppress_health_check=QUIET
)
