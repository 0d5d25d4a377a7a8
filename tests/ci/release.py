"""A release of the action, and the workflow that ``init`` writes for it."""

from __future__ import annotations

import subprocess

from techmap_sync import __version__
from tests.app.run import Program, clone


def workflow_with(program: Program, *tagging: str) -> tuple[str, str, str]:
    """The commit that is tagged in a repository of releases, the line that names the action, and what init says."""
    clone(program.folder, "https://github.com/octo/app.git")
    releases = program.folder / "releases" / "techmap-sync"
    subprocess.run(["git", "init", "-q", str(releases)], check=True)
    git = ["git", "-C", str(releases), "-c", "user.name=a", "-c", "user.email=a@example.com"]
    subprocess.run([*git, "commit", "-q", "--allow-empty", "-m", "first"], check=True)
    subprocess.run([*git, *tagging, f"v{__version__}"], check=True)
    commit = subprocess.run([*git, "rev-parse", "HEAD"], check=True, capture_output=True, text=True).stdout.strip()
    said = program("init").out
    workflow = (program.folder / ".github" / "workflows" / "techmap-sync.yml").read_text("utf-8")
    return commit, next(line for line in workflow.splitlines() if "techmap-sync/techmap-sync@" in line), said
