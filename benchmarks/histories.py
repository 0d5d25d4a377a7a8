"""How far all short histories were tried: ``make explore`` and ``make planted`` record it and write it on the page."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.table import Row, Section, markdown

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"
RECORD = Path(__file__).with_name("histories.json")
TITLE = "Short histories"
TEXT = """\
`make explore` tries every history of a few events in small worlds: each edit of a document, each thing that people do
to a ticket, each kind of run, and pushes that are killed, refused, left without an answer or overtaken at each write,
at most one of these in a history. Two histories that end in the same state count as one. The last event is a run that
nothing disturbs. After each run every promise of [how it decides](how-it-decides.md) is checked. `make planted` puts
a fault into `decide`, `merge`, `apply`, `match` or `tickets` and lets the same search find it. A row that names an
event counts only the histories in which it happens, searched again after a fix that can change no others:
`python -m tests.explore --containing EVENT`. None of this is part of `make bench`: seconds are those of the machine
that ran it."""
ENOUGH = 9
"""Of ten planted faults."""
PLANTED = 10


def section() -> Section:
    """Return what was recorded."""
    return Section(TITLE, TEXT, list(_rows(recorded())))


def recorded() -> dict[str, Any]:
    """Return the results of both commands."""
    found: dict[str, Any] = json.loads(RECORD.read_text("utf-8"))
    return found


def record(kind: str, name: str, **results: object) -> None:
    """Keep one result, and write all of them on the page.

    :param kind: ``searched``, ``planted`` or ``everywhere``.
    """
    known = recorded()
    known.setdefault(kind, {})[name] = results
    RECORD.write_text(json.dumps(known, indent=1) + "\n", encoding="utf-8")
    PAGE.write_text(with_section(PAGE.read_text("utf-8")), encoding="utf-8")


def with_section(page: str) -> str:
    """Return the page with what is recorded now; everything else on it stays."""
    head, found, rest = page.partition(f"## {TITLE}\n")
    _, following, others = rest.partition("\n## ")
    made = markdown([section()]).strip("\n")
    return f"{head if found else head.rstrip() + chr(10) * 2}{made}\n{following and chr(10) + '## '}{others}"


def _rows(known: dict[str, Any]) -> Iterator[Row]:
    for name, each in sorted(known["searched"].items()):
        note = f"{each['states']:,} states, {each['steps']:,} steps, {each['seconds']:,} s"
        yield Row(f"{name}, broken promises", each["broken"], most=0, note=note)
    for name, each in known.get("everywhere", {}).items():
        note = f"{each['tried']:,} of {each['all']:,} histories, {each['seconds']:,} s"
        yield Row(f"{name} on every tracker, histories that end unlike in memory", each["differing"], most=0, note=note)
    planted = known["planted"]
    if planted:
        found = sum(bool(each["events"]) for each in planted.values())
        all_tried = len(planted) >= PLANTED
        yield Row(f"planted faults found, of {len(planted)} tried", found, least=ENOUGH if all_tried else None)
    for name, each in planted.items():
        measured = f"after {each['events']} event{'s' * (each['events'] > 1)}" if each["events"] else "not found"
        yield Row(f"planted: {name}", measured, note=each["note"])
