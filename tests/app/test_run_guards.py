"""Which guards a run lifts."""

from __future__ import annotations

import re

import pytest

from techmap_sync.app.run_guards import allowances
from techmap_sync.errors import UsageProblem


@pytest.mark.parametrize("texts", [["branch", "older"], ["branch older"], [" branch,older ", ""]])
def test_one_value_may_name_several_guards(texts: list[str]) -> None:
    assert allowances(texts) == {"branch", "older"}


def test_an_unknown_guard_is_named_beside_those_that_exist() -> None:
    with pytest.raises(UsageProblem) as problem:
        allowances(["branch braanch"])
    assert "braanch" in problem.value.what
    assert "branch" in problem.value.hint
    with pytest.raises(UsageProblem) as problem:
        allowances(["everything"])
    assert {"branch", "uncommitted"} <= set(re.findall(r"\w+", problem.value.hint))
