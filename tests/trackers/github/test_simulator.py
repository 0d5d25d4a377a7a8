"""The simulator is as strict as GitHub's documentation."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from tests.simulators.github import Account, GitHub
from tests.simulators.github.server import TOKEN


class Client:
    """Plain HTTP, without any library for GitHub."""

    def __init__(self, github: GitHub) -> None:
        self._url = github.base_url
        self._session = requests.Session()

    def __call__(self, verb: str, path: str, body: Any = None, token: str = TOKEN, **headers: str) -> requests.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self._session.request(
            verb,
            f"{self._url}/repos/octo/maps{path}",
            json=body,
            headers={"authorization": f"Bearer {token}", **named},
            allow_redirects=False,
            timeout=5,
        )


@pytest.fixture
def call(github: GitHub) -> Client:
    return Client(github)


@pytest.mark.parametrize(
    ("verb", "path"),
    [
        ("PUT", "/issues/1/labels"),
        ("DELETE", "/issues/1"),
        ("PATCH", "/issues/1/sub_issues"),
        ("POST", "/issues/1/blocked_by"),
        ("GET", "/issues/1/nothing"),
    ],
)
def test_what_is_not_played_is_answered_with_501(github: GitHub, call: Client, verb: str, path: str) -> None:
    github.add_issue("Task")
    assert call(verb, path, {}).status_code == 501


def test_thirty_rows_make_a_page_unless_more_are_asked_for(github: GitHub, call: Client) -> None:
    for number in range(120):
        github.add_issue(f"Task {number}")
    first = call("GET", "/issues")
    assert len(first.json()) == 30
    assert first.json()[0]["number"] == 120
    assert first.links["last"]["url"].endswith("page=4")
    assert len(call("GET", "/issues?per_page=500").json()) == 100
    last = call("GET", "/issues?per_page=100&page=2")
    assert (len(last.json()), set(last.links)) == (20, {"prev", "first"})


def test_only_open_issues_are_listed_unless_others_are_asked_for(github: GitHub, call: Client) -> None:
    github.add_issue("Task").state = "closed"
    assert call("GET", "/issues").json() == []
    assert len(call("GET", "/issues?state=all").json()) == 1


def test_an_unchanged_answer_is_not_sent_again(github: GitHub, call: Client) -> None:
    github.add_issue("Task")
    tag = call("GET", "/issues/1").headers["etag"]
    assert call("GET", "/issues/1", if_none_match=tag).status_code == 304
    github.repository.issues[1].title = "New"
    assert call("GET", "/issues/1", if_none_match=tag).status_code == 200


def test_a_reason_counts_only_when_the_state_changes(github: GitHub, call: Client) -> None:
    github.add_issue("Task")
    assert call("PATCH", "/issues/1", {"state_reason": "not_planned"}).json()["state_reason"] is None
    closed = call("PATCH", "/issues/1", {"state": "closed", "state_reason": "not_planned"}).json()
    again = call("PATCH", "/issues/1", {"state": "closed", "state_reason": "completed"}).json()
    assert closed["state_reason"] == again["state_reason"] == "not_planned"


def test_labels_of_an_update_replace_the_set(github: GitHub, call: Client) -> None:
    github.add_issue("Task", "a", "b")
    assert [label["name"] for label in call("PATCH", "/issues/1", {"labels": ["c"]}).json()["labels"]] == ["c"]


def test_without_rights_labels_are_dropped_silently(github: GitHub, call: Client) -> None:
    github.accounts["reader"] = Account("reader", "NONE", may_label=False)
    created = call("POST", "/issues", {"title": "Task", "labels": ["a"], "assignees": ["sara"]}, token="reader")
    assert created.status_code == 201
    assert (created.json()["labels"], created.json()["assignees"]) == ([], [])


def test_sub_issues_form_no_ring_and_have_one_parent(github: GitHub, call: Client) -> None:
    first, second, third = (github.add_issue(f"Task {number}") for number in range(3))
    assert call("POST", "/issues/1/sub_issues", {"sub_issue_id": second.id}).status_code == 201
    assert call("POST", "/issues/2/sub_issues", {"sub_issue_id": first.id}).status_code == 422
    assert call("POST", "/issues/3/sub_issues", {"sub_issue_id": second.id}).status_code == 422
    assert call("POST", "/issues/1/sub_issues", {"sub_issue_id": third.number}).status_code == 404


def test_a_renamed_repository_sends_readers_and_writers_on(github: GitHub, call: Client) -> None:
    github.repository.rename("octo/atlas")
    read, write = call("GET", "/issues"), call("POST", "/issues", {"title": "Task"})
    assert (read.status_code, write.status_code) == (301, 307)
    assert read.headers["location"] == write.headers["location"] == f"{github.base_url}/repositories/4711/issues"
    assert github.repository.issues == {}


def test_a_bad_token_is_told_so(call: Client) -> None:
    assert call("GET", "/issues", token="ghp_wrong").status_code == 401
