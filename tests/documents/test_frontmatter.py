"""The YAML at the very top (docs/map-format.md, "How a map is read")."""

from __future__ import annotations

import pytest

from techmap_sync.documents import frontmatter
from techmap_sync.documents.frontmatter import split_front_matter
from tests.documents.maps import read
from tests.documents.shipped import ROOT
from tests.measure import measured


def test_top_level_values_are_read_and_the_rest_is_passed_over() -> None:
    front = split_front_matter("---\nkind: technical-map\nid: 7\nreviewers: [a, b]\n---\n# T\n")
    assert front.values == {"kind": "technical-map", "id": "7"}


@pytest.mark.parametrize("text", ["", "# T\n", "\n---\nid: x\n---\n", "---\nid: x\n", "----\nid: x\n----\n"])
def test_without_two_lines_of_dashes_at_the_very_top_there_is_none(text: str) -> None:
    assert split_front_matter(text).length == 0


@pytest.mark.parametrize(
    "yaml", ["a: [", "- a", "text", "a: &x *x", "? !!python/object:os.system x", "a: " + "[" * 500]
)
def test_yaml_that_cannot_be_read_is_cut_off_and_gives_nothing(yaml: str) -> None:
    front = split_front_matter(f"---\n{yaml}\n---\n# T\n")
    assert not front.values
    assert front.length == len(f"---\n{yaml}\n---\n")


def test_its_lines_are_added_to_every_line_number() -> None:
    text = "# TECHNICAL MAP: T\n\n## Unit Tests\n- x\n"
    plain, shifted = read(text), read(f"---\nid: a\n---\n{text}")
    assert shifted.tests[0].items[0].span.line == plain.tests[0].items[0].span.line + 3


MERGED = "".join(f"a{n}: &a{n} {{<<: [*a{n - 1}, *a{n - 1}]}}\n" for n in range(1, 100))


@pytest.mark.parametrize(
    "yaml", ["a: " + "[" * 4900 + "]" * 4900, "a: " + "{" * 9000, f"a0: &a0 {{x: 1}}\n{MERGED}"], ids=["[", "{", "<<"]
)
def test_yaml_that_would_take_hours_is_given_up_in_seconds(yaml: str) -> None:
    with measured() as taken:
        front = split_front_matter(f"---\n{yaml}\n---\n# T\n")
    assert front.unreadable
    assert taken.seconds < 5


def test_the_page_about_the_format_names_the_limits() -> None:
    page = " ".join((ROOT / "docs" / "map-format.md").read_text(encoding="utf-8").split())
    for limit in (
        f"{frontmatter._LONGEST:,} characters",
        f"{frontmatter._DEEPEST} deep",
        f"{frontmatter._MOST_ALIASES} aliases",
    ):
        assert limit in page
