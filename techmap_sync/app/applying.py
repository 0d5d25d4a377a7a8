"""``push`` and ``reconcile``: apply the plan that was shown."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from techmap_sync.app.ci_event import SideBranch, side_branch
from techmap_sync.app.run import Planned
from techmap_sync.app.targets import is_embedded
from techmap_sync.checkout import Checkout, checkout_around
from techmap_sync.config import environment
from techmap_sync.errors import Problem, Refused, TrackerError, UsageProblem
from techmap_sync.reports.messages import count, failures
from techmap_sync.sync.apply import apply
from techmap_sync.sync.changes import Action
from techmap_sync.sync.guards import Guard, not_reviewed, read_reviewed
from techmap_sync.sync.outcomes import Outcome, Status, left_of


@dataclass
class Pushed:
    """What a push has done so far."""

    outcomes: list[Outcome] = field(default_factory=list)
    problem: Problem | None = None
    """Why it stopped early."""
    stop_requested: bool = False
    """Somebody asked the run to end; it does so between two writes."""

    @property
    def complete(self) -> bool:
        """Whether everything that was shown was tried."""
        return self.problem is None


def push_plan(planned: Planned, pushed: Pushed, max_writes: int | None) -> Iterator[Outcome]:
    """Apply a plan, yielding each outcome; what was done stays known when the tracker fails on the way.

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
    """Say why a run that came to its end did not do everything, or did not come to it."""
    name, change_set = planned.tracker.name, planned.change_set
    failed = [outcome for outcome in pushed.outcomes if outcome.status is Status.FAILED]
    if failed:
        hint = next((outcome.hint for outcome in failed if outcome.hint), "")
        again = "the next run tries again"
        return TrackerError(name, failures(failed), f"{hint}; {again}" if hint else again)
    steps = sum(each.steps for each in change_set.maps)
    if steps <= len(pushed.outcomes):
        return None
    left = max(len(left_of(change_set, pushed.outcomes)), 1)
    what = f"stopped after {count(len(pushed.outcomes), 'change')}, {left} left"
    return TrackerError(name, what, "run it again: the next run goes on from here")


def refuse_side_branch(planned: Planned, checkout: Checkout) -> None:
    """Stop before the first write to a server when the maps are not those of the default branch.

    :param checkout: the one that the run is about; maps in other ones count too.
    :raises Refused: they are those of another branch, a tag or a review, or a CI does not tell.
    """
    if Guard.BRANCH in planned.policy.allowed or is_embedded(planned.tracker):
        return
    around = (checkout_around(file.path, checkout) for file in planned.files.maps if file.approved)
    # The commit of a submodule is what the repository around it says; that one's branch decides.
    checkouts = dict.fromkeys((checkout, *(each for each in around if not each.is_submodule)))
    found = next(filter(None, (side_branch(each, environment()) for each in checkouts)), None)
    if found is not None:
        raise Refused(*_about(found))


def _about(found: SideBranch) -> tuple[str, str]:
    """Return what is refused and the way out."""
    allow = f"--allow {Guard.BRANCH} lets this run pass"
    if found.default_branch:
        what = f"this is {found.what}, and tickets follow {found.default_branch}"
        return what, f"plan shows what merging it would do; {allow}"
    what = f"this is {found.what}, and nothing says that it is the default branch"
    return what, f"git remote set-head origin --auto finds out which one is; {allow}"


def refuse_conflicts(planned: Planned) -> None:
    """Stop before the first write when a conflict is open.

    :raises Refused: there is one.
    """
    number = sum(change.action is Action.CONFLICT for change in planned.change_set.changes)
    if number:
        raise Refused(
            f"{count(number, 'field')} changed by the map and by a human",
            "settle with --resolve map KEY or --resolve tracker KEY",
        )


def hold_to(planned: Planned, file: Path) -> None:
    """Check that a push would write nothing but what a reviewed plan shows.

    :raises UsageProblem: the file is no plan.
    :raises Refused: the plan is stale.
    """
    try:
        reviewed = read_reviewed(json.loads(file.read_text(encoding="utf-8")))
    except OSError as error:
        raise UsageProblem(f"cannot read {file}: {error.strerror}", "write one with plan --out FILE") from error
    except (ValueError, LookupError, TypeError) as error:
        raise UsageProblem(f"{file} is no plan", "write one with plan --out FILE") from error
    extra = not_reviewed(planned.change_set, reviewed)
    if extra:
        some = ", ".join(f"{change.action} {change.title}" for change in extra[:3])
        what = f"the plan is stale: {file} does not show {count(len(extra), 'change')} ({some})"
        raise Refused(what, "make a new one with plan --out, and review it")


_BETWEEN = re.compile(r"[\s,]+")


def allowances(texts: Iterable[str]) -> frozenset[str]:
    """Return the guards that are lifted; a text may name several, as an input of a CI does.

    :raises UsageProblem: there is no such guard.
    """
    names = [name for text in texts for name in _BETWEEN.split(text) if name]
    unknown = next((name for name in names if name not in list(Guard)), "")
    if unknown:
        raise UsageProblem(f"not understood: --allow {unknown}", f"--allow takes {', '.join(Guard)}")
    return frozenset(names)
