"""Puts a fault into the code that this process has imported: no file is written, and nothing is imported again."""

from __future__ import annotations

import gc
import importlib
import sys
import zlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any, TypeVar

from tests.explore.kept import forget_everything
from tests.mutants.operators import Mutant, mutated

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "techmap_sync/sync"
Named = tuple[str, str, int]
"""A file, and a function's qualified name and first line."""


def modules() -> list[str]:
    """Return the names of the modules that faults are put into."""
    return sorted(path.stem for path in FOLDER.glob("*.py") if path.stem != "__init__")


def path_of(module: str) -> Path:
    """Return the file of a module."""
    return FOLDER / f"{module}.py"


def digest() -> str:
    """Return what the modules' code is told apart by."""
    return f"{zlib.crc32(b''.join(path_of(module).read_bytes() for module in modules())):08x}"


def functions() -> dict[Named, list[FunctionType]]:
    """Import the modules, and return their functions; methods and what decorators wrap among them."""
    for module in modules():
        importlib.import_module(f"techmap_sync.sync.{module}")
    found: dict[Named, list[FunctionType]] = {}
    gc.unfreeze()  # what is kept from looks for garbage is not listed
    for each in gc.get_objects():
        if type(each) is FunctionType and each.__code__.co_filename.startswith(f"{FOLDER}/"):
            found.setdefault(_named(each.__code__), []).append(each)
    return found


def forget(names: Iterable[str]) -> None:
    """Let functions of some modules that remember what they returned do their work again."""
    for name in names:
        for each in list(vars(sys.modules[f"techmap_sync.sync.{name}"]).values()):
            if hasattr(each, "cache_clear"):
                each.cache_clear()
    forget_everything()


def plant(mutant: Mutant, known: Mapping[Named, list[FunctionType]]) -> None:
    """Put a fault into the functions, or the constants and default values, of this process.

    :raises SyntaxError: where it leads to no valid code.
    :raises ValueError: where a function would then have other variables from outside.
    """
    path = path_of(mutant.module)
    code = compile(mutated(path.read_text("utf-8"), mutant), str(path), "exec", dont_inherit=True)
    module = sys.modules[f"techmap_sync.sync.{mutant.module}"]
    forget([mutant.module])
    if mutant.in_body:
        for inner in _codes(code):
            for function in known.get(_named(inner), ()):
                function.__code__ = inner
        return
    again: dict[str, Any] = {"__name__": module.__name__, "__file__": str(path)}
    exec(code, again)
    for name, value in again.items():
        if not name.startswith("__"):
            _adopt(module, name, value)


def _named(code: CodeType) -> Named:
    return code.co_filename, code.co_qualname, code.co_firstlineno


def _codes(code: CodeType) -> Iterator[CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            yield from _codes(constant)


def _adopt(module: Any, name: str, value: Any) -> None:
    """Take over a constant in each module that imported it, or the default values of a function or class."""
    there = getattr(module, name)
    if isinstance(value, type) and getattr(value, "__module__", "") == module.__name__:
        for attribute, inner in vars(value).items():
            old = vars(there).get(attribute)
            if isinstance(inner, FunctionType) and isinstance(old, FunctionType):
                _defaults(old, inner)
    elif isinstance(value, FunctionType):
        _defaults(there, value)
    elif not isinstance(value, type | ModuleType | TypeVar) and value is not there and value != there:
        for each in list(sys.modules.values()):
            if getattr(each, "__name__", "").startswith(("techmap_sync.", "tests.")) and vars(each).get(name) is there:
                setattr(each, name, value)


def _defaults(old: FunctionType, new: FunctionType) -> None:
    plain = (str, int, float, bool)
    if old.__defaults__ and new.__defaults__ and len(old.__defaults__) == len(new.__defaults__):
        pairs = zip(old.__defaults__, new.__defaults__, strict=True)
        old.__defaults__ = tuple(after if type(after) in plain else before for before, after in pairs)
    if old.__kwdefaults__ and new.__kwdefaults__:
        old.__kwdefaults__ |= {key: value for key, value in new.__kwdefaults__.items() if type(value) in plain}
