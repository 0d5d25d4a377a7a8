"""The edit histories of specs, replayed by pushes: every ticket stays with its task."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.app.run import Program
from tests.families.gold import ROOT

HISTORIES = sorted(path.parent for path in ROOT.glob("*/histories/*/expected.json"))


class Repository:
    """A repository at one of its versions, and a folder of tickets."""

    def __init__(self, program: Program, history: Path, granularity: str = "") -> None:
        self.program, self.history = program, history
        family = history.parents[1].name
        table = f'[family.{family}]\nticket = "task"\n' if granularity else ""
        self.settings = f'families = ["{family}"]\njobs = 1\n{table}'

    def at(self, version: str) -> None:
        """Replace all files by those of a version; tickets stay."""
        for path in self.program.folder.iterdir():
            if path.name != "backlog":
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        shutil.copytree(self.history / version, self.program.folder, dirs_exist_ok=True)
        (self.program.folder / "techmap-sync.toml").write_text(self.settings, encoding="utf-8")

    def run(self, *arguments: str, code: int = 0) -> Any:
        ended = self.program(*arguments, "--to", "backlog:./backlog", "--format", "json")
        assert ended.code == code, ended.out + ended.err
        return ended.json

    def tickets(self) -> dict[str, tuple[str, str]]:
        """Title and state of each ticket, by number."""
        tasks = [task for each in self.run("status")["maps"] for task in each["tasks"] if task["number"]]
        return {task["number"]: (task["title"], task["state"]) for task in tasks}


@pytest.mark.parametrize("history", HISTORIES, ids=lambda path: path.parent.parent.name)
def test_every_ticket_stays_with_its_task(program: Program, history: Path) -> None:
    repository = Repository(program, history)
    steps = json.loads((history / "expected.json").read_text("utf-8"))["steps"]
    repository.at(steps[0]["from"])
    repository.run("push")
    after = repository.tickets()
    for step in steps:
        before = after
        numbers = {title: number for number, (title, _) in before.items()}
        repository.at(step["to"])
        if step["refused"]:
            refused = repository.run("push", code=4)
            assert f"--allow {step['refused']}" in json.dumps(refused)
            assert repository.tickets() == before
        repository.run("push", *(["--allow", step["refused"]] if step["refused"] else []))
        after = repository.tickets()
        wanted = step["tickets"]
        assert sorted(title for number, (title, _) in after.items() if number not in before) == sorted(wanted["added"])
        retitled = dict(wanted["retitled"])
        for title, number in numbers.items():
            if title not in wanted["removed"]:
                assert after[number][0] == retitled.get(title, title)
        closed = {numbers[title] for title in wanted["closed"] if title in numbers}
        removed = {numbers[title] for title in wanted["removed"] if title in numbers}
        assert {n for n in before if before[n][1] != "done" and after.get(n, ("", "done"))[1] == "done"} >= closed
        assert not {n for n in removed if after.get(n, ("", "gone"))[1] == "open"}
        repository.run("push")
        assert repository.tickets() == after, "a second push changes nothing"


@pytest.mark.parametrize("history", HISTORIES, ids=lambda path: path.parent.parent.name)
def test_every_task_keeps_its_ticket_where_each_has_one(program: Program, history: Path) -> None:
    repository = Repository(program, history, "task")
    steps = json.loads((history / "expected.json").read_text("utf-8"))["steps"]
    repository.at(steps[0]["from"])
    repository.run("push")
    after = repository.tickets()
    for step in steps:
        before = after
        repository.at(step["to"])
        repository.run("push", *(["--allow", step["refused"]] if step["refused"] else []))
        after = repository.tickets()
        for row in step["tasks"]:
            if not row["from"] or not row["to"]:
                continue
            old = [n for n, (title, _) in before.items() if title == row["from"]["title"]]
            new = [n for n, (title, _) in after.items() if title == row["to"]["title"]]
            if old and new:
                assert set(old) & set(new), row
