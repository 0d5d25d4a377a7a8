"""Titles are cut so that they stay readable and different."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

import pytest

from techmap_sync.documents.base import Granularity
from techmap_sync.planning.titles import shortened
from techmap_sync.text_forms import TITLE_LIMIT, place_to_cut
from tests.planning.maps import SECTIONS, plan_of, read

EACH = replace(SECTIONS, tests=Granularity.ITEM)
CHINESE = "在高负载情况下队列必须保持任务的先后顺序并且不会丢失任何一条记录" * 5
LONG = {
    "Chinese": CHINESE,
    "identifier": "handle_request_of_" * 20,
    "address": "https://example.org/" + "a/b-c?d=e&" * 30,
    "Japanese, decomposed": unicodedata.normalize("NFD", "キューがパンクしたらガードが働く" * 12),
    "one long word behind words": f"the queue {'x' * 300}",
    "families": "👨‍👩‍👧‍👦" * 60,
    "flags": "🇫🇷🇩🇪🇪🇸" * 40,
    "skin tones": "👍🏽" * 90,
    "keycaps": "1\ufe0f\u20e3" * 90,
    "marks": "e\u0301\u0323" * 100,
    "Hangul, decomposed": unicodedata.normalize("NFD", "대기열은순서를지킨다" * 20),
    "Hindi": "क्षत्रिय" * 40,
}


def titles_of(*tests: str) -> list[str]:
    text = "# TECHNICAL MAP: T\n\n## Testing\n\n### Unit Tests\n" + "".join(f"- {test}\n" for test in tests)
    return [task.title for task in plan_of(read(text), EACH).tasks]


@pytest.mark.parametrize("text", LONG.values(), ids=LONG)
def test_a_title_is_cut_at_the_limit_and_never_below_half_of_it(text: str) -> None:
    (title,) = titles_of(text)
    assert TITLE_LIMIT // 2 <= len(title) <= TITLE_LIMIT
    assert title.endswith("…")


@pytest.mark.parametrize("text", LONG.values(), ids=LONG)
def test_two_long_titles_that_begin_alike_stay_different(text: str) -> None:
    found = titles_of(f"{text}1{text}", f"{text}2{text}", f"{text}{text}3", text)
    assert len(set(found)) == len(found)
    assert all(TITLE_LIMIT // 2 <= len(title) <= TITLE_LIMIT for title in found)


CLUSTERS = [
    "👨‍👩‍👧‍👦",
    "🇫🇷",
    "👍🏽",
    "1\ufe0f\u20e3",
    "e\u0301\u0323",
    "\u1112\u1161\u11ab",
    "क्षि",
    "🏴\U000e0067\U000e0062\U000e007f",
]


@pytest.mark.parametrize("cluster", CLUSTERS, ids=ascii)
def test_no_cut_parts_what_is_seen_as_one_character(cluster: str) -> None:
    text = cluster * 5
    assert {place_to_cut(text, limit) % len(cluster) for limit in range(len(text) + 1)} == {0}


def test_words_are_kept_whole_where_that_costs_less_than_half() -> None:
    assert shortened("one two three four", 15) == "one two three…"
    assert shortened("one twothreefourfive", 15) == "one twothreefo…"
    assert shortened("x" + "\u0301" * 30, 15).endswith("…")


def test_a_title_has_one_unicode_form() -> None:
    word = "Créé à la fin "
    assert titles_of(unicodedata.normalize("NFD", word * 12)) == titles_of(word * 12)
