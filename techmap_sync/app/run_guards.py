"""Guards of a whole run: which commit it may write, where maps may be published, and what was reviewed.

Guards of a single map are in ``sync/guards.py``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from techmap_sync.app.ci_event import ci_run, is_ci
from techmap_sync.app.documents_found import MapFile
from techmap_sync.app.targets import is_embedded
from techmap_sync.checkout import Checkout, Remote, checkout_around
from techmap_sync.ci_run import CiRun
from techmap_sync.config import environment
from techmap_sync.errors import Refused, UsageProblem
from techmap_sync.reports.messages import count
from techmap_sync.settings import Settings
from techmap_sync.sync.changes import ChangeSet, Conflict
from techmap_sync.sync.guards import Guard, not_reviewed, read_reviewed
from techmap_sync.sync.tracker import Tracker, Visibility

_BETWEEN = re.compile(r"[\s,]+")


def allowances(texts: Iterable[str]) -> frozenset[str]:
    """Return the guards that ``--allow`` lifts; one value may name several, as the input of a CI job does.

    :raises UsageProblem: a name is unknown.
    """
    names = [name for text in texts for name in _BETWEEN.split(text) if name]
    unknown = next((name for name in names if name not in list(Guard)), "")
    if unknown:
        raise UsageProblem(f"not understood: --allow {unknown}", f"--allow takes {', '.join(Guard)}")
    return frozenset(names)


def exposure(tracker: Tracker, settings: Settings, remote: Remote | None) -> tuple[str, ...]:
    """Return why maps must not be published in a tracker, which more people can read; empty when they may.

    The tracker is asked only when it belongs to another repository than the maps.

    :param remote: where the repository of the maps is.
    :raises TrackerError: it did not answer.
    """
    kind, _, target = tracker.name.partition(":")
    if settings.allow_public or remote is None or is_embedded(tracker) or remote.path.casefold() == target.casefold():
        return ()
    theirs = tracker.visibility()
    ours = tracker.visibility(remote.path) if remote.kind == kind else None
    if theirs in (None, Visibility.PRIVATE) or (ours is not None and theirs <= ours):
        return ()
    of_maps = f"is {ours.name.lower()}" if ours is not None else "cannot be seen there"
    what = f"{tracker.name} is {theirs.name.lower()}, and {remote.canonical}, which holds the maps, {of_maps}"
    return (f"{what}; allow_public = true in the settings lets its tickets be read",)


@dataclass(frozen=True, slots=True)
class SideBranch:
    """What is checked out instead of the default branch."""

    what: str
    """``the branch idea``, ``pull request 12``, ``a detached HEAD``."""
    default_branch: str = ""
    """Empty when it is not known."""


def side_branch(checkout: Checkout, environment: Mapping[str, str]) -> SideBranch | None:
    """Return what is checked out when it is not the default branch, or when a CI does not say; else None."""
    run = ci_run(environment)
    if run is None:
        return _by_git(checkout, checkout.default_branch, is_ci(environment))
    if not run.branch:
        return SideBranch(run.what, run.default_branch or checkout.default_branch)
    if not _is_about(run, checkout):
        return _by_git(checkout, checkout.default_branch, strict=True)
    default = run.default_branch or checkout.default_branch
    if run.branch != default:
        return SideBranch(run.what, default)
    return _not_of(run, checkout)


def _is_about(run: CiRun, checkout: Checkout) -> bool:
    """Whether a checkout is one of the repository that the CI runs for; a job may check out others."""
    if checkout.remote is None or not run.repository:
        return True
    return f"/{checkout.remote.path}".casefold().endswith(f"/{run.repository}".casefold())


def _not_of(run: CiRun, checkout: Checkout) -> SideBranch | None:
    """Return what a job checked out itself instead of the commit of its default branch."""
    if not checkout.commit or checkout.commit == run.commit:
        return None
    if not run.commit and not checkout.branch:
        return None
    return _by_git(checkout, run.branch, strict=True)


def _by_git(checkout: Checkout, default: str, strict: bool) -> SideBranch | None:
    """Return what git says.

    :param default: the default branch, empty when it is not known.
    :param strict: an unknown branch is a side branch.
    """
    if not checkout.is_repository:
        return None
    what = f"the branch {checkout.branch}" if checkout.branch else "a detached HEAD"
    if not default:
        return SideBranch(what) if strict else None
    if checkout.branch:
        return SideBranch(what, default) if checkout.branch != default else None
    return None if checkout.is_merged_into(default) else SideBranch(what, default)


def refuse_side_branch(tracker: Tracker, maps: Iterable[MapFile], checkout: Checkout, allowed: frozenset[str]) -> None:
    """Stop before the first write to a server when the maps are not those of the default branch.

    :param checkout: the one that the run is about; maps in other checkouts count too.
    :param allowed: guards that are lifted.
    :raises Refused: the maps are from another branch, a tag or a review, or the CI does not say.
    """
    if Guard.BRANCH in allowed or is_embedded(tracker):
        return
    around = (checkout_around(file.path, checkout) for file in maps if file.approved)
    # The repository around a submodule decides which commit of it counts, so that repository's branch matters.
    checkouts = dict.fromkeys((checkout, *(each for each in around if not each.is_submodule)))
    found = next(filter(None, (side_branch(each, environment()) for each in checkouts)), None)
    if found is not None:
        raise Refused(*_about(found))


def _about(found: SideBranch) -> tuple[str, str]:
    """Return what is refused and the way out."""
    allow = f"--allow {Guard.BRANCH} goes ahead anyway"
    if found.default_branch:
        what = f"this is {found.what}, and tickets follow {found.default_branch}"
        return what, f"plan shows what merging it would do; {allow}"
    what = f"this is {found.what}, and nothing says that it is the default branch"
    return what, f"git remote set-head origin --auto finds out which one is; {allow}"


def refuse_conflicts(change_set: ChangeSet) -> None:
    """Stop before the first write when a conflict is open.

    :raises Refused: there is one.
    """
    number = sum(isinstance(change, Conflict) for change in change_set.changes)
    if number:
        raise Refused(
            f"{count(number, 'field')} changed by the map and by a human",
            "settle with --resolve map KEY or --resolve tracker KEY",
        )


def refuse_unreviewed(change_set: ChangeSet, file: Path) -> None:
    """Stop before the first write when a push would do more than a reviewed plan shows.

    :param file: what ``plan --out`` wrote.
    :raises UsageProblem: the file is not a plan.
    :raises Refused: the plan is stale.
    """
    try:
        reviewed = read_reviewed(json.loads(file.read_text(encoding="utf-8")))
    except OSError as error:
        raise UsageProblem(f"cannot read {file}: {error.strerror}", "write one with plan --out FILE") from error
    except (ValueError, LookupError, TypeError) as error:
        raise UsageProblem(f"{file} is not a plan", "write one with plan --out FILE") from error
    extra = not_reviewed(change_set, reviewed)
    if extra:
        some = ", ".join(f"{change.action} {change.title}" for change in extra[:3])
        what = f"the plan is stale: {file} does not show {count(len(extra), 'change')} ({some})"
        raise Refused(what, "make a new one with plan --out, and review it")
