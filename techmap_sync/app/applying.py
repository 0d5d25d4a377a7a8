"""Carry out a plan: what ``push``, ``reconcile`` and ``ci`` have in common, from the plan to the reports."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from rich.text import Text

from techmap_sync.app.ci_event import run_circumstances
from techmap_sync.app.exit_codes import Exit, refusal_codes
from techmap_sync.app.formats import Format, Report
from techmap_sync.app.results import Pushed, Result, rendered, unread_problem
from techmap_sync.app.targets import is_embedded
from techmap_sync.checkout import checkout_of
from techmap_sync.errors import Problem, TrackerError
from techmap_sync.programs import environment
from techmap_sync.reports.messages import count
from techmap_sync.reports.plan_text import done_line, failures, outcome_line, page_line, plan_text, skipped_links
from techmap_sync.sync.apply import apply
from techmap_sync.sync.change_set import Outcome, Status, left_of, seconds_to_apply
from techmap_sync.sync.changes import Create

if TYPE_CHECKING:
    from rich.console import RenderableType

    from techmap_sync.app.documents_found import MapFiles
    from techmap_sync.app.results import Planned


class Console(Protocol):
    """Where a run is shown; ``cli/console.py`` has it."""

    @property
    def verbose(self) -> bool:
        """Whether links and skipped files are shown too."""

    def result(self, rendered: RenderableType) -> None:
        """Show a result."""

    def write(self, file: str, rendered: RenderableType) -> None:
        """Write a result to a file; ``-`` is stdout."""

    def note_duration(self, seconds: float, *, by_hour: bool) -> None:
        """Say how long the run will take, where that is long."""

    def agrees(self, question: str) -> bool:
        """Ask a person, where one can answer; anything but a yes is a no."""

    def note(self, text: str) -> None:
        """Say something that is not a result."""

    def note_beside_bar(self, text: str) -> None:
        """Say something while a bar is shown."""

    def progress(self, total: int) -> AbstractContextManager[Callable[[], None]]:
        """Show a bar; yields what to call after each step."""

    def failed(self, problem: Problem) -> Exit:
        """Say what went wrong and return its exit code."""

    def list_skipped(self, files: MapFiles) -> None:
        """Name the files that are not maps, on request."""


def note_duration(planned: Planned, console: Console) -> None:
    """Say how long the writes of a plan take on its server, where that is long."""
    if not planned.change_set.writes:
        return
    able = planned.tracker.capabilities
    console.note_duration(seconds_to_apply(planned.change_set, able), by_hour=able.creations_per_hour is not None)


def first_question(planned: Planned, max_writes: int | None) -> str:
    """Return what to ask before a server gets its first tickets; empty where nothing has to be asked."""
    new = sum(isinstance(change, Create) for change in planned.change_set.writes)
    if not (planned.is_first and new) or is_embedded(planned.tracker):
        return ""
    target = planned.tracker.name.partition(":")[2]
    return f"Create {count(min(new, max_writes or new), 'ticket')} in {target}?"


def carry_out(
    planned: Planned, console: Console, form: Format, max_writes: int | None, *, agreed: bool = True
) -> Result:
    """Show a plan, apply it, and report the outcome.

    :param max_writes: stop after so many changes.
    :param agreed: nobody has to be asked before a server gets its first tickets.
    """
    change_set, pushed = planned.change_set, Pushed()
    as_text = form is Format.TEXT
    if as_text:
        for part in (plan_text(change_set, is_first=planned.is_first), *map(Text, planned.remarks)):
            console.result(part)
    note_duration(planned, console)
    question = "" if agreed else first_question(planned, max_writes)
    if question and not console.agrees(question):
        console.note("Nothing was written. Run it again and answer y to create them.")
        if not as_text:
            console.result(rendered(Result.of(planned), form))
        return Result.of(planned)
    with console.progress(len(change_set.writes)) as advance, _stoppable(pushed, console):
        for outcome in push_plan(planned, pushed, max_writes):
            advance()
            if as_text and (console.verbose or outcome.change.edge is None or outcome.status is Status.FAILED):
                console.result(outcome_line(outcome))
    run = run_circumstances(checkout_of(Path.cwd()).commit, environment())
    result = Result.of(planned, pushed, run)
    if not as_text:
        console.result(rendered(result, form))
    elif change_set.writes:
        if not console.verbose:
            for line in skipped_links(pushed.outcomes):
                console.result(line)
        for line in (done_line(change_set, pushed.outcomes), *map(page_line, result.tracking_pages)):
            console.result(line)
    console.list_skipped(planned.files)
    return result


def push_plan(planned: Planned, pushed: Pushed, max_writes: int | None) -> Iterator[Outcome]:
    """Apply a plan and yield each outcome; ``pushed`` has them even when the tracker fails on the way.

    :param max_writes: stop after so many changes.
    """
    try:
        for outcome in islice(apply(planned.change_set, planned.tracker, planned.policy), max_writes):
            pushed.outcomes.append(outcome)
            yield outcome
            if pushed.stop_requested:
                break
    except TrackerError as problem:
        pushed.problem = problem
    pushed.problem = pushed.problem or _incomplete(planned, pushed)


def _incomplete(planned: Planned, pushed: Pushed) -> Problem | None:
    """Say why a run did not do everything that it showed."""
    name, change_set = planned.tracker.name, planned.change_set
    failed = [outcome for outcome in pushed.outcomes if outcome.status is Status.FAILED]
    unread = unread_problem(name, planned.unread)
    if failed:
        hint = next((outcome.hint for outcome in failed if outcome.hint), "")
        again = "the next run tries again"
        what = "; ".join([failures(failed), *([unread.what] if unread else [])])
        return TrackerError(name, what, f"{hint}; {again}" if hint else again)
    steps = sum(each.steps for each in change_set.maps)
    if steps <= len(pushed.outcomes):
        return unread
    left = max(len(left_of(change_set, pushed.outcomes)), 1)
    what = f"stopped after {count(len(pushed.outcomes), 'change')}, {left} left"
    return TrackerError(name, what, "run it again: the next run goes on from here")


def codes_of(result: Result, console: Console) -> list[Exit]:
    """Say why a run is incomplete, and return the exit codes that it could end with."""
    stopped = [console.failed(result.problem)] if result.problem else []
    return [*stopped, *refusal_codes(result.change_set)]


def deliver(result: Result, console: Console, reports: Sequence[Report]) -> None:
    """Write the reports that were asked for."""
    for report in reports:
        console.write(report.file, rendered(result, report.form))


@contextmanager
def _stoppable(pushed: Pushed, console: Console) -> Iterator[None]:
    """On the first SIGINT or SIGTERM end between two writes; on the second end at once."""

    def ask(number: int, _frame: object) -> None:
        """Note the request and say what happens, and let the next signal end the process."""
        pushed.stop_requested = True
        console.note_beside_bar(
            "stopping after the write under way; once more ends at once, and the next run goes on either way"
        )
        signal.signal(number, signal.default_int_handler)

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
