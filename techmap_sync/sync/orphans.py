"""What happens to the ticket of each task: created, brought up to date, closed or left, and why."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from techmap_sync.planning.task import Section, TaskPlan, TaskSpec
from techmap_sync.sync import claims
from techmap_sync.sync.changes import KEY, MARKER, Action, Change, FieldEdit, MapChanges
from techmap_sync.sync.comparison import boxes, text_digest, ticked, unticked
from techmap_sync.sync.merge import LABELS, Decision, Held, Revision, has_label, revise
from techmap_sync.sync.policy import OrphanPolicy, Side, SyncPolicy
from techmap_sync.sync.tickets import Holdings
from techmap_sync.sync.tracker import CloseReason, State, Tracker

DONE_IN_MAP = "done in the map"
BOUND = "bound again, the text that people wrote stays below"


def task_changes(
    spec: TaskSpec, holdings: Holdings, doubtful: Mapping[str, str], policy: SyncPolicy
) -> Iterator[Change]:
    """Return what happens to the ticket of one task, or why it has none.

    :param doubtful: keys of tasks whose ticket is not certain, and why; they are left alone.
    """
    held = holdings.tickets.get(spec.key)
    if held is not None and spec.key not in doubtful:
        yield from _ticket_changes(spec, held, policy, _origin(spec.key, held, holdings))
    elif not spec.done:
        reason = doubtful.get(spec.key) or _why_not_created(spec.key, holdings, policy)
        if reason and _is_accepted(spec.key, holdings, policy):
            return
        if reason:
            yield Change(Action.SKIP, spec.key, spec.title, reason=reason)
        else:
            yield Change(Action.CREATE, spec.key, spec.title, spec=spec)


def _is_accepted(key: str, holdings: Holdings, policy: SyncPolicy) -> bool:
    """Whether it is settled that a task has no ticket: people took it away, and that was accepted."""
    is_settled = key in holdings.ledger.accepted or policy.resolve.get(key) is Side.TRACKER
    return is_settled and key in holdings.without_ticket


def _why_not_created(key: str, holdings: Holdings, policy: SyncPolicy) -> str:
    if claimed := claims.reason(holdings.claims, key, policy, is_tracked=holdings.tracking is not None):
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


def _origin(key: str, held: Held, holdings: Holdings) -> str:
    """Return which map a ticket comes from that still has the key it had there; empty for any other."""
    former = holdings.arrived.get(key)
    return f'moved from map "{former.map_id}"' if former and held.marker.key != key else ""


def _ticket_changes(spec: TaskSpec, held: Held, policy: SyncPolicy, moved: str) -> Iterator[Change]:
    """Return what happens to a ticket that there is.

    :param moved: where it comes from; a closed ticket changes its key alone then.
    """
    number, closed_by_us = held.ticket.number, held.marker.state == State.CLOSED
    rekeyed = Change(Action.UPDATE, spec.key, held.ticket.title, number, moved, _key_edit(spec, held), spec)
    if held.ticket.state is State.CLOSED and held.marker.key:
        if closed_by_us and not spec.done:
            edits, reason = revise(spec, held, policy).edits, "its task is back in the map"
            yield Change(Action.REOPEN, spec.key, spec.title, number, moved or reason, edits, spec)
        elif moved:
            yield rekeyed
        return
    if spec.done and not closed_by_us and held.marker.key:
        title, reason = held.ticket.title, CloseReason.COMPLETED
        yield Change(Action.CLOSE, spec.key, title, number, DONE_IN_MAP, spec=spec, close_reason=reason)
    elif spec.sections:
        for change in revision_changes(spec, held, revise(spec, held, policy)):
            yield replace(change, reason=moved) if moved and change.action is Action.UPDATE else change
    elif moved:
        yield rekeyed


def _key_edit(spec: TaskSpec, held: Held) -> tuple[FieldEdit, ...]:
    return (FieldEdit(KEY, held.marker.key, spec.key),) if held.marker.key != spec.key else ()


def revision_changes(spec: TaskSpec, held: Held, revision: Revision) -> Iterator[Change]:
    """Turn a revision into an update, the conflicts it leaves and the drift it keeps."""
    number = held.ticket.number
    edits = (*revision.edits, *_key_edit(spec, held))
    if not edits and revision.adopted:
        edits = (FieldEdit(MARKER, "", ", ".join(revision.adopted)),)
    if edits:
        reason = "" if held.marker.key else BOUND
        yield Change(Action.UPDATE, spec.key, spec.title, number, reason, edits, spec)
    for field in revision.named(Decision.CONFLICT):
        ways = f"push --resolve map {spec.key} or --resolve tracker {spec.key}"
        reason = f"both the map and a human changed it; settle with {ways}"
        edit = FieldEdit(field.name or "lead", field.theirs, field.ours)
        yield Change(Action.CONFLICT, spec.key, spec.title, number, reason, (edit,), spec)
    if revision.kept:
        reason = kept_reason(spec.key, revision.kept)
        yield Change(Action.SKIP, spec.key, spec.title, number, reason, kept=revision.kept)


def kept_reason(key: str, kept: Iterable[FieldEdit]) -> str:
    """Return what a human changed and keeps, removed labels by their names."""
    names = ", ".join(f"{edit.name} {edit.after}" if edit.name == LABELS else edit.name for edit in kept)
    ways = f"push --resolve map {key} writes the map's text, --resolve tracker {key} accepts it"
    return f"changed by a human, kept: {names}; {ways}"


def asked_for(maps: Collection[MapChanges]) -> tuple[frozenset[str], frozenset[str]]:
    """Return the assignees and milestones that creations of some maps ask for."""
    specs = [c.spec for each in maps for c in each.writes if c.action is Action.CREATE and c.spec is not None]
    return frozenset(name for spec in specs for name in spec.assignees), frozenset(s.milestone for s in specs) - {""}


def unknown_people(tracker: Tracker, names: Collection[str]) -> frozenset[str]:
    """Return the accounts to which the tracker can assign no ticket.

    :raises TrackerError: it refused or did not answer.
    """
    return tracker.unassignable(names) if names and tracker.capabilities.assignees else frozenset()


def missing_milestones(tracker: Tracker, titles: Collection[str]) -> frozenset[str]:
    """Return the milestones that the first ticket would create.

    :raises TrackerError: the tracker refused or did not answer.
    """
    if not tracker.capabilities.milestones:
        return frozenset()
    return frozenset(title for title in titles if not tracker.has_milestone(title))


def without_absent(changes: MapChanges, people: Collection[str], milestones: Collection[str]) -> MapChanges:
    """Leave unknown assignees out of the creations of a map, and say that, and which milestone will be made.

    :param people: unknown accounts.
    :param milestones: titles of missing milestones.
    """
    names, titles = asked_for([changes])
    said = [*_about_people(names & set(people)), *_about_milestones(titles & set(milestones))]
    if not said:
        return changes
    known = tuple(_without(change, people) for change in changes.changes)
    tracking = next((c for c in changes.changes if c.key == changes.tracking_key), None)
    title = tracking.title if tracking else changes.map_id
    notes = (
        Change(Action.SKIP, changes.tracking_key, title, changes.tracking_number, reason, lasting=True)
        for reason in said
    )
    return replace(changes, changes=(*known, *notes))


def _about_people(names: Collection[str]) -> list[str]:
    reason = (
        f"no ticket can be assigned to {', '.join(sorted(names))} here: made without; see assignees in the settings"
    )
    return [reason] if names else []


def _about_milestones(titles: Collection[str]) -> list[str]:
    return [f'there is no milestone "{title}" yet: the first ticket creates it' for title in sorted(titles)]


def _without(change: Change, people: Collection[str]) -> Change:
    if change.action is not Action.CREATE or change.spec is None:
        return change
    kept = tuple(name for name in change.spec.assignees if name not in people)
    return replace(change, spec=replace(change.spec, assignees=kept))


GONE = "its task is gone from the map"
RETIRED = "its map is retired"
_NO_WORD = re.compile(r"\W+")


@dataclass(frozen=True, slots=True)
class MapText:
    """The map's text as orphans look at it."""

    words: str
    """The text without anything but letters and digits, in one case."""
    changed: bool
    """Whether it differs from the text that the tickets were written from."""


def map_text(text: str, changed: bool) -> MapText:
    """Prepare a map's text for looking up what it still holds."""
    return MapText(_only_words(text), changed)


def orphan_changes(
    plan: TaskPlan, text: MapText, holdings: Holdings, policy: SyncPolicy, doubtful: Mapping[str, str]
) -> Iterator[Change]:
    """Return what happens to open tickets of this map that no task asks for.

    :param doubtful: keys of tickets that may be a renamed task, and why; they are left alone.
    """
    wanted = {spec.key for spec in plan.tasks}
    orphans = [(key, held) for key, held in _open(holdings) if key not in wanted]
    return (_orphan(key, held, text, policy, doubtful) for key, held in orphans)


def retirement_changes(holdings: Holdings, policy: SyncPolicy, doubtful: Mapping[str, str]) -> Iterator[Change]:
    """Return what happens to the tickets of a map that its author abandoned or superseded.

    :param doubtful: as for ``orphan_changes``.
    """
    tracking = [holdings.tracking] if holdings.tracking and holdings.tracking.ticket.state is State.OPEN else []
    going = (*_open(holdings), *((held.marker.key, held) for held in tracking))
    return (_let_go(key, held, RETIRED, policy, doubtful) for key, held in going)


def untouched(held: Held, policy: SyncPolicy) -> bool:
    """Whether no human has worked on a ticket: no comment, assignee, tick, text, status or reopening of theirs."""
    texts = held.block.texts()
    edited = any(_changed(texts.get(name, ""), written.text) for name, written in held.marker.sections.items())
    human_text = (held.block.before + held.block.after).strip()
    ticket = held.ticket
    worked_on = ticket.comments or _assigned_by_people(held, policy) or ticket.started or _was_reopened(held)
    return not (worked_on or edited or human_text or ticked(texts.values()))


def _assigned_by_people(held: Held, policy: SyncPolicy) -> bool:
    """Whether somebody is assigned whom we did not assign; Backlog.md and people write @ in front of a name."""
    ours = policy.assignees if held.marker.assignees is None else held.marker.assignees
    known = {_account(name) for name in ours}
    return any(_account(name) not in known for name in held.ticket.assignees)


def _account(name: str) -> str:
    return name.removeprefix("@").casefold()


def _was_reopened(held: Held) -> bool:
    """Whether we closed it and a human thought otherwise."""
    return held.marker.state == State.CLOSED and held.ticket.state is State.OPEN


def _open(holdings: Holdings) -> Iterable[tuple[str, Held]]:
    return [(key, held) for key, held in holdings.tickets.items() if held.ticket.state is State.OPEN]


def _changed(text: str, written: str) -> bool:
    return (text_digest(text) if text.strip() else "") != written


def _orphan(key: str, held: Held, text: MapText, policy: SyncPolicy, doubtful: Mapping[str, str]) -> Change:
    reason = doubtful.get(key) or _why_kept(held, text, policy)
    return _kept(key, held, reason) if reason else _go(key, held, GONE, policy)


def _let_go(key: str, held: Held, why: str, policy: SyncPolicy, doubtful: Mapping[str, str]) -> Change:
    return _kept(key, held, doubtful[key]) if key in doubtful else _go(key, held, why, policy)


def _why_kept(held: Held, text: MapText, policy: SyncPolicy) -> str:
    if policy.accept_settings or has_label(held.marker.labels, policy.removed_label):
        return ""
    if not text.changed and _was_reopened(held):
        return f"{GONE}, but somebody reopened it; left open"
    if not text.changed:
        return "its task is gone by settings or version, not by the map; --accept-settings lets it go"
    if any(_only_words(said) in text.words for said in _sayings(held)):
        return "the map still holds its words but no longer as a task; --accept-settings lets it go"
    return ""


def _go(key: str, held: Held, why: str, policy: SyncPolicy) -> Change:
    title, number = held.ticket.title, held.ticket.number
    if policy.orphans is OrphanPolicy.KEEP:
        return _kept(key, held, f"{why}; kept as configured")
    free = untouched(held, policy)
    if free and policy.orphans is OrphanPolicy.CLOSE:
        return Change(Action.CLOSE, key, title, number, why, close_reason=CloseReason.NOT_PLANNED)
    why = why if free else f"{why}, but somebody worked on it"
    if has_label(held.marker.labels, policy.removed_label):
        return _kept(key, held, f"{why}; left open")
    return Change(Action.UPDATE, key, title, number, why, (FieldEdit(LABELS, "", f"+{policy.removed_label}"),))


def _kept(key: str, held: Held, reason: str) -> Change:
    return Change(Action.SKIP, key, held.ticket.title, held.ticket.number, reason)


def _sayings(held: Held) -> Iterator[str]:
    """What the map said when the ticket was written: its items, or its purpose."""
    texts = held.block.texts()
    if "items" in texts:
        yield from (line for line in (*ticked([texts["items"]]), *unticked([texts["items"]])) if _only_words(line))
    elif _only_words(texts.get("purpose", "")):
        yield texts["purpose"].split("\n\n", maxsplit=1)[0]


def _only_words(text: str) -> str:
    return _NO_WORD.sub("", text).casefold()


SUFFIX = "~2"
CHECKLIST = "items"


def with_follow_ups(plan: TaskPlan, holdings: Holdings) -> TaskPlan:
    """Return the plan with a follow-up behind every completed task that got new items."""
    return replace(plan, tasks=tuple(task for spec in plan.tasks for task in (spec, *_follow_ups(spec, holdings))))


def _follow_ups(spec: TaskSpec, holdings: Holdings) -> Iterator[TaskSpec]:
    held = holdings.tickets.get(spec.key)
    checklist = next((section for section in spec.sections if section.name == CHECKLIST), None)
    if held is None or checklist is None or not _is_completed(held):
        return
    known = {text.casefold() for done in (ticked, unticked) for text in done([held.block.texts().get(CHECKLIST, "")])}
    added = {text: line for line, text, done in boxes(checklist.text) if text.casefold() not in known and not done}
    if known and added:
        values = json.dumps([*added], ensure_ascii=False)
        section = Section(CHECKLIST, checklist.heading, "\n".join(added.values()), values)
        rest = tuple(each for each in spec.sections if not each.values)
        title = f"{spec.title} (follow-up)"
        yield replace(spec, key=f"{spec.key}{SUFFIX}", title=title, sections=(section, *rest), blocked_by=(), was=())


def _is_completed(held: Held) -> bool:
    """Whether a human finished it; a tracker without reasons is taken at its word."""
    closed_by_hand = held.ticket.state is State.CLOSED and held.marker.state == State.OPEN
    return closed_by_hand and held.ticket.reason in (CloseReason.COMPLETED, None)
