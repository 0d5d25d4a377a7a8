"""``pull``: its options."""

from __future__ import annotations

import pytest

from tests.app.run import Program


def test_asking_and_writing_at_once_is_refused(program: Program) -> None:
    ended = program("pull", "--check", "--write")
    assert ended.code == 2
    assert "--check" in ended.err and "--write" in ended.err


@pytest.mark.parametrize("form", ["html", "markdown", "TEXT", ""])
def test_other_formats_are_refused_with_those_there_are(program: Program, form: str) -> None:
    ended = program("pull", "--format", form)
    assert ended.code == 2
    assert "json" in ended.err


def test_help_says_that_nothing_is_committed(program: Program) -> None:
    said = program("pull", "--help").out
    assert "Commits nothing" in " ".join(said.split())
    assert "techmap-sync pull docs/maps" in said
