"""Texts that are longer than a tracker takes: the longest sections are cut, with the way to the rest.

What is cut is only the text. The map's values behind it stay what they are, and the marker is never touched.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from hashlib import sha256

from techmap_sync.planning.task import Section, SectionName, SectionTrait, TaskPlan, TaskSpec, sections_with
from techmap_sync.sync.block import Part, write_block
from techmap_sync.sync.changes import LEDGER, Change, Close, Create, FieldEdit, Reopen, Skip, Update
from techmap_sync.sync.comparison import unticked
from techmap_sync.sync.marker import Ledger, Marker
from techmap_sync.sync.merge import Held, Revision, first_marker, revise, sections_of
from techmap_sync.sync.policy import SyncPolicy
from techmap_sync.sync.task_changes import revision_changes
from techmap_sync.sync.tickets import Holdings
from techmap_sync.sync.tracker import Capabilities, CloseReason, State

RESERVED = 16_000
"""Characters for the marker, for headings, and for what people will write below the block."""
LEDGER_ROW = 40
"""Characters that one task takes in a long ledger, which is packed, with its edges."""
KEPT: frozenset[str] = frozenset(sections_with(SectionTrait.NEVER_CUT))
NOTICE = "*Cut here: a ticket of this tracker has no room for more. The whole text stands in the map, see Source.*"
_FENCE = "```"


def fitted_plan(plan: TaskPlan, holdings: Holdings, capabilities: Capabilities) -> TaskPlan:
    """Return a plan whose texts find room in the tickets that there are, beside what people wrote there."""
    tasks = tuple(fitted(spec, capabilities, _taken(holdings.tickets.get(spec.key))) for spec in plan.tasks)
    ledger = LEDGER_ROW * len(plan.tasks)
    return replace(plan, tracking=fitted(plan.tracking, capabilities, _taken(holdings.tracking) + ledger), tasks=tasks)


def _taken(held: Held | None) -> int:
    return len(held.block.before) + len(held.block.after) if held else 0


def fitted(spec: TaskSpec, capabilities: Capabilities, taken: int = 0) -> TaskSpec:
    """Return a task whose text finds room in a ticket.

    :param taken: characters of the ticket that are not ours: what people wrote, and the ledger.
    """
    room = max(0, capabilities.body_limit - min(RESERVED, capabilities.body_limit // 4) - taken)
    sections = {section.name: section for section in spec.sections}
    while (excess := sum(len(s.text) for s in sections.values()) - room) > 0:
        longest = max((s for s in sections.values() if s.name not in KEPT), key=lambda s: len(s.text), default=None)
        if longest is None or longest.text.endswith(NOTICE):
            break
        sections[longest.name] = _cut(longest, len(longest.text) - excess)
    return replace(spec, sections=tuple(sections.values()))


def _cut(section: Section, limit: int) -> Section:
    """Cut at the end of a line, and close a fence that is open there."""
    head = section.text[: max(0, limit - len(NOTICE) - 2 * len(_FENCE) - 4)]
    lines = head.split("\n")[:-1]
    opened = _open_fence(lines)
    return replace(section, text="\n".join((*lines, *([opened] if opened else []), "", NOTICE)).lstrip("\n"))


def _open_fence(lines: list[str]) -> str:
    """Return the fence that closes what some lines leave open, empty when nothing is."""
    opened = ""
    for line in lines:
        sign = line.strip()
        if opened:
            opened = "" if sign.startswith(opened) and not sign.strip("`") else opened
        elif sign.startswith(_FENCE):
            opened = sign[: len(sign) - len(sign.lstrip("`"))]
    return opened


def tracking_creation(plan: TaskPlan, holdings: Holdings) -> Iterator[Change]:
    """Return its creation when there is none yet."""
    if holdings.tracking is None:
        spec = plan.tracking
        yield Create(spec.key, spec.title, reason="tracking ticket", spec=spec)


def tracking_update(plan: TaskPlan, holdings: Holdings, policy: SyncPolicy, ledger: Ledger) -> Iterator[Change]:
    """Return how it follows the map, in one write with its ledger, and what of it people keep."""
    held = holdings.tracking
    if held is None:
        return
    spec, ledger_edit = plan.tracking, _ledger_edit(holdings.written_ledger, ledger)
    is_written = held.ticket.state is State.OPEN or not held.marker.key
    revision = revise(spec, held, policy) if is_written else Revision(())
    changes = [*revision_changes(spec, held, revision)]
    nothing = Update(spec.key, spec.title, held.ticket.number, spec=spec)
    update = next((change for change in changes if isinstance(change, Update)), nothing)
    if update.edits or ledger_edit:
        yield replace(update, edits=(*update.edits, *ledger_edit))
    yield from (change for change in changes if not isinstance(change, Update))


def tracking_state(
    plan: TaskPlan, holdings: Holdings, policy: SyncPolicy, changes: tuple[Change, ...]
) -> Iterator[Change]:
    """Close the tracking ticket when everything is done, and reopen what we closed when something is not."""
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
        reason = "all its tasks are closed and its checklist is ticked"
        return Close(spec.key, spec.title, number, reason, close_reason=CloseReason.COMPLETED)
    boxes = "a box of its checklist is" if unticked_boxes == 1 else f"{unticked_boxes} boxes of its checklist are"
    return Skip(spec.key, spec.title, number, f"left open: its tasks are closed, {boxes} not ticked", lasting=True)


def _is_finished(plan: TaskPlan, holdings: Holdings, changes: tuple[Change, ...]) -> bool:
    """Whether every ticket of the plan is closed once the changes are done; a map without tickets is not finished."""
    closing = {change.ticket for change in changes if isinstance(change, Close)}
    mine = [holdings.tickets[spec.key] for spec in plan.tasks if spec.key in holdings.tickets]
    lacking = any(not spec.done and spec.key not in holdings.tickets for spec in plan.tasks)
    opening = lacking or any(isinstance(change, Reopen) for change in changes)
    tickets = mine or list(holdings.tickets.values())
    closed = all(h.ticket.state is State.CLOSED or h.ticket.number in closing for h in tickets)
    return bool(tickets) and closed and not opening


def _ledger_edit(before: Ledger, after: Ledger) -> tuple[FieldEdit, ...]:
    """Commits and settings ride along; they are no news by themselves."""
    still = replace(after, commit=before.commit, commit_time=before.commit_time, settings=before.settings)
    return () if still == before else (FieldEdit(LEDGER, before.text, after.text),)


_LONGEST_NUMBER = 7


def assumed_numbers(plan: TaskPlan, numbers: Mapping[str, str]) -> dict[str, str]:
    """Return a number for every task: a long one where its ticket is yet to be made."""
    return {spec.key: numbers.get(spec.key) or _stand_in(spec.key) for spec in plan.tasks}


def ledger_refusals(
    plan: TaskPlan, path: str, ledger: Ledger, holdings: Holdings, capabilities: Capabilities, policy: SyncPolicy
) -> tuple[str, ...]:
    """Return why a map must not be pushed: the text of its tracking ticket would be longer than the tracker takes.

    :param plan: with the tracking ticket as it shall be, numbers in its task list included.
    :param path: of the map.
    :param ledger: as it shall be; a ticket that does not exist yet has an empty number.
    :param holdings: the tickets as they are, with what people wrote into the tracking ticket.
    """
    spec, held = plan.tracking, holdings.tracking
    number = held.ticket.number if held else _stand_in(spec.key)
    marker = Marker(policy.source, plan.map_id, path, spec.key, number, labels=spec.labels)
    known = {key: number or _stand_in(key) for key, number in ledger.tickets.items()}
    full = marker.with_ledger(replace(ledger, tickets=known))
    before, after, kept = (held.block.before, held.block.after, held.block.texts()) if held else ("", "", {})
    parts = [
        Part(section.name, section.heading, max(section.text, kept.get(section.name, ""), key=len))
        for section in sections_of(spec)
    ]
    size = len(write_block(parts, first_marker(spec, full), before, after))
    if size <= capabilities.body_limit:
        return ()
    what = f"its tracking ticket would take {size:,} characters with the ledger of {len(known)} tickets"
    people = f", {len(before) + len(after):,} of them written by people" if before or after else ""
    way_out = 'split the map, or set granularity = "section"' if len(known) > 1 else "shorten the map"
    shorten = "shorten what stands around the managed block, " if people else ""
    return (f"{what}{people}, the limit is {capabilities.body_limit:,}; {shorten}{way_out}",)


def _stand_in(key: str) -> str:
    """Return a number for a ticket that is yet to be made: no two alike, so that packing saves no more than it will."""
    return str(int(sha256(key.encode()).hexdigest(), 16))[:_LONGEST_NUMBER]
