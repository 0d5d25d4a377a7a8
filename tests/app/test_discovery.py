"""Nothing outside the repository is read through it, and what is no plain file stops no other map."""

from __future__ import annotations

import os
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from techmap_sync import files
from techmap_sync.checkout import checkout_of
from techmap_sync.errors import UnreadableFile
from tests.app.run import CORPUS, Program
from tests.made_once import copied
from tests.sampling import sampling

GOOD = CORPUS / "08-cli-profiles.md"
SECRET = "the-secret-of-this-machine"
TO = ("--to", "backlog:./backlog")


@pytest.fixture
def repository(program: Program, monkeypatch: pytest.MonkeyPatch) -> Program:
    """A repository with one good map, in a folder that also holds a secret."""
    folder = program.folder / "repository"
    (folder / "maps").mkdir(parents=True)
    (folder / "maps" / "good.md").write_bytes(GOOD.read_bytes())
    secret = f"# TECHNICAL MAP: {SECRET}\n\n{SECRET}\n"
    (program.folder / "secret.md").write_text(secret)
    copied(folder, _repository)
    (folder / ".git" / "config.md").write_text(secret)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("SECRET", SECRET)
    checkout_of.cache_clear()
    return Program(folder, program.monkeypatch, program.capfd)


def _repository(folder: Path) -> None:
    subprocess.run(["git", "init", "-q", str(folder)], check=True)


def pipe(path: Path) -> None:
    os.mkfifo(path)


def socket_of_another(path: Path) -> None:
    here = os.open(".", os.O_RDONLY)
    try:
        os.chdir(path.parent)  # the name of a socket has to be short
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(path.name)
    finally:
        os.chdir(here)
        os.close(here)


def loop(path: Path) -> None:
    path.symlink_to(path.with_name("other.md"))
    path.with_name("other.md").symlink_to(path)


def link_to(target: str) -> Callable[[Path], None]:
    return lambda path: path.symlink_to(target.replace("{outside}", str(path.parents[2])))


def huge(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(17 * files.MIB)


def hidden_step(path: Path) -> None:
    """A link to a folder that leads back in through another one."""
    path.with_name("step").symlink_to(path.parents[2])
    path.symlink_to("step/secret.md")


ODD: dict[str, tuple[Callable[[Path], None], str]] = {
    "a pipe": (pipe, "is a named pipe"),
    "a socket": (socket_of_another, "is a socket"),
    "a link to a device": (link_to("/dev/zero"), "leads out of the repository"),
    "a folder": (Path.mkdir, "is a folder"),
    "a link to a folder": (link_to("."), "is a folder"),
    "a loop": (loop, "is a link that leads back to itself"),
    "a dangling link": (link_to("nowhere"), "is a link to a file that does not exist"),
    "a dangling link out": (link_to("/nowhere/at/all"), "is a link to a file that does not exist"),
    "a link to the environment": (link_to("/proc/self/environ"), "leads out of the repository"),
    "a link to a file outside": (link_to("../../secret.md"), "leads out of the repository"),
    "an absolute link": (link_to("{outside}/secret.md"), "leads out of the repository"),
    "a link through another": (hidden_step, "leads out of the repository"),
    "a link into .git": (link_to("../.git/config.md"), "leads out of the repository, or into .git"),
    "a file that is far too large": (huge, "is larger than 16 MiB"),
}


PATTERNS = ("maps", "maps/*.md", "maps/odd.md", ".")
LOOKED_FOR = sampling.meeting_in_turn("ways to find a file that is no plain one", ODD, PATTERNS)


@pytest.mark.parametrize(("name", "pattern"), LOOKED_FOR)
def test_what_is_no_plain_file_of_the_repository_is_one_diagnostic(
    repository: Program, name: str, pattern: str
) -> None:
    make, said = ODD[name]
    make(repository.folder / "maps" / "odd.md")
    ended = repository("check", pattern, *(["maps/good.md"] if pattern == "maps/odd.md" else []), "--format", "json")
    assert ended.code == 1, ended.err
    assert ended.err.count(f"error: maps/odd.md: {said}") == 1
    assert (
        ended.err.count("hint: ")
        == ended.err.count("error: ")
        == (2 if name == "a loop" and "odd" not in pattern else 1)
    )
    assert SECRET not in ended.out + ended.err
    assert ended.json["maps"] == ["maps/good.md"]


@pytest.mark.parametrize("command", ["plan", "push", "reconcile", "status"])
def test_no_command_stops_for_it(repository: Program, command: str) -> None:
    for number, (make, _) in enumerate(ODD.values()):
        make(repository.folder / f"maps/{number}.md")
    ended = repository(command, *TO)
    assert ended.code in (0, 1), ended.err
    assert "CLI" in ended.out or "profiles" in ended.out.lower()
    assert SECRET not in ended.out + ended.err


def test_a_lock_of_an_editor_is_no_map(repository: Program) -> None:
    (repository.folder / "maps" / ".#good.md").symlink_to("ann@host.1234:5678")
    assert repository("check", "maps").code == 0


def test_a_folder_that_leads_out_is_one_diagnostic(repository: Program) -> None:
    (repository.folder / "elsewhere").symlink_to(repository.folder.parent)
    ended = repository("check", "maps", "elsewhere")
    assert ended.code == 1
    assert "error: elsewhere: leads out" in ended.err
    assert SECRET not in ended.out + ended.err


def test_a_link_within_the_repository_is_followed(repository: Program) -> None:
    (repository.folder / "shared").mkdir()
    (repository.folder / "maps" / "good.md").rename(repository.folder / "shared" / "text.txt")
    (repository.folder / "maps" / "good.md").symlink_to("../shared/text.txt")
    assert repository("check", "maps").code == 0


def test_a_path_that_the_user_types_may_lie_anywhere_and_a_setting_may_not(repository: Program) -> None:
    outside = repository.folder.parent / "others"
    outside.mkdir()
    (outside / "map.md").write_bytes(GOOD.read_bytes())
    (outside / "bad.md").symlink_to("/proc/self/environ")
    assert repository("check", "../others/map.md").code == 0
    assert repository("check", str(outside / "m*.md")).code == 0
    inside = repository("check", str(outside))
    assert inside.code == 1, "what a folder elsewhere holds is not typed"
    assert f"{outside}/bad.md: leads out" in inside.err
    for entry in ("../others", "../others/*.md", str(outside), "maps/../../others"):
        (repository.folder / "techmap-sync.toml").write_text(f'maps = ["{entry}"]\n')
        ended = repository("check")
        assert ended.code == 2
        assert f"{entry}, which is outside" in ended.err
        assert f"techmap-sync check {entry}" in ended.err


@pytest.mark.parametrize("pattern", ["maps/a**b", "maps/**.md", "***"])
def test_a_glob_that_is_none(repository: Program, pattern: str) -> None:
    assert repository("check", pattern).code == 2


@pytest.mark.parametrize("name", ODD)
def test_settings_are_a_plain_file_of_the_repository(repository: Program, name: str) -> None:
    make, said = ODD[name]
    (repository.folder / "conf").mkdir()
    make(repository.folder / "conf" / "odd.md")
    (repository.folder / "techmap-sync.toml").symlink_to("conf/odd.md")
    for arguments in ([], ["--config", "conf/odd.md"]):
        ended = repository("check", "maps", *arguments)
        assert ended.code == 2, ended.err
        assert said.replace("16 MiB", "1 MiB") in ended.err
        assert "hint: " in ended.err
        assert SECRET not in ended.out + ended.err


def test_settings_above_a_folder_that_is_no_repository_are_nobodys(program: Program) -> None:
    (program.folder / "techmap-sync.toml").write_text('maps = ["nowhere"]\n')
    (program.folder / "inner").mkdir()
    (program.folder / "inner" / "map.md").write_bytes(GOOD.read_bytes())
    program.monkeypatch.chdir(program.folder / "inner")
    assert program("check").code == 0


def test_settings_that_the_user_names_may_be_any_file(repository: Program) -> None:
    assert repository("check", "maps", "--config", os.devnull).code == 0
    (repository.folder.parent / "own.toml").write_text('to = "backlog:./own"\n')
    assert repository("plan", "maps", "--config", "../own.toml", "--format", "json").json["tracker"] == "backlog:./own"


@pytest.fixture
def templated(repository: Program) -> Iterator[Program]:
    (repository.folder / "texts").mkdir()
    (repository.folder / "techmap-sync.toml").write_text('templates = "texts"\n')
    yield repository
    assert not (repository.folder / "backlog").exists()


def pushes_nothing(program: Program, said: str) -> None:
    for command in ("push", "plan"):
        ended = program(command, "maps", *TO)
        assert ended.code == 2, ended.out + ended.err
        assert ended.err.count("error: ") == 1
        assert said in ended.err
        assert SECRET not in ended.out + ended.err


WAYS = ("include", "extends", "import", "itself")
NAMED = sampling.meeting_in_turn("ways to name a template that is no plain file", ODD, WAYS)


@pytest.mark.parametrize(("name", "way"), NAMED)
def test_a_template_is_a_plain_file_of_the_repository(templated: Program, name: str, way: str) -> None:
    make, said = ODD[name]
    odd = templated.folder / "texts" / "odd.md"
    make(odd)
    component = templated.folder / "texts" / "component.md.j2"
    if way == "itself":
        odd.rename(component) if name != "a loop" else component.symlink_to("odd.md")
    else:
        word = '"odd.md"' + (" as x" if way == "import" else "")
        component.write_text('{{ section("purpose", "Why") }}{% ' + f"{way} {word} %}}")
    pushes_nothing(templated, said.replace("16 MiB", "1 MiB"))


@pytest.mark.parametrize("way", ["include", "extends", "import"])
@pytest.mark.parametrize("name", ["../../secret.md", "a/../../../secret.md", "/proc/self/environ", "../.git/config.md"])
def test_a_name_in_a_template_leads_nowhere_else(templated: Program, name: str, way: str) -> None:
    word = f'"{name}"' + (" as x" if way == "import" else "")
    (templated.folder / "texts" / "component.md.j2").write_text("{% " + f"{way} {word} %}}")
    pushes_nothing(templated, "hint: ")


@pytest.mark.parametrize("folder", ["..", "/etc", ".git", "out", "texts/../..", "into"])
def test_the_folder_of_templates_lies_in_the_repository(templated: Program, folder: str) -> None:
    (templated.folder / "out").symlink_to("..")
    (templated.folder / "into").symlink_to(".git")
    (templated.folder / "techmap-sync.toml").write_text(f'templates = "{folder}"\n')
    pushes_nothing(templated, "is outside the repository, or in .git")


def test_a_repository_does_not_say_where_it_begins(templated: Program) -> None:
    """What came as an archive brings its .git along, with settings that name the whole disk as work tree."""
    subprocess.run(["git", "config", "core.worktree", "/"], check=True)
    (templated.folder / "techmap-sync.toml").write_text(f'templates = "{templated.folder.parent}"\n')
    pushes_nothing(templated, "is outside the repository")


def test_init_and_new_write_nothing_outside(repository: Program) -> None:
    outside = repository.folder.parent / "outside"
    outside.mkdir()
    (outside / "settings").write_text("mine\n")
    (repository.folder / "docs").symlink_to(outside)
    (repository.folder / "techmap-sync.toml").symlink_to(outside / "settings")
    ended = repository("init", "--to", "backlog", "--force")
    assert ended.code == 2
    assert "techmap-sync.toml leads out" in ended.err
    (repository.folder / "techmap-sync.toml").unlink()
    ended = repository("init", "--to", "backlog", "--force")
    assert ended.code == 2
    assert "nothing was written" in ended.err
    assert not (repository.folder / "techmap-sync.toml").exists()
    ended = repository("new", "Login", "--output", "docs/login.md")
    assert ended.code == 2
    assert "docs/login.md leads out" in ended.err
    assert [path.name for path in outside.iterdir()] == ["settings"]
    assert (outside / "settings").read_text() == "mine\n"


def test_a_folder_that_becomes_a_link_between_look_and_opening_is_not_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "border" / "folder").mkdir(parents=True)
    (tmp_path / "border" / "folder" / "file").write_text("inside")
    (tmp_path / "file").write_text(SECRET)
    look = files._check_kind

    def swap(path: Path, mode: int) -> None:
        look(path, mode)
        (tmp_path / "border" / "folder").rename(tmp_path / "border" / "old")
        (tmp_path / "border" / "folder").symlink_to(tmp_path)

    monkeypatch.setattr(files, "_check_kind", swap)
    with pytest.raises(UnreadableFile):
        files.read(tmp_path / "border" / "folder" / "file", 100, tmp_path / "border")
