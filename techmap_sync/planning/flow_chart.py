"""What waits for what, as a picture in the tracking ticket."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from techmap_sync.documents.words import Words
from techmap_sync.documents.work import Phase
from techmap_sync.patterns import lazy

# Mermaid drops the last semicolon, an entity's too, of a line that looks like "style x:#f00;" or "classDef x:#f00;".
_SPECIAL = lazy(r"[^\w .,:;/()\-–—…]|s(?=tyle)|c(?=lassDef)")


_NODE = lazy(r'(?m)^(    t(\d+)\[")')


def flow_chart(names: Sequence[str], phases: Sequence[Phase], blocked_by: Sequence[Sequence[int]], words: Words) -> str:
    """Draw the tasks of a map.

    :param names: short ones of all tasks; brackets, quotes and pipes are escaped as Mermaid's entity codes
        (https://mermaid.js.org/syntax/flowchart.html#entity-codes-to-escape-characters).
    :param phases: of the same tasks.
    :param blocked_by: for each task the positions of those it waits for.
    """
    lines = ["flowchart LR"]
    for phase in Phase:
        members = [position for position, due in enumerate(phases) if due is phase]
        if members:
            heading = _escaped(words.headings[phase])
            lines += [
                f'  subgraph {phase}["{heading}"]',
                *(f'    t{p}["{_escaped(names[p])}"]' for p in members),
                "  end",
            ]
    edges = [(target, waiting) for waiting, targets in enumerate(blocked_by) for target in targets]
    return "\n".join([*lines, *(f"  t{target} --> t{waiting}" for target, waiting in sorted(edges))])


def _escaped(text: str) -> str:
    return _SPECIAL.sub(lambda match: f"#{ord(match[0])};", text)


def with_numbers(chart: str, numbers: Mapping[int, str]) -> str:
    """Return a picture whose nodes say the numbers of their tickets.

    :param chart: as ``flow_chart`` draws it, or a template of a team's own.
    :param numbers: by the number of the node, as a reader knows them: ``#12``.
    """
    return _NODE.sub(lambda node: f"{node[1]}{_number(numbers.get(int(node[2]), ''))}", chart)


_ARROW = lazy(r"(?m)^\s*t\d+ --> t\d+")


def size_of(chart: str) -> tuple[int, int]:
    """Return how many tasks and how many arrows a picture has."""
    return len(_NODE.findall(chart)), len(_ARROW.findall(chart))


def _number(number: str) -> str:
    return f"{_escaped(number)} " if number else ""
