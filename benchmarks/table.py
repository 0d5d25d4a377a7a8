"""One line of the results, and the Markdown that lines become."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that was measured."""

    what: str
    measured: float
    bound: float | None = None
    """The most that is allowed; None where nothing is promised."""
    floor: float | None = None
    """What the API allows at least; None where that means nothing."""
    unit: str = ""
    note: str = ""

    @property
    def verdict(self) -> str:
        """``met``, or by how much not."""
        if self.bound is None:
            return ""
        return "met" if self.measured <= self.bound else f"missed by {_number(self.measured - self.bound)}"


@dataclass(frozen=True, slots=True)
class Section:
    """Some rows with what there is to say about them."""

    title: str
    text: str
    rows: Sequence[Row]


def markdown(sections: Iterable[Section]) -> str:
    """Return the sections as Markdown."""
    return "\n\n".join(f"## {section.title}\n\n{section.text}\n\n{_table(section.rows)}" for section in sections)


def _table(rows: Iterable[Row]) -> str:
    head = "| what | measured | floor | at most | verdict | remark |\n|---|---|---|---|---|---|"
    return "\n".join([head, *map(_line, rows)])


def _line(row: Row) -> str:
    numbers = [f"{_number(row.measured)}{row.unit}", _optional(row.floor, row.unit), _optional(row.bound, row.unit)]
    return f"| {' | '.join([row.what, *numbers, row.verdict, row.note])} |"


def _optional(value: float | None, unit: str) -> str:
    return "" if value is None else f"{_number(value)}{unit}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) else f"{value:,.2f}"
