"""Guards: what makes a run refuse before its first write. Each says the number, the limit and the flag."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from techmap_sync.sync import claims
from techmap_sync.sync.changes import KEY, LEDGER, Action, Change, ChangeSet, Close, Conflict, MapChanges, Update
from techmap_sync.sync.comparison import comparable, digest
from techmap_sync.sync.desired import DesiredMap, Origin
from techmap_sync.sync.marker import Ledger
from techmap_sync.sync.merge import TITLE
from techmap_sync.sync.policy import Descent, OnConflict, SyncPolicy
from techmap_sync.sync.tickets import Holdings
from techmap_sync.sync.tracker import CloseReason, State
from techmap_sync.text_forms import differs_only_by_number

FEW = 10
"""Below this many open tickets a share says little, and a number is the limit."""


class Guard(StrEnum):
    """What ``--allow`` can lift for one run."""

    CREATES = "creates"
    UPDATES = "updates"
    RETITLES = "retitles"
    CLOSES = "closes"
    OLDER = "older"
    GONE = "gone"
    EXISTS = "exists"
    """Retiring a map whose file may still be there; see ``app/run.py``."""
    BRANCH = "branch"
    """Writing to a server from another branch than the default one; see ``app/run_guards.py``."""
    UNCOMMITTED = "uncommitted"
    """Writing, in a CI, what no commit holds; see ``app/other_documents.py``."""


def refusals(changes: tuple[Change, ...], origin: Origin, holdings: Holdings, policy: SyncPolicy) -> tuple[str, ...]:
    """Return why these changes of one map must not be written, empty when they may.

    :param origin: the text and the commit that the map was read from.
    """
    found = (
        *_too_many(changes, policy),
        *_too_many_retitled(changes, holdings, policy),
        *_too_many_closed(changes, holdings, policy),
        *_too_old(changes, origin, holdings.ledger),
        *_too_many_gone(holdings),
    )
    return tuple(_not_allowed(found, policy))


def retirement_refusals(
    changes: tuple[Change, ...], origin: Origin, holdings: Holdings, policy: SyncPolicy
) -> tuple[str, ...]:
    """Return why a map must not be retired: closing all of it is what its author asked for, if that is the latest word.

    The parameters are those of ``refusals``.
    """
    return tuple(_not_allowed(_too_old(changes, origin, holdings.ledger), policy))


def tracking_refusals(key: str, holdings: Holdings, policy: SyncPolicy) -> tuple[str, ...]:
    """Return why no tracking ticket may be made for a map that has none: it was lost, or somebody's ticket claims it.

    :param key: key of the tracking ticket.
    """
    claimed = () if holdings.tracking else claims.refusals(holdings.claims, key, policy)
    return (*_lost_tracking(holdings, key, policy), *claimed)


def _lost_tracking(holdings: Holdings, key: str, policy: SyncPolicy) -> tuple[str, ...]:
    """Its tickets name a tracking ticket that is no longer to be had."""
    numbers = holdings.named_tracking
    if not numbers or key in policy.recreate:
        return ()
    why = f"was released: {holdings.released_tracking}" if holdings.released_tracking else "was deleted"
    bind = f"push --rebind {key}={numbers[0]} binds it again, " if holdings.released_tracking else ""
    forgotten = "what people deleted and unlinked is forgotten then"
    return (f"the tracking ticket {numbers[0]} {why}; {bind}push --recreate {key} makes a new one ({forgotten})",)


def existing_file_refusals(there: str, policy: SyncPolicy) -> tuple[str, ...]:
    """Return why a map must not be retired whose file was said to be gone.

    :param there: a file that may be its own, empty when there is none.
    """
    reason = f"{there} may still be this map's file; reconcile --allow {Guard.EXISTS} retires the map anyway"
    return (reason,) if there and Guard.EXISTS not in policy.allowed else ()


def _not_allowed(found: Iterable[tuple[Guard, str]], policy: SyncPolicy) -> Iterator[str]:
    for guard, reason in found:
        if guard not in policy.allowed:
            yield f"{reason}; push --allow {guard} goes ahead anyway"


def _too_many(changes: tuple[Change, ...], policy: SyncPolicy) -> Iterator[tuple[Guard, str]]:
    limits = policy.limits
    for guard, action, limit in (
        (Guard.CREATES, Action.CREATE, limits.max_creates),
        (Guard.UPDATES, Action.UPDATE, limits.max_updates),
    ):
        number = sum(change.action is action for change in changes)
        if number > limit:
            yield guard, f"{number} tickets to {action}, the limit is {limit}"


def _too_many_retitled(
    changes: tuple[Change, ...], holdings: Holdings, policy: SyncPolicy
) -> Iterator[tuple[Guard, str]]:
    """Only words of a task's own count: a renamed map, or another Unicode form, takes no ticket for another one."""
    updates = (c for c in changes if isinstance(c, Update) and c.key in holdings.tickets)
    number = sum(_says_other_words(change) for change in updates)
    limit = _limit(len(holdings.tickets), policy.limits.max_retitled_share, policy)
    if number > limit[0]:
        yield Guard.RETITLES, f"{number} of {len(holdings.tickets)} tickets to retitle, the limit is {limit[1]}"


def _says_other_words(change: Update) -> bool:
    """Whether a title changes by more than the map's name in it, or a number in front of its words."""
    if change.spec.named_by_map:
        return False
    if change.spec.earlier in [edit.before for edit in change.edits if edit.name == KEY]:
        return False
    titles = ((comparable(edit.before), comparable(edit.after)) for edit in change.edits if edit.name == TITLE)
    return any(before != after and not differs_only_by_number(before, after) for before, after in titles)


def _too_many_closed(
    changes: tuple[Change, ...], holdings: Holdings, policy: SyncPolicy
) -> Iterator[tuple[Guard, str]]:
    """Orphans count; finished tasks and untouched copies of other tickets lose nothing."""
    number = sum(isinstance(c, Close) and c.close_reason is CloseReason.NOT_PLANNED for c in changes)
    still_open = sum(held.ticket.state is State.OPEN for held in holdings.tickets.values())
    limit = _limit(still_open, policy.limits.max_closed_share, policy)
    if number > limit[0]:
        yield Guard.CLOSES, f"{number} of {still_open} open tickets to close, the limit is {limit[1]}"


def _limit(total: int, share: float, policy: SyncPolicy) -> tuple[float, str]:
    """Return how many are allowed, and how that is said."""
    return (share * total, f"{share:.0%}") if total >= FEW else (policy.limits.max_few, str(policy.limits.max_few))


def _too_old(changes: tuple[Change, ...], origin: Origin, ledger: Ledger) -> Iterator[tuple[Guard, str]]:
    """A commit is older when it is in the history of the other one; the clocks decide only where git cannot tell."""
    if not any(change.writes for change in changes):
        return
    written = f"the tickets were written from commit {ledger.commit[:12]} of {ledger.commit_time}"
    match origin.descent_from(ledger.commit):
        case Descent.BEFORE:
            yield Guard.OLDER, f"{written}, which came after this one"
        case Descent.UNKNOWN if _is_earlier(origin.commit_time, ledger.commit_time):
            yield Guard.OLDER, f"{written}, this one is of {origin.commit_time}"


def _is_earlier(first: str, second: str) -> bool:
    """Whether one time is before another; one that cannot be read is not."""
    try:
        return datetime.fromisoformat(first).astimezone(UTC) < datetime.fromisoformat(second).astimezone(UTC)
    except (ValueError, OverflowError):
        return False


def _too_many_gone(holdings: Holdings) -> Iterator[tuple[Guard, str]]:
    """Several listed tickets missing at once looks like a listing that lies, not like people who deleted them."""
    missing = holdings.missing
    if len(missing) > 1:
        yield Guard.GONE, f"{len(missing)} tickets of the ledger are gone at once ({', '.join(sorted(missing)[:3])}, …)"


def refused_for_conflicts(maps: Sequence[MapChanges], policy: SyncPolicy) -> tuple[MapChanges, ...]:
    """Return the same maps, all refused when a conflict is open and the team lets conflicts fail."""
    number = sum(isinstance(change, Conflict) for each in maps for change in each.changes)
    if policy.on_conflict is not OnConflict.FAIL or not number:
        return tuple(maps)
    fields = "1 field was" if number == 1 else f"{number} fields were"
    what = f'{fields} changed by the map and by a human, and on_conflict is "fail"'
    why = f"{what}; settle with push --resolve map KEY or --resolve tracker KEY"
    return tuple(replace(each, refusals=(*each.refusals, why)) if each.changes else each for each in maps)


def refused_at_last(changes: MapChanges, desired: DesiredMap) -> MapChanges:
    """Return the same changes, refused where nothing else speaks against them but that no commit holds the text."""
    return replace(changes, notes=desired.notes, refusals=desired.unwritable) if changes.writes else changes


Fingerprint = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReviewedPlan:
    """What a plan file allows."""

    tracker: str
    allowed: frozenset[Fingerprint]


def edit_digests(change: Change) -> list[list[str]]:
    """Return (field, digest before, digest after) of every field that a change touches, for a plan file."""
    return [[edit.name, digest(edit.before), digest(edit.after)] for edit in change.edits]


def read_reviewed(document: Mapping[str, Any]) -> ReviewedPlan:
    """Read a plan file that ``plan --out`` wrote.

    :raises LookupError, TypeError: the document is no such file.
    """
    allowed = (mark for change in document["changes"] for mark in _marks_of_row(change))
    return ReviewedPlan(str(document["tracker"]), frozenset(allowed))


def not_reviewed(change_set: ChangeSet, plan: ReviewedPlan) -> tuple[Change, ...]:
    """Return the changes that the reviewed plan does not show; what is applied already is no longer among them."""
    return tuple(change for change in change_set.writes if not set(_marks(change)) <= plan.allowed)


def _marks(change: Change) -> Iterable[Fingerprint]:
    head = (change.action.value, change.key, change.target)
    if change.action is Action.UPDATE:
        return [_field_mark(change.key, *edit) for edit in edit_digests(change) if not _is_ledger(edit[0])]
    return [head]


def _marks_of_row(row: Mapping[str, Any]) -> Iterable[Fingerprint]:
    if row["action"] == Action.UPDATE.value:
        return [_field_mark(str(row["key"]), *map(str, edit)) for edit in row["edits"] if not _is_ledger(edit[0])]
    return [(str(row["action"]), str(row["key"]), str(row.get("target", "")))]


def _field_mark(key: str, name: str, before: str, after: str) -> Fingerprint:
    return (Action.UPDATE.value, key, name, before, after)


def _is_ledger(name: str) -> bool:
    """The ledger follows from everything else; nobody reviews it by itself."""
    return name == LEDGER
