"""Text of somebody else's within Markdown of ours: it shows as it was written, and does nothing.

Reports stand in job summaries and in comments, where a mention notifies people and a reference leaves a trace in the
ticket it names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from techmap_sync.planning.neutralize import neutralize_title
from techmap_sync.planning.neutralize_references import ZERO_WIDTH_SPACE
from techmap_sync.reports.messages import clean, count

_ROOM_FOR_THE_LAST_LINE = 200
_SPECIAL = re.compile(r"([\\`*_{}\[\]#!|~$^])")
_ADDRESS = re.compile(r"(?i)(?<=:)(?=//)|(?<=\bwww)(?=\.)")
# What was an entity in Markdown is plain text here, and its number would be a ticket's.
_NUMBER = re.compile(r"(?<=[#!&$])(?=\d)")
_BACKTICKS = re.compile("`+")
_ENTITIES = {ord("&"): "&amp;", ord("<"): "&lt;", ord(">"): "&gt;"}


def inline(text: str) -> str:
    """Return Markdown that shows a text on one line: no mark-up, no HTML, no reference, no link."""
    shielded = neutralize_title(clean(text))
    for reference in (_ADDRESS, _NUMBER):
        shielded = reference.sub(ZERO_WIDTH_SPACE, shielded)
    return _SPECIAL.sub(r"\\\1", shielded).translate(_ENTITIES)


def fenced(lines: Iterable[str], language: str) -> list[str]:
    """Return lines as a block of code that none of them ends."""
    cleaned = [clean(line) for line in lines]
    longest = max((len(run) for line in cleaned for run in _BACKTICKS.findall(line)), default=0)
    fence = "`" * max(3, longest + 1)
    return [fence + language, *cleaned, fence]


def fitted(blocks: Sequence[str], limit: int) -> str:
    """Join blocks of lines; where they do not fit, the last line says how much was left out.

    :param limit: bytes of UTF-8, so that as many characters fit as well.
    """
    whole = "\n".join(blocks)
    if len(whole.encode(errors="backslashreplace")) <= limit:
        return whole
    used, kept = 0, 0
    for block in blocks:
        used += len(block.encode(errors="backslashreplace")) + 1
        if used > limit - _ROOM_FOR_THE_LAST_LINE:
            break
        kept += 1
    left_out = sum(block.count("\n") + 1 for block in blocks[kept:])
    last = f"**{count(left_out, 'more line')} left out: they do not fit here. The job's log holds everything.**"
    return "\n".join([*blocks[:kept], "", last])
