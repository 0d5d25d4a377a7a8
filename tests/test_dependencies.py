"""What may be installed beside the program, by ``pyproject.toml``."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.version import Version

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
PATCHED = {"marko", "pygithub"}
"""Private parts of them are overridden, which no version promises to keep."""


def test_what_private_parts_are_overridden_of_is_bounded_and_its_next_release_is_tested() -> None:
    needed = {each.name: each for each in map(Requirement, PROJECT["dependencies"])}
    pins = dict(line.casefold().split("==") for line in (ROOT / "constraints.txt").read_text("utf-8").split())
    for name in PATCHED:
        version = Version(pins[name])
        following = f"{version.major}.{version.minor + 1}"
        assert needed[name].specifier.contains(str(version))
        assert not needed[name].specifier.contains(following)
        assert not needed[name].specifier.contains(f"{version.major + 1}.0")
    makefile = (ROOT / "Makefile").read_text("utf-8")
    tried = re.search(r"^NEXT := (.*)$", makefile, re.M)
    assert tried
    assert set(tried[1].split()) == PATCHED
    jobs = (ROOT / ".github" / "workflows" / "ci.yml").read_text("utf-8").split("\n\n  ")
    (job,) = (each for each in jobs if "make next" in each)
    assert "continue-on-error: true" in job
