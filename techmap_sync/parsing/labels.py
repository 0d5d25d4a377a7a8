"""Bold labels: ``**Location**: src/a.py``, ``**Unit Tests:**``, ``**Gate decisions** (`test_gate.py`):``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from techmap_sync.parsing.blocks import Line, Run, RunKind
from techmap_sync.parsing.wording import plain, unnumbered, without_closing_colon

if TYPE_CHECKING:
    from collections.abc import Mapping

_COLONS = ":："
_REMARKS = re.compile(r"(?:\s*[(（][^()（）]*[)）])*")
_PLAIN_LABEL = re.compile(r"\s*([^\W\d_][^:：]{0,40}?)\s*[:：](?=\s|$)")


class Label(NamedTuple):
    """A label and what stands behind its colon on the same line."""

    text: str
    """The words in bold, without the colon."""
    title: str
    """The whole line as plain text without a closing colon: how a group is called."""
    value: tuple[Run, ...]

    @property
    def alone(self) -> bool:
        """Whether nothing but a remark stands beside it."""
        return not plain(self.value)


def label_of(line: Line) -> Label | None:
    """Return the bold label that the line starts with, or None."""
    runs = [run for run in line.runs if run.kind is not RunKind.COMMENT]
    while runs and not runs[0].strong and not unnumbered(runs[0].text) and runs[0].kind is RunKind.TEXT:
        runs.pop(0)  # spaces and emoji
    bold = _strong_prefix(runs)
    text, rest = plain(runs[:bold]), tuple(runs[bold:])
    if not text:
        return None
    value = rest if text[-1] in _COLONS else _behind_colon(rest)
    if value is None or text[-1] in ".!。！":
        return None
    return Label(without_closing_colon(text), without_closing_colon(plain(line.runs)), value)


def plain_label_of(line: Line, words: Mapping[str, str]) -> Label | None:
    """Return the label at the start of the line, bold or not; one that is not bold has to be one of the words."""
    if label := label_of(line):
        return label
    match = _PLAIN_LABEL.match(line.runs[0].text) if line.runs else None
    if match is None or match[1].casefold() not in words:
        return None
    first = line.runs[0]
    value = (first._replace(text=first.text[match.end() :], start=first.start + match.end()), *line.runs[1:])
    return Label(match[1], without_closing_colon(plain(line.runs)), value)


def _strong_prefix(runs: list[Run]) -> int:
    count = 0
    while count < len(runs) and runs[count].strong:
        count += 1
    return count


def _behind_colon(runs: tuple[Run, ...]) -> tuple[Run, ...] | None:
    """Return what follows the colon; nothing where only remarks follow; None where it is no label at all."""
    text = plain(runs)
    remarks = _REMARKS.match(text)
    behind = text[remarks.end() :].strip() if remarks else text
    if not unnumbered(without_closing_colon(behind)):
        return ()
    return _after_colon(runs) if re.match(r"[:：](?!\S*[:：])", behind) else None


def _after_colon(runs: tuple[Run, ...]) -> tuple[Run, ...]:
    for number, run in enumerate(runs):
        found = re.search(r"[:：]", run.text) if run.kind is RunKind.TEXT else None
        if found:
            rest = run._replace(text=run.text[found.end() :], start=run.start + found.end())
            return (rest, *runs[number + 1 :])
    return ()
