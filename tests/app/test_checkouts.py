"""One commit is one text, wherever and however it is checked out; and what no commit holds is said to be so."""

from __future__ import annotations

import json
import subprocess
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import permutations
from pathlib import Path

import pytest

from techmap_sync.checkout import checkout_of
from tests.app.run import Program
from tests.ci.checkout import git
from tests.made_once import copied, made_once
from tests.sampling import sampling
from tests.simulators.github import GitHub, running
from tests.simulators.gitlab import Simulator as GitLab

NAME = "docs/maps/résumé-café.md"
TEXT = """# TECHNICAL MAP: Café Résumé

See [the notes](../notes.md) and ![a picture](picture.png).

## New Components
- `CaféStore`: keeps the résumés, see [the notes](../notes.md)
- `Mailer`: sends them

### `CaféStore`
- **Purpose**: keeps every naïve résumé, as [written](../notes.md)
- **Location**: `src/store.py`
- **Key Methods**:
  - `keep(text: str)`: keeps one

### Unit Tests
- CaféStore keeps a résumé

**Implementation Ready**: Yes
"""
ADDRESS, OUTER = "https://github.com/octo/maps", "https://github.com/octo/whole"
BROKEN = "# TECHNICAL MAP: Broken\n\n## New Components\n- `[Name]`: keeps it\n\n**Implementation Ready**: Yes\n"


def nfd(text: str) -> str:
    return unicodedata.normalize("NFD", text)


def _origins(folder: Path) -> None:
    """Make a repository with one map, and one that has it as a submodule."""
    origin, outer = folder / "origin", folder / "outer"
    (origin / NAME).parent.mkdir(parents=True)
    git(origin, "init", "--quiet", "--initial-branch", "trunk")
    (origin / NAME).write_bytes(TEXT.encode())
    (origin / "docs" / "notes.md").write_text("# Notes\n")
    git(origin, "add", "--all")
    git(origin, "commit", "--quiet", "--message", "A map")
    outer.mkdir()
    git(outer, "init", "--quiet", "--initial-branch", "trunk")
    git(outer, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(origin), "sub")
    git(outer, "commit", "--quiet", "--message", "Use the maps")


def _clone(folder: Path, *settings: str) -> None:
    options = [word for setting in settings for word in ("-c", setting)]
    git(folder.parent, "clone", "--quiet", *options, str(made_once(_origins) / "origin"), str(folder))
    git(folder, "remote", "set-url", "origin", f"{ADDRESS}.git")


def _outer(folder: Path) -> None:
    allow = ("-c", "protocol.file.allow=always")
    origin = str(made_once(_origins) / "outer")
    git(folder.parent, *allow, "clone", "--quiet", "--recurse-submodules", origin, str(folder))
    git(folder, "remote", "set-url", "origin", OUTER)
    git(folder / "sub", "remote", "set-url", "origin", "git@github.com:octo/maps.git")


@dataclass(frozen=True)
class Repositories:
    """Each way to check the map out, in a folder."""

    folder: Path

    @property
    def commit(self) -> str:
        return git(made_once(_origins) / "origin", "rev-parse", "HEAD")

    def clone(self, name: str, *settings: str) -> Path:
        """Clone the repository of the map."""
        return copied(self.folder / name, _clone, *settings)

    def plain(self) -> tuple[Path, str]:
        return self.clone("plain"), NAME

    def crlf(self) -> tuple[Path, str]:
        folder = self.clone("crlf", "core.autocrlf=true")
        assert b"\r\n" in (folder / NAME).read_bytes()
        return folder, NAME

    def cr_with_a_byte_order_mark(self) -> tuple[Path, str]:
        folder = self.clone("cr")
        (folder / NAME).write_bytes(b"\xef\xbb\xbf" + TEXT.replace("\n", "\r").encode())
        return folder, NAME

    def decomposed_text(self) -> tuple[Path, str]:
        folder = self.clone("nfd-text")
        (folder / NAME).write_bytes(nfd(TEXT).encode())
        return folder, NAME

    def decomposed_name(self) -> tuple[Path, str]:
        folder = self.clone("nfd-name")
        (folder / NAME).rename(folder / nfd(NAME))
        return folder, nfd(NAME)

    def subfolder(self) -> tuple[Path, str]:
        return self.clone("subfolder") / "docs", NAME.removeprefix("docs/")

    def worktree(self) -> tuple[Path, str]:
        clone = self.clone("clone")
        git(clone, "worktree", "add", "--quiet", "--detach", str(self.folder / "worktree"))
        return self.folder / "worktree", NAME

    def nested_worktree(self) -> tuple[Path, str]:
        clone = self.clone("around")
        git(clone, "worktree", "add", "--quiet", "--detach", "inner")
        return clone, f"inner/{NAME}"

    def submodule(self) -> tuple[Path, str]:
        """From the repository around it."""
        outer = copied(self.folder / "outer", _outer)
        return outer, f"sub/{NAME}"

    def another_name_of_the_host(self) -> tuple[Path, str]:
        folder = self.clone("alias")
        git(folder, "remote", "set-url", "origin", "ssh://git@ssh.github.com:443/Octo/Maps/")
        return folder, NAME


Way = Callable[[Repositories], tuple[Path, str]]
WAYS: tuple[Way, ...] = (
    Repositories.plain,
    Repositories.crlf,
    Repositories.cr_with_a_byte_order_mark,
    Repositories.decomposed_text,
    Repositories.decomposed_name,
    Repositories.subfolder,
    Repositories.worktree,
    Repositories.nested_worktree,
    Repositories.submodule,
    Repositories.another_name_of_the_host,
)


@pytest.fixture
def repositories(program: Program) -> Repositories:
    return Repositories(program.folder)


def at(program: Program, folder: Path) -> None:
    program.monkeypatch.chdir(folder)
    checkout_of.cache_clear()


def files_below(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_the_second_push_of_any_after_any_other_writes_nothing(program: Program, repositories: Repositories) -> None:
    ways = {way.__name__: way(repositories) for way in WAYS}
    for place, first in enumerate(ways):
        backlog = program.folder / f"backlog-{first}"
        at(program, ways[first][0])
        ended = program("push", ways[first][1], "--to", f"backlog:{backlog}")
        assert ended.code == 0, ended.err
        assert "not committed" not in ended.out, first
        before = files_below(backlog)
        assert len(before) > 3
        others = [*list(ways)[place + 1 :], *list(ways)[: place + 1]]
        for second in sampling.spread("pairs of ways to check out", others, 3, where=first):
            folder, path = ways[second]
            at(program, folder)
            ended = program("push", path, "--to", f"backlog:{backlog}")
            assert ended.code == 0, ended.err
            assert "Plan: no changes." in ended.out, (first, second, ended.out)
            assert files_below(backlog) == before, (first, second)


@pytest.mark.parametrize("first", [Repositories.crlf, Repositories.submodule], ids=lambda way: way.__name__)
def test_on_a_server_too(program: Program, repositories: Repositories, first: Way) -> None:
    with running(GitHub()) as github:
        program.monkeypatch.setenv("GITHUB_TOKEN", github.connection().token.value)
        program.monkeypatch.setenv("TECHMAP_SYNC_GITHUB__SECONDS_BETWEEN_WRITES", "0")
        program.monkeypatch.setenv("TECHMAP_SYNC_ALLOW_PUBLIC", "true")
        others = [way for way in (Repositories.plain, Repositories.crlf, Repositories.submodule) if way is not first]
        for way in (first, *others):
            github.forget()
            folder, path = way(repositories)
            at(program, folder)
            ended = program("push", path, "--to", "github:octo/maps", "--api-url", github.base_url, "--allow", "branch")
            assert ended.code == 0, ended.err
            assert bool(github.writes) is (way is first), way


def tickets(backlog: Path) -> str:
    return "".join(path.read_text("utf-8") for path in sorted(backlog.rglob("*.md")))


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_links_commit_and_source_are_those_of_the_maps_own_repository(
    program: Program, repositories: Repositories, way: Way
) -> None:
    folder, path = way(repositories)
    at(program, folder)
    backlog = program.folder / "backlog"
    assert program("push", path, "--to", f"backlog:{backlog}").code == 0
    text = tickets(backlog)
    assert OUTER not in text
    assert '"source":"github.com/octo/maps"' in text
    assert f'"path":"{NAME}"' in text
    assert f'"commit":"{repositories.commit}"' in text
    linked = text.casefold()
    assert f"{ADDRESS}/blob/{repositories.commit}/docs/maps/r%c3%a9sum%c3%a9-caf%c3%a9.md#l" in linked
    assert f"{ADDRESS}/blob/{repositories.commit}/docs/notes.md" in linked


def test_tickets_that_were_written_as_those_of_the_outer_repository_are_found(
    program: Program, repositories: Repositories
) -> None:
    folder, path = repositories.submodule()
    at(program, folder)
    backlog = program.folder / "backlog"
    program.monkeypatch.setenv("TECHMAP_SYNC_SOURCE", "github.com/octo/whole")
    assert program("push", path, "--to", f"backlog:{backlog}").code == 0
    program.monkeypatch.delenv("TECHMAP_SYNC_SOURCE")
    assert "github.com/octo/whole" in tickets(backlog)
    number = len(files_below(backlog))
    ended = program("push", path, "--to", f"backlog:{backlog}")
    assert (ended.code, "Plan: no changes." in ended.out) == (0, True), ended.out
    assert len(files_below(backlog)) == number


@pytest.fixture
def clone(program: Program, repositories: Repositories) -> Path:
    folder = repositories.clone("work")
    at(program, folder)
    return folder


def staged(clone: Path) -> None:
    git(clone, "add", "--all")


def untracked(clone: Path) -> None:
    git(clone, "rm", "--quiet", "--cached", NAME)
    git(clone, "commit", "--quiet", "--message", "Forget the map")


def ignored(clone: Path) -> None:
    untracked(clone)
    (clone / ".git" / "info" / "exclude").write_text("*.md\n")


@pytest.mark.parametrize("state", [lambda _: None, staged, untracked, ignored])
def test_what_no_commit_holds_is_said_and_links_follow_once(
    program: Program, clone: Path, state: Callable[[Path], None]
) -> None:
    (clone / NAME).write_text(TEXT.replace("keeps one", "keeps just one"), encoding="utf-8")
    state(clone)
    checkout_of.cache_clear()
    to = ("--to", f"backlog:{program.folder / 'backlog'}")
    for form in ("text", "markdown"):
        said = program("plan", NAME, *to, "--format", form).out
        assert said.count("not committed") == 1, said
    assert "not committed" in program("plan", NAME, *to, "--format", "json").json["maps"][0]["reasons"][0]
    assert program("push", NAME, *to).code == 0
    text = tickets(program.folder / "backlog")
    assert "/docs/maps/r" not in text.replace('"path":"docs/maps/', "").replace(f"{ADDRESS}/blob", "@")
    assert "#L" not in text
    assert "Plan: no changes." in program("push", NAME, *to).out, "nothing is written while it waits"
    git(clone, "add", "--all", "--force")
    git(clone, "commit", "--quiet", "--message", "Keep just one")
    checkout_of.cache_clear()
    ended = program("push", NAME, *to)
    assert ended.code == 0
    assert "not committed" not in ended.out
    text, commit = tickets(program.folder / "backlog"), git(clone, "rev-parse", "HEAD")
    assert text.count(f"/blob/{commit}/docs/maps/") == len(list((program.folder / "backlog").rglob("task-*.md")))
    for message in ("Something else", "And more"):
        assert "Plan: no changes." in program("push", NAME, *to).out
        git(clone, "commit", "--quiet", "--allow-empty", "--message", message)
        checkout_of.cache_clear()


def test_an_edit_that_is_not_committed_touches_no_other_ticket(program: Program, clone: Path) -> None:
    to = ("--to", f"backlog:{program.folder / 'backlog'}")
    assert program("push", NAME, *to).code == 0
    (clone / NAME).write_text(TEXT.replace("keeps one", "keeps just one"), encoding="utf-8")
    changes = program("plan", NAME, *to, "--format", "json").json["changes"]
    (title,) = [change["title"] for change in changes if change["fields"] != ["ledger"]]
    assert title.startswith("Create CaféStore: ")


def test_before_the_first_commit_nothing_is_committed(program: Program) -> None:
    git(program.folder, "init", "--quiet")
    git(program.folder, "remote", "add", "origin", ADDRESS)
    (program.folder / "map.md").write_text(TEXT, encoding="utf-8")
    assert "not committed" in program("push", "map.md", "--to", "backlog:./backlog").out


@pytest.mark.parametrize("command", [("push", NAME), ("reconcile",), ("ci", "--command", "push")])
def test_a_ci_writes_only_what_is_committed(program: Program, clone: Path, command: tuple[str, ...]) -> None:
    program.monkeypatch.setenv("CI", "true")
    program.monkeypatch.setenv("TECHMAP_SYNC_MAPS", json.dumps([NAME]))
    to = ("--to", "backlog:./backlog")
    (clone / NAME).write_text(TEXT.replace("keeps one", "keeps just one"), encoding="utf-8")
    ended = program(*command, *to)
    assert ended.code == 4, ended.out
    assert "--allow uncommitted" in ended.out
    assert not (clone / "backlog" / "tasks").exists()
    assert program(*command, *to, "--allow", "uncommitted").code == 0
    assert (clone / "backlog" / "tasks").exists()


def test_a_pointer_of_git_lfs_stands_for_its_file(program: Program, clone: Path) -> None:
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:{}\nsize 7\n"
    data = (clone / NAME).read_bytes()
    digest = subprocess.run(["sha256sum"], input=data, capture_output=True, check=True).stdout.decode().split()[0]
    (clone / NAME).write_text(pointer.format(digest))
    git(clone, "commit", "--quiet", "--all", "--message", "Move it to LFS")
    (clone / NAME).write_bytes(data)
    checkout_of.cache_clear()
    assert "not committed" not in program("plan", NAME, "--to", "backlog:./backlog").out
    (clone / NAME).write_bytes(data.replace(b"keeps one", b"keeps two"))
    assert "not committed" in program("plan", NAME, "--to", "backlog:./backlog").out


def paths_in(form: str, said: str) -> set[str]:
    """Return the file names of a report."""
    match form:
        case "json":
            return {each["path"] for each in json.loads(said)["diagnostics"]} | set(json.loads(said)["maps"])
        case "gitlab":
            return {each["location"]["path"] for each in json.loads(said)}
        case "sarif":
            results = json.loads(said)["runs"][0]["results"]
            return {each["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for each in results}
        case _:
            return {line.partition("file=")[2].partition(",")[0] for line in said.splitlines()}


@pytest.mark.parametrize("form", ["json", "sarif", "github", "gitlab"])
def test_services_read_the_same_report_wherever_one_stands(program: Program, clone: Path, form: str) -> None:
    (clone / "docs" / "maps" / "broken.md").write_text(BROKEN)
    (clone / "docs" / "maps" / "twin.md").write_text(BROKEN)
    said = {}
    for folder, path in (
        (clone, "docs"),
        (clone / "docs", "maps"),
        (clone / "docs" / "maps", "."),
        (clone.parent, "work"),
    ):
        at(program, folder)
        said[folder] = program("check", path, "--format", form).out
    first = said[clone]
    assert paths_in(form, first) >= {"docs/maps/broken.md", "docs/maps/twin.md"}
    assert all(each == first for each in said.values()), said


def test_so_do_they_of_a_plan(program: Program, clone: Path) -> None:
    (clone / "docs" / "maps" / "broken.md").write_text(BROKEN)
    (clone / "docs" / "maps" / "none.md").write_text("# Nothing\n")
    to = ("--to", f"backlog:{program.folder / 'backlog'}")
    said = []
    for folder, path in ((clone, "docs/maps/"), (clone / "docs", "maps/"), (clone / "docs" / "maps", "")):
        at(program, folder)
        names = [f"{path}{name}" for name in ("broken.md", "none.md", Path(NAME).name)]
        reports = [program("plan", *names, *to, "--format", form).out for form in ("gitlab", "github", "json")]
        said.append(reports)
    assert said[0] == said[1] == said[2]
    assert '"docs/maps/broken.md"' in said[0][2]
    assert "file=docs/maps/none.md" in said[0][1]


def test_a_submodules_files_are_named_from_the_repository_around_it(
    program: Program, repositories: Repositories
) -> None:
    outer, _ = repositories.submodule()
    (outer / "sub" / "broken.md").write_text(BROKEN)
    for folder, path in ((outer, "sub/broken.md"), (outer / "sub", "broken.md")):
        at(program, folder)
        found = json.loads(program("check", path, "--format", "gitlab").out)
        assert {each["location"]["path"] for each in found} == {"sub/broken.md"}


def at_commit(clone: Path, commit: str) -> None:
    git(clone, "checkout", "--quiet", "--force", commit)
    checkout_of.cache_clear()


def push(program: Program, *flags: str) -> int:
    return program("push", NAME, "--to", f"backlog:{program.folder / 'backlog'}", *flags).code


def commit(clone: Path, name: str, date: str, parent: str = "HEAD") -> str:
    """Commit another text of the map."""
    at_commit(clone, git(clone, "rev-parse", parent))
    (clone / NAME).write_text(TEXT.replace("keeps one", name), encoding="utf-8")
    git(clone, "commit", "--quiet", "--all", "--message", name, date=date)
    checkout_of.cache_clear()
    return git(clone, "rev-parse", "HEAD")


def test_descent_decides_which_commit_is_older(program: Program, clone: Path) -> None:
    base = git(clone, "rev-parse", "HEAD")
    fast = commit(clone, "from a fast clock", "2031-01-01T00:00:00Z", base)
    assert push(program) == 0
    child = commit(clone, "its child", "2026-11-26T12:00:00Z", fast)
    assert push(program) == 0, "a child is newer, whatever the clocks say"
    at_commit(clone, fast)
    assert push(program) == 4, "its parent is older, whatever the clocks say"
    assert push(program, "--allow", "older") == 0
    at_commit(clone, child)
    assert push(program) == 0


def test_of_two_commits_without_descent_the_later_one_counts(program: Program, clone: Path) -> None:
    base = git(clone, "rev-parse", "HEAD")
    one = commit(clone, "one line", "2026-11-26T12:00:00Z", base)
    other = commit(clone, "another line", "2026-11-27T12:00:00Z", base)
    at_commit(clone, one)
    assert push(program) == 0
    at_commit(clone, other)
    assert push(program) == 0, "a squashed or rebased branch goes on"
    at_commit(clone, one)
    assert push(program) == 4


def test_where_the_history_is_cut_the_clocks_decide(program: Program, repositories: Repositories, clone: Path) -> None:
    newer = commit(clone, "newer", "2026-11-26T12:00:00Z")
    older = git(clone, "rev-parse", "HEAD~1")
    assert push(program) == 0
    shallow = program.folder / "shallow"
    shallow.mkdir()
    git(clone, "config", "uploadpack.allowAnySHA1InWant", "true")
    git(shallow, "init", "--quiet")
    git(shallow, "remote", "add", "origin", ADDRESS)
    git(shallow, "fetch", "--quiet", "--depth=1", f"file://{clone}", older)
    git(shallow, "fetch", "--quiet", "--depth=1", f"file://{clone}", newer)
    at(program, shallow)
    at_commit(shallow, older)
    assert push(program) == 4
    at_commit(shallow, newer)
    assert push(program) == 0


def test_the_flag_of_the_message_is_taken_by_ci_and_for_a_retired_map(program: Program, clone: Path) -> None:
    newer = commit(clone, "newer", "2026-11-26T12:00:00Z")
    assert push(program) == 0
    at_commit(clone, f"{newer}~1")
    to = ("--to", f"backlog:{program.folder / 'backlog'}", "--paths", NAME)
    assert program("ci", "--command", "push", *to).code == 4
    assert program("ci", "--command", "push", *to, "--allow", "gone, older").code == 0
    assert program("ci", "--command", "push", *to, "--allow", "olden").code == 2
    retired = TEXT.replace("**Implementation", "**Status**: ABANDONED\n**Implementation")
    (clone / NAME).write_text(retired, encoding="utf-8")
    git(clone, "commit", "--quiet", "--all", "--message", "Abandon it", date="2026-11-25T12:00:00Z")
    gone = git(clone, "rev-parse", "HEAD")
    at_commit(clone, newer)
    assert push(program) == 0
    at_commit(clone, gone)
    assert push(program) == 4
    assert push(program, "--allow", "older") == 0


def _family(folder: Path) -> None:
    """Make a clone in which each commit is younger than its parent by no clock."""
    _clone(folder)
    parent = "HEAD"
    for name, date in {"fast": "2031-01-01", "child": "2026-01-01", "grandchild": "2020-01-01"}.items():
        parent = commit(folder, name, f"{date}T00:00:00Z", parent)
        git(folder, "tag", name)


@pytest.mark.parametrize("order", list(permutations(("fast", "child", "grandchild"))))
def test_whatever_the_clocks_say_the_last_commit_wins_in_every_order(program: Program, order: tuple[str, ...]) -> None:
    clone = copied(program.folder / "work", _family)
    at(program, clone)
    ranks, highest = ("fast", "child", "grandchild"), -1
    for name in order:
        at_commit(clone, name)
        assert push(program) == (0 if ranks.index(name) > highest else 4), (order, name)
        highest = max(highest, ranks.index(name))
    assert ranks[highest] in tickets(program.folder / "backlog")


@pytest.fixture
def gitlab() -> Iterator[GitLab]:
    with GitLab.running() as server:
        yield server


def test_a_worktree_on_a_side_branch_is_no_default_branch_wherever_one_stands(
    program: Program, clone: Path, gitlab: GitLab
) -> None:
    program.monkeypatch.setenv("GITLAB_TOKEN", "glpat-secret")
    program.monkeypatch.setenv("TECHMAP_SYNC_GITLAB__SECONDS_BETWEEN_WRITES", "0")
    program.monkeypatch.setenv("TECHMAP_SYNC_ALLOW_PUBLIC", "true")
    git(clone, "worktree", "add", "--quiet", "-b", "idea", "inner")
    to = ("--to", f"gitlab:{gitlab.connection().target}", "--api-url", gitlab.url)
    ended = program("push", f"inner/{NAME}", *to)
    assert (ended.code, gitlab.writes) == (4, [])
    assert "the branch idea" in ended.err
    git(clone, "checkout", "--quiet", "--detach")
    git(clone, "commit", "--quiet", "--allow-empty", "--message", "Nobody merged this")
    checkout_of.cache_clear()
    ended = program("push", NAME, *to)
    assert (ended.code, gitlab.writes) == (4, [])
    assert "detached HEAD" in ended.err
    git(clone, "checkout", "--quiet", "--detach", "origin/trunk")
    checkout_of.cache_clear()
    assert program("push", NAME, *to).code == 0
