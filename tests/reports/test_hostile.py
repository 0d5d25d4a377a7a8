"""Titles, names and paths that are commands to a shell, to a runner, to Markdown or to a browser, in every report."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.commands.conftest import program as program  # noqa: PLC0414 - a fixture is used by its name
from tests.commands.run import Program

NAMES = (
    "$(touch x)",
    "; touch x #",
    "::error::owned",
    "::set-output name=created::99",
    "##[error]owned",
    "%0A::error::owned",
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "|| **bold** @everyone #1",
)
FILES = (
    "$(touch x).md",
    "`touch x`.md",
    "a\n::error::owned.md",
    "\r::warning::owned.md",
    "%0A::error::owned.md",
    "::error::owned.md",
    "<script>alert(1)<\\script>.md",
)
MAP = """# TECHNICAL MAP: {title}

## New Components
{components}
## ::error::owned

### Rollback Plan
- ::error::switch `touch x` off

**Implementation Ready**: Yes
"""
PLANS = ("text", "json", "markdown", "html", "github", "gitlab")
CHECKS = ("text", "json", "github", "sarif", "gitlab")
STATUS = ("text", "json", "markdown", "html")


@pytest.fixture
def hostile(program: Program, monkeypatch: pytest.MonkeyPatch) -> Program:
    """A folder of maps that try to do something, in a job of GitHub Actions."""
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("TECHMAP_SYNC_TO", "backlog:backlog")
    monkeypatch.setenv("TECHMAP_SYNC_MAPS", '["maps"]')
    (program.folder / "maps").mkdir()
    for number, name in enumerate(FILES):
        title = f"{NAMES[number]} {number}"
        components = "".join(f"- `{each} {number}`: ::error::does {each}\n" for each in NAMES)
        (program.folder / "maps" / name).write_text(MAP.format(title=title, components=components), encoding="utf-8")
    return program


def commands(*texts: str) -> list[str]:
    """Lines that the runner would obey; it ends lines at each of these signs, and trims what is before."""
    lines = [line.strip() for text in texts for line in text.replace("\r", "\n").split("\n")]
    return [line for line in lines if line.startswith("::") or line.startswith("##[")]


def executed(folder: Path) -> bool:
    return any(path.name == "x" for path in folder.rglob("*"))


class Page(HTMLParser):
    """Collects what a browser would run."""

    def __init__(self) -> None:
        super().__init__()
        self.handlers: list[str] = []
        self.scripts = 0
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.scripts += tag == "script"
        self.handlers += [name for name, _ in attrs if name.startswith("on")]

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def harmless(form: str, out: str) -> None:
    """A report in a format is what it says it is, and no text of a map left its place."""
    if form in ("json", "sarif", "gitlab"):
        json.loads(out)
    elif form == "html":
        page = Page()
        page.feed(out)
        assert not page.handlers
        assert "alert(1)" in "".join(page.text)
        assert "<img src=x" not in out
        assert "<script>alert" not in out
    elif form == "markdown":
        assert "<script" not in out
        assert "<img" not in out


@pytest.mark.parametrize("command", [("plan",), ("push",), ("reconcile",)], ids=lambda words: words[0])
def test_every_report_of_a_run(hostile: Program, command: tuple[str, ...]) -> None:
    reports = [word for form in PLANS for word in ("--report", f"{form}={form}.out")]
    ended = hostile(*command, *reports)
    assert ended.code in (0, 1, 5), ended.err
    assert commands(ended.out, ended.err) == []
    for form in PLANS:
        harmless(form, (hostile.folder / f"{form}.out").read_text("utf-8"))
    own = commands((hostile.folder / "github.out").read_text("utf-8"))
    assert all(
        line.startswith(("::error file=maps/", "::warning file=maps/", "::notice file=maps/"))
        or "title=techmap-sync::" in line
        for line in own
    ), own
    assert not executed(hostile.folder)


@pytest.mark.parametrize("form", CHECKS)
def test_every_format_of_check(hostile: Program, form: str) -> None:
    ended = hostile("check", "--format", form)
    assert ended.code in (0, 1), ended.err
    harmless(form, ended.out)
    own = commands(ended.out) if form == "github" else []
    assert all(" title=techmap-sync" in line or ",title=techmap-sync" in line for line in own), own
    assert commands(ended.out, ended.err) == own
    assert not executed(hostile.folder)


@pytest.mark.parametrize("form", STATUS)
def test_every_format_of_status(hostile: Program, form: str) -> None:
    assert hostile("push").code in (0, 1)
    ended = hostile("status", "--format", form)
    harmless(form, ended.out)
    assert commands(ended.out, ended.err) == []
    assert not executed(hostile.folder)
