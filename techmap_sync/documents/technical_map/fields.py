"""The fields of a component: location, purpose, methods and the like (docs/map-format.md, "Components")."""

from __future__ import annotations

from dataclasses import dataclass, field
from textwrap import dedent
from typing import TYPE_CHECKING, NamedTuple

from techmap_sync.documents.markdown import (
    Fence,
    ItemList,
    Line,
    ListItem,
    Paragraph,
    Run,
    RunKind,
    Table,
    plain,
    without_code,
)
from techmap_sync.documents.technical_map.classify import Meaning, meaning_of, status_of, status_of_cell, title_of
from techmap_sync.documents.technical_map.items import read_group
from techmap_sync.documents.technical_map.methods import methods_in, methods_in_line
from techmap_sync.documents.technical_map.model import ItemGroup, Passage
from techmap_sync.documents.technical_map.names import component_name, paths_of_field
from techmap_sync.documents.technical_map.sections import Section, value_of
from techmap_sync.documents.technical_map.shapes import Label, plain_label_of
from techmap_sync.documents.technical_map.vocabulary import look_up
from techmap_sync.patterns import lazy

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from techmap_sync.documents.markdown import Block, Line
    from techmap_sync.documents.technical_map.vocabulary import Vocabulary
    from techmap_sync.documents.text import SourceText
    from techmap_sync.documents.work import Method


_BETWEEN_NAMES = lazy(r"[,;，；、]")
_AFTER_NAME = lazy(r"\s[-–—(]|—|:\s|[：（]")
_DASH = lazy(r"\s[-–—]\s|—")
_REMARK = lazy(r"[(（][^()（）]*[)）]")
_LEAD = "-–—:： "


class Need(NamedTuple):
    """Something that a component depends on."""

    name: str
    text: str
    """The whole entry, as Markdown on one line."""


def read_needs(line: Line, *, listed: bool, document: SourceText, vocabulary: Vocabulary) -> Iterator[Need]:
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
        for each in codes or [_AFTER_NAME.split(part.strip(" ."))[0]]:
            if name := component_name(each, vocabulary):
                yield Need(name, written or name)


def _end_of_names(masked: str, *, listed: bool) -> int:
    """Return where a remark begins, "redis - cache, sessions"; if every name has a remark, nowhere."""
    found = list(_AFTER_NAME.finditer(masked)) if listed else list(_DASH.finditer(masked))
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


def _written(line: Line, document: SourceText) -> str:
    first = next((run for run in line.runs if run.text.strip()), None)
    return " ".join(document.written(first.start, line.end).split()).strip(_LEAD) if first else ""


_DIRECTIONS = frozenset({"inbound", "outbound", "external"})


@dataclass(slots=True)
class Fields:
    """The fields of one component while they are collected."""

    locations: tuple[str, ...] = ()
    location_status: str = ""
    status: str = ""
    """What a status field says: new, modified, untouched …"""
    purpose: str = ""
    methods: list[Method] = field(default_factory=list)
    interface: list[str] = field(default_factory=list)
    work: list[ItemGroup] = field(default_factory=list)
    depends_on: tuple[str, ...] = ()
    needed_by: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()
    written: tuple[tuple[str, str], ...] = ()
    priority: str = ""
    detail: list[str] = field(default_factory=list)
    nothing: list[Passage] = field(default_factory=list)
    """Values that say that there is nothing."""
    named: bool = False
    """Whether there was any field at all."""


class _Part(NamedTuple):
    """A label, its value on the same lines, and the blocks below it. Without a label: just text."""

    label: Label | None
    lines: tuple[Line, ...]
    blocks: list[Block]


def read_fields(section: Section, document: SourceText, vocabulary: Vocabulary) -> Fields:
    """Read the fields of a component below its heading, whether labels or headings name them."""
    fields = Fields()
    read_blocks(section.blocks, fields, document, vocabulary)
    for child in section.children:
        kind = look_up(vocabulary.fields, child.heading)
        if kind == "work":
            _add_work(child, fields, document, vocabulary)
        elif kind and (kind != "status" or _says_status(tuple(_lines_in(child.blocks)), fields, vocabulary)):
            _read_field(kind, (), child.blocks, fields, document, vocabulary)
        else:
            fields.detail.append(document.markdown(child.start, child.end))
    return fields


def has_fields(section: Section, vocabulary: Vocabulary) -> bool:
    """Whether there is any field of a component directly below the heading."""
    labels = (part.label for part in _parts(section.blocks, vocabulary) if part.label)
    headings = [child.heading for child in section.children]
    return any(look_up(vocabulary.fields, text) for text in (*headings, *(label.text for label in labels)))


def read_blocks(blocks: Iterable[Block], fields: Fields, document: SourceText, vocabulary: Vocabulary) -> None:
    """Read the fields that the blocks hold into ``fields``; all other text becomes detail."""
    for label, lines, below in _parts(blocks, vocabulary):
        kind = look_up(vocabulary.fields, label.text) if label else ""
        if kind == "status" and not _says_status(lines or tuple(_lines_in(below)), fields, vocabulary):
            kind = ""
        if label and kind == "work":
            _add_work(_section_of(label, lines, below), fields, document, vocabulary)
        elif kind:
            _read_field(kind, lines, below, fields, document, vocabulary)
        elif lines or below:
            start = lines[0].start if lines else below[0].start
            fields.detail.append(document.markdown(start, below[-1].end if below else lines[-1].end))


def _add_work(section: Section, fields: Fields, document: SourceText, vocabulary: Vocabulary) -> None:
    fields.named = True
    group = read_group(section, "work", document, vocabulary)
    fields.work.append(group)
    fields.nothing += group.nothing


def _section_of(label: Label, lines: Sequence[Line], below: Sequence[Block]) -> Section:
    """Return a field as the section that its label opens."""
    return Section(label.text, lines[0], lines[0].start, (*value_of(lines), *below), by_label=True)


# --- which block belongs to which field ---


def _parts(blocks: Iterable[Block], vocabulary: Vocabulary) -> Iterator[_Part]:
    """Yield the fields that the blocks hold, and the text between them."""
    current = _Part(None, (), [])
    for block in blocks:
        own = _parts_of(block, vocabulary)
        if not own or _gives_directions(current, own, vocabulary):
            current.blocks.append(block)
            continue
        yield current
        yield from own[:-1]
        current = own[-1]
        if not (isinstance(block, Paragraph) or (current.label and current.label.alone and not current.blocks)):
            yield current
            current = _Part(None, (), [])
    yield current


def _gives_directions(above: _Part, parts: Sequence[_Part], vocabulary: Vocabulary) -> bool:
    """Whether ``External:`` and the like belong to the dependencies label above."""
    if not above.label or not above.label.alone or look_up(vocabulary.fields, above.label.text) != "depends on":
        return False
    return all(look_up(vocabulary.fields, part.label.text) in _DIRECTIONS for part in parts if part.label)


def _parts_of(block: Block, vocabulary: Vocabulary) -> list[_Part]:
    """Return the parts of a block that holds labels, else nothing. Bullets and rows hold fields too."""
    match block:
        case Paragraph():
            parts = list(_line_parts(block.lines, vocabulary))
            return parts if any(part.label for part in parts) else []
        case ItemList():
            parts = _bullet_parts(block, vocabulary)
        case Table():
            parts = [_row_part(row, vocabulary) for row in (block.header, *block.rows)]
        case _:
            return []
    return parts if any(part.label and look_up(vocabulary.fields, part.label.text) for part in parts) else []


def _line_parts(lines: Sequence[Line], vocabulary: Vocabulary) -> Iterator[_Part]:
    """Cut lines where a bold label starts one, or the plain name of a field with its colon."""
    labels = [plain_label_of(line, vocabulary.fields) for line in lines]
    starts = [0, *(number for number, label in enumerate(labels) if label and number)]
    for first, last in zip(starts, [*starts[1:], len(lines)], strict=True):
        if label := labels[first]:
            value = Line(label.value, lines[first].start, lines[first].end, lines[first].column)
            yield _Part(label, (value, *lines[first + 1 : last]), [])
        else:
            yield _Part(None, tuple(lines[first:last]), [])


def _bullet_parts(block: ItemList, vocabulary: Vocabulary) -> list[_Part]:
    """Return a part per bullet; a bullet without a label, below a label without a value, is its value."""
    parts: list[_Part] = []
    for item in block.items:
        own = _item_parts(item, vocabulary)
        field_above = parts[-1].label if parts else None
        if not own[0].label and field_above and field_above.alone:
            parts[-1].blocks.append(ItemList(block.ordered, (item,), item.start, item.end))
        else:
            parts += own
    return parts


def _item_parts(item: ListItem, vocabulary: Vocabulary) -> list[_Part]:
    first = item.blocks[0] if item.blocks else None
    if not isinstance(first, Paragraph):
        return [_Part(None, (), list(item.blocks))]
    *before, last = _line_parts(first.lines, vocabulary)
    return [*before, _Part(last.label, last.lines, list(item.blocks[1:]))]


def _row_part(cells: Sequence[Line], vocabulary: Vocabulary) -> _Part:
    """Return the field of a table row ``| Location | src/a.py |``."""
    name = plain(cells[0].runs)
    if len(cells) != len(("name", "value")) or not look_up(vocabulary.fields, name):
        return _Part(None, tuple(cell for cell in cells if cell.runs), [])
    return _Part(Label(name, name, cells[1].runs), (cells[1],), [])


# --- what a field says ---


def _read_field(
    kind: str,
    lines: tuple[Line, ...],
    below: Sequence[Block],
    fields: Fields,
    document: SourceText,
    vocabulary: Vocabulary,
) -> None:
    """Read one field: the value after its label, else what is below it."""
    fields.named = True
    valued = bool(plain(run for line in lines for run in line.runs))
    fields.nothing += _nothing(lines if valued else _lines_in(below), document, vocabulary)
    if kind == "methods":
        _read_methods(lines, below, fields, document, vocabulary)
        return
    if kind == "purpose" and not fields.purpose:
        fields.purpose = _markdown_of(lines if valued else (), below, document)
    said = lines if valued else tuple(_lines_in(below))
    match kind:
        case "location":
            fields.locations += tuple(path for line in said for path in paths_of_field(line, vocabulary))
            fields.location_status = fields.location_status or status_of(without_code(said), vocabulary)
        case "depends on" | "outbound" | "inbound" | "external":
            for line in said:
                _read_dependencies(kind, line, fields, document, vocabulary, listed=not valued)
        case "priority":
            fields.priority = " ".join(plain(line.runs) for line in said)
    if valued:
        fields.detail += [document.markdown(block.start, block.end) for block in below]


def _says_status(lines: Sequence[Line], fields: Fields, vocabulary: Vocabulary) -> bool:
    """Whether a field such as ``Status: modified`` says one that is known; anything else is text of the author's."""
    fields.named = True
    status = status_of_cell(without_code(lines), vocabulary)
    fields.status = fields.status or status
    return bool(status)


def _nothing(lines: Iterable[Line], document: SourceText, vocabulary: Vocabulary) -> Iterator[Passage]:
    for line in lines:
        title = title_of((line,))
        if title.text and meaning_of(title, (line,), vocabulary) is Meaning.NOTHING:
            yield Passage("", plain(line.runs), document.span(line.start, line.end))


def _read_methods(
    lines: Sequence[Line], below: Sequence[Block], fields: Fields, document: SourceText, vocabulary: Vocabulary
) -> None:
    for line in lines:
        fields.methods += methods_in_line(line, document)
    fenced = closed = False
    for block in below:
        fenced = fenced or isinstance(block, Fence)
        closed = closed or (fenced and isinstance(block, Paragraph))  # the field ends at a paragraph after its fence
        if not closed:
            fields.methods += methods_in(block, document, vocabulary)
        if isinstance(block, Fence) and not closed:
            fields.interface.append(document.markdown(block.start, block.end))
        elif closed or not isinstance(block, ItemList | Table):
            fields.detail.append(document.markdown(block.start, block.end))


def _markdown_of(lines: Sequence[Line], below: Sequence[Block], document: SourceText) -> str:
    """Return the Markdown of the value after a label, else of the blocks below the label."""
    if not lines:
        return document.markdown(below[0].start, below[-1].end) if below else ""
    starts = (run.start for line in lines for run in line.runs if run.text.strip())
    start = document.before_markup(next(starts))
    first, newline, more = document.markdown(start, lines[-1].end).strip().removeprefix("**").lstrip().partition("\n")
    return first + newline + dedent(more)


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


def _read_dependencies(
    kind: str, line: Line, fields: Fields, document: SourceText, vocabulary: Vocabulary, *, listed: bool
) -> None:
    """Read one line of a dependency field; a bullet below it may give a direction, ``External: redis``."""
    label = plain_label_of(line, vocabulary.fields)
    direction = look_up(vocabulary.fields, label.text) if label else ""
    if label and direction in _DIRECTIONS:
        kind, line, listed = direction, line._replace(runs=label.value), False
    needs = tuple(read_needs(line, listed=listed, document=document, vocabulary=vocabulary))
    names = tuple(need.name for need in needs)
    match kind:
        case "inbound":
            fields.needed_by += names
        case "external":
            fields.outside += names
        case _:
            fields.depends_on += names
    fields.written += tuple((need.name, need.text) for need in needs)
