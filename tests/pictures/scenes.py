"""What the pictures show: real runs of the program, in a repository whose commit and times are fixed.

Nothing here needs a browser, so that a test can tell at any time whether a picture still shows what the program writes.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from dataclasses import asdict, dataclass
from io import StringIO
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

from techmap_sync.checkout import checkout_of
from techmap_sync.cli.main import main
from tests.reports.example import COMMITTED, MOMENT
from tests.simulators.github import GitHub
from tests.simulators.github import running as github_running
from tests.simulators.github.server import TOKEN
from tests.simulators.gitlab import Simulator as GitLab

ROOT = Path(__file__).parents[2]
PICTURES = ROOT / "docs" / "pictures"
RECORD = PICTURES / "inputs.json"
"""What each picture was made from, as a digest, and the digest of the picture."""
CAMERA = Path(__file__).with_name("camera.mjs")
LOOKS = Path(__file__).parent / "looks"
MAP, SHOWN = "login-throttle.md", "Create AttemptCounter"
FONTS = re.compile(r"@font-face \{[^}]*\}\s*")
"""Fonts from a server, which no picture needs; a page of GitHub would not load them either."""
TIME, WRITTEN = re.compile(r"^((?:created|updated)_date: )'.*'$", re.M), "2025-11-25 16:00"
"""When a ticket was written is the one thing that differs between two runs."""
NOBODY = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, "GIT_CONFIG_COUNT": "0"}


@dataclass(frozen=True)
class Shown:
    """A ticket as a server or folder holds it."""

    place: str
    number: str
    title: str
    text: str
    labels: Mapping[str, str]
    """Name -> colour."""
    author: str = ""


def plan_svg() -> str:
    """Return the plan of the example in the program's own colours."""
    with _repository(MAP, "https://github.com/octo/maps"):
        printed = _ran("plan", "docs/maps", "--to", "backlog:./backlog")
    lines = Text.from_ansi(f"$ techmap-sync plan docs/maps --to backlog:./backlog\n{printed.rstrip()}")
    width = max(cell_len(line) for line in lines.plain.split("\n")) + 1
    console = Console(record=True, width=width, file=StringIO(), force_terminal=True, legacy_windows=False)
    console.print(lines, soft_wrap=True)
    drawn = console.export_svg(title="techmap-sync plan", theme=MONOKAI, unique_id="plan")
    return FONTS.sub("", drawn) + "\n"


def github_ticket() -> Shown:
    """Return the ticket of the example as the simulated GitHub holds it after a push."""
    with _repository(MAP, "https://github.com/octo/maps"), github_running(GitHub()) as server:
        _ran("push", "docs/maps", "--quiet", "--to", "github:octo/maps", "--api-url", server.base_url)
        repository = server.repository
        issue = next(each for each in repository.issues.values() if each.title.startswith(SHOWN))
        colours = {label.name: label.color for label in repository.labels.values()}
    labels = {name: colours[name] for name in sorted(issue.labels)}
    return Shown("octo/maps", f"#{issue.number}", issue.title, issue.body or "", labels, issue.author.login)


def gitlab_ticket() -> Shown:
    """Return the ticket of the example as the simulated GitLab holds it after a push."""
    with _repository(MAP, "https://gitlab.com/group/project"), GitLab.running() as server:
        _ran("push", "docs/maps", "--quiet", "--to", "gitlab:group/project", "--api-url", server.url)
        issue = next(each for each in server.world.issues.values() if each.title.startswith(SHOWN))
        labels = {name: server.world.labels[name].removeprefix("#") for name in sorted(issue.labels)}
    return Shown("group/project", f"#{issue.iid}", issue.title, issue.description, labels, issue.author.username)


@contextmanager
def backlog_folder() -> Iterator[Path]:
    """Yield a folder that Backlog.md opens, with the tickets of the example."""
    with _repository(MAP, "https://github.com/octo/maps") as folder:
        _ran("push", "docs/maps", "--quiet", "--to", "backlog:./backlog")
        for task in (folder / "backlog" / "tasks").iterdir():
            task.write_text(TIME.sub(rf"\1'{WRITTEN}'", task.read_text("utf-8")), "utf-8")
        yield folder


def graph_of(folder: Path) -> str:
    """Return the graph of a tracking ticket in a folder of Backlog.md, as Mermaid reads it."""
    text = next((folder / "backlog" / "tasks").glob("task-1 - *")).read_text("utf-8")
    return text.partition("```mermaid\n")[2].partition("\n```")[0]


def inputs() -> Mapping[str, str]:
    """Return the digest of what each picture is made from; the plan's is the picture itself."""
    with backlog_folder() as folder:
        tasks = "".join(path.read_text("utf-8") for path in sorted((folder / "backlog").rglob("*.md")))
        graph = graph_of(folder)
    github, gitlab = (json.dumps(asdict(each), sort_keys=True) for each in (github_ticket(), gitlab_ticket()))
    report = (ROOT / "docs" / "report" / "index.html").read_text("utf-8")
    camera = CAMERA.read_text("utf-8")
    page, look = (LOOKS / "ticket.html").read_text("utf-8"), (LOOKS / "gitlab.css").read_text("utf-8")
    made_from = {
        "graph.png": (graph, camera, _version("mermaid")),
        "plan.svg": (plan_svg(),),
        "report.png": (report, camera),
        "ticket-backlog.png": (tasks, camera, _version("backlog.md")),
        "ticket-github.png": (github, camera, page, _version("github-markdown-css"), _pin("cmarkgfm")),
        "ticket-gitlab.png": (gitlab, camera, page, look, _pin("cmarkgfm")),
    }
    return {name: digest("\0".join(parts).encode()) for name, parts in made_from.items()}


def digest(content: bytes) -> str:
    """Return the SHA-256 of something."""
    return hashlib.sha256(content).hexdigest()


def _version(package: str) -> str:
    found: str = json.loads((ROOT / "package.json").read_text("utf-8"))["devDependencies"][package]
    return found


def _pin(package: str) -> str:
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    return next(line for line in lines if line.partition("==")[0].lower() == package)


@contextmanager
def _repository(example: str, remote: str) -> Iterator[Path]:
    """Go into a repository that holds one example, in an environment that holds nothing else."""
    with tempfile.TemporaryDirectory() as scratch, pytest.MonkeyPatch.context() as patched:
        folder = Path(scratch) / "maps"
        (folder / "docs" / "maps").mkdir(parents=True)
        shutil.copy(ROOT / "examples" / example, folder / "docs" / "maps")
        for name in list(os.environ):
            if name in ("CI", "NO_COLOR") or name.startswith(("TECHMAP_SYNC_", "GITHUB_", "GITLAB_", "CI_", "GH_")):
                patched.delenv(name)
        for name, value in {**NOBODY, **_fixed(scratch)}.items():
            patched.setenv(name, value)
        patched.chdir(folder)
        checkout_of.cache_clear()
        for command in (
            ("init", "--quiet", "--initial-branch=main"),
            ("remote", "add", "origin", remote),
            ("add", "docs"),
            ("-c", "user.name=Ada", "-c", "user.email=ada@example.org", "commit", "--quiet", "-m", "Approve the map"),
        ):
            subprocess.run(["git", *command], check=True)
        yield folder
    checkout_of.cache_clear()


def _fixed(home: str) -> Mapping[str, str]:
    return {
        "HOME": home,
        "XDG_CONFIG_HOME": home,
        "SOURCE_DATE_EPOCH": str(MOMENT),
        "GIT_AUTHOR_DATE": COMMITTED,
        "GIT_COMMITTER_DATE": COMMITTED,
        "GITHUB_TOKEN": TOKEN,
        "GITLAB_TOKEN": "glpat-secret",
        "TECHMAP_SYNC_GITHUB__SECONDS_BETWEEN_WRITES": "0",
        "TECHMAP_SYNC_GITLAB__SECONDS_BETWEEN_WRITES": "0",
        "FORCE_COLOR": "1",
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
    }


def _ran(*arguments: str) -> str:
    """Run the program and return what it printed."""
    with StringIO() as out, redirect_stdout(out), pytest.MonkeyPatch.context() as patched:
        patched.setattr("sys.argv", ["techmap-sync", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        assert not ended.value.code, arguments
        return out.getvalue()
