"""Nothing is taken for what it is not: maps and other Markdown for units, units for maps."""

from __future__ import annotations

import os
import sysconfig
from pathlib import Path

import pytest

from techmap_sync.config import load_settings
from techmap_sync.documents.checklist.checklist_family import looks_like_unit
from techmap_sync.documents.families import family_named
from techmap_sync.documents.technical_map.detect import looks_like_map
from tests.documents.shipped import ROOT, VOCABULARY
from tests.documents.units.readers import FAMILIES
from tests.families.gold import ROOT as UNITS
from tests.families.gold import grammar, text_of

MAPS = sorted([*(ROOT / "tests/corpus").rglob("*.md"), *(ROOT / "examples").glob("*.md")])
UNIT_FILES = sorted(UNITS.rglob("*/*.md"))
MOST = 300
"""Files of installed packages that are read as if they were at the place of a unit."""


def installed() -> list[Path]:
    found: list[Path] = []
    for folder in (Path(sysconfig.get_path("purelib")), ROOT / "node_modules"):
        for place, _, names in os.walk(folder):
            found += [Path(place, name) for name in names if name.endswith(".md") and "techmap_sync" not in place]
    return sorted(path for path in found if path.stat().st_size < 50_000)


def test_no_file_of_a_unit_is_taken_for_a_map() -> None:
    assert len(UNIT_FILES) > 30
    assert not [path for path in UNIT_FILES if looks_like_map(text_of(path), VOCABULARY)]


def test_no_map_has_the_content_of_a_unit_of_spec_kit() -> None:
    assert len(MAPS) > 20
    assert not [path for path in MAPS if looks_like_unit(text_of(path), grammar("spec-kit"))]


@pytest.mark.parametrize("family", FAMILIES)
def test_no_file_of_a_package_is_at_the_place_of_a_unit(family: str) -> None:
    reader = family_named(family, load_settings(None, {}).reading_options())
    paths = [path.relative_to(path.anchor).as_posix() for path in [*installed(), *MAPS]]
    assert not list(reader.units_in(paths, lambda _: ""))


def test_no_file_of_a_package_has_the_content_of_a_unit_of_spec_kit() -> None:
    files = installed()[:: max(1, len(installed()) // MOST)]
    assert len(files) > 50
    assert not [path for path in files if looks_like_unit(path.read_text("utf-8", "replace"), grammar("spec-kit"))]
