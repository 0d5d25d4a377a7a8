"""What says that there is nothing to do: only what may be in a text is tried, and it says the same."""

from __future__ import annotations

import pytest

from techmap_sync.documents.technical_map.nothing import nothing_of

NOTHING = nothing_of({
    "words": ["None", "N/A"],
    "phrases": ["No … required", "No change", "No changes to …", "… not needed", "不涉及…", "…は不要"],
    "reasons": ["for"],
    "conditions": ["if"],
    "tests": ["tests"],
})  # fmt: skip


SAYS_NOTHING = (
    "none", "none, as before", "n/a", "no new role required", "no change for now", "no changes to the api", "--",
    "a backfill is not needed", "不涉及数据库", "変更は不要",
)  # fmt: skip


@pytest.mark.parametrize("text", SAYS_NOTHING)
def test_a_word_or_phrase_says_it_wherever_its_gap_is(text: str) -> None:
    assert NOTHING.is_said_by(text)


@pytest.mark.parametrize("text", ["notify none", "no changed file", "no role, if any, is required", "", "nonexistent"])
def test_a_text_that_only_holds_the_letters_says_something(text: str) -> None:
    assert not NOTHING.is_said_by(text)
