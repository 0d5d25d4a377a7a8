"""The simulated GitLab keeps to what is documented, so that tests against it mean something."""

from __future__ import annotations

import gitlab
import pytest

from tests.simulators.gitlab import Simulator
from tests.simulators.gitlab.documented import check_answer
from tests.simulators.gitlab.exchange import Reply
from tests.simulators.gitlab.world import BOT, SARA


@pytest.fixture
def client(server: Simulator) -> gitlab.Gitlab:
    """python-gitlab as it comes, with its managers and objects."""
    return gitlab.Gitlab(server.url, private_token="glpat-secret", timeout=5)


def test_python_gitlabs_own_objects_work_against_it(server: Simulator, client: gitlab.Gitlab) -> None:
    project = client.projects.get("group/project")
    first, second = (project.issues.create({"title": title, "labels": ["a", "b"]}) for title in ("One", "Two"))
    first.links.create({"target_project_id": project.id, "target_issue_iid": second.iid, "link_type": "blocks"})
    second.time_estimate("90m")
    project.issues.update(first.iid, {"state_event": "close", "add_labels": ["c"], "remove_labels": ["a"]})
    assert [(row.iid, row.link_type) for row in second.links.list(get_all=True)] == [(1, "is_blocked_by")]
    assert (server.world.issues[1].state, server.world.issues[1].labels) == ("closed", ["b", "c"])
    assert server.world.issues[2].seconds_estimated == 5400


@pytest.mark.parametrize("options", [{}, {"pagination": "keyset", "order_by": "created_at", "sort": "asc"}])
def test_both_kinds_of_pages_bring_every_issue_once(
    server: Simulator, client: gitlab.Gitlab, options: dict[str, str]
) -> None:
    for number in range(45):
        server.world.add_issue(f"Task {number}", SARA)
    issues = client.projects.get("42", lazy=True).issues
    listed = issues.list(iterator=True, per_page=20, **options)
    assert sorted(issue.iid for issue in listed) == list(range(1, 46))


@pytest.mark.parametrize(
    ("verb", "path", "data"),
    [
        ("get", "/projects/42/boards", None),
        ("delete", "/projects/42/boards/1", None),
        ("get", "/projects/42/issues?weather=fine", None),
        ("post", "/projects/42/issues", {"title": "x", "mood": "good"}),
    ],
)
def test_what_it_was_not_taught_is_not_simulated(
    client: gitlab.Gitlab, verb: str, path: str, data: dict[str, str] | None
) -> None:
    with pytest.raises(gitlab.GitlabHttpError) as caught:
        client.http_request(verb, path, post_data=data)
    assert caught.value.response_code == 501


def test_a_moved_project_leads_readers_on_and_refuses_writers(server: Simulator, client: gitlab.Gitlab) -> None:
    server.world.old_path = "old/place"
    assert client.projects.get("old/place").path_with_namespace == "group/project"
    with pytest.raises(gitlab.GitlabHttpError) as caught:
        client.http_post("/projects/old%2Fplace/issues", post_data={"title": "x"})
    assert caught.value.response_code == 405


def test_limits_are_counted_by_the_minute_of_the_clock(server: Simulator, client: gitlab.Gitlab) -> None:
    server.world.creations_per_minute = 2
    issues = client.projects.get("42", lazy=True).issues
    for _ in range(2):
        issues.create({"title": "x"})
    with pytest.raises(gitlab.GitlabError) as caught:
        issues.create({"title": "x"}, obey_rate_limit=False)
    assert caught.value.response_code == 429
    server.world.clock.pass_minutes(1)
    issues.create({"title": "x"})
    assert (len(server.world.issues), server.limits.refused) == (3, 1)


def test_an_answer_that_is_not_as_documented_is_noticed() -> None:
    row = {"id": 1, "name": "x", "color": 5, "text_color": "#FFFFFF"}
    assert check_answer("POST", "/projects/42/labels", Reply(201, row)) == [
        "POST /projects/42/labels: answer.color is 5",
        "POST /projects/42/labels: answer lacks description",
    ]
    assert check_answer("GET", "/projects/42/boards", Reply(200, [])) != []
    assert "answer has mood" in check_answer("POST", "/projects/42/milestones", Reply(201, {"mood": "good"}))[0]


def test_free_and_premium_differ_as_documented(server: Simulator, client: gitlab.Gitlab) -> None:
    issue = server.world.add_issue("Task", BOT)
    project = client.projects.get("42")
    assert "approvals_before_merge" in project.attributes
    assert "weight" in project.issues.get(issue.iid).attributes
    server.world.premium = False
    project = client.projects.get("42")
    assert "approvals_before_merge" not in project.attributes
    assert "weight" not in project.issues.get(issue.iid).attributes
