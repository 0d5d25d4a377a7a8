"""What a component depends on: the names in its dependency fields, and how they are written there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from techmap_sync.parsing.blocks import RunKind
from techmap_sync.parsing.meaning import Meaning, meaning_of, title_of
from techmap_sync.parsing.names import component_name
from techmap_sync.parsing.wording import plain, without_code

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from techmap_sync.parsing.blocks import Line
    from techmap_sync.parsing.document import Document
    from techmap_sync.parsing.vocabulary import Vocabulary

_BETWEEN_NAMES = re.compile(r"[,;，；、]")
_BEHIND_NAME = re.compile(r"\s[-–—(]|—|:\s|[：（]")
_DASH = re.compile(r"\s[-–—]\s|—")
_REMARK = re.compile(r"[(（][^()（）]*[)）]")
_LEAD = "-–—:： "


class Need(NamedTuple):
    """Something that a component depends on."""

    name: str
    text: str
    """The whole entry, as Markdown on one line."""


def read_needs(line: Line, *, listed: bool, document: Document, vocabulary: Vocabulary) -> Iterator[Need]:
    """Yield what a line of a field names.

    :param listed: it is a bullet: what follows its name and a dash or colon is a remark.
    """
    title = title_of((line,))
    if meaning_of(title, (line,), vocabulary) is not Meaning.WORK:
        return
    text, masked = plain(line.runs), without_code((line,))
    masked = _REMARK.sub(lambda remark: "\x00" * len(remark[0]), masked)
    end = _end_of_names(masked, listed=listed)
    cuts = [match.span() for match in _BETWEEN_NAMES.finditer(masked, 0, end)]
    starts, ends = [0, *(e for _, e in cuts)], [*(s for s, _ in cuts), len(text)]
    for start, stop in zip(starts, ends, strict=True):
        part = text[start:stop]
        codes = _codes_in(line, text, start, min(stop, end))
        written = _spelled(part, codes) if cuts else _written(line, document)
        for each in codes or [_BEHIND_NAME.split(part.strip(" ."))[0]]:
            if name := component_name(each, vocabulary):
                yield Need(name, written or name)


def _end_of_names(masked: str, *, listed: bool) -> int:
    """Return where a remark begins, "redis - cache, sessions"; where each name has one of its own, none does."""
    found = list(_BEHIND_NAME.finditer(masked)) if listed else list(_DASH.finditer(masked))
    return found[0].start() if found and (listed or len(found) == 1) else len(masked)


def _codes_in(line: Line, text: str, start: int, end: int) -> list[str]:
    """Return the code spans between two places of a line's plain text."""
    codes, place = [], 0
    for run in line.runs:
        if run.kind is RunKind.CODE and (words := " ".join(run.text.split())):
            place = text.find(words, place)
            if start <= place < end:
                codes.append(run.text)
            place = max(place, 0) + len(words)
    return codes


def _spelled(part: str, codes: Sequence[str]) -> str:
    """Return a part of the plain text with its code as code."""
    pieces, rest = [], part
    for code in codes:
        before, _, rest = rest.partition(code)
        pieces += [before, f"`{code}`"]
    return "".join([*pieces, rest]).strip(f"{_LEAD}.")


def _written(line: Line, document: Document) -> str:
    first = next((run for run in line.runs if run.text.strip()), None)
    return " ".join(document.written(first.start, line.end).split()).strip(_LEAD) if first else ""
