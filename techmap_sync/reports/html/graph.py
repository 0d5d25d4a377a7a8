"""One map of the document as its graph is drawn: names, places and neighbours of its tasks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from rich.cells import cell_len, set_cell_size

from techmap_sync.planning.kinds import Phase
from techmap_sync.reports.html.layout import WIDTH, Arrow, Drawing, drawing_of
from techmap_sync.syncing.changes import Action

LINE = 21
"""Letters that fit into a node; a wide one, as of Chinese, takes the place of two."""
MARGIN, TOP = 16, 40
SPOKEN = 4
"""So many names are read out; the list holds all."""


@dataclass(frozen=True, slots=True)
class Node:
    """One task as it is shown."""

    task: dict[str, Any]
    look: str
    """Its state, or ``blocked``."""
    number: int
    x: float
    y: float
    lines: tuple[str, ...]
    before: tuple[int, ...]
    """Numbers of the tasks that it waits for."""
    after: tuple[int, ...]
    waits_for: tuple[str, ...]
    """Titles, and numbers of tickets of elsewhere."""

    @property
    def spoken(self) -> str:
        """What a screen reader says."""
        task = self.task
        parts = [task["title"], f"{task['phase']}, {self.look}", f"ticket {task['number']}" if task["number"] else ""]
        first, more = ", ".join(self.waits_for[:SPOKEN]), len(self.waits_for) - SPOKEN
        parts += [f"waits for {first}{f' and {more} more' if more > 0 else ''}" if first else ""]
        parts += ["changed by a human"] if task["drifted"] else []
        parts += ["conflict"] if task["conflicts"] else []
        return ". ".join(filter(None, parts))

    @property
    def is_cut(self) -> bool:
        """Whether the node shows less than the title."""
        return "".join(self.lines) != str(self.task["title"])

    @property
    def traits(self) -> str:
        """What the filter of states finds it by."""
        found = {self.look, self.task["state"], *(["drifted"] if self.task["drifted"] else [])}
        return " ".join(sorted(found | ({"conflict"} if self.task["conflicts"] else set())))


@dataclass(frozen=True, slots=True)
class Curve:
    """An arrow as SVG draws it."""

    path: str
    start: int
    end: int
    planned: bool
    """The tracker does not have it yet."""


@dataclass(frozen=True, slots=True)
class View:
    """One map as it is shown."""

    map: dict[str, Any]
    number: int
    nodes: tuple[Node, ...]
    curves: tuple[Curve, ...]
    bands: tuple[tuple[str, float, float], ...]
    """Phase, left edge, width."""
    width: float
    height: float
    conflicts: tuple[dict[str, Any], ...]
    changes: tuple[dict[str, Any], ...]
    """All other changes but links, each with its ``links``."""


def view_of(each: dict[str, Any], number: int) -> View:
    """Prepare one map of a document.

    :param number: its place on the page; names of elements are made of it.
    """
    tasks = each["tasks"]
    numbers = {task["key"]: position for position, task in enumerate(tasks)}
    edges = [(edge["task"], edge["waits_for"]) for edge in each["edges"]]
    drawing = drawing_of({task["key"]: Phase(task["phase"]) for task in tasks}, edges)
    return View(
        each,
        number,
        tuple(_node(task, each, drawing, numbers, edges) for task in tasks),
        tuple(_curves(drawing.arrows, numbers, each["edges"])),
        tuple((phase.value, left + MARGIN / 2, right - left + MARGIN) for phase, left, right in drawing.columns),
        drawing.width + 2 * MARGIN,
        drawing.height + TOP + MARGIN,
        tuple(change for change in each["changes"] if change["action"] == Action.CONFLICT),
        tuple(_with_links(each["changes"])),
    )


def _node(
    task: dict[str, Any],
    each: dict[str, Any],
    drawing: Drawing,
    numbers: dict[str, int],
    edges: Sequence[tuple[str, str]],
) -> Node:
    key = task["key"]
    before = tuple(sorted(numbers[b] for a, b in edges if a == key and b in numbers))
    after = tuple(sorted(numbers[a] for a, b in edges if b == key and a in numbers))
    x, y = drawing.places[key]
    return Node(
        task,
        "blocked" if task["blocked"] else task["state"],
        numbers[key],
        x + MARGIN,
        y + TOP,
        wrapped(without_map(task["title"], each["title"])),
        before,
        after,
        (*(without_map(each["tasks"][n]["title"], each["title"]) for n in before), *task["waits_elsewhere"]),
    )


def wrapped(title: str) -> tuple[str, ...]:
    """Return a title in at most two lines of a node, together a beginning of it: speech control goes by what is seen.

    Words stay whole; the node cuts what is wider than itself.
    """
    words = title.split()
    first = _fitting(words)
    if not first and words:
        whole = " ".join(words)
        cut = len(set_cell_size(whole, LINE).rstrip())
        return tuple(filter(None, (whole[:cut], whole[cut:].partition(" ")[0])))
    rest = words[len(first) :]
    second = _fitting(rest) or rest[:1]
    more = ["…"] if len(second) < len(rest) else []
    return tuple(filter(None, (" ".join(first) + (" " if rest else ""), " ".join(second + more))))


def _fitting(words: Sequence[str]) -> list[str]:
    """Return as many words as fit into a line."""
    number = max((n for n in range(len(words) + 1) if cell_len(" ".join(words[:n])) <= LINE), default=0)
    return list(words[:number])


def without_map(title: str, map_title: str) -> str:
    """Return a task's title without the name of its map, which stands above the graph."""
    return title.removesuffix(f": {map_title}")


def _curves(arrows: Iterable[Arrow], numbers: dict[str, int], edges: Sequence[dict[str, str]]) -> Iterable[Curve]:
    planned = {(edge["task"], edge["waits_for"]) for edge in edges if edge["witness"] == "map"}
    for arrow in arrows:
        yield Curve(_path(arrow), numbers[arrow.start], numbers[arrow.end], (arrow.end, arrow.start) in planned)


def _path(arrow: Arrow) -> str:
    """Leave a task at its right side, run straight through the dummies, and enter the next one at its left."""
    (x, y), *rest = ((x + MARGIN, y + TOP) for x, y in arrow.points)
    x += WIDTH
    parts = [f"M{x:.0f} {y:.0f}"]
    for position, (left, middle) in enumerate(rest):
        last = position == len(rest) - 1
        end = left - 5 if last else left
        bend = (x + end) / 2
        parts.append(f"C{bend:.0f} {y:.0f} {bend:.0f} {middle:.0f} {end:.0f} {middle:.0f}")
        if not last:
            parts.append(f"H{left + WIDTH:.0f}")
        x, y = left + WIDTH, middle
    return "".join(parts)


def _with_links(changes: Sequence[dict[str, Any]]) -> Iterable[dict[str, Any]]:
    """Links of a ticket stand below what happens to the ticket itself; of untouched tickets on their own."""
    links: dict[str, list[dict[str, Any]]] = {}
    for change in changes:
        if "edge" in change:
            links.setdefault(change["key"], []).append(change)
    for change in changes:
        if "edge" not in change and change["action"] != Action.CONFLICT:
            yield {**change, "links": links.pop(change["key"], [])}
    for rest in links.values():
        yield {**rest[0], "action": "link", "reason": "", "links": rest}
