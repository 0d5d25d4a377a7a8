"""Every error of this program has a code of its kind, and no secret or control character gets into its JSON."""

from __future__ import annotations

import json

import pytest

from techmap_sync import errors
from techmap_sync.reports.messages import BUG, error_json, error_value

KINDS = {
    "usage": errors.UsageProblem("no such file", "name one"),
    "settings": errors.SettingsProblem("techmap-sync.toml:3", "no such setting"),
    "unreadable-file": errors.UnreadableFile("map.md", "is a folder"),
    "unreadable-map": errors.UnreadableMap("map.md", "not a map"),
    "refused": errors.Refused("too many", "--allow creates"),
    "tracker": errors.TrackerError("github:octo/app", "gone"),
}


@pytest.mark.parametrize("code", KINDS)
def test_each_kind_has_its_code(code: str) -> None:
    said = json.loads(error_json(KINDS[code], 2))
    assert said["version"] == 1
    assert said["error"]["code"] == code
    assert said["error"]["exit"] == 2
    assert {"message", "hint"} <= said["error"].keys()


def subclasses(kind: type[errors.Problem]) -> set[type[errors.Problem]]:
    return {kind, *(each for below in kind.__subclasses__() for each in subclasses(below))}


@pytest.mark.parametrize("kind", sorted(subclasses(errors.Problem) - {errors.Problem}, key=str))
def test_no_error_of_ours_is_taken_for_a_bug(kind: type[errors.Problem]) -> None:
    problem = kind.__new__(kind)
    for name in ("what", "where", "path", "tracker"):
        setattr(problem, name, "x")
    assert error_value(problem)["code"] != BUG
