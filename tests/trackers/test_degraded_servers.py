"""Servers that lack edges, over HTTP: the plan says so, the texts stand for them, and a later release links them."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import pairwise

import pytest

from techmap_sync.planning.task import TaskPlan
from techmap_sync.sync.change_set import Status
from techmap_sync.sync.changes import Action
from techmap_sync.sync.tracker import Tracker
from techmap_sync.trackers.github.tracker import connect as connect_github
from techmap_sync.trackers.gitlab.tracker import connect as connect_gitlab
from tests.simulators.github import GitHub, running
from tests.simulators.gitlab import Simulator
from tests.simulators.gitlab.world import SARA
from tests.sync.build import POLICY, plan, task
from tests.sync.drive import planned, push
from tests.sync.test_fallback import waiting

OLD = frozenset({"sub_issue", "dependencies"})
MANY = replace(POLICY, allowed=frozenset({"creates"}))
MAP = plan(task("Store"), waiting("Service", "Store"))


def told(tracker: Tracker, wanted: TaskPlan = MAP) -> list[str]:
    return [change.reason for change in planned(tracker, wanted).changes if change.action is Action.SKIP]


def test_an_enterprise_server_without_edges_gets_texts_and_its_next_release_links() -> None:
    with running(GitHub(enterprise="3.18.0", missing=OLD)) as github:
        children, blockers = told(connect_github(github.connection()))
        assert "sub-issues" in children
        assert "blocked by" in blockers
        push(connect_github(github.connection()), MAP)
        tracking, _, service = github.repository.issues.values()
        assert "- [ ] #2 Create Store\n- [ ] #3 Create Service" in (tracking.body or "")
        assert "- #2 Create Store" in (service.body or "")
        github.forget()
        push(connect_github(github.connection()), MAP)
        assert not github.writes
        github.missing, github.enterprise = frozenset(), "3.20.0"
        push(connect_github(github.connection()), MAP)
        assert [issue.parent for issue in github.repository.issues.values()] == [None, 1, 1]
        assert service.blocked_by == [2]
        assert "### Waits for" not in (service.body or "")
        assert not told(connect_github(github.connection()))


def test_the_hundred_and_first_sub_issue_stands_in_the_task_list() -> None:
    wanted = plan(*(task(f"Part{number:03}") for number in range(102)))
    with running(GitHub()) as github:
        (note,) = told(connect_github(github.connection()), wanted)
        assert "2 of its tickets" in note
        assert "100 sub-issues" in note
        push(connect_github(github.connection()), wanted, MANY)
        children = [issue.number for issue in github.repository.issues.values() if issue.parent == 1]
        assert len(children) == 100
        assert "### Tickets\n\n- [ ] #102 Create Part100\n- [ ] #103 Create Part101\n" in (
            github.repository.issues[1].body or ""
        )
        github.forget()
        push(connect_github(github.connection()), wanted)
        assert not github.writes
        assert not told(connect_github(github.connection()), wanted), "it was said when it was written"


def test_gitlab_free_links_as_related_and_says_in_the_text_who_waits() -> None:
    with Simulator.running() as server:
        server.world.premium = False
        (note,) = told(connect_gitlab(server.connection()))
        assert "related" in note
        assert "blocked by" in note
        push(connect_gitlab(server.connection()), MAP)
        tickets = connect_gitlab(server.connection()).snapshot("techmap").by_number()
        assert "- #2 Create Store" in tickets["3"].body
        assert {link.type for link in server.world.links.values()} == {"relates_to"}
        assert not told(connect_gitlab(server.connection())), "it was said when it was written"
        writes = len(server.writes)
        push(connect_gitlab(server.connection()), MAP)
        assert len(server.writes) == writes
        assert server.undocumented == []


def test_gitlab_premium_says_it_by_links_alone() -> None:
    with Simulator.running() as server:
        push(connect_gitlab(server.connection()), MAP)
        assert "### Waits for" not in connect_gitlab(server.connection()).snapshot("techmap").by_number()["3"].body
        assert not told(connect_gitlab(server.connection()))


def test_sixty_blockers_on_github_are_fifty_links_and_ten_lines() -> None:
    names = [f"Part{number:02}" for number in range(60)]
    wanted = plan(task("Base"), *(waiting(name, "Base") for name in names), waiting("Hub", *names))
    with running(GitHub()) as github:
        assert len(told(connect_github(github.connection()), wanted)) == 1
        outcomes = push(connect_github(github.connection()), wanted, MANY)
        assert {outcome.status for outcome in outcomes} == {Status.APPLIED}
        issues = github.repository.issues
        hub = next(issue for issue in issues.values() if issue.title == "Create Hub")
        base = next(issue for issue in issues.values() if issue.title == "Create Base")
        awaiting = [issue for issue in issues.values() if base.number in issue.blocked_by]
        stated = [issue for issue in issues.values() if f"- #{base.number} Create Base" in (issue.body or "")]
        assert (len(hub.blocked_by), (hub.body or "").count("- #")) == (50, 10)
        assert (len(awaiting), len(stated)) == (50, 10)
        github.forget()
        assert not planned(connect_github(github.connection()), wanted).changes, "nothing is said twice"
        push(connect_github(github.connection()), wanted)
        assert not github.writes


@pytest.mark.parametrize("premium", [True, False])
def test_a_hundred_and_thirty_tasks_on_gitlab(premium: bool) -> None:
    names = [f"Part{number:03}" for number in range(128)]
    wanted = plan(task("Base"), *(waiting(name, "Base") for name in names), waiting("Last", names[-1]))
    with Simulator.running() as server:
        server.world.premium, server.checks_answers = premium, False
        assert told(connect_gitlab(server.connection()), wanted)
        outcomes = push(connect_gitlab(server.connection()), wanted, MANY)
        assert {outcome.status for outcome in outcomes} == {Status.APPLIED}
        ends = Counter(end for link in server.world.links.values() for end in (link.source, link.target))
        assert max(ends.values()) == 100
        assert server.world.issues[1].description.count("\n- [ ] #") == 30
        stated = [one for one in server.world.issues.values() if "- #2 Create Base" in one.description]
        assert len(stated) == (128 - 99 if premium else 128)
        before = len(server.writes)
        assert not planned(connect_gitlab(server.connection()), wanted).changes, "nothing is said twice"
        push(connect_gitlab(server.connection()), wanted)
        assert len(server.writes) == before


def test_links_of_people_take_room_too_and_the_first_push_is_complete() -> None:
    wanted = plan(task("Base"), waiting("Next", "Base"))
    with Simulator.running() as server:
        push(connect_gitlab(server.connection()), plan(task("Base")))
        for _ in range(99):
            theirs = server.world.add_issue("Theirs", SARA)
            server.world.add_link(theirs.iid, 2)
        push(connect_gitlab(server.connection()), wanted)
        tickets = {issue.title: issue for issue in server.world.issues.values()}
        assert "- #2 Create Base" in tickets["Create Next"].description
        assert not planned(connect_gitlab(server.connection()), wanted).changes


def test_a_server_that_turns_out_to_have_no_edges_is_complete_after_one_push_and_says_so_once() -> None:
    with running(GitHub(missing=OLD)) as github:
        outcomes = push(connect_github(github.connection()), MAP)
        assert len({outcome.detail for outcome in outcomes if outcome.status is Status.SKIPPED}) <= 4
        tracking, _, service = github.repository.issues.values()
        assert "- [ ] #2 Create Store\n- [ ] #3 Create Service" in (tracking.body or "")
        assert "- #2 Create Store" in (service.body or "")
        github.forget()
        assert not planned(connect_github(github.connection()), MAP).changes
        push(connect_github(github.connection()), MAP)
        assert not github.writes


def test_gitlab_that_turns_out_to_be_free_is_complete_after_one_push() -> None:
    with Simulator.running(promises_premium=True) as server:
        server.world.premium = False
        push(connect_gitlab(server.connection()), MAP)
        tickets = connect_gitlab(server.connection()).snapshot("techmap").by_number()
        assert "- #2 Create Store" in tickets["3"].body


@pytest.mark.parametrize("way", ["promised in vain", "lapsed", "lapsed, and still promised", "bought"])
def test_a_tier_that_is_not_what_it_seems_or_changes_is_written_once(way: str) -> None:
    more = plan(*MAP.tasks, waiting("Web", "Service"))
    with Simulator.running(promises_premium=way == "promised in vain") as server:
        server.world.premium = way.startswith("lapsed")
        push(connect_gitlab(server.connection()), MAP)
        server.world.premium = way == "bought"
        server.world.promises_premium = "promised" in way
        if way != "promised in vain":
            push(connect_gitlab(server.connection()), MAP)
        for wanted in (MAP, more):
            push(connect_gitlab(server.connection()), wanted)
            before = len(server.writes)
            assert not planned(connect_gitlab(server.connection()), wanted).changes, "nothing is said twice"
            push(connect_gitlab(server.connection()), wanted)
            assert len(server.writes) == before
        texts = [issue.description.count("- #") for issue in server.world.issues.values()]
        assert sum(texts) == (0 if way == "bought" else 2), "what no link says, the texts say"


def test_a_tier_that_is_promised_in_vain_writes_nothing_at_the_second_push() -> None:
    with Simulator.running(promises_premium=True) as server:
        server.world.premium = False
        push(connect_gitlab(server.connection()), MAP)
        before = len(server.writes)
        push(connect_gitlab(server.connection()), MAP)
        assert len(server.writes) == before


def test_a_ninth_level_of_sub_issues_stands_in_the_task_list_and_is_said_once() -> None:
    with running(GitHub()) as github:
        push(connect_github(github.connection()), plan(task("Base")))
        above = [github.add_issue(f"Theirs {level}") for level in range(9)]
        for upper, lower in pairwise([*above, github.repository.issues[1]]):
            lower.parent = upper.number
        wanted = plan(task("Base"), task("Next"))
        outcomes = push(connect_github(github.connection()), wanted)
        assert Status.FAILED not in {outcome.status for outcome in outcomes}
        assert "Create Next" in (github.repository.issues[1].body or "")
        github.forget()
        assert not planned(connect_github(github.connection()), wanted).changes
        push(connect_github(github.connection()), wanted)
        assert not github.writes
