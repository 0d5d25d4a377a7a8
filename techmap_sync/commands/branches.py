"""Whether a run stands on the default branch: tickets on a server follow the maps that were merged, and no others.

In a CI both have to agree: its own variables say which branch it runs for, and git that this is checked out. What
cannot be told there counts as another branch. On somebody's machine git alone decides, as far as the clone knows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from techmap_sync.checkout import Checkout
from techmap_sync.ci_run import CiRun
from techmap_sync.commands.occasions import ci_run, is_ci


@dataclass(frozen=True, slots=True)
class SideBranch:
    """What is checked out instead of the default branch."""

    what: str
    """``the branch idea``, ``pull request 12``, ``a detached HEAD``."""
    default_branch: str = ""
    """Empty when it is not known."""


def side_branch(checkout: Checkout, environment: Mapping[str, str]) -> SideBranch | None:
    """Return what is checked out when it is not the default branch, or when a CI cannot tell; else None."""
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
    """Return what a job has checked out by itself instead of the commit of its default branch."""
    if not checkout.commit or checkout.commit == run.commit:
        return None
    if not run.commit and not checkout.branch:
        return None
    return _by_git(checkout, run.branch, strict=True)


def _by_git(checkout: Checkout, default: str, strict: bool) -> SideBranch | None:
    """Return what git says.

    :param default: the default branch, empty when it is not known.
    :param strict: what cannot be told is a side branch.
    """
    if not checkout.is_repository:
        return None
    what = f"the branch {checkout.branch}" if checkout.branch else "a detached HEAD"
    if not default:
        return SideBranch(what) if strict else None
    if checkout.branch:
        return SideBranch(what, default) if checkout.branch != default else None
    return None if checkout.is_merged_into(default) else SideBranch(what, default)
