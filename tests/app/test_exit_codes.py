"""How a run ended, as a number."""

from __future__ import annotations

import pytest

from techmap_sync.app.exit_codes import Exit, exit_for, worst
from techmap_sync.errors import Problem, Refused, SettingsProblem, TrackerError, UnreadableMap, UsageProblem


def test_of_several_codes_the_most_serious_counts() -> None:
    in_order = [Exit.INTERRUPTED, Exit.TRACKER, Exit.REFUSED, Exit.USAGE, Exit.PROBLEMS, Exit.PENDING, Exit.DONE]
    for place, code in enumerate(in_order):
        assert worst(reversed(in_order[place:])) is code
    assert worst([]) is Exit.DONE


@pytest.mark.parametrize(
    ("problem", "code"),
    [
        (TrackerError("github:octo/app", "no answer", ""), Exit.TRACKER),
        (Refused("too many", ""), Exit.REFUSED),
        (UnreadableMap("a.md", "not a map", ""), Exit.PROBLEMS),
        (UsageProblem("no such file", ""), Exit.USAGE),
        (SettingsProblem("techmap-sync.toml:1", "no such setting", ""), Exit.USAGE),
    ],
)
def test_each_kind_of_problem_has_its_code(problem: Problem, code: Exit) -> None:
    assert exit_for(problem) is code
