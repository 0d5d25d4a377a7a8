"""Fenced code blocks: where they begin and end, in whatever containers.

CommonMark 0.31 section 4.5 is the rule. A single pass over lines cannot know every container, so a fence says whether
it is ``certain``: whether every way to read the lines above it makes code of its body.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from techmap_sync.patterns import lazy
from techmap_sync.planning.escape_inline import doubtful

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


_MARKER = r"(?:[-*+]|\d{1,9}[.)])(?=[ \t])"
_OPENING = lazy(rf"((?:[ \t]*+(?:>|{_MARKER}))*+[ \t]*+)(`{{3,}}(?=[^`]*$)|~{{3,}})(.*)")
_CLOSING = lazy(r" {0,3}(`{3,}|~{3,})[ \t]*")
_LIST_ITEM = lazy(rf"[ \t>]*+{_MARKER}")
# What old GitLab servers run or expand at the start of a line, even within a fence that their patterns overlook.
_LIVE_IN_CODE = lazy(r"/[A-Za-z]|>>>+[ \t]*$|::include\{")


def is_list_item(line: str) -> bool:
    """Say whether a line opens a list item."""
    return _LIST_ITEM.match(line) is not None


@dataclass(frozen=True, slots=True)
class Fence:
    """One fenced code block."""

    opening: str
    """Everything before the first fence: quote and list markers, spaces."""
    run: str
    info: str
    body: tuple[str, ...]
    """The lines of code, without what belongs to the containers."""
    closing: str
    """The closing run; empty when the text or the container ended first."""
    end: int
    """Index of the first line after the block."""
    certain: bool = False

    @property
    def follow(self) -> str:
        """What every further line must begin with to stay in the same containers."""
        return re.sub(r"[^>\s]", " ", self.opening.expandtabs(4))

    def written(self, safe: Callable[[str], str]) -> list[str]:
        """Rewrite the block: closed, in backticks, and with nothing that runs at the start of a line.

        One more space before all its lines hides a line from GitLab's patterns, and every Markdown parser takes that
        space off again (CommonMark 0.31 examples 131 to 133), so the code itself stays byte for byte.

        :param safe: makes the code safe, where it must be.
        """
        body = [safe(line) for line in self.body]
        kept = len(body)
        while not self.closing and kept and not body[kept - 1].strip():
            kept -= 1
        shift = " " if not self.follow and any(_LIVE_IN_CODE.match(line) for line in body) else ""
        # The space after ``>`` belongs to it, where there is one; so there must be one.
        run, follow = self._backticks(), shift + re.sub(">$", "> ", self.follow)
        return [
            f"{shift}{self.opening}{run}{doubtful(self._info())}",
            *((follow + line if line else follow.rstrip()) for line in body[:kept]),
            follow + run,
            *[follow.rstrip()] * (len(body) - kept),
        ]

    def _backticks(self) -> str:
        if self.run[0] == "`":
            return self.run
        inner = (len(run) for line in self.body for run in re.findall("`+", line))
        return "`" * max(3, 1 + max(inner, default=0))

    def _info(self) -> str:
        return self.info if self.run[0] == "`" else self.info.replace("`", "")


def read_fence(lines: Sequence[str], start: int, *, settled: bool, in_list: bool) -> Fence | None:
    """Read the fenced code block that opens at ``lines[start]``, if one does.

    ``settled`` says that nothing above in the same paragraph could reach into these lines (an open code span, an open
    tag); ``in_list`` that an outdented line would leave a list item.
    """
    match = _OPENING.fullmatch(lines[start])
    if not match:
        return None
    opening = Fence(match[1], match[2], match[3], (), "", start + 1)
    fence = _read_body(lines, opening, in_list=in_list)
    blank_above = start == 0 or not lines[start - 1].strip("> \t")
    certain = _always_opens(fence) or (settled and (blank_above or _reads_as_code_span(fence)))
    return replace(fence, certain=certain)


def _read_body(lines: Sequence[str], fence: Fence, *, in_list: bool) -> Fence:
    body: list[str] = []
    closing, end = "", fence.end
    outdents = not in_list and not fence.opening.strip()
    while end < len(lines) and not closing:
        code = _unwrap(lines[end], fence.follow, outdents=outdents)
        if code is None:
            break
        end += 1
        found = _CLOSING.fullmatch(code)
        if found and found[1].startswith(fence.run):
            closing = found[1]
        else:
            body.append(code)
    return replace(fence, body=tuple(body), closing=closing, end=end)


def _unwrap(line: str, follow: str, *, outdents: bool) -> str | None:
    """Take what belongs to the containers off a line; None when the line has left them."""
    *quotes, indent = follow.split(">")
    for number, lead in enumerate(quotes):
        spaces = len(line) - len(line.lstrip(" "))
        wanted = len(lead) - (number > 0 and lead != "")
        line = line.lstrip(" ")
        if not wanted <= spaces <= wanted + 3 or not line.startswith(">"):
            return None
        line = line[1:].removeprefix(" ")
    width = len(indent) - (bool(quotes) and indent != "")
    code = _without_indent(line, width)
    leaves = code is None and not outdents and line.strip() != ""
    return None if leaves else (line.lstrip(" \t") if code is None else code)


def _without_indent(line: str, width: int) -> str | None:
    """Take ``width`` columns of white space off; None when there are fewer."""
    column = index = 0
    while column < width and index < len(line) and line[index] in " \t":
        column += 1 if line[index] == " " else 4 - column % 4
        index += 1
    return " " * (column - width) + line[index:] if column >= width else None


def _always_opens(fence: Fence) -> bool:
    """Say whether the fence is at most three columns deep, in quotes alone: there nothing else can be meant."""
    leads = fence.follow.split(">")
    return not fence.opening.strip("> \t") and all(len(lead) - (number > 0) <= 3 for number, lead in enumerate(leads))


def _reads_as_code_span(fence: Fence) -> bool:
    """Say whether the rewritten lines are code even where they continue a paragraph: as a code span."""
    if fence.opening.strip("> \t") or not all(line.strip() for line in fence.body):
        return False
    runs = (len(run) for line in fence.body for run in re.findall("`+", line))
    return fence.run[0] == "~" or len(fence.run) not in runs
