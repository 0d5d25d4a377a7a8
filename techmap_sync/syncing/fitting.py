"""Texts that are longer than a tracker takes: the longest sections are cut, with the way to the rest.

What is cut is only the text. The map's values behind it stay what they are, and the marker is never touched.
"""

from __future__ import annotations

from dataclasses import replace

from techmap_sync.planning.task import Section, TaskPlan, TaskSpec
from techmap_sync.syncing.matching import Holdings
from techmap_sync.syncing.revise import Held
from techmap_sync.syncing.tracker import Capabilities

RESERVED = 16_000
"""Characters for the marker, for headings, and for what people will write below the block."""
LEDGER_ROW = 40
"""Characters that one task takes in a long ledger, which is packed, with its edges."""
KEPT = frozenset({"", "source", "waits for", "tickets"})
"""Sections that are never cut."""
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
