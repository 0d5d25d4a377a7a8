"""A repository has one name, however somebody's remote is written, and a server is known by its whole name alone."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from techmap_sync.checkout import ask_ssh, checkout_of, parse_remote
from tests.ci.checkout import git

SSH = {
    "work": "github.com",
    "github.com-work": "ssh.github.com",
    "work.github.com": "github.com",
    "corp": "git.corp.example",
    "git.corp.example": "10.0.0.7",
    "old.corp.example": "new.corp.example",
}


def ask(host: str, user: str) -> str:
    assert user in ("", "git", "ann")
    return SSH.get(host, host)


@pytest.mark.parametrize(
    "address",
    [
        "https://github.com/octo/maps",
        "https://github.com/octo/maps.git",
        "https://github.com/octo/maps/",
        "https://github.com//octo//maps.git/",
        "HTTPS://GitHub.com:443/Octo/Maps.GIT",
        "https://github.com./octo/maps",
        "https://www.github.com/octo/maps",
        "https://ann@github.com/octo/maps",
        "https://ann:s3cret@github.com/octo/maps.git",
        "https://ann:s3@cret@github.com/octo/maps",
        "https://x-access-token:ghs_s3cret@github.com/octo/maps",
        "https://github.com/octo/maps?token=s3cret#s3cret",
        "https://github.com/octo/m%61ps",
        "git@github.com:octo/maps.git",
        "git@github.com:/octo/maps.git",
        "github.com:octo/maps",
        "[git@github.com:22]:octo/maps.git",
        "git@[github.com:22]:octo/maps",
        "ssh://git@github.com/octo/maps.git",
        "ssh://git@github.com:22/octo/maps",
        "ssh://git@ssh.github.com:443/octo/maps.git",
        "git@ssh.github.com:octo/maps.git",
        "git+ssh://git@github.com/octo/maps",
        "ssh+git://git@github.com/octo/maps",
        "git://github.com/octo/maps",
        "git@work:octo/maps.git",
        "ssh://ann@work:2222/octo/maps",
        "git@github.com-work:octo/maps.git",
        "git@work.github.com:octo/maps.git",
    ],
)
def test_one_repository_has_one_name(address: str) -> None:
    found = parse_remote(address, ask)
    assert found is not None
    assert (found.canonical, found.kind) == ("github.com/octo/maps", "github")
    assert "s3" not in repr(found)


@pytest.mark.parametrize(
    ("address", "canonical", "kind"),
    [
        ("ssh://git@altssh.gitlab.com:443/group/sub/project.git", "gitlab.com/group/sub/project", "gitlab"),
        ("https://www.gitlab.com/group/project", "gitlab.com/group/project", "gitlab"),
        ("git@corp:team/app", "git.corp.example/team/app", ""),
        ("git@git.corp.example:team/app", "git.corp.example/team/app", ""),
        ("git@old.corp.example:team/app", "old.corp.example/team/app", ""),
        ("https://git.corp.example:8443/team/app", "git.corp.example/team/app", ""),
        ("ssh://git@[::1]:22/team/app", "[::1]/team/app", ""),
        ("https://github.evil.example/octo/maps", "github.evil.example/octo/maps", ""),
        ("https://notgithub.com/octo/maps", "notgithub.com/octo/maps", ""),
        ("https://github.com.evil.example/octo/maps", "github.com.evil.example/octo/maps", ""),
        ("https://evil.example/github.com/octo/maps", "evil.example/github.com/octo/maps", ""),
        ("https://mygitlab.com/octo/maps", "mygitlab.com/octo/maps", ""),
        ("https://gitlab.example.com/octo/maps", "gitlab.example.com/octo/maps", ""),
    ],
)
def test_a_server_is_known_by_its_whole_name_alone(address: str, canonical: str, kind: str) -> None:
    found = parse_remote(address, ask)
    assert found is not None
    assert (found.canonical, found.kind) == (canonical, kind)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "/srv/maps.git",
        "../maps",
        "C:/srv/maps.git",
        r"C:\srv\maps",
        "file:///srv/maps.git",
        "file://server/srv/maps.git",
        "codecommit::eu-west-1://maps",
        "https://ann:s3/cret@github.com/octo/maps",
        "ann:s3cret@github.com:octo/maps",
        "https://github.com\\@evil.example/octo/maps",
        "https://github.com/octo/../maps",
        "https://github.com",
        "-oProxyCommand=touch:octo/maps",
        "ssh://-oProxyCommand=touch/octo/maps",
        "git@github.com:octo/ma\nps",
    ],
)
def test_what_is_no_address_of_a_server_or_may_hold_a_password_is_no_remote(address: str) -> None:
    assert parse_remote(address, lambda host, _: pytest.fail(f"ssh was asked for {host}")) is None


def test_a_public_host_is_not_asked_about_and_one_over_https_neither() -> None:
    for address in ("git@github.com:o/r", "ssh://git@altssh.gitlab.com:443/o/r", "https://work/o/r"):
        assert parse_remote(address, lambda *_: pytest.fail("ssh was asked")) is not None


def test_ssh_is_asked_for_the_names_of_its_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "bin" / "ssh"
    program.parent.mkdir()
    program.write_text('#!/bin/sh\necho "$@" > "$0.log"\necho "user git"\necho "hostname ssh.github.com"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    work = tmp_path / "work"
    work.mkdir()
    git(work, "init", "--quiet")
    git(work, "remote", "add", "origin", "git@work:octo/maps.git")
    remote = checkout_of(work).remote
    assert remote is not None
    assert (remote.canonical, remote.former) == ("github.com/octo/maps", "work/octo/maps")
    assert Path(f"{program}.log").read_text() == "-G -l git -- work\n"
    program.write_text("#!/bin/sh\nexit 255\n")
    assert ask_ssh("work", "") == ""


@pytest.mark.parametrize(
    ("setting", "address", "canonical"),
    [
        ("url.git@github.com:.insteadOf=gh:", "gh:octo/maps", "github.com/octo/maps"),
        ("url.ssh://git@ssh.github.com:443/.insteadOf=https://github.com/", "https://github.com/octo/maps", None),
        ("url.https://proxy.corp.example/gh/.insteadOf=https://github.com/", "https://github.com/octo/maps", None),
        ("url.file:///mirror/.insteadOf=https://github.com/", "https://github.com/octo/maps", None),
        (
            "url.file:///mirror/.insteadOf=https://git.corp.example/",
            "https://git.corp.example/a/b",
            "git.corp.example/a/b",
        ),
        ("url.git@elsewhere.example:.pushInsteadOf=https://github.com/", "https://github.com/octo/maps", None),
    ],
)
def test_addresses_that_git_rewrites(tmp_path: Path, setting: str, address: str, canonical: str | None) -> None:
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "config", *setting.split("=", 1))
    git(tmp_path, "remote", "add", "origin", address)
    remote = checkout_of(tmp_path).remote
    assert remote is not None
    assert remote.canonical == (canonical or "github.com/octo/maps")


def test_a_folder_in_no_repository_is_known_without_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("techmap_sync.programs.run", lambda *_, **__: pytest.fail("git was started for nothing"))
    monkeypatch.delenv("GIT_DIR", raising=False)
    known = checkout_of(tmp_path)
    assert (known.root, known.is_repository, known.commit) == (tmp_path.resolve(), False, "")
    assert known.committed({tmp_path / "map.md": b"text"}) == {}


def test_a_variable_of_git_leads_to_a_repository_from_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "here").mkdir()
    git(tmp_path / "there", "init", "-q")
    git(tmp_path / "there", "commit", "-q", "--allow-empty", "-m", "First")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "there" / ".git"))
    known = checkout_of(tmp_path / "here")
    assert known.is_repository
    assert known.commit == git(tmp_path / "there", "rev-parse", "HEAD")
