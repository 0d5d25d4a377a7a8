"""Random histories over two editions of the rules: people work, authors edit, a newer release comes, one refreshes.

Whatever the order, no ticket is made twice, no tick and no word of people is lost, and each push comes to rest.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from hypothesis import example, given, settings
from hypothesis import strategies as st

from techmap_sync.documents.work import Kind
from techmap_sync.planning.task import EDITION, TaskPlan
from techmap_sync.sync.comparison import ticked, unticked
from techmap_sync.sync.policy import SyncPolicy
from techmap_sync.sync.tracker import State
from tests.fakes.memory import MemoryTracker
from tests.sync.build import POLICY, TRACKING, plan, task
from tests.sync.drive import key_of, planned, push

FREE = replace(POLICY, allowed=frozenset({"closes", "retitles", "gone", "older"}))
REFRESH = replace(FREE, refresh=True)
COMPONENTS = ("store", "sender", "parser")
STEP = st.tuples(
    st.sampled_from(["push", "refresh", "release", "tick", "write", "add test", "drop test", "requirement"]),
    st.integers(0, 11),
)


@dataclass
class History:
    """A map whose tests name components, or nothing, and the tickets that people work on."""

    tests: list[str] = field(default_factory=lambda: [f"The {COMPONENTS[n % 3]} keeps rule {n}" for n in range(4)])
    rules: list[str] = field(default_factory=lambda: ["Answer 409 to a late request"])
    edition: int = 1
    tracker: MemoryTracker = field(default_factory=MemoryTracker)
    words: dict[str, str] = field(default_factory=dict)
    ticks: set[str] = field(default_factory=set)

    def plan(self) -> TaskPlan:
        """What the program of the day makes of the map: the second edition gives each component its tests."""
        own: dict[str, list[str]] = {name: [] for name in COMPONENTS}
        unit: list[str] = []
        for test in self.tests:
            owner = next((name for name in COMPONENTS if f"The {name} " in test), "") if self.edition > 1 else ""
            (own[owner] if owner else unit).append(f"{test}: as agreed" if self.edition > 1 else test)
        tasks = [
            task(name, f"Create {name}", {"purpose": f"What {name} does.", **_items(own[name])}) for name in COMPONENTS
        ]
        tasks += [task("unit", "Unit tests", _items(unit), kind=Kind.TEST)] if unit else []
        if self.edition > 1:
            tasks.append(task("error-handling", "Handle errors", _items(self.rules), kind=Kind.CONSTRAINT))
        return replace(plan(*tasks), edition=self.edition)

    def text(self) -> str:
        return "\n".join((*self.tests, *self.rules))

    def push(self, policy: SyncPolicy) -> None:
        push(self.tracker, self.plan(), policy, self.text())
        (only,) = planned(self.tracker, self.plan(), FREE, self.text()).maps
        assert list(only.writes) == [], "a push comes to rest"
        self.check(" ".join(change.reason for change in only.changes))

    def check(self, said: str) -> None:
        """Hold the promises.

        :param said: the reasons that a plan gives.
        """
        tickets = self.tracker.tickets.values()
        keys = [key_of(ticket) for ticket in tickets]
        assert len(keys) == len(set(keys)), "a ticket was made twice"
        for number, words in self.words.items():
            assert words in self.tracker.tickets[number].body, "words of people are lost"
        done = {box.partition(":")[0] for ticket in tickets for box in ticked([ticket.body])}
        asked_for = {spec.key for spec in self.plan().tasks}
        wanted = [t.body for t in tickets if t.state is State.OPEN and key_of(t) in asked_for]
        open_boxes = {box.partition(":")[0] for box in unticked(wanted)}
        assert self.ticks <= done, "a tick is lost"
        named = {box for box in self.ticks if f'"{box}: as agreed" is ticked here and open in ticket' in said}
        counted = sum(map(int, re.findall(r"as (?:is|are) (\d+) more", said)))
        unnamed = (self.ticks & open_boxes) - named
        assert len(unnamed) <= counted, "a ticked box is open elsewhere, and nothing says so"

    def drop(self, number: int) -> None:
        if len(self.tests) > 1:
            self.ticks.discard(self.tests.pop(number % len(self.tests)))

    def somebody(self, what: str, number: int) -> None:
        open_tickets = [t for t in self.tracker.tickets.values() if t.state is State.OPEN and key_of(t) != TRACKING]
        if not open_tickets:
            return
        ticket = open_tickets[number % len(open_tickets)]
        if what == "write":
            self.words[ticket.number] = f"Ada was here {number}"
            self.tracker.edit(ticket.number, body=f"{ticket.body}\n\n{self.words[ticket.number]}\n")
        elif boxes := sorted(unticked([ticket.body])):
            box = boxes[number % len(boxes)]
            self.ticks |= {box.partition(":")[0]} & {*self.tests, *self.rules}
            body = f"{ticket.body}\n".replace(f"[ ] {box}\n", f"[x] {box}\n").removesuffix("\n")
            self.tracker.edit(ticket.number, body=body)


def _items(texts: list[str]) -> dict[str, str]:
    return {"items": "\n".join(f"- [ ] {text}" for text in texts)} if texts else {}


def release(history: History) -> None:
    """A newer program runs from now on; before anybody asks or edits, it writes nothing."""
    if history.edition < EDITION and history.tracker.tickets:
        push(history.tracker, history.plan(), FREE, history.text())
        history.edition = EDITION
        (only,) = planned(history.tracker, history.plan(), FREE, history.text()).maps
        assert list(only.writes) == [], "nothing is rewritten because the program is newer"
    history.edition = EDITION


STEPS: dict[str, Callable[[History, int], None]] = {
    "push": lambda history, _: history.push(FREE),
    "refresh": lambda history, _: history.push(REFRESH),
    "release": lambda history, _: release(history),
    "tick": lambda history, number: history.somebody("tick", number),
    "write": lambda history, number: history.somebody("write", number),
    "add test": lambda history, number: history.tests.append(
        f"The {(*COMPONENTS, 'whole')[number % 4]} keeps rule {len(history.tests) + 10 * number + 100}"
    ),
    "drop test": lambda history, number: history.drop(number),
    "requirement": lambda history, number: history.rules.append(f"Answer {number} of {len(history.rules)} to others"),
}


@settings(max_examples=40, deadline=None)
@example([("add test", 1), ("push", 0), ("tick", 11)])
@example([("release", 0), ("write", 3), ("refresh", 0), ("tick", 3), ("tick", 8)])
@given(st.lists(STEP, max_size=14))
def test_histories_over_two_editions_lose_nothing(steps: list[tuple[str, int]]) -> None:
    history = History()
    history.push(FREE)
    for name, number in steps:
        STEPS[name](history, number)
    release(history)
    history.push(REFRESH)
    assert {spec.key for spec in history.plan().tasks} <= {key_of(t) for t in history.tracker.tickets.values()}
