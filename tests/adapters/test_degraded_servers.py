"""Servers that lack edges, over HTTP: the plan says so, the texts stand for them, and a later release links them."""

from __future__ import annotations

from dataclasses import replace

from techmap_sync.adapters.github.tracker import connect as connect_github
from techmap_sync.adapters.gitlab.tracker import connect as connect_gitlab
from techmap_sync.planning.task import TaskPlan
from techmap_sync.syncing.changes import Action
from techmap_sync.syncing.tracker import Tracker
from tests.simulators.github import GitHub, running
from tests.simulators.gitlab import Simulator
from tests.syncing.build import POLICY, plan, task
from tests.syncing.drive import planned, push
from tests.syncing.test_as_text import waiting

OLD = frozenset({"sub_issue", "dependencies"})
MANY = replace(POLICY, allowed=frozenset({"creates"}))
MAP = plan(task("Store"), waiting("Service", "Store"))


def told(tracker: Tracker, wanted: TaskPlan = MAP) -> list[str]:
    return [change.reason for change in planned(tracker, wanted).changes if change.action is Action.SKIP]


def test_an_enterprise_server_without_edges_gets_texts_and_its_next_release_links() -> None:
    with running(GitHub(enterprise="3.18.0", missing=OLD)) as github:
        assert told(connect_github(github.connection())) == [
            "this server has no sub-issues: a task list in the tracking ticket stands for them",
            'this server has no "blocked by": each ticket\'s text says it instead',
        ]
        push(connect_github(github.connection()), MAP)
        tracking, _, service = github.repository.issues.values()
        assert "- [ ] #2 Create Store\n- [ ] #3 Create Service" in (tracking.body or "")
        assert "- Blocked by #2 Create Store" in (service.body or "")
        github.forget()
        push(connect_github(github.connection()), MAP)
        assert not github.writes
        github.missing, github.enterprise = frozenset(), "3.20.0"
        push(connect_github(github.connection()), MAP)
        assert [issue.parent for issue in github.repository.issues.values()] == [None, 1, 1]
        assert service.blocked_by == [2]
        assert "Blocked by" not in (service.body or "")
        assert not told(connect_github(github.connection()))


def test_the_hundred_and_first_sub_issue_stands_in_the_task_list() -> None:
    wanted = plan(*(task(f"Part{number:03}") for number in range(102)))
    with running(GitHub()) as github:
        push(connect_github(github.connection()), wanted, MANY)
        children = [issue.number for issue in github.repository.issues.values() if issue.parent == 1]
        assert len(children) == 100
        assert "### Tickets\n\n- [ ] #102 Create Part100\n- [ ] #103 Create Part101\n" in (
            github.repository.issues[1].body or ""
        )
        github.forget()
        push(connect_github(github.connection()), wanted)
        assert not github.writes
        assert told(connect_github(github.connection()), wanted) == [
            "the task list of the tracking ticket holds 2 of its tickets: it may have 100 sub-issues"
        ]


def test_gitlab_free_links_as_related_and_says_in_the_text_who_waits() -> None:
    with Simulator.running() as server:
        server.world.premium = False
        push(connect_gitlab(server.connection()), MAP)
        tickets = connect_gitlab(server.connection()).snapshot("techmap").by_number()
        assert "- Blocked by #2 Create Store" in tickets["3"].body
        assert {link.type for link in server.world.links.values()} == {"relates_to"}
        assert told(connect_gitlab(server.connection())) == [
            "links say only that tickets are related here: each ticket's text says what it is blocked by"
        ]
        writes = len(server.writes)
        push(connect_gitlab(server.connection()), MAP)
        assert len(server.writes) == writes
        assert server.undocumented == []


def test_gitlab_premium_says_it_by_links_alone() -> None:
    with Simulator.running() as server:
        push(connect_gitlab(server.connection()), MAP)
        assert "Blocked by" not in connect_gitlab(server.connection()).snapshot("techmap").by_number()["3"].body
        assert not told(connect_gitlab(server.connection()))
