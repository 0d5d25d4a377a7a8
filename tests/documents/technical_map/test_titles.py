"""The title of a map (docs/map-format.md, "Headings")."""

from __future__ import annotations

import pytest

from tests.documents.maps import read


@pytest.mark.parametrize(
    ("heading", "title"),
    [
        ("# TECHNICAL MAP: Login with TOTP", "Login with TOTP"),
        ("## TECHNICAL MAP: Profiles for the `stowctl` **CLI**", "Profiles for the stowctl CLI"),
        ("# 📋 TECHNICAL MAP: Orders: import and export", "Orders: import and export"),
        ("# TECHNICAL MAP: 現場点検", "現場点検"),
        ("# TECHNICAL MAP: C# client", "C# client"),
        ("TECHNICAL MAP: Login\n=====", "Login"),
    ],
)
def test_the_title_is_the_text_behind_the_words_without_markdown(heading: str, title: str) -> None:
    assert read(heading).title == title


def test_a_map_known_by_its_footer_is_called_like_its_first_heading() -> None:
    assert read("# Login\n\n**Status**: TECHNICAL MAP\n").title == "Login"


def test_front_matter_shifts_the_line_of_the_title() -> None:
    found = read("---\nkind: technical-map\n---\n\n# TECHNICAL MAP: Login\n")
    assert (found.title, found.span.line) == ("Login", 5)
