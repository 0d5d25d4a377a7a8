"""Many maps are read by several processes, and nobody can tell but by the clock."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import process as pools
from pathlib import Path

import pytest

from techmap_sync.app import parallel as processes
from techmap_sync.app.parallel import map_in_order
from techmap_sync.documents.technical_map import technical_map_family
from techmap_sync.documents.technical_map.model import Reading
from techmap_sync.documents.technical_map.parser import parse
from techmap_sync.documents.technical_map.vocabulary import Vocabulary
from techmap_sync.errors import UsageProblem
from tests.app.maps import write
from tests.app.run import Ended, Program
from tests.warm import read_map

MAPS = 40
FEWER = 14
"""Beginning with so many, processes are started here: it is the start that takes its time."""
SPAWNED = f"""
import multiprocessing as m
m.set_start_method("spawn")
from techmap_sync.app import parallel
parallel.MIN_ITEMS = {FEWER}
from techmap_sync.cli.main import main
main()
"""


@pytest.fixture
def shelf(program: Program) -> Program:
    """A folder with many maps, among them one that is empty, one with bad bytes, one that is none, and namesakes."""
    program.monkeypatch.setattr(processes, "MIN_ITEMS", FEWER)
    for number in range(MAPS):
        write(program, number)
    write(program, 7, "zz-namesake")
    maps = program.folder / "maps"
    (maps / "team-1" / "50.md").write_bytes(b"# TECHNICAL MAP: Broken\n\n\xff\xfe\n")
    (maps / "team-0" / "21.md").write_text("# TECHNICAL MAP: \n\n```\n- never closed", encoding="utf-8")
    (maps / "team-2" / "README.md").write_text("# How we write maps\n", encoding="utf-8")
    return program


def on(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return how many processes each pool is given, as it happens."""
    started: list[int] = []
    make = processes._pool

    def counting(count: int) -> pools.ProcessPoolExecutor | None:
        started.append(count)
        return make(count)

    monkeypatch.setattr(processes, "_pool", counting)
    return started


@pytest.mark.parametrize("form", ["text", "json", "sarif"])
def test_two_processes_say_what_one_says(shelf: Program, form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    started = on(monkeypatch)
    one, two = (shelf("check", "maps", "--verbose", "--format", form, "--jobs", jobs) for jobs in ("1", "2"))
    assert started == [2]
    assert two == one
    assert one.code == 1
    assert "maps/team-1/50.md" in one.err
    assert "is not UTF-8" in one.err


@pytest.mark.parametrize(("flags", "pools_started"), [([], [2]), (["--shard", "1/2"], [2, 2])])
def test_a_plan_is_the_same_with_two_processes(
    shelf: Program, flags: list[str], pools_started: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    started = on(monkeypatch)

    def planned(jobs: str) -> Ended:
        monkeypatch.setenv("TECHMAP_SYNC_JOBS", jobs)
        return shelf("plan", "maps", "--to", "backlog:backlog", "--format", "json", *flags)

    assert planned("2") == planned("1")
    assert started == pools_started, "once for the maps of the run, once for those of other shards"


@pytest.mark.parametrize("given", ["all", "one", "folder"])
def test_each_map_is_read_once(program: Program, given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (program.folder / "techmap-sync.toml").write_text('maps = ["maps"]\n', encoding="utf-8")
    names = [write(program, number).as_posix() for number in range(5)]
    (program.folder / "link.md").symlink_to(names[1])
    read: list[str] = []

    def counting(text: str, vocabulary: Vocabulary) -> Reading:
        read.append(text)
        return parse(text, vocabulary)

    monkeypatch.setattr(technical_map_family, "parse", counting)
    monkeypatch.setattr(technical_map_family.TechnicalMaps, "read", read_map)
    paths = {"all": [*names, "link.md"], "one": names[:1], "folder": ["maps"]}[given]
    ended = program("plan", *paths, "--to", "backlog:backlog", "--format", "json")
    assert ended.code == 0, ended.err
    assert 1 <= len(read) == len(set(read)) <= len(names)


def test_few_maps_start_no_process(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    started = on(monkeypatch)
    for number in range(processes.MIN_ITEMS - 1):
        write(program, number)
    assert program("check", "maps", "--jobs", "2").code == 0
    assert started == []


def test_a_file_that_cannot_be_read_is_one_clear_error(shelf: Program) -> None:
    (shelf.folder / "maps" / "team-3" / "38.md").unlink()
    (shelf.folder / "maps" / "team-3" / "38.md").symlink_to("nowhere.md")
    ended = [shelf("check", "maps", "--jobs", jobs) for jobs in ("1", "2")]
    assert ended[0] == ended[1]
    assert ended[0].code == 1
    assert "error: maps/team-3/38.md: " in ended[0].err
    assert "maps/team-1/50.md" in ended[0].err, "the others are read"


def test_it_does_not_hang_on_how_processes_start(shelf: Program) -> None:
    flags = ["check", "maps", "--jobs", "2", "--format", "json"]
    spawned = subprocess.run(
        [sys.executable, "-c", SPAWNED, *flags], cwd=shelf.folder, capture_output=True, text=True, check=False
    )
    assert (spawned.returncode, spawned.stdout) == (1, shelf(*flags).out)
    assert "Traceback" not in spawned.stderr


def test_without_semaphores_one_process_reads_all(shelf: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    one = shelf("check", "maps", "--jobs", "1")

    def refuse(*_: object, **__: object) -> None:
        raise NotImplementedError("This Python build lacks multiprocessing.synchronize")

    monkeypatch.setattr(pools, "_check_system_limits", refuse)
    assert shelf("check", "maps", "--jobs", "2") == one


def test_a_killed_process_is_one_clear_error() -> None:
    with pytest.raises(UsageProblem) as raised:
        list(map_in_order(_killed, range(100), 2))
    assert "killed" in raised.value.what
    assert "jobs = 1" in raised.value.hint


def _killed(_: int) -> None:
    assert multiprocessing.parent_process(), "not in a process of its own"
    os.kill(os.getpid(), signal.SIGKILL)


def test_ctrl_c_ends_all_processes_without_a_traceback(shelf: Program) -> None:
    for number in range(MAPS, 700):
        write(shelf, number)
    program = Path(sys.executable).with_name("techmap-sync")
    run = subprocess.Popen(
        [program, "check", "maps", "--jobs", "2"], cwd=shelf.folder, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True, start_new_session=True, preexec_fn=_heed_ctrl_c,  # noqa: PLW1509 - no thread runs here
    )  # fmt: skip
    while len(_members(run.pid)) < 3:
        assert run.poll() is None
        time.sleep(0.01)
    os.killpg(run.pid, signal.SIGINT)
    _, err = run.communicate(timeout=30)
    assert run.returncode == 130, err
    assert "Traceback" not in err
    assert _members(run.pid) == []


def test_ctrl_c_reaches_no_process_that_has_only_begun() -> None:
    assert set(map_in_order(_holds_ctrl_c_back, range(100), 2)) == {True}
    assert not _holds_ctrl_c_back(0)


def _holds_ctrl_c_back(_: int) -> bool:
    return signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, ())


def _heed_ctrl_c() -> None:
    """As in a shell, whoever started the tests: what a shell starts in the background ignores the signal."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _members(group: int) -> list[str]:
    listed = subprocess.run(["ps", "-o", "pid=", "-g", str(group)], capture_output=True, text=True, check=False)
    return listed.stdout.split()


def test_a_bad_number_is_refused(program: Program) -> None:
    ended = program("check", "--jobs", "-1")
    assert ended.code == 2
    assert ended.err.startswith("error: --jobs: jobs = -1")


def test_the_order_is_that_of_the_things() -> None:
    assert list(map_in_order(abs, range(-500, 0), 2)) == list(range(500, 0, -1))
