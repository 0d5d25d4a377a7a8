"""Signs that change when a piece of a map moves into a ticket."""

from __future__ import annotations

import pytest

from techmap_sync.documents.signs import Signs


def edited(text: str, signs: Signs) -> str:
    for edit in reversed(signs.edits):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("> a\n> b", "a\nb"),
        (">a\nlazy", "a\nlazy"),
        (">\ta", "  a"),
        ("above\n> a", "above\n\na"),
    ],
)
def test_a_quote_loses_its_signs_and_stays_apart_from_the_text_above(text: str, bare: str) -> None:
    signs = Signs(text)
    signs.add_quote(text.index(">"), len(text))
    assert edited(text, signs) == bare


def test_of_a_callout_its_kind_stays() -> None:
    signs = Signs("> [!NOTE] Locks")
    signs.add_quote(0, 15)
    assert signs.callout(2) == (len("[!NOTE] "), "Note: ")
    assert edited("> [!NOTE] Locks", signs) == "Note: Locks"
    assert Signs("> [link](x)").callout(2) is None


def test_indented_code_gets_fences_that_no_fence_in_it_closes() -> None:
    text = "    a\n    ```"
    signs = Signs(text)
    signs.add_indented_code("a\n```\n", 4, len(text))
    assert edited(text, signs) == "    ````\n    a\n    ```\n    ````"


def test_a_code_span_is_written_on_one_line() -> None:
    text = "see ``a\n> b`` here"
    signs = Signs(text)
    assert signs.join_code(4) == text.index(" here")
    assert edited(text, signs) == "see ``a b`` here"
