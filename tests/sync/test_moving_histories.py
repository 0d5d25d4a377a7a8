"""Random histories of several maps: components move, maps are split, merged and renamed, in any order between pushes.

No ticket is doubled, none is lost, and each component keeps its number. ``make states STEPS=100000`` runs a long one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from techmap_sync.planning.task import TaskPlan
from techmap_sync.sync.apply import apply
from techmap_sync.sync.change_set import ChangeSet
from techmap_sync.sync.changes import Action
from techmap_sync.sync.match import UnwrittenMap
from techmap_sync.sync.tracker import State
from tests.fakes.memory import MemoryTracker
from tests.sync.build import plan, task, under_another_id
from tests.sync.drive import key_of, several
from tests.sync.test_moves import FREE
from tests.sync.test_state_machine import QUIET, STEPS

SUBJECTS = (
    "Keeps tokens until they expire and forgets them then",
    "Sends a mail whenever a second factor was removed",
    "Prints the sums of a month for accountants upstairs",
    "Turns raw deliveries into events that consumers understand",
    "Counts failed logins by address and locks after ten",
    "Draws maps of rivers with their depth in every season",
    "Weighs parcels on arrival and charges what is missing",
)
LENGTH = 20


@dataclass
class Feature:
    """One map: the components that it names, by what each is about."""

    names: dict[int, str] = field(default_factory=dict)


class MovingHistories(RuleBasedStateMachine):
    """Several maps whose components keep what they are about, whatever they are called and wherever they are."""

    def __init__(self) -> None:
        super().__init__()
        self.tracker = MemoryTracker(edges_listed=False)
        self.maps: dict[str, Feature] = {}
        self.made = 0
        self.numbers: dict[int, str] = {}
        """What a component is about -> number of its ticket."""

    def fresh(self, kind: str) -> str:
        self.made += 1
        return f"{kind}{self.made}"

    def plans(self) -> dict[str, TaskPlan]:
        return {map_id: self.plan_of(map_id, feature) for map_id, feature in self.maps.items()}

    def plan_of(self, map_id: str, feature: Feature) -> TaskPlan:
        subjects = list(feature.names)
        before = {subject: feature.names[other] for other, subject in pairwise(subjects)}
        made = (
            task(
                name,
                sections={"purpose": f"{SUBJECTS[subject]}.", "where": f"- `app/part{subject}.py`"},
                blocked_by=(before[subject],) if subject in before else (),
            )
            for subject, name in feature.names.items()
        )
        return under_another_id(plan(*made), map_id)

    def one(self, data: st.DataObject) -> str:
        return data.draw(st.sampled_from(sorted(self.maps)))

    @initialize(where=st.lists(st.integers(0, 1), min_size=len(SUBJECTS), max_size=len(SUBJECTS)))
    def two_maps(self, where: list[int]) -> None:
        self.maps = {"alpha": Feature(), "beta": Feature()}
        for subject, side in enumerate(where):
            self.maps[("alpha", "beta")[side]].names[subject] = self.fresh("Part")
        self.push_everything()

    @rule(data=st.data())
    def a_component_moves(self, data: st.DataObject) -> None:
        old, new = self.one(data), self.one(data)
        if self.maps[old].names:
            subject = data.draw(st.sampled_from(sorted(self.maps[old].names)))
            self.maps[new].names[subject] = self.maps[old].names.pop(subject)

    @rule(data=st.data())
    def a_component_gets_another_name(self, data: st.DataObject) -> None:
        feature = self.maps[self.one(data)]
        if feature.names:
            feature.names[data.draw(st.sampled_from(sorted(feature.names)))] = self.fresh("Part")

    @precondition(lambda self: len(self.maps) < 4)
    @rule(data=st.data())
    def a_map_is_split(self, data: st.DataObject) -> None:
        names = self.maps[self.one(data)].names
        going = data.draw(st.sets(st.sampled_from(sorted(names)))) if names else set()
        if going:
            self.maps[self.fresh("map")] = Feature({subject: names.pop(subject) for subject in sorted(going)})

    @precondition(lambda self: len(self.maps) > 1)
    @rule(data=st.data())
    def two_maps_become_one(self, data: st.DataObject) -> None:
        old = self.one(data)
        gone = self.maps.pop(old)
        self.maps[self.one(data)].names |= gone.names

    @rule(data=st.data())
    def a_map_is_pushed_alone(self, data: st.DataObject) -> None:
        map_id, plans = self.one(data), self.plans()
        beside = [
            UnwrittenMap(made, f"docs/{other}.md", "not read") for other, made in plans.items() if other != map_id
        ]
        self.written(several(self.tracker, plans[map_id], policy=FREE, unwritten=beside))
        assert len(self.components()) == len(SUBJECTS)

    @rule()
    def push_everything(self) -> None:
        plans = tuple(self.plans().values())
        shown = several(self.tracker, *plans, policy=FREE)
        self.written(shown)
        tickets = self.components()
        assert len(tickets) == len(SUBJECTS), "doubled or lost"
        wanted = {f"{map_id}/component/{name}": s for map_id, f in self.maps.items() for s, name in f.names.items()}
        assert tickets.keys() == wanted.keys()
        numbers = {wanted[key]: number for key, number in tickets.items()}
        assert self.numbers in ({}, numbers), "a component got another ticket"
        self.numbers = numbers
        again = several(self.tracker, *plans, policy=FREE)
        assert not again.writes, [(c.action, c.key, c.fields) for c in again.writes]

    def written(self, shown: ChangeSet) -> None:
        closed = [c.key for c in shown.writes if c.action is Action.CLOSE and not c.key.endswith("/tracking/map")]
        assert not closed, "every component is still somewhere"
        list(apply(shown, self.tracker, FREE))

    def components(self) -> dict[str, str]:
        """Number of the ticket of each component by its key; all are open, and no two have one key."""
        tickets = [t for t in self.tracker.tickets.values() if "/component/" in key_of(t)]
        assert all(ticket.state is State.OPEN for ticket in tickets)
        assert len({key_of(ticket) for ticket in tickets}) == len(tickets), "two tickets have one key"
        return {key_of(ticket): ticket.number for ticket in tickets}


TestMovingHistories = MovingHistories.TestCase
TestMovingHistories.settings = settings(
    max_examples=max(1, STEPS // LENGTH // 4), stateful_step_count=LENGTH, deadline=None, suppress_health_check=QUIET
)
