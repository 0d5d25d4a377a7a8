"""Which map is which under another id: what its components are decides, not what every map has."""

from __future__ import annotations

import pytest

from techmap_sync.documents.work import Kind
from techmap_sync.planning.task import TaskPlan
from techmap_sync.sync.renamed_maps import overlap
from techmap_sync.sync.tickets import Holdings
from tests.sync.build import held, plan, task


def test_maps_that_share_no_component_are_two_maps_however_alike_their_other_tasks_are() -> None:
    groups = [task(name, kind=Kind.TEST) for name in ("unit", "integration", "performance")]
    tickets = Holdings(tickets={spec.key: held(spec) for spec in (task("Store"), *groups)})
    assert overlap(plan(task("Store"), *groups), tickets) == 4
    assert overlap(plan(*groups), tickets) == 3
    assert not overlap(plan(task("Mailer"), *groups), tickets)


OTHER = "draws a map of every station along the coast"
LEVELS = ("unit", "integration", "performance")


def map_of(
    *components: str, groups: tuple[str, ...] = ("unit", "integration", "performance"), does: str = ""
) -> TaskPlan:
    """A map whose components all do the same kind of thing, with the test levels that any map has."""
    made = [task(name, sections={"purpose": f"{name} {does or 'keeps what it was given'}."}) for name in components]
    return plan(*made, *(task(name, kind=Kind.TEST, sections={"items": f"- [ ] {does} {name}"}) for name in groups))


def tickets_of(made: TaskPlan) -> Holdings:
    return Holdings(tickets={spec.key: held(spec) for spec in made.tasks})


@pytest.mark.parametrize(
    ("now", "before", "shared"),
    [
        (map_of("A", "B", "C"), map_of("A", "B", "C"), 6),
        (map_of("A", "B", "X"), map_of("A", "B", "C"), 5),  # two of three
        (map_of("A", "B", "C", "D"), map_of("A", "B", "C"), 6),  # it grew
        (map_of("A", "B"), map_of("A", "B", "C"), 5),  # it shrank
        (map_of("A"), map_of("A"), 4),
        (map_of("A", "X"), map_of("A", "B"), 4),  # one of two was renamed too
        (map_of("A", "X"), map_of("A", "B", does=OTHER), 0),
        (map_of("A", "X", "Y"), map_of("A", "B", "C"), 0),
        (map_of("A", "V", "W", "X", "Y"), map_of("A", groups=(*LEVELS, "e2e"), does=OTHER), 0),
        (map_of("A"), map_of("A", does=OTHER), 0),  # only the name
        (map_of(), map_of(), 3),
        (map_of(does="the sum is right"), map_of(does="a mail is sent once"), 0),  # only what every map has
        (map_of("A"), map_of(does="a mail is sent once"), 0),
    ],
)
def test_a_map_is_the_same_under_another_id_when_half_of_its_components_are(
    now: TaskPlan, before: TaskPlan, shared: int
) -> None:
    assert overlap(now, tickets_of(before)) == shared
