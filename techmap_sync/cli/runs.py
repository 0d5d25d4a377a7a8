"""How a plan is shown and carried out: what push and reconcile have in common."""

from __future__ import annotations

import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from techmap_sync.app.formats import Exit, Format
from techmap_sync.app.results import Report, Result, rendered
from techmap_sync.cli.console import Screen

if TYPE_CHECKING:
    from techmap_sync.app.applying import Pushed
    from techmap_sync.app.run import Planned


def refused(planned: Planned) -> list[Exit]:
    """Return an exit code for every map that a guard refused."""
    return [Exit.REFUSED for each in planned.change_set.maps if each.refusals]


def carry_out(planned: Planned, screen: Screen, output: Format, max_writes: int | None) -> Result:
    """Show a plan, write it, and say what became of it."""
    from techmap_sync.app.applying import Pushed, push_plan
    from techmap_sync.app.ci_event import run_circumstances
    from techmap_sync.checkout import checkout_of
    from techmap_sync.config import environment
    from techmap_sync.reports import plan_text
    from techmap_sync.sync.outcomes import Status

    change_set, pushed = planned.change_set, Pushed()
    as_text = output is Format.TEXT
    if as_text:
        screen.result(plan_text.plan_text(change_set))
    screen.duration(change_set, planned.tracker.capabilities)
    with screen.progress(len(change_set.writes)) as advance, _stoppable(pushed):
        for outcome in push_plan(planned, pushed, max_writes):
            advance()
            if as_text and (screen.verbose or outcome.change.edge is None or outcome.status is Status.FAILED):
                screen.result(plan_text.outcome_line(outcome))
    run = run_circumstances(checkout_of(Path.cwd()).commit, environment())
    result = Result(planned.files, change_set, pushed, run, planned.remarks, planned.compared)
    if not as_text:
        screen.result(rendered(result, output))
    elif change_set.writes:
        if not screen.verbose:
            for line in plan_text.skipped_links(pushed.outcomes):
                screen.result(line)
        screen.result(plan_text.done_line(change_set, pushed.outcomes))
    screen.passed_over(planned.files)
    return result


def ended(result: Result, screen: Screen) -> Exit:
    """Say why a push stopped early, and return the exit code that it alone would end with."""
    problem = result.pushed.problem if result.pushed else None
    return screen.failed(problem) if problem else Exit.DONE


def deliver(result: Result, screen: Screen, reports: Sequence[Report]) -> None:
    """Write the result of a run for its other readers."""
    for report in reports:
        screen.write(report.file, rendered(result, report.form))


@contextmanager
def _stoppable(pushed: Pushed) -> Iterator[None]:
    """End between two writes on the first SIGINT or SIGTERM; a second one ends at once."""

    def ask(number: int, _frame: object) -> None:
        pushed.stop_requested = True
        signal.signal(number, signal.default_int_handler)

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
