"""Elements in a text are found where Marko finds them, though it looks at every character."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from marko.block import Document
from marko.element import Element, _SourceMap
from marko.parser import Parser
from marko.source import Source

from techmap_sync.documents.marko_inline import inline_elements
from techmap_sync.documents.marko_patches import LeanParser
from tests.documents.generated import often

DEFINITIONS = {"a": ("https://a.test", "'A'")}
PIECES = (
    "\\", "`", "``", "[", "]", "![", "!", "*", "**", "***", "_", "__", "~", "~~", "<", ">", "(", ")", "(b)", "[a]",
    "\n", "  \n", "<b>", "<!-- c -->", "<https://a.test>", "`code`", "[a](b 'c')", "![a](b)", "a", "a_b", " ", ".",
    "é", "\u3000", "&amp;",
)  # fmt: skip
PARSER = LeanParser()
texts = st.lists(st.sampled_from(PIECES), min_size=1, max_size=30).map("".join)


def in_source(text: str) -> Source:
    source = Source(text)
    source.parser = PARSER
    document = Document()
    document.link_ref_defs = DEFINITIONS
    source.push_state(document)
    return source


def tree(value: Any) -> Any:
    """Return elements as values that can be compared."""
    if isinstance(value, Element):
        return type(value), {name: tree(part) for name, part in vars(value).items()}
    return [tree(part) for part in value] if isinstance(value, list) else value


@often
@given(texts)
@example("\\`a` `b\\`")
@example("[a `]` b](c) ![*d*][a] [e")
@example("*a __b* c__ ~~d `*` ~~")
def test_they_are_those_of_marko(text: str) -> None:
    line_by_line = [7 + place + 2 * text.count("\n", 0, place) for place in range(len(text))]
    places = _SourceMap.from_positions(line_by_line)
    theirs = Parser._parse_inline(PARSER, text, in_source(text), places)
    assert tree(inline_elements(text, in_source(text), places)) == tree(theirs)


@pytest.mark.parametrize(
    "sign", ["<https://a.test>", "`a`", "<b>", "a\nb", "\\*", "~a~", "*a*", "_a_", "[a]", "![a](b)"]
)
def test_a_sign_of_each_kind_is_found(sign: str) -> None:
    assert len(inline_elements(f"x {sign} y", in_source(sign), None)) == 3
