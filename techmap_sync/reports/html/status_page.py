"""The state of the work as one HTML page, made only from the document of ``status --format json``.

Every text is escaped by Jinja2, only http and https become links, and the page's own Content-Security-Policy lets it
run just the one script and the one style that it carries.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zlib import compress

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from rich.cells import cell_len, set_cell_size

from techmap_sync.documents.work import Phase
from techmap_sync.patterns import lazy
from techmap_sync.reports.html.layout import HEIGHT, WIDTH, Arrow, Drawing, drawing_of
from techmap_sync.reports.messages import count
from techmap_sync.reports.plan_text import grouped
from techmap_sync.reports.status_report import Document, change_that_closed, share, standstill
from techmap_sync.sync.changes import Action
from techmap_sync.sync.progress import TaskState

LINE = 21
"""Letters that fit into a node; a wide one, as in Chinese, counts twice."""
MARGIN, TOP = 16, 40
SPOKEN = 4
"""Maximum number of names that are read out; the list has them all."""
LARGEST_AT_ONCE = 2_000
"""Tasks that a browser is given all at once. Of a page with more, the script shows some maps at a time.

Then what is not shown is text that a browser does not parse: lists in ``noscript``, so that without script all of them
are there; graphs, which are longer, compressed in data blocks for the script alone.
"""


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
    """Titles, and numbers of other tickets."""

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
    around = _neighbours(edges, numbers)
    drawing = drawing_of({task["key"]: Phase(task["phase"]) for task in tasks}, edges)
    return View(
        each,
        number,
        tuple(_node(place, each, drawing, *around[place]) for place in range(len(tasks))),
        tuple(_curves(drawing.arrows, numbers, each["edges"])),
        tuple((phase.value, left + MARGIN / 2, right - left + MARGIN) for phase, left, right in drawing.columns),
        drawing.width + 2 * MARGIN,
        drawing.height + TOP + MARGIN,
        tuple(change for change in each["changes"] if change["action"] == Action.CONFLICT),
        tuple(_with_links(each["changes"])),
    )


def _neighbours(
    edges: Iterable[tuple[str, str]], numbers: Mapping[str, int]
) -> Sequence[tuple[tuple[int, ...], tuple[int, ...]]]:
    """Return for each task the numbers of those that it waits for, and of those that wait for it."""
    before: list[list[int]] = [[] for _ in numbers]
    after: list[list[int]] = [[] for _ in numbers]
    for task, target in edges:
        if task in numbers and target in numbers:
            before[numbers[task]].append(numbers[target])
            after[numbers[target]].append(numbers[task])
    return [(tuple(sorted(one)), tuple(sorted(other))) for one, other in zip(before, after, strict=True)]


def _node(number: int, each: dict[str, Any], drawing: Drawing, before: tuple[int, ...], after: tuple[int, ...]) -> Node:
    task = each["tasks"][number]
    x, y = drawing.places[task["key"]]
    return Node(
        task,
        "blocked" if task["blocked"] else task["state"],
        number,
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
    """Return a task's title without the name of its map, which is above the graph."""
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
    """Group links with the change of their ticket; links of untouched tickets get an entry of their own."""
    tickets = [each for each in changes if "edge" not in each and each["action"] != Action.CONFLICT]
    for change, links in grouped(tickets, [each for each in changes if "edge" in each], lambda each: str(each["key"])):
        about = change or {**links[0], "action": Action.LINK.value, "reason": ""}
        yield {**about, "links": list(links)}


_COMMAND = lazy(r"[\r\n](?=\s*(?:::|##\[))")
FOLDER = Path(__file__).parent
LOOKS = ("done", "started", "open", "blocked", "planned", "dropped")
MEANINGS = {
    "done": "closed as completed, or done in the map",
    "started": "open, and someone is at work",
    "open": "open, and nothing keeps it from being started",
    "blocked": "open, and waits for an open ticket",
    "planned": "asked for by the map, no ticket yet",
    "dropped": "closed for another reason, deleted or released",
}
"""What each shape of the graph means."""


def status_html(document: Document, remarks: Sequence[str] = ()) -> str:
    """Render a document.

    :param remarks: further remarks for readers.
    """
    style, script = (FOLDER / name for name in ("report.css", "report.js"))
    css, js = (file.read_text(encoding="utf-8").strip() for file in (style, script))
    page = _environment().get_template("report.html.j2")
    tasks = sum(len(each["tasks"]) for each in document["maps"])
    return page.render(
        document=document,
        remarks=remarks,
        views=(view_of(each, number) for number, each in enumerate(document["maps"])),
        tasks=tasks,
        large=tasks > LARGEST_AT_ONCE,
        css=Markup(css),  # noqa: S704 - our own files, not anybody's text
        js=Markup(js),  # noqa: S704
        policy=_policy(css, js),
        phases=[phase.value for phase in Phase],
        states=[state.value for state in TaskState],
        looks=LOOKS,
        meanings=MEANINGS,
        node={"width": WIDTH, "height": HEIGHT},
    )


def web_address(url: str | None) -> str:
    """Return an address when it leads to the web, else nothing: ``javascript:`` is an address too."""
    try:
        parts = urlsplit(url or "")
    except ValueError:
        return ""
    return (url or "") if parts.scheme in ("http", "https") and parts.hostname else ""


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        finalize=_no_command,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"web": web_address, "share": share, "count": count, "pixels": _pixels, "whole": _whole}
    environment.filters |= {"standstill": standstill, "closer": change_that_closed}
    environment.filters |= {"packed": _packed}
    return environment


def _packed(markup: str, large: bool) -> Markup:
    """Compress a graph of a large page; its texts were escaped as it was made."""
    return Markup(b64encode(compress(markup.encode())).decode() if large else markup)  # noqa: S704


def _policy(css: str, js: str) -> str:
    style, script = (b64encode(sha256(text.encode()).digest()).decode() for text in (css, js))
    return (
        f"default-src 'none'; style-src 'sha256-{style}'; script-src 'sha256-{script}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _pixels(numbers: dict[str, Any], of: str, width: int) -> str:
    """Return the length of a bar: the share of tasks in one state."""
    return f"{width * numbers[of] / numbers['total']:.1f}" if numbers["total"] else "0"


def _whole(number: float) -> str:
    return f"{number:.0f}"


def _no_command(value: object) -> object:
    """Write the line break before a command to GitHub's runner as a character reference: browsers show the same."""
    if type(value) is not str or _COMMAND.search(value) is None:
        return value
    return Markup(_COMMAND.sub(lambda found: f"&#{ord(found[0])};", str(escape(value))))  # noqa: S704 - escaped before
