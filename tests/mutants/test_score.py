"""The page says what is recorded."""

from __future__ import annotations

import pytest

from tests.mutants import score


def test_the_page_is_made_from_what_is_recorded() -> None:
    assert score.PAGE.read_text("utf-8") == score.page()


def test_a_survivor_without_a_reason_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    explained, other = ("merge", "f", "constant", "1 => 2"), ("merge", "f", "constant", "2 => 3")
    monkeypatch.setattr(score, "reasons", lambda: {explained: "only how much is kept"})
    assert score.unexplained([explained, other]) == [other]
