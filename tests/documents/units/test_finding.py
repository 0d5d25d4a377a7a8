"""Nothing is taken for what it is not: maps and other Markdown for units, units for maps."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path

import pytest

from techmap_sync.config import load_settings
from techmap_sync.documents.checklist.checklist_family import looks_like_unit
from techmap_sync.documents.families import family_named
from techmap_sync.documents.technical_map.detect import looks_like_map
from tests.documents.installed import MORE, PACKAGES, WANTED
from tests.documents.shipped import ROOT, VOCABULARY
from tests.documents.units.readers import FAMILIES
from tests.families.gold import ROOT as UNITS
from tests.families.gold import grammar, text_of

MAPS = sorted([*(ROOT / "tests/corpus").rglob("*.md"), *(ROOT / "examples").glob("*.md")])
UNIT_FILES = sorted(UNITS.rglob("*/*.md"))
ENDINGS = (".md", ".markdown", ".mdx")
LARGEST = 50_000
"""Bytes of a file whose content is tried: a few change logs are longer than all other files together."""
FEWEST = 500
"""Files that the packages of the tests hold at least."""


@lru_cache
def installed() -> tuple[Path, ...]:
    """All Markdown of the packages that the tests install."""
    found = []
    for folder in PACKAGES:
        for place, _, names in os.walk(folder):
            if "techmap_sync" not in place:
                found += [Path(place, name) for name in names if name.lower().endswith(ENDINGS)]
    return tuple(sorted(found))


def test_all_markdown_of_the_packages_is_tried() -> None:
    """The count is printed: ``pytest -rP`` shows it."""
    print(f"{len(installed())} Markdown files of installed packages")
    if not (ROOT / "node_modules").is_dir():
        pytest.skip(f"{len(installed())} files were tried; npm install brings more")
    assert len(installed()) >= (WANTED if MORE else FEWEST)


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
    small = [path for path in installed() if path.is_file() and path.stat().st_size <= LARGEST]
    assert len(small) > 50
    assert not [path for path in small if looks_like_unit(path.read_text("utf-8", "replace"), grammar("spec-kit"))]
