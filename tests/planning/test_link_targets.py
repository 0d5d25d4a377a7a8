"""Links of a map lead to the same place from a ticket."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from techmap_sync.planning.escape import neutralize
from techmap_sync.planning.link_targets import absolute_links
from tests.planning import platforms
from tests.sampling import sampling


def resolve(destination: str, image: bool) -> str | None:
    if "outside" in destination:
        return None
    return f"https://host/{'raw' if image else 'page'}/{destination.removeprefix('./')}"


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("[a](b.md)", "[a](https://host/page/b.md)"),
        ("[a](./b.md#part)", "[a](https://host/page/b.md#part)"),
        ("[a](/b.md)", "[a](https://host/page//b.md)"),
        ('[a](b.md "title")', '[a](https://host/page/b.md "title")'),
        ("[a](<b c.md>)", "[a](https://host/page/b%20c.md)"),
        ("[a](b_\\(c\\).md)", "[a](https://host/page/b_%28c%29.md)"),
        ("![a](b.png)", "![a](https://host/raw/b.png)"),
        ("[![a](b.png)](c.md)", "[![a](https://host/raw/b.png)](https://host/page/c.md)"),
        ("[a [b] c](d.md)", "[a [b] c](https://host/page/d.md)"),
        ("[a\nb](c.md)", "[a\nb](https://host/page/c.md)"),
        ("[a]\n\n[a]: b.md 'title'", "[a]\n\n[a]: https://host/page/b.md 'title'"),
        ("![a][B]\n\n[b]: c.png", "![a][B]\n\n[b]: https://host/raw/c.png"),
        ("- [a]: b.md", "- [a]: https://host/page/b.md"),
        ('<img alt="a" src="b.png">', '<img alt="a" src="https://host/raw/b.png">'),
        ("<a href='b.md?x=1&amp;y'>c</a>", '<a href="https://host/page/b.md?x=1&amp;y">c</a>'),
    ],
)
def test_relative_links_and_images_become_absolute(text: str, result: str) -> None:
    assert absolute_links(text, resolve) == result


@pytest.mark.parametrize(
    "text",
    [
        *(
            "[a](#part)",
            "[a](https://x.io/b)",
            "[a](//x.io/b)",
            "[a](mailto:a@x.io)",
            "[a](tel:1)",
            "[a]()",
            "<https://x.io>",
        ),
        *("[a](../../outside.md)", "a](b.md)", "\\[a](b.md)", "[a] (b.md)", "`[a](b.md)`", "```\n[a](b.md)\n```"),
        *("~~~\n[a]: b.md\n~~~", '<b title="src=x">c</b>', "[x] done", "[a](b c.md)"),
    ],
)
def test_all_other_links_and_code_stay(text: str) -> None:
    assert absolute_links(text, resolve) == text


@pytest.mark.parametrize(
    "destination",
    [
        "javascript:alert(1)",
        "JavaScript:x",
        "java&#115;cript:x",
        "<java\tscript:x>",
        "vbscript:x",
        "data:text/html,x",
        "javascript\\:x",
    ],
)
def test_what_a_link_would_run_is_taken_out_and_its_text_stays(destination: str) -> None:
    for text in (
        f"[words]({destination})",
        f"[words]\n\n[words]: {destination}",
        f'<a href="{destination.strip("<>")}">words</a>',
    ):
        result = absolute_links(text, resolve)
        links = [link for page in platforms.pages(result) for link in page.links]
        assert not any(link.lower().startswith(("javascript", "vbscript", "data")) for link in links)
        assert platforms.visible_words(result)[0] == "words"


def test_an_address_in_angle_brackets_that_runs_becomes_text() -> None:
    result = absolute_links("<javascript:alert(1)>", resolve)
    assert platforms.visible_words(result) == ["<javascript:alert(1)>"]
    assert not any(page.links for page in platforms.pages(result))


PIECES = st.sampled_from(
    [
        "[a]",
        "(b.md)",
        "![",
        "](",
        ")",
        "[",
        "]",
        "[a]: ",
        "c.png",
        "<img src=d>",
        "`",
        "```\n",
        "\n",
        "\n\n",
        "\\",
        "<",
        ">",
        '"',
    ]
)


@settings(max_examples=sampling.times("examples of link targets", 50, 200), deadline=None)
@given(st.lists(PIECES, max_size=14).map("".join))
def test_doing_it_twice_or_before_neutralizing_changes_nothing_more(text: str) -> None:
    once = absolute_links(text, resolve)
    assert absolute_links(once, resolve) == once
    assert neutralize(neutralize(once)) == neutralize(once)


@pytest.mark.parametrize("unit", ["[", "](", "![a](", "[a](b) ", "<a ", "[a]: b\n", "\\"])
def test_hostile_text_takes_seconds(unit: str) -> None:
    start = time.perf_counter()
    absolute_links(unit * (2**17 // len(unit)), resolve)
    assert time.perf_counter() - start < 5
