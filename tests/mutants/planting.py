"""Puts a fault into the code that this process has imported: no file is written, and nothing is imported again."""

from __future__ import annotations

import gc
import importlib
import sys
import zlib
from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from inspect import unwrap
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

from typing_extensions import is_typeddict

from tests.explore.kept import forget_everything
from tests.mutants.operators import Mutant, mutated

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "techmap_sync/sync"
Named = tuple[str, str, int]
"""A file, and a function's qualified name and first line."""
OF_ONE_CLASS = ("__setattr__", "__delattr__")
"""What dataclasses make for the very class, whose fields it names; no fault reaches it."""


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
    exec(code, vars(module), _Known(vars(module)))


def _named(code: CodeType) -> Named:
    return code.co_filename, code.co_qualname, code.co_firstlineno


def _codes(code: CodeType) -> Iterator[CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            yield from _codes(constant)


class _Known(dict[str, Any]):
    """Takes the names that a module's code gives when it is executed again.

    The classes and functions that the program knows stay, and take over what they have by default; a constant is
    exchanged in each module that imported it, and so is a shape of JSON, whose reader is made anew. Nothing is kept
    here: the code finds under a name what the program has.
    """

    def __init__(self, module: dict[str, Any]) -> None:
        self._module = module

    def __setitem__(self, name: str, value: Any) -> None:
        there: Any = self._module.get(name)
        if value is there or name.startswith("__"):
            return
        if isinstance(value, type) and isinstance(there, type) and not is_typeddict(value):
            _renew(there, value)
        elif isinstance(new := unwrap(value), FunctionType):
            _defaults(unwrap(there), new)
        elif value != there:
            _exchange(name, there, value)


def _exchange(name: str, old: object, new: object) -> None:
    """Give a constant another value, in each module that has it by this name."""
    for known, module in list(sys.modules.items()):
        if known.startswith(("techmap_sync.", "tests.")) and vars(module).get(name) is old:
            setattr(module, name, new)


def _renew(known: Any, other: type) -> None:
    """Give a class the values, the default values and the functions made by dataclasses that another one has."""
    if issubclass(other, Enum):
        return
    for name, value in vars(other).items():
        if isinstance(new := unwrap(value), FunctionType):
            if new.__code__.co_filename != "<string>":
                _defaults(unwrap(vars(known)[name]), new)
            elif name not in OF_ONE_CLASS:
                setattr(known, name, value)
        elif name == "__dataclass_fields__" or not (name.startswith("__") or hasattr(value, "__get__")):
            setattr(known, name, value)


def _defaults(known: FunctionType, new: FunctionType) -> None:
    known.__defaults__, known.__kwdefaults__ = new.__defaults__, new.__kwdefaults__
