"""Where fenced code begins and ends, in whatever containers (CommonMark 0.31 section 4.5)."""

from __future__ import annotations

import pytest

from techmap_sync.planning.escape_fences import Fence, is_list_item, read_fence


def fence(text: str, *, settled: bool = True, in_list: bool = False) -> Fence | None:
    return read_fence(text.split("\n"), 0, settled=settled, in_list=in_list)


@pytest.mark.parametrize(
    ("text", "body", "end"),
    [
        ("```\na\n```\nb", ("a",), 3),
        ("~~~ sql\n```\n~~~", ("```",), 3),
        ("````\n```\n````", ("```",), 3),
        ("```\na", ("a",), 2),
        ("> ```\n> a\nb", ("a",), 2),
        ("- ```\n  a\n  ```", ("a",), 3),
        ("```\na\n    ```\n```", ("a", "    ```"), 4),
    ],
)
def test_a_fence_ends_with_its_own_run_or_its_container(text: str, body: tuple[str, ...], end: int) -> None:
    found = fence(text)
    assert found and (found.body, found.end) == (body, end)


@pytest.mark.parametrize("text", ["``\na\n``", "``` a`b\nc\n```", "a ```\n", "-```"])
def test_what_only_looks_like_a_fence_is_none(text: str) -> None:
    assert fence(text) is None


def test_what_is_written_is_closed_and_in_backticks_that_the_code_does_not_close() -> None:
    found = fence("~~~\n```\n")
    assert found
    written = found.written(lambda line: line)
    assert written[0] == "````" and written[1] == "```" and "````" in written[2:]


@pytest.mark.parametrize("line", ["/close", ">>>", "::include{file=a}"])
def test_a_space_hides_what_runs_at_the_start_of_a_line(line: str) -> None:
    found = fence(f"```\n{line}\n```")
    assert found and found.written(lambda each: each) == [" ```", f" {line}", " ```"]


def test_a_fence_is_certain_where_every_reader_sees_one() -> None:
    sure, deep = fence("```\na\n```", settled=False), fence("     ```\na\n```", settled=False)
    assert sure and sure.certain
    assert deep is None or not deep.certain


@pytest.mark.parametrize(("line", "is_item"), [("- a", True), ("> 1. a", True), ("-a", False), ("a - b", False)])
def test_a_list_item_begins_with_a_sign_and_a_space(line: str, is_item: bool) -> None:
    assert is_list_item(line) is is_item
