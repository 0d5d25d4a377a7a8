"""Titles, names and paths that are commands to a shell, to a runner, to Markdown or to a browser, in every report."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import marko
import pytest

from tests.app.run import Ended, Program
from tests.ci.checkout import git
from tests.ci.job import comments, commit_all, event
from tests.ci.runner import annotations_in, outputs
from tests.simulators.github import GitHub
from tests.simulators.gitlab import Simulator as GitLab

NAMES = (
    "$(touch x)",
    "; touch x; true",
    "::error::owned",
    "::set-output name=created::99",
    "##[warning]owned",
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
COMPONENTS = {f"{name} {number}" for number in range(len(FILES)) for name in NAMES}
TITLES = {f"{NAMES[number]} {number}" for number in range(len(FILES))}
TASKS = {f"Create {name} {number}: error::does {name}" for number in range(len(FILES)) for name in NAMES} | {
    f"{verb} {title}" for verb in ("Implement", "Prepare rollback:") for title in TITLES
}
PATHS = {f"maps/{name}" for name in FILES}
UNSPECIFIED = {f"nothing specifies {name}" for name in COMPONENTS}
SECTION = re.compile(r"section_(?:start|end):[^\r]*\r")


def write_maps(folder: Path) -> None:
    """Write maps that try to do something, each with every name."""
    folder.mkdir()
    for number, name in enumerate(FILES):
        components = "".join(f"- `{each} {number}`: ::error::does {each}\n" for each in NAMES)
        text = MAP.format(title=f"{NAMES[number]} {number}", components=components)
        (folder / name).write_text(text, encoding="utf-8")


def settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TECHMAP_SYNC_TO", "backlog:backlog")
    monkeypatch.setenv("TECHMAP_SYNC_MAPS", '["maps"]')


@pytest.fixture
def hostile(program: Program, monkeypatch: pytest.MonkeyPatch) -> Program:
    """A folder of such maps, in a job of GitHub Actions."""
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    settings(monkeypatch)
    write_maps(program.folder / "maps")
    return program


def commands(*texts: str) -> list[str]:
    """Lines that the runner would obey; it ends lines at each of these signs, and trims what is before."""
    lines = [line.strip() for text in texts for line in text.replace("\r", "\n").split("\n")]
    return [line for line in lines if line.startswith("::") or line.startswith("##[")]


def executed(folder: Path) -> bool:
    return any(path.name == "x" for path in folder.rglob("*"))


class Page(HTMLParser):
    """Collects what a browser would run, and what a person reads."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.handlers: list[str] = []
        self.texts: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.handlers += [name for name, _ in attrs if name.startswith("on")]

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def plain(text: str) -> str:
    """A text on one line, without the invisible signs that keep trackers from making references of it."""
    return " ".join(text.replace("\u200b", "").split())


def shows(text: str, wanted: Iterable[str]) -> None:
    found = plain(text)
    missing = [each for each in wanted if plain(each) not in found]
    assert missing == [], ascii((missing, found[:3000], found[-1500:]))


def rendered(markdown: str) -> str:
    """What a person reads of a text in Markdown, after a look at what else it does."""
    page = Page(marko.Markdown(extensions=["gfm"]).convert(markdown))
    ours = {
        "h1",
        "h2",
        "h3",
        "p",
        "ul",
        "li",
        "strong",
        "em",
        "code",
        "pre",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
    }
    assert page.tags <= ours
    assert not re.search(r"(?<![\w/])@\w|(?<!&)#\d", markdown), "a mention or a reference"
    return "".join(page.texts)


def unharmed(form: str, out: str, tasks: Iterable[str] = TASKS) -> None:
    """A report of a run is what it says it is; every text stands in its place, as it was written."""
    match form:
        case "json":
            found = json.loads(out)
            assert {each["path"] for each in found["maps"]} == PATHS
            titles = [each["title"].replace("\u200b", "") for each in found["changes"] if each["action"] == "create"]
            assert sorted(titles) == sorted(tasks)
        case "html":
            page = Page(out)
            assert not page.handlers
            assert "<img src=x" not in out
            assert "<script>alert" not in out
            shows(" ".join(page.texts), {*(f"Create {name}" for name in COMPONENTS), *TITLES, *PATHS})
        case "markdown":
            shows(rendered(out), {*tasks, *PATHS})
        case "github":
            annotated(out)
        case "gitlab":
            located({(each["description"], each["location"]["path"]) for each in json.loads(out)})
        case _:
            shows(out, {*tasks, *PATHS})


def located(found: set[tuple[str, str]]) -> None:
    """Findings of check: their text and the path of their map."""
    assert {text for text, _ in found if text.startswith("nothing specifies ")} == UNSPECIFIED
    assert {path for _, path in found} == PATHS
    assert all(path == f"maps/{FILES[int(text.split()[-1])]}" for text, path in found if text in UNSPECIFIED)


def annotated(log: str) -> None:
    """The runner finds annotations alone, and in them the texts and paths of the maps."""
    found = [each for each in annotations_in(log) if "more of this kind" not in each]
    assert len(found) >= 9, "and one that says how many more there are"
    for each in found:
        level, place, message = re.split(r" (?=maps/)|(?<=:\d) |(?<=:\d\d) ", each, maxsplit=2)
        assert level in ("error", "warning", "notice")
        assert unquote(place.rpartition(":")[0]) in PATHS
        assert message in UNSPECIFIED or "::error::owned" in message


@pytest.mark.parametrize("command", ["plan", "push", "reconcile"])
def test_every_report_of_a_run(hostile: Program, command: str) -> None:
    reports = [word for form in PLANS for word in ("--report", f"{form}={form}.out")]
    ended = hostile(command, *reports)
    assert ended.code == 0, ended.err
    assert commands(ended.out, ended.err) == []
    for form in PLANS:
        unharmed(form, (hostile.folder / f"{form}.out").read_bytes().decode())
    assert not executed(hostile.folder)


@pytest.mark.parametrize("form", CHECKS)
def test_every_format_of_check(hostile: Program, form: str) -> None:
    ended = hostile("check", "--format", form)
    assert ended.code == 0, ended.err
    assert form == "github" or commands(ended.out, ended.err) == []
    match form:
        case "json":
            located({(each["message"], each["path"]) for each in json.loads(ended.out)["diagnostics"]})
        case "sarif":
            results = json.loads(ended.out)["runs"][0]["results"]
            places = [each["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for each in results]
            texts = [each["message"]["text"] for each in results]
            located(set(zip(texts, map(unquote, places), strict=True)))
        case "github" | "gitlab":
            unharmed(form, ended.out)
        case _:
            shows(ended.out, {*UNSPECIFIED, *PATHS})
    assert not executed(hostile.folder)


@pytest.mark.parametrize("form", STATUS)
def test_every_format_of_status(hostile: Program, form: str) -> None:
    assert hostile("push").code == 0
    ended = hostile("status", "--format", form)
    assert commands(ended.out, ended.err) == []
    if form == "json":
        maps = json.loads(ended.out)["maps"]
        assert {(each["title"], each["path"]) for each in maps} == {
            (f"{NAMES[number]} {number}", f"maps/{name}") for number, name in enumerate(FILES)
        }
        titles = {task["title"].replace("\u200b", "") for each in maps for task in (each["tracking"], *each["tasks"])}
        assert titles == TASKS
    elif form == "html":
        unharmed(form, ended.out)
    else:
        shows(rendered(ended.out) if form == "markdown" else ended.out, TITLES)
    assert not executed(hostile.folder)


@pytest.fixture
def hostile_job(job: Program, monkeypatch: pytest.MonkeyPatch) -> Program:
    """A job of GitHub Actions in a checkout of such maps, for a pull request."""
    settings(monkeypatch)
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(job.folder / "summary.md"))
    write_maps(Path("maps"))
    commit_all()
    return job


def in_job(job: Program) -> Ended:
    summary = job.folder / "summary.md"
    ended = job("ci", f"--report=markdown={summary}", "--report=github=-", "--report=json=report.json")
    assert ended.code == 0, ended.err
    annotated(ended.out)
    assert commands(ended.err) == []
    unharmed("markdown", summary.read_bytes().decode())
    unharmed("json", Path("report.json").read_text("utf-8"))
    assert not executed(job.folder)
    return ended


def handed_on(job: Program) -> dict[str, str]:
    return outputs((job.folder / "output").read_bytes().decode())


def test_a_job_about_a_pull_request_shows_them_in_summary_comment_and_annotations(
    hostile_job: Program, github: GitHub
) -> None:
    in_job(hostile_job)
    (comment,) = comments(github)
    unharmed("markdown", comment)
    in_job(hostile_job)
    assert comments(github) == [comment]


def test_a_job_after_a_merge_hands_on_its_own_outputs_alone(hostile_job: Program) -> None:
    event(hostile_job, "push", "refs/heads/trunk")
    in_job(hostile_job)
    found = handed_on(hostile_job)
    assert found.pop("plan-digest")
    zeros = dict.fromkeys(("updated", "closed", "skipped", "conflicts"), "0")
    assert found == {"created": str(len(TASKS)), "report": "report.json"} | zeros


def test_a_line_break_in_an_output_makes_no_other_output(hostile_job: Program) -> None:
    name = "a\ncreated=99\nclosed<<x\n99\nx\n.json"
    assert hostile_job("ci", f"--report=json={name}").code == 0
    found = handed_on(hostile_job)
    assert found["report"] == name
    assert (found["created"], found["closed"], len(found)) == (str(len(TASKS)), "0", 7)


@pytest.fixture
def merge_request(hostile: Program, monkeypatch: pytest.MonkeyPatch) -> Iterator[GitLab]:
    """A pipeline of GitLab about a merge request with such maps."""
    for arguments in (("init",), ("add", "maps"), ("commit", "--message", "Maps")):
        git(hostile.folder, *arguments)
    with GitLab.running() as server:
        server.world.merge_requests[7] = []
        monkeypatch.delenv("GITHUB_ACTIONS")
        for name, value in {
            "GITLAB_CI": "true",
            "GITLAB_TOKEN": "glpat-secret",
            "CI_SERVER_URL": server.url,
            "CI_PROJECT_ID": str(server.world.id),
            "CI_PIPELINE_SOURCE": "merge_request_event",
            "CI_MERGE_REQUEST_IID": "7",
        }.items():
            monkeypatch.setenv(name, value)
        yield server


def test_a_pipeline_of_gitlab_shows_them_in_note_report_and_log(hostile: Program, merge_request: GitLab) -> None:
    ended = hostile("ci", "--report=gitlab=quality.json", "--report=json=report.json")
    assert ended.code == 0, ended.err
    (note,) = merge_request.world.merge_requests[7]
    unharmed("markdown", note.body)
    assert merge_request.world.executed == []
    unharmed("gitlab", Path("quality.json").read_text("utf-8"))
    unharmed("json", Path("report.json").read_text("utf-8"))
    unharmed("text", ended.out)
    assert len(SECTION.findall(ended.out)) == 4, "begin and end of the maps and of the plan"
    assert not executed(hostile.folder)
