"""A long ledger takes less room in its ticket, and what somebody else packed spoils nothing."""

from __future__ import annotations

import base64
import json
import tracemalloc
import zlib
from dataclasses import replace
from itertools import pairwise
from random import Random
from time import process_time

import pytest

from techmap_sync.sync.marker import (
    LONG,
    MOST,
    PREFIX,
    SUFFIX,
    Ledger,
    Marker,
    MarkerUnreadable,
    decode,
    encode,
    packed,
    unpacked,
)

MEGABYTE = 1024 * 1024
KEYS = [f"map/component/TokenStore{number}" for number in range(300)]
LEDGER = Ledger(
    {key: str(number + 2) for number, key in enumerate(KEYS)},
    frozenset(pairwise(KEYS)),
    frozenset(KEYS[:100]),
    text="a" * 16,
    settings="b" * 16,
)
MARKER = Marker("example.org/team/app", "map", "docs/map.md", "map/tracking/map", "1", ledger=LEDGER)


def data_of(marker: Marker) -> dict[str, object]:
    made: dict[str, object] = json.loads(encode(marker).removeprefix(PREFIX).removesuffix(SUFFIX))
    return made


def line_with(ledger: object) -> str:
    return f"{PREFIX}{json.dumps({**data_of(MARKER), 'ledger': ledger})}{SUFFIX}"


def word(content: bytes) -> str:
    return base64.b64encode(zlib.compress(content, 9)).decode()


def plain() -> bytes:
    """The JSON of the ledger."""
    made = data_of(MARKER)["ledger"]
    assert isinstance(made, str)
    return unpacked(made)


def test_a_long_ledger_takes_a_third_of_its_room_and_is_read_again() -> None:
    line = encode(MARKER)
    assert decode(line) == MARKER
    assert len(line) * 3 < len(plain())
    assert line.splitlines() == [line]
    assert "--" not in line.removeprefix("<!--").removesuffix("-->")


def test_a_short_ledger_stays_readable() -> None:
    short = replace(MARKER, ledger=Ledger(dict.fromkeys(KEYS[:5], "2")))
    assert isinstance(data_of(short)["ledger"], dict)
    assert decode(encode(short)) == short


def test_a_long_ledger_that_is_not_packed_is_read_as_well() -> None:
    assert decode(line_with(json.loads(plain()))) == MARKER


@pytest.mark.parametrize("length", [LONG, MOST + 1])
def test_what_is_short_or_very_long_is_not_packed(length: int) -> None:
    assert packed("x" * length) is None


@pytest.mark.parametrize("length", [LONG + 1, MOST])
def test_whatever_is_packed_can_be_unpacked(length: int) -> None:
    made = packed("x" * length)
    assert made is not None
    assert unpacked(made) == b"x" * length


def altered(name: str, value: bytes) -> bytes:
    """Return the ledger with one field that holds something else."""
    found = json.loads(plain())
    found[name] = "techmap-sync-here"
    return json.dumps(found).encode().replace(b'"techmap-sync-here"', value)


DEEP = b"[" * 100_000 + b"]" * 100_000
HOSTILE: dict[str, str] = {
    "nothing": "",
    "no Base64": "not Base64!",
    "other digits": "\uff21\uff21\uff21\uff21",
    "half a character": "\ud800",
    "white space": " ".join(word(plain())),
    "a line end": word(plain()) + "\n",
    "too many signs": word(plain()) + "=",
    "Base64 of nothing packed": base64.b64encode(plain()).decode(),
    "gzip": base64.b64encode(zlib.compress(plain(), wbits=31)).decode(),
    "without a header": base64.b64encode(zlib.compress(plain(), wbits=-15)).decode(),
    "cut short": base64.b64encode(zlib.compress(plain())[:-1]).decode(),
    "something behind it": base64.b64encode(zlib.compress(plain()) + b"x").decode(),
    "two": base64.b64encode(zlib.compress(plain()) * 2).decode(),
    "packed twice": word(word(plain()).encode()),
    "a bomb": word(b" " * 100 * MEGABYTE),
    "a bomb behind a ledger": word(plain() + b" " * 100 * MEGABYTE),
    "one byte too long": word(plain() + b" " * (MOST + 1 - len(plain()))),
    "empty": word(b""),
    "a text": word(b'"x"'),
    "another word": word(json.dumps(word(plain())).encode()),
    "null": word(b"null"),
    "no UTF-8": word(b"\xff\xfe"),
    "a byte order mark": word(b"\xef\xbb\xbf" + plain()),
    "deep": word(DEEP),
    "deep keys": word(altered("keys", DEEP)),
    "no number": word(altered("edges", b"[[NaN,0]]")),
    "infinite": word(altered("edges", b"[[1e999,0]]")),
    "beyond the rows": word(altered("edges", b"[[0,999]]")),
    "below the rows": word(altered("edges", b"[[-1,0]]")),
    "a million digits": word(altered("edges", b"[[" + b"9" * 200_000 + b",0]]")),
    "a line end in a key": word(altered("keys", b'[["a\\nb","2",1]]')),
    "a path for a number": word(altered("keys", b'[["a","../../user",1]]')),
    "a time that is none": word(altered("time", b'"soon"')),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_somebody_else_packed_is_unreadable_and_takes_no_room(name: str) -> None:
    line = line_with(HOSTILE[name])
    decode(encode(MARKER))
    began = process_time()
    tracemalloc.start()
    try:
        with pytest.raises(MarkerUnreadable):
            decode(line)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 10 * MEGABYTE
    assert process_time() - began < 1


def test_no_spoiled_word_is_more_than_unreadable() -> None:
    random, good = Random(17), bytearray(zlib.compress(plain()))
    for _ in range(2_000):
        made = bytearray(good)
        for _ in range(random.choice((1, 2, 5))):
            made[random.randrange(len(made))] = random.randrange(256)
        try:
            assert decode(line_with(base64.b64encode(made).decode())) == MARKER, "only an unused bit was another"
        except MarkerUnreadable:
            continue
