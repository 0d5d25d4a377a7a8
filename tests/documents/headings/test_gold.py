"""The plans with gold answers are read field by field as their answers say."""

from __future__ import annotations

import pytest

from techmap_sync.documents.headings.headings_family import read_plan
from techmap_sync.documents.units.unit import Unit
from tests.families.gold import Gold, differences, golds, grammar, paths_in, scores, text_of

GOLDS = golds("plans")


def unit_of(gold: Gold) -> Unit:
    (path,) = paths_in(gold.repository)
    return read_plan(path, text_of(gold.repository / path), grammar("plans"))


@pytest.mark.parametrize("gold", GOLDS, ids=str)
def test_a_plan_is_read_as_its_answer_says(gold: Gold) -> None:
    unit = unit_of(gold)
    assert not list(differences(gold, unit))
    assert [list(task.locations) for task in unit.tasks] == [task["locations"] for task in gold.answer["tasks"]]
    assert [len(task.steps) for task in unit.tasks] == [task["steps"] for task in gold.answer["tasks"]]


def test_precision_and_recall_are_one() -> None:
    counted = scores([(gold, unit_of(gold)) for gold in GOLDS])
    for name, score in counted.items():
        print(f"plans {name}: precision {score.precision:.3f}, recall {score.recall:.3f} of {score.wanted}")
    assert {name for name, score in counted.items() if score.precision < 1 or score.recall < 1} == set()
