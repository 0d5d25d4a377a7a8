"""What a release consists of: built from a commit, twice the same, and checked; ``make release`` does it."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

from techmap_sync import __version__

ROOT = Path(__file__).parents[2]
SHIPPED = "techmap_sync/shipped/"
"""Where the wheel holds the folder ``config/``."""


def run(*command: str | Path, folder: Path, **variables: str) -> str:
    """Run a program without the variables of this one's Python, and return what it printed."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | variables
    done = subprocess.run(
        list(map(str, command)), cwd=folder, env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def build(folder: Path) -> tuple[Path, Path]:
    """Build the source distribution, and from it the wheel, and return both. All times in them are the commit's."""
    moment = run("git", "log", "-1", "--format=%ct", folder=ROOT).strip()
    command = (sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT)
    run(*command, folder=ROOT, SOURCE_DATE_EPOCH=moment)
    return packages_in(folder)


def packages_in(folder: Path) -> tuple[Path, Path]:
    """Return the source distribution and the wheel of a folder."""
    (sdist,), (wheel,) = folder.glob("*.tar.gz"), folder.glob("*.whl")
    return sdist, wheel


def files_of_the_repository() -> set[str]:
    """Return what a clean clone holds; a file that is not added yet counts, one that git ignores does not."""
    listed = run("git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", folder=ROOT)
    return {name for name in listed.split("\0") if name and (ROOT / name).exists()}


def files_of_sdist(sdist: Path) -> set[str]:
    """Return the files of a source distribution, from the root of the repository."""
    with tarfile.open(sdist) as archive:
        return {member.name.partition("/")[2] for member in archive.getmembers() if member.isfile()}


def files_of_wheel(wheel: Path) -> set[str]:
    """Return the files of a wheel as they are called in the repository, without those about the package."""
    with zipfile.ZipFile(wheel) as archive:
        names = [name for name in archive.namelist() if ".dist-info/" not in name]
    return {name.replace(SHIPPED, "config/", 1) if name.startswith(SHIPPED) else name for name in names}


def check(*packages: Path) -> None:
    """Let twine judge what the package index will show."""
    run(sys.executable, "-m", "twine", "check", "--strict", *packages, folder=ROOT)


def notes(version: str, changes: str) -> str:
    """Return what changed in a version: its section of the change log, or all that is not released yet."""
    sections = re.split(r"^## ", changes, flags=re.M)[1:]
    named = {section.partition("\n")[0].strip("[] "): section.partition("\n")[2].strip() for section in sections}
    found = next((text for name, text in named.items() if name.split()[0].strip("[]") == version), None)
    return (found or named["Unreleased"]) + "\n"


def digests(folder: Path) -> Mapping[str, str]:
    """Return the SHA-256 of each file of a folder."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def release(folder: Path, tag: str) -> None:
    """Write packages, bill of materials and notes of a release.

    :param tag: its tag, ``v1.2.3``; empty for a dry run.
    """
    if tag and tag != f"v{__version__}":
        raise SystemExit(f"the tag {tag} is not the version of the code, {__version__}")
    dist, again = folder / "dist", folder / "again"
    for each in (dist, again):
        each.mkdir(parents=True)
        build(each)
    if digests(dist) != digests(again):
        raise SystemExit("two builds of one commit differ")
    for path in again.iterdir():
        path.unlink()
    again.rmdir()
    check(*dist.iterdir())
    described = ("requirements", "--pyproject", ROOT / "pyproject.toml", "--output-reproducible", "--of", "JSON")
    lock = ROOT / "config" / "requirements.lock"
    run(Path(sys.executable).with_name("cyclonedx-py"), *described, "-o", folder / "sbom.json", lock, folder=ROOT)
    (folder / "notes.md").write_text(notes(__version__, (ROOT / "CHANGELOG.md").read_text("utf-8")), "utf-8")
