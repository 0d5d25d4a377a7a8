"""A change set and its outcomes as Markdown, for job summaries and comments on reviews.

**Plan: 1 to create, 1 to update, 0 to close. (github:octo/app)**

### docs/maps/login.md (login)

- **create** Create AttemptCounter (high)
  - blocked by "Change configuration: auth.limit"
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from difflib import unified_diff

from techmap_sync.errors import Problem
from techmap_sync.patterns import lazy
from techmap_sync.planning.task import SectionName
from techmap_sync.reports.messages import count, fenced, fitted, hint, inline, sentence
from techmap_sync.reports.plan_text import (
    DONE_WORDS,
    closing_line,
    done_line,
    shown_changes,
    sizes,
    unwritten,
    with_links,
)
from techmap_sync.sync.change_set import ChangeSet, MapChanges, Outcome, Status
from techmap_sync.sync.changes import UNSEEN, Change, Create, LinkChange, Unlink
from techmap_sync.sync.ticket_fields import Edit
from techmap_sync.sync.tracker import EdgeKind

SUMMARY_LIMIT = 1_000_000
"""Bytes: GitHub allows 1 MiB for the summary of a step, from everything that writes to it."""
COMMENT_LIMIT = 65_536
"""Maximum number of characters of a comment on GitHub."""
LONGEST_DIFF = 40
"""Maximum number of lines shown of a section's changes."""


_ADDRESS = lazy(r"https?://[^\s()<>]+")
_Entries = Callable[[MapChanges], Iterator[str]]


Pages = Mapping[str, str]
"""Number of a ticket -> its address."""
_NO_PAGES: Pages = {}


def plan_markdown(
    change_set: ChangeSet, remarks: Sequence[str] = (), limit: int = SUMMARY_LIMIT, pages: Pages = _NO_PAGES
) -> str:
    """Render a plan: the counts, then what happens to each map's tickets.

    :param remarks: further remarks for readers.
    :param limit: bytes.
    :param pages: of the tickets, which become links.
    """

    def entries(changes: MapChanges) -> Iterator[str]:
        """Yield what happens to the tickets of one map."""
        return _plan_entries(changes, pages)

    blocks = [*_opening(closing_line(change_set, "Plan").plain, remarks), *_maps(change_set, entries)]
    return fitted(blocks, limit)


def push_markdown(
    change_set: ChangeSet,
    outcomes: Sequence[Outcome],
    problem: Problem | None = None,
    remarks: Sequence[str] = (),
    limit: int = SUMMARY_LIMIT,
    pages: Pages = _NO_PAGES,
) -> str:
    """Render what a push did, and what it skipped and why.

    :param problem: why it stopped early.
    :param pages: of the tickets, which become links.
    """

    def entries(changes: MapChanges) -> Iterator[str]:
        """Yield the lines of one map: what was written, then what was not."""
        yield from (_outcome(o) for o in outcomes if o.map_id == changes.map_id and _is_shown(o))
        yield from (_entry(change, pages) for change in changes.changes if not change.writes)

    counts = done_line(change_set, outcomes).plain if outcomes or change_set.writes else _nothing(change_set)
    blocks = _opening(counts, remarks)
    if problem:
        blocks += [f"**Not complete:** {problem_markdown(problem)}", ""]
    return fitted([*blocks, *_maps(change_set, entries)], limit)


def problem_markdown(problem: Problem) -> str:
    """Render what went wrong and what to do, on one line."""
    advice = f" ({inline(hint(problem))})" if hint(problem) else ""
    return inline(sentence(problem)) + advice


def _opening(counts: str, remarks: Sequence[str]) -> list[str]:
    return [f"**{inline(counts)}**", "", *(line for remark in remarks for line in (f"*{inline(remark)}*", ""))]


def _nothing(change_set: ChangeSet) -> str:
    reason = "Nothing was written" if change_set.changes or _refused(change_set) else "Nothing to do"
    return f"{reason}. ({change_set.tracker})"


def _refused(change_set: ChangeSet) -> bool:
    return any(each.refusals for each in change_set.maps)


def _maps(change_set: ChangeSet, entries: _Entries) -> Iterator[str]:
    quiet = 0
    for each in change_set.maps:
        body = [*_standing(each), *entries(each)]
        if body:
            yield f"### {inline(each.file)} ({inline(each.map_id)})\n"
            yield from body
            yield ""
        else:
            quiet += 1
    if quiet:
        yield f"{count(quiet, 'map')} up to date."


def _standing(changes: MapChanges) -> Iterator[str]:
    """Yield why nothing of a map is written."""
    if not changes.approved:
        yield f"{changes.standing.capitalize()}, its tickets are left unchanged:\n"
    yield from (f"- {inline(reason)}" for reason in changes.reasons if not changes.approved)
    yield from (f"- **refused** {inline(reason)}" for reason in changes.refusals)
    yield from (f"- **note** {inline(note)}" for note in changes.notes)
    if not_written := unwritten([changes]) if changes.refusals else "":
        yield f"- **not written** {not_written}"


def _plan_entries(changes: MapChanges, pages: Pages) -> Iterator[str]:
    for change, links in with_links(shown_changes(changes)):
        if change is None:
            yield from (f"- **{link.action}** {_named(link, pages)}: {_other_end(link)}" for link in links)
        else:
            below = (f"  - {_sign(link)}{_other_end(link)}" for link in links)
            yield "\n".join([_entry(change, pages), *_edits(change.edits), *below])


def _entry(change: Change, pages: Pages) -> str:
    priority, people = (change.spec.priority, change.assignees) if isinstance(change, Create) else (None, ())
    assigned = f"assigned to {', '.join(people)}" if people else ""
    details = [inline(text) for text in (priority, assigned, change.reason) if text]
    return f"- **{change.action}** {_named(change, pages)}" + "".join(f" ({text})" for text in details)


def _named(change: Change, pages: Pages) -> str:
    return f"{_ticket(change.ticket, pages.get(change.ticket, ''))} {inline(change.title)}".strip()


def _ticket(number: str, page: str) -> str:
    """Return the number of a ticket as its server writes it, as a link where it has an address."""
    shown = f"#{number}" if number.isdecimal() else inline(number)
    return f"[{shown}]({page})" if number and _ADDRESS.fullmatch(page) else inline(number)


def _sign(link: LinkChange) -> str:
    return "no longer " if isinstance(link, Unlink) else ""


def _other_end(link: LinkChange) -> str:
    is_child = link.edge is EdgeKind.CHILD_OF and link.writes
    return "child of the tracking ticket" if is_child else inline(link.reason)


def _edits(edits: Iterable[Edit]) -> Iterator[str]:
    for edit in edits:
        before, after = edit.before.splitlines(), edit.after.splitlines()
        if edit.name in UNSEEN:
            continue
        if len(before) <= 1 and len(after) <= 1:
            yield f"  - {inline(edit.name)}: {_quoted(edit.before)} → {_quoted(edit.after)}"
            continue
        if edit.name == SectionName.GRAPH:
            yield f"  - {inline(edit.name)}: {sizes(edit)}"
            continue
        yield f"  - {inline(edit.name)}:"
        yield from (f"    {line}" for line in fenced(_diff(before, after), "diff"))


def _diff(before: Sequence[str], after: Sequence[str]) -> list[str]:
    lines = [line for line in list(unified_diff(before, after, lineterm="", n=0))[2:] if not line.startswith("@@")]
    more = len(lines) - LONGEST_DIFF
    return [*lines[:LONGEST_DIFF], f"… {count(more, 'more line')}"] if more > 0 else lines


def _quoted(text: str) -> str:
    return f'"{inline(text)}"' if text else "(none)"


def _is_shown(outcome: Outcome) -> bool:
    """Created links are in the counts, and ledger updates are internal."""
    quiet = outcome.change.edge is not None or outcome.change.is_bookkeeping
    return not quiet or outcome.status in (Status.SKIPPED, Status.FAILED)


def _outcome(outcome: Outcome) -> str:
    change = outcome.change
    word = DONE_WORDS.get(change.action, change.action) if outcome.status is Status.APPLIED else outcome.status.value
    ticket = f"{_ticket(outcome.ticket, outcome.url)} ".lstrip()
    detail = outcome.detail or ", ".join(name for name in change.fields if name not in UNSEEN)
    return f"- **{word}** {ticket}{inline(change.title)}" + (f" ({inline(detail)})" if detail else "")
