"""The stories with gold answers are read field by field as their answers say."""

from __future__ import annotations

import pytest

from techmap_sync.documents.story.story_family import artifacts_in, read_stories
from techmap_sync.documents.units.unit import Unit
from tests.families.gold import Gold, differences, golds, grammar, paths_in, scores, text_of

GOLDS = golds("bmad")


def unit_of(gold: Gold) -> Unit:
    words = grammar("bmad")
    paths = artifacts_in(paths_in(gold.repository), words).paths
    units = read_stories({path: text_of(gold.repository / path) for path in paths}, words)
    return {unit.unit: unit for unit in units}[gold.answer["unit"]]


@pytest.mark.parametrize("gold", GOLDS, ids=str)
def test_an_epic_is_read_as_its_answer_says(gold: Gold) -> None:
    unit = unit_of(gold)
    assert not list(differences(gold, unit))
    assert [t.approved for t in unit.tickets] == [t.get("approved", True) for t in gold.answer["tickets"]]


def test_precision_and_recall_are_one() -> None:
    """Shown with ``pytest -s``."""
    counted = scores([(gold, unit_of(gold)) for gold in GOLDS])
    for name, score in counted.items():
        print(f"bmad {name}: precision {score.precision:.3f}, recall {score.recall:.3f} of {score.wanted}")
    assert {name for name, score in counted.items() if score.precision < 1 or score.recall < 1} == set()
