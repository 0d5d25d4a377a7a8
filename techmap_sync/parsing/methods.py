"""The methods of a component: bullets, rows, code, or a few names on one line (docs/map-format.md, "Components")."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from techmap_sync.model import Method
from techmap_sync.parsing.blocks import Fence, ItemList, Line, Paragraph, RunKind, Table
from techmap_sync.parsing.labels import label_of
from techmap_sync.parsing.locations import is_path
from techmap_sync.parsing.meaning import Meaning, meaning_of, title_of
from techmap_sync.parsing.names import lead_name, markdown_behind
from techmap_sync.parsing.signatures import method_name, signatures_in
from techmap_sync.parsing.tables import rows_of
from techmap_sync.parsing.wording import plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from techmap_sync.parsing.blocks import Block
    from techmap_sync.parsing.document import Document
    from techmap_sync.parsing.vocabulary import Vocabulary

_BETWEEN_METHODS = re.compile(r"[,;、]\s*(?![^()]*\))")


def methods_in_line(line: Line, document: Document) -> Iterator[Method]:
    """Yield what a methods field names behind its colon: its code spans, else what looks like a call."""
    codes = [run.text for run in line.runs if run.kind is RunKind.CODE and not is_path(run.text)]
    text = plain(line.runs)[:1000]
    for signature in codes or (part for part in _BETWEEN_METHODS.split(text) if "(" in part):
        if name := method_name(signature) or (signature.strip() if codes else ""):
            yield Method(name, signature, "", document.span(line.start, line.end))


def methods_in(block: Block, document: Document, vocabulary: Vocabulary) -> Iterator[Method]:
    """Yield the methods that a list, a table or a fence holds; no other block holds any."""
    match block:
        case ItemList():
            yield from _methods_in_list(block, document, vocabulary)
        case Table():
            for row in rows_of(block, document, vocabulary):
                yield from _method(row.title, row.start, row.end, document, vocabulary)
        case Fence():
            yield from _methods_in_fence(block, document)


def _methods_in_list(block: ItemList, document: Document, vocabulary: Vocabulary) -> Iterator[Method]:
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
    lines: Sequence[Line], start: int, end: int, document: Document, vocabulary: Vocabulary
) -> Iterator[Method]:
    """Yield the method that an entry describes; none for a placeholder, for "None" and for a path."""
    title = title_of(lines)
    if meaning_of(title, lines, vocabulary) is not Meaning.WORK:
        return
    name, rest = lead_name(lines, vocabulary)
    signature = _signature(lines) or title.text
    name = method_name(signature) or method_name(title.text) or name
    if signature not in vocabulary.placeholders and not (name == title.text and is_path(name)):
        yield Method(name, signature, markdown_behind(rest, lines, document), document.span(start, end))


def _signature(lines: Sequence[Line]) -> str:
    """Return the code span or bold text that an entry starts with, or nothing."""
    first = next((run for line in lines for run in line.runs if run.text.strip()), None)
    return first.text if first and (first.kind is RunKind.CODE or first.strong) else ""


def _methods_in_fence(fence: Fence, document: Document) -> Iterator[Method]:
    code_line = document.line(fence.start) + 1
    for signature in signatures_in(fence.code):
        span = document.line_span(min(code_line + signature.line, document.line(fence.end)))
        yield Method(signature.name, signature.text, "", span)
