"""The YAML between the two ``---`` lines: read as plain text, changed one key at a time.

Only the lines of a changed key are rewritten. All others (unknown keys, comments, quotes, the order) stay as they
are, because a task file belongs to the people who edit it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from techmap_sync.patterns import lazy

Value = str | tuple[str, ...]

# The order in which Backlog.md 1.52 writes them.
ORDER = (
    "id",
    "title",
    "status",
    "assignee",
    "reporter",
    "created_date",
    "updated_date",
    "due_date",
    "labels",
    "milestone",
    "dependencies",
    "references",
    "documentation",
    "modified_files",
    "parent_task_id",
    "subtasks",
    "priority",
    "type",
    "project",
    "ordinal",
)

_MOST_CHARACTERS = 64 * 1024
"""YAML is slow to parse, and no task has so many keys."""
_DEEPEST = 100
_BRACKET = lazy(r"[\[\]{}]")
_NUMBERS = frozenset({"ordinal"})
_NULL = "tag:yaml.org,2002:null"
_PLAIN = lazy(r"[^\W\d_](?:[\w ./()-]*[\w)])?")
_WORDS_OF_YAML = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t"}
# Backlog.md takes names such as @sara without quotes, which YAML does not: another character replaces the sign.
_PEOPLE = lazy(r"^[ \t]*(?:assignee|reporter):.*", re.M)
_AT, _STAND_IN = "@", "\ue000"
# Without anything by which YAML reaches from one key to another: anchors, aliases, tags, comments, blocks of text.
_HARMLESS = r"[^\n\r\x85\u2028\u2029\t&*!#|>%]"
_BEGINS = rf"[A-Za-z_]\w*:(?: {_HARMLESS}*)?"
_SEPARATE = lazy(rf"{_BEGINS}(?:\n(?:{_BEGINS}|  (?= *[^ \n]){_HARMLESS}*))*")
_KEY = lazy(r"\n(?=\S)")


class _Entry(NamedTuple):
    """A key with its value, and the lines that hold them."""

    name: Node
    value: Node
    start: int
    end: int
    """The line after them."""


class BadYaml(Exception):
    """The text is not YAML, or not a list of keys with values."""


def read(text: str) -> dict[str, Value]:
    """Return the keys whose values are text or lists of text, as written: ``0012`` and ``2026-01-02`` stay text.

    :raises BadYaml: the text cannot be read.
    """
    values: dict[str, Value] = {}
    for name, node, _, _ in _entries(text):
        if not isinstance(name, ScalarNode):
            continue  # Not text, so not one of our keys; with aliases it could expand beyond all memory.
        key = str(name.value)
        if isinstance(node, ScalarNode) and node.tag != _NULL:
            values[key] = _shown(key, node)
        elif isinstance(node, SequenceNode):
            values[key] = tuple(_shown(key, item) for item in node.value if isinstance(item, ScalarNode))
    return values


def write(fields: Mapping[str, Value]) -> str:
    """Return the fields as Backlog.md writes them."""
    return "\n".join(_written(key, value) for key, value in fields.items())


def replaced(text: str, key: str, value: Value | None) -> str:
    """Return the text with one key set, or removed when the value is None.

    :raises BadYaml: because of the layout of the text, the key cannot be changed alone.
    """
    expected = {**read(text), key: value}
    lines = text.split("\n") if text else []
    start, end = _place(text, key)
    lines[start:end] = [] if value is None else [_written(key, value)]
    changed = "\n".join(lines)
    if read(changed) != {name: known for name, known in expected.items() if known is not None}:
        raise BadYaml(f"the key {key} cannot be changed without touching others")
    return changed


@lru_cache(maxsize=1024)  # a run reads the same few files again and again
def _entries(text: str) -> tuple[_Entry, ...]:
    """Return the keys with their values and lines, as the whole text has them.

    :raises BadYaml: the text cannot be read.
    """
    if len(text) <= _MOST_CHARACTERS and _depth(text) <= _DEEPEST and _SEPARATE.fullmatch(text):
        with suppress(BadYaml):  # what is wrong is said of the whole text
            return tuple(_separate_entries(text))
    lines = text.split("\n")
    return tuple(
        _Entry(name, value, name.start_mark.line, _end_line(lines, name.start_mark.line, value))
        for name, value in _pairs(text)
    )


def _separate_entries(text: str) -> Iterator[_Entry]:
    """Yield the keys of a text in which no key can touch another, each read by itself: most were read before.

    :raises BadYaml: a key cannot be read by itself, or comes twice.
    """
    start, known = 0, set()
    for block in _KEY.split(text):
        pairs = _pairs(block)
        if len(pairs) != 1 or pairs[0][0].value in known:
            raise BadYaml("not a list of keys with values")
        ((name, value),) = pairs
        known.add(name.value)
        end = start + block.count("\n") + 1
        yield _Entry(name, value, start, end)
        start = end


@lru_cache(maxsize=2048)  # most keys of two files say the same, and YAML is slow to parse
def _pairs(text: str) -> tuple[tuple[Node, Node], ...]:
    if len(text) > _MOST_CHARACTERS:
        raise BadYaml(f"longer than {_MOST_CHARACTERS} characters")
    if _depth(text) > _DEEPEST:
        raise BadYaml("nested too deeply")
    try:
        root = YAML(typ="safe", pure=True).compose(_PEOPLE.sub(lambda line: line[0].replace(_AT, _STAND_IN), text))
    except MarkedYAMLError as error:
        line = f"line {error.problem_mark.line + 1}: " if error.problem_mark else ""
        raise BadYaml(f"{line}{error.problem or 'not YAML'}") from error
    except Exception as error:  # the parser can fail in any way: anyone may have written the file
        raise BadYaml("not YAML") from error
    if root is None:
        return ()
    if not isinstance(root, MappingNode):
        raise BadYaml("not a list of keys with values")
    return tuple(root.value)


def _depth(text: str) -> int:
    """Return how many brackets are open at once, at most; the parser needs the square of that."""
    return max(accumulate(1 if sign in "[{" else -1 for sign in _BRACKET.findall(text)), default=0)


def _shown(key: str, node: ScalarNode) -> str:
    text = str(node.value)
    return text.replace(_STAND_IN, _AT) if key in ("assignee", "reporter") else text


def _place(text: str, key: str) -> tuple[int, int]:
    """Return the lines that hold the key, or the empty place where Backlog.md would put it."""
    before = ORDER[: ORDER.index(key)] if key in ORDER else ORDER
    place = 0
    for name, _, start, end in _entries(text):
        if name.value == key:
            return start, end
        if name.value in before:
            place = end
    return place, place


def _end_line(lines: list[str], start: int, value: Node) -> int:
    """Return the line after a value; comments and blank lines below it belong to what follows."""
    mark = value.end_mark
    end: int = mark.line + 1 if mark.column else mark.line
    while end - 1 > start and (not lines[end - 1].strip() or lines[end - 1].startswith("#")):
        end -= 1
    return end


def _written(key: str, value: Value) -> str:
    if isinstance(value, str):
        return f"{key}: {value if key in _NUMBERS else _scalar(value)}"
    return "\n".join([f"{key}:", *(f"  - {_scalar(item)}" for item in value)]) if value else f"{key}: []"


def _scalar(text: str) -> str:
    """Return text as YAML 1.1 and 1.2 both read it: plain where it cannot be read as anything else."""
    if _PLAIN.fullmatch(text) and text.lower() not in _WORDS_OF_YAML:
        return text
    if text.isprintable():
        return "'" + text.replace("'", "''") + "'"
    return '"' + "".join(_ESCAPES.get(sign) or _escaped(sign) for sign in text) + '"'


def _escaped(sign: str) -> str:
    if sign.isprintable():
        return sign
    return f"\\u{ord(sign):04x}" if ord(sign) < 0x10000 else f"\\U{ord(sign):08x}"
