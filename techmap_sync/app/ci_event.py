"""What the CI says about this run: its commit, what it should do, and who started it."""

from __future__ import annotations

from collections.abc import Mapping

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
