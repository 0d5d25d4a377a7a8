"""Whatever a file in a folder holds: it is a task, is passed over, or is named in one clear error; and soon."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from itertools import islice
from pathlib import Path
from random import Random
from time import monotonic

import pytest

from techmap_sync.errors import TrackerError
from techmap_sync.sync.block import Block, read_block
from techmap_sync.sync.marker import encode
from techmap_sync.sync.tracker import Draft, Patch
from techmap_sync.trackers.backlog.tracker import BacklogTracker, connect
from techmap_sync.trackers.connection import Connection
from tests.fakes.clock import Clock
from tests.sync.build import plan, task
from tests.sync.drive import planned, push
from tests.sync.hostile_markers import body_of, marker_lines

LABEL = "techmap"
BEGIN, END = "<!-- SECTION:DESCRIPTION:BEGIN -->", "<!-- SECTION:DESCRIPTION:END -->"
HEAD = "id: TASK-1\ntitle: x\nlabels: [techmap]\n"
LONG = "9" * 6000
BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12)
)
"""What it stands for has ten thousand million letters."""
FRONTS = {
    "open lists": f"{HEAD}a: {'[' * 5000}\n",
    "nested lists": f"{HEAD}a: {'[' * 5000}{']' * 5000}\n",
    "nested tables": f"{HEAD}a: {'{a: ' * 3000}\n",
    "nested items": f"{HEAD}{'- ' * 3000}a\n",
    "a list in itself": f"{HEAD}a: &x [*x]\n",
    "a list as a key": f"{HEAD}? [a, b]\n: c\n",
    "a bomb": HEAD + BOMB,
    "a bomb as a key": f"{HEAD}{BOMB}? *a11\n: c\n",
    "a bomb as labels": f"{BOMB}id: TASK-1\nlabels: [techmap, *a11]\n",
    "a bomb as the id": f"{BOMB}id: *a11\nlabels: [techmap]\n",
    "a number beyond all": f"{HEAD}ordinal: 1e999\na: .nan\n",
    "a long number": f"{HEAD}ordinal: {LONG}\n",
    "a long id": f"id: TASK-{LONG}\nlabels: [techmap]\n",
    "an id of digits": f"id: {LONG}\nlabels: [techmap]\n",
    "a deep id": f"id: TASK-{'1.' * 3000}1\nlabels: [techmap]\n",
    "a long dependency": f"{HEAD}dependencies: [TASK-{LONG}]\nparent_task_id: {LONG}\nmilestone: m-{LONG}\n",
    "tables for texts": f"{HEAD}assignee: {{a: b}}\ndependencies: [{{a: b}}]\npriority: [a]\nstatus: [[b]]\n",
    "half a letter": f'{HEAD}title: "\\ud800"\n',
    "a sign that is none": f'{HEAD}title: "\\x00"\n',
    "an object": f"{HEAD}a: !!python/object/apply:os.system [true]\n",
    "a version to come": f"%YAML 9.9\n{HEAD}",
    "no such anchor": f"{HEAD}a: *nothing\n",
    "a megabyte": f"{HEAD}a: [{'x, ' * 350_000}x]\n",
}
USES: tuple[Callable[[BacklogTracker], object], ...] = (
    lambda tracker: tracker.snapshot(LABEL),
    lambda tracker: tracker.own_tickets(),
    lambda tracker: tracker.get("TASK-1"),
    lambda tracker: tracker.examine(),
    lambda tracker: tracker.update("TASK-1", Patch(title="y")),
    lambda tracker: tracker.create(Draft("y", "z", frozenset({LABEL}))),
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with its config."""
    (tmp_path / "tasks").mkdir()
    (tmp_path / "config.yml").write_text("project_name: x\n", encoding="utf-8")
    return tmp_path


def tracker_of(folder: Path) -> BacklogTracker:
    return connect(Connection(target=str(folder), now=Clock(), timeout=30))


def add(folder: Path, front: str, content: str = "\nText.\n", number: int = 1) -> None:
    file = folder / "tasks" / f"task-{number} - x.md"
    file.write_bytes(f"---\n{front}---\n{content}".encode())


@pytest.mark.parametrize("front", FRONTS.values(), ids=FRONTS)
def test_a_front_matter_of_any_kind_is_read_or_refused(folder: Path, front: str) -> None:
    add(folder, front)
    begin = monotonic()
    for use in USES:
        with suppress(TrackerError):
            use(tracker_of(folder))
    assert monotonic() - begin < 10


@pytest.mark.parametrize(
    "line", ["## Description\n\n<!-- SECTION:DESCRIPTION:BEGIN -->", "## Comments\n<!-- COMMENTS:BEGIN -->"]
)
def test_sections_that_begin_again_and_again_are_soon_read(folder: Path, line: str) -> None:
    add(folder, HEAD, f"{line}\n" * 20_000)
    begin = monotonic()
    for use in USES[:2]:
        use(tracker_of(folder))
    assert monotonic() - begin < 10


def test_a_file_larger_than_any_task_is_named(folder: Path) -> None:
    with (folder / "tasks" / "task-1 - x.md").open("wb") as file:
        file.truncate(1 << 34)
    with pytest.raises(TrackerError, match="larger than"):
        tracker_of(folder).snapshot(LABEL)


def test_hostile_markers_in_a_folder_end_no_run(folder: Path) -> None:
    made = plan(task("Store"), task("Service"))
    push(tracker_of(folder), made)
    before = {path: path.read_bytes() for path in (folder / "tasks").iterdir()}
    (tracking,) = (t for t in tracker_of(folder).snapshot(LABEL).tickets if t.parent is None)
    block = read_block(tracking.body)
    assert isinstance(block, Block)
    random = Random(6)
    for start in range(0, 400, 40):
        for number, line in enumerate(islice(marker_lines(encode(block.marker), random), 40), 100):
            text = f"## Description\n\n{BEGIN}\n{body_of(line)}\n{END}\n"
            add(folder, f"id: TASK-{number}\ntitle: x\nlabels: [techmap]\n", text, number)
        planned(tracker_of(folder), made)
        assert {path: path.read_bytes() for path in before} == before, start
