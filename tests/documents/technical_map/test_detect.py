"""Which files are maps (docs/map-format.md, "How a map is read")."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from techmap_sync.documents.technical_map.detect import identity_at_sight, looks_like_map
from techmap_sync.documents.technical_map.parser import parse
from tests.documents import generated
from tests.documents.generated import often, seldom
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


CODE_IN_ITS_TITLE = "08-cli-profiles.md"


HEADER = "**Date**: 2026-03-02\n**Map ID**: login-2\n**Author**: Mira\n"


MAP = f"# TECHNICAL MAP: Login\n\n{HEADER}\n## Components Overview\n"


def at_sight(text: str) -> str | None:
    return identity_at_sight(text, VOCABULARY)


def read(text: str) -> str | None:
    found = parse(text, VOCABULARY).map
    return (found.map_id or found.title) if found else None


headers = st.lists(
    st.one_of(
        st.sampled_from(HEADER.splitlines()),
        st.sampled_from(
            (
                "- **Map ID**: in-a-list",
                "**map-id:** other",
                "**Map ID**",
                "**Karten-ID**: deutsch",
                "**Map ID**: [Name]",
            )
        ),
        st.sampled_from(("**Map ID**: a | **Date**: b", "**Stop.**: here", "plain", "", "**Team**: x  ", "## Map ID")),
        generated.lines,
    ),
    max_size=6,
).map("\n".join)


titles = st.one_of(
    st.sampled_from(
        ("Login", "2. Login", "`Login`", "A & B", "A &amp; B", "snake_case_", "[Login](x)", "x #", "🚀 Go", "")
    ),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
)


fronts = st.sampled_from(("", "---\nid: front\n---\n", "---\nkind: technical map\n---\n", "\n", "<!-- a\n-->\n"))


@often
@given(fronts, st.sampled_from(("# TECHNICAL MAP:", "# Technical Map: ", "## TECHNICAL MAP: ", "# ")), titles, headers)
def test_it_is_never_wrong(front: str, prefix: str, title: str, header: str) -> None:
    text = f"{front}{prefix}{title}\n\n{header}\n\n**Status**: TECHNICAL MAP\n"
    assert at_sight(text) in (None, read(text))


@seldom
@given(st.one_of(generated.mixed, generated.maps, generated.texts))
def test_nor_on_maps_with_anything_in_them(text: str) -> None:
    assert at_sight(text) in (None, read(text))


@pytest.mark.parametrize("path", sorted(CORPUS.glob("*.md")), ids=lambda path: path.stem)
def test_it_is_seen_in_every_map_of_the_corpus(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert at_sight(text) == (None if path.name == CODE_IN_ITS_TITLE else read(text))


@pytest.mark.parametrize(
    ("text", "seen"),
    {
        "a title": ("# TECHNICAL MAP: Login\n\n## Tests\n", "Login"),
        "a Map ID in the header": (MAP, "login-2"),
        "an id in the front matter": ("---\nid: front\n---\n# TECHNICAL MAP: Login\n", "front"),
        "Windows line ends and a byte-order mark": ("\ufeff" + MAP.replace("\n", "\r\n"), "login-2"),
        "a Map ID elsewhere": (f"{MAP}\n**Map ID**: other\n", None),
        "no map": ("# Notes\n", None),
        "a title with code in it": ("# TECHNICAL MAP: `Login`\n", None),
        "the blank template": ("# TECHNICAL MAP: [Feature Name]\n", None),
    }.values(),
)
def test_what_is_seen(text: str, seen: str | None) -> None:
    assert at_sight(text) == seen
    assert seen in (None, read(text))
