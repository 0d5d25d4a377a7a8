"""Which files are maps (docs/map-format.md, "How a map is read")."""

from __future__ import annotations

import pytest

from techmap_sync.documents.technical_map.detect import looks_like_map
from techmap_sync.documents.technical_map.parser import parse
from tests.documents.shipped import CORPUS, ROOT, VOCABULARY

MAPS = {
    "heading of level 1": "# TECHNICAL MAP: Login\n",
    "heading of level 2": "## TECHNICAL MAP: Login\n",
    "any case": "# Technical map: Login\n",
    "markup in the heading": "# **TECHNICAL MAP**: `Login`\n",
    "emoji and number": "# 🗺️ 1. TECHNICAL MAP: Login\n",
    "full-width colon": "# TECHNICAL MAP：Login\n",
    "underlined heading": "TECHNICAL MAP: Login\n====\n",
    "another language": "# TECHNISCHER PLAN: Anmeldung\n",
    "heading further down": "# Notes\n\n# TECHNICAL MAP: Login\n",
    "status in the footer": "# Login\n\n**Status**: TECHNICAL MAP\n",
    "status in a quote": "# Login\n\n> **Status:** TECHNICAL MAP\n",
    "status in a bullet": "# Login\n\n- **Status**: TECHNICAL MAP\n",
    "status beside other fields": "# Login\n\n**Status**: TECHNICAL MAP | **Next Phase**: TODO\n",
    "status above a rule": "# Login\n\n**Status**: TECHNICAL MAP\n---\n",
    "front matter": "---\nkind: technical-map\n---\n# Login\n",
    "byte-order mark": "\ufeff# TECHNICAL MAP: Login\n",
    "no last newline": "# TECHNICAL MAP: Login",
    "carriage returns": "x\r# TECHNICAL MAP: Login\r",
}
OTHERS = {
    "nothing": "",
    "heading of level 3": "### TECHNICAL MAP: Login\n",
    "no colon": "# TECHNICAL MAP\n",
    "in a fence": "```\n# TECHNICAL MAP: Login\n```\n",
    "in a comment": "<!--\n# TECHNICAL MAP: Login\n-->\n",
    "in prose": "The TECHNICAL MAP: Login is elsewhere.\n",
    "other status": "# Login\n\n**Status**: DRAFT\n",
    "other kind": "---\nkind: plan\n---\n# Login\n",
}


@pytest.mark.parametrize("text", MAPS.values(), ids=MAPS)
def test_a_map_is_recognised(text: str) -> None:
    assert looks_like_map(text, VOCABULARY)
    assert parse(text, VOCABULARY).map is not None


@pytest.mark.parametrize("text", OTHERS.values(), ids=OTHERS)
def test_another_file_is_not_taken_for_a_map(text: str) -> None:
    assert not looks_like_map(text, VOCABULARY)
    assert parse(text, VOCABULARY).map is None


def test_the_blank_template_is_a_map_that_is_not_ready_and_asks_for_nothing() -> None:
    found = parse((ROOT / "config" / "technical-map.md").read_text(encoding="utf-8"), VOCABULARY).map
    assert found is not None
    assert not found.ready
    assert not found.components
    assert not any(group.items for group in (*found.changes, *found.tests, *found.deployment))


def test_every_map_of_the_corpus_is_recognised() -> None:
    assert all(looks_like_map(path.read_text(encoding="utf-8"), VOCABULARY) for path in CORPUS.glob("*.md"))
