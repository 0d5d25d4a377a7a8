"""Small maps on which people met a fault, pushed to a folder."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from tests.app.run import ROOT, Program

REPORTED = ROOT / "tests" / "reported"


def pushed(program: Program, name: str, settings: str = "") -> dict[str, str]:
    """Push one of the maps; return the text of each task by its title."""
    shutil.copy(REPORTED / f"{name}.md", program.folder)
    (program.folder / "techmap-sync.toml").write_text(settings, "utf-8")
    assert program("push", f"{name}.md", "--to", "backlog:backlog").code == 0
    assert "Plan: no changes." in program("push", f"{name}.md", "--to", "backlog:backlog").out
    return dict(map(title_and_text, (program.folder / "backlog" / "tasks").glob("*.md")))


def title_and_text(path: Path) -> tuple[str, str]:
    text = path.read_text("utf-8")
    title = next(line for line in text.split("\n") if line.startswith("title: "))
    return title.removeprefix("title: ").strip("'"), text


def called(tasks: dict[str, str], start: str) -> str:
    """The text of the only ticket whose title starts so."""
    (text,) = (text for title, text in tasks.items() if title.startswith(start))
    return text


def test_comments_in_code_stay_as_written(program: Program) -> None:
    tasks = pushed(program, "comments-in-code")
    page = called(tasks, "Create Page")
    for code in (
        "Replaces `<!-- slot:title -->` by the title.",
        "`render`: looks for `<!-- slot:body -->` and fills it",
        "```html\n<!-- slot:title -->\n<main>\n  <!-- slot:body -->\n</main>\n```",
        "```\n<!-- indented code -->\n```",
    ):
        assert code in page
    assert "- [ ] A page without `<!-- slot:body -->` is refused" in "".join(tasks.values())


def test_a_title_without_spaces_is_cut_at_the_limit(program: Program) -> None:
    tasks = pushed(program, "title-without-spaces", '[granularity]\ntests = "item"\n')
    tests = [title for title in tasks if title.startswith("单元测试: ")]
    assert len(tests) == 2
    assert all(len(title) == 120 for title in tests)


def test_a_no_break_space_behind_a_bullet_sign_makes_a_bullet(program: Program) -> None:
    tests = called(pushed(program, "no-break-space"), "Create Quota")
    assert "- [ ] `Quota` refuses the eleventh request\n- [ ] `Quota` forgets after an hour\n" in tests
    assert "note[odd-space]" in program("check", "no-break-space.md").out


def test_a_component_that_moves_from_one_map_to_the_other_keeps_its_ticket(program: Program) -> None:
    alpha, beta = (program.folder / f"moved-{name}.md" for name in ("alpha", "beta"))
    for path in (alpha, beta):
        shutil.copy(REPORTED / path.name, path)
    arguments = (alpha.name, beta.name, "--to", "backlog:backlog")
    assert program("push", *arguments).code == 0
    before = sorted(path.name for path in (program.folder / "backlog" / "tasks").glob("*.md"))
    listed = "- `Cache`: keeps\n"
    detail = "### Component 2: Cache\n**Location**: `app/cache.py`  \n**Purpose**: Keeps parsed rows for an hour.\n\n"
    left, came = alpha.read_text("utf-8"), beta.read_text("utf-8")
    assert listed in left
    assert detail in left
    alpha.write_text(left.replace(listed, "").replace(detail, ""), "utf-8")
    came = came.replace("- `Mailer`: mails\n", f"- `Mailer`: mails\n{listed}").replace("---\n", f"{detail}---\n")
    beta.write_text(came, "utf-8")
    pushed = program("push", *arguments, "--format", "json")
    assert pushed.code == 0, pushed.err
    assert (pushed.json["counts"]["create"], pushed.json["counts"]["close"]) == (0, 0)
    assert sorted(path.name for path in (program.folder / "backlog" / "tasks").glob("*.md")) == before
    (ticket,) = (text for title, text in map(title_and_text, tasks_in(program)) if title.startswith("Create Cache"))
    assert "beta/component/cache" in ticket
    assert "Plan: no changes." in program("push", *arguments).out


def tasks_in(program: Program) -> Iterator[Path]:
    return (program.folder / "backlog" / "tasks").glob("*.md")
