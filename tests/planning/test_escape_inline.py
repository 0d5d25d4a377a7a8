"""One line of Markdown, cut into what is code, tag, link and text, and what of it is put out."""

from __future__ import annotations

import pytest

from techmap_sync.planning.escape_inline import ZERO_WIDTH_SPACE, Kind, cut, detour, inert_link, names_ticket, shield


def kinds(line: str) -> list[tuple[Kind, str]]:
    return [(token.kind, token.text) for token in cut(line).tokens]


@pytest.mark.parametrize(
    ("line", "kind", "text"),
    [
        ("see `a#1` here", Kind.CODE, "`a#1`"),
        ("see ``a`b`` here", Kind.CODE, "``a`b``"),
        ("see <b>", Kind.TAG, "<b>"),
        ("see <https://example.org/1>", Kind.AUTOLINK, "<https://example.org/1>"),
        ("[see](a.md) here", Kind.TARGET, "](a.md)"),
        ("see https://example.org/a here", Kind.ADDRESS, "://example.org/a"),
    ],
)
def test_what_begins_first_wins(line: str, kind: Kind, text: str) -> None:
    found = kinds(line)
    assert any(each is kind and text in part for each, part in found), found
    assert "".join(part for _, part in found) == line


def test_a_tick_that_nothing_closes_is_no_code() -> None:
    assert not any(kind is Kind.CODE for kind, _ in kinds("see `a#1 here"))


@pytest.mark.parametrize("text", ["#1", "@sara", "octo/app#1", "!12"])
def test_a_reference_is_put_out_by_a_sign_that_nobody_sees(text: str) -> None:
    assert ZERO_WIDTH_SPACE in shield(text)
    assert shield(text).replace(ZERO_WIDTH_SPACE, "") == text


def test_plain_words_stay_as_they_are() -> None:
    assert shield("Weigh 12 parcels, then print") == "Weigh 12 parcels, then print"


@pytest.mark.parametrize(
    ("address", "is_ticket"),
    [
        ("https://github.com/octo/app/issues/12", True),
        ("https://git.example.org/octo/app/-/merge_requests/7", True),
        ("https://github.com/octo/app/wiki", False),
        ("octo/app/issues/12", False),
    ],
)
def test_the_address_of_a_ticket_is_known_on_any_host(address: str, is_ticket: bool) -> None:
    assert names_ticket(address) is is_ticket


def test_a_link_to_a_ticket_leads_there_by_a_detour() -> None:
    address = "https://github.com/octo/app/issues/12"
    assert detour(address) == "https://redirect.github.com/octo/app/issues/./12"
    assert detour(address) in inert_link(address) and address not in inert_link(address)
