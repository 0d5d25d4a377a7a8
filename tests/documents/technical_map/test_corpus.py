"""Maps as people write them, near the template and further from it, and what has to be read from each."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from techmap_sync.documents.technical_map.model import ItemGroup, TechnicalMap
from techmap_sync.documents.technical_map.parser import parse
from techmap_sync.documents.text import decode
from tests.documents.shipped import CORPUS, VOCABULARY

MAPS = [*sorted(CORPUS.glob("*.md")), *sorted((CORPUS / "authors").glob("*.md"))]
SECTIONS = ("changes", "tests", "deployment")
Facts = Mapping[str, list[tuple[object, ...]]]


def read(path: Path) -> TechnicalMap:
    found = parse(decode(path.read_bytes()), VOCABULARY).map
    assert found is not None
    return found


def gold(path: Path) -> Any:
    return json.loads(path.with_suffix(".gold.json").read_text(encoding="utf-8"))


def folded(text: str) -> str:
    return " ".join(text.split()).casefold()


def facts_found(found: TechnicalMap) -> Facts:
    """Return what was read, as facts in order, by category."""
    facts = facts_of(
        [
            (one.name, one.kind.value, list(one.locations), [method.name for method in one.methods])
            for one in found.components
        ]
    )
    for section in SECTIONS:
        groups: tuple[ItemGroup, ...] = getattr(found, section)
        facts[section] = [(g.name, folded(item.title)) for g in groups for item in g.items if not item.done]
    items = [item for section in SECTIONS for g in getattr(found, section) for item in g.items]
    facts["done"] = [(folded(item.title),) for item in (*items, *found.done) if item.done]
    return facts


def facts_wanted(wanted: Any) -> Facts:
    facts = facts_of([(c["name"], c["kind"], c["locations"], c["methods"]) for c in wanted["components"]])
    for section in SECTIONS:
        facts[section] = [(name, folded(title)) for name, titles in wanted[section].items() for title in titles]
    facts["done"] = [(folded(title),) for title in wanted["done"]]
    return facts


def facts_of(components: list[tuple[str, str, list[str], list[str]]]) -> dict[str, list[tuple[object, ...]]]:
    return {
        "component": [(folded(name),) for name, _, _, _ in components],
        "kind": [(folded(name), kind) for name, kind, _, _ in components],
        "location": [(folded(name), place) for name, _, places, _ in components for place in places],
        "method": [(folded(name), folded(method)) for name, _, _, methods in components for method in methods],
    }


@pytest.mark.parametrize("path", MAPS, ids=lambda path: path.stem)
def test_everything_that_the_gold_file_names_is_read_and_nothing_else(path: Path) -> None:
    found, wanted = facts_found(read(path)), facts_wanted(gold(path))
    for category, facts in wanted.items():
        assert Counter(found[category]) == Counter(facts), category


@pytest.mark.parametrize("path", MAPS, ids=lambda path: path.stem)
def test_components_methods_and_items_keep_their_order(path: Path) -> None:
    found, wanted = facts_found(read(path)), facts_wanted(gold(path))
    for category in ("component", "location", "method"):
        assert found[category] == wanted[category]
    for section in SECTIONS:
        for name in gold(path)[section]:
            assert [f for f in found[section] if f[0] == name] == [f for f in wanted[section] if f[0] == name]


@pytest.mark.parametrize("path", MAPS, ids=lambda path: path.stem)
def test_title_and_readiness_are_read(path: Path) -> None:
    found, wanted = read(path), gold(path)
    assert (folded(found.title), found.ready) == (folded(wanted["title"]), wanted["ready"])


def test_precision_and_recall_are_one_in_every_category() -> None:
    rows = dict(scores(lambda path: facts_found(read(path))))
    for category, (precision, recall) in rows.items():
        print(f"{category:12} precision {precision:.3f}  recall {recall:.3f}")
    assert set(rows.values()) == {(1.0, 1.0)}


def scores(facts: Callable[[Path], Facts]) -> list[tuple[str, tuple[float, float]]]:
    found: dict[str, Counter[object]] = {}
    wanted: dict[str, Counter[object]] = {}
    for path in MAPS:
        for counters, by_category in ((found, facts(path)), (wanted, facts_wanted(gold(path)))):
            for category, several in by_category.items():
                counters.setdefault(category, Counter()).update((path.stem, *fact) for fact in several)
    return [(category, _score(found[category], wanted[category])) for category in wanted]


def _score(found: Counter[object], wanted: Counter[object]) -> tuple[float, float]:
    right = (found & wanted).total()
    return right / max(found.total(), 1), right / max(wanted.total(), 1)
