"""What a folder may not lead to, locks that nobody holds any more, and several first pushes at once."""

from __future__ import annotations

import os
import subprocess
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from techmap_sync.errors import TrackerError
from techmap_sync.sync.block import Block, read_block
from techmap_sync.sync.marker import Marker, claims, encode
from techmap_sync.sync.tracker import Draft, Edge, EdgeKind, Patch, State
from techmap_sync.trackers.backlog import folder, lock
from techmap_sync.trackers.backlog.location import Settings, read_settings
from techmap_sync.trackers.backlog.task import Place
from techmap_sync.trackers.backlog.tracker import BacklogTracker
from techmap_sync.trackers.connection import Connection
from tests import forked
from tests.app.run import CORPUS
from tests.planning.maps import keys_of
from tests.trackers.backlog_files import LABEL, OURS, put

SECRET = "the-secret-of-this-machine"


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "repository"
    (folder / ".git").mkdir(parents=True)
    (tmp_path / "outside").mkdir()
    monkeypatch.chdir(folder)
    return folder


def tracker(target: str = "./backlog", timeout: float = 0.0) -> BacklogTracker:
    return BacklogTracker(Connection(target, lambda: datetime(2026, 11, 27, tzinfo=UTC), project="x", timeout=timeout))


def everything(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def refuses_everything(target: str = "./backlog") -> str:
    writes = (
        lambda: tracker(target).create(OURS),
        lambda: tracker(target).update("TASK-1", Patch(body="New")),
        lambda: tracker(target).update("TASK-1", Patch(title="New")),
        lambda: tracker(target).add_labels("TASK-1", ["x"]),
        lambda: tracker(target).snapshot(LABEL),
        lambda: tracker(target).get("TASK-1"),
    )
    said = set()
    for write in writes:
        with pytest.raises(TrackerError) as caught:
            write()
        said.add(f"{caught.value.what}; {caught.value.hint}")
    (only,) = said
    return only


@pytest.mark.parametrize("part", ["tasks", "completed", "milestones", "archive", "archive/tasks", ".locks", "drafts"])
def test_a_part_of_the_folder_that_leads_out_is_not_written_through(repository: Path, part: str) -> None:
    tracker().create(OURS)
    before = everything(repository)
    outside = repository.parent / "outside"
    path = repository / "backlog" / part
    if path.exists():
        path.rename(repository / "aside")
    path.parent.mkdir(exist_ok=True)
    path.symlink_to(outside)
    assert f"backlog/{part}: is a link" in refuses_everything()
    assert list(outside.iterdir()) == []
    path.unlink()
    if (repository / "aside").exists():
        (repository / "aside").rename(path)
    assert everything(repository) == before


@pytest.mark.parametrize("place", ["outside", ".git", "outside/not-there"])
def test_a_folder_that_leads_out_is_not_written_through(repository: Path, place: str) -> None:
    elsewhere = repository / ".git" if place == ".git" else repository.parent / place
    (repository / "backlog").symlink_to(elsewhere)
    assert "backlog: is a link" in refuses_everything()
    assert list((repository.parent / "outside").iterdir()) == list((repository / ".git").iterdir()) == []


def test_a_folder_elsewhere_may_be_named_by_its_own_path(repository: Path) -> None:
    for target in ("../outside/backlog", str(repository.parent / "outside" / "other")):
        assert tracker(target).create(OURS).number == "TASK-1"


def test_a_link_within_the_repository_is_followed(repository: Path) -> None:
    (repository / "docs").mkdir()
    (repository / "backlog").symlink_to("docs")
    assert tracker().create(OURS).number == "TASK-1"
    assert (repository / "docs" / "tasks").is_dir()


def test_a_task_that_is_a_link_to_elsewhere_is_not_read_and_its_number_is_not_given_again(repository: Path) -> None:
    tracker().create(OURS)
    text = next((repository / "backlog" / "tasks").iterdir()).read_text().replace("TASK-1", "TASK-9")
    secret = put(repository.parent / "outside", "task.md", text.replace("Purpose", SECRET))
    (repository / "backlog" / "tasks" / "task-7 - Link.md").symlink_to(secret)
    (repository / "backlog" / "tasks" / "task-8 - Pipe.md").symlink_to("nowhere")
    os.mkfifo(repository / "backlog" / "tasks" / "task-8 - Pipe2.md")
    found = tracker().snapshot(LABEL)
    assert [ticket.number for ticket in found.tickets] == ["TASK-1"]
    assert SECRET not in repr(tracker().own_tickets())
    assert tracker().create(OURS).number == "TASK-8"


@pytest.mark.parametrize("kind", ["link", "pipe"])
def test_a_config_that_is_no_plain_file_of_the_folder_is_one_error(repository: Path, kind: str) -> None:
    tracker().create(OURS)
    config = repository / "backlog" / "config.yml"
    config.unlink()
    config.symlink_to(put(repository.parent / "outside", "config.yml", f"statuses: [{SECRET}\n"))
    with pytest.raises(TrackerError) as caught:
        tracker().snapshot(LABEL)
    assert SECRET not in caught.value.what
    assert "leads out" in caught.value.what


def test_one_write_reads_only_what_may_have_changed(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each write looks for its task in all files: with as many reads a push would take the square of its tasks."""
    read: list[str] = []
    whole = folder._bytes_of

    def counted(path: Path) -> bytes:
        read.append(path.name)
        return whole(path)

    monkeypatch.setattr(folder, "_bytes_of", counted)
    made = tracker()
    for _ in range(5):
        made.create(OURS)
    paths = sorted((repository / "backlog" / "tasks").iterdir())
    for path in paths:
        long_ago = path.stat().st_mtime_ns - 10**10
        os.utime(path, ns=(long_ago, long_ago))
    monkeypatch.setattr(folder, "_is_settled", lambda _: True)
    made.snapshot(LABEL)
    read.clear()
    made.update("TASK-3", Patch(body="New"))
    assert set(read) == {paths[2].name}
    read.clear()
    made.update("TASK-4", Patch(body="New"))
    assert set(read) == {paths[3].name}


def test_a_link_looks_only_at_its_two_tasks(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a look at all files for each link a push would take the square of its tasks."""
    made = tracker()
    for _ in range(5):
        made.create(OURS)
    made.snapshot(LABEL)
    looked_at: list[str] = []
    look = folder._KnownFiles.file

    def noted(self: folder._KnownFiles, path: str, place: Place, found: os.stat_result) -> folder.TaskFile:
        looked_at.append(path)
        return look(self, path, place, found)

    monkeypatch.setattr(folder._KnownFiles, "file", noted)
    made.link(Edge(source="TASK-3", kind=EdgeKind.BLOCKED_BY, target="TASK-2"))
    assert looked_at == []
    made.create(OURS)
    looked_at.clear()
    made.link(Edge(source="TASK-6", kind=EdgeKind.BLOCKED_BY, target="TASK-2"))
    assert len(looked_at) == 6, "a file has come, so all are looked at, once"


def test_a_second_file_with_a_number_is_noticed_between_two_writes(repository: Path) -> None:
    made = tracker()
    made.create(OURS)
    made.snapshot(LABEL)
    (path,) = (repository / "backlog" / "tasks").iterdir()
    path.with_name("task-1 - Copy.md").write_bytes(path.read_bytes())
    with pytest.raises(TrackerError, match="several"):
        made.update("TASK-1", Patch(body="New"))


def test_a_task_that_was_moved_between_two_writes_is_found(repository: Path) -> None:
    made = tracker()
    made.create(OURS)
    made.snapshot(LABEL)
    (path,) = (repository / "backlog" / "tasks").iterdir()
    path.rename(repository / "backlog" / "completed" / path.name)
    made.update("TASK-1", Patch(body="New"))
    ticket = made.get("TASK-1")
    assert ticket is not None
    assert ticket.state is State.CLOSED


def test_numbers_are_compared_with_one_look_at_each_file(monkeypatch: pytest.MonkeyPatch) -> None:
    looks: Counter[str] = Counter()

    def number(file: folder.TaskFile) -> str:
        looks[file.path.stem] += 1
        return file.path.stem

    monkeypatch.setattr(folder.TaskFile, "number", property(number))
    files = [folder.TaskFile(Path(f"TASK-{n}.md"), Place.TASKS, b"") for n in range(50)]
    folder.check_unique(files, {file.path.stem for file in files})
    assert set(looks.values()) == {1}


def test_what_a_person_has_just_saved_is_never_taken_from_memory(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even on a file system that gives no sign of the change."""
    kept: dict[str, folder.TaskFile] = {}
    read = folder._KnownFiles.file

    def first(self: folder._KnownFiles, path: str, place: Place, found: os.stat_result) -> folder.TaskFile:
        return kept.get(path) or kept.setdefault(path, read(self, path, place, found))

    monkeypatch.setattr(folder._KnownFiles, "file", first)
    made = tracker()
    made.create(OURS)
    made.snapshot(LABEL)
    (path,) = (repository / "backlog" / "tasks").iterdir()
    path.write_bytes(path.read_bytes().replace(b"Purpose", b"PURPOSE"))
    found = made.get("TASK-1")
    assert found is not None
    assert "PURPOSE" in found.body
    made.update("TASK-1", Patch(title="New"))
    assert b"PURPOSE" in path.read_bytes()


@pytest.mark.parametrize("seconds_later", [0, 10])
def test_a_config_is_read_once_and_again_when_it_changes(
    repository: Path, monkeypatch: pytest.MonkeyPatch, seconds_later: int
) -> None:
    one, config = tracker(), repository / "backlog" / "config.yml"
    one.create(OURS)
    now = config.stat().st_ctime_ns + seconds_later * 10**9
    monkeypatch.setattr(folder, "time", SimpleNamespace(time_ns=lambda: now))
    read: list[Path] = []

    def counted(path: Path) -> Settings:
        read.append(path)
        return read_settings(path)

    def state() -> State | None:
        ticket = one.get("TASK-1")
        return ticket.state if ticket else None

    monkeypatch.setattr(folder, "read_settings", counted)
    assert [state() for _ in range(3)] == [State.OPEN] * 3
    assert (len(read) == 1) == (seconds_later > 0), "what may just have been saved is read again"
    turned = config.read_text("utf-8").replace('"To Do", "In Progress", "Done"', '"Done", "In Progress", "To Do"')
    config.with_name("new").write_text(turned, "utf-8")
    config.with_name("new").replace(config)
    assert state() is State.CLOSED
    config.unlink()
    assert state() is State.OPEN


@pytest.mark.parametrize(
    ("age", "time", "settled"),
    [
        (0.0, 0.001, False),
        (0.2, 0.001, True),
        (0.2, 0.0, False),
        (2.5, 0.0, False),
        (3.5, 0.0, True),
        (-9, 0.001, False),
    ],
)
def test_a_file_is_kept_in_memory_only_once_its_next_change_shows(
    monkeypatch: pytest.MonkeyPatch, age: float, time: float, settled: bool
) -> None:
    changed = 1_800_000_000_000_000_000 + int(time * 1e9)
    found = SimpleNamespace(st_mtime_ns=changed, st_ctime_ns=changed)
    monkeypatch.setattr(folder, "time", SimpleNamespace(time_ns=lambda: changed + int(age * 1e9)))
    assert folder._is_settled(found) is settled  # type: ignore[arg-type]


class Clock:
    """Time that passes only while somebody waits."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def time(self) -> float:
        return self.now

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def time_ns(self) -> int:
        return int(self.now * 1e9)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[Clock]:
    clock = Clock()
    monkeypatch.setattr(lock, "time", clock)
    yield clock


def left_behind(path: Path, at: float) -> Path:
    path.mkdir(parents=True)
    put(path, "info", "of somebody")
    os.utime(path, (at, at))
    return path


@pytest.mark.parametrize("content", [True, False], ids=["with a file in it", "empty"])
@pytest.mark.parametrize("age", [11.0, -100_000.0], ids=["old", "from a clock that is ahead"])
def test_a_lock_that_nobody_holds_needs_no_human(repository: Path, clock: Clock, age: float, content: bool) -> None:
    tracker().create(OURS)
    for name in ("create", "task-task-1"):
        path = left_behind(repository / "backlog" / ".locks" / name, clock.now - age)
        if not content:
            (path / "info").unlink()
            os.utime(path, (clock.now - age, clock.now - age))
    locks = repository / ".git" / "backlog.md" / "locks"
    if (repository / "backlog" / ".locks" / "create").exists() and not locks.exists():
        locks.mkdir(parents=True)
    (repository / "backlog" / ".locks" / "create").rename(locks / "create")
    patient = tracker(timeout=30.0)
    assert patient.create(OURS).number == "TASK-2"
    assert patient.update("TASK-1", Patch(body="New")).body == "New"
    assert not (locks / "create").exists()
    kept = [path.read_text() for folder in (locks, repository / "backlog" / ".locks") for path in folder.rglob("info")]
    assert kept == (["of somebody"] * 2 if content else []), "what lies in it is not ours to delete"


def test_a_lock_that_shows_signs_of_life_is_never_broken(
    repository: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The CLI touches its lock every five seconds."""
    tracker().create(OURS)
    living = left_behind(repository / ".git" / "backlog.md" / "locks" / "create", clock.now)
    pause = clock.sleep

    def sleep(seconds: float) -> None:
        pause(seconds)
        if int(clock.now) % 5 == 0:
            os.utime(living, (clock.now, clock.now))

    monkeypatch.setattr(clock, "sleep", sleep)
    with pytest.raises(TrackerError) as caught:
        tracker(timeout=60.0).create(OURS)
    assert "another process" in caught.value.what
    assert (living / "info").exists()


def test_a_lock_that_is_taken_while_an_old_one_is_cleared_away_is_put_back(
    repository: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    tracker().create(OURS)
    path = left_behind(repository / ".git" / "backlog.md" / "locks" / "create", clock.now - 60)
    look = lock._Attempts._is_left_behind

    def taken_meanwhile(self: lock._Attempts) -> bool:
        old = look(self)
        if old and (path / "info").read_text() == "of somebody":
            path.rename(path.with_name("gone"))
            left_behind(path, clock.now)
            (path / "info").write_text("living")
            os.utime(path, (clock.now, clock.now))
        return old

    monkeypatch.setattr(lock._Attempts, "_is_left_behind", taken_meanwhile)
    with pytest.raises(TrackerError):
        tracker(timeout=5.0).create(OURS)
    assert (path / "info").read_text() == "living"


def test_a_task_that_another_run_made_meanwhile_is_not_made_twice(repository: Path) -> None:
    def draft(map_id: str, source: str = "here") -> Draft:
        marker = encode(Marker(source, map_id, "map.md", f"{map_id}/map/x-->"))
        return Draft("Login", f"Text\n\n{marker}", frozenset({LABEL}), claims=claims(source, f"{map_id}/map/x-->"))

    first, second = tracker(), tracker()
    assert first.snapshot(LABEL) == second.snapshot(LABEL)
    first.create(draft("login"))
    with pytest.raises(TrackerError) as caught:
        second.create(draft("login"))
    assert "TASK-1" in caught.value.what
    second.create(draft("logout"))
    second.create(draft("login", "elsewhere"))
    third = tracker()
    third.snapshot(LABEL)
    third.create(draft("login"))  # asked for in sight of the first one


def test_a_task_that_a_person_put_back_meanwhile_is_not_made_twice(repository: Path) -> None:
    tracker().create(OURS)
    (path,) = (repository / "backlog" / "tasks").iterdir()
    text = path.read_bytes()
    path.unlink()
    run = tracker()
    assert not run.snapshot(LABEL).tickets
    path.write_bytes(text)
    with pytest.raises(TrackerError, match="TASK-1 has appeared for this in the meantime, from another run or by hand"):
        run.create(replace(OURS, claims=("techmap",)))
    assert [each.read_bytes() for each in path.parent.iterdir()] == [text]


def test_four_first_pushes_at_once_make_one_set_of_tickets(tmp_path: Path) -> None:
    arguments = ["push", str(CORPUS / "08-cli-profiles.md"), "--to", "backlog:new"]
    environment = {**os.environ, "GIT_CEILING_DIRECTORIES": str(tmp_path.parent)}

    def push() -> subprocess.CompletedProcess[str]:
        return forked.run(arguments, cwd=tmp_path, env=environment)

    with ThreadPoolExecutor(4) as at_once:
        runs = [each.result(timeout=240) for each in [at_once.submit(push) for _ in range(4)]]
    said = [(run.returncode, run.stdout, run.stderr) for run in runs]
    codes = sorted(run.returncode for run in runs)
    assert codes[0] == 0, said
    for run in runs:
        came_later = run.returncode == 4 and "missing from the listing" in run.stdout
        assert run.returncode in (0, 5) or came_later, said
    blocks = [read_block(path.read_text("utf-8")) for path in (tmp_path / "new" / "tasks").glob("*.md")]
    keys = Counter(block.marker.key for block in blocks if isinstance(block, Block))
    assert set(keys) == keys_of(CORPUS / "08-cli-profiles.md")
    assert len(blocks) == len(keys), "each of them once, and no other ticket"
    again = push()
    assert (again.returncode, "no changes" in again.stdout) == (0, True)
