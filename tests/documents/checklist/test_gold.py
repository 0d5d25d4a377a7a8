"""The units of spec-kit, OpenSpec and Kiro with gold answers are read field by field as their answers say."""

from __future__ import annotations

import pytest

from techmap_sync.documents.checklist.checklist_family import looks_like_unit, places_of_units, read_checklist
from techmap_sync.documents.units.unit import Unit
from tests.families.gold import Gold, differences, golds, grammar, paths_in, scores, text_of

FAMILIES = ("spec-kit", "openspec", "kiro")
GOLDS = [gold for family in FAMILIES for gold in golds(family)]


def units_of(gold: Gold) -> list[Unit]:
    words = grammar(gold.family)
    places = places_of_units(paths_in(gold.repository), words)
    return [
        read_checklist(
            place.folder, {name: text_of(gold.repository / place.folder / name) for name in place.files}, words
        )
        for place in places
        if looks_like_unit(text_of(gold.repository / place.folder / words.file), words)
    ]


@pytest.mark.parametrize("gold", GOLDS, ids=str)
def test_a_unit_is_read_as_its_answer_says(gold: Gold) -> None:
    (unit,) = units_of(gold)
    assert not list(differences(gold, unit))


@pytest.mark.parametrize("family", FAMILIES)
def test_precision_and_recall_are_one(family: str) -> None:
    """Shown with ``pytest -s``."""
    counted = scores([(gold, units_of(gold)[0]) for gold in golds(family)])
    for name, score in counted.items():
        print(f"{family} {name}: precision {score.precision:.3f}, recall {score.recall:.3f} of {score.wanted}")
    assert {name for name, score in counted.items() if score.precision < 1 or score.recall < 1} == set()
    assert all(score.wanted for score in counted.values())


@pytest.mark.parametrize("gold", GOLDS, ids=str)
def test_no_other_family_takes_the_unit(gold: Gold) -> None:
    others = [grammar(family) for family in FAMILIES if family != gold.family]
    assert not [place for words in others for place in places_of_units(paths_in(gold.repository), words)]
