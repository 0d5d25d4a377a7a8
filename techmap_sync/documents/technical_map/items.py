"""Sections of items: tests, changes, deployment steps, constraints (docs/map-format.md, "Items").

The shallowest grouping that a section has gives its items: headings, bold labels, bullets, rows, paragraphs, fences.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, Protocol

from techmap_sync.documents.markdown import Fence, ItemList, Line, Other, Paragraph, RunKind, Table
from techmap_sync.documents.technical_map.classify import (
    Meaning,
    Title,
    is_placeholder,
    meaning_of,
    says_no_step,
    status_of_cell,
    title_of,
)
from techmap_sync.documents.technical_map.model import ItemGroup, Passage
from techmap_sync.documents.technical_map.shapes import label_of, numbers_of, rows_of
from techmap_sync.documents.technical_map.vocabulary import look_up
from techmap_sync.documents.technical_map.wording import (
    first_sentence,
    fold,
    plain,
    unnumbered,
    without_closing_colon,
    without_code,
)
from techmap_sync.documents.work import Item
from techmap_sync.text_forms import without_this_number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from techmap_sync.documents.markdown import Block
    from techmap_sync.documents.technical_map.sections import Section
    from techmap_sync.documents.technical_map.vocabulary import Vocabulary
    from techmap_sync.documents.text import Document

_NO_TEXT = re.compile(r"^#{1,6}\s+|^\[[ xX]\]\s+|\s?\{#[^\s{}]+\}$")


class SaysNothing(Protocol):
    """Says whether the title of an item says that there is nothing to do."""

    def __call__(self, title: Title, vocabulary: Vocabulary, *, sole: bool) -> bool:
        """Say it; ``sole`` means that it is all that its sub-section holds."""


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


def read_group(
    section: Section, name: str, document: Document, vocabulary: Vocabulary, says_nothing: SaysNothing = says_no_step
) -> ItemGroup:
    """Read a sub-section and everything below it.

    :param name: its stable name.
    :param says_nothing: whether an item of it says that there is nothing to do.
    """
    entries = _without_numbers(list(_entries(section, document, vocabulary, says_nothing)), vocabulary)
    says_nothing = partial(says_nothing, sole=len(entries) == 1)
    found = [(entry, _item(entry, document, vocabulary, says_nothing)) for entry in entries]
    passed = [entry for entry, item in found if item is None and not is_placeholder(entry.title.text, vocabulary)]
    return ItemGroup(
        name=name,
        heading=heading_text(section),
        span=document.span(section.start, section.end),
        items=tuple(item for _, item in found if item),
        context=_context(section, entries, [entry for entry in passed if not _is_word(entry, vocabulary)], document),
        nothing=tuple(_passage(entry, document) for entry in passed if entry.title.text),
    )


def _is_word(entry: Entry, vocabulary: Vocabulary) -> bool:
    return not entry.detail and vocabulary.nothing.is_word(fold(entry.title.masked))


def _passage(entry: Entry, document: Document) -> Passage:
    """Return the whole text of an entry that is no item."""
    row = "; ".join(cell for _, cell in entry.fields if cell)
    said = ": ".join(filter(None, (_with_markdown(entry, document), row)))
    span = document.span(entry.start, entry.end)
    return Passage("", "\n\n".join(filter(None, (said, entry.detail))), span)


def _without_numbers(entries: Sequence[Entry], vocabulary: Vocabulary) -> list[Entry]:
    """Take the numbers off the titles: an item that is inserted above must rename nothing."""
    lengths = numbers_of([entry.title.masked for entry in entries], vocabulary.steps)
    return [
        entry._replace(title=_cut_title(entry.title, length), number=entry.title.text[:length].strip())
        if length
        else entry
        for entry, length in zip(entries, lengths, strict=True)
    ]


def _cut_title(title: Title, length: int) -> Title:
    return title._replace(text=title.text[length:], masked=title.masked[length:])


def merged(groups: Sequence[ItemGroup]) -> tuple[ItemGroup, ...]:
    """Return the groups with those of one name made one, where the first of them stands."""
    found: dict[str, ItemGroup] = {}
    for group in groups:
        first = found.get(group.name, group._replace(items=(), context="", nothing=()))
        context = "\n\n".join(filter(None, (first.context, group.context)))
        nothing = (*first.nothing, *group.nothing)
        found[group.name] = first._replace(items=(*first.items, *group.items), context=context, nothing=nothing)
    return tuple(found.values())


def heading_text(section: Section) -> str:
    """Return the heading as it is shown: no Markdown, numbering, emoji or closing colon."""
    return without_closing_colon(unnumbered(section.heading))


def _item(
    entry: Entry, document: Document, vocabulary: Vocabulary, says_nothing: Callable[[Title, Vocabulary], bool]
) -> Item | None:
    meaning = meaning_of(entry.title, entry.lines, vocabulary, ticked=entry.ticked, nothing=says_nothing)
    if meaning is Meaning.PLACEHOLDER or entry.status == "untouched":
        return None
    if meaning is Meaning.NOTHING and not (entry.group and entry.detail):
        return None
    return Item(
        title=entry.title.text,
        span=document.span(entry.start, entry.end),
        markdown=_with_markdown(entry, document),
        code=tuple(run.text for line in entry.lines for run in line.runs if run.kind is RunKind.CODE),
        done=meaning is Meaning.DONE or entry.status == "done",
        detail=entry.detail,
        fields=entry.fields,
        ordered=entry.ordered,
        number=entry.number,
        slug=entry.title.slug,
        was=entry.title.was,
    )


def _with_markdown(entry: Entry, document: Document) -> str:
    """Return the entry's own text as written, on one line, without its box and its identity."""
    written = " ".join(document.written(line.start, line.end).strip() for line in entry.lines)
    text = without_closing_colon(_NO_TEXT.sub("", written.strip()).strip())
    return without_this_number(text, entry.number) if entry.number else text


def _context(section: Section, entries: Sequence[Entry], passed: Sequence[Entry], document: Document) -> str:
    """Return the Markdown of the blocks that no entry covers, and of the entries that are passed over."""
    places = sorted((entry.start, entry.end) for entry in entries)
    starts = [start for start, _ in places]
    texts = [(entry.start, _passage(entry, document).markdown) for entry in passed]
    for block in section.blocks:
        # Entries do not overlap: only the last one before its end can hold it.
        last = bisect_left(starts, block.end) - 1
        if last < 0 or places[last][1] <= block.start:
            texts.append((block.start, document.markdown(block.start, block.end)))
    return "\n\n".join(text for _, text in sorted(texts) if text)


def _entries(
    section: Section, document: Document, vocabulary: Vocabulary, says_nothing: SaysNothing
) -> Iterator[Entry]:
    loose, groups = _by_label(section.blocks)
    found = [
        *_bullets(loose, document),
        *(_label_entry(group, document) for group in groups if not _ignored(_label_text(group), vocabulary)),
        *(_heading_entry(child, document) for child in section.children if not _ignored(child.heading, vocabulary)),
    ]
    if found or groups or section.children:
        yield from found
    elif any(isinstance(block, Table) for block in loose):
        yield from _rows(loose, document, vocabulary)
    else:
        prose = list(_paragraphs(loose, document, vocabulary, says_nothing))
        yield from prose
        if not any(entry.asks for entry in prose):
            yield from _fences(loose, section, document)


def _ignored(heading: str, vocabulary: Vocabulary) -> bool:
    return look_up(vocabulary.sections, heading) == "ignored"


def _by_label(blocks: Sequence[Block]) -> tuple[list[Block], list[list[Block]]]:
    """Divide the blocks into those before the first label that stands alone, and one group per such label."""
    loose: list[Block] = []
    groups: list[list[Block]] = []
    for block in blocks:
        if _opens_group(block):
            groups.append([block])
        else:
            (groups[-1] if groups else loose).append(block)
    return loose, groups


def _opens_group(block: Block) -> bool:
    if not isinstance(block, Paragraph):
        return False
    label = label_of(block.lines[0])
    return label is not None and label.alone


def _label_text(group: Sequence[Block]) -> str:
    first = group[0]
    label = label_of(first.lines[0]) if isinstance(first, Paragraph) else None
    return label.text if label else ""


def _bullets(blocks: Sequence[Block], document: Document) -> Iterator[Entry]:
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
    """Return the lines of a bullet's first paragraph, and where the text behind it starts (-1: nowhere)."""
    if not blocks:
        return (), -1
    first = blocks[0]
    if isinstance(first, Paragraph):
        return first.lines, blocks[1].start if len(blocks) > 1 else -1
    return (), first.start


def _label_entry(group: Sequence[Block], document: Document) -> Entry:
    first = group[0]
    assert isinstance(first, Paragraph)
    line = first.lines[0]
    behind = first.lines[1].start if len(first.lines) > 1 else group[1].start if len(group) > 1 else -1
    detail = document.markdown(behind, group[-1].end) if behind >= 0 else ""
    return Entry(title_of((line,)), (line,), first.start, group[-1].end, detail=detail, group=True)


def _heading_entry(section: Section, document: Document) -> Entry:
    assert section.line is not None
    title = title_of((section.line,))
    text = unnumbered(title.text)
    masked = title.masked[-len(text) :] if text else ""
    title = Title(without_closing_colon(text), masked, title.ticked, title.slug, title.was)
    detail = document.markdown(section.heading_end, section.end)
    return Entry(title, (section.line,), section.start, section.end, detail=detail, group=True)


def _rows(blocks: Sequence[Block], document: Document, vocabulary: Vocabulary) -> Iterator[Entry]:
    for block in blocks:
        if isinstance(block, Table):
            for row in rows_of(block, document, vocabulary):
                status = row.cell("status", vocabulary)
                yield Entry(
                    title_of(row.title),
                    row.title,
                    row.start,
                    row.end,
                    fields=tuple((head, document.written(cell.start, cell.end).strip()) for head, cell in row.others),
                    status=status_of_cell(without_code((status,)), vocabulary) if status else "",
                )


def _paragraphs(
    blocks: Sequence[Block], document: Document, vocabulary: Vocabulary, says_nothing: SaysNothing
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
    text = " ".join(plain(line.runs) for line in _lines_of(blocks[number]))
    announces = isinstance(blocks[number + 1] if number + 1 < len(blocks) else None, ItemList | Fence)
    return not text or (text.endswith((":", "：")) and announces)


def _fences(blocks: Sequence[Block], section: Section, document: Document) -> Iterator[Entry]:
    visible = [block for block in blocks if not isinstance(block, Other)]
    for number, block in enumerate(visible):
        if isinstance(block, Fence):
            lead = visible[number - 1] if number else None
            lines = _lines_of(lead) if isinstance(lead, Paragraph) else ()
            text = heading_text(section)
            title = title_of(lines) if lines else Title(text, text, None, "", ())
            start = lead.start if lines and lead else block.start
            yield Entry(title, lines, start, block.end, detail=document.markdown(block.start, block.end), group=True)
