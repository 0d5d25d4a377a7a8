"""The tracking ticket of a map and the ledger in it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import replace
from hashlib import sha256

from techmap_sync.planning.task import SectionName, TaskPlan, TaskSpec
from techmap_sync.sync.block import Part, write_block
from techmap_sync.sync.change_set import Leaving, MapChanges
from techmap_sync.sync.changes import (
    Change,
    Close,
    Create,
    LabelOrphan,
    Link,
    Reopen,
    Skip,
    Unlink,
    Update,
    close,
    moves_ticks,
)
from techmap_sync.sync.comparison import unticked
from techmap_sync.sync.endings import Ending, Why
from techmap_sync.sync.fallback import KeyEdge
from techmap_sync.sync.links import Wanted
from techmap_sync.sync.marker import Ledger, Marker
from techmap_sync.sync.match import Origin
from techmap_sync.sync.merge import revise
from techmap_sync.sync.policy import SyncPolicy
from techmap_sync.sync.task_changes import revision_changes
from techmap_sync.sync.ticket_fields import KEY, LEDGER, FieldEdit, Revision
from techmap_sync.sync.tickets import Holdings
from techmap_sync.sync.tracker import Capabilities, CloseReason, EdgeKind, State
from techmap_sync.sync.writing import first_marker


def tracking_creation(plan: TaskPlan, holdings: Holdings) -> Iterator[Change]:
    """Return its creation if there is none yet."""
    if holdings.tracking is None:
        spec = plan.tracking
        yield Create(spec.key, spec.title, reason="tracking ticket", spec=spec)


def tracking_update(
    plan: TaskPlan, holdings: Holdings, policy: SyncPolicy, ledger: Ledger, tick_receivers: Mapping[str, Set[str]]
) -> Iterator[Change]:
    """Return its update and what people keep of it.

    Text and ledger are one write, unless ticks move: then others wait for the text, or it waits for others.
    """
    held = holdings.tracking
    if held is None:
        return
    spec, ledger_edit = plan.tracking, _ledger_edit(holdings.written_ledger, ledger)
    is_written = held.ticket.state is State.OPEN or not held.marker.key
    revision = revise(spec, held, policy) if is_written else Revision(())
    changes = [*revision_changes(spec, held, revision, held.marker.key)]
    nothing = Update(spec.key, spec.title, held.ticket.number, spec=spec)
    update = next((change for change in changes if isinstance(change, Update)), nothing)
    if update.edits and moves_ticks(update, tick_receivers):
        yield update
        update = nothing
    if update.edits or ledger_edit:
        yield replace(update, edits=(*update.edits, *ledger_edit))
    yield from (change for change in changes if not isinstance(change, Update))


def tracking_state(
    plan: TaskPlan, holdings: Holdings, policy: SyncPolicy, changes: tuple[Change, ...]
) -> Iterator[Change]:
    """Close the tracking ticket when everything is done, and reopen it when something is not."""
    held, spec = holdings.tracking, plan.tracking
    revision = revise(spec, held, policy) if held else Revision(())
    number = held.ticket.number if held else ""
    left = unticked(revision.texts_but(SectionName.TICKETS) if held else [section.text for section in spec.sections])
    finished = _is_finished(plan, holdings, changes)
    is_open, closed_by_us = not held or held.ticket.state is State.OPEN, held and held.marker.state == State.CLOSED
    if finished and is_open and not closed_by_us:
        yield _finishing(spec, number, len(left))
    elif (left or not finished) and not is_open and closed_by_us:
        yield Reopen(spec.key, spec.title, number, "there is work left", spec=spec, edits=revision.edits)


def _finishing(spec: TaskSpec, number: str, unticked_boxes: int) -> Change:
    if not unticked_boxes:
        return close(spec.key, spec.title, number, Ending(Why.ALL_DONE), CloseReason.COMPLETED)
    boxes = "a box of its checklist is" if unticked_boxes == 1 else f"{unticked_boxes} boxes of its checklist are"
    return Skip(spec.key, spec.title, number, f"left open: its tasks are closed, {boxes} not ticked", lasting=True)


def _is_finished(plan: TaskPlan, holdings: Holdings, changes: tuple[Change, ...]) -> bool:
    """Whether every ticket of the plan is closed after the changes; a map without tickets is not finished."""
    closing = {change.ticket for change in changes if isinstance(change, Close)}
    mine = [holdings.tickets[spec.key] for spec in plan.tasks if spec.key in holdings.tickets]
    lacking = any(not spec.done and spec.key not in holdings.tickets for spec in plan.tasks)
    opening = lacking or any(isinstance(change, Reopen) for change in changes)
    tickets = mine or list(holdings.tickets.values())
    closed = all(h.ticket.state is State.CLOSED or h.ticket.number in closing for h in tickets)
    return bool(tickets) and closed and not opening


def _ledger_edit(before: Ledger, after: Ledger) -> tuple[FieldEdit, ...]:
    """Return the change of the ledger; another commit or other settings alone are not a change."""
    still = replace(after, commit=before.commit, commit_time=before.commit_time, settings=before.settings)
    return () if still == before else (FieldEdit(LEDGER, before.text, after.text),)


_LONGEST_NUMBER = 7


def assumed_numbers(plan: TaskPlan, numbers: Mapping[str, str]) -> dict[str, str]:
    """Return a number for every task: a long one if its ticket does not exist yet."""
    return {spec.key: numbers.get(spec.key) or _stand_in(spec.key) for spec in plan.tasks}


def ledger_refusals(
    plan: TaskPlan, path: str, ledger: Ledger, holdings: Holdings, capabilities: Capabilities, policy: SyncPolicy
) -> tuple[str, ...]:
    """Return why a map must not be pushed: the text of its tracking ticket would be longer than the tracker allows.

    :param plan: with the final tracking ticket, including the numbers in its task list.
    :param path: of the map.
    :param ledger: the final one; tickets that do not exist yet have an empty number.
    :param holdings: the tickets as they are, with what people wrote in the tracking ticket.
    """
    spec, held = plan.tracking, holdings.tracking
    number = held.ticket.number if held else _stand_in(spec.key)
    people = frozenset(spec.assignees)
    source = policy.source_of(plan.map_id)
    marker = Marker(source, plan.map_id, path, spec.key, number, labels=spec.labels, assignees=people)
    known = {key: number or _stand_in(key) for key, number in ledger.tickets.items()}
    full = marker.with_ledger(replace(ledger, tickets=known))
    before, after, kept = (held.block.before, held.block.after, held.block.texts()) if held else ("", "", {})
    parts = [
        Part(section.name, section.heading, max(section.text, kept.get(section.name, ""), key=len))
        for section in spec.sections
    ]
    size = len(write_block(parts, first_marker(spec, full), before, after))
    if size <= capabilities.body_limit:
        return ()
    what = f"its tracking ticket would take {size:,} characters with the ledger of {len(known)} tickets"
    around = f", {len(before) + len(after):,} of them written by people" if before or after else ""
    way_out = 'split the map, or set granularity = "section"' if len(known) > 1 else "shorten the map"
    shorten = "shorten the text around the managed block, " if around else ""
    return (f"{what}{around}, the limit is {capabilities.body_limit:,}; {shorten}{way_out}",)


def _stand_in(key: str) -> str:
    """Return a number for a ticket that does not exist yet. Each is different, as packing will find them."""
    return str(int(sha256(key.encode()).hexdigest(), 16))[:_LONGEST_NUMBER]


def planned_ledger(wanted: Wanted, origin: Origin, changes: tuple[Change, ...]) -> Ledger:
    """Return the final ledger; tickets that do not exist yet have an empty number.

    :param changes: of tasks and edges.
    """
    holdings, tracking, before = wanted.holdings, wanted.plan.tracking.key, wanted.holdings.ledger
    created = {c.key: "" for c in changes if isinstance(c, Create) and c.key != tracking}
    held = {key: held.ticket.number for key, held in holdings.tickets.items()}
    released = {key: number for key, number in before.tickets.items() if key in holdings.unreadable}
    late, missing = waiting(holdings), holdings.missing
    if wanted.plan.is_left and len(missing) == 1:  # of more than one a guard asks first, whose answer is remembered
        released, missing = {key: before.tickets[key] for key in (*released, *missing)}, frozenset()
    return Ledger(
        tickets={**released, **held, **created, **{key: number for key, number in late.items() if number}},
        edges=wanted.applied_blocking(changes),
        children=(wanted.applied_children(changes) | (before.children & released.keys())) - {tracking},
        gone=frozenset((missing | before.gone) - held.keys() - created.keys())
        | frozenset(key for key, number in late.items() if not number),
        refused=before.refused - {(c.key, c.target) for c in changes if isinstance(c, Link)},
        declined=wanted.declined,
        accepted=wanted.accepted,
        text=before.text if wanted.plan.is_left else origin.text_digest,
        settings=origin.settings,
        edition=wanted.plan.edition,
        commit=origin.commit,
        commit_time=origin.commit_time,
    )


def retired_ledger(holdings: Holdings, origin: Origin) -> Ledger:
    """Return the ledger of a retired map: it drops only what moved to other maps."""
    gone = holdings.departed.keys() - waiting(holdings).keys()
    return replace(holdings.written_ledger.without(gone), commit=origin.commit, commit_time=origin.commit_time)


def waiting(holdings: Holdings) -> dict[str, str]:
    """Return what moved to a map that this run does not write and whose ledger does not list it yet."""
    left = {key: each for key, each in holdings.departed.items() if not (each.written_there or each.listed_there)}
    return {key: each.number for key, each in left.items()}


def bound_again(holdings: Holdings) -> set[str]:
    """Return the keys of tasks that are bound to another ticket than before, which has no links yet."""
    listed = holdings.written_ledger.tickets
    return {
        key
        for key in holdings.bound
        if key in holdings.tickets and listed.get(key) != holdings.tickets[key].ticket.number
    }


def elsewhere(holdings: Holdings) -> dict[str, str]:
    """Return the numbers of tickets of other maps to which links are removed, by key."""
    parents = {former.tracking_key: former.tracking for former in holdings.arrived.values()}
    return parents | {key: each.number for key, each in holdings.departed.items()}


def leaving(holdings: Holdings) -> dict[str, Leaving]:
    """Return what the ledger drops in this run, by the key it has there."""
    going = {key: each for key, each in holdings.departed.items() if each.written_there and not each.listed_there}
    return {key: Leaving(each.key, each.number) for key, each in going.items()}


def final_ledger(
    changes: MapChanges,
    now: Ledger | None,
    numbers: Mapping[str, str],
    unsupported: Set[tuple[str, str]] = frozenset(),
    undone: Iterable[Change] = (),
    elsewhere: Set[str] = frozenset(),
) -> Ledger:
    """Return the ledger once everything is written; it lists nothing that did not happen.

    :param now: the current ledger, which another run may have changed.
    :param numbers: key -> number of every existing ticket.
    :param unsupported: edges that the tracker cannot hold.
    :param undone: changes that failed, or that were left because others failed; the next run tries them again.
    :param elsewhere: keys in the ledgers of other maps that have been written: this one may drop them.
    """
    assert changes.ledger is not None
    wanted, now, undone = changes.ledger, now or Ledger(), tuple(undone)
    known = changes.base.tickets.keys() | changes.leaving.keys()
    added = {key: n for key, n in now.tickets.items() if key not in known}
    own = {key: numbers.get(key, number) for key, number in wanted.tickets.items()}
    waiting = {key: each.number for key, each in changes.leaving.items() if each.key not in elsewhere}
    base = _under_current_id(changes.base, changes.map_id)
    still = _still_linked(wanted, base, undone)
    tickets = {key: number for key, number in {**added, **own, **waiting, **still}.items() if number}
    parents = {key for key, target in unsupported if target == changes.tracking_key}
    done = replace(
        wanted,
        tickets=tickets,
        edges=(wanted.edges - unsupported) | _waiting_together(base, waiting.keys(), changes.leaving),
        children=(wanted.children - parents) | (waiting.keys() & base.children),
        gone=wanted.gone | {key for key, number in waiting.items() if not number},
        refused=wanted.refused | unsupported,
    )
    return _without_undone(done, changes, undone)


def _still_linked(wanted: Ledger, base: Ledger, undone: tuple[Change, ...]) -> dict[str, str]:
    """Return the tickets that moved to another map and still have a link here that could not be removed."""
    ends = {key for c in undone if isinstance(c, Unlink) for key in (c.key, c.target)}
    return {key: base.tickets[key] for key in ends & base.tickets.keys() - wanted.tickets.keys()}


def _waiting_together(base: Ledger, waiting: Set[str], leaving: Mapping[str, Leaving]) -> frozenset[KeyEdge]:
    """Return the edges between tickets that will move to the same map: it takes them over with their edges."""
    inside = (edge for edge in base.edges if waiting >= set(edge))
    return frozenset((a, b) for a, b in inside if leaving[a].map_id == leaving[b].map_id)


def _under_current_id(before: Ledger, map_id: str) -> Ledger:
    """Return a former ledger under the map's current id."""
    return before.renamed({key: f"{map_id}/{key.partition('/')[2]}" for key in before.tickets})


def _without_undone(ledger: Ledger, changes: MapChanges, undone: tuple[Change, ...]) -> Ledger:
    """Take back what the ledger says about changes that were not made.

    Orphans are closed only if the map's text has changed since the ledger was written, so the ledger keeps the former
    text until they are closed.
    """
    links = {(c.key, c.target) for c in undone if isinstance(c, Link)}
    unlinks = {(c.key, c.target) for c in undone if isinstance(c, Unlink) and c.edge is EdgeKind.BLOCKED_BY}
    unborn = {c.key for c in undone if isinstance(c, Create)}
    unlinked_children = {key for key, target in links if target == changes.tracking_key}
    kept = replace(
        ledger,
        edges=(ledger.edges - links) | unlinks,
        children=ledger.children - unlinked_children - unborn,
    )
    keys = {edit.after: edit.before for c in undone for edit in c.edits if edit.name == KEY}
    # A ticket that did not move after all is still in the ledger of the other map.
    absent = keys.keys() & changes.arriving
    kept = kept.without_links_of(frozenset(absent)).without(absent)
    former = {new: f"{changes.map_id}/{old.partition('/')[2]}" for new, old in keys.items()}
    while taken := {new for new, old in former.items() if old in kept.tickets.keys() - former.keys()}:
        # Another ticket has its former key by now. Under the new one the next run still finds it.
        former = {new: old for new, old in former.items() if new not in taken}
    if any(isinstance(c, LabelOrphan) or (isinstance(c, Close) and c.spec is None) for c in undone):
        kept = replace(kept, text=changes.base.text, settings=changes.base.settings)
    return kept.renamed(former)
