"""The managed block: ours between the lines, human text around it byte for byte."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from techmap_sync.planning.escape import neutralize
from techmap_sync.sync.block import BEGIN, END, Block, Part, Unmanaged, read_block, write_block
from techmap_sync.sync.marker import Marker, WrittenField

PARTS = [Part("", "", "lead"), Part("purpose", "Purpose", "Keeps tokens."), Part("where", "Where", "- `store.py`")]
MARKER = Marker(
    "example.org/a", "m", "m.md", "m/component/x", sections={p.name: WrittenField("v", "t", p.heading) for p in PARTS}
)
BODY = write_block(PARTS, MARKER)
HUMAN = st.text(st.characters(exclude_categories=["Cs"]), max_size=60).filter(lambda text: "techmap-sync" not in text)


def block(body: str) -> Block:
    found = read_block(body)
    assert isinstance(found, Block), found
    return found


def test_a_block_is_read_as_it_was_written() -> None:
    assert block(BODY).parts == tuple(PARTS)
    assert block(BODY).marker == MARKER


@given(HUMAN, HUMAN)
def test_human_text_around_the_block_is_kept_byte_for_byte(before: str, after: str) -> None:
    body = write_block(PARTS, MARKER, before, after)
    found = block(body)
    assert (found.before, found.after) == (before, after)
    assert write_block(found.parts, found.marker, found.before, found.after) == body


def test_human_text_with_windows_line_ends_keeps_them() -> None:
    body = f"above\r\n{BODY.replace(chr(10), chr(13) + chr(10))}\r\nbelow\r\nmore"
    found = block(body)
    assert (found.before, found.after) == ("above\r", "below\r\nmore")
    assert found.parts == tuple(PARTS)


def test_a_heading_within_a_code_fence_opens_no_section() -> None:
    fenced = [PARTS[0], Part("purpose", "Purpose", "```\n### Where\n```"), PARTS[2]]
    assert block(write_block(fenced, MARKER)).parts == tuple(fenced)


@pytest.mark.parametrize(
    "text",
    [
        "```\n### Where\n```",
        "```\n``` x\n### Where\n```",
        "````\n```\n### Where\n````",
        "```\n````",
        "~~~\n```\n### Where\n~~~",
        "``` `code` ```",
        "- item\n\n  ```\n  /close\n  ``` x\n  ```",
        "```\n    code\n  ```  ",
    ],
)
def test_a_section_ends_where_no_fence_is_open(text: str) -> None:
    fenced = [PARTS[0], Part("purpose", "Purpose", text), PARTS[2]]
    assert block(write_block(fenced, MARKER)).parts == tuple(fenced)


_LINES = st.sampled_from(["```", "``` x", "````", "~~~", "- item", "  ```", "/close", "", "text `a`"])


@given(st.lists(_LINES, max_size=8).map("\n".join))
def test_no_text_of_a_map_hides_the_section_behind_it(text: str) -> None:
    safe = neutralize(text).strip("\n")
    body = write_block([PARTS[0], Part("purpose", "Purpose", safe), PARTS[2]], MARKER)
    assert block(body).parts[-1] == PARTS[2]


def test_what_a_human_wrote_into_a_section_stays_with_that_section() -> None:
    body = BODY.replace("Keeps tokens.", "Keeps tokens.\n\n### My own heading\n\nand text")
    assert block(body).texts()["purpose"] == "Keeps tokens.\n\n### My own heading\n\nand text"


@pytest.mark.parametrize(
    ("what", "body", "mentions_us"),
    [
        ("no block at all", "just text", False),
        ("no end", BODY.replace(END, ""), True),
        ("no begin", BODY.replace(BEGIN, ""), True),
        ("two blocks", f"{BODY}\n{BODY}", True),
        ("two markers", BODY.replace("lead", BODY.splitlines()[-2]), True),
        ("marker outside the block", f"{BODY.splitlines()[-2]}\n{BEGIN}\n{END}", True),
        ("damaged marker", BODY.replace('"schema":1', '"schema":"1'), True),
    ],
)
def test_anything_but_one_intact_block_belongs_to_people(what: str, body: str, mentions_us: bool) -> None:
    found = read_block(body)
    assert isinstance(found, Unmanaged), what
    assert found.mentions_us is mentions_us
