"""Whether a tracking ticket has room for its ledger: asked before the first write, because the ledger is the last.

Found out only then, all tickets would exist and none would be remembered.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256

from techmap_sync.planning.task import TaskPlan
from techmap_sync.syncing.block import Part, write_block
from techmap_sync.syncing.marker import Ledger, Marker
from techmap_sync.syncing.matching import Holdings
from techmap_sync.syncing.policy import SyncPolicy
from techmap_sync.syncing.revise import first_marker, sections_of
from techmap_sync.syncing.tracker import Capabilities

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
