"""Names of methods: out of one line of text, or out of the code that declares them.

Source of the rules: docs/map-format.md, "Methods".
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from techmap_sync.parsing.tables import VERBS

if TYPE_CHECKING:
    from collections.abc import Iterator

_ENDPOINT = re.compile(rf"\s*((?:{'|'.join(sorted(VERBS))})\s+(?:/|https?://|\{{)[^\s`,;]*)")
_KEYWORD = re.compile(
    r"\s*(?:[\w@]+(?:\([^()]*\))?\s+)*?(?:def|fn|func|fun|function|sub)\b\*?\s*(?:\([^()]*\)\s*)?"
    r"((?:self\.)?[\w$]+[?!]?)(?=\s*[(<\[\n;{:]|\s*$)"
)
_NAMED_FUNCTION = re.compile(
    r"\s*(?:export\s+)?(?:default\s+)?(?:const|let|var)\s+([\w$]+)\s*(?::[^=]+)?=\s*(?:async\s*)?"
    r"(?:function\b|\([^()]*\)[^=]*=>|\w+\s*=>)"
)
_BEFORE_PARENTHESIS = re.compile(r"([\w$~#@.?!:\\>-]*[\w$?!])\s*(?:<[^()]*>|\[[^()]*\])?\s*\(")
_NAME_AND_TYPE = re.compile(r"\s*([\w$.#]+[?!]?)\s*(?::(?!:)|->|→|=>)")
_RECEIVER = re.compile(r"\s*(?:func|fun)\s*\([^()]*\)\s*([\w$]+)\s*\(")
_PROTOTYPE = re.compile(r"\s*(?:[\w$@<>\[\],.:*&?|]+[\s*&]+)*?[*&]*([\w$~#]+[?!]?)\s*(?:<[^()]*>\s*)?\(")
_CLASS_LIKE = re.compile(
    r"\s*(?:[\w@]+\s+)*?(?:class|interface|struct|trait|impl|enum|namespace|module|protocol|object|record"
    r"|extension|union|service|type)\b"
)
_STATEMENT = re.compile(
    r"\s*(?:return|if|elif|else|for|foreach|while|switch|case|match|catch|try|except|with|do|raise|throw|throws|new"
    r"|await|yield|print|assert|del|import|from|use|using|package|include|require|typedef|delete|goto|when|super|@|\.)"
    r"(?![\w$])"
)
_COMMENT = re.compile(r"\s*(?://|#|/\*|\*|--|<!--|\"\"\"|''')")
_STRING = re.compile(r"\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|`[^`\n]*`")
_BRACKETS = re.compile(r"[(){}\[\]]")


class Signature(NamedTuple):
    """A declaration in code: its name, its line as written, and the number of that line from 0."""

    name: str
    text: str
    line: int


def method_name(signature: str) -> str:
    """Return the name of the method in ``verify(code: str) -> bool``, ``int open(char *p)`` or ``POST /login``."""
    if endpoint := _ENDPOINT.match(signature):
        return " ".join(endpoint[1].rstrip(":.").split())
    for pattern in (_RECEIVER, _KEYWORD):
        if found := pattern.match(signature):
            return found[1]
    before = _BEFORE_PARENTHESIS.search(signature)
    typed = _NAME_AND_TYPE.match(signature)
    if before and not (typed and typed.end() < before.start()):
        return before[1].lstrip(":.->@")
    return typed[1] if typed else ""


def signatures_in(code: str) -> Iterator[Signature]:
    """Yield what a block of code declares: functions, methods, prototypes and endpoints.

    Bodies are passed over. The line of a class or interface that encloses methods is none.
    """
    lines = code.split("\n")
    indented = any(re.match(r"\s*(?:async\s+)?def\s", line) for line in lines)
    yield from _by_indentation(lines) if indented else _by_braces(lines)


def _by_indentation(lines: list[str]) -> Iterator[Signature]:
    """Python and Ruby: what stands deeper than a ``def`` is its body."""
    body: int | None = None
    for number, line in enumerate(lines):
        if not line.strip() or _COMMENT.match(line):
            continue
        depth = len(line) - len(line.lstrip())
        if body is not None and depth > body:
            continue
        found = _KEYWORD.match(line)
        body = depth if found else None
        if found:
            yield Signature(found[1].removeprefix("self."), line.strip(), number)


def _by_braces(lines: list[str]) -> Iterator[Signature]:
    """The other languages: what stands in braces is a body, but for those of a class or the like."""
    opened: list[str] = []
    for number, line in enumerate(lines):
        bare = _STRING.sub('""', line.partition("//")[0])
        class_like = _CLASS_LIKE.match(bare) is not None
        readable = all(bracket == "class" for bracket in opened)
        if readable and not class_like and not _COMMENT.match(line) and (name := _declared(bare)):
            yield Signature(name, line.strip(), number)
        for bracket in _BRACKETS.findall(bare):
            if bracket in "({[":
                opened.append("class" if class_like and bracket == "{" else "body")
            elif opened:
                opened.pop()


def _declared(line: str) -> str:
    if endpoint := _ENDPOINT.match(line):
        return " ".join(endpoint[1].split())
    for pattern in (_RECEIVER, _KEYWORD, _NAMED_FUNCTION):
        if found := pattern.match(line):
            return found[1]
    if _STATEMENT.match(line) or "=" in line.partition("(")[0]:
        return ""
    found = _PROTOTYPE.match(line)
    return found[1] if found else ""
