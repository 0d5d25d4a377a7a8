"""What a process does once: done once for all runs of the program in a process of tests.

A run reads the shipped settings and compiles its templates, which takes longer than the rest of a small run. Here
a text that was read or compiled is remembered by what it says, so a changed file or template is another one.
"""

from __future__ import annotations

import pickle
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from types import SimpleNamespace
from typing import Any

import pytest
from jinja2.bccache import Bucket, BytecodeCache
from jinja2.sandbox import SandboxedEnvironment

from techmap_sync import config
from techmap_sync.planning import templates


class Compiled(BytecodeCache):
    """Compiled templates in memory. Jinja2 itself drops one whose source is another."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if code := self._kept.get(f"{bucket.key} {bucket.checksum}"):
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[f"{bucket.key} {bucket.checksum}"] = bucket.bytecode_to_string()


@lru_cache(64)
def _packed(text: str) -> bytes:
    return pickle.dumps(tomllib.loads(text))


def loads(text: str) -> Any:
    """Return what a text of TOML says, as a value that belongs to the caller alone."""
    return pickle.loads(_packed(text))


@contextmanager
def warm() -> Iterator[None]:
    """Remember what was read and compiled."""
    compiled = Compiled()

    def environment(**options: Any) -> SandboxedEnvironment:
        return SandboxedEnvironment(**options, bytecode_cache=compiled)

    with pytest.MonkeyPatch.context() as patched:
        known = SimpleNamespace(loads=loads, TOMLDecodeError=tomllib.TOMLDecodeError)
        patched.setattr(config, "tomllib", known)
        patched.setattr(templates, "SandboxedEnvironment", environment)
        yield
