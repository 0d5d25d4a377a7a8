"""What the guards in ``sync/guards.py`` ask of a run's surroundings: flags, git, the CI, a plan file."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from techmap_sync.app.documents_found import MapFile
from techmap_sync.app.merge_gate import side_branch
from techmap_sync.app.targets import is_embedded
from techmap_sync.checkout import Checkout, Remote, checkout_around
from techmap_sync.errors import Refused, UsageProblem
from techmap_sync.nearest import did_you_mean
from techmap_sync.patterns import lazy
from techmap_sync.programs import environment
from techmap_sync.settings import Settings
from techmap_sync.sync.change_set import ChangeSet
from techmap_sync.sync.changes import Create
from techmap_sync.sync.guards import conflict_refusal, read_reviewed, side_branch_refusal, stale_plan_refusal
from techmap_sync.sync.match import Audience
from techmap_sync.sync.policy import Guard
from techmap_sync.sync.tracker import Capabilities, Tracker

_BETWEEN = lazy(r"[\s,]+")


def allowances(texts: Iterable[str]) -> frozenset[str]:
    """Return the guards that ``--allow`` lifts; one value may name several, as the input of a CI job does.

    :raises UsageProblem: a name is unknown.
    """
    names = [name for text in texts for name in _BETWEEN.split(text) if name]
    unknown = next((name for name in names if name not in list(Guard)), "")
    if unknown:
        raise UsageProblem(
            f"not understood: --allow {unknown}", did_you_mean(unknown, Guard, f"--allow takes {', '.join(Guard)}")
        )
    return frozenset(names)


def audience_of(tracker: Tracker, settings: Settings, remote: Remote | None) -> Audience | None:
    """Return who can read the tickets and the repository of some maps; None where that makes no difference.

    The tracker is asked only when it belongs to another repository than the maps.

    :param remote: the repository of the maps.
    :raises TrackerError: the tracker refused or did not answer.
    """
    kind, _, target = tracker.name.partition(":")
    if settings.allow_public or remote is None or is_embedded(tracker) or remote.path.casefold() == target.casefold():
        return None
    of_tickets = tracker.visibility()
    of_maps = tracker.visibility(remote.path) if remote.kind == kind else None
    return Audience(tracker.name, of_tickets, remote.canonical, of_maps)


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
    _refuse(side_branch_refusal(next(filter(None, (side_branch(each, environment()) for each in checkouts)), None)))


def refuse_conflicts(change_set: ChangeSet) -> None:
    """Stop before the first write when there is a conflict.

    :raises Refused: there is one.
    """
    _refuse(conflict_refusal(change_set))


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
    _refuse(stale_plan_refusal(change_set, reviewed, str(file)))


def _refuse(why: Refused | None) -> None:
    if why is not None:
        raise why


def board_remark(change_set: ChangeSet, capabilities: Capabilities) -> tuple[str, ...]:
    """Return that new tickets join a board, where there are any."""
    new = sum(isinstance(change, Create) for change in change_set.writes)
    return (f"new tickets join {capabilities.board}",) if capabilities.board and new else ()
