"""Bytes become text. A comment is left out where it is one; within code it is code, and decides nothing."""

from __future__ import annotations

import pytest

from techmap_sync.documents.text import decode
from techmap_sync.errors import UnreadableMap
from tests.documents.maps import body, component, group, methods, overview

CODE = {
    "span": "uses `<!-- slot -->` here",
    "span of two backticks": "uses `` <!-- `slot` --> `` here",
    "fence": "```html\n<!-- slot -->\n\n<b>\n```",
    "tilde fence": "~~~\n<!-- slot -->\n~~~",
    "fence in a fence": "````\n```\n<!-- slot -->\n```\n````",
    "fence in a list": "- a\n  - b\n\n    ```\n    <!-- slot -->\n    ```",
    "span in a list": "- a\n  - `<!-- slot -->`",
    "table cell": "| a |\n|---|\n| `<!-- slot -->` |",
}


@pytest.mark.parametrize("code", CODE.values(), ids=CODE)
def test_a_comment_in_code_stays_as_written(code: str) -> None:
    assert component(f"Text.\n\n{code}\n").detail == f"Text.\n\n{code}"


@pytest.mark.parametrize("sign", ["", "> ", "> > "])
def test_a_comment_in_indented_code_stays_and_the_code_remains_code(sign: str) -> None:
    text = f"{sign}Text.\n{sign}\n{sign}    <!-- slot -->\n{sign}      x\n"
    assert component(text).detail == "Text.\n\n```\n<!-- slot -->\n  x\n```"


def test_indented_code_alone_remains_code() -> None:
    (alone,) = body("## Detailed Component Specifications\n\n### Alpha\n\n    <!-- slot -->\n").components
    assert alone.detail == "```\n<!-- slot -->\n```"
    (item,) = group("- a\n\n      <!-- slot -->\n").items
    assert item.detail == "```\n<!-- slot -->\n```"


def test_a_code_span_over_two_lines_is_written_on_one() -> None:
    (item,) = group("- a `<!-- b\n  c -->`\n").items
    assert item.markdown == "a `<!-- b c -->`"


def test_comments_of_the_text_are_left_out() -> None:
    assert (
        component("Text <!-- a --> goes `<!-- b -->` on.\n\n<!-- c\n\nd -->\n").detail == "Text  goes `<!-- b -->` on."
    )


def test_an_identity_in_code_is_none() -> None:
    found = component("Text `<!-- id: a -->`\n\n```\n<!-- was: b -->\n```\n\n    <!-- id: c -->\n")
    assert (found.slug, found.was) == ("", ())
    assert component("Text\n<!-- id: a -->\n").slug == "a"


METHODS = {
    "- `render()`: looks for `<!-- slot -->` and **fills** it": "looks for `<!-- slot -->` and **fills** it",
    "- render() - looks for `x`, [here](a.md)": "looks for `x`, [here](a.md)",
    "- **render()**: `x` first": "`x` first",
    "- `render()` `x` & *y*": "`x` & *y*",
    "- `render()`: one\n  `two`": "one `two`",
    "- `render()`": "",
}


@pytest.mark.parametrize("entry", METHODS)
def test_the_description_of_a_method_keeps_its_code(entry: str) -> None:
    (method,) = component(f"**Key Methods**:\n{entry}\n").methods
    assert (method.name, method.description) == ("render", METHODS[entry])
    assert methods(entry) == ["render"]


def test_the_summary_of_a_component_keeps_its_code() -> None:
    found = overview("- `Alpha`: `x` first\n- Beta - keeps `y` & *z*\n- **Gamma** (`a/g.py`): *all*\n").components
    assert [one.summary for one in found] == ["`x` first", "keeps `y` & *z*", "*all*"]


def test_a_byte_order_mark_is_dropped() -> None:
    assert decode(b"\xef\xbb\xbf# T") == "# T"


@pytest.mark.parametrize(("data", "offset"), [(b"ab\xff", 2), (b"\xef\xbb\xbfa\xc3(", 4), (b"\xff\xfe#\x00", 0)])
def test_bytes_that_are_not_utf_8_are_an_error_that_names_the_offset(data: bytes, offset: int) -> None:
    with pytest.raises(UnreadableMap, match=f"byte {offset} "):
        decode(data, "maps/x.md")
