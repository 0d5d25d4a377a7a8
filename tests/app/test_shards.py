"""Several runs that share the maps do together what one run does."""

from __future__ import annotations

from typing import Any

import pytest

from techmap_sync.app import run as planning
from techmap_sync.app.parallel import Shard
from techmap_sync.app.targets import connect_tracker
from techmap_sync.sync.tracker import State, Tracker
from tests.app.maps import write
from tests.app.run import Program
from tests.fakes.memory import MemoryTracker
from tests.sampling import sampling
from tests.simulators.github import GitHub
from tests.simulators.gitlab import Simulator as GitLab

MAPS = sampling.times("maps of shards", 90, 300)
SHARDS = ("1/3", "2/3", "3/3")


@pytest.fixture
def fleet(program: Program, monkeypatch: pytest.MonkeyPatch) -> Program:
    """A folder with many maps of different size."""
    monkeypatch.setenv("TECHMAP_SYNC_LIMITS__MAX_CREATES", "1000")
    monkeypatch.setenv("TECHMAP_SYNC_JOBS", "1")  # tests/app/test_parallel.py shows that more do the same
    for number in range(MAPS):
        write(program, number)
    return program


def on(tracker: MemoryTracker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planning, "connect_tracker", lambda *_: tracker)


def held(tracker: MemoryTracker) -> dict[str, tuple[State, str, list[str], str]]:
    """Every ticket as far as it does not tell in which order it was written."""
    tickets = tracker.snapshot("techmap").tickets
    titles = {ticket.number: ticket.title for ticket in tickets}
    return {
        t.title: (
            t.state,
            titles.get(t.parent or "", ""),
            sorted(titles[n] for n in t.blocked_by or ()),
            ",".join(sorted(t.labels)),
        )
        for t in tickets
    }


def test_three_shards_do_what_one_run_does(fleet: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    one, three = MemoryTracker(), MemoryTracker()
    on(one, monkeypatch)
    assert fleet("push", "maps", "-q").code == 0
    on(three, monkeypatch)
    seen: list[str] = []
    for shard in SHARDS:
        pushed = fleet("push", "maps", "--shard", shard, "--format", "json").json
        seen += [entry["map_id"] for entry in pushed["maps"]]
        assert MAPS * 4 // 15 < len(pushed["maps"]) < MAPS * 2 // 5
    assert sorted(seen) == sorted(f"feature-{number}" for number in range(MAPS))
    assert held(three) == held(one)
    assert len(held(one)) > 2 * MAPS
    assert sum(bool(waits_for) for _, _, waits_for, _ in held(one).values()) > MAPS // 10
    kept, *gone = sorted((fleet.folder / "maps").rglob("*.md"))[:: MAPS // 6]
    for path in (kept, *gone):
        path.unlink()
    monkeypatch.setenv("TECHMAP_SYNC_MAPS", '["maps"]')
    retired = [argument for path in gone for argument in ("--retire", f"feature-{path.stem}")]
    reports = [fleet("reconcile", *retired, "--shard", shard, "--format", "json").json for shard in SHARDS]
    assert [missing(report) for report in reports] == [[f"feature-{kept.stem}"], [], []]
    closed, *others = (report["counts"] for report in reports)
    assert closed["close"] >= 2 * len(gone)
    assert {number for counts in others for number in counts.values()} == {0}


def missing(report: Any) -> list[str]:
    return sorted(entry["map_id"] for entry in report["maps"] if "its file is missing" in " ".join(entry["reasons"]))


def paces(program: Program, monkeypatch: pytest.MonkeyPatch, *shards: str) -> list[tuple[float, int | None]]:
    """Seconds for a write, and creations in an hour, that the tracker of each shard has."""
    found: list[Tracker] = []

    def connected(*arguments: Any) -> Tracker:
        found.append(connect_tracker(*arguments))
        return found[-1]

    monkeypatch.setattr(planning, "connect_tracker", connected)
    for shard in shards:
        assert program("plan", "maps", "--shard", shard).code == 0
    each = (tracker.capabilities for tracker in found)
    return [(can.seconds_per_write, can.creations_per_hour) for can in each]


def test_the_runs_of_one_account_divide_the_pace_that_github_allows(
    program: Program, github: GitHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(program, 1)
    monkeypatch.setenv("TECHMAP_SYNC_GITHUB__SECONDS_BETWEEN_WRITES", "1.5")
    monkeypatch.setenv("TECHMAP_SYNC_TO", f"github:{github.repository.full_name}")
    monkeypatch.setenv("TECHMAP_SYNC_API_URL", github.base_url)
    found = paces(program, monkeypatch, "1/1", "2/4", "3/4", "600/600")
    assert found == [(1.5, 500), (6.0, 125), (6.0, 125), (900.0, 1)]


def test_the_runs_of_one_account_divide_the_pace_that_gitlab_allows(
    program: Program, gitlab: GitLab, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(program, 1)
    monkeypatch.setenv("TECHMAP_SYNC_TO", f"gitlab:{gitlab.connection().target}")
    monkeypatch.setenv("TECHMAP_SYNC_API_URL", gitlab.url)
    found = paces(program, monkeypatch, "1/1", "2/4")
    assert [round(seconds, 6) for seconds, _ in found] == [0.3, 1.2], "200 issues a minute on gitlab.com"


def test_namesakes_in_different_shards_are_an_error_in_both(program: Program) -> None:
    paths = [write(program, 1, f"copy-{copy}") for copy in range(12)]
    first = next(path for path in paths if Shard(1, 2).holds(path))
    second = next(path for path in paths if Shard(2, 2).holds(path))
    for path in paths:
        if path not in (first, second):
            path.unlink()
    for shard, other in (("1/2", second), ("2/2", first)):
        ended = program("check", "maps", "--shard", shard)
        assert ended.code == 1
        assert f'"feature-1" is also that of {other.relative_to(program.folder)}' in ended.out
        assert program("push", "maps", "--shard", shard).code == 1
    assert not (program.folder / "backlog").exists()


def test_a_renamed_map_keeps_its_tickets_though_another_shard_has_it_now(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    tracker = MemoryTracker()
    on(tracker, monkeypatch)
    path = write(program, 3)
    old = next(shard for shard in (1, 2, 3) if Shard(shard, 3).holds(path))
    assert program("push", "maps", "--shard", f"{old}/3").code == 0
    numbers = sorted(ticket.number for ticket in tracker.snapshot("techmap").tickets)
    names = (path.with_name(f"renamed-{n}.md") for n in range(99))
    moved = next(name for name in names if not Shard(old, 3).holds(name))
    moved.write_text(path.read_text("utf-8").replace("MAP: Feature 3", "MAP: Something Else"), encoding="utf-8")
    path.unlink()
    for shard in SHARDS:
        assert program("push", "maps", "--shard", shard).code == 0
    assert sorted(ticket.number for ticket in tracker.snapshot("techmap").tickets) == numbers
    assert all("plan: no changes" in program("plan", "maps", "--shard", shard).out.lower() for shard in SHARDS)


def test_gitlab_says_which_runner_it_is_and_a_flag_wins(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    write(program, 1)
    monkeypatch.setenv("CI_NODE_INDEX", "2")
    monkeypatch.setenv("CI_NODE_TOTAL", "3")
    assert "shard 2 of 3: " in program("check", "maps").err
    assert "shard 1 of 2: " in program("check", "maps", "--shard", "1/2").err
    assert "shard" not in program("check", "maps", "--shard", "1/1").err


@pytest.mark.parametrize("value", ["", "3", "0/3", "4/3", "1/0", "-1/3", "a/b", "1/3/5", "１/３", "1 / 3"])
@pytest.mark.parametrize("command", ["check", "plan", "push", "reconcile"])
def test_what_is_no_shard_is_one_clear_message(program: Program, command: str, value: str) -> None:
    ended = program(command, f"--shard={value}")
    assert ended.code == 2
    assert ended.err.startswith("error: --shard: ")
    assert value in ended.err


def test_a_bad_variable_is_named(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI_NODE_INDEX", "4")
    monkeypatch.setenv("CI_NODE_TOTAL", "3")
    ended = program("push")
    assert ended.code == 2
    assert ended.err.startswith("error: CI_NODE_INDEX/CI_NODE_TOTAL: ")
    assert "4/3" in ended.err
