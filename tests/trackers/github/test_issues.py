"""What is read from GitHub, in how many requests, and what is taken for the truth."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from techmap_sync.errors import TrackerError, UsageProblem
from techmap_sync.sync.tracker import Draft, Edge, EdgeKind, Ends, Patch, Standing
from techmap_sync.trackers.github.issues import creations, parent_of
from techmap_sync.trackers.github.tracker import GitHubTracker, connect
from tests.simulators.github import Account, GitHub

LABEL = "techmap"


def draft(title: str = "Create TokenService", *labels: str) -> Draft:
    return Draft(title, "Purpose", frozenset({LABEL, *labels}))


@pytest.mark.parametrize("count", [0, 1, 100, 101, 250])
def test_a_snapshot_takes_a_request_per_hundred_issues_and_at_most_three_others(github: GitHub, count: int) -> None:
    for number in range(count):
        github.add_issue(f"Task {number}", LABEL, author=Account("octo"))
    tracker = connect(github.connection())
    snapshot = tracker.snapshot(LABEL)
    _ = tracker.capabilities
    assert [ticket.title for ticket in snapshot.tickets] == [f"Task {number}" for number in range(count)]
    assert len(github.lists) <= max(-(-count // 100), 1) + (count == 0)
    assert len(github.requests) - max(-(-count // 100), 1) <= 3
    assert not github.writes


def test_rows_are_read_as_they_are_without_a_request_for_each(github: GitHub, issues: GitHubTracker) -> None:
    parent, child = (issues.create(draft(title)).number for title in ("Parent", "Child"))
    issues.link(Edge(EdgeKind.CHILD_OF, child, parent))
    github.forget()
    found = issues.snapshot(LABEL).by_number()
    assert len(github.requests) == 1
    assert (found[child].parent, found[parent].parent) == (parent, None)


def test_pull_requests_are_no_tickets(github: GitHub, issues: GitHubTracker) -> None:
    pull = github.add_issue("A pull request", LABEL)
    pull.is_pull_request = True
    issue = github.add_issue("An issue", LABEL)
    assert list(issues.snapshot(LABEL).by_number()) == [str(issue.number)]
    assert issues.get(str(pull.number)) is None


def test_blockers_are_unknown_in_a_list_unless_the_row_says_there_are_none(issues: GitHubTracker) -> None:
    free, waiting = (issues.create(draft(title)).number for title in ("Free", "Waiting"))
    issues.link(Edge(EdgeKind.BLOCKED_BY, waiting, free))
    found = issues.snapshot(LABEL).by_number()
    assert (found[free].blocked_by, found[waiting].blocked_by) == (frozenset(), None)


def test_one_ticket_is_one_request(github: GitHub, issues: GitHubTracker) -> None:
    free, waiting = (issues.create(draft(title)).number for title in ("Free", "Waiting"))
    issues.link(Edge(EdgeKind.BLOCKED_BY, waiting, free))
    issues.update(waiting, Patch(body="Known"))
    github.forget()
    ticket = issues.get(waiting)
    assert ticket
    assert ticket.blocked_by is None, "its row tells that there are blockers, not which"
    assert issues.ends([waiting])[waiting].blocked_by == frozenset({free})
    assert [request.path.rpartition("/issues/")[2] for request in github.requests] == [
        waiting,
        f"{waiting}/dependencies/blocked_by",
    ]


def test_the_edges_of_250_tickets_are_three_queries(github: GitHub, issues: GitHubTracker) -> None:
    numbers = [str(github.add_issue(f"Part {n}", LABEL).number) for n in range(250)]
    for number, before in zip(numbers[1:], numbers, strict=False):
        github.repository.issues[int(number)].blocked_by.append(int(before))
        github.repository.issues[int(number)].parent = int(numbers[0])
    found = issues.ends(numbers)
    assert found == {
        number: Ends(numbers[0] if before else None, frozenset(before))
        for number, before in zip(numbers, ([], *([n] for n in numbers)), strict=False)
    }
    assert [request.path for request in github.requests] == ["/graphql"] * 3


def test_edges_that_no_query_tells_are_read_one_by_one(github: GitHub, issues: GitHubTracker) -> None:
    first, *others = (github.add_issue(f"Part {n}", LABEL).number for n in range(60))
    github.repository.issues[first].blocked_by = others
    assert issues.ends([str(first), str(others[0])])[str(first)].blocked_by == set(map(str, others)), "more than fit"
    github.missing = frozenset({"nothing of this kind"})
    assert issues.ends([str(first), str(others[0])])[str(first)].blocked_by == set(map(str, others)), "no such field"


@pytest.mark.parametrize(
    ("author", "standing"),
    [
        (Account("octo", "OWNER"), Standing.SELF),
        (Account("octo", "NONE"), Standing.SELF),
        (Account("ann", "OWNER"), Standing.MEMBER),
        (Account("ann", "MEMBER"), Standing.MEMBER),
        (Account("ann", "COLLABORATOR"), Standing.MEMBER),
        (Account("ann", "CONTRIBUTOR"), Standing.STRANGER),
        (Account("ann", "FIRST_TIMER"), Standing.STRANGER),
        (Account("ann", "NONE"), Standing.STRANGER),
    ],
    ids=str,
)
def test_standing_is_what_the_author_is_to_the_repository(
    github: GitHub, issues: GitHubTracker, author: Account, standing: Standing
) -> None:
    github.add_issue("Task", LABEL, author=author)
    (ticket,) = issues.snapshot(LABEL).tickets
    assert (ticket.author, ticket.standing) == (author.login, standing)


def test_own_tickets_are_those_our_account_created_with_or_without_labels(
    github: GitHub, issues: GitHubTracker
) -> None:
    github.add_issue("Somebody's", LABEL)
    ours = issues.create(draft())
    bare = issues.create(Draft("Without labels", ""))
    assert list(issues.own_tickets().by_number()) == [ours.number, bare.number]


@pytest.mark.parametrize("gone", ["deleted", "/repos/octo/elsewhere/issues/7"])
def test_an_issue_that_was_deleted_or_transferred_is_gone(github: GitHub, issues: GitHubTracker, gone: str) -> None:
    ticket = issues.create(draft())
    github.repository.issues[int(ticket.number)].gone = gone
    assert issues.get(ticket.number) is None


def test_a_repository_that_cannot_be_seen_does_not_make_its_issues_gone(github: GitHub) -> None:
    tracker = connect(github.connection(target="octo/hidden"))
    with pytest.raises(TrackerError, match=r"not found in octo/hidden"):
        tracker.get("1")


def test_issues_that_are_disabled_do_not_make_an_issue_gone(github: GitHub, issues: GitHubTracker) -> None:
    ticket = issues.create(draft())
    github.repository.has_issues = False
    with pytest.raises(TrackerError, match="issues are disabled"):
        issues.get(ticket.number)


def test_a_label_is_told_in_our_spelling(github: GitHub) -> None:
    github.repository.label("TechMap")
    tracker = connect(github.connection())
    created = tracker.create(draft("Task", "Priority:High"))
    assert created.labels == {LABEL, "Priority:High"}
    (listed,) = connect(github.connection()).snapshot(LABEL).tickets
    assert LABEL in listed.labels


def test_a_label_with_a_comma_cannot_be_listed_by(issues: GitHubTracker) -> None:
    with pytest.raises(TrackerError, match="the label a,b"):
        issues.snapshot("a,b")


@pytest.mark.parametrize(
    "target", ["", "maps", "octo/maps/issues", "octo/..%2f", "https://github.com/octo/maps", "a b/c"]
)
def test_a_target_is_an_owner_and_a_name(github: GitHub, target: str) -> None:
    with pytest.raises(UsageProblem):
        connect(github.connection(target=target))


def test_a_renamed_repository_is_listed_with_all_filters(github: GitHub, issues: GitHubTracker) -> None:
    closed = issues.create(draft())
    github.repository.issues[int(closed.number)].state = "closed"
    github.add_issue("Unlabelled")
    github.repository.rename("octo/atlas")
    for tracker in (issues, connect(github.connection(target="octo/maps"))):
        assert list(tracker.snapshot(LABEL).by_number()) == [closed.number]


def test_the_name_stays_the_one_that_was_asked_for(github: GitHub) -> None:
    github.repository.rename("octo/atlas")
    tracker = connect(github.connection(target="octo/maps"))
    tracker.snapshot(LABEL)
    assert tracker.name == "github:octo/maps"


def test_edges_to_other_repositories_are_not_taken_for_ours(github: GitHub) -> None:
    row = github.world.rows.issue(github.add_issue("Task", LABEL))
    elsewhere = f"{github.base_url}/repos/other/place/issues/7"
    assert parent_of({**row, "parent_issue_url": elsewhere}) == "other/place#7"
    assert parent_of({**row, "parent_issue_url": f"{github.base_url}/repos/Octo/Maps/issues/7"}) == "7"


@pytest.mark.parametrize(
    ("maps", "late"),
    [
        ([12], [0] * 12),
        ([12, 0, 0], [0] * 3 + [2] * 9),
        ([5, 5, 5, 5], [2] * 5 + [3] * 15),
        ([9, 9, 9], [1] * 9 + [2] * 18),
        ([25, 9], [0] * 16 + [1] * 18),
        ([0, 0], []),
    ],
)
def test_dependencies_count_from_when_the_last_request_for_them_can_have_been_sent(
    maps: list[int], late: list[int]
) -> None:
    """Those that fill no request of ten wait for the next maps: the pace of the next run hangs on it."""
    begun = datetime(2026, 11, 27, tzinfo=UTC)
    rows = []
    for place, links in enumerate(maps):
        time = (begun + timedelta(minutes=place)).isoformat()
        parent = {"parent_issue_url": f"https://api.github.com/repos/octo/maps/issues/{place + 1}"}
        summary = {"issue_dependencies_summary": {"total_blocked_by": links}}
        rows.append({"number": 10 + place, "created_at": time, "user": {"login": "bot"}, **parent, **summary})
    times = creations(rows, "bot")[len(maps) :]
    assert [(time - begun).total_seconds() / 60 for time in times] == late
