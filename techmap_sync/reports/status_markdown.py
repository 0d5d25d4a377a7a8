"""Where the work stands as Markdown: one table over all maps, then what needs a human."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from techmap_sync.reports.markdown_text import inline
from techmap_sync.reports.messages import count
from techmap_sync.reports.status_document import Document
from techmap_sync.reports.status_text import attention, share
from techmap_sync.syncing.progress import Gate, TaskState

COLUMNS = (*(state.value for state in TaskState), "blocked", "drifted", "conflicts")


def status_markdown(document: Document) -> str:
    """Render a document."""
    numbers = document["counts"]
    summary = f"{count(numbers['maps'], 'map')}, {numbers['done']} of {count(numbers['total'], 'task')} done"
    urgent = attention(numbers)
    lines = [f"**Status: {summary}{f', {urgent}' if urgent else ''}. ({inline(document['tracker'])})**", ""]
    lines += [_row("map", "progress", *COLUMNS, "commit"), _row(":--", *(["--:"] * (len(COLUMNS) + 1)), ":--")]
    lines += [_table_row(each) for each in document["maps"]]
    return "\n".join([*lines, *(line for each in document["maps"] for line in _details(each))])


def _table_row(each: dict[str, Any]) -> str:
    numbers, commit = each["counts"], each["commit"]
    hash_ = f"`{inline(commit['id'][:12])}`" if commit else ""
    return _row(inline(each["title"]), share(numbers), *(str(numbers[name]) for name in COLUMNS), hash_)


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _details(each: dict[str, Any]) -> Iterator[str]:
    told = [*_reasons(each), *(line for task in _tickets(each) for line in _task(task))]
    if told:
        yield from ("", f"### {inline(each['title'])} ({inline(each['path'])})", "", *told)


def _reasons(each: dict[str, Any]) -> Iterator[str]:
    if each["gate"] != Gate.APPROVED:
        yield f"- **{each['gate']}**"
    yield from (f"- {inline(reason)}" for reason in each["reasons"])


def _tickets(each: dict[str, Any]) -> list[dict[str, Any]]:
    return [*([each["tracking"]] if each["tracking"] else []), *each["tasks"]]


def _task(task: dict[str, Any]) -> Iterator[str]:
    who = inline(f"{task['number']} {task['title']}" if task["number"] else task["title"])
    if task.get("blocked"):
        yield f"- **blocked** {who}"
    if task["drifted"]:
        yield f"- **drifted** {who}: {inline(', '.join(task['drifted']))}"
    if task["conflicts"]:
        yield f"- **conflict** {who}: {inline(', '.join(task['conflicts']))}"
