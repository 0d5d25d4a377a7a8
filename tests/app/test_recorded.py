"""Tickets that the release before wrote, with numbers in their keys and titles, go on with their tasks.

``tests/recorded/`` holds folders as that release left them: a ticket for each item, and checklists.
"""

from __future__ import annotations

import re
import shutil
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.app.run import ROOT, Program
from tests.sampling import sampling

RECORDED = ROOT / "tests" / "recorded" / "numbered"
MAP = "docs/maps/numbered.md"
WORDS = re.compile(r"^title: '?(.*?)'?$", re.MULTILINE)
NUMBER = re.compile(r"(?<=: )(?:Step )?\(?[\d.]+[.):]* ")


@pytest.fixture
def recorded(program: Program) -> Program:
    shutil.copytree(RECORDED, program.folder, dirs_exist_ok=True)
    return program


def subjects(folder: Path) -> dict[str, str]:
    """Number of each ticket -> its title without a number in front of the words."""
    return dict(_subjects(folder))


def _subjects(folder: Path) -> Iterator[tuple[str, str]]:
    for path in (folder / "backlog" / "tasks").glob("*.md"):
        title = WORDS.search(path.read_text("utf-8"))
        assert title
        yield path.name.split(" ")[0], as_worded_now(NUMBER.sub("", title[1].replace("''", "'")))


def as_worded_now(title: str) -> str:
    """A title that the release before wrote, with the words of today; without what is said of a component."""
    title = re.sub(r"^(Create|Modify|Integrate) ([^:]+): .*", r"\1 \2", title)
    return re.sub(r"^([\w-]+) test: ", r"\1 tests: ", title).replace("Deploy, ", "Deploy ", 1)


def push(program: Program, *options: str) -> str:
    ended = program("push", MAP, "--to", "backlog:backlog", *options)
    assert ended.code == 0, ended.out + ended.err
    return ended.out


def edit(program: Program, change: Callable[[str], str]) -> None:
    path = program.folder / MAP
    path.write_text(change(path.read_text("utf-8")), "utf-8")


def test_an_unchanged_map_keeps_every_ticket(recorded: Program) -> None:
    before = subjects(recorded.folder)
    assert "Plan: 0 to create, " in push(recorded)
    assert subjects(recorded.folder) == before
    assert "Plan: no changes." in push(recorded)


RENUMBERINGS: dict[str, Callable[[str], str]] = {
    "other numbers": lambda text: re.sub(r"(?<=\[ \] )\d", lambda found: str(int(found[0]) + 3), text),
    "steps that count on": lambda text: text.replace("Step 2", "Step 3").replace("Step 1", "Step 2"),
    "no numbers": lambda text: re.sub(r"(?<=\[ \] )[1-4][.)] (?!Restart)|Step \d: |\(3\) |1\.\d ", "", text),
    "decomposed characters": lambda text: unicodedata.normalize("NFD", text),
}


@pytest.mark.parametrize(
    ("change", "pushed_before"),
    sampling.meeting_in_turn("renumberings of a map that this release has pushed, or not", RENUMBERINGS, [False, True]),
)
def test_a_map_that_is_renumbered_keeps_every_ticket(recorded: Program, change: str, pushed_before: bool) -> None:
    before = subjects(recorded.folder)
    if pushed_before:
        push(recorded)
    edit(recorded, RENUMBERINGS[change])
    assert " to create" not in (out := push(recorded)) or "Plan: 0 to create, " in out
    assert subjects(recorded.folder) == before
    assert "Plan: no changes." in push(recorded)


def test_one_task_that_is_inserted_makes_one_ticket_and_touches_no_other(recorded: Program) -> None:
    push(recorded)
    before = subjects(recorded.folder)
    edit(
        recorded,
        lambda text: (
            text.replace("- [ ] 4. ", "- [ ] 5. ")
            .replace("- [ ] 3. A", "- [ ] 4. A")
            .replace("- [ ] 2. A", "- [ ] 3. A")
            .replace("- [ ] 1. A", "- [ ] 1. A job has a number\n- [ ] 2. A")
        ),
    )
    assert "Plan: 1 to create, " in push(recorded)
    after = subjects(recorded.folder)
    assert {number: title for number, title in after.items() if number in before} == before
    assert sorted(set(after.values()) - set(before.values())) == ["Unit tests: A job has a number"]


def test_a_deleted_ticket_with_a_number_in_its_key_is_not_made_again(recorded: Program) -> None:
    (path,) = (recorded.folder / "backlog" / "tasks").glob("task-1.5 *")
    path.unlink()
    assert "Plan: 0 to create, " in push(recorded)
    assert "task-1.5" not in subjects(recorded.folder)


def test_ticks_in_a_checklist_go_on_when_its_lines_lose_their_numbers(program: Program) -> None:
    shutil.copytree(RECORDED.with_name("checklists"), program.folder, dirs_exist_ok=True)
    edit(program, lambda text: text.replace("- [ ] 1. A job", "- [ ] 1. A job has a number\n- [ ] 2. A job"))
    assert "Plan: 0 to create, " in push(program)
    (path,) = (program.folder / "backlog" / "tasks").glob("*unit*")
    assert re.findall(r"\[.\] A job.*", path.read_text("utf-8")) == [
        "[ ] A job has a number",
        "[x] A job is kept",
        "[ ] A job is taken once",
        "[ ] A job that fails is tried again",
    ]
