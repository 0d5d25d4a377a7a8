"""The methods of a component: bullets, rows, code, or a few names on one line (docs/map-format.md, "Components")."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from techmap_sync.documents.markdown import Fence, ItemList, Line, Paragraph, RunKind, Table, plain
from techmap_sync.documents.technical_map.classify import Meaning, meaning_of, title_of
from techmap_sync.documents.technical_map.names import is_path, lead_name, markdown_after
from techmap_sync.documents.technical_map.shapes import VERBS, label_of, rows_of
from techmap_sync.documents.work import Method
from techmap_sync.patterns import lazy

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from techmap_sync.documents.markdown import Block
    from techmap_sync.documents.technical_map.vocabulary import Vocabulary
    from techmap_sync.documents.text import SourceText


_LONGEST = 200  # characters of a declaration that are looked at; its name is at the front
_FULL_WIDTH = str.maketrans("（）：", "():")

_ENDPOINT = lazy(rf"\s*((?:{'|'.join(sorted(VERBS))})\s+(?:/|https?://|\{{)[^\s`,;]*)")
_KEYWORD = lazy(
    r"""\s*(?:[\w@"]+(?:\([^()]*\))?\s+)*?           # public static, pub(crate), extern "C"
    (?:def|fn|func|fun|function|sub)\b[*&]?\s*[*&]?
    (?:<[^()]*>\s*)?                                # fun <T> name
    (?:[\w<>?]+\.)*                                 # def self.name, fun String.name
    ([\w$]+[?!]?)(?=\s*[(<\[\n;{:]|\s*$)""",
    re.VERBOSE,
)
_RECEIVER = lazy(r"\s*func\s*\([^()]*\)\s*([\w$]+)\s*[(\[]")  # func (s *Server) Run(
_ARROW = lazy(
    r"\s*(?:(?:export|default|const|let|var|public|private|protected|static|readonly)\s+)*([\w$]+)\s*(?::[^=]+)?"
    r"=\s*(?:async\s*)?(?:function\b|\([^()]*\)[^=]*=>|\w+\s*=>)"
)
_OPERATOR = lazy(r".*?\b(operator\s*[^\s\w(]+)\s*\(")
_PROTOTYPE = lazy(r"\s*(?:[^\s(=;]+\s+)*?[*&]*(?:[\w<>,]+::)*(~?[\w$#]+[?!]?)\s*(?:<[^()]*>|\[[^()]*\])?\s*\((?!\s*\*)")
_FUNCTION_TYPE = lazy(r"func|fn|fun|function")
_BEFORE_PARENTHESIS = lazy(r"([\w$~#@.?!:\\>-]*[\w$?!])\s*(?:<[^()]*>|\[[^()]*\])?\s*\(")
_NAME_AND_TYPE = lazy(r"\s*([\w$.#]+[?!]?)\s*(?::(?!:)|->|→|=>)")

_ANNOTATIONS = lazy(r"(?:\s*(?:@[\w.]+(?:\(\))?|\[\]))+\s*")
_CLASS_LIKE = lazy(
    r"\s*(?:[\w@]+\s+)*?(?:class|interface|struct|trait|impl|namespace|module|protocol|object|record"
    r"|extension|union|service|type)(?=\s+\w|\s*[<{]|\s*$)"
)
_CLASS_GOES_ON = lazy(r"\s*(?:\{|:|extends\b|implements\b|where\b)")
_STATEMENT = lazy(
    r"\s*(?:return|if|elif|else|for|foreach|while|switch|case|match|catch|try|except|with|do|raise|throw|throws|new"
    r"|await|yield|print|assert|del|import|from|use|using|package|include|require|typedef|delete|goto|when|super|@|\.)"
    r"(?![\w$])"
)
_COMMENT_LINE = lazy(r"\s*(?://|#|\*|--|<!--)")
_COMMENT_BEHIND = lazy(r"(?<!:)//.*")
_STRING = lazy(r"\"(?:[^\"\\\n]|\\.)*\"|(?<![<&\w])'(?:[^'\\\n]|\\.)*'|`[^`\n]*`")
_LONG_TEXTS = (('"""', '"""'), ("'''", "'''"), ("/*", "*/"))
_PUNCTUATION = lazy(r"(\(\*|[(){}\[\];])")
_OPENING, _CLOSING = ("(", "(*", "[", "{"), (")", "]", "}")
_LINE_END = ("\n",)
_ENDING = ("{", "}", ";", *_LINE_END)
_SQL = lazy(
    r"(?i)\s*(?:(?:create|alter|drop)\s+(?:or\s+replace\s+|unique\s+|temp\w*\s+)?"
    r"(?:table|index|view|type|function|procedure|trigger|schema)\s|(?:select|insert\s+into|delete\s+from)\s)"
)
_SQL_ROUTINE = lazy(r"(?i)\s*create\s+(?:or\s+replace\s+)?(?:function|procedure)\s+([\w.\"]+)")


class Signature(NamedTuple):
    """A declaration in code: its name, its line as written, and the number of that line from 0."""

    name: str
    text: str
    line: int


def method_name(signature: str) -> str:
    """Return the name of the method in ``verify(code: str) -> bool``, ``int open(char *p)`` or ``POST /login``.

    Nothing where the text has neither parameters nor a type.
    """
    signature = signature[:_LONGEST].translate(_FULL_WIDTH)
    if endpoint := _ENDPOINT.match(signature):
        return " ".join(endpoint[1].rstrip(":.").split())
    for pattern in (_RECEIVER, _KEYWORD, _OPERATOR):
        if found := pattern.match(signature):
            return found[1]
    before = _BEFORE_PARENTHESIS.search(signature)
    typed = _NAME_AND_TYPE.match(signature)
    if before and not (typed and typed.end() < before.start()):
        return before[1].lstrip(":.->@")
    return typed[1] if typed else ""


def signatures_in(code: str) -> Iterator[Signature]:
    """Yield what a block of code declares: functions, methods, prototypes and endpoints.

    Bodies are skipped. The line of a class or interface around methods is not a method.
    """
    lines = _without_long_texts(code).split("\n")
    if any(_SQL.match(line) for line in lines):
        yield from _sql_routines(lines)
    elif any(re.match(r"\s*(?:async\s+)?def\s", line) for line in lines):
        yield from _by_indentation(lines)
    else:
        yield from _by_braces(lines)


def _without_long_texts(code: str) -> str:
    """Return the code with docstrings and block comments blank, so that every line keeps its number."""
    for opening, closing in _LONG_TEXTS:
        parts, last = [], 0
        while (start := code.find(opening, last)) >= 0:
            end = code.find(closing, start + len(opening))
            if end < 0:
                break
            parts += [code[last:start], "\n" * code.count("\n", start, end)]
            last = end + len(closing)
        code = "".join([*parts, code[last:]])
    return code


def _sql_routines(lines: Sequence[str]) -> Iterator[Signature]:
    for number, line in enumerate(lines):
        if found := _SQL_ROUTINE.match(line):
            yield Signature(found[1].replace('"', ""), line.strip(), number)


def _by_indentation(lines: Sequence[str]) -> Iterator[Signature]:
    """Python and Ruby: text indented deeper than a ``def`` is its body; a closing bracket belongs to its head."""
    body: int | None = None
    for number, line in enumerate(lines):
        bare = line.lstrip()
        depth = len(line) - len(bare)
        if not bare or _COMMENT_LINE.match(line) or bare[0] in ")]}" or (body is not None and depth > body):
            continue
        found = _KEYWORD.match(line[:_LONGEST])
        body = depth if found else None
        if found:
            yield Signature(found[1], line.strip(), number)


def _by_braces(lines: Sequence[str]) -> Iterator[Signature]:
    """Other languages: what is in braces is a body, except in the braces of a class or similar."""
    open_brackets: list[bool] = []  # for each: whether declarations are read inside it
    head, first = "", 0  # the declaration so far, without the contents of its brackets, and its first line
    for number, line in enumerate(lines):
        if all(open_brackets) and not _CLASS_GOES_ON.match(line):
            head = ""
        for token in _tokens(line):
            if token in _CLOSING and open_brackets:
                open_brackets.pop()
            readable = all(open_brackets)
            class_like = token in ("{", "\n") and _CLASS_LIKE.match(_without_annotations(head)) is not None
            if readable and token in _ENDING:
                if not class_like and (name := _declared(head)):
                    yield Signature(name, lines[first].strip(), first)
                head = head if class_like and token in _LINE_END else ""
            elif readable:
                first = first if head.strip() else number
                head = (head + token)[:_LONGEST]
            if token in _OPENING:
                open_brackets.append(class_like)


def _tokens(line: str) -> Sequence[str]:
    """Cut a line at its punctuation. A comment has none, and an endpoint is taken as a whole."""
    if _COMMENT_LINE.match(line):
        return ()
    if _ENDPOINT.match(line):
        return (line, "\n")
    bare = _COMMENT_BEHIND.sub("", _STRING.sub('""', line))
    return (*filter(None, _PUNCTUATION.split(bare)), "\n")


def _without_annotations(head: str) -> str:
    """Return a head without ``@Override`` and ``[HttpGet]`` in front."""
    annotations = _ANNOTATIONS.match(head)
    return head[annotations.end() :] if annotations else head


def _declared(head: str) -> str:
    """Return the name of what a head such as ``public int add()`` declares, or nothing."""
    if endpoint := _ENDPOINT.match(head):
        return " ".join(endpoint[1].split())
    head = _without_annotations(head)
    for pattern in (_RECEIVER, _KEYWORD, _ARROW):
        if found := pattern.match(head):
            return found[1]
    if operator := _OPERATOR.match(head):
        return operator[1]
    if _STATEMENT.match(head) or "=" in head.partition("(")[0]:
        return ""
    found = _PROTOTYPE.match(head)
    return found[1] if found and not _FUNCTION_TYPE.fullmatch(found[1]) else ""


_BETWEEN_METHODS = lazy(r"[,;、]\s*(?![^()]*\))")


def methods_in_line(line: Line, document: SourceText) -> Iterator[Method]:
    """Yield what a methods field names after its colon: its code spans, else what looks like a call."""
    codes = [run.text for run in line.runs if run.kind is RunKind.CODE and not is_path(run.text)]
    text = plain(line.runs)[:1000]
    for signature in codes or (part for part in _BETWEEN_METHODS.split(text) if "(" in part):
        if name := method_name(signature) or (signature.strip() if codes else ""):
            yield Method(name, signature, "", document.span(line.start, line.end))


def methods_in(block: Block, document: SourceText, vocabulary: Vocabulary) -> Iterator[Method]:
    """Yield the methods that a list, a table or a fence holds; no other block holds any."""
    match block:
        case ItemList():
            yield from _methods_in_list(block, document, vocabulary)
        case Table():
            for row in rows_of(block, document, vocabulary):
                yield from _method(row.title, row.start, row.end, document, vocabulary)
        case Fence():
            yield from _methods_in_fence(block, document)


def _methods_in_list(block: ItemList, document: SourceText, vocabulary: Vocabulary) -> Iterator[Method]:
    for item in block.items:
        first = item.blocks[0] if item.blocks else None
        if not isinstance(first, Paragraph):
            continue
        label = label_of(first.lines[0])
        inner = next((below for below in item.blocks[1:] if isinstance(below, ItemList)), None)
        if label and label.alone and "(" not in label.text and inner:
            yield from _methods_in_list(inner, document, vocabulary)
        else:
            yield from _method(first.lines, item.start, item.end, document, vocabulary)


def _method(
    lines: Sequence[Line], start: int, end: int, document: SourceText, vocabulary: Vocabulary
) -> Iterator[Method]:
    """Yield the method that an entry describes; none for a placeholder, for "None" and for a path."""
    title = title_of(lines)
    if meaning_of(title, lines, vocabulary) is not Meaning.WORK:
        return
    name, rest = lead_name(lines, vocabulary)
    signature = _signature(lines) or title.text
    name = method_name(signature) or method_name(title.text) or name
    if signature not in vocabulary.placeholders and not (name == title.text and is_path(name)):
        yield Method(name, signature, markdown_after(rest, lines, document), document.span(start, end))


def _signature(lines: Sequence[Line]) -> str:
    """Return the code span or bold text that an entry starts with, or nothing."""
    first = next((run for line in lines for run in line.runs if run.text.strip()), None)
    return first.text if first and (first.kind is RunKind.CODE or first.strong) else ""


def _methods_in_fence(fence: Fence, document: SourceText) -> Iterator[Method]:
    code_line = document.line(fence.start) + 1
    for signature in signatures_in(fence.code):
        span = document.line_span(min(code_line + signature.line, document.line(fence.end)))
        yield Method(signature.name, signature.text, "", span)
