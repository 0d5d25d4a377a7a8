"""Where the fast reading of front matter says anything, the YAML library says the same: values, order and lines."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from techmap_sync.trackers.backlog import frontmatter, plain_yaml
from techmap_sync.trackers.backlog.plain_yaml import Entry, Value

WRITTEN = """id: TASK-1.1
title: 'Create "TokenService": it''s new'
status: To Do
assignee:
  - '@sara'
created_date: '2026-11-22 10:00'
labels:
  - techmap
  - 'priority:high'
dependencies: []
priority: high
ordinal: 1000"""
UNUSUAL = (
    "id: TASK-1 # mine",
    "id: TASK-1\n# mine",
    "id: TASK-1\n\nx: y",
    "id: TASK-1\nid: TASK-2",
    "id: TASK-1\n  and more",
    "title: a: b",
    "title: Null",
    "title: ~",
    "title:",
    "title:\nid: x",
    "labels:\n- a",
    "labels:\n  - a\n   - b",
    "labels:\n  - a\n  -",
    "labels:\n  - null",
    "labels: [a]",
    "labels: []\n  - a",
    "title: >-\n  a",
    "title: 'a\n  b'",
    "title: 'a' # b",
    "title: 'a'b'",
    'title: "a"',
    "title: a ",
    "title: a\r",
    "title: &x a",
    "title: !!str a",
    "title: 'a\u2028b'",
    "title: 'a\ue000b'",
    "null: a",
    "'id': a",
    "---\nid: a",
    "id: a\n...",
)
_any = st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs", "Cc", "Co"])
_plain = st.text(st.sampled_from("abNlu y0_-./()"), max_size=8) | st.sampled_from(["null", "Null", "0123", "yes"])
_quoted = st.text(_any, max_size=8).map(lambda text: "'" + text.replace("'", "''") + "'")
_odd = st.text(st.sampled_from("ab 0-:,#'\"[]{}&*!|>%@`~?\t\n"), max_size=8)
_scalars = _plain | _quoted | _odd
_parts = st.one_of(
    st.tuples(st.sampled_from(["id: ", "title: ", "assignee: ", "ordinal: "]), _scalars).map("".join),
    st.lists(_scalars.map("  - {}".format), min_size=1, max_size=3).map(lambda items: "\n".join(["labels:", *items])),
    st.sampled_from([*WRITTEN.split("\n"), "dependencies: []"]),
)
_texts = st.lists(_parts, max_size=4, unique_by=lambda part: part.partition(":")[0]).map("\n".join)


def by_the_library(text: str) -> tuple[Entry, ...]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(plain_yaml, "entries", lambda _: None)
        return frontmatter._entries.__wrapped__(text)


@given(text=_texts)
def test_what_it_reads_the_library_reads_too(text: str) -> None:
    read = plain_yaml.entries(text)
    assert read is None or read == by_the_library(text)


def test_it_reads_what_backlog_md_writes() -> None:
    read = plain_yaml.entries(WRITTEN)
    assert read is not None
    values: dict[str, Value | None] = {entry.name: entry.value for entry in read}
    assert values["title"] == 'Create "TokenService": it\'s new'
    assert (values["labels"], values["dependencies"]) == (("techmap", "priority:high"), ())
    assert read == by_the_library(WRITTEN)


@pytest.mark.parametrize("text", UNUSUAL)
def test_what_is_unusual_is_left_to_the_library(text: str) -> None:
    assert plain_yaml.entries(text) is None
