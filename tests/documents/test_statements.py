"""What counts as words, and which lines say something."""

from __future__ import annotations

import pytest

from techmap_sync.documents.statements import STRUCTURE, plain_statements, words_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Keeps the `TokenStore`", ("keeps", "the", "token", "store")),
        ("**Keeps**, the _token store_!", ("keeps", "the", "token", "store")),
        ("a\u200bb &amp; c", ("ab", "c")),
        ("cafe\u0301", ("café",)),
        ("核对 the 账本", ("核", "对", "the", "账", "本")),
        ("| --- | :-: |", ()),
    ],
)
def test_markup_case_and_invisible_signs_are_no_words(text: str, words: tuple[str, ...]) -> None:
    assert words_of(text) == words


def test_blank_lines_say_nothing_and_lines_of_signs_are_structure() -> None:
    found = plain_statements("Weigh it\r\n\r\n---\r\nShip it")
    assert [(said.line, said.pieces, said.excuse) for said in found] == [
        (1, (("weigh", "it"),), ""),
        (3, (), STRUCTURE),
        (4, (("ship", "it"),), ""),
    ]
