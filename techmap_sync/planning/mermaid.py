"""The task graph of a map as a Mermaid flow chart, one column per phase."""

from __future__ import annotations

import re
from collections.abc import Sequence

from techmap_sync.planning.kinds import Phase

# Mermaid drops the last semicolon, an entity's too, of a line that looks like "style x:#f00;" or "classDef x:#f00;".
_SPECIAL = re.compile(r"[^\w .,:;/()\-–—…]|s(?=tyle)|c(?=lassDef)")


def flow_chart(titles: Sequence[str], phases: Sequence[Phase], blocked_by: Sequence[Sequence[int]]) -> str:
    """Draw the tasks of a map.

    :param titles: of all tasks; brackets, quotes and pipes are escaped as Mermaid's entity codes
        (https://mermaid.js.org/syntax/flowchart.html#entity-codes-to-escape-characters).
    :param phases: of the same tasks.
    :param blocked_by: for each task the positions of those it waits for.
    """
    lines = ["flowchart LR"]
    for phase in Phase:
        members = [position for position, due in enumerate(phases) if due is phase]
        if members:
            lines += [f"  subgraph {phase}", *(f'    t{p}["{_escaped(titles[p])}"]' for p in members), "  end"]
    edges = [(target, waiting) for waiting, targets in enumerate(blocked_by) for target in targets]
    return "\n".join([*lines, *(f"  t{target} --> t{waiting}" for target, waiting in sorted(edges))])


def _escaped(text: str) -> str:
    return _SPECIAL.sub(lambda match: f"#{ord(match[0])};", text)
