"""What the CI says of this run: the commit that it runs for, what is to be done, and who started it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from techmap_sync.checkout import Checkout
from techmap_sync.ci_run import CiRun, Occasion
from techmap_sync.errors import UsageProblem
from techmap_sync.registry import known_cis, running_ci


def occasion(environment: Mapping[str, str]) -> Occasion:
    """Return what a CI run is about, and therefore what is to be done: one decision, made from the event.

    :raises UsageProblem: this is no run of a CI that we know.
    """
    found = running_ci(environment)
    if found is None:
        names = " or ".join(ci.name for ci in known_cis())
        raise UsageProblem(f"this is no run of {names}", "use plan or push, or say what to do with --command")
    ci = found[1]
    return ci.occasion(environment, ci.run(environment))


def ci_run(environment: Mapping[str, str]) -> CiRun | None:
    """Return what a CI says of its run; None outside of those that are known."""
    found = running_ci(environment)
    return found[1].run(environment) if found else None


def is_ci(environment: Mapping[str, str]) -> bool:
    """Whether a CI runs this, one that we know or any other: all of them set ``CI``."""
    return environment.get("CI", "").casefold() not in ("", "0", "false", "no") or running_ci(environment) is not None


def run_circumstances(commit: str, variables: Mapping[str, str]) -> dict[str, str]:
    """Return who runs this, from which commit and in which run, as far as the CI says; for the audit of a push."""
    found = running_ci(variables)
    cis = [found[1]] if found else list(known_cis())
    return {
        "actor": next(filter(None, (ci.actor(variables) for ci in cis)), variables.get("USER", "")),
        "commit": commit,
        "run": next(filter(None, (ci.run_url(variables) for ci in cis)), ""),
    }


def summary_file(variables: Mapping[str, str]) -> str:
    """Return the file to which a job adds its summary; empty where the CI names none."""
    return next(filter(None, (variables.get(ci.summary_variable, "") for ci in known_cis())), "")


def outputs_file(variables: Mapping[str, str]) -> str:
    """Return the file to which a step adds what it hands on; empty where the CI names none."""
    return next(filter(None, (variables.get(ci.outputs_variable, "") for ci in known_cis())), "")


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
