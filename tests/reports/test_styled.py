"""Text with styles, before anybody prints it."""

from __future__ import annotations

from techmap_sync.reports.styled import joined, styled


def test_its_text_is_that_of_its_parts() -> None:
    assert styled("a ", ("b", "bold")).plain == "a b"
    assert not styled().plain


def test_joining_keeps_styles_and_empty_lines() -> None:
    text = joined([styled(), styled(("a", "bold")), styled(), styled("b")])
    assert text.plain == "\na\n\nb"
    assert [part for part in text.parts if part[1]] == [("a", "bold")]
    assert joined([]).plain == ""
    assert joined([styled("a"), styled("b")], ", ").plain == "a, b"
