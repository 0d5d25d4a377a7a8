"""A job of GitHub Actions: what it is about, and what it leaves behind."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from techmap_sync.checkout import checkout_of
from tests.app.run import Ended, Program
from tests.ci.checkout import git
from tests.simulators.github import GitHub

TRUNK = {"default_branch": "trunk"}


def about_a_pull_request(job: Program, home: str = "octo/maps") -> None:
    event(job, "pull_request", "refs/pull/1/merge", {"number": 1, "head": {"repo": {"full_name": home}}})


def event(job: Program, name: str, ref: str, pull: dict[str, Any] | None = None) -> None:
    job.monkeypatch.setenv("GITHUB_EVENT_NAME", name)
    job.monkeypatch.setenv("GITHUB_REF", ref)
    told = {"repository": TRUNK} | ({"pull_request": pull} if pull else {})
    (job.folder / "event.json").write_text(json.dumps(told), encoding="utf-8")


def comments(github: GitHub) -> list[str]:
    return [comment.body for comment in github.repository.issues[1].conversation]


def pushed(job: Program, *flags: str) -> Ended:
    event(job, "push", "refs/heads/trunk")
    return job("ci", *flags)


def commit_all() -> None:
    """Commit what lies in the checkout: a CI writes nothing else."""
    git(Path.cwd(), "add", "--all")
    git(Path.cwd(), "commit", "--quiet", "--message", "Change the maps")
    checkout_of.cache_clear()
