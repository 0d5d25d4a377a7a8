"""Patterns cost nothing until they are used, and then are those of ``re``."""

from __future__ import annotations

import pickle
import re
from collections.abc import Iterator
from importlib import import_module
from pkgutil import walk_packages

import pytest

import techmap_sync
from techmap_sync.patterns import lazy

MODULES = [
    module.name for module in walk_packages(techmap_sync.__path__, "techmap_sync.") if "__main__" not in module.name
]


def compiled_in(module: str) -> Iterator[str]:
    """Yield the names of compiled patterns in a module and in its classes."""
    held = vars(import_module(module))
    classes = (value for value in held.values() if isinstance(value, type) and value.__module__ == module)
    for names in (held, *map(vars, classes)):
        yield from (f"{module}: {name}" for name, value in names.items() if isinstance(value, re.Pattern))


def test_no_module_compiles_a_pattern_when_it_is_imported() -> None:
    assert [name for module in MODULES for name in compiled_in(module)] == [], "techmap_sync.patterns.lazy"


def test_a_pattern_is_compiled_when_it_is_first_used(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled: list[str] = []
    real = re.compile

    def noted(pattern: str, flags: int = 0) -> re.Pattern[str]:
        compiled.append(pattern)
        return real(pattern, flags)

    monkeypatch.setattr(re, "compile", noted)
    word = lazy("[a-z]+", re.I)
    assert word.pattern == "[a-z]+"
    assert compiled == []
    assert [found[0] for found in word.finditer("One two")] == ["One", "two"]
    assert word.sub("x", "One two") == "x x"
    assert word.flags == real("[a-z]+", re.I).flags
    assert compiled == ["[a-z]+"]


def test_a_broken_pattern_is_an_error_of_re() -> None:
    with pytest.raises(re.error):
        lazy("(").match("")


def test_patterns_are_compared_by_what_they_say() -> None:
    assert lazy("a") == lazy("a")
    assert len({lazy("a"), lazy("a"), lazy("a", re.I), lazy("b")}) == 3


def test_a_pattern_can_be_sent_to_another_process_before_and_after_it_was_used() -> None:
    pattern = lazy(rb"\d+")
    assert pickle.loads(pickle.dumps(pattern)) == pattern
    assert pattern.fullmatch(b"12")
    assert pickle.loads(pickle.dumps(pattern)).fullmatch(b"12")
