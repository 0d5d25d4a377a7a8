"""After random work of people and authors, every number of ``status`` is what the tickets themselves say."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.app.recount import recount
from tests.app.run import CORPUS, Program
from tests.planning.maps import plan_of, read_file
from tests.sampling import sampling

MAPS = ("01-two-factor-login.md", "09-webhook-ingestion.md")
EDITS = 30
SEEDS = range(3, 3 + int(os.environ.get("SEEDS", sampling.times("histories of a survey", 2, 4))))
"""SEEDS=100 tries as many histories."""
LIVELY = 22
"""A history in which people and the map meet in every way."""
NUMBERS = ("done", "started", "open", "planned", "dropped", "blocked", "drifted", "conflicts")


@pytest.mark.parametrize("seed", SEEDS)
def test_an_independent_count_of_the_files_agrees(program: Program, seed: int) -> None:
    chance = random.Random(seed)
    for name in MAPS:
        shutil.copy(CORPUS / name, program.folder)
    program.has_run("push", *MAPS)
    for _ in range(EDITS):
        chance.choice(EDITS_OF_PEOPLE)(program.folder / "backlog", chance)
    for name in MAPS:
        edit_map(program.folder / name, chance)
    assert program("push", *MAPS, "--to", "backlog:./fresh").code == 0
    document = program("status", *MAPS, "--format", "json").json
    for each in document["maps"]:
        told = {"counts": each["counts"], "phases": each["phases"]}
        del told["counts"]["changes"]
        counted = recount(program.folder / "backlog", program.folder / "fresh", each["map_id"])
        assert told == counted, (seed, each["path"])
    totals = {name: sum(each["counts"][name] for each in document["maps"]) for name in told["counts"]}
    assert totals == {name: document["counts"][name] for name in totals}


def test_the_random_work_makes_every_number_move(program: Program) -> None:
    """A count that is nought everywhere would prove nothing."""
    chance = random.Random(LIVELY)
    shutil.copy(CORPUS / MAPS[1], program.folder)
    program("push", MAPS[1])
    for _ in range(3 * EDITS):
        chance.choice(EDITS_OF_PEOPLE)(program.folder / "backlog", chance)
    edit_map(program.folder / MAPS[1], chance)
    counts = program("status", MAPS[1], "--format", "json").json["counts"]
    assert not [name for name in NUMBERS if not counts[name]], counts


def edit_map(path: Path, chance: random.Random) -> None:
    """Reword some purposes, and add a component."""
    text = path.read_text("utf-8")
    for purpose in re.findall(r"^\*\*Purpose\*\*: .+$", text, re.M):
        if chance.random() < 0.6:
            text = text.replace(purpose, f"{purpose.rstrip()} Version {chance.randrange(9)}.  ", 1)
    new = re.search(r"^- `\w+`.*$|^\d\. `\w+`.*$|^\| `\w+` .*$|^- \*\*\w+\*\*.*$", text, re.M)
    assert new
    listed = re.sub(r"\w+(?=[`*])", "FreshPart", new[0], count=1)
    path.write_text(text.replace(new[0], f"{listed}\n{new[0]}", 1), encoding="utf-8")


def some_file(folder: Path, chance: random.Random, place: str = "tasks") -> Path:
    return chance.choice(sorted((folder / place).glob("*.md")))


def rewritten(old: str, new: Callable[[random.Random], str]) -> Callable[[Path, random.Random], None]:
    def edit(folder: Path, chance: random.Random) -> None:
        path = some_file(folder, chance)
        text = path.read_text("utf-8")
        path.write_text(re.sub(old, lambda match: match.expand(new(chance)), text, count=1, flags=re.M), "utf-8")

    return edit


def delete_child(folder: Path, chance: random.Random) -> None:
    path = some_file(folder, chance)
    if "parent_task_id" in path.read_text("utf-8"):
        path.unlink()


def put_away(folder: Path, chance: random.Random) -> None:
    path = some_file(folder, chance)
    target = folder / chance.choice(["completed", "archive/tasks"])
    target.mkdir(parents=True, exist_ok=True)
    if "parent_task_id" in path.read_text("utf-8"):
        path.rename(target / path.name)


def depend(folder: Path, chance: random.Random) -> None:
    path, other = some_file(folder, chance), some_file(folder, chance)
    number = re.search(r"^id: (.+)$", other.read_text("utf-8"), re.M)
    assert number
    text = path.read_text("utf-8")
    if path != other:
        text = text.replace("dependencies: []", "dependencies:", 1)
        path.write_text(text.replace("dependencies:\n", f"dependencies:\n  - {number[1]}\n", 1), "utf-8")


def release(folder: Path, chance: random.Random) -> None:
    path = some_file(folder, chance)
    text = path.read_text("utf-8")
    if "parent_task_id" in text and chance.random() < 0.3:
        path.write_text(re.sub(r"^<!-- techmap-sync: .*\n", "", text, flags=re.M), "utf-8")


EDITS_OF_PEOPLE: tuple[Callable[[Path, random.Random], None], ...] = (
    rewritten(r"^status: .*$", lambda chance: f"status: {chance.choice(['To Do', 'In Progress', 'Done', 'Done'])}"),
    rewritten(r"^- \[ \] ", lambda _: "- [x] "),
    rewritten(r"^(### (?:Purpose|Background)\n\n.*)$", lambda chance: rf"\1 Said {chance.randrange(9)} times."),
    rewritten(r"^title: '?(.*?)'?$", lambda chance: rf"title: '\1 {chance.randrange(9)}'"),
    rewritten(r"^priority: .*$", lambda chance: f"priority: {chance.choice(['high', 'medium', 'low'])}"),
    rewritten(r"^  - (?:TASK|task)-[\d.]+\n", lambda _: ""),
    rewritten(r"^assignee: \[\]$", lambda _: "assignee:\n  - '@sara'"),
    delete_child,
    put_away,
    depend,
    release,
)


def test_numbers_are_whole_where_there_is_no_ticket(program: Program) -> None:
    shutil.copy(CORPUS / MAPS[0], program.folder)
    counts = json.loads(program("status", MAPS[0], "--format", "json").out)["counts"]
    assert counts["planned"] == counts["total"] == len(plan_of(read_file(CORPUS / MAPS[0])).tasks)
    assert counts["blocked"] == counts["dropped"] == 0
