"""What the ledger of a map shall say: as planned, and once everything that could be written is written. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import replace

from techmap_sync.sync.changes import KEY, Change, Close, Create, LabelOrphan, Leaving, Link, MapChanges, Unlink
from techmap_sync.sync.desired import Origin
from techmap_sync.sync.links import Wanted
from techmap_sync.sync.marker import Ledger
from techmap_sync.sync.tickets import Holdings


def planned_ledger(wanted: Wanted, origin: Origin, changes: tuple[Change, ...]) -> Ledger:
    """Return the ledger as it shall be; a ticket that does not exist yet has an empty number.

    :param changes: of tasks and edges.
    """
    holdings, tracking, before = wanted.holdings, wanted.plan.tracking.key, wanted.holdings.ledger
    created = {c.key: "" for c in changes if isinstance(c, Create) and c.key != tracking}
    held = {key: held.ticket.number for key, held in holdings.tickets.items()}
    released = {key: number for key, number in before.tickets.items() if key in holdings.unreadable}
    late = waiting(holdings)
    return Ledger(
        tickets={**released, **held, **created, **{key: number for key, number in late.items() if number}},
        edges=wanted.applied_blocking(changes),
        children=wanted.applied_children(changes) - {tracking},
        gone=frozenset((holdings.missing | before.gone) - held.keys() - created.keys())
        | frozenset(key for key, number in late.items() if not number),
        refused=before.refused - {(c.key, c.target) for c in changes if isinstance(c, Link)},
        declined=wanted.declined,
        accepted=wanted.accepted,
        text=origin.text_digest,
        settings=origin.settings,
        commit=origin.commit,
        commit_time=origin.commit_time,
    )


def retired_ledger(holdings: Holdings, origin: Origin) -> Ledger:
    """Return the ledger of a map that is retired: it keeps what it had, but for what went to other maps."""
    gone = holdings.departed.keys() - waiting(holdings).keys()
    return replace(holdings.written_ledger.without(gone), commit=origin.commit, commit_time=origin.commit_time)


def waiting(holdings: Holdings) -> dict[str, str]:
    """Return what went to a map that this run does not write, and whose ledger does not list it yet."""
    left = {key: each for key, each in holdings.departed.items() if not (each.written_there or each.listed_there)}
    return {key: each.number for key, each in left.items()}


def bound_again(holdings: Holdings) -> set[str]:
    """Return the keys of tasks that are bound to another ticket than they had, to which no link was applied."""
    listed = holdings.written_ledger.tickets
    return {
        key
        for key in holdings.bound
        if key in holdings.tickets and listed.get(key) != holdings.tickets[key].ticket.number
    }


def elsewhere(holdings: Holdings) -> dict[str, str]:
    """Return the numbers of tickets of other maps at which links end that are taken away, by key."""
    parents = {former.tracking_key: former.tracking for former in holdings.arrived.values()}
    return parents | {key: each.number for key, each in holdings.departed.items()}


def leaving(holdings: Holdings) -> dict[str, Leaving]:
    """Return what the ledger lets go of in this run, by the key that it has there."""
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
    """Return what the ledger says once everything is written; it claims nothing that did not happen.

    :param now: the ledger as another run may have left it.
    :param numbers: key -> number of every ticket that exists by now.
    :param unsupported: edges that the tracker cannot hold.
    :param undone: changes that failed, or that were left because others failed; the next run tries them again.
    :param elsewhere: keys in the ledgers of other maps that are written by now: this one may let go of them.
    """
    assert changes.ledger is not None
    wanted, now, undone = changes.ledger, now or Ledger(), tuple(undone)
    known = changes.base.tickets.keys() | changes.leaving.keys()
    added = {key: n for key, n in now.tickets.items() if key not in known}
    own = {key: numbers.get(key, number) for key, number in wanted.tickets.items()}
    waiting = {key: each.number for key, each in changes.leaving.items() if each.key not in elsewhere}
    still = _still_linked(wanted, changes.base, undone)
    tickets = {key: number for key, number in {**added, **own, **waiting, **still}.items() if number}
    parents = {key for key, target in unsupported if target == changes.tracking_key}
    done = replace(
        wanted,
        tickets=tickets,
        edges=wanted.edges - unsupported,
        children=(wanted.children - parents) | (waiting.keys() & changes.base.children),
        gone=wanted.gone | {key for key, number in waiting.items() if not number},
        refused=wanted.refused | unsupported,
    )
    return _without_undone(done, changes, undone)


def _still_linked(wanted: Ledger, base: Ledger, undone: tuple[Change, ...]) -> dict[str, str]:
    """Return the tickets that went to another map and still have a link of this one: it could not be taken away."""
    ends = {key for c in undone if isinstance(c, Unlink) for key in (c.key, c.target)}
    return {key: base.tickets[key] for key in ends & base.tickets.keys() - wanted.tickets.keys()}


def _without_undone(ledger: Ledger, changes: MapChanges, undone: tuple[Change, ...]) -> Ledger:
    """Take back what the ledger says of changes that were not made.

    A ticket of a task that is gone is let go only when the map's text has changed since the ledger was written, so
    that its text stays the former one until that was done.
    """
    links = {(c.key, c.target) for c in undone if isinstance(c, Link)}
    unlinks = {(c.key, c.target) for c in undone if isinstance(c, Unlink)}
    unborn = {c.key for c in undone if isinstance(c, Create)}
    unlinked_children = {key for key, target in links if target == changes.tracking_key}
    kept = replace(
        ledger,
        edges=(ledger.edges - links) | (unlinks & changes.base.edges),
        children=ledger.children - unlinked_children - unborn,
    )
    keys = {edit.after: edit.before for c in undone for edit in c.edits if edit.name == KEY}
    # A ticket that did not come here after all is still in the ledger of the map that it was to leave.
    absent = keys.keys() & changes.arriving
    kept = kept.without_links_of(frozenset(absent)).without(absent) if absent else kept
    former = {new: f"{changes.map_id}/{old.partition('/')[2]}" for new, old in keys.items() if new not in absent}
    if any(isinstance(c, LabelOrphan) or (isinstance(c, Close) and c.spec is None) for c in undone):
        kept = replace(kept, text=changes.base.text, settings=changes.base.settings)
    return kept.renamed(former) if former else kept
