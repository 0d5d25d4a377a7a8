"""Fields of a document overrule the settings on every tracker, and are followed."""

from __future__ import annotations

import pytest

from tests.app.login import log_in
from tests.app.maps import written
from tests.app.run import Program
from tests.trackers.servers import SERVERS, OnGitLab


def ask(program: Program, fields: str) -> None:
    path = written(program.folder, "Login", ["Parser"])
    text = path.read_text("utf-8")
    path.write_text(text.replace("**Author**: Ines Moreau\n", f"**Author**: Ines Moreau  \n{fields}\n"), "utf-8")


@pytest.mark.parametrize("name", SERVERS)
def test_a_map_overrules_the_settings_and_is_followed(
    name: str, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    (program.folder / "techmap-sync.toml").write_text('assignees = ["tom"]\nmilestone = "v1"\n', "utf-8")
    ask(program, "**Milestone**: v2  \n**Assignees**: @sara  \n**Labels**: api, techmap:removed  \n**Due**: 2026-12-01")
    with SERVERS[name]() as server:
        log_in(server, monkeypatch)
        assert program("push", "maps", *server.flags).code == 0
        tracker = server.tracker()
        tracking, parser = tracker.snapshot("techmap").tickets
        assert parser.assignees == {"sara"}
        assert not tracking.assignees
        for ticket in (tracking, parser):
            assert ticket.milestone == "v2"
            assert "api" in ticket.labels
            assert "techmap:removed" not in ticket.labels
            assert ticket.due == ("2026-12-01" if tracker.capabilities.due_dates else "")
        assert "2026-12-01" in tracking.body
        assert "no changes" in program("push", "maps", *server.flags).out
        ask(program, "**Milestone**: v3  \n**Assignees**: @tom  \n**Due**: 2026-12-24")
        assert program("push", "maps", *server.flags).code == 0
        _, parser = server.tracker().snapshot("techmap").tickets
        assert (parser.assignees, parser.milestone) == ({"tom"}, "v3")
        assert "api" not in parser.labels
        assert parser.due in ("", "2026-12-24")
        assert "no changes" in program("push", "maps", *server.flags).out


@pytest.mark.parametrize("name", SERVERS)
def test_a_task_that_the_estimate_names_gets_its_time(
    name: str, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(program.folder, "Login", ["Parser", "Mailer"])
    estimate = "**Estimated Implementation Time**: 3 days (`Parser`: 2 days, Nobody: 1 day)"
    path.write_text(path.read_text("utf-8").replace("**Implementation", f"{estimate}  \n**Implementation"), "utf-8")
    with SERVERS[name]() as server:
        log_in(server, monkeypatch)
        assert program("push", "maps", *server.flags).code == 0
        timed = [request for request in server.writes if "time_estimate" in request]
        assert len(timed) == (2 if server.tracker().capabilities.estimates else 0)
        if isinstance(server, OnGitLab):
            issues = server.server.world.issues.values()
            hours = {issue.title.split()[1].rstrip(":"): issue.seconds_estimated // 3600 for issue in issues}
            assert (hours["Parser"], hours["Mailer"]) == (16, 0)
        assert "no changes" in program("push", "maps", *server.flags).out
