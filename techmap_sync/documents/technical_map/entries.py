"""What may be an item: a heading, label, bullet, row, paragraph or fence (docs/map-format.md, "Items").

The shallowest grouping that the sub-section has counts, in this order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

from techmap_sync.documents.markdown import Fence, ItemList, Line, Other, Paragraph, Table, plain, without_code
from techmap_sync.documents.technical_map.classify import Title, status_of_cell, title_of
from techmap_sync.documents.technical_map.sections import heading_text
from techmap_sync.documents.technical_map.shapes import is_matrix, label_of, rows_of, starts_with_endpoint
from techmap_sync.documents.technical_map.vocabulary import look_up
from techmap_sync.documents.technical_map.wording import first_sentence, unnumbered, without_closing_colon

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import UnionType

    from techmap_sync.documents.markdown import Block
    from techmap_sync.documents.technical_map.sections import Section
    from techmap_sync.documents.technical_map.vocabulary import Vocabulary
    from techmap_sync.documents.text import SourceText


class SaysNothing(Protocol):
    """Says whether the title of an item says that there is nothing to do."""

    def __call__(self, title: Title, vocabulary: Vocabulary, *, sole: bool) -> bool:
        """Return it; ``sole`` means that its sub-section contains nothing else."""


class Entry(NamedTuple):
    """Something that may turn out to be an item."""

    title: Title
    lines: tuple[Line, ...]
    start: int
    end: int
    detail: str = ""
    ticked: bool | None = None
    ordered: bool = False
    fields: tuple[tuple[str, str], ...] = ()
    status: str = ""
    number: str = ""
    """What counts in front of the title."""
    asks: bool = True
    """False for prose that is known to ask for nothing."""
    group: bool = False
    """Whether it is called like a group of things: its name is never "nothing to do"."""
    column: str = ""
    """Heading of the column that the title of a row is from."""
    by_heading: bool = False
    """Whether the title is a heading, which says where something is and not what to do."""


def entries_of(
    section: Section, document: SourceText, vocabulary: Vocabulary, says_nothing: SaysNothing
) -> Iterator[Entry]:
    """Yield what a sub-section asks for, by the shallowest grouping that it has."""
    loose, groups = _by_label(section.blocks)
    led, loose = _before_fences(loose, document)
    found = [
        *led,
        *_bullets(loose, document),
        *(_label_entry(group, document) for group in groups if not _ignored(_label_text(group), vocabulary)),
        *(_heading_entry(child, document) for child in section.children if not _ignored(child.heading, vocabulary)),
    ]
    if len(found) > len(led) or groups or section.children:
        yield from sorted(found, key=_start)
    elif any(isinstance(block, Table) for block in loose):
        yield from sorted((*led, *_rows(loose, section, document, vocabulary)), key=_start)
    elif led:
        yield from sorted((*led, *_paragraphs(loose, document, vocabulary, says_nothing)), key=_start)
    else:
        prose = list(_paragraphs(loose, document, vocabulary, says_nothing))
        yield from prose
        if not any(entry.asks for entry in prose):
            yield from _fences(loose, section, document)


def _start(entry: Entry) -> int:
    return entry.start


def _ignored(heading: str, vocabulary: Vocabulary) -> bool:
    return look_up(vocabulary.sections, heading) == "ignored"


def _by_label(blocks: Sequence[Block]) -> tuple[list[Block], list[list[Block]]]:
    """Divide the blocks into those before the first label that stands alone, and one group per such label.

    A label with nothing but code below it explains the list that follows, which is as loose as without it.
    """
    loose: list[Block] = []
    groups: list[list[Block]] = []
    for block in blocks:
        if _opens_group(block):
            groups.append([block])
        else:
            (groups[-1] if groups else loose).append(block)
    explaining = [(group, list_) for group in groups if (list_ := _explained(group))]
    for group, list_ in explaining:
        loose += group[list_:]
    return loose, [group for group in groups if all(group is not other for other, _ in explaining)]


def _explained(group: Sequence[Block]) -> int:
    """Return where the list starts that follows a label and code alone, or 0."""
    first = next((number for number, block in enumerate(group) if number and not isinstance(block, Fence)), 0)
    alone = isinstance(group[0], Paragraph) and len(group[0].lines) == 1
    return first if alone and first > 1 and isinstance(group[first], ItemList) else 0


def _opens_group(block: Block) -> bool:
    if not isinstance(block, Paragraph):
        return False
    label = label_of(block.lines[0])
    return label is not None and label.alone


def _label_text(group: Sequence[Block]) -> str:
    first = group[0]
    label = label_of(first.lines[0]) if isinstance(first, Paragraph) else None
    return label.text if label else ""


def _bullets(blocks: Sequence[Block], document: SourceText) -> Iterator[Entry]:
    for block in blocks:
        if isinstance(block, ItemList):
            for item in block.items:
                lines, behind = _first_lines(item.blocks)
                yield Entry(
                    title_of(lines),
                    lines,
                    item.start,
                    item.end,
                    detail=document.markdown(behind, item.end) if behind >= 0 else "",
                    ticked=item.ticked,
                    ordered=block.ordered,
                )


def _first_lines(blocks: Sequence[Block]) -> tuple[tuple[Line, ...], int]:
    """Return the lines of a bullet's first paragraph, and where the text after it starts (-1: nowhere)."""
    if not blocks:
        return (), -1
    first = blocks[0]
    if isinstance(first, Paragraph):
        return first.lines, blocks[1].start if len(blocks) > 1 else -1
    return (), first.start


def _label_entry(group: Sequence[Block], document: SourceText) -> Entry:
    first = group[0]
    assert isinstance(first, Paragraph)
    line = first.lines[0]
    behind = first.lines[1].start if len(first.lines) > 1 else group[1].start if len(group) > 1 else -1
    detail = document.markdown(behind, group[-1].end) if behind >= 0 else ""
    return Entry(title_of((line,)), (line,), first.start, group[-1].end, detail=detail, group=True)


def _heading_entry(section: Section, document: SourceText) -> Entry:
    assert section.line is not None
    title = title_of((section.line,))
    text = unnumbered(title.text)
    masked = title.masked[-len(text) :] if text else ""
    title = Title(without_closing_colon(text), masked, title.ticked, title.slug, title.was)
    detail = document.markdown(section.heading_end, section.end)
    return Entry(title, (section.line,), section.start, section.end, detail=detail, group=True, by_heading=True)


def _before_fences(blocks: Sequence[Block], document: SourceText) -> tuple[list[Entry], list[Block]]:
    """Return what ``Run the migration:`` directly above code asks for, and the blocks that belong to none of these.

    What follows the code is detail, up to the next such paragraph, the announcement of a list, or an endpoint.
    """
    found: list[Entry] = []
    others: list[Block] = []
    number = 0
    while number < len(blocks):
        if not (_announces(blocks, number, Fence) and title_of(_lines_of(blocks[number])).text):
            others.append(blocks[number])
            number += 1
            continue
        last = number + 1
        while last + 1 < len(blocks) and not _starts_anew(blocks, last + 1):
            last += 1
        lines, end = _lines_of(blocks[number]), blocks[last].end
        detail = document.markdown(blocks[number + 1].start, end)
        found.append(Entry(title_of(lines), lines, blocks[number].start, end, detail=detail, group=True))
        number = last + 1
    return found, others


def _starts_anew(blocks: Sequence[Block], number: int) -> bool:
    text = " ".join(plain(line.runs) for line in _lines_of(blocks[number]))
    return _announces(blocks, number, Fence | ItemList) or starts_with_endpoint(text)


def _announces(blocks: Sequence[Block], number: int, what: type | UnionType) -> bool:
    """Whether a paragraph ends in a colon directly above a block of some kind."""
    if number + 1 == len(blocks) or not isinstance(blocks[number + 1], what):
        return False
    return " ".join(plain(line.runs) for line in _lines_of(blocks[number])).endswith((":", "："))


def _rows(blocks: Sequence[Block], section: Section, document: SourceText, vocabulary: Vocabulary) -> Iterator[Entry]:
    for number, block in enumerate(blocks):
        if isinstance(block, Table) and is_matrix(block, vocabulary):
            yield _matrix(blocks, number, section, document)
        elif isinstance(block, Table):
            for row in rows_of(block, document, vocabulary):
                status = row.cell("status", vocabulary)
                yield Entry(
                    title_of(row.title),
                    row.title,
                    row.start,
                    row.end,
                    fields=tuple((head, document.written(cell.start, cell.end).strip()) for head, cell in row.others),
                    status=status_of_cell(without_code((status,)), vocabulary) if status else "",
                    column=row.head,
                )


def _matrix(blocks: Sequence[Block], number: int, section: Section, document: SourceText) -> Entry:
    """Return a matrix as one entry, called like its lead-in or its sub-section: a row of it alone says nothing."""
    table = blocks[number]
    led = number > 0 and _announces(blocks, number - 1, Table)
    lines = _lines_of(blocks[number - 1]) if led else ()
    text = heading_text(section)
    title = title_of(lines) if led else Title(text, text, None, "", ())
    start = blocks[number - 1].start if led else table.start
    detail = document.markdown(table.start, table.end)
    return Entry(title, lines, start, table.end, detail=detail, group=True, by_heading=not led)


def _paragraphs(
    blocks: Sequence[Block], document: SourceText, vocabulary: Vocabulary, says_nothing: SaysNothing
) -> Iterator[Entry]:
    """Yield one entry per paragraph of prose; what follows a paragraph belongs to it.

    Where the first one says that there is nothing to do, the others are context.
    """
    leads = [number for number, block in enumerate(blocks) if isinstance(block, Paragraph)]
    prose = [number for number in leads if not _leads_in(blocks, number)]
    if prose:
        block = blocks[prose[0]]
        title = title_of(_lines_of(block))
        if says_nothing(title, vocabulary, sole=len(prose) == 1):
            yield Entry(title, _lines_of(block), block.start, block.end, asks=False)
            return
    for number in prose:
        following = next((lead for lead in leads if lead > number), len(blocks))
        lines, end = _lines_of(blocks[number]), blocks[following - 1].end
        whole = title_of(lines)
        sentence = first_sentence(whole.text, whole.masked, vocabulary.abbreviations)
        title = Title(sentence, whole.masked, whole.ticked, whole.slug, whole.was)
        detail = document.markdown(blocks[number + 1].start, end) if following > number + 1 else ""
        yield Entry(title, lines, blocks[number].start, end, detail=detail)


def _lines_of(block: Block) -> tuple[Line, ...]:
    return block.lines if isinstance(block, Paragraph) else ()


def _leads_in(blocks: Sequence[Block], number: int) -> bool:
    """Whether a paragraph only announces the list or fence below it, or holds nothing but a comment."""
    return _announces(blocks, number, ItemList) or not any(plain(line.runs) for line in _lines_of(blocks[number]))


def _fences(blocks: Sequence[Block], section: Section, document: SourceText) -> Iterator[Entry]:
    visible = [block for block in blocks if not isinstance(block, Other)]
    for number, block in enumerate(visible):
        if isinstance(block, Fence):
            lead = visible[number - 1] if number else None
            lines = _lines_of(lead) if isinstance(lead, Paragraph) else ()
            text = heading_text(section)
            title = title_of(lines) if lines else Title(text, text, None, "", ())
            start = lead.start if lines and lead else block.start
            detail = document.markdown(block.start, block.end)
            yield Entry(title, lines, start, block.end, detail=detail, group=True, by_heading=not lines)
