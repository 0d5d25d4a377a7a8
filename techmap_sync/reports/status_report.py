"""The state of the work as one versioned document, described by ``config/status.schema.json``.

Every number of every form of ``status`` comes from this document.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from functools import reduce
from typing import Any, assert_never

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from techmap_sync.documents.work import Phase
from techmap_sync.reports.messages import clean, count, inline, json_text
from techmap_sync.secrecy import harmless
from techmap_sync.sync.change_set import counted
from techmap_sync.sync.changes import (
    Change,
    Close,
    Conflict,
    Create,
    LabelOrphan,
    Link,
    Reopen,
    Skip,
    SkipLink,
    Unlink,
    Update,
)
from techmap_sync.sync.progress import Gate, MapProgress, Numbers, TaskProgress, TaskState, WaitsFor
from techmap_sync.sync.ticket_fields import LEDGER, MARKER, Edit
from techmap_sync.sync.tracker import Finding

SCHEMA = 1

Document = dict[str, Any]


def status_document(
    maps: Sequence[MapProgress], tracker: str, generated: str, about: str = "status", stale_days: int = 0
) -> Document:
    """Build the document from which every format of the report is made.

    :param tracker: its name, as ``--to`` takes it.
    :param generated: ISO 8601 time.
    :param about: ``status``, or ``plan`` when the changes are what a reader came for.
    :param stale_days: after how many days an open ticket needs somebody; 0 where nobody asks.
    """
    total = reduce(Numbers.__add__, (each.numbers for each in maps), Numbers(dict.fromkeys(TaskState, 0)))
    changes = counted(change for each in maps for change in each.changes)
    gates = {gate.value: sum(each.gate is gate for each in maps) for gate in Gate}
    document: Document = {
        "schema": SCHEMA,
        "about": about,
        "generated": generated,
        "tracker": tracker,
        "counts": {"maps": len(maps), "gates": gates, **_numbers(total), "changes": changes},
        "maps": [_map(each, tracker) for each in maps],
    }
    if stale_days:
        document["stale_days"] = stale_days
        for counts, numbers in zip((document, *document["maps"]), (total, *(m.numbers for m in maps)), strict=True):
            counts["counts"]["stale"] = numbers.stale
    return document


def status_json(document: Document) -> str:
    """Render a document as JSON."""
    return json_text(document)


def _map(progress: MapProgress, tracker: str) -> dict[str, object]:
    commit = {"id": progress.commit, "time": progress.commit_time or None} if progress.commit else None
    return {
        "map_id": progress.map_id,
        "path": progress.path,
        "family": progress.family or None,
        "title": progress.title,
        "gate": progress.gate.value,
        "reasons": list(progress.reasons),
        "commit": commit,
        "counts": {**_numbers(progress.numbers), "changes": counted(progress.changes)},
        "phases": {phase.value: _numbers(progress.in_phase(phase)) for phase in Phase},
        "tracking": _ticket(progress.tracking) if progress.tracking else None,
        "tasks": [_task(task) for task in progress.tasks],
        "edges": [_edge(edge) for edge in progress.edges],
        "changes": [_change(change, progress.path, tracker) for change in progress.changes],
    }


def _numbers(numbers: Numbers) -> dict[str, object]:
    return {
        "total": numbers.total,
        **{state.value: number for state, number in numbers.states.items()},
        "blocked": numbers.blocked,
        "drifted": numbers.drifted,
        "conflicts": numbers.conflicts,
    }


def _ticket(task: TaskProgress) -> dict[str, object]:
    return {
        "key": task.key,
        "title": task.title,
        "state": task.state.value,
        "number": task.number or None,
        "url": task.url or None,
        "labels": sorted(task.labels),
        "assignees": sorted(task.assignees),
        "drifted": list(task.drifted),
        "conflicts": list(task.conflicts),
        "note": task.note,
        **({"closed_by": asdict(task.closed_by)} if task.closed_by else {}),
        **({"stale": [{"cause": each.cause.value, "days": each.days} for each in task.stale]} if task.stale else {}),
    }


def _task(task: TaskProgress) -> dict[str, object]:
    return {
        **_ticket(task),
        "kind": task.kind.value,
        "phase": task.phase.value if task.phase else None,
        "priority": task.priority or None,
        "blocked": task.blocked,
        "waits_elsewhere": sorted(task.elsewhere),
        "in_map": task.in_map,
    }


def _edge(edge: WaitsFor) -> dict[str, str]:
    return {"task": edge.key, "waits_for": edge.target, "witness": edge.witness.value}


def _change(change: Change, path: str, tracker: str) -> dict[str, object]:
    data: dict[str, object] = {
        "action": change.action.value,
        "key": change.key,
        "title": change.title,
        "ticket": change.ticket or None,
        "reason": change.reason,
        "edits": _edits(change.kept if isinstance(change, Skip) else change.edits),
    }
    match change:
        case Link() | Unlink() | SkipLink():
            data |= {"edge": change.edge.value, "target": change.target}
        case Conflict():
            data["settle"] = {side: _settling(side, change.key, path, tracker) for side in ("map", "tracker")}
        case Create(assignees=people) if people:
            data["assignees"] = list(people)
        case Create() | Update() | LabelOrphan() | Close() | Reopen() | Skip():
            pass
        case _:
            assert_never(change)
    return data


def _edits(edits: Iterable[Edit]) -> list[dict[str, str]]:
    """Ledger and marker edits are internal; leave them out."""
    return [
        {"field": edit.name, "before": edit.before, "after": edit.after}
        for edit in edits
        if edit.name not in (LEDGER, MARKER)
    ]


def _settling(side: str, key: str, path: str, tracker: str) -> str:
    """Return the command that resolves a conflict, ready to paste."""
    return shlex.join(["techmap-sync", "push", path, "--resolve", side, key, "--to", tracker])


def doctor_json(tracker: str, findings: Sequence[Finding]) -> str:
    """Render the same as JSON."""
    checks = [{"what": each.what, "ok": each.ok, "detail": harmless(each.detail)} for each in findings]
    ok = all(each.ok for each in findings)
    return json_text({"schema": SCHEMA, "tracker": tracker, "ok": ok, "checks": checks})


def doctor_text(tracker: str, findings: Sequence[Finding]) -> Text:
    """Render the checks of a tracker.

    :param tracker: its name, without secrets.
    """
    lines = [Text(clean(tracker), "bold")]
    for finding in findings:
        sign, style = ("ok ", "green") if finding.ok else ("no ", "red")
        lines.append(Text.assemble((f"  {sign} ", style), f"{clean(finding.what)}: {harmless(finding.detail)}"))
    return Text("\n").join(lines)


BAR = 32
"""Characters."""
COLUMNS = (*(state.value for state in TaskState), "blocked")


def status_text(document: Document) -> RenderableType:
    """Render a document."""
    parts = [part for each in document["maps"] for part in _map_as_text(each)]
    return Group(*parts, _closing(document))


def share(numbers: dict[str, Any]) -> str:
    """Return the share of done tasks in per cent; 100 only when nothing is left."""
    done, total = numbers["done"], numbers["total"]
    return f"{100 * done // total} %" if total else "no tasks"


def attention(numbers: dict[str, Any]) -> str:
    """Return what needs a human, in one line; empty when nothing does."""
    parts = [
        f"{numbers['blocked']} blocked" if numbers["blocked"] else "",
        f"{numbers['drifted']} drifted" if numbers["drifted"] else "",
        count(numbers["conflicts"], "conflict") if numbers["conflicts"] else "",
        f"{numbers['stale']} stale" if numbers.get("stale") else "",
    ]
    return ", ".join(filter(None, parts))


def _map_as_text(each: dict[str, Any]) -> Iterator[RenderableType]:
    head = Text.assemble((clean(each["title"]), "bold"), (f"  {clean(each['path'])}", "dim"))
    if each["gate"] != Gate.APPROVED:
        head.append(f"  {each['gate']}", "yellow")
    yield head
    yield from (Text(f"  {clean(reason)}", "yellow") for reason in each["reasons"])
    if each["tasks"]:
        yield _bar(each["counts"])
        yield _table(each)
    yield from (Text(f"  {line}", style) for line, style in _followed(each))
    if commit := each["commit"]:
        yield Text(f"  written from commit {clean(commit['id'])[:12]}, {clean(commit['time'] or '')}", "dim")
    yield Text()


_MOST_CLOSED = 5
"""Closed tickets that are named in the text; the other forms name all."""


def _followed(each: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield lines about changes that closed tickets, and tickets that drifted or need someone, with their styles."""
    closed = [ticket for ticket in _tickets(each) if ticket.get("closed_by")]
    for ticket in closed[-_MOST_CLOSED:]:
        yield f"{_called(ticket)}: closed by {clean(change_that_closed(ticket))}", "dim"
    if len(closed) > _MOST_CLOSED:
        yield f"{len(closed) - _MOST_CLOSED} more tickets were closed by changes: the report as JSON names all", "dim"
    for ticket in _tickets(each):
        for what in ("drifted", "conflicts"):
            if ticket[what]:
                yield f"{what.removesuffix('s')}: {_called(ticket)}: {clean(', '.join(ticket[what]))}", "magenta"
        if ticket.get("stale"):
            yield f"stale: {_called(ticket)}: {standstill(ticket)}", "magenta"


def _called(ticket: dict[str, Any]) -> str:
    return f"{clean(ticket['number'])} {clean(ticket['title'])}"


def change_that_closed(ticket: dict[str, Any]) -> str:
    """Return the name and the title of the change that closed a ticket."""
    change = ticket["closed_by"]
    return f"{change['name']} {change['title']}".strip()


def standstill(ticket: dict[str, Any]) -> str:
    """Return why a ticket needs somebody, and for how long."""
    return ", ".join(f"{each['cause']} for {count(each['days'], 'day')}" for each in ticket["stale"])


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
    parts = [count(numbers["maps"], "document"), f"{numbers['done']} of {count(numbers['total'], 'task')} done"]
    parts += filter(None, [attention(numbers)])
    return Text(f"Status: {', '.join(parts)}. ({clean(document['tracker'])})", "bold")


MARKDOWN_COLUMNS = (*(state.value for state in TaskState), "blocked", "drifted", "conflicts")


def status_markdown(document: Document) -> str:
    """Render a document."""
    numbers = document["counts"]
    summary = f"{count(numbers['maps'], 'document')}, {numbers['done']} of {count(numbers['total'], 'task')} done"
    urgent = attention(numbers)
    lines = [f"**Status: {summary}{f', {urgent}' if urgent else ''}. ({inline(document['tracker'])})**", ""]
    lines += [
        _row("map", "progress", *MARKDOWN_COLUMNS, "commit"),
        _row(":--", *(["--:"] * (len(MARKDOWN_COLUMNS) + 1)), ":--"),
    ]
    lines += [_table_row(each) for each in document["maps"]]
    return "\n".join([*lines, *(line for each in document["maps"] for line in _details(each))])


def _table_row(each: dict[str, Any]) -> str:
    numbers, commit = each["counts"], each["commit"]
    hash_ = f"`{inline(commit['id'][:12])}`" if commit else ""
    return _row(inline(each["title"]), share(numbers), *(str(numbers[name]) for name in MARKDOWN_COLUMNS), hash_)


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _details(each: dict[str, Any]) -> Iterator[str]:
    lines = [*_reasons(each), *(line for task in _tickets(each) for line in _task_row(task))]
    if lines:
        yield from ("", f"### {inline(each['title'])} ({inline(each['path'])})", "", *lines)


def _reasons(each: dict[str, Any]) -> Iterator[str]:
    if each["gate"] != Gate.APPROVED:
        yield f"- **{each['gate']}**"
    yield from (f"- {inline(reason)}" for reason in each["reasons"])


def _tickets(each: dict[str, Any]) -> list[dict[str, Any]]:
    return [*([each["tracking"]] if each["tracking"] else []), *each["tasks"]]


def _task_row(task: dict[str, Any]) -> Iterator[str]:
    who = inline(f"{task['number']} {task['title']}" if task["number"] else task["title"])
    if task.get("closed_by"):
        yield f"- **closed** {who}: by {inline(change_that_closed(task))}"
    if task.get("stale"):
        yield f"- **stale** {who}: {standstill(task)}"
    if task.get("blocked"):
        yield f"- **blocked** {who}"
    if task["drifted"]:
        yield f"- **drifted** {who}: {inline(', '.join(task['drifted']))}"
    if task["conflicts"]:
        yield f"- **conflict** {who}: {inline(', '.join(task['conflicts']))}"
