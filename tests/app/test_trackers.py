"""The same map on every tracker: the same plan, the same tickets, and a second push that writes nothing."""

from __future__ import annotations

import pytest

from tests.app.run import CORPUS, Program, on_github, on_gitlab
from tests.planning.maps import plan_of, read_file
from tests.simulators.github import GitHub
from tests.simulators.gitlab import Simulator as GitLab

MAP = CORPUS / "09-webhook-ingestion.md"
TICKETS = 1 + len(plan_of(read_file(MAP)).tasks)


def test_github_holds_the_map_and_a_second_push_writes_nothing(program: Program, github: GitHub) -> None:
    pushed = program("push", MAP, *on_github(github), "--format", "json").json
    assert len({outcome["ticket"] for outcome in pushed["outcomes"]}) == pushed["counts"]["create"] == TICKETS
    writes = len(github.writes)
    ended = program("push", MAP, *on_github(github))
    assert ended.code == 0, ended.err
    assert "Plan: no changes." in ended.out
    assert len(github.writes) == writes


def test_gitlab_holds_the_map_and_a_second_push_writes_nothing(program: Program, gitlab: GitLab) -> None:
    assert program("push", MAP, *on_gitlab(gitlab)).code == 0
    writes = len(gitlab.writes)
    ended = program("push", MAP, *on_gitlab(gitlab))
    assert ended.code == 0, ended.err
    assert "Plan: no changes." in ended.out
    assert len(gitlab.writes) == writes


def test_in_github_actions_the_target_is_the_repository_itself(
    program: Program, github: GitHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_REPOSITORY", github.repository.full_name)
    monkeypatch.setenv("GITHUB_API_URL", github.base_url)
    assert program("plan", MAP, "--format", "json").json["tracker"] == f"github:{github.repository.full_name}"


def test_status_counts_the_same_on_every_tracker_and_leads_to_the_tickets(
    program: Program, github: GitHub, gitlab: GitLab
) -> None:
    told = []
    for to in (on_github(github), on_gitlab(gitlab), ["--to", "backlog:./backlog"]):
        assert program("push", MAP, *to).code == 0
        writes, requests = len(github.writes) + len(gitlab.writes), len(github.requests)
        document = program("status", MAP, *to, "--format", "json").json
        assert len(github.writes) + len(gitlab.writes) == writes
        assert len(github.requests) - requests <= 4, "a listing, and no request per ticket"
        (each,) = document["maps"]
        told.append((document["counts"], each["phases"], {(e["task"], e["waits_for"]) for e in each["edges"]}))
        if not to[1].startswith("backlog:"):
            page = program("status", MAP, *to, "--format", "html").out
            assert all(f'href="{task["url"]}" aria-label' in page for task in each["tasks"])
    assert told[0] == told[1] == told[2]
    assert told[0][0]["blocked"]
