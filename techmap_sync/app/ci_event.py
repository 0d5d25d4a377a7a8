"""What the CI says about this run: its commit, what it should do, and who started it."""

from __future__ import annotations

from collections.abc import Mapping

from techmap_sync.ci_run import CiEvent, CiRun
from techmap_sync.errors import UsageProblem
from techmap_sync.registry import known_cis, running_ci


def current_event(environment: Mapping[str, str]) -> CiEvent:
    """Return what a CI run is about and which command it runs, decided from the event.

    :raises UsageProblem: no known CI runs this.
    """
    found = running_ci(environment)
    if found is None:
        raise UsageProblem(f"not in a run of {names_of_cis()}", "use plan or push, or ci --command COMMAND")
    ci = found[1]
    return ci.event(environment, ci.run(environment))


def names_of_cis() -> str:
    """Return the names of the CIs that are known, for messages."""
    return " or ".join(ci.name for ci in known_cis())


def ci_run(environment: Mapping[str, str]) -> CiRun | None:
    """Return what the CI says about its run; None outside of known CIs."""
    found = running_ci(environment)
    return found[1].run(environment) if found else None


def is_ci(environment: Mapping[str, str]) -> bool:
    """Whether any CI runs this, known or not: all of them set ``CI``."""
    return environment.get("CI", "").casefold() not in ("", "0", "false", "no") or running_ci(environment) is not None


def run_circumstances(commit: str, variables: Mapping[str, str]) -> dict[str, str]:
    """Return who started this run, from which commit, and its address, for audits; empty where the CI does not say."""
    found = running_ci(variables)
    cis = [found[1]] if found else list(known_cis())
    return {
        "actor": next(filter(None, (ci.actor(variables) for ci in cis)), variables.get("USER", "")),
        "commit": commit,
        "run": next(filter(None, (ci.run_url(variables) for ci in cis)), ""),
    }


def summary_file(variables: Mapping[str, str]) -> str:
    """Return the file for the summary of a job; empty when the CI names none."""
    return next(filter(None, (variables.get(ci.summary_variable, "") for ci in known_cis())), "")


def outputs_file(variables: Mapping[str, str]) -> str:
    """Return the file for the outputs of a step; empty when the CI names none."""
    return next(filter(None, (variables.get(ci.outputs_variable, "") for ci in known_cis())), "")
