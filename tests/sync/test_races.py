"""Two runs at once: the lock holds, or one more reconcile leaves one open ticket per key."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from techmap_sync.errors import TrackerError
from techmap_sync.planning.task import TaskPlan
from techmap_sync.planning.titles import tracking_key
from techmap_sync.sync.apply import apply
from techmap_sync.sync.block import Block, read_block
from techmap_sync.sync.change_set import Status, left_of
from techmap_sync.sync.tracker import State, Ticket
from tests.app.run import CORPUS, ROOT
from tests.fakes.memory import MemoryTracker
from tests.planning.maps import keys_of
from tests.sync.build import POLICY, plan, task, under_another_id
from tests.sync.drive import key_of, planned, push, several

FIVE = plan(*(task(f"Part{n}", blocked_by=(f"Part{n - 1}",) if n else ()) for n in range(5)))
HEALING = replace(POLICY, close_copies=True, allowed=frozenset({"closes"}))


@dataclass
class Interleaved(MemoryTracker):
    """A tracker on which another run goes from start to end just before the n-th request of this one."""

    at: int = 0
    meanwhile: Callable[[], object] | None = None

    @contextmanager
    def _request(self, verb: str, subject: str) -> Iterator[None]:
        if self.meanwhile is not None and len(self.requests) + 1 == self.at:
            other, self.meanwhile = self.meanwhile, None
            other()
        with super()._request(verb, subject):
            yield


def open_keys(tickets: list[Ticket]) -> Counter[str]:
    return Counter(key_of(ticket) for ticket in tickets if ticket.state is State.OPEN)


@pytest.mark.parametrize("before", [None, FIVE], ids=["first push", "update"])
def test_interleaved_at_every_request(before: TaskPlan | None) -> None:
    after = (
        FIVE if before is None else plan(*(replace(t, title=f"{t.title} now") for t in FIVE.tasks[:3]), *FIVE.tasks[3:])
    )
    measured = MemoryTracker()
    if before is not None:
        push(measured, before)
        measured.requests.clear()
    push(measured, after)
    for request in range(1, len(measured.requests) + 1):
        tracker = Interleaved()
        if before is not None:
            push(tracker, before)
            tracker.requests.clear()
        tracker.at, tracker.meanwhile = request, lambda tracker=tracker: push(tracker, after)
        with suppress(TrackerError):
            push(tracker, after)
        push(tracker, after, HEALING)
        where = f"another run before request {request}: {measured.requests[request - 1]}"
        keys = open_keys(list(tracker.tickets.values()))
        assert set(keys) == {FIVE.tracking.key, *(t.key for t in FIVE.tasks)}, where
        assert max(keys.values()) == 1, where
        assert not planned(tracker, after, HEALING).writes, where


@pytest.mark.parametrize("contested", ["alpha", "beta"])
def test_a_map_that_another_run_pushes_stops_no_other_map(contested: str) -> None:
    maps = {"alpha": plan(task("Store"), task("Cart")), "beta": plan(task("Mail"), task("Queue"))}
    maps = {map_id: under_another_id(made, map_id) for map_id, made in maps.items()}
    tracker = Interleaved()
    change_set = several(tracker, *maps.values())
    theirs = several(tracker, maps[contested])
    tracker.requests.clear()  # the first ones of a push create a tracking ticket each
    tracker.at, tracker.meanwhile = 1 + list(maps).index(contested), lambda: list(apply(theirs, tracker, POLICY))
    outcomes = list(apply(change_set, tracker, POLICY))
    failed = [outcome for outcome in outcomes if outcome.status is Status.FAILED]
    assert [(outcome.map_id, outcome.ticket) for outcome in failed] == [(contested, _copy_of(tracker, contested))]
    assert contested in failed[0].detail, "the message names the map"
    assert left_of(change_set, outcomes), "what is left of it is counted"
    keys = open_keys(list(tracker.tickets.values()))
    assert keys.pop(tracking_key(contested)) == 2
    assert set(keys.values()) == {1}, "nothing else is made twice"
    assert len(keys) == 5
    list(apply(several(tracker, *maps.values(), policy=HEALING), tracker, HEALING))
    assert max(open_keys(list(tracker.tickets.values())).values()) == 1


def _copy_of(tracker: MemoryTracker, map_id: str) -> str:
    """The younger one of two tracking tickets."""
    return max((t.number for t in tracker.tickets.values() if key_of(t) == tracking_key(map_id)), key=int)


def test_two_processes_on_one_folder(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "techmap_sync",
        "push",
        str(CORPUS / "08-cli-profiles.md"),
        "--to",
        "backlog:./backlog",
    ]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "GIT_CEILING_DIRECTORIES": str(tmp_path.parent)}
    runs = [subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=-1, stderr=-1) for _ in range(2)]
    said = [run.communicate(timeout=120)[0].decode() for run in runs]
    assert 0 in [run.returncode for run in runs], "one of them goes on"
    for run, out in zip(runs, said, strict=True):
        came_later = run.returncode == 4 and "missing from the listing" in out
        assert run.returncode in (0, 5) or came_later, "the other one goes on or says that it lost the race"
    (tmp_path / "map.md").write_bytes((CORPUS / "08-cli-profiles.md").read_bytes())
    healing = [sys.executable, "-m", "techmap_sync", "reconcile", "--to", "backlog:./backlog"]
    subprocess.run(healing, cwd=tmp_path, env=environment, check=True, capture_output=True)
    blocks = [read_block(text) for text in _open_bodies(tmp_path / "backlog" / "tasks")]
    keys = Counter(block.marker.key for block in blocks if isinstance(block, Block))
    assert set(keys) == keys_of(CORPUS / "08-cli-profiles.md")
    assert max(keys.values()) == 1


def _open_bodies(folder: Path) -> list[str]:
    texts = [path.read_text("utf-8") for path in folder.glob("*.md")]
    return [text for text in texts if "status: To Do" in text]
