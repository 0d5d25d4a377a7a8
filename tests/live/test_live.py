"""A live run against the simulated servers, over loopback, as if they were real."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from techmap_sync.app.exit_codes import Exit
from techmap_sync.errors import BudgetSpent
from techmap_sync.secrecy import Secret
from techmap_sync.sync.tracker import Draft, Patch, Snapshot, State, Tracker
from tests.app.run import Program
from tests.contract.steps import LABEL, LABELLED
from tests.fakes.clock import Clock
from tests.fakes.memory import MemoryTracker
from tests.live import pushes
from tests.live.__main__ import GOOD, NOT_RUN, main
from tests.live.apart import SECONDS_BETWEEN_LOOKS, Shared
from tests.live.contract_run import Results
from tests.live.patience import Patience
from tests.live.pushes import Example, Push, examples, push_twice
from tests.live.report import Seen, page
from tests.live.scratch import LEFT, Cleaned, Found, clean, scratch_of
from tests.live.traffic import Count, Traffic
from tests.sampling import sampling
from tests.simulators.github import Account, GitHub, SimulatedClock
from tests.trackers.servers import SERVERS, OnGitHub, OnGitLab

ROOT = Path(__file__).parents[2]
PROGRAM = """
import sys
from pathlib import Path
from tests.live.__main__ import main
from tests.simulators.github import SimulatedClock
clock = SimulatedClock()
sys.exit(main(sys.argv[2:], clock, clock.sleep, Path(sys.argv[1])))
"""
"""A live run for which no time passes while it waits."""
NAMES = [path.stem for path in examples()]
SAMPLE = "edge_is_added or removed or any_words or milestone or people_are or close_reason or unknown"
PUSHED = sampling.spread("examples of live runs", NAMES, 2)
ONLY = "" if sampling.everything else SAMPLE


PATIENCE = Patience(lambda _: None, lambda _: None)
TOKENS = {"github": ("GITHUB_TOKEN", "ghp_simulated"), "gitlab": ("GITLAB_TOKEN", "glpat-secret")}


@contextmanager
def opened(vendor: str) -> Iterator[OnGitHub | OnGitLab]:
    """Let a server run. On GitHub the account may delete issues, on GitLab it may not."""
    with SERVERS[vendor]() as server:
        assert isinstance(server, OnGitHub | OnGitLab)
        yield server


@pytest.fixture(params=SERVERS)
def server(request: pytest.FixtureRequest, program: Program, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A server, and its token alone in the environment."""
    with opened(request.param) as running:
        monkeypatch.setenv(*TOKENS[request.param])
        yield running


Server = OnGitHub | OnGitLab


def words(server: Server, *more: str) -> list[str]:
    """Return what a maintainer writes."""
    _, to, *address = server.flags
    return [to, *address, *more]


def vendor(server: Server) -> str:
    return server.flags[1].partition(":")[0]


def left_in(server: Server) -> tuple[list[str], list[str]]:
    """Return the titles of issues and the labels that are there."""
    if isinstance(server, OnGitHub):
        repository = server.server.repository
        issues = [issue.title for issue in repository.issues.values() if not issue.gone]
        return issues, [*repository.labels, *map(str, repository.milestones)]
    world = server.server.world
    return [issue.title for issue in world.issues.values()], [*world.labels, *map(str, world.milestones)]


def run_alone(server: Server, report: Path, *more: str) -> subprocess.CompletedProcess[str]:
    """Run it in a process of its own, which reaches the server over the network alone."""
    name, token = TOKENS[vendor(server)]
    kept = {each: os.environ[each] for each in ("PATH", "HOME") if each in os.environ}
    env = kept | {name: token, f"TECHMAP_SYNC_{vendor(server).upper()}__SECONDS_BETWEEN_WRITES": "0"}
    command = [sys.executable, "-c", PROGRAM, str(report), *words(server, *more)]
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False, timeout=500)


@pytest.mark.parametrize("name", SERVERS)
def test_a_server_like_the_simulated_one_passes_and_is_clean_afterwards(name: str, tmp_path: Path) -> None:
    more = ["--people", "sara,tom", "--only", ONLY, "--examples", ",".join(PUSHED)]
    with opened(name) as server:
        done = run_alone(server, tmp_path / "report.md", *more)
        titles, named = left_in(server)
        writes = len(server.writes)
    assert done.returncode == GOOD, done.stdout + done.stderr
    report = (tmp_path / "report.md").read_text("utf-8")
    assert report in done.stdout
    assert set(titles) == ({LEFT} if name == "gitlab" else set()), "closed and emptied where it may not be deleted"
    assert named == []
    assert writes > 50
    rows = [line.strip("| ").split(" | ") for line in report.splitlines() if line.endswith("| good |")]
    assert [row[0] for row in rows] == PUSHED
    assert all(int(row[1]) > 0 and row[5] == "0" for row in rows), "tickets at first, no write the second time"
    assert TOKENS[name][1] not in done.stdout + done.stderr + report


def refused(server: Server, capfd: pytest.CaptureFixture[str], *more: str) -> str:
    """Return what is said when nothing runs; nothing was written then, not even a report."""
    clock, report = SimulatedClock(), Path("report.md")
    assert main(words(server, *more), clock, clock.sleep, report) == NOT_RUN
    assert server.writes == []
    assert not report.exists()
    said = capfd.readouterr().out
    assert "nothing was written" in said
    return said


def test_without_a_token_it_says_what_is_needed(
    server: Server, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(TOKENS[vendor(server)][0])
    assert TOKENS[vendor(server)][0] in refused(server, capfd)
    assert server.requests == []


def test_a_repository_with_an_issue_of_somebody_else_is_refused(
    server: Server, capfd: pytest.CaptureFixture[str]
) -> None:
    server.add_unmanaged(7, "bug")
    said = refused(server, capfd)
    assert "#1 Theirs 0" in said or "#7 Theirs 6" in said
    assert "2 more" in said


def test_a_pull_request_counts_as_well(github: GitHub, capfd: pytest.CaptureFixture[str], program: Program) -> None:
    program.monkeypatch.setenv(*TOKENS["github"])
    github.add_issue("Fix it").is_pull_request = True
    assert "Fix it" in refused(OnGitHub(github), capfd)


def test_an_account_that_may_not_label_is_refused(
    github: GitHub, capfd: pytest.CaptureFixture[str], program: Program
) -> None:
    name, token = TOKENS["github"]
    program.monkeypatch.setenv(name, token)
    github.accounts[token] = Account("octo", may_label=False)
    refused(OnGitHub(github), capfd)


def test_people_who_are_unknown_there_are_refused(server: Server, capfd: pytest.CaptureFixture[str]) -> None:
    assert "nobody-here" in refused(server, capfd, "--people", "sara,nobody-here")


@pytest.mark.parametrize("to", ["", "backlog:./backlog", "github", "github:", "jira:octo/maps"])
def test_what_is_no_repository_on_a_server_is_refused(to: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert main([to]) == NOT_RUN
    assert "TO=github:" in capfd.readouterr().out


@pytest.mark.parametrize(
    ("found", "account", "expected"),
    [
        (Found("1", LEFT, "bot", True), "bot", True),
        (Found("1", LEFT, "maps[bot]", True), "", True),
        (Found("1", LEFT, "sara", True), "", False),
        (Found("1", LEFT, "sara", True), "bot", False),
        (Found("1", LEFT, "bot", False), "bot", False),
        (Found("1", "Fix it", "bot", True), "bot", False),
    ],
)
def test_only_what_an_earlier_run_emptied_may_be_there(found: Found, account: str, expected: bool) -> None:
    assert found.is_left_over(account) is expected


def test_only_what_this_process_made_is_cleaned_up(server: Server) -> None:
    traffic, cleaned = Traffic(), Cleaned()
    server.add_unmanaged(1, "bug")
    with traffic.noted():
        tracker = server.tracker()
        for title in ("One", "Two"):
            tracker.create(Draft(title, "Text", frozenset({"bug", "ours"}), milestone="v1"))
        clean(scratch_of(server.tracker(), traffic), traffic, cleaned, PATIENCE)
        clean(scratch_of(server.tracker(), traffic), traffic, cleaned, PATIENCE)
    titles, named = left_in(server)
    assert [title for title in titles if title != LEFT] == ["Theirs 0"]
    assert named == ["bug"]
    assert (cleaned.deleted + cleaned.emptied, cleaned.labels, cleaned.milestones) == (2, 1, 1)
    assert all(
        ticket.state is State.CLOSED and not ticket.labels for ticket in server.tickets() if ticket.title == LEFT
    )


def test_reads_and_writes_are_counted_and_queries_are_reads(server: Server) -> None:
    traffic, tracker = Traffic(), server.tracker()
    with traffic.noted():
        first = tracker.create(Draft("One", "", LABELLED)).number
        before = traffic.count
        tracker.ends([first])
    assert (traffic.count - before).writes == 0
    assert (traffic.count.reads + traffic.count.writes, traffic.count.writes) == (
        len(server.requests),
        len(server.writes),
    )


def test_an_interrupted_push_ends_the_run(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[list[str]] = []

    def interrupted() -> None:
        tried.append(sys.argv)
        raise SystemExit(Exit.INTERRUPTED)

    monkeypatch.setattr(pushes, "main", interrupted)
    with pytest.raises(KeyboardInterrupt):
        push_twice(next(examples(["login-throttle"])), ["--to", "github:octo/maps"], Traffic())
    assert len(tried) == 1


def shared(tracker: Tracker | None = None, people: tuple[str, ...] = (), slept: list[float] | None = None) -> Shared:
    patience = Patience(([] if slept is None else slept).append, lambda _: None)
    return Shared(tracker or MemoryTracker(), people, patience)


def test_a_test_sees_what_is_newer_than_itself_alone() -> None:
    repository = shared()
    earlier = repository.for_one_test()
    number = earlier.create(Draft("Earlier", "", LABELLED)).number
    later = repository.for_one_test()
    assert later.snapshot(LABEL).tickets == later.own_tickets().tickets == ()
    later.update(later.create(Draft("Later", "", LABELLED)).number, Patch(body="x"))
    assert [ticket.title for ticket in later.snapshot(LABEL).tickets] == ["Later"]
    assert later.snapshot(LABEL).total in (1, None)
    assert list(earlier.own_tickets().by_number())[:1] == [number]


class Slow(MemoryTracker):
    """Lists nothing until it was asked often enough."""

    asked = 0

    def snapshot(self, label: str) -> Snapshot:
        self.asked += 1
        return super().snapshot(label) if self.asked > 2 else Snapshot((), 0)


def test_a_list_that_lacks_what_was_written_is_read_again() -> None:
    slept: list[float] = []
    repository = shared(Slow(), slept=slept)
    tracker = repository.for_one_test()
    assert tracker.snapshot(LABEL).tickets == ()
    number = tracker.create(Draft("One", "", LABELLED)).number
    assert list(tracker.snapshot(LABEL).by_number()) == [number]
    assert (repository.late, slept) == (1, list(SECONDS_BETWEEN_LOOKS[:1]))
    tracker.remove_labels(number, LABELLED)
    assert tracker.snapshot(LABEL).tickets == ()
    assert len(slept) == 1, "it is not waited for any more"


def test_people_have_the_names_of_the_server_there_and_those_of_the_tests_here() -> None:
    tracker = MemoryTracker()
    apart = shared(tracker, ("Ann", "bob")).for_one_test()
    ticket = apart.create(Draft("One", "", LABELLED, assignees=("sara",)))
    assert apart.assign(ticket.number, ["@tom"], []) == {"sara", "tom"}
    stored = tracker.get(ticket.number)
    assert stored and stored.assignees == {"Ann", "bob"}


@pytest.mark.parametrize("people", [(), ("ann",)])
def test_a_test_that_needs_more_people_is_skipped(people: tuple[str, ...]) -> None:
    apart = shared(people=people).for_one_test()
    with pytest.raises(pytest.skip.Exception, match="PEOPLE"):
        apart.create(Draft("One", "", LABELLED, assignees=("sara", "tom")))


def test_a_limit_of_the_server_is_waited_for() -> None:
    slept: list[float] = []
    answers = iter([BudgetSpent("t", "later", "", 1200.0), BudgetSpent("t", "later", "", 1.0)])

    def asked() -> str:
        if error := next(answers, None):
            raise error
        return "done"

    assert Patience(slept.append, lambda _: None).ask(asked) == "done"
    assert slept == [1200.0, 60.0]


def report(**changes: Any) -> Seen:
    done = Push(0, 3, Count(5, 9), "")
    good = Seen(
        "github:octo/maps",
        "github.com",
        Clock()(),
        Clock()(),
        Results(passed=2),
        Count(1, 2),
        0,
        [Example("kiro", done, Push(0, 0, Count(4, 0), ""))],
        Cleaned(deleted=3),
        (),
    )
    return replace(good, **changes)


def test_a_run_in_which_all_went_well_is_good() -> None:
    assert report().is_good
    assert "NOT GOOD" not in page(report())


DONE, FAILED, WROTE = Push(0, 3, Count(5, 9), ""), Push(5, 1, Count(5, 9), "x"), Push(0, 0, Count(5, 1), "")


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"contract": Results(passed=2, failed=[("test_x", "assert 1 == 2")])}, "assert 1 == 2"),
        ({"contract": Results()}, "| 0 |"),
        ({"contract": Results(passed=2, is_whole=False)}, "interrupted"),
        ({"examples": []}, "Examples"),
        ({"examples": [Example("kiro", FAILED, WROTE)]}, "exit code 5"),
        ({"examples": [Example("kiro", DONE, WROTE)]}, "| 1 | NOT GOOD |"),
        ({"cleaned": Cleaned(failures=("the label x is still there: no",))}, "the label x"),
        ({"left": (Found("9", "Theirs", "sara", False),)}, "#9"),
        ({"problem": "github:octo/maps: gone"}, "gone"),
    ],
)
def test_whatever_went_wrong_is_named(changes: dict[str, Any], named: str) -> None:
    seen = report(**changes)
    assert not seen.is_good
    assert named in page(seen)
    assert page(seen).splitlines()[0].endswith("NOT GOOD")


def test_no_token_is_in_a_report() -> None:
    token = Secret("ghp_0123456789abcdef").value
    assert token not in page(report(problem=f"the server said {token}"))
