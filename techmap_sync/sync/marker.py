"""The marker: what techmap-sync remembers of a ticket, hidden in the ticket itself.

It is an HTML comment that contains JSON. There is no other state: no file, no database. The tracking ticket's marker
also contains the ledger, a second record of which tickets exist. ``docs/how-it-decides.md`` describes the fields.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Mapping, Set
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from typing import Annotated, Literal, NotRequired, TypeVar

from pydantic import AfterValidator, Field, TypeAdapter
from typing_extensions import TypedDict

from techmap_sync.patterns import lazy

LONG = 4_000
"""Above this many characters, packing is worth making the text unreadable for people."""
MOST = 250_000
"""Bytes of the longest text that is packed, a ledger of 3,000 tasks. Trackers that take more need no packing."""


def packed(text: str) -> str | None:
    """Return a text packed into one word; None for a short or very long text, which is not packed."""
    content = text.encode()
    if len(text) <= LONG or len(content) > MOST:
        return None
    return base64.b64encode(zlib.compress(content, 9)).decode("ascii")


def unpacked(word: str) -> bytes:
    """Return the text packed in a word, in UTF-8.

    :raises ValueError: ``packed`` does not make such a word.
    """
    stream = zlib.decompressobj()
    try:
        content = stream.decompress(base64.b64decode(word, validate=True), MOST + 1)
    except zlib.error as error:
        raise ValueError("not packed") from error
    if not stream.eof or stream.unused_data or len(content) > MOST:
        raise ValueError("packed in another way")
    return content


SCHEMA = 1
MOST_CHARACTERS = 2_000_000
"""Twice the longest ticket text of any tracker."""
PREFIX = "<!-- techmap-sync: "
SUFFIX = " -->"
_Shape = TypeVar("_Shape")
_UNSAFE = lazy("[<>\x7f-\x9f\u2028\u2029]|(?<=-)-")
"""What could end the comment or its line; JSON allows every character as an escape."""


@dataclass(frozen=True, slots=True)
class WrittenField:
    """One field of a ticket as we last wrote it."""

    values: str
    """Digest of the map's values it was made from."""
    text: str
    """Digest of what was written."""
    heading: str = ""
    """For a section of the text: its heading."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """What the tracking ticket remembers of its whole map."""

    tickets: Mapping[str, str] = field(default_factory=dict)
    """Key -> number of every ticket made for this map."""
    edges: frozenset[tuple[str, str]] = frozenset()
    """(key, key it waits for) of every blocked-by edge that was applied."""
    children: frozenset[str] = frozenset()
    """Keys whose ticket was made a child of the tracking ticket."""
    gone: frozenset[str] = frozenset()
    """Keys whose ticket a person deleted or released: recreated only on request."""
    refused: frozenset[tuple[str, str]] = frozenset()
    """(key, key of the other end) of every edge that the tracker refused: tried again only on request."""
    declined: frozenset[tuple[str, str]] = frozenset()
    """(key, key of the other end) of every edge that a person removed, which was accepted."""
    accepted: frozenset[str] = frozenset()
    """Keys whose ticket was deleted or released, which was accepted."""
    text: str = ""
    """Digest of the map's text."""
    settings: str = ""
    """Digest of the settings and the version that made the tasks."""
    edition: int = 1
    """Of the rules that made the tasks; the first release did not write it."""
    commit: str = ""
    commit_time: str = ""
    """ISO 8601 time of the commit, to compare it with others."""

    def renamed(self, moved: Mapping[str, str]) -> Ledger:
        """Return the same ledger under other keys.

        :param moved: old key -> new key.
        """
        return replace(
            self,
            tickets={moved.get(key, key): number for key, number in self.tickets.items()},
            edges=frozenset((moved.get(a, a), moved.get(b, b)) for a, b in self.edges),
            children=frozenset(moved.get(key, key) for key in self.children),
            gone=frozenset(moved.get(key, key) for key in self.gone),
            refused=frozenset((moved.get(a, a), moved.get(b, b)) for a, b in self.refused),
            declined=frozenset((moved.get(a, a), moved.get(b, b)) for a, b in self.declined),
            accepted=frozenset(moved.get(key, key) for key in self.accepted),
        )

    def without_links_of(self, keys: frozenset[str]) -> Ledger:
        """Return the same ledger without any links of some keys."""
        return replace(
            self,
            edges=frozenset(edge for edge in self.edges if keys.isdisjoint(edge)),
            children=self.children - keys,
            refused=frozenset(edge for edge in self.refused if keys.isdisjoint(edge)),
            declined=frozenset(edge for edge in self.declined if keys.isdisjoint(edge)),
        )

    def without(self, keys: Set[str]) -> Ledger:
        """Return the same ledger without some tickets; their edges stay until they are removed."""
        return replace(
            self,
            tickets={key: number for key, number in self.tickets.items() if key not in keys},
            children=self.children - keys,
            gone=self.gone - keys,
            refused=frozenset(edge for edge in self.refused if keys.isdisjoint(edge)),
            declined=frozenset(edge for edge in self.declined if keys.isdisjoint(edge)),
            accepted=self.accepted - keys,
        )

    def with_inherited(self, other: Ledger) -> Ledger:
        """Return the same ledger with what another map remembers of tickets that came from there."""
        return replace(
            self,
            tickets={**other.tickets, **self.tickets},
            edges=self.edges | other.edges,
            gone=self.gone | other.gone,
            refused=self.refused | other.refused,
            declined=self.declined | other.declined,
            accepted=self.accepted | other.accepted,
        )


@dataclass(frozen=True, slots=True)
class Marker:
    """What a ticket's marker says."""

    source: str
    """The map's canonical repository, ``github.com/owner/name``; never a local path."""
    map_id: str
    path: str
    key: str
    tracking: str = ""
    """Number of the tracking ticket. The tracking ticket names itself, so that a copy can be recognised; empty while it
    has no ledger."""
    title: WrittenField = WrittenField("", "")
    sections: Mapping[str, WrittenField] = field(default_factory=dict)
    labels: frozenset[str] = frozenset()
    """Labels that we set."""
    assignees: frozenset[str] | None = None
    """People whom we assigned; None in markers of earlier versions, which did not record them."""
    unassigned: frozenset[str] = frozenset()
    """People whom the document wants and who are left out, by a person's choice or because the tracker refused."""
    priority: str = ""
    milestone: str = ""
    native: Mapping[str, str] = field(default_factory=dict)
    """Due date and type as we last set them."""
    accepted: Mapping[str, str] = field(default_factory=dict)
    """Priority, milestone and the like that people chose instead, which was accepted."""
    declined: frozenset[str] = frozenset()
    """Labels that people removed, which was accepted."""
    state: str = "open"
    """The state that we last set."""
    ledger: Ledger | None = None

    def with_ledger(self, ledger: Ledger) -> Marker:
        """Return the same marker with another ledger."""
        return replace(self, ledger=ledger)


class MarkerUnreadable(ValueError):
    """A comment that looks like a marker but cannot be read."""


def encode(marker: Marker) -> str:
    """Return the marker as one line that nothing in it can end early."""
    return f"{PREFIX}{_safe(_text(_as_json(marker)))}{SUFFIX}"


def claims(source: str, key: str) -> tuple[str, ...]:
    """Return the texts that every marker for a key contains."""
    names = {"key": key, "source": source}
    return tuple(_safe(f'"{name}":{json.dumps(value, ensure_ascii=False)}') for name, value in names.items())


def _safe(text: str) -> str:
    return _UNSAFE.sub(lambda match: "".join(f"\\u{ord(c):04x}" for c in match[0]), text)


def decode(line: str) -> Marker:
    """Read a marker that anybody may have edited: whatever does not fit exactly is unreadable.

    :raises MarkerUnreadable: it is not a marker of ours, or is of a later version.
    """
    text = line.strip().removeprefix(PREFIX.rstrip()).removesuffix(SUFFIX.strip())
    try:
        if len(text) <= MOST_CHARACTERS:
            return _marker(_wire(_WireMarker).validate_json(text, strict=True))
    except (ValueError, LookupError) as error:
        raise MarkerUnreadable(_why_unreadable(text)) from error
    raise MarkerUnreadable("its marker is too long")


def _why_unreadable(text: str) -> str:
    try:
        schema = _wire(_WireSchema).validate_json(text, strict=True)["schema"]
    except ValueError:
        return "its marker is damaged"
    return (
        "its marker is damaged" if schema <= SCHEMA else f"its marker has schema {schema}, this version reads {SCHEMA}"
    )


def _as_json(marker: Marker) -> dict[str, object]:
    data: dict[str, object] = {
        "schema": SCHEMA,
        "source": marker.source,
        "map": marker.map_id,
        "path": marker.path,
        "key": marker.key,
        "tracking": marker.tracking,
        "title": _field_json(marker.title),
        "sections": {name: _field_json(written) for name, written in marker.sections.items()},
        "labels": sorted(marker.labels),
        "priority": marker.priority,
        "milestone": marker.milestone,
        "state": marker.state,
    }
    if marker.native:
        data["native"] = dict(marker.native)
    if marker.accepted:
        data["accepted"] = dict(marker.accepted)
    if marker.declined:
        data["declined"] = sorted(marker.declined)
    if marker.assignees is not None:
        data["assignees"] = sorted(marker.assignees)
    if marker.unassigned:
        data["unassigned"] = sorted(marker.unassigned)
    if marker.ledger is not None:
        ledger = _ledger_json(marker.ledger, marker.map_id)
        data["ledger"] = packed(_text(ledger)) or ledger
    return data


def _text(data: dict[str, object]) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def _marker(data: _WireMarker) -> Marker:
    ledger = data.get("ledger")
    if isinstance(ledger, str):
        ledger = _wire(_WireLedger).validate_json(unpacked(ledger), strict=True)
    return Marker(
        source=data["source"],
        map_id=data["map"],
        path=data["path"],
        key=data["key"],
        tracking=data["tracking"],
        title=WrittenField(*data["title"]),
        sections={name: WrittenField(*written) for name, written in data["sections"].items()},
        labels=frozenset(data["labels"]),
        assignees=frozenset(data["assignees"]) if "assignees" in data else None,
        unassigned=frozenset(data.get("unassigned", ())),
        priority=data["priority"],
        milestone=data["milestone"],
        native=data.get("native", {}),
        accepted=data.get("accepted", {}),
        declined=frozenset(data.get("declined", ())),
        state=data["state"],
        ledger=None if ledger is None else _ledger(ledger, data["map"]),
    )


def _field_json(written: WrittenField) -> list[str]:
    return [written.values, written.text, *([written.heading] if written.heading else [])]


def _ledger_json(ledger: Ledger, map_id: str) -> dict[str, object]:
    """One row per key, and edges as pairs of rows: keys are long, and a ticket's text is limited."""
    ends = {key for edge in ledger.edges | ledger.refused | ledger.declined for key in edge}
    keys = sorted({*ledger.tickets, *ledger.children, *ledger.gone, *ledger.accepted, *ends})
    row = {key: number for number, key in enumerate(keys)}
    return {
        "keys": [
            [
                key.removeprefix(f"{map_id}/"),
                ledger.tickets.get(key, ""),
                int(key in ledger.children) | 2 * (key in ledger.gone) | 4 * (key in ledger.accepted),
            ]
            for key in keys
        ],
        "edges": sorted([row[waiting], row[target]] for waiting, target in ledger.edges),
        **({"refused": sorted([row[a], row[b]] for a, b in ledger.refused)} if ledger.refused else {}),
        **({"declined": sorted([row[a], row[b]] for a, b in ledger.declined)} if ledger.declined else {}),
        "text": ledger.text,
        "settings": ledger.settings,
        **({"edition": ledger.edition} if ledger.edition > 1 else {}),
        "commit": ledger.commit,
        "time": ledger.commit_time,
    }


def _ledger(data: _WireLedger, map_id: str) -> Ledger:
    rows = [(f"{map_id}/{short}", number, flags) for short, number, flags in data["keys"]]
    return Ledger(
        tickets={key: number for key, number, _ in rows if number},
        edges=frozenset((rows[waiting][0], rows[target][0]) for waiting, target in data["edges"]),
        children=frozenset(key for key, _, flags in rows if flags & 1),
        gone=frozenset(key for key, _, flags in rows if flags & 2),
        refused=frozenset((rows[a][0], rows[b][0]) for a, b in data.get("refused", ())),
        declined=frozenset((rows[a][0], rows[b][0]) for a, b in data.get("declined", ())),
        accepted=frozenset(key for key, _, flags in rows if flags & 4),
        text=data["text"],
        settings=data["settings"],
        edition=data.get("edition", 1),
        commit=data["commit"],
        commit_time=data["time"],
    )


def _moment(text: str) -> str:
    """Accept only a time that can be compared with others, or nothing."""
    try:
        if text:
            datetime.fromisoformat(text).astimezone(UTC)
    except OverflowError as error:
        raise ValueError("beyond the calendar") from error
    return text


_Line = Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f-\x9f\x{2028}\x{2029}]*$")]
"""Names are shown to people and compared: they contain no line ends."""
_Number = Annotated[str, Field(pattern=r"^[A-Za-z0-9._#-]{0,64}$")]
"""Sent to a tracker; may be empty."""
_Place = Annotated[int, Field(ge=0)]
_Written = tuple[str, str] | tuple[str, str, str]


class _WireSchema(TypedDict):
    schema: Annotated[int, Field(ge=0, lt=1_000_000)]


class _WireLedger(TypedDict):
    keys: list[tuple[_Line, _Number, _Place]]
    edges: list[tuple[_Place, _Place]]
    refused: NotRequired[list[tuple[_Place, _Place]]]
    declined: NotRequired[list[tuple[_Place, _Place]]]
    text: str
    settings: str
    edition: NotRequired[Annotated[int, Field(ge=1, lt=1_000_000)]]
    commit: str
    time: Annotated[str, AfterValidator(_moment)]


class _WireMarker(TypedDict):
    schema: Literal[1]
    source: _Line
    map: _Line
    path: str
    key: _Line
    tracking: _Number
    title: _Written
    sections: dict[str, _Written]
    labels: list[str]
    assignees: NotRequired[list[str]]
    unassigned: NotRequired[list[str]]
    priority: str
    milestone: str
    native: NotRequired[dict[str, str]]
    accepted: NotRequired[dict[str, str]]
    declined: NotRequired[list[str]]
    state: Literal["open", "closed"]
    ledger: NotRequired[_WireLedger | str | None]


@cache
def _wire(shape: type[_Shape]) -> TypeAdapter[_Shape]:
    """Return what validates a shape of JSON; made only when a ticket is read."""
    return TypeAdapter(shape)
