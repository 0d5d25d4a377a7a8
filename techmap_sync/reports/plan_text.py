"""A change set as text, similar to ``terraform plan``.

+ create  Create TotpService
~ update  TASK-1.3  Write unit tests: Two-Factor Login
    items
      + - [ ] Codes two steps early are refused
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from difflib import unified_diff
from typing import TypeVar

from rich.text import Text

from techmap_sync.planning.task import SectionName
from techmap_sync.planning.tracking_text import size_of
from techmap_sync.reports.messages import clean, count
from techmap_sync.sync.change_set import ChangeSet, MapChanges, Outcome, Status, counted, left_of
from techmap_sync.sync.changes import UNSEEN, Action, Change, Create, LinkChange, TicketChange
from techmap_sync.sync.ticket_fields import Edit
from techmap_sync.sync.tracker import EdgeKind

_T = TypeVar("_T")
_L = TypeVar("_L")


def grouped(
    changes: Iterable[_T], links: Iterable[_L], key: Callable[[_T | _L], str]
) -> Iterator[tuple[_T | None, Sequence[_L]]]:
    """Yield each change of a ticket with the changes of its links; links of untouched tickets come last, with None.

    :param key: returns the key of the task that a change is about.
    """
    by_key: dict[str, list[_L]] = {}
    for link in links:
        by_key.setdefault(key(link), []).append(link)
    for change in changes:
        yield change, by_key.pop(key(change), [])
    yield from ((None, rest) for rest in by_key.values())


def with_links(changes: Sequence[Change]) -> Iterator[tuple[TicketChange | None, Sequence[LinkChange]]]:
    """Yield each change of a ticket with the changes of its links."""
    links = [change for change in changes if isinstance(change, LinkChange)]
    yield from grouped([each for each in changes if not isinstance(each, LinkChange)], links, lambda each: each.key)


SIGNS = {
    Action.CREATE: ("+", "green"),
    Action.UPDATE: ("~", "yellow"),
    Action.CLOSE: ("-", "red"),
    Action.REOPEN: ("^", "green"),
    Action.LINK: ("+", "green"),
    Action.UNLINK: ("-", "red"),
    Action.SKIP: (" ", "dim"),
    Action.CONFLICT: ("!", "magenta"),
}
DONE_WORDS = {
    Action.CREATE: "created",
    Action.UPDATE: "updated",
    Action.CLOSE: "closed",
    Action.REOPEN: "reopened",
    Action.LINK: "linked",
    Action.UNLINK: "unlinked",
}


LEGEND = (Action.CREATE, Action.UPDATE, Action.CLOSE, Action.REOPEN, Action.CONFLICT)


def plan_text(change_set: ChangeSet, summary: str = "Plan", *, is_first: bool = False) -> Text:
    """Render a change set: what happens to each map's tickets, and one closing line of counts.

    :param summary: the word that opens the closing line.
    :param is_first: the tracker has no tickets yet, so this may be the first plan that the reader sees.
    """
    lines = [line for each in change_set.maps for line in _map_lines(each)]
    signs = [legend()] if is_first and change_set.writes else []
    return _joined([*lines, *signs, closing_line(change_set, summary)])


def legend() -> Text:
    """Return what the signs of a plan mean, in one line."""
    signs = [Text(f"{SIGNS[action][0]} {action}", SIGNS[action][1]) for action in LEGEND]
    return Text("  ").join([Text("legend:", "dim"), *signs])


def closing_line(change_set: ChangeSet, summary: str) -> Text:
    """Return the counts in one line; ledger updates are internal and not counted."""
    refused = [each for each in change_set.maps if each.refusals]
    parts = _to_do(change for each in change_set.maps if not each.refusals for change in each.changes)
    if not change_set.writes:
        parts = ["nothing is written" if refused else "no changes", *parts[3:]]
    elif all(change.is_bookkeeping for change in change_set.writes):
        parts = ["only bookkeeping", *parts[3:]]
    said = [f"{summary}: {', '.join(parts)}."]
    if refused:
        not_written = unwritten(refused)
        said.append(f"Refused: {count(len(refused), 'map')}{f', {not_written}' if not_written else ''}.")
    return Text(f"{' '.join(said)} ({change_set.tracker})", style="bold")


def unwritten(refused: Iterable[MapChanges]) -> str:
    """Return the counts of what would be written if no guard refused."""
    parts = _to_do(change for each in refused for change in each.changes if change.writes)
    return ", ".join(part for part in parts if not part.startswith("0 "))


def _to_do(changes: Iterable[Change]) -> list[str]:
    """Return counts of changes; the first three are shown even when they are zero."""
    number = counted(change for change in changes if not change.is_bookkeeping)
    optional = (
        ("reopen", f"{number['reopen']} to reopen"),
        ("link", count(number["link"], "link")),
        ("unlink", f"{count(number['unlink'], 'link')} to remove"),
        ("conflict", count(number["conflict"], "conflict")),
        ("skip", f"{number['skip']} skipped"),
    )
    always = [f"{number['create']} to create", f"{number['update']} to update", f"{number['close']} to close"]
    return [*always, *(text for action, text in optional if number[action])]


def outcome_line(outcome: Outcome) -> Text:
    """Return the outcome of one change, with the ticket's id."""
    change = outcome.change
    word = DONE_WORDS.get(change.action, change.action) if outcome.status is Status.APPLIED else outcome.status.value
    color = "bold red" if outcome.is_open else SIGNS[change.action][1]
    text = Text.assemble((f"{word:<9} ", color), (f"{outcome.ticket:<10} ", "bold"), clean(change.title))
    detail = outcome.detail or (change.reason if change.edge else ", ".join(change.fields))
    return text.append(f" ({clean(detail)})", "dim") if detail else text


def skipped_links(outcomes: Iterable[Outcome]) -> Iterator[Text]:
    """Yield one line per reason with the number of links that were not created."""
    reasons = Counter(
        "; ".join(filter(None, (o.detail, o.hint))) for o in outcomes if o.change.edge and o.status is Status.SKIPPED
    )
    for reason, number in reasons.items():
        yield Text.assemble(("skipped   ", "dim"), f"{count(number, 'link')}: {clean(reason)}")


def done_line(change_set: ChangeSet, outcomes: Sequence[Outcome]) -> Text:
    """Return what a push did and did not do, in one line, with the counts of the plan."""
    ended = {status: [o.change for o in outcomes if o.status is status] for status in Status}
    numbers = Counter(change.action for change in ended[Status.APPLIED] if not change.is_bookkeeping)
    parts = [f"{numbers[action]} {word}" for action, word in DONE_WORDS.items() if numbers[action]]
    rest = {
        "skipped": len(ended[Status.SKIPPED]),
        "failed": len(ended[Status.FAILED]),
        "left": len(left_of(change_set, outcomes)),
    }
    if (rest["failed"] or rest["left"]) and not parts:
        parts = ["nothing was written"]
    parts += [f"{number} {word}" for word, number in rest.items() if number]
    if not parts:
        parts = ["only bookkeeping" if ended[Status.APPLIED] else "nothing was left to do"]
    return Text(f"Done: {', '.join(parts)}. ({change_set.tracker})", style="bold")


def page_line(address: str) -> Text:
    """Return where a tracking ticket can be read, as an address that terminals make a link of."""
    return Text.assemble(("see       ", "dim"), clean(address))


def _map_lines(changes: MapChanges) -> Iterator[Text]:
    head = Text.assemble((_path(changes.file), "bold"), f" ({clean(changes.map_id)})")
    if not changes.approved:
        yield head.append(f": {changes.standing}, its tickets are left unchanged")
        yield from (Text(f"  {clean(reason)}", "dim") for reason in changes.reasons)
        yield Text()
        return
    if not changes.changes and not changes.refusals:
        yield head.append(": up to date")
        yield Text()
        return
    yield head
    yield from (Text(f"  refused: {clean(reason)}", "bold red") for reason in changes.refusals)
    if not_written := unwritten([changes]) if changes.refusals else "":
        yield Text(f"  not written: {not_written}", "dim")
    yield from (Text(f"  note: {clean(note)}", "yellow") for note in changes.notes)
    yield Text()
    yield from _change_lines(shown_changes(changes))
    yield Text()


def shown_changes(changes: MapChanges) -> Sequence[Change]:
    """Return the changes of a map that are shown: of a refused map only those that no push would write."""
    return [change for change in changes.changes if not (changes.refusals and change.writes)]


def _path(path: str) -> str:
    """Return a path that is safe at the start of a line, where ``::`` is a command to GitHub Actions."""
    return f"./{clean(path)}" if path.lstrip().startswith(("::", "##[")) else clean(path)


def _change_lines(changes: Sequence[Change]) -> Iterator[Text]:
    for change, links in with_links(changes):
        if change is not None:
            yield from _one(change)
        yield from (_link_line(link, nested=change is not None) for link in links)


def _one(change: TicketChange) -> Iterator[Text]:
    sign, style = SIGNS[change.action]
    line = Text.assemble((f"  {sign} {change.action:<8} ", style), (f"{change.ticket}  " if change.ticket else ""))
    line.append(clean(change.title))
    if isinstance(change, Create) and change.spec.priority is not None:
        line.append(f"  [{change.spec.priority}]", "dim")
    if isinstance(change, Create) and change.assignees:
        line.append(f"  (assigned to {clean(', '.join(change.assignees))})", "dim")
    if change.reason:
        line.append(f"  ({clean(change.reason)})", "dim")
    yield line
    for edit in change.edits:
        yield from _edit_lines(edit)


def _link_line(link: LinkChange, nested: bool) -> Text:
    sign, style = SIGNS[link.action]
    indent = "      " if nested else "  "
    word = "" if link.writes else f"{link.action:<8} "
    who = word if nested else f"{word}{link.ticket}  {clean(link.title)}: "
    if link.edge is EdgeKind.CHILD_OF and link.writes:
        return Text.assemble((f"{indent}{sign} ", style), f"{who}child of the tracking ticket")
    return Text.assemble((f"{indent}{sign} ", style), f"{who}{clean(link.reason)}")


def _edit_lines(edit: Edit) -> Iterator[Text]:
    before, after = edit.before.splitlines(), edit.after.splitlines()
    if edit.name in UNSEEN:
        yield Text(f"      ~ {edit.name}", "dim")
        return
    if len(before) <= 1 and len(after) <= 1:
        yield Text(f"      ~ {edit.name}: {_quoted(edit.before)} -> {_quoted(edit.after)}")
        return
    if edit.name == SectionName.GRAPH:
        yield Text(f"      ~ {edit.name}: {sizes(edit)}")
        return
    yield Text(f"      ~ {edit.name}")
    for line in list(unified_diff(before, after, lineterm="", n=0))[2:]:
        if not line.startswith("@@"):
            yield Text(f"          {line[0]} {clean(line[1:])}", "green" if line[0] == "+" else "red")


def sizes(edit: Edit) -> str:
    """Return a change of the graph in a few words: one task more renumbers most of its lines."""
    before, after = (", ".join(map(count, size_of(chart), ("task", "arrow"))) for chart in (edit.before, edit.after))
    return f"drawn again, {after}" if before == after else f"{before} -> {after}"


def _quoted(text: str) -> str:
    return f'"{clean(text)}"' if text else "(none)"


def _joined(lines: Iterable[Text]) -> Text:
    return Text("\n").join(lines)


_MOST_NAMED = 5
"""Maximum number of failures in one message; the report has them all."""


def failures(outcomes: Iterable[Outcome]) -> str:
    """Return which tickets the tracker refused, and its words for it."""
    failed = [outcome for outcome in outcomes if outcome.status is Status.FAILED]
    named = [f'{o.ticket} "{clean(o.change.title)}": {clean(o.detail)}'.strip() for o in failed[:_MOST_NAMED]]
    more = f"; and {len(failed) - _MOST_NAMED} more" if len(failed) > _MOST_NAMED else ""
    return f"{count(len(failed), 'change')} failed: {'; '.join(named)}{more}" if failed else ""
