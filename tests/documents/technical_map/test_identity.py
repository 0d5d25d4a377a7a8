"""An identity at sight is the one that reading finds, or none."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from techmap_sync.documents.technical_map.detect import identity_at_sight
from techmap_sync.documents.technical_map.parser import parse
from tests.documents import generated
from tests.documents.generated import often, seldom
from tests.documents.shipped import CORPUS, VOCABULARY

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
