"""Where the work stands as text: one table per map with a bar of what is done."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from techmap_sync.planning.kinds import Phase
from techmap_sync.reports.messages import clean, count
from techmap_sync.reports.status_document import Document
from techmap_sync.syncing.progress import Gate, TaskState

BAR = 32
"""Characters."""
COLUMNS = (*(state.value for state in TaskState), "blocked")


def status_text(document: Document) -> RenderableType:
    """Render a document."""
    parts = [part for each in document["maps"] for part in _map(each)]
    return Group(*parts, _closing(document))


def share(numbers: dict[str, Any]) -> str:
    """Return how much is done, in per cent; a hundred only when nothing is left."""
    done, total = numbers["done"], numbers["total"]
    return f"{100 * done // total} %" if total else "no tasks"


def attention(numbers: dict[str, Any]) -> str:
    """Return what needs a human, in one line; empty when nothing does."""
    parts = [
        f"{numbers['blocked']} blocked" if numbers["blocked"] else "",
        f"{numbers['drifted']} drifted" if numbers["drifted"] else "",
        count(numbers["conflicts"], "conflict") if numbers["conflicts"] else "",
    ]
    return ", ".join(filter(None, parts))


def _map(each: dict[str, Any]) -> Iterator[RenderableType]:
    head = Text.assemble((clean(each["title"]), "bold"), (f"  {clean(each['path'])}", "dim"))
    if each["gate"] != Gate.APPROVED:
        head.append(f"  {each['gate']}", "yellow")
    yield head
    yield from (Text(f"  {clean(reason)}", "yellow") for reason in each["reasons"])
    if each["tasks"]:
        yield _bar(each["counts"])
        yield _table(each)
    if each["commit"]:
        yield Text(f"  written from commit {clean(each['commit']['id'])[:12]}, {each['commit']['time'] or ''}", "dim")
    yield Text()


def _bar(numbers: dict[str, Any]) -> Text:
    done, total = numbers["done"], numbers["total"]
    filled = BAR * done // total if total else 0
    line = Text.assemble("  ", ("━" * filled, "green"), ("─" * (BAR - filled), "dim"), f"  {share(numbers)}")
    line.append(f"  {done} of {count(total, 'task')} done")
    urgent = attention(numbers)
    return line.append(f"  {urgent}", "magenta") if urgent else line


def _table(each: dict[str, Any]) -> Table:
    table = Table("", *COLUMNS, box=None, pad_edge=False, padding=(0, 2), header_style="dim")
    for column in table.columns[1:]:
        column.justify = "right"
    for phase in Phase:
        numbers = each["phases"][phase]
        table.add_row(f"  {phase}", *(str(numbers[name]) if numbers[name] else "·" for name in COLUMNS))
    return table


def _closing(document: Document) -> Text:
    numbers = document["counts"]
    parts = [count(numbers["maps"], "map"), f"{numbers['done']} of {count(numbers['total'], 'task')} done"]
    parts += filter(None, [attention(numbers)])
    return Text(f"Status: {', '.join(parts)}. ({document['tracker']})", "bold")
