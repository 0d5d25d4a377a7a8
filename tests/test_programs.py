"""Other programs are started by their full path, and never one that a checkout brings along."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from techmap_sync import programs
from techmap_sync.app.credentials import printed_token
from techmap_sync.checkout import checkout_of, commit_of_tag, user_name
from techmap_sync.registry import built_in

GIT = shutil.which("git") or ""
EVIL = """\
#!/bin/sh
touch "{trace}"
exec {instead} "$@"
"""


@pytest.fixture
def trace(tmp_path: Path) -> Path:
    """A file that is there as soon as a program of the checkout ran."""
    return tmp_path / "trace"


@pytest.fixture
def hostile(tmp_path: Path, trace: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout that holds programs called git, gh and glab, in which a job stands."""
    folder = tmp_path / "checkout"
    for place in (folder, folder / "bin"):
        place.mkdir()
        for name in ("git", "gh", "glab", "evil"):
            program(place / name, trace)
    git(folder, "init", "--quiet", "--initial-branch", "trunk")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", "First")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("HOME", str(tmp_path))
    checkout_of.cache_clear()
    return folder


def program(path: Path, trace: Path, instead: str = "printf stolen #") -> None:
    path.write_text(EVIL.format(trace=trace, instead=instead))
    path.chmod(0o755)


def git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=Ann", "-c", "user.email=ann@example.org", "-c", "commit.gpgSign=false")
    subprocess.run([GIT, "-C", folder, *identity, *arguments], check=True, capture_output=True)


@pytest.mark.parametrize(
    "first", ["", ".", "bin", "./bin", "{checkout}", "{checkout}/bin", "{checkout}/../checkout/bin", "{link}"]
)
def test_programs_of_the_checkout_are_never_started(
    hostile: Path, trace: Path, first: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "link").symlink_to(hostile / "bin")
    folder = first.format(checkout=hostile, link=tmp_path / "link")
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{Path(GIT).parent}")
    assert checkout_of(hostile).commit
    user_name(hostile)
    for kind in built_in().values():
        assert printed_token(kind, "example.org", os.environ) == ""
    commit_of_tag(f"file://{hostile}", "v1", os.environ)
    assert not trace.exists()


def test_a_link_on_path_to_a_program_of_the_checkout_is_passed_over(hostile: Path, trace: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "git").symlink_to(hostile / "git")
    assert programs.find("git", {"PATH": str(outside)}) == ""
    assert programs.find("git", {"PATH": f"{outside}{os.pathsep}{Path(GIT).parent}"}) == GIT


def test_what_lies_in_the_checkout_of_the_ci_does_not_count_from_elsewhere(
    hostile: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = {"PATH": str(hostile / "bin")}
    assert programs.find("gh", path) == str(hostile / "bin" / "gh")
    for name in ("GITHUB_WORKSPACE", "CI_PROJECT_DIR"):
        assert programs.find("gh", path | {name: str(hostile)}) == ""


def test_a_program_sees_the_same_path(hostile: Path, tmp_path: Path) -> None:
    """``gh`` starts ``git`` by itself."""
    outside = tmp_path / "tools"
    outside.mkdir()
    (outside / "gh").write_text("#!/bin/sh\nprintf '%s' \"$PATH\"\n")
    (outside / "gh").chmod(0o755)
    ran = programs.run(
        ["gh"], variables={"PATH": os.pathsep.join(["", ".", f"{hostile}/bin", str(outside), "/usr/bin"])}
    )
    assert ran.said == os.pathsep.join([str(outside), "/usr/bin"])


def test_settings_of_a_repository_start_no_program(hostile: Path, trace: Path) -> None:
    """A folder that came as an archive brings its .git along."""
    evil = hostile / "bin" / "evil"
    (hostile / ".git" / "hooks" / "post-index-change").write_text(evil.read_text())
    for name in (
        "core.fsmonitor", "core.pager", "core.askPass", "core.sshCommand", "diff.external", "gpg.program",
        "credential.helper", "core.editor", "sequence.editor", "remote.origin.uploadpack",
    ):  # fmt: skip
        git(hostile, "config", name, str(evil))
    git(hostile, "config", "log.showSignature", "true")
    git(hostile, "config", "core.hooksPath", str(hostile / "bin"))
    git(hostile, "config", "remote.origin.url", f"file://{hostile}")
    git(hostile, "config", "remote.origin.promisor", "true")
    git(hostile, "config", "protocol.ext.allow", "always")
    git(hostile, "config", f"url.ext::{evil} .insteadOf", "https://")
    signed = subprocess.run([GIT, "-C", hostile, "cat-file", "commit", "HEAD"], capture_output=True, check=True).stdout
    head, message = signed.split(b"\n\n", 1)
    signature = b"\ngpgsig -----BEGIN PGP SIGNATURE-----\n \n abc\n -----END PGP SIGNATURE-----"
    made = subprocess.run(
        [GIT, "-C", hostile, "hash-object", "-t", "commit", "-w", "--stdin"],
        input=head + signature + b"\n\n" + message, capture_output=True, check=True,
    )  # fmt: skip
    git(hostile, "update-ref", "HEAD", made.stdout.decode().strip())
    git(hostile, "update-ref", "refs/remotes/origin/trunk", made.stdout.decode().strip())
    checkout = checkout_of(hostile)
    assert checkout.commit == made.stdout.decode().strip()
    commit_of_tag("https://127.0.0.1:9/x", "v1", os.environ)
    programs.git(hostile, "cat-file", "-e", "0123456789012345678901234567890123456789")
    assert not trace.exists()


def test_a_program_that_waits_for_an_answer_or_prints_what_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "gh").write_text("#!/bin/sh\nread answer\nprintf 'a\\377b'\n")
    (tmp_path / "gh").chmod(0o755)
    path = {"PATH": f"{tmp_path}{os.pathsep}/usr/bin"}
    assert programs.run(["gh"], variables=path).said == "a\udcffb"
    (tmp_path / "gh").write_text("#!/bin/sh\nexec sleep 60\n")
    assert programs.run(["gh"], variables=path, seconds=0.05).code is None
    assert programs.run(["glab"], variables=path).code is None
