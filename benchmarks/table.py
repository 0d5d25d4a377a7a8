"""One line of the results, and the Markdown that lines become."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from benchmarks.numbers import Number

MET = "met"


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that was measured."""

    what: str
    measured: float | str
    """A word for what could not be measured: ``not run``."""
    most: float | None = None
    """The most that is allowed; None where nothing is promised."""
    least: float | None = None
    """The least that is allowed."""
    floor: float | None = None
    """What the task itself takes at least; None where that means nothing."""
    unit: str = ""
    note: str = ""
    shows: Number | None = None
    """The promise that this row is about."""

    @property
    def verdict(self) -> str:
        """``met``, or by how much not; empty where nothing is promised."""
        if self.most is None and self.least is None:
            return ""
        if isinstance(self.measured, str):
            return self.measured
        above = 0 if self.most is None else self.measured - self.most
        below = 0 if self.least is None else self.least - self.measured
        by = max(above, below)
        return MET if by <= 0 else f"missed by {number(by)}{self.unit}"

    @property
    def value(self) -> str:
        """What was measured, as it is shown."""
        return self.measured if isinstance(self.measured, str) else f"{number(self.measured)}{self.unit}"

    @property
    def bound(self) -> str:
        """What is allowed, as it is shown."""
        bounds = [f"≤ {number(self.most)}{self.unit}"] if self.most is not None else []
        bounds += [f"≥ {number(self.least)}{self.unit}"] if self.least is not None else []
        return ", ".join(bounds)


@dataclass(frozen=True, slots=True)
class Section:
    """Some rows with what there is to say about them."""

    title: str
    text: str
    rows: Sequence[Row]


def summary(sections: Iterable[Section]) -> str:
    """Return a table with a line for every promise: what was measured for it, and whether it is kept."""
    rows = [row for section in sections for row in section.rows]
    head = "| number | measured | verdict |\n|---|---|---|"
    return "\n".join([head, *(_promise(each, [row for row in rows if row.shows is each]) for each in Number)])


def missed(sections: Iterable[Section]) -> list[str]:
    """Return what is missed: rows beyond their bounds, and promises that no row shows."""
    rows = [row for section in sections for row in section.rows]
    shown = {row.shows for row in rows}
    beyond = [f"{row.what}: {row.value}, {row.verdict}" for row in rows if row.verdict not in ("", MET)]
    return [*beyond, *(f"{each.value}: not measured" for each in Number if each not in shown)]


def markdown(sections: Iterable[Section]) -> str:
    """Return the sections as Markdown."""
    return "\n\n".join(f"## {section.title}\n\n{section.text}\n\n{_table(section.rows)}" for section in sections)


def number(value: float) -> str:
    """Return a number for people."""
    if value == int(value):
        return f"{value:,.0f}"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:,.2f}"


def _promise(promise: Number, rows: Sequence[Row]) -> str:
    measured = "<br>".join(f"{row.what}: {row.value} ({row.bound})" for row in rows)
    verdicts = {row.verdict for row in rows}
    verdict = MET if verdicts == {MET} else "; ".join(sorted(verdicts - {MET})) or "not measured"
    return f"| {promise.value} | {measured} | {verdict} |"


def _table(rows: Iterable[Row]) -> str:
    head = "| what | measured | floor | bound | verdict | remark |\n|---|---|---|---|---|---|"
    return "\n".join([head, *map(_line, rows)])


def _line(row: Row) -> str:
    floor = "" if row.floor is None else f"{number(row.floor)}{row.unit}"
    return f"| {' | '.join([row.what, row.value, floor, row.bound, row.verdict, row.note])} |"
