"""A map means the same, however it is written. (TRANSFORMATIONS=1000 tries more of them.)

By default each map is transformed in some ways only, each in other ones: together they take all of them.
"""

from __future__ import annotations

import os
from functools import cache
from itertools import combinations
from pathlib import Path
from random import Random

import pytest

from techmap_sync.documents.technical_map.model import ItemGroup
from techmap_sync.documents.technical_map.parser import parse
from techmap_sync.documents.text import decode
from tests.documents.shipped import CORPUS, VOCABULARY
from tests.documents.transform import TRANSFORMATIONS, Transformation, applied, transformed
from tests.measure import untraced
from tests.sampling import sampling

COUNT = int(os.environ.get("TRANSFORMATIONS", "200"))
EACH = 10
"""How many seeds a map is transformed by in a sample."""
MAPS = [*sorted(CORPUS.glob("*.md")), *sorted((CORPUS / "authors").glob("*.md"))]


@cache  # Two seeds may lead to the same text.
def meaning(text: str) -> dict[str, object]:
    """Return what does not move when a map is written in another way."""
    found = parse(text, VOCABULARY).map
    assert found is not None
    return {
        "title": found.title,
        "about": (found.map_id, found.readiness, found.lifecycle, found.estimate_minutes),
        "components": [
            (one.name, one.kind, one.locations, tuple(method.name for method in one.methods), one.purpose)
            for one in found.components
        ],
        "items": [(name, groups(getattr(found, name))) for name in ("changes", "tests", "deployment")],
        "constraints": [(area.name, [titles for _, titles in groups(area.groups)]) for area in found.constraints],
        "done": [item.title for item in found.done],
        "unrecognised": len(found.unrecognised),
    }


def groups(found: tuple[ItemGroup, ...]) -> list[tuple[str, list[tuple[str, bool]]]]:
    """Return titles by group; a fence is called like its sub-section, which may have another heading now."""
    return [
        (group.name, [("" if item.title == group.heading else item.title, item.done) for item in group.items])
        for group in found
    ]


def written(path: Path) -> str:
    return decode(path.read_bytes()).replace("\r\n", "\n")


def seeds(path: Path) -> list[int]:
    """Return the seeds that a map is transformed by."""
    return sampling.in_turn("transformations of a map", range(COUNT), EACH, MAPS.index(path))


@pytest.mark.parametrize("path", MAPS, ids=lambda path: path.stem)
def test_a_map_that_is_written_in_another_way_means_the_same(path: Path) -> None:
    text = written(path)
    wanted = meaning(text)
    with untraced():
        for seed in seeds(path):
            changed, names = transformed(text, seed)
            found = meaning(changed)
            for part, value in wanted.items():
                assert found[part] == value, (path.stem, seed, names, part)


def test_every_transformation_is_tried_with_each_other_one() -> None:
    names = [one.__name__ for one in TRANSFORMATIONS]
    taken = {seed for path in MAPS for seed in seeds(path)}
    together = {pair for seed in taken for pair in combinations(transformed("", seed)[1], 2)}
    assert together == set(combinations(names, 2))


@pytest.mark.parametrize("transformation", TRANSFORMATIONS, ids=lambda one: one.__name__)
def test_every_transformation_changes_some_map(transformation: Transformation) -> None:
    assert any(applied(transformation, written(path), Random(0)) != written(path) for path in MAPS)
