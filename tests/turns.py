"""Tests of a fixture that stands for several trackers: each test meets one of them, in turn, and all meet every one.

``make test-all`` gives each test each of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest

from tests.sampling import sampling


def in_turn(fixture: str, values: Iterable[str], most: int = 1) -> Callable[[pytest.Metafunc], None]:
    """Return what a module calls ``pytest_generate_tests``.

    A test that names the values itself, in a ``parametrize`` of its own, gets those.

    :param fixture: gets the value as ``request.param``
    :param most: how many of the values a test meets
    """
    every = list(values)

    def generate(metafunc: pytest.Metafunc) -> None:
        named = {str(name) for mark in metafunc.definition.iter_markers("parametrize") for name in _names(mark)}
        if fixture not in metafunc.fixturenames or fixture in named:
            return
        function = metafunc.function.__name__
        turn = [name for name in vars(metafunc.module) if name.startswith("test_")].index(function)
        where = f"{metafunc.module.__name__} {function}"
        taken = sampling.in_turn("trackers of a test that meets one in turn", every, most, turn, where=where)
        metafunc.parametrize(fixture, taken, indirect=True)

    return generate


def _names(mark: pytest.Mark) -> list[str]:
    names = mark.args[0]
    return [each.strip() for each in names.split(",")] if isinstance(names, str) else list(names)
