"""What happens to tickets that no task asks for: orphans, those of retired or missing maps, and copies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace

from techmap_sync.patterns import lazy
from techmap_sync.planning.task import SectionName, TaskPlan, without_map
from techmap_sync.sync import guards, tracking_ticket
from techmap_sync.sync.arrivals import claimed_keys
from techmap_sync.sync.block import Held
from techmap_sync.sync.change_set import MapChanges
from techmap_sync.sync.changes import Change, Close, LabelOrphan, Skip, close
from techmap_sync.sync.comparison import is_digest_of, section_digest, ticked, unticked
from techmap_sync.sync.editions import boxes_of, moved_boxes, ticked_elsewhere, ticked_here_alone
from techmap_sync.sync.endings import Ending, Why
from techmap_sync.sync.marker import Ledger
from techmap_sync.sync.match import DesiredMap, Matched, Origin, OtherMaps
from techmap_sync.sync.policy import OrphanPolicy, SyncPolicy
from techmap_sync.sync.ticket_fields import has_label
from techmap_sync.sync.tickets import Holdings, Sorted
from techmap_sync.sync.tracker import Capabilities, CloseReason, Standing, State
from techmap_sync.sync.writing import with_closing_labels

_NO_WORD = lazy(r"\W+")


@dataclass(frozen=True, slots=True)
class MapText:
    """The map's text, to look up what it still says of an orphan."""

    words: str
    """Only its letters and digits, in one case."""
    changed: bool
    """Whether it differs from the text that the tickets were written from."""

    def has_lost(self, said: str) -> bool:
        """Whether its author took out something that it said."""
        return self.changed and _only_words(said) not in self.words


def map_text(text: str, fingerprint: str, ledger: Ledger) -> MapText:
    """Prepare a map's text.

    :param fingerprint: digest of the text.
    :param ledger: written from the text that the tickets follow.
    """
    return MapText(_only_words(text), fingerprint != ledger.text and not is_digest_of(ledger.text, text))


def orphan_changes(
    plan: TaskPlan, text: MapText, holdings: Holdings, policy: SyncPolicy, doubtful: Mapping[str, str]
) -> Iterator[Change]:
    """Return what happens to open tickets of this map that no task asks for.

    :param doubtful: keys of tickets that may be a renamed task, and why; they are left alone.
    """
    wanted = {spec.key for spec in plan.tasks}
    orphans = [(key, held) for key, held in _open(holdings) if key not in wanted]
    text = replace(text, words=text.words if not plan.leaves else "")  # of specs it is known what is a task
    # Settings move no box: where two tasks always had the same one, hiding the first leaves its ticket as it is.
    may_move = text.changed or plan.edition != holdings.written_ledger.edition
    taking = replace(plan, tasks=tuple(spec for spec in plan.tasks if _takes_boxes(spec.key, holdings)))
    changes = (
        _let_go(key, held, Why.DROPPED, policy, doubtful)
        if key in plan.dropped
        else _let_go(key, held, Why.MOVED, policy, doubtful, ticked_elsewhere(held, taking, holdings))
        if may_move and moved_boxes(taking, held, text.has_lost)
        else _orphan(key, held, text, policy, doubtful)
        for key, held in orphans
    )
    return _with_ticks_that_count_nowhere(changes, ticked_here_alone(plan, holdings))


def _with_ticks_that_count_nowhere(
    changes: Iterable[Change], ticks: Mapping[str, Sequence[tuple[str, str]]]
) -> Iterator[Change]:
    """Say of each ticket that stays which of its ticks no other ticket has.

    :param ticks: by key, the texts of its boxes and the numbers of the tickets where they are open.
    """
    for change in changes:
        if isinstance(change, Skip | LabelOrphan) and change.key in ticks:
            (text, number), *more = ticks[change.key]
            others = f", as are {len(more)} more" if len(more) > 1 else ", as is 1 more" if more else ""
            reason = f'{change.reason}; "{text}" is ticked here and open in ticket {number}{others}'
            yield replace(change, reason=reason)
        else:
            yield change


def retirement_changes(holdings: Holdings, policy: SyncPolicy, doubtful: Mapping[str, str]) -> Iterator[Change]:
    """Return what happens to the tickets of a map that its author abandoned or superseded.

    :param doubtful: as for ``orphan_changes``.
    """
    tracking = [holdings.tracking] if holdings.tracking and holdings.tracking.ticket.state is State.OPEN else []
    going = (*_open(holdings), *((held.marker.key, held) for held in tracking))
    return (_let_go(key, held, Why.RETIRED, policy, doubtful) for key, held in going)


def copy_changes(holdings: Holdings, policy: SyncPolicy, plan: TaskPlan | None = None) -> Iterator[Change]:
    """Report copies of other tickets; close those that our account wrote and nobody touched.

    Boxes that are ticked in the original too lose nothing with the copy: each of two runs at once ticks what the map or
    an earlier ticket has ticked. Those that this run takes out of the original do not count.

    :param plan: whose boxes the tickets get; None where they keep their texts.
    """
    ticks = {held.ticket.number: ticked(held.block.texts().values()) for held in holdings.all}
    tasks = plan.tasks if plan and not plan.is_left else ()
    boxes = {without_map(spec.key): frozenset(text for text, _ in boxes_of(spec)) for spec in tasks}
    for held, original in holdings.copies:
        key, title, number = held.marker.key, held.ticket.title, held.ticket.number
        ending = Ending(Why.COPY, original) if original else Ending(Why.OLD_COPY)
        if held.ticket.state is not State.OPEN:
            continue
        is_own = held.ticket.standing is Standing.SELF
        there = ticks.get(original, frozenset())
        there &= boxes.get(without_map(key), there)
        if policy.close_copies and is_own and untouched(held, policy, there):
            yield close(key, title, number, ending, CloseReason.DUPLICATE)
        else:
            hint = "close it, or remove the marker from its text"
            yield Skip(key, title, number, f"{ending.reason}; {hint}")


def untouched(held: Held, policy: SyncPolicy, elsewhere: Set[str] = frozenset()) -> bool:
    """Whether no person has worked on a ticket: no comment, assignee, tick, text, status or reopening.

    :param elsewhere: boxes that are ticked in another ticket, too, or will be: here their ticks do not count.
    """
    texts = held.block.texts()
    edited = any(section_digest(texts.get(name, "")) != written.text for name, written in held.marker.sections.items())
    human_text = (held.block.before + held.block.after).strip()
    ticket = held.ticket
    worked_on = ticket.comments or _assigned_by_people(held, policy) or ticket.started or _was_reopened(held)
    return not (worked_on or edited or human_text or ticked(texts.values()) - elsewhere)


def _assigned_by_people(held: Held, policy: SyncPolicy) -> bool:
    """Whether a person assigned the ticket; names may start with @, as in Backlog.md."""
    ours = policy.assignees if held.marker.assignees is None else held.marker.assignees
    known = {_account(name) for name in ours}
    return any(_account(name) not in known for name in held.ticket.assignees)


def _account(name: str) -> str:
    return name.removeprefix("@").casefold()


def _was_reopened(held: Held) -> bool:
    """Whether we closed it and a person reopened it."""
    return held.marker.state == State.CLOSED and held.ticket.state is State.OPEN


def _takes_boxes(key: str, holdings: Holdings) -> bool:
    """Whether a task has or gets a ticket to which boxes move: what a person closed stays as it is, and a ticket that
    was deleted is not made again."""
    held = holdings.tickets.get(key)
    return not held.closed_by_hand if held else key in holdings.renewed


def _open(holdings: Holdings) -> Iterable[tuple[str, Held]]:
    return [(key, held) for key, held in holdings.tickets.items() if held.ticket.state is State.OPEN]


def _orphan(key: str, held: Held, text: MapText, policy: SyncPolicy, doubtful: Mapping[str, str]) -> Change:
    reason = doubtful.get(key) or _why_kept(held, text, policy)
    return _kept(key, held, reason) if reason else _go(key, held, Why.GONE, policy)


def _let_go(
    key: str, held: Held, why: Why, policy: SyncPolicy, doubtful: Mapping[str, str], ticks: Set[str] = frozenset()
) -> Change:
    return _kept(key, held, doubtful[key]) if key in doubtful else _go(key, held, why, policy, ticks)


def _why_kept(held: Held, text: MapText, policy: SyncPolicy) -> str:
    if policy.accept_settings or has_label(held.marker.labels, policy.removed_label):
        return ""
    if not text.changed and _was_reopened(held):
        return f"{Ending(Why.GONE).reason}, but it was reopened by hand; left open"
    if not text.changed:
        return "its task is gone by settings or version, not by the map; push --accept-settings closes its ticket"
    if any(_only_words(said) in text.words for said in _sayings(held)):
        return "the map still holds its words but no longer as a task; push --accept-settings closes its ticket"
    return ""


def _go(key: str, held: Held, why: Why, policy: SyncPolicy, ticks: Set[str] = frozenset()) -> Change:
    """Let a ticket go.

    :param ticks: its ticks that other tickets have, too: they are no work that this one alone has.
    """
    title, number = held.ticket.title, held.ticket.number
    if policy.orphans is OrphanPolicy.KEEP:
        return _kept(key, held, f"{Ending(why).reason}; kept as configured")
    free = untouched(held, policy, ticks)
    ending = Ending(why, worked_on=not free)
    if free and policy.orphans is OrphanPolicy.CLOSE:
        return close(key, title, number, ending, CloseReason.NOT_PLANNED)
    if has_label(held.marker.labels, policy.removed_label):
        return _kept(key, held, f"{ending.reason}; left open")
    return LabelOrphan(key, title, number, ending.reason, label=policy.removed_label, ending=ending)


def let_go_earlier(keys: Set[str], holdings: Holdings, policy: SyncPolicy) -> frozenset[str]:
    """Return those of some tickets that an earlier run labelled as removed: it may have ended before their links."""
    held = ((key, holdings.tickets.get(key)) for key in keys)
    return frozenset(key for key, each in held if each and has_label(each.marker.labels, policy.removed_label))


def _kept(key: str, held: Held, reason: str) -> Skip:
    return Skip(key, held.ticket.title, held.ticket.number, reason)


def _sayings(held: Held) -> Iterator[str]:
    """Yield what the map said when the ticket was written: its items, or its purpose."""
    texts = held.block.texts()
    items, purpose = texts.get(SectionName.ITEMS), texts.get(SectionName.PURPOSE, "")
    if items is not None:
        yield from (line for line in (*ticked([items]), *unticked([items])) if _only_words(line))
    elif _only_words(purpose):
        yield purpose.split("\n\n", maxsplit=1)[0]


def _only_words(text: str) -> str:
    return _NO_WORD.sub("", text).casefold()


def retire(matched: Matched, there: str, capabilities: Capabilities, policy: SyncPolicy) -> MapChanges:
    """Return what happens to the tickets of a map that was abandoned, superseded or deleted for good.

    :param there: a file that may still be that of a deleted map; empty when there is none.
    """
    wanted, holdings = matched.desired, matched.holdings.sifted(matched.desired.map_id, frozenset())
    gone = (*retirement_changes(holdings, policy, matched.held), *copy_changes(holdings, policy))
    refusals = (
        *matched.doubts,
        *guards.existing_file_refusals(there, policy),
        *guards.retirement_refusals(gone, wanted.origin, holdings, policy),
    )
    tracking = holdings.tracking
    return MapChanges(
        wanted.map_id,
        wanted.origin.path,
        approved=True,
        commit=wanted.origin.commit_of_text,
        changes=tuple(with_closing_labels(gone, policy, capabilities)),
        refusals=refusals,
        tracking_key=tracking.marker.key if tracking else "",
        tracking_number=tracking.ticket.number if tracking else "",
        base=holdings.written_ledger,
        ledger=tracking_ticket.retired_ledger(holdings, wanted.origin),
        leaving=tracking_ticket.leaving(holdings),
        claimed=claimed_keys(holdings),
    )


def empty(matched: Matched, capabilities: Capabilities, policy: SyncPolicy) -> MapChanges | None:
    """Return the changes of a map without a file whose tickets all moved to other maps; None when some are left."""
    if not _is_empty(matched.holdings):
        return None
    changes = retire(matched, "", capabilities, policy)
    to = ", ".join(sorted({f'"{each.map_id}"' for each in matched.holdings.departed.values()}))
    ending = Ending(Why.EMPTIED, to)
    closing = tuple(
        replace(each, reason=ending.reason, ending=ending)
        for each in changes.changes
        if isinstance(each, Close | LabelOrphan)
    )
    return replace(changes, changes=closing) if closing else None


def _is_empty(holdings: Holdings) -> bool:
    """Whether only a tracking ticket is left."""
    gone = {each.number for each in holdings.departed.values()}
    # The ledger may list a ticket that left under a former key.
    listed = {key for key, number in holdings.written_ledger.tickets.items() if number not in gone}
    left = holdings.tickets or holdings.unreadable or holdings.copies or listed - holdings.departed.keys()
    return holdings.tracking is not None and not left and bool(holdings.departed)


def missing(
    known: Set[str], found: Sorted, other_maps: OtherMaps, policy: SyncPolicy
) -> Iterator[tuple[MapChanges, Matched, str]]:
    """Report maps of this repository that have tickets but no file among those read, and a file that may be theirs.

    :param known: ids of the maps of this run.
    """
    if other_maps.listed_ids is None:
        return
    for map_id, holdings in found.maps.items():
        is_listed = map_id in known or map_id in other_maps.listed_ids
        path = next((held.marker.path for held in holdings.all), "")
        if not is_listed and path and any(policy.is_from_here(held.marker.source) for held in holdings.all):
            there = other_maps.file_of(map_id, path)
            retire_it = f"its file is missing; reconcile --retire {map_id} closes its tickets"
            reasons, place = (other_maps.way_back(map_id, there) if there else retire_it,), there or path
            desired = DesiredMap(map_id, Origin(place), reasons=reasons, lost=True)
            yield MapChanges(map_id, place, approved=False, reasons=reasons), Matched(desired, holdings=holdings), there
