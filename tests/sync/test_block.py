"""The managed block: ours between the lines, human text around it byte for byte."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from techmap_sync.planning.escape import neutralize
from techmap_sync.sync.block import BEGIN, END, Block, Held, Part, Unmanaged, read_block, write_block
from techmap_sync.sync.marker import PREFIX, Marker, WrittenField, encode
from techmap_sync.sync.tracker import State
from tests.sync.build import held, task

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
    assert block(BODY) == Block("", tuple(PARTS), MARKER, "")
    assert block(BODY).texts() == {"": "lead", "purpose": "Keeps tokens.", "where": "- `store.py`"}


def test_a_text_has_blank_lines_between_sections_and_none_at_its_ends() -> None:
    ours = f"{BEGIN}\n\nlead\n\n### Purpose\n\nKeeps tokens.\n\n### Where\n\n- `store.py`\n\n{encode(MARKER)}\n{END}"
    assert write_block(PARTS, MARKER) == ours
    assert write_block(PARTS, MARKER, "above\n", "\nbelow") == f"above\n\n{ours}\n\nbelow"


@pytest.mark.parametrize("line", ["", "\n", "Written\nby\n\nhand\n"])
def test_lines_around_the_block_are_kept(line: str) -> None:
    assert block(write_block(PARTS, MARKER, line, line)) == Block(line, tuple(PARTS), MARKER, line)


@pytest.mark.parametrize(
    ("state", "ours", "by_hand"),
    [
        (State.OPEN, State.OPEN, False),
        (State.OPEN, State.CLOSED, False),
        (State.CLOSED, State.OPEN, True),
        (State.CLOSED, State.CLOSED, False),
    ],
)
def test_a_ticket_is_closed_by_hand_where_we_left_it_open(state: State, ours: State, by_hand: bool) -> None:
    marker = replace(MARKER, state=ours)
    ticket = Held(replace(held(task("Store")).ticket, state=state), Block("", tuple(PARTS), marker, ""))
    assert (ticket.marker, ticket.closed_by_hand) == (marker, by_hand)


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
        "~~~ `code`\n### Where\n~~~",
        "Where",
        "#### Where",
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


def test_a_section_is_found_where_a_person_changed_only_the_white_space_around_it() -> None:
    body = BODY.replace("### Where\n", "### Where  \n").replace(f"{BEGIN}\n\n", f"{BEGIN}\n")
    assert block(body) == block(BODY)


def test_what_a_human_wrote_into_a_section_stays_with_that_section() -> None:
    body = BODY.replace("Keeps tokens.", "Keeps tokens.\n\n### My own heading\n\nand text")
    assert block(body).texts()["purpose"] == "Keeps tokens.\n\n### My own heading\n\nand text"


BROKEN = Unmanaged("its block is not intact", mentions_us=True)
DAMAGED = BODY.replace('"schema":1', '"schema":"1')
LINE = encode(MARKER)


@pytest.mark.parametrize(
    ("what", "body", "found"),
    [
        ("no block at all", "just text", Unmanaged("it has no managed block", mentions_us=False)),
        ("no end", BODY.replace(END, ""), BROKEN),
        ("no begin", BODY.replace(BEGIN, ""), BROKEN),
        ("no marker", BODY.replace(LINE, ""), BROKEN),
        ("only a begin", BEGIN, BROKEN),
        ("only an end", END, BROKEN),
        ("only a marker", LINE, BROKEN),
        ("only what a marker begins with", PREFIX.rstrip(), BROKEN),
        ("two blocks", f"{BODY}\n{BODY}", BROKEN),
        ("two begins", f"{BEGIN}\n{BODY}", BROKEN),
        ("two ends", f"{BODY}\n{END}", BROKEN),
        ("two markers", BODY.replace("lead", LINE), BROKEN),
        ("marker before the block", f"{LINE}\n{BEGIN}\n{END}", BROKEN),
        ("marker behind the block", f"{BEGIN}\n{END}\n{LINE}", BROKEN),
        ("damaged marker", DAMAGED, Unmanaged("its marker is damaged", mentions_us=True)),
    ],
)
def test_anything_but_one_intact_block_belongs_to_people(what: str, body: str, found: Unmanaged) -> None:
    assert read_block(body) == found, what


def test_a_section_that_a_person_emptied_is_still_there() -> None:
    emptied = [PARTS[0], replace(PARTS[1], text=""), PARTS[2]]
    assert block(write_block(emptied, MARKER)).parts == tuple(emptied)
