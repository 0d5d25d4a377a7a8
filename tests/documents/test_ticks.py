"""Ticking changes one byte for each box, and only where the line is as it was asked for."""

from __future__ import annotations

from random import Random

import pytest

from techmap_sync.documents.ticks import OpenBox, open_boxes, tick, ticked_lines

BOXES = (
    "- [ ] one\n* [ ] two\n+ [ ]  three\n1. [ ] four\n10) [ ] five\n   - [ ] six\n\t- [ ] seven\n> - [ ] eight\n"
    "- - [ ] nine\n1. * [ ] ten"
)
NO_BOXES = [
    "- [x] a", "- [X] a", "- [] a", "- [-] a", "- [~] a", "-[ ] a", "[ ] a",
    "- a [ ] b", "a - [ ] b", "- [ ]a", "- [ ]", "- [  ] a",
    "# [ ] a", "| [ ] | a", "-\u00a0[ ] a", "- [\u00a0] a", "- [\t] a", "- **[ ]** a", "404 [ ] a", "- `[ ]` a",
]  # fmt: skip


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("last", ["", "\n", "\n\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_every_box_is_found_and_ticked_whatever_ends_the_lines(end: str, last: str, mark: str) -> None:
    content = (mark + BOXES + last).replace("\n", end).encode()
    found = open_boxes(content)
    assert [box.text.strip() for box in found.values()] == [
        b"one", b"two", b"three", b"four", b"five", b"six", b"seven", b"eight", b"nine", b"ten"
    ]  # fmt: skip
    ticked = tick(content, found.values())
    assert ticked.content == content.replace(b"[ ]", b"[x]") and not ticked.refused


@pytest.mark.parametrize("line", NO_BOXES)
def test_what_is_no_open_box_is_none(line: str) -> None:
    assert not open_boxes(line.encode())
    assert tick(line.encode(), [OpenBox(1, b" a")]).refused


@pytest.mark.parametrize(
    "box", [OpenBox(1, b" two"), OpenBox(2, b" one"), OpenBox(0, b" one"), OpenBox(9, b" one"), OpenBox(1, b" one ")]
)
def test_what_no_longer_matches_is_refused_and_the_rest_is_ticked(box: OpenBox) -> None:
    ticked = tick(b"- [ ] one\n- [ ] two", [box, OpenBox(2, b" two")])
    assert ticked.content == b"- [ ] one\n- [x] two"
    assert ticked.refused == (box,)


def test_a_box_that_is_named_twice_is_ticked_once() -> None:
    box = OpenBox(1, b" [ ] a")
    assert tick(b"- [ ] [ ] a", [box, box]).content == b"- [x] [ ] a"


@pytest.mark.parametrize("seed", range(20))
def test_nothing_but_the_boxes_changes(seed: int) -> None:
    known = [*BOXES.encode().split(b"\n"), *map(str.encode, NO_BOXES), b"\xff\x00", b""]
    lines = Random(seed).choices(known, k=12)
    content = b"\n".join(lines)
    found = open_boxes(content)
    ticked = tick(content, found.values())
    changed = [n for n, byte in enumerate(ticked.content) if byte != content[n]]
    assert len(ticked.content) == len(content)
    assert len(changed) == len(found) and all(content[n : n + 1] == b" " for n in changed)
    assert not open_boxes(ticked.content)
    assert ticked_lines(ticked.content) == ticked_lines(content) | found.keys()
    assert tick(ticked.content, found.values()).refused == tuple(found.values())


def test_long_lines_take_linear_time() -> None:
    content = b"- " * 200_000 + b"\n" + b" " * 400_000 + b"- [ ] a"
    assert list(open_boxes(content)) == [2]
