"""An independent client finds on the simulated GitLab what the adapter wrote, and the adapter what the client wrote."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from techmap_sync.sync.tracker import Draft, Edge, EdgeKind, Patch
from techmap_sync.trackers.gitlab.tracker import GitLabTracker
from tests.simulators.gitlab import Simulator

VARIABLE = "GITBEAKER_CLI"
LABEL = "techmap"


def _program() -> str | None:
    in_project = Path(__file__).parents[3] / "node_modules" / ".bin" / "gitbeaker"
    return os.environ.get(VARIABLE) or shutil.which("gitbeaker") or (str(in_project) if in_project.exists() else None)


PROGRAM = _program()
pytestmark = pytest.mark.skipif(
    PROGRAM is None, reason=f"gitbeaker is missing: `npm install @gitbeaker/cli`, or name it in {VARIABLE}"
)


def gitbeaker(server: Simulator, *command: str, **options: str) -> Any:
    assert PROGRAM
    flags = [part for name, value in options.items() for part in (f"--{name.replace('_', '-')}", value)]
    access = ["--project-id", "42", "--gb-token", "glpat-secret", "--gb-host", server.url]
    # The required options come first, in the order of its documentation.
    done = subprocess.run([PROGRAM, *command, *access, *flags], check=False, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr + done.stdout
    return json.loads(done.stdout)


def test_it_sees_what_the_adapter_wrote(server: Simulator, tracker: GitLabTracker) -> None:
    tracker.create(Draft("Create TokenService", "Purpose\n\n- [ ] issue", frozenset({LABEL})))
    tracker.create(Draft("Unit tests", "", frozenset({LABEL})))
    tracker.link(Edge(EdgeKind.BLOCKED_BY, "2", "1"))
    rows = gitbeaker(server, "issues", "all", labels=LABEL, sort="asc")
    assert [(row["iid"], row["title"], row["labels"]) for row in rows] == [
        (1, "Create TokenService", [LABEL]),
        (2, "Unit tests", [LABEL]),
    ]
    links = gitbeaker(server, "issue-links", "all", issue_iid="2")
    assert [(row["iid"], row["link_type"]) for row in links] == [(1, "is_blocked_by")]


def test_the_adapter_sees_and_keeps_what_it_wrote(server: Simulator, tracker: GitLabTracker) -> None:
    gitbeaker(server, "issues", "create", title="By hand", description="Text", labels=f"{LABEL},theirs")
    ticket = tracker.snapshot(LABEL).by_number()["1"]
    assert (ticket.title, ticket.body, sorted(ticket.labels)) == ("By hand", "Text", [LABEL, "theirs"])
    tracker.update("1", Patch(body="New text"))
    tracker.remove_labels("1", [LABEL])
    row = gitbeaker(server, "issues", "edit", issue_iid="1", add_labels="later")
    assert (row["description"], row["labels"]) == ("New text", ["later", "theirs"])
