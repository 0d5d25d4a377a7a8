"""Who runs this, from which commit and in which run, as far as the CI says; for the audit of a push."""

from __future__ import annotations

from collections.abc import Mapping


def run_circumstances(commit: str, variables: Mapping[str, str]) -> dict[str, str]:
    """Return the circumstances of this run."""
    server, repository, run = (variables.get(f"GITHUB_{name}", "") for name in ("SERVER_URL", "REPOSITORY", "RUN_ID"))
    on_github = f"{server}/{repository}/actions/runs/{run}" if run else ""
    return {
        "actor": variables.get("GITHUB_ACTOR") or variables.get("GITLAB_USER_LOGIN") or variables.get("USER", ""),
        "commit": commit,
        "run": on_github or variables.get("CI_JOB_URL", ""),
    }
