"""What is written to GitHub, by which calls, and what their answers must say."""

from __future__ import annotations

import pytest

from techmap_sync.errors import NotAllowed, NotSupported, TrackerError
from techmap_sync.sync.tracker import CloseReason, Draft, Edge, EdgeKind, Patch, State
from techmap_sync.trackers.connection import Secret
from techmap_sync.trackers.github.tracker import GitHubTracker, connect
from tests.simulators.github import Account, GitHub
from tests.simulators.github.server import TOKEN

LABEL = "techmap"
OURS = Draft("Create TokenService", "Purpose", frozenset({LABEL}))


def numbers(tracker: GitHubTracker, count: int) -> list[str]:
    return [tracker.create(OURS).number for _ in range(count)]


def calls(github: GitHub) -> list[str]:
    """The writes since the last look, in short."""
    found = [f"{request.verb} {request.path.removeprefix('/repos/octo/maps')}" for request in github.writes]
    github.forget()
    return found


def test_missing_labels_are_created_once_with_colour_and_description(github: GitHub) -> None:
    github.repository.label("there")
    tracker = connect(github.connection(label_colors={LABEL: "0e8a16"}))
    tracker.create(Draft("Task", "", frozenset({LABEL, "There", "phase:build"})))
    assert calls(github) == ["POST /labels", "POST /labels", "POST /issues"]
    tracker.create(Draft("Task", "", frozenset({LABEL, "phase:build"})))
    assert calls(github) == ["POST /issues"]
    created = github.repository.labels[LABEL]
    assert (created.color, created.description) == ("0e8a16", "Set by techmap-sync from a technical map")
    assert github.repository.labels["phase:build"].color == "ededed"


def test_a_label_that_somebody_else_created_meanwhile_is_no_error(github: GitHub, issues: GitHubTracker) -> None:
    issues.create(Draft("Task", "", frozenset({"first"})))
    github.repository.label(LABEL)
    assert issues.create(OURS).labels == {LABEL}


def test_a_label_that_is_too_long_is_refused_before_anything_is_written(github: GitHub, issues: GitHubTracker) -> None:
    with pytest.raises(TrackerError, match="longer than 50 characters"):
        issues.create(Draft("Task", "", frozenset({"x" * 51})))
    assert not github.writes


def test_labels_that_are_dropped_silently_stop_the_run(github: GitHub) -> None:
    github.accounts["ghs_reader"] = Account("reader[bot]", "NONE", is_installation=True, may_label=False)
    github.repository.label(LABEL)
    tracker = connect(github.connection(token=Secret("ghs_reader")))
    with pytest.raises(TrackerError, match=r"issue 1 .*dropped its labels: techmap") as caught:
        tracker.create(OURS)
    assert "Triage or Write" in caught.value.hint
    number = str(github.add_issue("Task").number)
    with pytest.raises(TrackerError, match="dropped its labels"):
        tracker.add_labels(number, {LABEL})


def test_an_account_that_may_not_label_is_refused_before_anything_is_written(github: GitHub) -> None:
    github.accounts["reader"] = Account("reader", "NONE", may_label=False)
    github.repository.label(LABEL)
    with pytest.raises(NotAllowed, match="may not set labels") as caught:
        connect(github.connection(token=Secret("reader"))).create(OURS)
    assert "Triage or Write" in caught.value.hint
    assert not github.writes


def test_what_a_repository_tells_an_installation_of_its_rights_is_not_believed(github: GitHub) -> None:
    github.accounts["ghs_app"] = Account("app[bot]", "NONE", is_installation=True)
    tracker = connect(github.connection(token=Secret("ghs_app")))
    assert tracker.create(OURS).labels == {LABEL}
    assert all(finding.ok for finding in tracker.examine())


def test_labels_are_added_and_removed_by_calls_that_leave_the_others(github: GitHub, issues: GitHubTracker) -> None:
    (number,) = numbers(issues, 1)
    issue = github.repository.issues[1]
    issue.labels.append(github.repository.label("by hand").name)
    calls(github)
    issues.add_labels(number, {"phase:build"})
    issues.remove_labels(number, {LABEL, "not there"})
    assert calls(github) == [
        "POST /labels",
        "POST /issues/1/labels",
        "DELETE /issues/1/labels/not%20there",
        "DELETE /issues/1/labels/techmap",
    ]
    assert issue.labels == ["by hand", "phase:build"]


@pytest.mark.parametrize("label", ["a/b", "a?b", "a#b", "a%2Fb", "数据", "a & b"])
def test_a_label_is_removed_whatever_its_name_holds(github: GitHub, issues: GitHubTracker, label: str) -> None:
    number = issues.create(Draft("Task", "", frozenset({label, LABEL}))).number
    issues.remove_labels(number, {label})
    assert github.repository.issues[1].labels == [LABEL]


def test_an_update_sends_only_what_the_patch_names(github: GitHub, issues: GitHubTracker) -> None:
    (number,) = numbers(issues, 1)
    github.forget()
    issues.update(number, Patch(body="New"))
    issues.update(number, Patch(state=State.CLOSED, reason=CloseReason.NOT_PLANNED))
    issues.update(number, Patch(state=State.OPEN))
    assert [request.body for request in github.writes] == [
        {"body": "New"},
        {"state": "closed", "state_reason": "not_planned"},
        {"state": "open"},
    ]


def test_a_patch_of_nothing_writes_nothing(github: GitHub, issues: GitHubTracker) -> None:
    (number,) = numbers(issues, 1)
    github.forget()
    issues.update(number, Patch())
    assert not github.writes


def test_an_issue_is_closed_as_a_duplicate(issues: GitHubTracker) -> None:
    (number,) = numbers(issues, 1)
    assert (
        issues.update(number, Patch(state=State.CLOSED, reason=CloseReason.DUPLICATE)).reason is CloseReason.DUPLICATE
    )


def test_an_issue_that_is_closed_as_a_duplicate_names_the_original(github: GitHub, issues: GitHubTracker) -> None:
    original, copy = numbers(issues, 2)
    closed = issues.update(copy, Patch(state=State.CLOSED, reason=CloseReason.DUPLICATE, duplicate_of=original))
    assert closed.reason is CloseReason.DUPLICATE
    assert github.repository.issues[int(copy)].duplicate_of == int(original)


@pytest.mark.parametrize("original", ["4711", "itself"])
def test_an_original_that_the_server_does_not_take_leaves_the_copy_closed(
    github: GitHub, issues: GitHubTracker, original: str
) -> None:
    (copy,) = numbers(issues, 1)
    named = copy if original == "itself" else original
    patch = Patch(body="Copy", state=State.CLOSED, reason=CloseReason.DUPLICATE, duplicate_of=named)
    assert issues.update(copy, patch).reason is CloseReason.DUPLICATE
    assert github.repository.issues[int(copy)].duplicate_of is None


def test_a_milestone_is_found_by_its_title_or_created(github: GitHub, issues: GitHubTracker) -> None:
    first, second = (issues.create(Draft("Task", "", milestone="v1")) for _ in range(2))
    assert calls(github) == ["POST /milestones", "POST /issues", "POST /issues"]
    assert first.milestone == second.milestone == "v1"
    assert connect(github.connection()).update(first.number, Patch(milestone="v1")).milestone == "v1"
    assert calls(github) == ["PATCH /issues/1"]


def test_texts_beyond_the_limits_are_refused_with_the_servers_reason(issues: GitHubTracker) -> None:
    with pytest.raises(TrackerError, match="title is too long"):
        issues.create(Draft("x" * 257, ""))
    with pytest.raises(TrackerError, match="body is too long"):
        issues.create(Draft("x", "x" * 65_537))
    with pytest.raises(TrackerError, match="assignees invalid"):
        issues.create(Draft("x", "", assignees=("nobody",)))


def test_an_answer_that_holds_another_text_is_an_error(github: GitHub, issues: GitHubTracker) -> None:
    (number,) = numbers(issues, 1)
    github.world.footer = "-- added by a proxy"
    with pytest.raises(TrackerError, match=r"issue 1 .* body"):
        issues.update(number, Patch(title="New", body="New"))


def test_a_sub_issue_is_named_by_its_id_in_one_write(github: GitHub, issues: GitHubTracker) -> None:
    parent, child = numbers(issues, 2)
    github.forget()
    issues.link(Edge(EdgeKind.CHILD_OF, child, parent))
    (request,) = github.requests
    assert request.path == "/repos/octo/maps/issues/1/sub_issues"
    assert request.body == {"sub_issue_id": github.repository.issues[2].id}


def test_a_dependency_is_named_by_its_id_in_one_write(github: GitHub, issues: GitHubTracker) -> None:
    free, waiting = numbers(issues, 2)
    github.forget()
    issues.link(Edge(EdgeKind.BLOCKED_BY, waiting, free))
    (request,) = github.requests
    assert request.path == "/repos/octo/maps/issues/2/dependencies/blocked_by"
    assert request.body == {"issue_id": github.repository.issues[1].id}


@pytest.mark.parametrize("kind", EdgeKind)
def test_a_repeated_edge_is_refused_looked_at_and_taken_for_done(
    github: GitHub, issues: GitHubTracker, kind: EdgeKind
) -> None:
    target, source = numbers(issues, 2)
    edge = Edge(kind, source, target)
    issues.link(edge)
    github.forget()
    issues.link(edge)
    assert [answer.status for answer in github.answers] == [422, 200]
    issues.unlink(edge)
    github.forget()
    issues.unlink(edge)
    assert [answer.status for answer in github.answers] == [404, 200]


def test_a_child_that_people_moved_elsewhere_stays_there(github: GitHub, issues: GitHubTracker) -> None:
    parent, other, child = numbers(issues, 3)
    github.repository.issues[3].parent = int(other)
    with pytest.raises(TrackerError, match="issue 3 is a sub-issue of 2"):
        issues.link(Edge(EdgeKind.CHILD_OF, child, parent))
    assert github.repository.issues[3].parent == int(other)


def test_a_parent_has_room_for_a_hundred_children_closed_ones_included(github: GitHub, issues: GitHubTracker) -> None:
    parent, child = numbers(issues, 2)
    for count in range(100):
        issue = github.add_issue(f"Child {count}")
        issue.parent, issue.state = int(parent), "closed"
    assert issues.capabilities.children == 100
    with pytest.raises(NotSupported, match="has 100 sub-issues"):
        issues.link(Edge(EdgeKind.CHILD_OF, child, parent))


def test_a_pull_request_blocks_nothing(github: GitHub, issues: GitHubTracker) -> None:
    (number,) = numbers(issues, 1)
    pull = github.add_issue("A pull request")
    pull.is_pull_request = True
    with pytest.raises(TrackerError, match="there is no issue 2"):
        issues.link(Edge(EdgeKind.BLOCKED_BY, number, str(pull.number)))


def test_a_repository_renamed_in_the_middle_of_a_run_is_written_to_once_under_its_new_name(
    github: GitHub, issues: GitHubTracker
) -> None:
    numbers(issues, 1)
    github.repository.rename("octo/atlas")
    github.forget()
    issues.create(OURS)
    issues.create(OURS)
    assert len(github.repository.issues) == 3
    assert [request.path for request in github.writes] == [
        "/repos/octo/maps/issues",
        "/repos/octo/atlas/issues",
        "/repos/octo/atlas/issues",
    ]


def test_no_requests_but_these_are_ever_sent_with_a_token_in_their_address(
    github: GitHub, issues: GitHubTracker
) -> None:
    numbers(issues, 1)
    assert all(TOKEN not in f"{request.path} {request.query} {request.text}" for request in github.requests)
