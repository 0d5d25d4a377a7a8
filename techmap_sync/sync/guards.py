"""Guards: what makes a run refuse before its first write. Each names the number, the limit and the way out. Pure.

``refusals`` judges one map, ``decide`` calls it. What concerns the whole run is a ``Refused`` that ``app/`` raises.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from techmap_sync.errors import Refused
from techmap_sync.planning.task import EDITION, TaskPlan
from techmap_sync.sync import claims
from techmap_sync.sync.change_set import ChangeSet, MapChanges, edit_digests
from techmap_sync.sync.changes import Action, Change, Close, Conflict, Create, Skip, Update
from techmap_sync.sync.comparison import comparable
from techmap_sync.sync.marker import Ledger
from techmap_sync.sync.match import Audience, DesiredMap, Origin
from techmap_sync.sync.merge import TITLE
from techmap_sync.sync.policy import Descent, Guard, OnConflict, SideBranch, SyncPolicy
from techmap_sync.sync.ticket_fields import ASSIGNEES, KEY, LEDGER
from techmap_sync.sync.tickets import Holdings
from techmap_sync.sync.tracker import CloseReason, State, Visibility
from techmap_sync.sync.unit_tasks import regenerated
from techmap_sync.text_forms import differs_only_by_number, renumbered

FEW = 10
"""Below this many open tickets the limit is a number, not a share."""


def refusals(
    changes: tuple[Change, ...], origin: Origin, plan: TaskPlan, holdings: Holdings, policy: SyncPolicy
) -> tuple[str, ...]:
    """Return why these changes of one map must not be written; empty when they may.

    :param origin: the text and commit that the map was read from.
    """
    gone, total = regenerated(plan, holdings) if plan.leaves else (0, 0)
    if gone and Guard.REGENERATED in policy.allowed:  # this is what closes and retitles most of the tickets
        policy = replace(policy, allowed=policy.allowed | {Guard.CLOSES, Guard.RETITLES})
    found = (
        *_regenerated(gone, total),
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
    """Return why a map must not be retired. Its author wants every ticket closed, so only an older commit counts.

    The parameters are those of ``refusals``.
    """
    return tuple(_not_allowed(_too_old(changes, origin, holdings.ledger), policy))


def audience_refusals(audience: Audience | None) -> tuple[str, ...]:
    """Return why a map must not be published: more people can read the tracker than the map."""
    if audience is None or audience.tickets in (None, Visibility.PRIVATE):
        return ()
    if audience.maps is not None and audience.tickets <= audience.maps:
        return ()
    of_maps = f"is {audience.maps.name.lower()}" if audience.maps is not None else "cannot be seen there"
    what = f"{audience.tracker} is {audience.tickets.name.lower()}, and {audience.source}, which holds the maps"
    return (f"{what}, {of_maps}; allow_public = true in the settings lets its tickets be read",)


def tracking_refusals(key: str, holdings: Holdings, policy: SyncPolicy) -> tuple[str, ...]:
    """Return why a map must not get a tracking ticket: its own was lost, or another author's ticket claims to be it.

    :param key: key of the tracking ticket.
    """
    claimed = () if holdings.tracking else claims.refusals(holdings.claims, key, policy)
    return (*_lost_tracking(holdings, key, policy), *claimed)


def _lost_tracking(holdings: Holdings, key: str, policy: SyncPolicy) -> tuple[str, ...]:
    """Refuse when the map's tickets name a tracking ticket that no longer exists."""
    numbers = holdings.named_tracking
    if not numbers or key in policy.recreate:
        return ()
    why = f"was released: {holdings.released_tracking}" if holdings.released_tracking else "was deleted"
    bind = f"push --rebind {key}={numbers[0]} binds it again, " if holdings.released_tracking else ""
    forgotten = "what people deleted and unlinked is forgotten then"
    return (f"the tracking ticket {numbers[0]} {why}; {bind}push --recreate {key} makes a new one ({forgotten})",)


def existing_file_refusals(there: str, policy: SyncPolicy) -> tuple[str, ...]:
    """Return why a map must not be retired although its file was reported missing.

    :param there: a file that may be the map's; empty when there is none.
    """
    reason = f"{there} may still be this map's file; reconcile --allow {Guard.EXISTS} retires the map anyway"
    return (reason,) if there and Guard.EXISTS not in policy.allowed else ()


def _not_allowed(found: Iterable[tuple[Guard, str]], policy: SyncPolicy) -> Iterator[str]:
    for guard, reason in found:
        if guard not in policy.allowed:
            yield f"{reason}; push --allow {guard} goes ahead anyway"


def _regenerated(gone: int, total: int) -> Iterator[tuple[Guard, str]]:
    """Most tasks of a unit of specs are gone: an assistant seems to have written the file again."""
    if gone:
        yield Guard.REGENERATED, f"{gone} of {total} tasks are gone at once, as when a file is generated again"


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
    """Count only changes to a task's own words; a renamed map or another Unicode form does not count.

    Where an earlier release wrote the tickets, only renamed tasks count: all titles are worded differently now.
    """
    retitled = [c for c in _updates(changes, holdings) if _says_other_words(c)]
    number = len(retitled) if holdings.written_ledger.edition >= EDITION else sum(map(_is_renamed, retitled))
    limit = _limit(len(holdings.tickets), policy.limits.max_retitled_share, policy)
    if number > limit[0]:
        yield Guard.RETITLES, f"{number} of {len(holdings.tickets)} tickets to retitle, the limit is {limit[1]}"


def titles_of_this_release(
    changes: tuple[Change, ...], plan: TaskPlan, holdings: Holdings, policy: SyncPolicy
) -> Iterator[Skip]:
    """Say how many tickets get another title only because this release words titles differently.

    Nothing is said of a few, nor where somebody asked for the texts of today.
    """
    if policy.refresh or holdings.written_ledger.edition >= EDITION:
        return
    retitled = [c for c in _updates(changes, holdings) if _says_other_words(c) and not _is_renamed(c)]
    if len(retitled) > _limit(len(holdings.tickets), policy.limits.max_retitled_share, policy)[0]:
        number = holdings.tracking.ticket.number if holdings.tracking else ""
        what = f"{len(retitled)} of {len(holdings.tickets)} tickets get other titles"
        reason = f"{what} because an earlier release wrote them, as all of the map's tickets follow its change"
        yield Skip(plan.tracking.key, plan.tracking.title, number, reason, lasting=True)


def _updates(changes: Iterable[Change], holdings: Holdings) -> Iterator[Update]:
    return (change for change in changes if isinstance(change, Update) and change.key in holdings.tickets)


def _is_renamed(change: Update) -> bool:
    """Whether a task has another name, and so another key within its map; a number in front of it does not count."""
    earlier = change.spec.earlier.rpartition("/")[2]
    edits = (edit for edit in change.edits if edit.name == KEY)
    keys = ((edit.before.rpartition("/")[2], edit.after.rpartition("/")[2]) for edit in edits)
    return any(old != new and not renumbered(old, new, earlier or new) for old, new in keys)


def _says_other_words(change: Update) -> bool:
    """Whether a title changes by more than the map's name in it or a leading number."""
    if change.spec.named_by_map:
        return False
    if change.spec.earlier in [edit.before for edit in change.edits if edit.name == KEY]:
        return False
    titles = ((comparable(edit.before), comparable(edit.after)) for edit in change.edits if edit.name == TITLE)
    return any(before != after and not differs_only_by_number(before, after) for before, after in titles)


def _too_many_closed(
    changes: tuple[Change, ...], holdings: Holdings, policy: SyncPolicy
) -> Iterator[tuple[Guard, str]]:
    """Count orphans only: closing finished tasks and untouched copies loses nothing."""
    number = sum(isinstance(c, Close) and c.close_reason is CloseReason.NOT_PLANNED for c in changes)
    still_open = sum(held.ticket.state is State.OPEN for held in holdings.tickets.values())
    limit = _limit(still_open, policy.limits.max_closed_share, policy)
    if number > limit[0]:
        yield Guard.CLOSES, f"{number} of {still_open} open tickets to close, the limit is {limit[1]}"


def _limit(total: int, share: float, policy: SyncPolicy) -> tuple[float, str]:
    """Return how many are allowed, as a number and in words."""
    return (share * total, f"{share:.0%}") if total >= FEW else (policy.limits.max_few, str(policy.limits.max_few))


def _too_old(changes: tuple[Change, ...], origin: Origin, ledger: Ledger) -> Iterator[tuple[Guard, str]]:
    """Refuse a commit that is an ancestor of the ledger's; commit times decide only where git cannot tell."""
    if not any(change.writes for change in changes):
        return
    written = f"the tickets were written from commit {ledger.commit[:12]} of {ledger.commit_time}"
    match origin.descent_from(ledger.commit):
        case Descent.BEFORE:
            yield Guard.OLDER, f"{written}, which came after this one"
        case Descent.UNKNOWN if _is_earlier(origin.commit_time, ledger.commit_time):
            yield Guard.OLDER, f"{written}, this one is of {origin.commit_time}"


def _is_earlier(first: str, second: str) -> bool:
    """Whether one time is before another; False when either cannot be read."""
    try:
        return datetime.fromisoformat(first).astimezone(UTC) < datetime.fromisoformat(second).astimezone(UTC)
    except (ValueError, OverflowError):
        return False


def _too_many_gone(holdings: Holdings) -> Iterator[tuple[Guard, str]]:
    """Refuse when several tickets of the ledger are missing at once: more likely a bad listing than deletions."""
    missing = holdings.missing
    if len(missing) > 1:
        yield Guard.GONE, f"{len(missing)} tickets of the ledger are gone at once ({', '.join(sorted(missing)[:3])}, …)"


def refused_for_conflicts(maps: Sequence[MapChanges], policy: SyncPolicy) -> tuple[MapChanges, ...]:
    """Return the same maps, all refused when there is a conflict and the setting is ``on_conflict = "fail"``."""
    number = _conflicts(change for each in maps for change in each.changes)
    if policy.on_conflict is not OnConflict.FAIL or not number:
        return tuple(maps)
    fields = "1 field was" if number == 1 else f"{number} fields were"
    what = f'{fields} changed by the map and by a human, and on_conflict is "fail"'
    why = f"{what}; settle with push --resolve map KEY or --resolve tracker KEY"
    return tuple(replace(each, refusals=(*each.refusals, why)) if each.changes else each for each in maps)


def _conflicts(changes: Iterable[Change]) -> int:
    return sum(isinstance(change, Conflict) for change in changes)


def refused_at_last(changes: MapChanges, desired: DesiredMap) -> MapChanges:
    """Return the same changes, refused when no commit contains the map's text; asked only if no other guard refuses."""
    return replace(changes, notes=desired.notes, refusals=desired.unwritable) if changes.writes else changes


def side_branch_refusal(branch: SideBranch | None) -> Refused | None:
    """Return why a server must not be written to from this branch; None when it may."""
    if branch is None:
        return None
    allow = f"--allow {Guard.BRANCH} goes ahead anyway"
    if branch.default_branch:
        what = f"this is {branch.what}, and tickets follow {branch.default_branch}"
        return Refused(what, f"plan shows what merging it would do; {allow}")
    what = f"this is {branch.what}, and nothing says that it is the default branch"
    return Refused(what, f"git remote set-head origin --auto finds out which one is; {allow}")


def conflict_refusal(change_set: ChangeSet) -> Refused | None:
    """Return why nothing must be written when conflicts are errors; None when there is no conflict."""
    number = _conflicts(change_set.changes)
    fields = "1 field" if number == 1 else f"{number} fields"
    what = f"{fields} changed by the map and by a human"
    return Refused(what, "settle with --resolve map KEY or --resolve tracker KEY") if number else None


Fingerprint = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReviewedPlan:
    """What a plan file allows."""

    tracker: str
    allowed: frozenset[Fingerprint]


def read_reviewed(document: Mapping[str, Any]) -> ReviewedPlan:
    """Read a plan file that ``plan --out`` wrote.

    :raises LookupError, TypeError: the document is not a plan file.
    """
    allowed = (mark for change in document["changes"] for mark in _marks_of_row(change))
    return ReviewedPlan(str(document["tracker"]), frozenset(allowed))


def stale_plan_refusal(change_set: ChangeSet, plan: ReviewedPlan, file: str) -> Refused | None:
    """Return why nothing must be written: the reviewed plan does not show all of it. None when it does.

    :param file: name of the plan file.
    """
    extra = [change for change in change_set.writes if not set(_marks(change)) <= plan.allowed]
    if not extra:
        return None
    number = "1 change" if len(extra) == 1 else f"{len(extra)} changes"
    some = ", ".join(f"{change.action} {change.title}" for change in extra[:3])
    what = f"the plan is stale: {file} does not show {number} ({some})"
    return Refused(what, "make a new one with plan --out, and review it")


def _marks(change: Change) -> Iterable[Fingerprint]:
    head = (change.action.value, change.key, change.target)
    if change.action is Action.UPDATE:
        return [_field_mark(change.key, *edit) for edit in edit_digests(change) if not _is_ledger(edit[0])]
    people = change.assignees if isinstance(change, Create) else ()
    return [head, *(_assigned_mark(change.key, name) for name in people)]


def _marks_of_row(row: Mapping[str, Any]) -> Iterable[Fingerprint]:
    if row["action"] == Action.UPDATE.value:
        return [_field_mark(str(row["key"]), *map(str, edit)) for edit in row["edits"] if not _is_ledger(edit[0])]
    head = (str(row["action"]), str(row["key"]), str(row.get("target", "")))
    return [head, *(_assigned_mark(str(row["key"]), str(name)) for name in row.get("assignees") or ())]


def _assigned_mark(key: str, name: str) -> Fingerprint:
    return (Action.CREATE.value, key, ASSIGNEES, name.casefold())


def _field_mark(key: str, name: str, before: str, after: str) -> Fingerprint:
    return (Action.UPDATE.value, key, name, before, after)


def _is_ledger(name: str) -> bool:
    """Whether a field is the ledger, which follows from everything else and needs no review of its own."""
    return name == LEDGER
