"""What a run is asked for on the command line, in addition to the settings; tasks are named by key or ticket number."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from rapidfuzz import process

from techmap_sync.app.parallel import ALL, Shard
from techmap_sync.errors import UsageProblem
from techmap_sync.planning.task import TaskPlan
from techmap_sync.planning.titles import tracking_key
from techmap_sync.settings import Settings
from techmap_sync.sync.arrivals import Bindings
from techmap_sync.sync.changes import Change, Conflict, Skip, SkipLink
from techmap_sync.sync.decide import Decided, DecidedMap
from techmap_sync.sync.observe import with_edges_of, with_standing
from techmap_sync.sync.policy import Side, SyncPolicy
from techmap_sync.sync.tickets import Sorted
from techmap_sync.sync.tracker import Ticket, Tracker

_MOST = 10
"""Maximum of candidates in a message."""
_NEAR = 60.0
"""Similarity from which a name is suggested."""
_File = TypeVar("_File")


@dataclass(frozen=True, slots=True)
class NamedTasks:
    """Tasks that the flags of a run name, as typed."""

    resolve: tuple[tuple[Side, str], ...] = ()
    recreate: tuple[str, ...] = ()
    rebind: tuple[tuple[str, str], ...] = ()
    """Task and ticket."""

    def __bool__(self) -> bool:
        return bool(self.resolve or self.recreate or self.rebind)


@dataclass(frozen=True, slots=True)
class Names:
    """The names of all tasks and tickets of some maps."""

    keys: frozenset[str]
    by_number: Mapping[str, str]
    """Number of a ticket, in lower case -> key of its task."""
    differing: tuple[str, ...] = ()
    """Keys of tasks in which people and map differ."""
    without_ticket: tuple[str, ...] = ()
    """Keys of tasks whose ticket was deleted or released."""

    @staticmethod
    def of(maps: Iterable[DecidedMap]) -> Names:
        """Collect the names of some maps, under their current keys."""
        listed = tuple(maps)
        numbers = {number.casefold(): key for each in listed for number, key in _numbers(each)}
        keys = frozenset(key for each in listed for key in _keys(each))
        changes = [change for each in listed for change in each.changes.changes]
        gone = {key for each in listed for key in each.tickets.holdings.without_ticket}
        return Names(
            keys,
            numbers,
            tuple(dict.fromkeys(change.key for change in changes if _differs(change, gone))),
            tuple(dict.fromkeys(change.key for change in changes if change.key in gone)),
        )

    def to_resolve(self, name: str) -> str:
        """Return the key of a task whose conflict is resolved.

        :raises UsageProblem: the task is unknown.
        """
        return self._key(name, "--resolve", (*self.differing, *self.without_ticket))

    def to_recreate(self, name: str) -> str:
        """Return the key of a task whose ticket is recreated.

        :raises UsageProblem: the task is unknown.
        """
        return self._key(name, "--recreate", self.without_ticket)

    def to_rebind(self, name: str) -> str:
        """Return the key of a task that is bound to its old ticket again.

        :raises UsageProblem: the task is unknown.
        """
        return self._key(name, "--rebind", self.without_ticket)

    def _key(self, name: str, flag: str, candidates: tuple[str, ...]) -> str:
        key = name if name in self.keys else self.by_number.get(name.strip().lstrip("#!").casefold(), "")
        if key:
            return key
        near = process.extractOne(name, sorted(self.keys), score_cutoff=_NEAR)
        meant = f"did you mean {near[0]}? " if near else ""
        raise UsageProblem(
            f"{flag} {name}: no task of these documents has this key or ticket", meant + _listed(candidates)
        )


def in_effect(
    named: NamedTasks,
    decided: Decided,
    found: Sorted,
    plans: Mapping[_File, TaskPlan],
    tracker: Tracker,
    policy: SyncPolicy,
) -> tuple[SyncPolicy, Sorted, dict[_File, TaskPlan]]:
    """Return policy, tickets and tasks of a run in which what a person named counts.

    :param decided: the same run without it: only then are the current keys known.
    :raises UsageProblem: a name is unknown, or a ticket cannot be bound.
    :raises TrackerError: the tracker refused or did not answer.
    """
    names = Names.of((*decided.maps, *decided.emptied))
    policy = replace(
        policy,
        resolve={names.to_resolve(name): side for side, name in named.resolve},
        recreate=frozenset(names.to_recreate(name) for name in named.recreate),
    )
    found = with_edges_of(found, tracker, policy.resolve.keys())
    bindings = Bindings({names.to_rebind(name): _ticket(number, tracker, policy) for name, number in named.rebind})
    bound = {file: bindings.plan(plan) for file, plan in plans.items()}
    return policy, bindings.found(found, bound.values(), policy), bound


def _ticket(number: str, tracker: Tracker, policy: SyncPolicy) -> Ticket:
    ticket = tracker.get(number)
    if ticket is None:
        hint = "name one that exists; pull and merge requests are not tickets"
        raise UsageProblem(f"there is no ticket {number}", hint)
    return with_standing(tracker, ticket, policy)


def _listed(candidates: tuple[str, ...]) -> str:
    if not candidates:
        return "no task is in that state"
    more = f" and {len(candidates) - _MOST} more" if len(candidates) > _MOST else ""
    return f"it can be {', '.join(candidates[:_MOST])}{more}"


def _keys(decided: DecidedMap) -> Iterator[str]:
    holdings, ledger = decided.tickets.holdings, decided.tickets.holdings.ledger
    yield from (change.key for change in decided.changes.changes)
    yield from (*holdings.tickets, *holdings.unreadable, *ledger.tickets, *ledger.gone)
    yield from (spec.key for spec in decided.tickets.plan.tasks) if decided.tickets.plan else ()
    yield tracking_key(decided.changes.map_id)


def _numbers(decided: DecidedMap) -> Iterator[tuple[str, str]]:
    holdings = decided.tickets.holdings
    yield from ((number, key) for key, number in holdings.ledger.tickets.items())
    yield from ((stray.ticket.number, key) for key, stray in holdings.unreadable.items())
    yield from ((held.ticket.number, key) for key, held in holdings.tickets.items())
    tracking = (holdings.tracking.ticket.number,) if holdings.tracking else holdings.named_tracking
    yield from ((number, tracking_key(decided.changes.map_id)) for number in tracking)


def _differs(change: Change, gone: set[str]) -> bool:
    is_kept = isinstance(change, SkipLink) or (isinstance(change, Skip) and bool(change.kept) and not change.lasting)
    return change.key not in gone and (isinstance(change, Conflict) or is_kept)


def read_named(resolve: Iterable[str], recreate: Iterable[str], rebind: Iterable[str]) -> NamedTasks:
    """Read the values of the flags.

    :param resolve: ``map KEY`` or ``tracker KEY`` each.
    :raises UsageProblem: a side is unknown, one task is resolved both ways, or a binding names no ticket.
    """
    sides = [_settlement(text) for text in resolve]
    twice = {name for side, name in sides if (Side.MAP, name) in sides and (Side.TRACKER, name) in sides}
    if twice:
        raise UsageProblem(f"--resolve {min(twice)} names both map and tracker", "name one of them")
    return NamedTasks(tuple(sides), tuple(recreate), tuple(map(_binding, rebind)))


def _settlement(text: str) -> tuple[Side, str]:
    word, _, name = text.partition(" ")
    if word not in list(Side) or not name.strip() or name.startswith("-"):
        raise UsageProblem(f"--resolve {text}: not understood", "write --resolve map KEY or --resolve tracker KEY")
    return Side(word), name.strip()


def _binding(text: str) -> tuple[str, str]:
    key, sign, number = text.rpartition("=")
    if not (sign and key.strip() and number.strip()):
        raise UsageProblem(f"--rebind {text}: no ticket is named", "write --rebind KEY=NUMBER")
    return key.strip(), number.strip().lstrip("#!")


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What a run is asked for, in addition to the settings."""

    named: NamedTasks = field(default_factory=NamedTasks)
    """Tasks to resolve, recreate or rebind, as a person named them."""
    allowed: frozenset[str] = frozenset()
    """Guards that are lifted."""
    refresh: bool = False
    accept_settings: bool = False
    reconcile: bool = False
    """Read all links, close untouched copies, and report maps whose file is missing."""
    read_all: bool = False
    """Read every ticket, including those of maps that are not approved or whose file is missing."""
    read_works: bool = False
    """Read what documents ask for even where everything is finished and every ticket is closed."""
    retired: frozenset[str] = frozenset()
    """Ids of maps whose file was deleted for good."""
    shard: Shard = ALL
    """Which maps this run handles, when several runs share them."""


def sync_policy(settings: Settings, source: str, run_options: RunOptions) -> SyncPolicy:
    """Return the policy for the sync core, from the settings and the options of this run.

    :param source: canonical name of the repository that the maps belong to.
    """
    return replace(
        settings.sync_policy(source),
        refresh=run_options.refresh,
        accept_settings=run_options.accept_settings,
        close_copies=run_options.reconcile,
        allowed=run_options.allowed,
    )
