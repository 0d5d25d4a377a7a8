"""Markers, ledgers and their rows as somebody may make them who means harm, or who only has bad luck."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator
from copy import deepcopy
from random import Random
from typing import Any
from zlib import compress

from techmap_sync.sync.block import BEGIN, END
from techmap_sync.sync.marker import PREFIX, SUFFIX

VALUES: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    1,
    -1,
    2**31,
    10**400,
    1.5,
    "",
    "x",
    "1",
    "a\nb",
    "::set-output name=x::y",
    "\u2028",
    "\x1b[31m",
    "\u202e",
    "\ufeff",
    "\U0001f600",
    "e\u0301",
    "login/component/Store",
    "login/component/Bogus",
    "login/tracking/map",
    "login",
    "../../user",
    "9" * 5000,
    "2026-01-01",
    "2026-01-01T00:00:00",
    "2026-01-01T00:00:00+00:00",
    "0001-01-01T00:00:00+23:59",
    "9999-12-31T23:59:59-23:59",
    [],
    {},
    [[]],
    [["x"]],
    [["x", "2", 1]],
    [["x", "2", 1, 1]],
    [["x", 2, "1"]],
    [[None, None, None]],
    [["x", "2", True]],
    [["component/Store", "3", 1], ["component/Store", "4", 3]],
    [[0, 0]],
    [[-1, 0]],
    [[0, 99]],
    [[10**30, 0]],
    [["a", "b"]],
    {"purpose": ["a", "b", "c"]},
    {"purpose": "x"},
    {"": [1, 2]},
    *(b64encode(compress(text)).decode() for text in (b"", b"null", b"{}", b"[" * 99_999, b" " * 9_999_999)),
)
RAW = (
    "NaN",
    "Infinity",
    "-1e999",
    "1e999",
    "9" * 5000,
    '"\\ud800"',
    '"\\udfff\\ud800"',
    "[" * 100_000,
    "[" * 1000 + "]" * 1000,
    '{"a":' * 1000 + "1" + "}" * 1000,
    "",
    "\x00",
    "nul",
)
"""What stands for a value in the text of a marker."""
_SOLE = "techmap-sync-here"


def marker_lines(honest: str, random: Random) -> Iterator[str]:
    """Yield marker lines without end.

    :param honest: the line of a ticket of ours, which most of them differ from in a value or two.
    """
    data = json.loads(honest.removeprefix(PREFIX).removesuffix(SUFFIX))
    while True:
        made = json.loads(json.dumps(data))
        for _ in range(random.choice((1, 1, 2, 3))):
            _spoil(made, random, deepcopy(random.choice((*VALUES, _SOLE))))
        text = json.dumps(made).replace(f'"{_SOLE}"', random.choice(RAW))
        if random.random() < 0.1:
            text = text[: random.randrange(len(text))]
        yield f"{PREFIX}{text}{SUFFIX}"


def body_of(line: str) -> str:
    """Return a text with a block that holds a marker line."""
    return f"{BEGIN}\n\n{line}\n{END}"


def _spoil(value: Any, random: Random, by: Any) -> None:
    """Put something in the place of one value, at any depth; or add it, or take a value away."""
    places = list(value) if isinstance(value, dict) else list(range(len(value)))
    if not places:
        return
    place = random.choice(places)
    if isinstance(value[place], dict | list) and value[place] and random.random() < 0.7:
        _spoil(value[place], random, by)
    elif random.random() < 0.1:
        del value[place]
    elif isinstance(value, dict) and random.random() < 0.1:
        value[f"{place}x"] = by
    else:
        value[place] = by
