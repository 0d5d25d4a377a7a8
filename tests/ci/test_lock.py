"""``config/requirements.lock``: what a CI installs is pinned, whole, and hashed, and names no server."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import PackageNotFoundError, requires

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.ci.runner import ROOT

LOCK = (ROOT / "config" / "requirements.lock").read_text("utf-8")
PACKAGE = re.compile(r"^(\S+)==(\S+)(?: ; (.*?))? \\\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", re.M)
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
LOCKED = {canonicalize_name(found[1]): found[2] for found in PACKAGE.finditer(LOCK)}


def test_every_line_is_a_pin_with_its_hashes_and_nothing_else() -> None:
    assert PACKAGE.sub("", LOCK) == "", "run `make lock`"
    assert len(LOCKED) > 30


def test_it_pins_the_versions_that_tests_run_with() -> None:
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    pinned = {canonicalize_name(name): version for name, _, version in (line.partition("==") for line in lines)}
    elsewhere = {"colorama"}  # needed on Windows only, where no test runs
    assert {name: LOCKED[name] for name in LOCKED.keys() - elsewhere} == {
        name: pinned.get(name) for name in LOCKED.keys() - elsewhere
    }, "run `make lock`"


def test_it_holds_what_the_program_and_its_build_need_and_what_those_need() -> None:
    asked = [*PROJECT["project"]["dependencies"], *PROJECT["build-system"]["requires"]]
    assert PROJECT["build-system"]["requires"] == PROJECT["dependency-groups"]["build"]
    waiting, seen = [(Requirement(text), "") for text in asked], set[str]()
    while waiting:
        requirement, extra = waiting.pop()
        if requirement.marker and not requirement.marker.evaluate({"extra": extra}):
            continue
        name = canonicalize_name(requirement.name)
        assert name in LOCKED, f"{name}: run `make lock`"
        assert requirement.specifier.contains(LOCKED[name]), requirement
        for wanted in [extra for extra in ("", *requirement.extras) if (name + extra) not in seen]:
            seen.add(name + wanted)
            waiting += [(Requirement(text), wanted) for text in _requires(name)]


def _requires(name: str) -> list[str]:
    try:
        return requires(name) or []
    except PackageNotFoundError:  # of another system
        return []
