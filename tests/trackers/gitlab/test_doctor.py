"""What ``doctor`` finds on GitLab before a push would."""

from __future__ import annotations

from typing import Any

from techmap_sync.trackers.connection import Secret
from techmap_sync.trackers.gitlab.tracker import connect
from tests.simulators.gitlab import Simulator
from tests.simulators.gitlab.world import BOT, GUEST, Token


def test_a_working_project_is_found_to_work(server: Simulator) -> None:
    findings = connect(server.connection()).examine()
    assert [(finding.what, finding.ok) for finding in findings] == [
        ("token", True),
        ("project", True),
        ("issues", True),
        ("links", True),
    ]
    said = ["techmap-bot, scope api, until 2027-11-22", "group/project, private", "Maintainer", "is_blocked_by"]
    assert all(words in finding.detail for words, finding in zip(said, findings, strict=True))
    assert server.writes == []


def test_what_would_stop_a_push_is_found_before_it(server: Simulator) -> None:
    server.world.tokens |= {"reader": Token(BOT, ("read_api",)), "guest": Token(GUEST)}

    def seen(**connection: Any) -> tuple[str, bool, str]:
        finding = next(finding for finding in connect(server.connection(**connection)).examine() if not finding.ok)
        return finding.what, finding.ok, finding.detail

    assert seen(token=Secret("wrong"))[:2] == ("token", False)
    what, found, detail = seen(token=Secret("reader"))
    assert (what, found) == ("token", False)
    assert "read_api" in detail
    assert seen(target="group/other")[:2] == ("project", False)
    what, found, detail = seen(token=Secret("guest"))
    assert (what, found) == ("issues", False)
    assert "Guest" in detail
    assert "Planner" in detail
    server.world.archived = True
    what, found, detail = seen()
    assert (what, found) == ("issues", False)
    assert "archived" in detail


def test_the_tier_is_told(server: Simulator) -> None:
    server.world.premium = False
    told = connect(server.connection()).examine()[-1]
    assert "relates_to" in told.detail
    assert "Premium" in told.detail
