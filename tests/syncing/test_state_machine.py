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
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from techmap_sync.adapters.backlog.tracker import connect
from techmap_sync.adapters.connection import Connection
from techmap_sync.planning.task import TaskPlan, TaskSpec
from techmap_sync.syncing.block import Block, read_block
from techmap_sync.syncing.changes import Action
from techmap_sync.syncing.policy import SyncPolicy
from techmap_sync.syncing.tracker import CloseReason, Patch, State, Ticket, Tracker
from tests.syncing.build import POLICY, plan, task
from tests.syncing.drive import key_of, planned, push
from tests.trackers.clock import Clock
from tests.trackers.memory import MemoryTracker

NAMES = ["Store", "Sender", "Report", "Ledger", "Parser", "Router"]
WORDS = [
    "Keeps tokens until they expire and forgets them then",
    "Sends a mail when a second factor was removed from an account",
    "Prints the sums of a month for the accountants upstairs",
    "Counts failed logins by address and locks after ten of them",
    "Turns raw deliveries into events that consumers understand",
]
ITEMS = ["first thing", "second thing", "third thing", "fourth thing"]
FREE = replace(POLICY, allowed=frozenset({"closes", "retitles", "gone", "older"}))
CLOSING = frozenset({Action.CLOSE})


class Histories(RuleBasedStateMachine):
    """One map, one tracker, people who do what they like."""

    tracker: Tracker

    def __init__(self) -> None:
        super().__init__()
        self.tasks: dict[str, TaskSpec] = {}
        self.human_text: dict[str, str] = {}
        self.closed_by_hand: set[str] = set()
        self.labels_by_hand: dict[str, str] = {}
        self.tracker = self.new_tracker()

    def new_tracker(self) -> Tracker:
        return MemoryTracker(edges_listed=False)

    def tickets(self) -> list[Ticket]:
        return list(self.tracker.own_tickets().tickets)

    def edit(self, number: str, patch: Patch) -> None:
        """A person changes a ticket; on every tracker the same, so it goes through the port."""
        self.tracker.update(number, patch)

    def plan(self) -> TaskPlan:
        return plan(*self.tasks.values())

    def choose(self, data: st.DataObject, only_open: bool = True) -> Ticket | None:
        found = [
            t
            for t in self.tickets()
            if not key_of(t).startswith("no marker") and (t.state is State.OPEN or not only_open)
        ]
        return data.draw(st.sampled_from(found)) if found else None

    # What the author of the map does.

    @initialize(names=st.lists(st.sampled_from(NAMES), min_size=2, max_size=4, unique=True))
    def first_map(self, names: list[str]) -> None:
        for number, name in enumerate(names):
            self.tasks[name] = self.spec(name, WORDS[number], ITEMS[:2], tuple(names[:number][-1:]))

    def spec(self, name: str, words: str, items: list[str], blocked_by: tuple[str, ...] = ()) -> TaskSpec:
        text = {"purpose": f"{words}.", "items": "\n".join(f"- [ ] {item} of {words[:9]}" for item in items)}
        return task(name, sections=text, blocked_by=tuple(b for b in blocked_by if b in self.tasks))

    @rule(
        name=st.sampled_from(NAMES),
        words=st.sampled_from(WORDS),
        items=st.lists(st.sampled_from(ITEMS), unique=True, min_size=1),
    )
    def author_writes_a_task(self, name: str, words: str, items: list[str]) -> None:
        self.tasks[name] = self.spec(name, words, items)

    @precondition(lambda self: len(self.tasks) > 1)
    @rule(data=st.data())
    def author_removes_a_task(self, data: st.DataObject) -> None:
        gone = data.draw(st.sampled_from(sorted(self.tasks)))
        del self.tasks[gone]
        self.tasks = {
            name: replace(spec, blocked_by=tuple(key for key in spec.blocked_by if not key.endswith(f"/{gone}")))
            for name, spec in self.tasks.items()
        }

    @precondition(lambda self: len(self.tasks) > 1)
    @rule(data=st.data())
    def author_swaps_two_names(self, data: st.DataObject) -> None:
        first, second = data.draw(st.lists(st.sampled_from(sorted(self.tasks)), min_size=2, max_size=2, unique=True))
        one, other = self.tasks[first], self.tasks[second]
        self.tasks[first] = replace(one, sections=other.sections)
        self.tasks[second] = replace(other, sections=one.sections)

    @rule()
    def author_changes_the_order(self) -> None:
        self.tasks = dict(reversed(self.tasks.items()))

    # What people do in the tracker.

    @rule(data=st.data(), note=st.text("abc ", min_size=1, max_size=8).map("note {}".format))
    def human_writes_below_the_block(self, data: st.DataObject, note: str) -> None:
        ticket = self.choose(data, only_open=False)
        if ticket:
            self.edit(ticket.number, Patch(body=f"{ticket.body}\n\n{note}".rstrip()))
            self.human_text[ticket.number] = note.rstrip()

    @rule(data=st.data())
    def human_rewords_a_section(self, data: st.DataObject) -> None:
        ticket = self.choose(data)
        block = read_block(ticket.body) if ticket else None
        if ticket and isinstance(block, Block) and "purpose" in block.texts():
            text = block.texts()["purpose"]
            self.edit(ticket.number, Patch(body=ticket.body.replace(text, "MY OWN WORDS", 1)))
            self.human_text[ticket.number] = "MY OWN WORDS"

    @rule(data=st.data())
    def human_ticks_a_box(self, data: st.DataObject) -> None:
        ticket = self.choose(data)
        if ticket:
            self.edit(ticket.number, Patch(body=ticket.body.replace("- [ ]", "- [x]", 1)))

    @rule(data=st.data(), reason=st.sampled_from([CloseReason.COMPLETED, CloseReason.NOT_PLANNED]))
    def human_closes_a_ticket(self, data: st.DataObject, reason: CloseReason) -> None:
        ticket = self.choose(data)
        if ticket:
            self.edit(ticket.number, Patch(state=State.CLOSED, reason=reason))
            block = read_block(ticket.body)
            if isinstance(block, Block) and block.marker.state == State.OPEN:
                # Reopened and closed again since our last look, it is as we left it: nobody can tell.
                self.closed_by_hand.add(ticket.number)

    @rule(data=st.data())
    def human_reopens_a_ticket(self, data: st.DataObject) -> None:
        ticket = self.choose(data, only_open=False)
        if ticket and ticket.state is State.CLOSED:
            self.edit(ticket.number, Patch(state=State.OPEN))
            self.closed_by_hand.discard(ticket.number)

    @rule(data=st.data())
    def human_adds_a_label(self, data: st.DataObject) -> None:
        ticket = self.choose(data, only_open=False)
        if ticket:
            self.tracker.add_labels(ticket.number, ["by hand"])
            self.labels_by_hand[ticket.number] = "by hand"

    @rule(data=st.data())
    def human_takes_the_managed_label_off(self, data: st.DataObject) -> None:
        ticket = self.choose(data)
        if ticket and ticket.number in self.listed() and not key_of(ticket).endswith("/map"):
            self.tracker.remove_labels(ticket.number, [POLICY.managed_label])

    @rule(data=st.data())
    def human_breaks_a_marker(self, data: st.DataObject) -> None:
        ticket = self.choose(data)
        if ticket and ticket.number in self.listed() and not key_of(ticket).endswith("/map"):
            self.edit(ticket.number, Patch(body=ticket.body.replace("<!-- techmap-sync: ", "<!-- broken: ")))

    def listed(self) -> set[str]:
        """Numbers that the ledger knows."""
        blocks = [read_block(ticket.body) for ticket in self.tickets()]
        ledgers = [b.marker.ledger for b in blocks if isinstance(b, Block) and b.marker.ledger]
        return {number for ledger in ledgers for number in ledger.tickets.values()}

    # What the program does.

    @rule(policy=st.sampled_from([FREE, replace(FREE, refresh=True), replace(FREE, close_copies=True)]))
    def push(self, policy: SyncPolicy) -> None:
        before = {ticket.number: ticket for ticket in self.tickets()}
        shown = planned(self.tracker, self.plan(), policy)
        outcomes = push(self.tracker, self.plan(), policy)
        self.check_what_was_closed(before)
        applied = {(o.change.action, o.change.key, o.change.target) for o in outcomes}
        expected = {(c.action, c.key, c.target) for c in shown.writes}
        assert expected <= applied, "something that was shown was not tried"
        assert {each for each in applied - expected if not each[1].endswith("/map")} == set(), "written but not shown"
        again = planned(self.tracker, self.plan(), policy)
        assert not again.writes, f"a second push would write {[(c.action, c.key, c.fields) for c in again.writes]}"

    def check_what_was_closed(self, before: dict[str, Ticket]) -> None:
        for ticket in self.tickets():
            was = before.get(ticket.number)
            if was and was.state is State.OPEN and ticket.state is State.CLOSED and not key_of(ticket).endswith("/map"):
                assert ticket.number not in self.human_text, "a ticket with human text was closed"
                assert "- [x]" not in was.body, "a ticket with progress was closed"

    # What holds at all times.

    @invariant()
    def no_two_open_tickets_have_one_key(self) -> None:
        keys = Counter(
            key_of(t) for t in self.tickets() if t.state is State.OPEN and not key_of(t).startswith("no marker")
        )
        assert all(number == 1 for number in keys.values()), keys

    @invariant()
    def human_work_is_still_there(self) -> None:
        there = {ticket.number: ticket for ticket in self.tickets()}
        for number, text in self.human_text.items():
            assert text in there[number].body
        for number in self.closed_by_hand:
            assert there[number].state is State.CLOSED
        for number, label in self.labels_by_hand.items():
            assert label in there[number].labels


class FolderHistories(Histories):
    """The same with real files."""

    def new_tracker(self) -> Tracker:
        self.folder = tempfile.TemporaryDirectory()
        return connect(Connection(str(Path(self.folder.name) / "backlog"), Clock()))

    def teardown(self) -> None:
        self.folder.cleanup()


STEPS = int(os.environ.get("STEPS", "1500"))
LENGTH = 30
QUIET = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]

TestHistories = Histories.TestCase
TestHistories.settings = settings(
    max_examples=max(1, STEPS // LENGTH), stateful_step_count=LENGTH, deadline=None, suppress_health_check=QUIET
)
TestFolderHistories = FolderHistories.TestCase
TestFolderHistories.settings = settings(
    max_examples=max(1, STEPS // LENGTH // 5), stateful_step_count=LENGTH, deadline=None, suppress_health_check=QUIET
)
