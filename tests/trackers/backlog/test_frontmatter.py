"""Front matter: any value can be written, and one key can be changed alone."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from ruamel.yaml.nodes import Node, ScalarNode

from techmap_sync.trackers.backlog import frontmatter
from techmap_sync.trackers.backlog.frontmatter import BadYaml, Value

_texts = st.text(st.characters(codec="utf-8"), min_size=1, max_size=30)
_words = st.sampled_from(
    ["yes", "Null", "~", "0123", "12:30", "1_000", "2026-11-22", "@sara", "- x", "a: b", "a #b", "!x"]
)
_values = _texts | _words | st.lists(_texts | _words, max_size=3).map(tuple)
_fields = st.dictionaries(st.sampled_from(["title", "labels", "status", "x", "milestone"]), _values, min_size=1)


@given(fields=_fields)
def test_what_is_written_is_read_again(fields: dict[str, Value]) -> None:
    assert frontmatter.read(frontmatter.write(fields)) == fields


@given(fields=_fields, value=_values)
def test_one_key_changes_and_all_others_stay(fields: dict[str, Value], value: Value) -> None:
    before = frontmatter.write(fields)
    after = frontmatter.replaced(before, "title", value)
    assert frontmatter.read(after) == {**fields, "title": value}
    assert frontmatter.replaced(after, "title", fields.get("title")) == before or "title" not in fields


_SIGNS = """abx:-[]{},'"?~. \n\u2028#"""
_pieces = st.sampled_from([*_SIGNS, "\n  - ", "\n  ", "\nid: ", "\nid:", "\nx: y", "\nq: [a]", " a", "&a", "---"])


@given(text=st.lists(_pieces, max_size=14).map("".join).map("title: A".__add__))
@example("title: A\nlabels:\n  - a\n  - 'b'\nid: 1")
@example("title: A\n  \nid: 1")
@example("title: 'A\nid: 1'")
def test_keys_that_are_read_one_by_one_are_those_of_the_whole_text(text: str) -> None:
    lines = text.split("\n")
    try:
        pairs = frontmatter._pairs(text)
    except BadYaml:
        with pytest.raises(BadYaml):
            frontmatter.read(text)
        return
    whole = [(name, value, name.start_mark.line) for name, value in pairs]
    expected = [(said(name), said(value), at, frontmatter._end_line(lines, at, value)) for name, value, at in whole]
    assert [(said(name), said(value), *place) for name, value, *place in frontmatter._entries(text)] == expected


def said(node: Node) -> object:
    if isinstance(node, ScalarNode):
        return str(node.tag), node.value
    return [said(each) if isinstance(each, Node) else [said(one) for one in each] for each in node.value]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("id: TASK-1\nx: 1", "id: TASK-1\nstatus: Done\nx: 1"),
        ("x: 1\nid: TASK-1", "x: 1\nid: TASK-1\nstatus: Done"),
        ("", "status: Done"),
        ("# only this\n", "status: Done\n# only this\n"),
        ("status:\n# behind\nid: x", "status: Done\n# behind\nid: x"),
        ("status: >-\n  a\n\n  # b\n\nid: x", "status: Done\n\nid: x"),
        ("status: [a,\n  b] # c\nid: x", "status: Done\nid: x"),
        ("'status': a\nid: x", "status: Done\nid: x"),
        ("status:\n- a\n- b\n# behind\nid: x", "status: Done\n# behind\nid: x"),
    ],
)
def test_only_the_lines_of_the_key_are_written_anew(before: str, after: str) -> None:
    assert frontmatter.replaced(before, "status", "Done") == after


@pytest.mark.parametrize("text", ["{status: x, id: y}", "status: &a x\nid: *a", "status: x\nstatus: y"])
def test_a_layout_in_which_one_key_cannot_change_alone_is_refused(text: str) -> None:
    with pytest.raises(BadYaml):
        frontmatter.replaced(text, "status", "Done")


def test_names_need_no_quotes_as_in_the_cli() -> None:
    assert frontmatter.read("assignee: [@sara, '@tom']\nreporter: @eve") == {
        "assignee": ("@sara", "@tom"),
        "reporter": "@eve",
    }
