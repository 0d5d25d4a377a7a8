"""What a component is and says: its heading, its fields, its methods (docs/map-format.md, "Components")."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from techmap_sync.model import Method
from techmap_sync.parsing.labels import Label, label_of, plain_label_of
from techmap_sync.parsing.locations import is_path, paths_of_field, without_path_in_parentheses
from techmap_sync.parsing.markdown import Fence, ItemList, Line, Paragraph, Run, RunKind, Table
from techmap_sync.parsing.meaning import Meaning, meaning_of, status_of, title_of
from techmap_sync.parsing.outline import straighten
from techmap_sync.parsing.signatures import method_name, signatures_in
from techmap_sync.parsing.tables import rows_of
from techmap_sync.parsing.vocabulary import look_up
from techmap_sync.parsing.wording import fold, plain, unnumbered, without_closing_colon, without_code

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from techmap_sync.parsing.document import Document
    from techmap_sync.parsing.markdown import Block
    from techmap_sync.parsing.outline import Section
    from techmap_sync.parsing.vocabulary import Vocabulary

_STATUS_BEHIND = re.compile(r"\s*(?:[(\[（]([^()\[\]（）]*)[)\]）]|\s[-–—]\s*([^-–—]+)|—([^—]+))$")
_STATUS_BEFORE = re.compile(r"^(?:[(\[（]([^()\[\]（）]*)[)\]）]\s*[:：]?|([^:：]+)[:：]\s)\s*(?=\S)")
_HEAD_END = re.compile(r"\s[-–—→]\s|—|:(?=\s|$)|：|\s\(|（|\s->\s")


@dataclass(slots=True)
class Fields:
    """The fields of one component while they are collected."""

    locations: tuple[str, ...] = ()
    location_status: str = ""
    purpose: str = ""
    methods: list[Method] = field(default_factory=list)
    interface: list[str] = field(default_factory=list)
    depends_on: tuple[str, ...] = ()
    priority: str = ""
    status: str = ""
    detail: list[str] = field(default_factory=list)
    named: bool = False
    """Whether there was any field at all."""


def component_name(text: str, vocabulary: Vocabulary) -> str:
    """Return a name without numbering, ``Component N:``, status words, and a path in parentheses."""
    name = without_closing_colon(unnumbered(text.replace("`", "")))
    while True:
        stripped = _strip_status(_strip_word(name, vocabulary), vocabulary)
        stripped = without_closing_colon(unnumbered(without_path_in_parentheses(stripped)))
        if stripped == name or not stripped:
            return name
        name = stripped


def _strip_word(name: str, vocabulary: Vocabulary) -> str:
    """Strip ``Component 3:``; the number may be missing, or the colon a dash or full stop."""
    head, colon, rest = re.match(r"([^:：.–—-]*)([:：.–—-]?)\s*(.*)", name, re.DOTALL).groups()  # type: ignore[union-attr]
    words = fold(head).split()
    numbered = len(words) == 2 and len(words[1]) <= 3
    if colon and rest and words and words[0] in vocabulary.component_words and (numbered or len(words) == 1):
        return rest if numbered or colon in ":：" else name
    glued = re.match(r"([^\d\s]+)\s*\d+\s*[:：]\s*(.+)", name)  # 组件1：…
    return glued[2] if glued and fold(glued[1]) in vocabulary.component_words else name


def _strip_status(name: str, vocabulary: Vocabulary) -> str:
    behind = _STATUS_BEHIND.search(name)
    if behind and _is_status(behind[1] or behind[2] or behind[3] or "", vocabulary):
        return name[: behind.start()]
    before = _STATUS_BEFORE.match(name)
    if before and _is_status(before[1] or before[2] or "", vocabulary):
        return name[before.end() :]
    return name


def _is_status(text: str, vocabulary: Vocabulary) -> bool:
    return fold(unnumbered(text)) in vocabulary.statuses


def status_of_heading(line: Line, vocabulary: Vocabulary) -> str:
    """Return the status word in a component's heading: ``New: X``, ``X (modified)``, ``X - EXISTING``."""
    masked = unnumbered(without_code((line,)))
    if status := status_of(masked, vocabulary) or status_of(masked.replace("[", "(").replace("]", ")"), vocabulary):
        return status
    head = fold(unnumbered(_strip_word(masked, vocabulary))).partition(":")
    return vocabulary.statuses.get(head[0].strip(" ()[]"), "") if head[1] else ""


def lead_name(lines: Sequence[Line], vocabulary: Vocabulary) -> tuple[str, tuple[Run, ...]]:
    """Return the name that an entry starts with, and the runs behind it.

    The name is the bold lead, else the leading code span, else the text before a dash, colon or parenthesis.
    """
    runs = [run for line in lines for run in line.runs if run.kind is not RunKind.COMMENT and run.text.strip()]
    while runs and runs[0].kind is RunKind.TEXT and not runs[0].strong and not unnumbered(runs[0].text):
        runs.pop(0)
    count = 0
    while count < len(runs) and runs[count].strong:
        count += 1
    if not count and runs and runs[0].kind is RunKind.CODE:
        count = 1
    if count:
        return component_name(plain(runs[:count]), vocabulary), tuple(runs[count:])
    text = unnumbered(title_of(lines).text)
    end = _HEAD_END.search(text)
    name = component_name(text[: end.start()] if end and end.start() else text, vocabulary)
    return name, (Run(RunKind.TEXT, text[end.start() :], 0),) if end and end.start() else ()


def read_fields(section: Section, document: Document, vocabulary: Vocabulary) -> Fields:
    """Read the fields of a component below its heading."""
    fields = Fields()
    read_blocks(section.blocks, fields, document, vocabulary)
    for child in section.children:
        kind = look_up(vocabulary.fields, child.heading)
        if kind:
            fields.named = True
            _read_field(kind, (), list(child.blocks), fields, document, vocabulary)
        else:
            fields.detail.append(document.markdown(child.start, child.end))
    return fields


def holds_fields(blocks: Sequence[Block], vocabulary: Vocabulary) -> bool:
    """Whether any of the blocks is a field of a component."""
    return any(look_up(vocabulary.fields, label.text) for label, _, _ in _by_field(blocks, vocabulary) if label)


def read_blocks(blocks: Sequence[Block], fields: Fields, document: Document, vocabulary: Vocabulary) -> None:
    """Read the fields that the blocks hold into ``fields``; all other text becomes detail."""
    for label, lines, belonging in _by_field(blocks, vocabulary):
        kind = look_up(vocabulary.fields, label.text) if label else ""
        if kind:
            fields.named = True
            rest = _read_field(kind, lines, belonging, fields, document, vocabulary)
            fields.detail += [document.markdown(block.start, block.end) for block in rest]
        elif lines or belonging:
            start = lines[0].start if lines else belonging[0].start
            fields.detail.append(document.markdown(start, belonging[-1].end if belonging else lines[-1].end))


Part = tuple[Label | None, tuple[Line, ...], list["Block"]]


def _by_field(blocks: Iterable[Block], vocabulary: Vocabulary) -> Iterator[Part]:
    """Yield (label, lines of its value, blocks below it). Bullets may be fields too."""
    current: Part = (None, (), [])
    for block in blocks:
        if isinstance(block, Paragraph) and (label := label_of(block.lines[0])):
            yield current
            current = (label, _value_lines(label, block.lines), [])
        elif isinstance(block, ItemList) and _holds_fields(block, vocabulary):
            yield current
            yield from _bullet_fields(block, vocabulary)
            current = (None, (), [])
        else:
            current[2].append(block)
    yield current


def _value_lines(label: Label, lines: Sequence[Line]) -> tuple[Line, ...]:
    first = Line(label.value, lines[0].start, lines[0].end, lines[0].column)
    return (first, *lines[1:])


def _holds_fields(block: ItemList, vocabulary: Vocabulary) -> bool:
    return any(look_up(vocabulary.fields, label.text) for label, _, _ in _bullet_fields(block, vocabulary) if label)


def _bullet_fields(block: ItemList, vocabulary: Vocabulary) -> Iterator[Part]:
    for item in block.items:
        first = item.blocks[0] if item.blocks else None
        if isinstance(first, Paragraph):
            for number, part in enumerate(parts := list(straighten((first,)))):
                lines = part.lines if isinstance(part, Paragraph) else ()
                label = plain_label_of(lines[0], vocabulary.fields) if lines else None
                belonging = list(item.blocks[1:]) if number == len(parts) - 1 else []
                yield label, _value_lines(label, lines) if label else lines, belonging
        else:
            yield None, (), list(item.blocks)


def _read_field(
    kind: str,
    lines: tuple[Line, ...],
    blocks: list[Block],
    fields: Fields,
    document: Document,
    vocabulary: Vocabulary,
) -> Sequence[Block]:
    """Read one field and return the blocks below it that do not belong to it."""
    valued = bool(plain(run for line in lines for run in line.runs))
    if kind == "methods":
        return _read_methods(lines if valued else (), blocks, fields, document, vocabulary)
    lines = lines if valued else tuple(_lines_in(blocks))
    text = " ".join(plain(line.runs) for line in lines)
    match kind:
        case "location":
            fields.locations += tuple(path for line in lines for path in paths_of_field((line,), vocabulary))
            fields.location_status = fields.location_status or status_of(without_code(lines), vocabulary)
        case "purpose":
            if valued:
                fields.purpose = fields.purpose or _value_markdown(lines, document)
            elif blocks:
                fields.purpose = fields.purpose or document.markdown(blocks[0].start, blocks[-1].end)
        case "depends on":
            fields.depends_on += tuple(_names(lines, vocabulary))
        case "priority":
            fields.priority = text
        case _:
            fields.status = text
            fields.detail.append(text)
    return blocks if valued else ()


def _value_markdown(lines: Sequence[Line], document: Document) -> str:
    first = next((run.start for run in lines[0].runs if run.text.strip()), lines[0].start)
    start = first if lines[0].runs else lines[-1].start
    while start and document.text[start - 1] in "*_~`[":
        start -= 1
    return document.markdown(start, lines[-1].end).strip().removeprefix("**").strip()


def _lines_in(blocks: Iterable[Block]) -> Iterator[Line]:
    for block in blocks:
        match block:
            case Paragraph():
                yield from block.lines
            case ItemList():
                for item in block.items:
                    yield from _lines_in(item.blocks[:1])
            case Fence():
                for code in block.code.split("\n"):
                    if code.strip():
                        yield Line((Run(RunKind.CODE, code.strip(), block.start),), block.start, block.end)


def _names(lines: Sequence[Line], vocabulary: Vocabulary) -> Iterator[str]:
    """Yield the names of a ``Depends on`` field: its code spans, else what commas divide."""
    if meaning_of(title_of(lines), lines, vocabulary) is not Meaning.WORK:
        return
    codes = [run.text for line in lines for run in line.runs if run.kind is RunKind.CODE]
    parts = codes or [part for line in lines for part in re.split(r"[,;、]|\s-\s", plain(line.runs))]
    for part in parts:
        if name := component_name(part.strip(" ."), vocabulary):
            yield name


def _read_methods(
    lines: tuple[Line, ...], blocks: list[Block], fields: Fields, document: Document, vocabulary: Vocabulary
) -> Sequence[Block]:
    for line in lines:
        for run in line.runs:
            if run.kind is RunKind.CODE and (name := method_name(run.text)):
                fields.methods.append(Method(name, run.text, "", document.span(line.start, line.end)))
    fenced = False
    for number, block in enumerate(blocks):
        match block:
            case ItemList():
                fields.methods += _methods_in_list(block, document, vocabulary)
            case Table():
                rows = rows_of(block, document, vocabulary)
                fields.methods += [m for row in rows if (m := _method(row.title, row.start, row.end, document, vocabulary))]
            case Fence():
                fenced = True
                fields.methods += _methods_in_fence(block, document)
                fields.interface.append(document.markdown(block.start, block.end))
            case Paragraph() if fenced:
                return blocks[number:]
            case _:
                fields.detail.append(document.markdown(block.start, block.end))
    return ()


def methods_in(blocks: Iterable[Block], document: Document, vocabulary: Vocabulary) -> Iterator[Method]:
    """Yield the methods that the lists among the blocks name."""
    for block in blocks:
        if isinstance(block, ItemList):
            yield from _methods_in_list(block, document, vocabulary)


def _methods_in_list(block: ItemList, document: Document, vocabulary: Vocabulary) -> Iterator[Method]:
    for item in block.items:
        first = item.blocks[0] if item.blocks else None
        if not isinstance(first, Paragraph):
            continue
        label = label_of(first.lines[0])
        inner = next((below for below in item.blocks[1:] if isinstance(below, ItemList)), None)
        if label and label.alone and "(" not in label.text and inner:
            yield from _methods_in_list(inner, document, vocabulary)
        elif method := _method(first.lines, item.start, item.end, document, vocabulary):
            yield method


def _method(
    lines: Sequence[Line], start: int, end: int, document: Document, vocabulary: Vocabulary
) -> Method | None:
    title = title_of(lines)
    lead, rest = lead_name(lines, vocabulary)
    signature = next((run.text for line in lines for run in line.runs if run.text.strip()), title.text)
    written = next((run for line in lines for run in line.runs if run.text.strip()), None)
    if written is None or not (written.kind is RunKind.CODE or written.strong):
        signature = title.text
    if meaning_of(title, lines, vocabulary) is not Meaning.WORK or signature in vocabulary.placeholders:
        return None
    name = method_name(signature) or method_name(title.text) or lead
    if name == signature == title.text and is_path(name):
        return None
    return Method(name, signature, plain(rest).lstrip(" :-–—："), document.span(start, end))


def _methods_in_fence(fence: Fence, document: Document) -> Iterator[Method]:
    code_start = document.text.find("\n", fence.start) + 1
    for signature in signatures_in(fence.code):
        offset = code_start
        for _ in range(signature.line):
            offset = document.line_end(offset) + 1
        offset = min(offset, fence.end)
        yield Method(signature.name, signature.text, "", document.span(offset, min(document.line_end(offset), fence.end)))
