"""The fixed words of tickets: each language has all of them."""

from __future__ import annotations

import pytest

from techmap_sync.documents.words import Words, language_of_letters, languages, words_in


@pytest.mark.parametrize("language", languages())
def test_a_language_has_all_words_and_each_heading_of_a_ticket_is_told_from_the_others(language: str) -> None:
    words, english = words_in(language), words_in("en")
    for mine, theirs in zip(_tables(words), _tables(english), strict=True):
        assert mine.keys() == theirs.keys()
        assert all(text or name == "between" for name, text in mine.items())
    assert words.headings["status"] not in [text for name, text in words.headings.items() if name != "status"]


def _tables(words: Words) -> list[dict[str, str]]:
    return [dict(each) for each in (words.titles, words.headings, words.phrases, words.endings, words.states)]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("请核对账本", "zh"),
        ("台帳を照合する", "ja"),
        ("核对 ab", "zh"),
        ("核对 abc", ""),
        ("Check the ledger", ""),
        ("`abcdef` https://example.org/ledger **Ledger** 核对", "zh"),
        ("12 %", ""),
        ("", ""),
    ],
)
def test_half_of_the_letters_decide_and_code_labels_and_addresses_do_not_count(text: str, language: str) -> None:
    assert language_of_letters([text]) == language
