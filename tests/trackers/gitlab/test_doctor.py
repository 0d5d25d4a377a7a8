"""What ``doctor`` finds on GitLab before a push would."""

from __future__ import annotations

from typing import Any

from techmap_sync.trackers.connection import Secret
from techmap_sync.trackers.gitlab.tracker import connect
from tests.simulators.gitlab import Simulator
from tests.simulators.gitlab.world import BOT, GUEST, Token


def test_a_working_project_is_found_to_work(server: Simulator) -> None:
    findings = connect(server.connection()).examine()
    assert [(finding.what, finding.ok, finding.detail) for finding in findings] == [
        ("token", True, "belongs to techmap-bot, scope api, until 2027-11-22"),
        ("project", True, "group/project, private, has issues"),
        ("issues", True, "may be written as Maintainer"),
        ("links", True, "blocked-by edges become links of the type is_blocked_by"),
    ]
    assert server.writes == []


def test_what_would_stop_a_push_is_found_before_it(server: Simulator) -> None:
    server.world.tokens |= {"reader": Token(BOT, ("read_api",)), "guest": Token(GUEST)}

    def seen(**connection: Any) -> tuple[str, bool, str]:
        finding = next(finding for finding in connect(server.connection(**connection)).examine() if not finding.ok)
        return finding.what, finding.ok, finding.detail

    assert seen(token=Secret("wrong"))[:2] == ("token", False)
    assert seen(token=Secret("reader")) == ("token", False, "has the scope read_api; make one with the scope api")
    assert seen(target="group/other")[:2] == ("project", False)
    guest = "the role Guest may not edit them; the account needs Planner or higher"
    assert seen(token=Secret("guest")) == ("issues", False, guest)
    server.world.archived = True
    assert seen() == ("issues", False, "the project is archived and read-only; unarchive it in its settings")


def test_the_tier_is_told(server: Simulator) -> None:
    server.world.premium = False
    told = connect(server.connection()).examine()[-1]
    assert told.detail == (
        "blocked-by edges become links of the type relates_to, because is_blocked_by needs GitLab Premium"
    )
