"""Runs of the sync core against a tracker, as `push` makes them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from copy import deepcopy
from dataclasses import replace
from typing import Literal

from techmap_sync.errors import TrackerError
from techmap_sync.planning.task import SectionName, TaskPlan
from techmap_sync.sync.apply import apply
from techmap_sync.sync.arrivals import Bindings
from techmap_sync.sync.block import Block, read_block
from techmap_sync.sync.change_set import ChangeSet, MapChanges, Outcome
from techmap_sync.sync.changes import Action, Change
from techmap_sync.sync.decide import Decided, decide
from techmap_sync.sync.match import DesiredMap, Origin, OtherMaps, UnwrittenMap
from techmap_sync.sync.observe import observe, with_edges_of, with_standing
from techmap_sync.sync.policy import SyncPolicy
from techmap_sync.sync.tickets import Sorted
from techmap_sync.sync.tracker import Capabilities, Ticket, Tracker
from tests.fakes.memory import Killed, MemoryTracker
from tests.faults import AS_SEEN
from tests.sync.build import MAP, POLICY, origin


def decided(
    desired: Sequence[DesiredMap],
    found: Sorted,
    capabilities: Capabilities,
    policy: SyncPolicy = POLICY,
    other_maps: OtherMaps | None = None,
) -> Decided:
    """What a push decides.

    No other map has a file unless a test says otherwise: one that has tickets may be one of these under an earlier id.
    """
    return decide(desired, found, other_maps or OtherMaps(lambda _: False), capabilities, policy)


def retired(
    tracker: Tracker, found: Sorted, where: Origin | None = None, map_id: str = MAP, policy: SyncPolicy = POLICY
) -> MapChanges:
    """What happens to the tickets of a map that its author gave up."""
    desired = DesiredMap(map_id, where or origin(), retired=True)
    (only,) = decided([desired], found, tracker.capabilities, policy).maps
    return only.changes


def planned(
    tracker: Tracker, plan: TaskPlan, policy: SyncPolicy = POLICY, text: str = "", where: Origin | None = None
) -> ChangeSet:
    """What a push would do; the map's text is made of its tasks unless a test says otherwise."""
    where = where or origin(text or repr(plan))
    found = observe(tracker, [plan], policy, policy.close_copies)
    found = with_edges_of(found, tracker, policy.resolve.keys()) if policy.resolve else found
    done = decided([DesiredMap(plan.map_id, where, plan)], found, tracker.capabilities, policy)
    return ChangeSet(tracker.name, tuple(each.changes for each in done.maps))


def several(
    tracker: Tracker,
    *plans: TaskPlan,
    policy: SyncPolicy = POLICY,
    files: Collection[str] = (),
    unwritten: Sequence[UnwrittenMap] = (),
    retired: Collection[str] = (),
    bound: Mapping[str, str] | None = None,
) -> ChangeSet:
    """What a push of several maps would do.

    :param files: ids of further maps that have a file, about whose tasks nothing is known.
    :param unwritten: further maps that have a file.
    :param retired: ids of maps of this run that were superseded.
    :param bound: numbers of the tickets that tasks are bound to by hand, by key.
    """
    found = observe(tracker, plans, policy, policy.close_copies, frozenset(retired))
    if bound:
        tickets = {key: tracker.get(number) for key, number in bound.items()}
        bindings = Bindings({key: with_standing(tracker, t, policy) for key, t in tickets.items() if t})
        plans = tuple(map(bindings.plan, plans))
        found = bindings.found(found, plans, policy)
    desired = [DesiredMap(each.map_id, origin(repr(each), f"docs/{each.map_id}.md"), each) for each in plans]
    desired += [DesiredMap(map_id, origin(path=f"docs/{map_id}.md"), retired=True) for map_id in retired]
    ids = {*files, *(each.plan.map_id for each in unwritten), *(each.map_id for each in desired)}
    other_maps = OtherMaps(ids.__contains__, lambda: unwritten)
    done = decided(desired, found, tracker.capabilities, policy, other_maps)
    return ChangeSet(tracker.name, tuple(each.changes for each in done.every))


def push(tracker: Tracker, plan: TaskPlan, policy: SyncPolicy = POLICY, text: str = "") -> list[Outcome]:
    """Push a plan to the end."""
    return list(apply(planned(tracker, plan, policy, text), tracker, policy))


Run = Callable[[MemoryTracker], object]


def requests_of(start: MemoryTracker, run: Run) -> list[tuple[int, object]]:
    """The places at which a run can be struck: its requests by number, and its end."""
    tracker = deepcopy(start)
    tracker.requests.clear()
    run(tracker)
    return list(enumerate((*tracker.requests, "the end"), 1))


def struck(
    start: MemoryTracker, run: Run, fault: str, places: Iterable[tuple[int, object]] | None = None
) -> Iterator[tuple[str, MemoryTracker]]:
    """Strike a run at one place after the other; yield where, and the tracker that it leaves.

    :param fault: one of ``AS_SEEN``.
    :param places: only some of ``requests_of``.
    """
    for number, name in requests_of(start, run) if places is None else places:
        tracker = deepcopy(start)
        tracker.requests.clear()
        tracker.faults[number] = AS_SEEN[fault]()
        with suppress(Killed, TrackerError):
            run(tracker)
        tracker.faults.clear()
        yield f"{fault} at request {number}: {name}", tracker


def shown(changes: Sequence[Change]) -> list[tuple[Action, str]]:
    """What a plan shows, in short."""
    return [(change.action, change.key) for change in changes]


def state(tracker: MemoryTracker) -> dict[str, Ticket]:
    """What the tracker holds, by key, without numbers: two histories that end alike look alike."""
    return by_key(tracker.tickets.values())


def by_key(tickets: Collection[Ticket]) -> dict[str, Ticket]:
    """Return tickets by their keys and without numbers."""
    keys = {ticket.number: key_of(ticket) for ticket in tickets}
    return {keys[ticket.number]: _unnumbered(ticket, keys) for ticket in tickets}


def key_of(ticket: Ticket) -> str:
    """The key that a ticket's marker claims."""
    block = read_block(ticket.body)
    return block.marker.key if isinstance(block, Block) else f"no marker: {ticket.title}"


def _unnumbered(ticket: Ticket, keys: dict[str, str]) -> Ticket:
    block = read_block(ticket.body)
    assert isinstance(block, Block)
    ledger = block.marker.ledger
    marker = block.marker
    sections = {name: values for name, values in marker.sections.items() if name != SectionName.GRAPH}
    body = repr((block.before, block.parts, block.after, marker.title, sections, marker.state))
    # The picture of a map names tickets by their numbers.
    body = re.sub(r"#35;(\d+)", lambda found: keys.get(found[1], found[0]), body)
    body += repr((sorted(marker.labels), marker.priority))
    if ledger is not None:
        body += repr((sorted(ledger.tickets), sorted(ledger.edges), sorted(ledger.children), ledger.text))
        assert ledger.tickets == {keys[n]: n for n in ledger.tickets.values()}, "ledger and tickets disagree"
    edges = frozenset(keys[number] for number in ticket.blocked_by or ())
    return replace(ticket, number="", url="", body=body, parent=keys.get(ticket.parent or ""), blocked_by=edges)


def refused(change_set: ChangeSet) -> str:
    """Why nothing of its maps is written."""
    return "\n".join(refusal for each in change_set.maps for refusal in each.refusals)


def pasted(text: str, name: Literal["trusted_authors", "adopted"], policy: SyncPolicy = POLICY) -> SyncPolicy:
    """What becomes of the policy when somebody pastes the line that a message shows for a setting."""
    line = text[text.index(f"{name} = ") :].partition("]; ")[0].partition("] or ")[0].removesuffix("]") + "]"
    values = frozenset(map(str, tomllib.loads(line)[name]))
    return replace(policy, adopted=values) if name == "adopted" else replace(policy, trusted_authors=values)


def reasons(change_set: ChangeSet) -> str:
    """All that a plan says about what it leaves, line by line."""
    refusals = [refusal for each in change_set.maps for refusal in each.refusals]
    return "\n".join([*refusals, *(change.reason for change in change_set.changes)])


def allowing(guard: str) -> SyncPolicy:
    """The policy of a run that lifts one guard."""
    return replace(POLICY, allowed=frozenset({guard}))
