"""Whether what is checked out is merged: git is asked, and the CI where it says more.

Specs say nothing about their approval: they are approved when they are on the default branch.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from techmap_sync.app.ci_event import ci_run, is_ci
from techmap_sync.app.discovery import FoundFile, read_file
from techmap_sync.checkout import Checkout, checkout_around, checkout_of
from techmap_sync.ci_run import CiRun
from techmap_sync.documents.base import MERGED, Merge
from techmap_sync.errors import UnreadableMap
from techmap_sync.programs import environment
from techmap_sync.sync.policy import Guard, SideBranch

_NO_REPOSITORY = Merge(said="there is no git repository to merge it into")
_NOT_COMMITTED = "it is not committed yet"
_DISTRUSTED = "git does not trust this repository and says nothing about it"


def with_merges(files: Sequence[FoundFile], allowed: frozenset[str]) -> tuple[FoundFile, ...]:
    """Return the units among some files with what git says about them, and the other files as they are.

    :param allowed: guards that are lifted: ``uncommitted`` and ``branch`` go ahead with what is not merged yet.
    """
    by_checkout: dict[Path, tuple[Checkout, list[FoundFile]]] = {}
    for file in (each for each in files if each.unit):
        checkout = checkout_around(file.path, checkout_of(Path.cwd()))
        by_checkout.setdefault(checkout.root, (checkout, []))[1].append(file)
    merges = {file: merge for each in by_checkout.values() for file, merge in _merges(*each, allowed).items()}
    return tuple(file._replace(merge=merges[file]) if file in merges else file for file in files)


def _merges(checkout: Checkout, units: Sequence[FoundFile], allowed: frozenset[str]) -> dict[FoundFile, Merge]:
    """Return what git says about the units in one checkout."""
    if not checkout.is_repository:
        return dict.fromkeys(units, _NO_REPOSITORY)
    content = {unit.path: _content(unit) for unit in units}
    aside = side_branch(checkout, environment())
    merged_into = checkout.commit if aside is None else checkout.default_commit(aside.default_branch)
    here = checkout.stored(content, checkout.commit)
    known = _Known(
        here,
        here if merged_into == checkout.commit else checkout.stored(content, merged_into),
        aside is not None,
        aside.default_branch or "the default branch" if aside else "",
        bool(merged_into),
        _NOT_COMMITTED if checkout.commit or checkout.branch else _DISTRUSTED,
    )
    return {unit: _merge(unit.path, known, allowed) for unit in units}


class _Known(NamedTuple):
    """What git says about the units in one checkout."""

    here: Mapping[Path, bool]
    """The files in the commit that is checked out, and whether their text is the same."""
    there: Mapping[Path, bool]
    """The same of the default branch."""
    aside: bool
    """Whether another branch than the default branch is checked out."""
    default: str
    """The name of the default branch, where another one is checked out."""
    has_default: bool
    """Whether git has a commit of it."""
    absent: str
    """Why a file is in no commit."""


def _content(unit: FoundFile) -> bytes:
    try:
        return read_file(unit)
    except UnreadableMap:  # reading it as a document says why
        return b""


def _merge(path: Path, known: _Known, allowed: frozenset[str]) -> Merge:
    """Return what git says about one unit."""
    here, there, aside, default = known.here, known.there, known.aside, known.default
    if path in there:
        on_branch = aside and here.get(path)
        differs = f"its text here is not that of {default}" if on_branch else "its changes here are not committed"
        return Merge(said=MERGED if there[path] else f"{MERGED}; {differs}")
    reasons = {} if path in here else {Guard.UNCOMMITTED: known.absent}
    if aside:
        unknown = f"nothing here says whether {default} has it"
        reasons[Guard.BRANCH] = f"it is not on {default} yet" if known.has_default else unknown
    if why := next((why for guard, why in reasons.items() if guard not in allowed), ""):
        return Merge(approves=False, said=f"{why}, and merging it approves it")
    return Merge(said=f"though {' and '.join(reasons.values())}")


def side_branch(checkout: Checkout, environment: Mapping[str, str]) -> SideBranch | None:
    """Return what is checked out when it is not the default branch, or when a CI does not say; else None."""
    run = ci_run(environment)
    if run is None:
        return _by_git(checkout, checkout.default_branch, is_ci(environment))
    if not run.branch:
        return SideBranch(run.what, run.default_branch or checkout.default_branch)
    if not is_about(run, checkout):
        return _by_git(checkout, checkout.default_branch, strict=True)
    default = run.default_branch or checkout.default_branch
    if run.branch != default:
        return SideBranch(run.what, default)
    return _not_of(run, checkout)


def is_about(run: CiRun, checkout: Checkout) -> bool:
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
