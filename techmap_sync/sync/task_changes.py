"""What happens to the ticket of each task: created, updated, closed or left, and why."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import replace

from techmap_sync.documents.words import ENGLISH, words_in
from techmap_sync.documents.work import Kind
from techmap_sync.planning.task import Section, SectionName, TaskPlan, TaskSpec, without_map
from techmap_sync.sync import claims
from techmap_sync.sync.block import Held
from techmap_sync.sync.change_set import MapChanges
from techmap_sync.sync.changes import Change, Conflict, Create, Reopen, Skip, Update, close
from techmap_sync.sync.comparison import boxes, digest, ticked, unticked
from techmap_sync.sync.endings import Ending, Why
from techmap_sync.sync.merge import MILESTONE, revise
from techmap_sync.sync.native_fields import NATIVE
from techmap_sync.sync.policy import Side, SyncPolicy
from techmap_sync.sync.ticket_fields import (
    ASSIGNEES,
    KEY,
    LABELS,
    MARKER,
    PRIORITY,
    AssigneeEdit,
    Decision,
    Edit,
    FieldEdit,
    Revision,
    SetEdit,
    has_label,
)
from techmap_sync.sync.tickets import Former, Holdings
from techmap_sync.sync.tracker import CloseReason, State, Tracker

BOUND = "bound again, the text that people wrote stays below"


def task_changes(
    spec: TaskSpec, holdings: Holdings, doubtful: Mapping[str, str], policy: SyncPolicy
) -> Iterator[Change]:
    """Return what happens to the ticket of one task, or why it has none.

    :param doubtful: keys of tasks whose ticket is uncertain, and why; they are left alone.
    """
    held = holdings.tickets.get(spec.key)
    if held is not None and spec.key not in doubtful:
        yield from _ticket_changes(spec, held, policy, _moved_from(spec.key, held, holdings))
    elif not spec.done:
        reason = doubtful.get(spec.key) or _why_not_created(spec.key, holdings, policy)
        if reason and _is_accepted(spec.key, holdings, policy):
            return
        if reason:
            yield Skip(spec.key, spec.title, reason=reason)
        else:
            yield Create(spec.key, spec.title, spec=spec)


def _is_accepted(key: str, holdings: Holdings, policy: SyncPolicy) -> bool:
    """Whether people removed the ticket of a task and that was accepted."""
    is_settled = key in holdings.ledger.accepted or policy.resolve.get(key) is Side.TRACKER
    return is_settled and key in holdings.without_ticket


def _why_not_created(key: str, holdings: Holdings, policy: SyncPolicy) -> str:
    claimed = claims.reason(holdings.claims, key, policy, is_tracked=holdings.tracking is not None)
    if claimed and not _has_copy(key, holdings):
        return claimed
    if key in policy.recreate:
        return ""
    if key in holdings.unreadable:
        stray = holdings.unreadable[key]
        number = stray.ticket.number
        if stray.ticket.withheld:
            return f"ticket {number}: {stray.reason}; push --recreate {key} makes a new one"
        ways = f"push --rebind {key}={number} binds it again, --recreate {key} makes a new one"
        return f"ticket {number} was released: {stray.reason}; {ways}"
    if key in holdings.ledger.gone or key in holdings.ledger.tickets:
        return f"its ticket was deleted; push --recreate {key} makes a new one"
    return ""


def _has_copy(key: str, holdings: Holdings) -> bool:
    """Whether somebody trusted copied the ticket that had a key and has another now.

    Then the ticket of an untrusted author is a copy, too. If no ticket were created, the next run would take the copy
    of the trusted author for it.
    """
    return any(without_map(copy.marker.key) == without_map(key) for copy, _ in holdings.copies)


def _moved_from(key: str, held: Held, holdings: Holdings) -> Former | None:
    """Return where a ticket comes from if its marker still names that map, by its key or by the tracking ticket."""
    former = holdings.arrived.get(key)
    return former if former and (held.marker.key != key or former.is_written_there) else None


def _ticket_changes(spec: TaskSpec, held: Held, policy: SyncPolicy, former: Former | None) -> Iterator[Change]:
    """Return what happens to an existing ticket.

    :param former: where it comes from; then a closed ticket changes only its key.
    """
    number, closed_by_us = held.ticket.number, held.marker.state == State.CLOSED
    moved = f'moved from map "{former.map_id}"' if former else ""
    before = former.key if former and held.marker.key == spec.key else held.marker.key
    rekeyed = Update(spec.key, held.ticket.title, number, moved, spec=spec, edits=_key_edit(spec, before))
    if held.ticket.state is State.CLOSED and held.marker.key:
        if closed_by_us and not spec.done and _has_only_lost_a_tick(spec, held, policy):
            return
        if closed_by_us and not spec.done:
            edits, reason = revise(spec, held, policy).edits, "its task is back in the map"
            yield Reopen(spec.key, spec.title, number, moved or reason, spec=spec, edits=edits)
        elif moved:
            yield rekeyed
        return
    if spec.done and not closed_by_us and held.marker.key:
        yield close(spec.key, held.ticket.title, number, Ending(Why.DONE), CloseReason.COMPLETED, spec)
    elif spec.sections or spec.keeps_text:
        for change in revision_changes(spec, held, revise(spec, held, policy), before):
            yield replace(change, reason=moved) if moved and isinstance(change, Update) else change
    elif moved:
        yield rekeyed


def _has_only_lost_a_tick(spec: TaskSpec, held: Held, policy: SyncPolicy) -> bool:
    """Whether a part of specs was completed and says nothing new since: losing a tick reopens nothing."""
    given_up = held.ticket.reason is CloseReason.NOT_PLANNED or has_label(held.ticket.labels, policy.removed_label)
    if spec.kind is not Kind.TASK or given_up:
        return False
    known = {text for _, text, _ in boxes(held.block.texts().get(SectionName.ITEMS, ""))}
    there = [text for each in spec.sections if each.name == SectionName.ITEMS for _, text, _ in boxes(each.text)]
    return known.issuperset(there)


def _key_edit(spec: TaskSpec, before: str) -> tuple[FieldEdit, ...]:
    return (FieldEdit(KEY, before, spec.key),) if before != spec.key else ()


def revision_changes(spec: TaskSpec, held: Held, revision: Revision, before: str) -> Iterator[Update | Conflict | Skip]:
    """Turn a revision into an update, the conflicts it leaves and the drift it keeps.

    :param before: the key that the ticket has so far.
    """
    number = held.ticket.number
    edits: tuple[Edit, ...] = (*revision.edits, *_key_edit(spec, before))
    if not edits and revision.adopted:
        edits = (FieldEdit(MARKER, "", ", ".join(revision.adopted)),)
    if edits:
        reason = "" if held.marker.key else BOUND
        yield Update(spec.key, spec.title, number, reason, spec=spec, edits=edits)
    for field in revision.named(Decision.CONFLICT):
        edit = FieldEdit(field.name or "lead", field.theirs, field.ours)
        yield Conflict(spec.key, spec.title, number, _settle(spec.key), edits=(edit,))
    if revision.people.contested:
        wanted, there = (", ".join(sorted(names)) for names in (spec.assignees, held.ticket.assignees))
        yield Conflict(spec.key, spec.title, number, _settle(spec.key), edits=(FieldEdit(ASSIGNEES, there, wanted),))
    if revision.kept:
        reason = kept_reason(spec.key, revision.kept, refresh=spec.keeps_text)
        yield Skip(spec.key, spec.title, number, reason, kept=revision.kept, keeps_text=spec.keeps_text)


def _settle(key: str) -> str:
    ways = f"push --resolve map {key} or --resolve tracker {key}"
    return f"both the map and a human changed it; settle with {ways}"


def kept_reason(key: str, kept: Iterable[Edit], *, refresh: bool = False) -> str:
    """Say what a person changed and is kept, with the names of removed labels.

    :param refresh: whether the ticket has the form of an earlier release, so that its texts follow only a refresh.
    """
    names = ", ".join(f"{edit.name} {edit.after}" if isinstance(edit, SetEdit) else edit.name for edit in kept)
    is_worded = any(edit.name not in {LABELS, ASSIGNEES, PRIORITY, MILESTONE, *NATIVE} for edit in kept)
    ways = f"push --resolve map {key} writes the map's text, --resolve tracker {key} accepts it"
    if refresh and is_worded:
        ways = ways.replace("push", "push --refresh", 1)
    return f"changed by a human, kept: {names}; {ways}"


def strangers(plan: TaskPlan, holdings: Holdings, tasks: tuple[Change, ...]) -> Iterator[Change]:
    """Name the tickets of untrusted authors that claim to belong to this map but block nothing."""
    skipped = {change.key for change in tasks if isinstance(change, Skip)}
    reported = skipped if holdings.tracking else {*skipped, plan.tracking.key}
    reason = claims.remark(holdings.claims.of_map(plan.map_id, reported))
    if reason:
        yield Skip(plan.tracking.key, plan.tracking.title, reason=reason, lasting=True)


FOLLOW_UP = "~2"
"""Ends the key of a follow-up, after the key of its task."""


def with_follow_up(spec: TaskSpec) -> tuple[str, str]:
    """Return the keys that tickets of a task may have: its own, and that of a follow-up."""
    return spec.key, f"{spec.key}{FOLLOW_UP}"


def with_follow_ups(plan: TaskPlan, holdings: Holdings) -> TaskPlan:
    """Return the plan with a follow-up after every completed task that got new items."""
    return replace(
        plan, tasks=tuple(task for spec in plan.tasks for task in (spec, *_follow_ups(spec, holdings, plan.language)))
    )


def _follow_ups(spec: TaskSpec, holdings: Holdings, language: str) -> Iterator[TaskSpec]:
    held = holdings.tickets.get(spec.key)
    checklist = next((section for section in spec.sections if section.name == SectionName.ITEMS), None)
    if held is None or checklist is None or not _is_completed(held):
        return
    there = [held.block.texts().get(SectionName.ITEMS, "")]
    known = {text.casefold() for text in (*ticked(there), *unticked(there))}
    added = {text: line for line, text, done in boxes(checklist.text) if text.casefold() not in known and not done}
    if known and added:
        values = json.dumps([*added], ensure_ascii=False)
        section = Section(SectionName.ITEMS, checklist.heading, "\n".join(added.values()), values)
        rest = tuple(each for each in spec.sections if not each.values)
        _, key = with_follow_up(spec)
        title = _follow_up_title(spec, holdings.tickets.get(key), language)
        yield replace(
            spec, key=key, title=title, sections=(section, *rest), blocked_by=(), was=(), estimate_minutes=None
        )


def _follow_up_title(spec: TaskSpec, held: Held | None, language: str) -> str:
    """Return the title of a follow-up; one that was written in English stays so: other words alone write nothing."""
    english, own = (words_in(each).phrase("follow-up", text=spec.title) for each in (ENGLISH, language))
    return english if held and held.marker.title.values == digest(english) else own


def _is_completed(held: Held) -> bool:
    """Whether a person completed it; without a stored reason, any close counts as completed."""
    return held.closed_by_hand and held.ticket.reason in (CloseReason.COMPLETED, None)


MANY = 2
"""From this many tickets on, a milestone was renamed, not chosen for single tickets."""


def said_once(maps: Sequence[MapChanges]) -> tuple[MapChanges, ...]:
    """Return the same maps with one line for a milestone that was renamed in the tracker."""
    there = Counter(edit for each in maps for change in each.changes for edit in _milestones(change))
    renamed = {edit: number for edit, number in there.items() if number >= MANY and edit.before and edit.after}
    said: set[FieldEdit] = set()
    return tuple(_without_renamed(each, renamed, said) for each in maps) if renamed else tuple(maps)


def _milestones(change: Change) -> list[FieldEdit]:
    kept = change.kept if isinstance(change, Skip) else ()
    return [edit for edit in kept if isinstance(edit, FieldEdit) and edit.name == MILESTONE]


def _without_renamed(changes: MapChanges, renamed: dict[FieldEdit, int], said: set[FieldEdit]) -> MapChanges:
    kept: list[Change] = []
    for change in changes.changes:
        here = [edit for edit in _milestones(change) if edit in renamed]
        if not here or not isinstance(change, Skip):
            kept.append(change)
            continue
        if left := tuple(edit for edit in change.kept if edit not in renamed):
            reason = kept_reason(change.key, left, refresh=change.keeps_text)
            kept.append(replace(change, kept=left, reason=reason))
        kept += [_line(edit, renamed[edit], changes) for edit in here if edit not in said]
        said.update(here)
    return replace(changes, changes=tuple(kept))


def _line(edit: FieldEdit, number: int, changes: MapChanges) -> Skip:
    what = f'{number} tickets have the milestone "{edit.after}" instead of "{edit.before}", kept'
    reason = f'{what}; if it was renamed, set milestone = "{edit.after}"'
    return Skip(changes.tracking_key, edit.after, changes.tracking_number, reason, kept=(edit,))


def with_known_names(maps: Sequence[MapChanges], tracker: Tracker) -> tuple[MapChanges, ...]:
    """Return the same maps without assignees that the tracker does not know; say so, and which milestones are new.

    The tracker is asked only when tickets will be created, or people assigned.

    :raises TrackerError: it refused or did not answer.
    """
    people = unknown_people(tracker, frozenset().union(*map(_people_of, maps)))
    milestones = missing_milestones(tracker, frozenset().union(*map(_milestones_of, maps)))
    if not people and not milestones:
        return tuple(maps)
    said: set[str] = set()
    return tuple(_without_absent(each, people, milestones, said) for each in maps)


def unknown_people(tracker: Tracker, names: Collection[str]) -> frozenset[str]:
    """Return the accounts to which no ticket can be assigned.

    :raises TrackerError: the tracker refused or did not answer.
    """
    return tracker.unassignable(names) if names and tracker.capabilities.assignees else frozenset()


def missing_milestones(tracker: Tracker, titles: Collection[str]) -> frozenset[str]:
    """Return the milestones that the first ticket would create.

    :raises TrackerError: the tracker refused or did not answer.
    """
    if not tracker.capabilities.milestones:
        return frozenset()
    return frozenset(title for title in titles if not tracker.has_milestone(title))


def _people_of(changes: MapChanges) -> frozenset[str]:
    """Return those to whom tickets will be assigned."""
    return frozenset(name for change in changes.writes for name in _assigned_by(change))


def _assigned_by(change: Change) -> Iterable[str]:
    if isinstance(change, Create):
        return change.spec.assignees
    return (name for edit in change.edits if isinstance(edit, AssigneeEdit) for name in edit.add)


def _milestones_of(changes: MapChanges) -> frozenset[str]:
    """Return the milestones of the tickets that will be created."""
    return frozenset(c.spec.milestone for c in changes.writes if isinstance(c, Create)) - {""}


def _without_absent(changes: MapChanges, people: Set[str], milestones: Collection[str], said: set[str]) -> MapChanges:
    """Return the changes of a map without unknown people.

    :param said: people that earlier maps named although their documents, not the settings, want them.
    """
    reasons = [*_about_people(changes, people, said), *_about_milestones(_milestones_of(changes) & set(milestones))]
    unknown = _people_of(changes) & people
    if not reasons and not unknown:
        return changes
    known = tuple(each for change in changes.changes if (each := _unassigned(change, unknown)))
    tracking = next((c for c in changes.changes if c.key == changes.tracking_key), None)
    title = tracking.title if tracking else changes.map_id
    notes = (Skip(changes.tracking_key, title, changes.tracking_number, reason, lasting=True) for reason in reasons)
    return replace(changes, changes=(*known, *notes))


def _about_people(changes: MapChanges, people: Set[str], said: set[str]) -> Iterator[str]:
    """Yield who cannot be assigned; those of the settings in each map, all others once."""
    found = [(name, change) for change in changes.writes for name in _assigned_by(change) if name in people]
    by_settings = {name for name, change in found if isinstance(change, Create) and not change.spec.follows_assignees}
    if by_settings:
        who = ", ".join(sorted(by_settings))
        yield f"no ticket can be assigned to {who} here: made without; see assignees in the settings"
    if others := {name for name, _ in found} - by_settings - said:
        said |= others
        yield f"no ticket can be assigned to {', '.join(sorted(others))} here: left out; correct CODEOWNERS or the map"


def _about_milestones(titles: Collection[str]) -> list[str]:
    return [f'there is no milestone "{title}" yet: the first ticket creates it' for title in sorted(titles)]


def _unassigned(change: Change, people: Set[str]) -> Change | None:
    """Return a change that assigns nobody of some people; None where nothing is left of it."""
    if not isinstance(change, Create | Update | Reopen) or people.isdisjoint(_assigned_by(change)):
        return change
    spec = replace(change.spec, assignees=tuple(name for name in change.spec.assignees if name not in people))
    if isinstance(change, Create):
        return replace(change, spec=spec)
    edits = tuple(
        replace(edit, add=edit.add - people) if isinstance(edit, AssigneeEdit) else edit for edit in change.edits
    )
    edits = tuple(edit for edit in edits if not isinstance(edit, AssigneeEdit) or edit.add or edit.remove)
    left = replace(change, spec=spec, edits=edits)
    return left if edits or isinstance(left, Reopen) else None
