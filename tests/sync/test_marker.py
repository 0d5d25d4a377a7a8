"""The marker survives everything that a text can hold, and nothing forges or breaks it."""

from __future__ import annotations

import base64
import json
import tracemalloc
import zlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from itertools import pairwise
from random import Random
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from techmap_sync.sync.marker import (
    LONG,
    MOST,
    MOST_CHARACTERS,
    PREFIX,
    SUFFIX,
    Ledger,
    Marker,
    MarkerUnreadable,
    WrittenField,
    claims,
    decode,
    encode,
    packed,
    unpacked,
)
from tests.sampling import sampling

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
NAMES = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=20)
NUMBERS = st.from_regex(r"[A-Za-z0-9._#-]{1,12}", fullmatch=True)
TIMES = st.sampled_from(["", "2026-01-09T10:00:00+00:00", "2026-01-09T10:00:00Z", "2026-07-01T23:59:59-03:30"])
FIELDS = st.builds(WrittenField, TEXT, TEXT, TEXT)
KEYS = NAMES.map("map/{}".format)
LEDGERS = st.builds(
    Ledger,
    tickets=st.dictionaries(KEYS, NUMBERS, max_size=3),
    edges=st.frozensets(st.tuples(KEYS, KEYS), max_size=3),
    children=st.frozensets(KEYS, max_size=3),
    gone=st.frozensets(KEYS, max_size=3),
    refused=st.frozensets(st.tuples(KEYS, KEYS), max_size=2),
    declined=st.frozensets(st.tuples(KEYS, KEYS), max_size=2),
    accepted=st.frozensets(KEYS, max_size=2),
    edition=st.integers(1, 9),
    text=TEXT,
    settings=TEXT,
    commit=TEXT,
    commit_time=TIMES,
)
MARKERS = st.builds(
    Marker,
    source=NAMES,
    map_id=st.just("map"),
    path=TEXT,
    key=NAMES,
    tracking=st.just("") | NUMBERS,
    title=FIELDS,
    sections=st.dictionaries(TEXT, FIELDS, max_size=3),
    labels=st.frozensets(TEXT, max_size=3),
    assignees=st.none() | st.frozensets(TEXT, max_size=2),
    unassigned=st.frozensets(TEXT, max_size=2),
    priority=TEXT,
    milestone=TEXT,
    native=st.dictionaries(TEXT, TEXT, max_size=2),
    accepted=st.dictionaries(TEXT, TEXT, max_size=2),
    declined=st.frozensets(TEXT, max_size=2),
    state=st.sampled_from(["open", "closed"]),
    ledger=st.none() | LEDGERS,
)


@given(MARKERS)
def test_what_is_written_is_read_again(marker: Marker) -> None:
    assert decode(encode(marker)) == marker


SHORT = Marker("example.org/team/app", "login", "docs/login.md", "login/component/Store")
FULL = Marker(
    source="example.org/team/app",
    map_id="login",
    path="docs/über.md",
    key="login/tracking/map",
    tracking="1",
    title=WrittenField("t1", "t2"),
    sections={"summary": WrittenField("s1", "s2", "Summary"), "goal": WrittenField("g1", "g2")},
    labels=frozenset({"techmap", "b", "a"}),
    assignees=frozenset({"bob", "ada"}),
    unassigned=frozenset({"dan", "cid"}),
    priority="high",
    milestone="v1",
    native={"due": "2026-03-01"},
    accepted={"priority": "low"},
    declined=frozenset({"z", "y"}),
    state="closed",
    ledger=Ledger(
        tickets={"login/c/B": "3", "login/c/A": "2"},
        edges=frozenset({("login/c/B", "login/c/A"), ("login/c/A", "login/c/G")}),
        children=frozenset({"login/c/A"}),
        gone=frozenset({"login/c/G"}),
        refused=frozenset({("login/c/R", "login/c/A"), ("login/c/A", "login/c/R")}),
        declined=frozenset({("login/c/D", "login/c/A"), ("login/c/A", "login/c/D")}),
        accepted=frozenset({"login/c/G", "login/c/X"}),
        text="digest",
        settings="digest of settings",
        edition=2,
        commit="c0ffee",
        commit_time="2026-01-09T10:00:00Z",
    ),
)


@pytest.mark.parametrize("marker", [SHORT, FULL, replace(FULL, ledger=Ledger()), replace(SHORT, assignees=frozenset())])
def test_every_field_is_read_again(marker: Marker) -> None:
    assert decode(encode(marker)) == marker
    assert decode(f" {encode(marker)}\n") == marker


def test_an_empty_field_takes_no_room_unless_the_first_release_wrote_it() -> None:
    assert encode(SHORT) == (
        '<!-- techmap-sync: {"key":"login/component/Store","labels":[],"map":"login","milestone":"",'
        '"path":"docs/login.md","priority":"","schema":1,"sections":{},"source":"example.org/team/app","state":"open",'
        '"title":["",""],"tracking":""} -->'
    )
    assert encode(replace(SHORT, ledger=Ledger())) == encode(SHORT).replace(
        '"map":', '"ledger":{"commit":"","edges":[],"keys":[],"settings":"","text":"","time":""},"map":'
    )


def test_the_same_marker_is_written_in_the_same_bytes() -> None:
    assert encode(FULL) == (
        '<!-- techmap-sync: {"accepted":{"priority":"low"},"assignees":["ada","bob"],"declined":["y","z"],"key":"l'
        'ogin/tracking/map","labels":["a","b","techmap"],"ledger":{"commit":"c0ffee","declined":[[0,2],[2,0]],"edg'
        'es":[[0,3],[1,0]],"edition":2,"keys":[["c/A","2",1],["c/B","3",0],["c/D","",0],["c/G","",6],["c/R","",0],'
        '["c/X","",4]],"refused":[[0,4],[4,0]],"settings":"digest of settings","text":"digest","time":"2026-01-09T'
        '10:00:00Z"},"map":"login","milestone":"v1","native":{"due":"2026-03-01"},"path":"docs/über.md","priority"'
        ':"high","schema":1,"sections":{"goal":["g1","g2"],"summary":["s1","s2","Summary"]},"source":"example.org/'
        'team/app","state":"closed","title":["t1","t2"],"tracking":"1","unassigned":["cid","dan"]} -->'
    )


def test_names_stand_in_a_marker_in_their_order() -> None:
    names = frozenset("hgfedcba")
    line = encode(replace(SHORT, labels=names, assignees=names, unassigned=names, declined=names))
    assert line.count('["a","b","c","d","e","f","g","h"]') == 4


REMEMBERED = Ledger(
    tickets={"a": "1", "b": "2", "c": "3"},
    edges=frozenset({("a", "b"), ("b", "c"), ("c", "d")}),
    children=frozenset({"a", "c"}),
    gone=frozenset({"a", "d"}),
    refused=frozenset({("a", "x"), ("x", "a"), ("c", "x")}),
    declined=frozenset({("a", "y"), ("y", "a"), ("c", "y")}),
    accepted=frozenset({"a", "d"}),
    text="digest",
    edition=2,
)


def test_a_ledger_whose_tickets_are_renamed_has_all_under_the_new_keys() -> None:
    assert REMEMBERED.renamed({"a": "A", "x": "X"}) == Ledger(
        tickets={"A": "1", "b": "2", "c": "3"},
        edges=frozenset({("A", "b"), ("b", "c"), ("c", "d")}),
        children=frozenset({"A", "c"}),
        gone=frozenset({"A", "d"}),
        refused=frozenset({("A", "X"), ("X", "A"), ("c", "X")}),
        declined=frozenset({("A", "y"), ("y", "A"), ("c", "y")}),
        accepted=frozenset({"A", "d"}),
        text="digest",
        edition=2,
    )
    assert REMEMBERED.renamed({"c": "C"}).edges == {("a", "b"), ("b", "C"), ("C", "d")}

    renamed = REMEMBERED.renamed({"a": "A"})
    assert renamed.refused == {("A", "x"), ("x", "A"), ("c", "x")}
    assert renamed.declined == {("A", "y"), ("y", "A"), ("c", "y")}


def test_a_ledger_without_links_of_a_ticket_keeps_the_ticket() -> None:
    assert REMEMBERED.without_links_of(frozenset({"a"})) == replace(
        REMEMBERED,
        edges=frozenset({("b", "c"), ("c", "d")}),
        children=frozenset({"c"}),
        refused=frozenset({("c", "x")}),
        declined=frozenset({("c", "y")}),
    )


def test_a_ledger_without_a_ticket_keeps_its_edges_until_they_are_removed() -> None:
    assert REMEMBERED.without({"a"}) == replace(
        REMEMBERED,
        tickets={"b": "2", "c": "3"},
        children=frozenset({"c"}),
        gone=frozenset({"d"}),
        refused=frozenset({("c", "x")}),
        declined=frozenset({("c", "y")}),
        accepted=frozenset({"d"}),
    )


def test_a_ledger_inherits_what_another_map_remembers_and_believes_itself_first() -> None:
    edge = frozenset({("e", "f")})
    other = Ledger(
        {"a": "9", "e": "5"}, edge, frozenset({"e"}), frozenset({"f"}), edge, edge, frozenset({"f"}), "other"
    )
    assert REMEMBERED.with_inherited(other) == replace(
        REMEMBERED,
        tickets={"a": "1", "b": "2", "c": "3", "e": "5"},
        edges=REMEMBERED.edges | edge,
        gone=frozenset({"a", "d", "f"}),
        refused=REMEMBERED.refused | edge,
        declined=REMEMBERED.declined | edge,
        accepted=frozenset({"a", "d", "f"}),
    )


def test_the_texts_by_which_a_ticket_is_searched_are_in_its_marker() -> None:
    texts = claims("example.org/über", 'login/<b> -- "x"')
    assert texts == ('"key":"login/\\u003cb\\u003e -\\u002d \\"x\\""', '"source":"example.org/über"')
    line = encode(replace(SHORT, source="example.org/über", key='login/<b> -- "x"'))
    assert all(text in line for text in texts)


@given(MARKERS)
def test_nothing_in_a_marker_ends_its_comment_or_its_line(marker: Marker) -> None:
    line = encode(marker)
    inside = line.removeprefix("<!--").removesuffix("-->")
    assert line.splitlines() == [line]
    assert not {"<", ">"} & set(inside)
    assert "--" not in inside


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("<!-- techmap-sync: -->", "its marker is damaged"),
        ("<!-- techmap-sync: {} -->", "its marker is damaged"),
        ('<!-- techmap-sync: {"schema": 1} -->', "its marker is damaged"),
        ('<!-- techmap-sync: {"schema": 0} -->', "its marker is damaged"),
        ("<!-- techmap-sync: [1, 2] -->", "its marker is damaged"),
        ("<!-- techmap-sync: null -->", "its marker is damaged"),
        ('<!-- techmap-sync: {"schema": 2} -->', "its marker has schema 2, this version reads 1"),
        (encode(SHORT).replace('"tracking":""', '"tracking":"1/../2"'), "its marker is damaged"),
        (encode(SHORT).replace('"map":"login"', r'"map":"log\nin"'), "its marker is damaged"),
        (encode(SHORT).replace('"map":"login"', r'"map":"log\u2028in"'), "its marker is damaged"),
    ],
)
def test_a_damaged_or_newer_marker_is_said_to_be_unreadable(line: str, why: str) -> None:
    with pytest.raises(MarkerUnreadable) as raised:
        decode(line)
    assert str(raised.value) == why


@given(MARKERS, st.data())
def test_a_marker_that_anybody_cut_short_never_raises_anything_else(marker: Marker, data: st.DataObject) -> None:
    line = encode(marker)
    cut = data.draw(st.integers(0, len(line)))
    with suppress(MarkerUnreadable):
        decode(line[:cut])


MEGABYTE = 1024 * 1024


LEDGER_KEYS = [f"map/component/TokenStore{number}" for number in range(300)]


LEDGER = Ledger(
    {key: str(number + 2) for number, key in enumerate(LEDGER_KEYS)},
    frozenset(pairwise(LEDGER_KEYS)),
    frozenset(LEDGER_KEYS[:100]),
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


def altered(name: str, value: bytes) -> bytes:
    """Return the ledger with one field that holds something else."""
    found = json.loads(plain())
    found[name] = "techmap-sync-here"
    return json.dumps(found).encode().replace(b'"techmap-sync-here"', value)


DEEP = b"[" * 100_000 + b"]" * 100_000


HOSTILE: dict[str, Callable[[], str]] = {
    "nothing": lambda: "",
    "no Base64": lambda: "not Base64!",
    "other digits": lambda: "\uff21\uff21\uff21\uff21",
    "half a character": lambda: "\ud800",
    "white space": lambda: " ".join(word(plain())),
    "a line end": lambda: word(plain()) + "\n",
    "too many signs": lambda: word(plain()) + "=",
    "Base64 of nothing packed": lambda: base64.b64encode(plain()).decode(),
    "gzip": lambda: base64.b64encode(zlib.compress(plain(), wbits=31)).decode(),
    "without a header": lambda: base64.b64encode(zlib.compress(plain(), wbits=-15)).decode(),
    "cut short": lambda: base64.b64encode(zlib.compress(plain())[:-1]).decode(),
    "something behind it": lambda: base64.b64encode(zlib.compress(plain()) + b"x").decode(),
    "two": lambda: base64.b64encode(zlib.compress(plain()) * 2).decode(),
    "packed twice": lambda: word(word(plain()).encode()),
    "a bomb": lambda: word(b" " * 50 * MEGABYTE),
    "a bomb behind a ledger": lambda: word(plain() + b" " * 50 * MEGABYTE),
    "one byte too long": lambda: word(plain() + b" " * (MOST + 1 - len(plain()))),
    "empty": lambda: word(b""),
    "a text": lambda: word(b'"x"'),
    "another word": lambda: word(json.dumps(word(plain())).encode()),
    "null": lambda: word(b"null"),
    "no UTF-8": lambda: word(b"\xff\xfe"),
    "a byte order mark": lambda: word(b"\xef\xbb\xbf" + plain()),
    "deep": lambda: word(DEEP),
    "deep keys": lambda: word(altered("keys", DEEP)),
    "no number": lambda: word(altered("edges", b"[[NaN,0]]")),
    "infinite": lambda: word(altered("edges", b"[[1e999,0]]")),
    "beyond the rows": lambda: word(altered("edges", b"[[0,999]]")),
    "below the rows": lambda: word(altered("edges", b"[[-1,0]]")),
    "a million digits": lambda: word(altered("edges", b"[[" + b"9" * 200_000 + b",0]]")),
    "a line end in a key": lambda: word(altered("keys", b'[["a\\nb","2",1]]')),
    "a path for a number": lambda: word(altered("keys", b'[["a","../../user",1]]')),
    "a time that is none": lambda: word(altered("time", b'"soon"')),
}


def test_a_long_ledger_takes_a_third_of_its_room_and_is_read_again() -> None:
    line = encode(MARKER)
    assert decode(line) == MARKER
    assert len(line) * 3 < len(plain())
    assert line.splitlines() == [line]
    assert "--" not in line.removeprefix("<!--").removesuffix("-->")


def test_a_short_ledger_stays_readable() -> None:
    short = replace(MARKER, ledger=Ledger(dict.fromkeys(LEDGER_KEYS[:5], "2")))
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


@pytest.mark.parametrize("name", HOSTILE)
def test_what_somebody_else_packed_is_unreadable_and_takes_no_room(name: str) -> None:
    line = line_with(HOSTILE[name]())
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
    for _ in range(sampling.times("spoiled words", 300, 2_000)):
        made = bytearray(good)
        for _ in range(random.choice((1, 2, 5))):
            made[random.randrange(len(made))] = random.randrange(256)
        try:
            assert decode(line_with(base64.b64encode(made).decode())) == MARKER, "only an unused bit was another"
        except MarkerUnreadable:
            continue


def test_spaces_around_the_json_of_a_marker_do_not_count() -> None:
    assert decode(encode(SHORT).replace(PREFIX, PREFIX.rstrip()).replace(SUFFIX, SUFFIX.lstrip())) == SHORT


def test_a_new_marker_is_of_an_open_ticket_and_says_nothing_else() -> None:
    fresh = Marker(SHORT.source, SHORT.map_id, SHORT.path, SHORT.key)
    assert encode(fresh) == encode(SHORT)
    assert (fresh.tracking, fresh.title, fresh.priority, fresh.milestone) == ("", WrittenField("", ""), "", "")
    assert (fresh.state, WrittenField("a", "b").heading, fresh.ledger) == ("open", "", None)
    empty = Ledger()
    assert (empty.text, empty.settings, empty.edition, empty.commit, empty.commit_time) == ("", "", 1, "", "")


def test_edges_are_written_in_order() -> None:
    edges = frozenset((f"login/{a}", f"login/{b}") for a in "abcd" for b in "efgh")
    ledger = Ledger(edges=edges, refused=edges, declined=edges)
    data = json.loads(encode(replace(SHORT, ledger=ledger)).removeprefix(PREFIX).removesuffix(SUFFIX))["ledger"]
    for name in ("edges", "refused", "declined"):
        assert data[name] == sorted(data[name])


def test_a_time_beyond_the_calendar_is_unreadable() -> None:
    line = encode(replace(SHORT, ledger=Ledger(commit_time="0001-01-01T00:00:00+10:00")))
    with pytest.raises(MarkerUnreadable, match="its marker is damaged"):
        decode(line)


def test_a_word_that_is_not_packed_as_we_do_it_says_why() -> None:
    with pytest.raises(ValueError, match=r"^not packed$"):
        unpacked(base64.b64encode(b"plain text").decode())
    with pytest.raises(ValueError, match=r"^packed in another way$"):
        unpacked(base64.b64encode(zlib.compress(b"text") + b"more").decode())


def test_a_marker_of_the_greatest_length_is_read() -> None:
    """Two million characters, the blanks around them among these."""
    with pytest.raises(MarkerUnreadable, match="damaged"):
        decode(f"{PREFIX}{'x' * 1_999_998}{SUFFIX}")
    with pytest.raises(MarkerUnreadable, match="too long"):
        decode(f"{PREFIX}{'x' * 1_999_999}{SUFFIX}")


def test_a_marker_that_is_too_long_is_not_even_read() -> None:
    with pytest.raises(MarkerUnreadable, match="too long"):
        decode(f"{PREFIX}{'[' * (MOST_CHARACTERS + 1)}{SUFFIX}")
