"""Where a component lives: paths in a location field or in parentheses (docs/map-format.md, "Components")."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from techmap_sync.parsing.blocks import RunKind
from techmap_sync.parsing.meaning import is_placeholder, says_nothing, title_of
from techmap_sync.parsing.wording import plain_lines, without_code

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from techmap_sync.parsing.blocks import Line
    from techmap_sync.parsing.vocabulary import Vocabulary

_PATH = re.compile(
    r"(?!\d+(?:\.\d+)*$)(?!\w+://)[^\s,;]*(?:[/\\][^\s,;]*[\w*\])}]|[\w\])]/|\.[A-Za-z][A-Za-z0-9]{0,7})"
)
_LONGEST_PATH = 300
_BARE_FILE = re.compile(r"[A-Z]\w{0,40}file|https?://\S+")  # Makefile, Dockerfile
_LINES = re.compile(r"(?::\d+(?:-\d+)?)$")
_BETWEEN_PATHS = re.compile(r"[\s,;]+")
_PARENTHESES = re.compile(r"[(（]([^()（）]*(?:[(（][^()（）]*[)）][^()（）]*)*)[)）]")
_AND = re.compile(r"\s*(?:,|;|\+|&|\s)\s*")


def is_path(text: str) -> bool:
    """Whether a text without context looks like the path of a file or folder."""
    return len(text) <= _LONGEST_PATH and _PATH.fullmatch(_LINES.sub("", text)) is not None


def paths_of_field(line: Line, vocabulary: Vocabulary) -> tuple[str, ...]:
    """Return the paths of a line of a location field: its code spans, else what looks like a path."""
    title = title_of((line,))
    if is_placeholder(title.text, vocabulary) or says_nothing(title, vocabulary):
        return ()
    codes = [run.text.strip() for run in line.runs if run.kind is RunKind.CODE]
    if codes:
        return tuple(filter(is_path, codes)) or tuple(codes)
    words = [_bare(word) for word in _BETWEEN_PATHS.split(title.text)]
    if paths := tuple(filter(is_path, words)):
        return paths
    only = _PARENTHESES.sub("", title.text).split()
    return (only[0],) if len(only) == 1 and _BARE_FILE.fullmatch(only[0]) else ()


def _bare(word: str) -> str:
    """Strip what belongs to the sentence around a path."""
    word = word.rstrip(".,;:")
    return word.strip("()") if word.count("(") != word.count(")") or word.startswith("(") else word


def paths_in_parentheses(lines: Sequence[Line]) -> tuple[str, ...]:
    """Return the paths of the first parentheses that hold nothing but paths."""
    text, masked = plain_lines(lines), without_code(lines)
    for start, end in _parentheses(text, masked):
        parts = [part for part in _AND.split(text[start:end]) if part]
        if parts and all(is_path(part) for part in parts):
            return tuple(parts)
    return ()


def _parentheses(text: str, masked: str) -> Iterator[tuple[int, int]]:
    """Yield where the inside of each pair of parentheses stands that is not code itself."""
    for match in _PARENTHESES.finditer(masked if len(masked) == len(text) else text):
        yield match.span(1)


def without_path_in_parentheses(text: str) -> str:
    """Return a heading without the parentheses that hold its path."""
    for match in _PARENTHESES.finditer(text):
        parts = [part for part in _AND.split(match[1].replace("`", "")) if part]
        if parts and all(is_path(part) for part in parts):
            return (text[: match.start()].rstrip() + text[match.end() :]).strip()
    return text
