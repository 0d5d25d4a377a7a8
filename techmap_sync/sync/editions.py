"""Tickets that an earlier release wrote in another form: left as they are until a refresh or a changed document.

A document whose text is the same asks for nothing new, so its tickets are not rewritten just because the program
writes better ones by now. ``push --refresh`` does it, and so does the next change of the document.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import replace

from techmap_sync.documents.work import Kind
from techmap_sync.patterns import lazy
from techmap_sync.planning.task import Priority, Section, TaskPlan, TaskSpec
from techmap_sync.sync.block import Held
from techmap_sync.sync.changes import Change, Skip
from techmap_sync.sync.comparison import boxes, carry_ticks, ticked, unticked
from techmap_sync.sync.match import Matched
from techmap_sync.sync.policy import SyncPolicy
from techmap_sync.sync.tickets import Holdings
from techmap_sync.sync.tracker import State
from techmap_sync.text_forms import HAN_AND_KANA

_KNOWN_BEFORE = frozenset({Kind.COMPONENT, Kind.CHANGE, Kind.TEST, Kind.DEPLOYMENT})
"""The kinds of tasks of the first edition; missing ones had not been written yet."""
_NO_WORD = lazy(r"[\W_]+")
_UNSPACED = lazy(f"[{HAN_AND_KANA}]")
_SHORTEST = 12
"""From this many letters, a text that another one continues counts as the same."""


def in_form(matched: Matched, plan: TaskPlan, policy: SyncPolicy) -> Matched:
    """Return a map with the plan that its tickets follow: in the form of today, or as an earlier release wrote them."""
    holdings = matched.holdings
    if not is_left(matched, plan, policy):
        return replace(matched, plan=with_moved_ticks(plan, holdings))
    plan = left(plan, holdings, policy)
    return replace(matched, plan=plan, held={**matched.held, **not_recreated(plan, holdings, policy)})


def is_left(matched: Matched, plan: TaskPlan, policy: SyncPolicy) -> bool:
    """Whether the tickets of a map stay as an earlier release wrote them."""
    holdings = matched.holdings
    ledger = holdings.written_ledger
    if policy.refresh or not ledger.tickets or ledger.edition >= plan.edition:
        return False
    is_same = matched.desired.origin.has_text_of(ledger)
    has_moved = bool(holdings.arrived or holdings.departed or holdings.moved or holdings.bound)
    return is_same and not has_moved and _is_complete(plan, holdings)


def _is_complete(plan: TaskPlan, holdings: Holdings) -> bool:
    """Whether the earlier release had written everything."""
    known = _known(holdings)
    return all(spec.key in known for spec in plan.tasks if spec.kind in _KNOWN_BEFORE and not spec.done)


def _known(holdings: Holdings) -> Set[str]:
    """Return the keys of all tasks that have a ticket, or had one."""
    ledger = holdings.ledger
    return ledger.tickets.keys() | ledger.gone | ledger.accepted | holdings.tickets.keys() | holdings.unreadable.keys()


def left(plan: TaskPlan, holdings: Holdings, policy: SyncPolicy) -> TaskPlan:
    """Return the plan of a map whose tickets stay as an earlier release wrote them: their texts and links are wanted.

    What is no text follows the settings all the same, and what a person names by a flag, where that is safe.
    """
    known, edges = _known(holdings), dict[str, list[str]]()
    for key, target in sorted(holdings.ledger.edges | holdings.ledger.refused):
        edges.setdefault(key, []).append(target)
    tasks = tuple(
        replace(
            _as_written(spec, holdings.tickets.get(spec.key), policy),
            blocked_by=tuple(edges.get(spec.key, ())),
            blocked_because=(),
        )
        for spec in plan.tasks
        if spec.key in known
    )
    tracking = _as_written(plan.tracking, holdings.tracking, policy)
    return replace(plan, tracking=tracking, tasks=tasks, edition=holdings.written_ledger.edition, is_left=True)


def _as_written(spec: TaskSpec, held: Held | None, policy: SyncPolicy) -> TaskSpec:
    """Return a task that asks for what its ticket says; the same where it has none."""
    if held is None:
        return spec
    priority = next((each for each in Priority if each == held.marker.priority), None)
    by_priority = frozenset(policy.priority_labels.values())
    label = policy.priority_labels.get(held.marker.priority)
    labels = (spec.labels - by_priority) | ({label} if label else set())
    closed_by_us = held.marker.state == State.CLOSED
    return replace(spec, sections=(), keeps_text=True, priority=priority, labels=labels, done=closed_by_us)


def not_recreated(plan: TaskPlan, holdings: Holdings, policy: SyncPolicy) -> Mapping[str, str]:
    """Return which tickets are not made again although somebody asked, and why: their boxes may be in other tickets
    now, or be in theirs once those are brought up to date.

    :param plan: of a map whose tickets stay as they are.
    """
    asked_for = policy.recreate & holdings.without_ticket
    if not asked_for:
        return {}
    elsewhere = frozenset(_words(text) for held in holdings.all for text in _all_boxes(held))
    safe = {
        spec.key
        for spec in plan.tasks
        if spec.kind in (Kind.COMPONENT, Kind.DEPLOYMENT)
        and elsewhere.isdisjoint(_words(text) for text, _ in boxes_of(spec))
    }
    why = "the other tickets have the form of an earlier release, in which its items are in other places"
    return {key: f"{why}; push --refresh --recreate {key} makes a new one" for key in asked_for - safe}


def notes(plan: TaskPlan, holdings: Holdings, policy: SyncPolicy) -> Iterator[Skip]:
    """Say that the tickets of a map stay as they are, what that means for flags, and how to bring them up to date."""
    tracking, number = plan.tracking, holdings.tracking.ticket.number if holdings.tracking else ""
    reason = "its tickets have the form of an earlier release, whatever the settings say about texts and granularity"
    yield Skip(tracking.key, tracking.title, number, f"{reason}; push --refresh brings them up to date", lasting=True)
    there = {spec.key for spec in plan.tasks}
    for key, why in sorted(not_recreated(plan, holdings, policy).items()):
        if key not in there:
            yield Skip(key, tracking.title, "", why)
    if policy.accept_settings:
        reason = "accepted settings close no ticket here; push --refresh --accept-settings does it"
        yield Skip(tracking.key, tracking.title, number, reason, lasting=True)


def with_moved_ticks(plan: TaskPlan, holdings: Holdings) -> TaskPlan:
    """Return the plan with the boxes ticked that people ticked in a ticket that no longer has them.

    A box moves with its text: to another ticket, or to a longer text that begins with the former one.
    """
    found: dict[str, frozenset[str]] = {}
    for _, key, text in _moved_ticks(plan, holdings):
        found[key] = found.get(key, frozenset()) | {text}
    tracking, *tasks = (_with_ticks(spec, found) for spec in (plan.tracking, *plan.tasks))
    return replace(plan, tracking=tracking, tasks=tuple(tasks))


def _moved_ticks(plan: TaskPlan, holdings: Holdings) -> Iterator[tuple[str, str, str]]:
    """Yield the key of a ticket, and key and text of the box that has the place of one that is ticked there."""
    specs = (plan.tracking, *plan.tasks)
    wanted = {spec.key: frozenset(text for text, _ in boxes_of(spec)) for spec in specs}
    tracking = {plan.tracking.key: holdings.tracking} if holdings.tracking else {}
    held = {**tracking, **holdings.tickets}
    done = [(text, key) for key, each in held.items() for text in sorted(_ticked(each) - wanted.get(key, frozenset()))]
    if not done:
        return
    there = {key: _all_boxes(each) for key, each in held.items()}
    new = [(text, spec.key) for spec in specs for text in wanted[spec.key] - there.get(spec.key, frozenset())]
    yield from _found(done, new)


def ticked_here_alone(plan: TaskPlan, holdings: Holdings) -> Mapping[str, tuple[tuple[str, str], ...]]:
    """Return which ticked boxes of tickets that no task asks for are open elsewhere: their texts, and in which tickets.

    Somebody ticked such a box after it had moved, or took its tick away where it is now. Nothing tells the two apart,
    so people decide.
    """
    wanted = {spec.key for spec in plan.tasks}
    orphans = {key: held for key, held in holdings.tickets.items() if key not in wanted}
    done = [(text, key) for key, held in orphans.items() for text in sorted(_ticked(held))]
    if not done:
        return {}
    open_tickets = {key: holdings.tickets[key] for key in sorted(wanted & holdings.tickets.keys())}
    still_open = [
        (text, key)
        for key, held in open_tickets.items()
        if held.ticket.state is State.OPEN
        for text in sorted(unticked(held.block.texts().values()))
    ]
    found: dict[str, tuple[tuple[str, str], ...]] = {}
    for former, key, text in _found(done, still_open):
        found[former] = (*found.get(former, ()), (text, open_tickets[key].ticket.number))
    return found


def ticked_elsewhere(held: Held, plan: TaskPlan, holdings: Holdings) -> frozenset[str]:
    """Return which ticked boxes of a ticket that no task asks for are ticked in the tickets of tasks, too.

    :param plan: with the ticks that move in this run.
    """
    done = {_words(text) for spec in (plan.tracking, *plan.tasks) for text, is_done in boxes_of(spec) if is_done}
    wanted = {spec.key for spec in plan.tasks} & holdings.tickets.keys()
    others = [*([holdings.tracking] if holdings.tracking else []), *(holdings.tickets[key] for key in sorted(wanted))]
    there = sorted(done.union(_words(text) for other in others for text in _ticked(other)))
    return frozenset(text for text in _ticked(held) if _going_on(there, _words(text)))


def tick_receivers(plan: TaskPlan, holdings: Holdings) -> dict[str, frozenset[str]]:
    """Return the keys of the tickets that take over ticks, by the key of the one that loses them."""
    receivers: dict[str, frozenset[str]] = {}
    for former, key, _ in _moved_ticks(plan, holdings):
        if key != former:
            receivers[former] = receivers.get(former, frozenset()) | {key}
    return receivers


def receivers_first(changes: Sequence[Change], receivers: Mapping[str, Set[str]]) -> tuple[Change, ...]:
    """Order changes of tickets so that a tick is in its new ticket before the former one loses it: a run may end
    between the two.

    Where tickets exchange ticks, one of them has to lose its own first.
    """
    if not receivers:
        return tuple(changes)
    by_key: dict[str, list[Change]] = {}
    for change in changes:
        by_key.setdefault(change.key, []).append(change)
    return tuple(change for key in _last(by_key, receivers) for change in by_key[key])


def _last(keys: Iterable[str], receivers: Mapping[str, Set[str]]) -> Iterator[str]:
    """Yield each key after its receivers, otherwise in the order given."""
    keys = dict.fromkeys(keys)
    started = set[str]()
    for first in keys:
        waiting = [] if first in started else [first]
        started.add(first)
        while waiting:
            others = (key for key in sorted(receivers.get(waiting[-1], ())) if key in keys and key not in started)
            if other := next(others, None):
                started.add(other)
                waiting.append(other)
            else:
                yield waiting.pop()


def moved_boxes(plan: TaskPlan, held: Held, is_gone: Callable[[str], bool]) -> bool:
    """Whether all boxes of a ticket that no task asks for are in other tickets now.

    In a unit of specs a text that several tasks ask for, as "Run the tests", has moved from none to another.

    :param is_gone: whether a text was removed from the document.
    """
    counts = Counter(_words(text) for spec in plan.tasks for text, _ in boxes_of(spec))
    asked_for = sorted(text for text, count in counts.items() if count == 1 or not plan.leaves)
    moved = {text: bool(_going_on(asked_for, _words(text))) for text in _all_boxes(held)}
    return any(moved.values()) and all(moved[text] or is_gone(text) for text in moved)


def _ticked(held: Held) -> frozenset[str]:
    return ticked(held.block.texts().values())


def _all_boxes(held: Held) -> frozenset[str]:
    return frozenset(text for part in held.block.texts().values() for _, text, _ in boxes(part))


def boxes_of(spec: TaskSpec) -> Iterator[tuple[str, bool]]:
    """Yield text and state of each box that a ticket gets."""
    yield from ((text, done) for section in spec.sections for _, text, done in boxes(section.text))


def _found(done: list[tuple[str, str]], new: list[tuple[str, str]]) -> Iterator[tuple[str, str, str]]:
    """Yield each ticket that loses a tick with the box to tick instead, if it can be identified: first in the same
    ticket."""
    everywhere: dict[str, list[tuple[str, str]]] = {}
    by_ticket: dict[str, dict[str, list[tuple[str, str]]]] = {}
    for text, key in new:
        everywhere.setdefault(_words(text), []).append((text, key))
        by_ticket.setdefault(key, {}).setdefault(_words(text), []).append((text, key))
    asked_for = sorted(everywhere)
    for former, of in done:
        here = by_ticket.get(of, {})
        for text, key in _meant(here, sorted(here), former, 1) or _meant(everywhere, asked_for, former, _SHORTEST):
            yield of, key, text


def _meant(
    boxes: Mapping[str, list[tuple[str, str]]], texts: list[str], former: str, shortest: int
) -> list[tuple[str, str]]:
    """Return the only box that a former one can have become, or nothing."""
    going_on = _going_on(texts, _words(former), shortest)
    meant = boxes[going_on[0]] if len(going_on) == 1 else []
    return meant if len(meant) == 1 else []


def _going_on(texts: list[str], former: str, shortest: int = _SHORTEST) -> list[str]:
    """Return the former text among sorted texts, otherwise those that start with it.

    :param shortest: letters that a start must have.
    """
    place = bisect_left(texts, former)
    if texts[place : place + 1] == [former]:
        return [former]
    # A word goes on with another word; only where words are written without spaces, with any sign.
    start = former if _UNSPACED.search(former[-1:]) else f"{former} "
    end = bisect_left(texts, start + "\U0010ffff")
    return texts[bisect_left(texts, start) : end][:2] if len(former) >= shortest else []


def _words(text: str) -> str:
    return _NO_WORD.sub(" ", text).strip().casefold()


def _with_ticks(spec: TaskSpec, found: Mapping[str, frozenset[str]]) -> TaskSpec:
    done = found.get(spec.key)
    return replace(spec, sections=tuple(_ticked_section(each, done) for each in spec.sections)) if done else spec


def _ticked_section(section: Section, done: frozenset[str]) -> Section:
    return replace(section, text=carry_ticks(section.text, done))
