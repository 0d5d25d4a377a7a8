"""A test that meets one tracker in turn: together the tests of a module meet all of them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from tests import turns
from tests.sampling import Sampling

TRACKERS = ("github", "gitlab", "backlog")
TESTS = [f"test_{number}" for number in range(4)]


def met(monkeypatch: pytest.MonkeyPatch, sampling: Sampling, marks: tuple[pytest.Mark, ...] = ()) -> list[list[str]]:
    """Return the trackers that each test of a module meets."""
    monkeypatch.setattr(turns, "sampling", sampling)
    generate = turns.in_turn("place", TRACKERS)
    taken: list[list[str]] = []
    module = SimpleNamespace(__name__="tests.some", helper=None, **dict.fromkeys(TESTS))
    for name in TESTS:
        test: Any = SimpleNamespace(
            module=module,
            function=SimpleNamespace(__name__=name),
            fixturenames=["program", "place"],
            definition=SimpleNamespace(iter_markers=lambda _: marks),
            parametrize=lambda fixture, values, indirect: taken.append([fixture, *values, str(indirect)]),
        )
        generate(test)
    return taken


def test_the_tests_of_a_module_meet_every_tracker(monkeypatch: pytest.MonkeyPatch) -> None:
    sampling = Sampling(everything=False)
    expected = [["place", each, "True"] for each in (*TRACKERS, TRACKERS[0])]
    assert met(monkeypatch, sampling) == expected
    assert sum(count for _, count, _ in sampling.left_out.values()) == 2 * len(TESTS)


def test_with_everything_each_test_meets_each(monkeypatch: pytest.MonkeyPatch) -> None:
    sampling = Sampling(everything=True)
    assert met(monkeypatch, sampling) == [["place", *TRACKERS, "True"]] * len(TESTS)
    assert not sampling.left_out


@pytest.mark.parametrize("names", ["place, flag", ("flag", "place")])
def test_a_test_that_names_its_trackers_gets_those(monkeypatch: pytest.MonkeyPatch, names: Any) -> None:
    mark = pytest.mark.parametrize(names, [("github", "--resolve")]).mark
    assert met(monkeypatch, Sampling(everything=False), (mark,)) == []
