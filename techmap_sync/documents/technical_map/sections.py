"""A map as a tree of sections, whatever they are opened by (docs/map-format.md, "Headings").

Three things that authors write and Markdown takes for something else are put right first: a bold label directly below a
paragraph or list, numbered lines directly below a sentence, and text directly above a rule.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from techmap_sync.documents.markdown import Block, Heading, ItemList, Line, ListItem, Paragraph, Rule, Run, Table, plain
from techmap_sync.documents.technical_map.shapes import Label, label_of, plain_label_of
from techmap_sync.documents.technical_map.vocabulary import look_up
from techmap_sync.documents.technical_map.wording import heading_key, unnumbered, without_closing_colon, without_number
from techmap_sync.patterns import lazy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from techmap_sync.documents.technical_map.vocabulary import Vocabulary


_NUMBERED_LINE = lazy(r"\d{1,3}[.)]\s+")


@dataclass(frozen=True, slots=True)
class Section:
    """A heading (or a label that opens a section), the blocks directly below it, and its sub-sections."""

    heading: str
    """Plain text; empty for what comes before the first heading."""
    line: Line | None
    start: int
    blocks: tuple[Block, ...]
    children: tuple[Section, ...] = ()
    by_label: bool = False

    @property
    def own_end(self) -> int:
        """The end of the blocks directly below the heading."""
        return self.blocks[-1].end if self.blocks else self.heading_end

    @property
    def heading_end(self) -> int:
        """The end of the heading."""
        return self.line.end if self.line else self.start

    @property
    def end(self) -> int:
        """The end of the whole section."""
        return self.children[-1].end if self.children else self.own_end


def heading_text(section: Section) -> str:
    """Return the heading as it is shown: no Markdown, numbering, emoji or closing colon."""
    return without_closing_colon(unnumbered(section.heading))


def holds_list(section: Section) -> bool:
    """Whether there is a list or table anywhere in a section."""
    own = any(isinstance(block, ItemList | Table) for block in section.blocks)
    return own or any(map(holds_list, section.children))


def straighten(blocks: Iterable[Block], vocabulary: Vocabulary) -> Iterator[Block]:
    """Yield the blocks with every label and every numbered line as the start of a new block."""
    blocks = list(blocks)
    hashes = any(isinstance(block, Heading) and not block.underlined for block in blocks)
    for number, block in enumerate(blocks):
        match block:
            case Paragraph():
                yield from _split_paragraph(block)
            case ItemList():
                yield from _split_list(block)
            case Heading() if _stands_above_a_rule(block, vocabulary, hashes=hashes and number > 0):
                yield from _split_paragraph(_paragraph(block.underlined))
                yield Rule(block.underlined[-1].end + 1, block.end)
            case _:
                yield block


def _stands_above_a_rule(heading: Heading, vocabulary: Vocabulary, *, hashes: bool) -> bool:
    """Whether ``text`` above ``---`` is not a heading: where other headings have hashes, or the text itself shows it.

    Words that are a section's are a heading, whatever the others look like.
    """
    if heading.level == 1 or not heading.underlined or is_section(plain(heading.line.runs), vocabulary):
        return False
    lines = heading.underlined
    is_shortest = heading.end - lines[-1].end <= len("\n---")
    return len(lines) > 1 or label_of(lines[0]) is not None or (hashes and is_shortest)


def _split_paragraph(paragraph: Paragraph) -> Iterator[Block]:
    lines = [part for line in paragraph.lines for part in _split_line(line)]
    starts = [number for number, line in enumerate(lines) if number and label_of(line) and not _number(line)]
    if starts:
        for first, last in zip([0, *starts], [*starts, len(lines)], strict=True):
            yield from _split_numbers(lines[first:last])
    else:
        yield from _split_numbers(lines)


def _split_numbers(lines: Sequence[Line]) -> Iterator[Block]:
    """Yield a paragraph, and the numbered lines below its first line as a list."""
    numbered = next((number for number, line in enumerate(lines) if number and _number(line)), 0)
    yield _paragraph(lines[:numbered] if numbered else lines)
    if numbered:
        yield _numbered_list(lines[numbered:])


def _split_line(line: Line) -> Iterator[Line]:
    """Cut ``**Label**: value | **Label**: value`` at its bars."""
    runs = line.runs
    cuts = [n for n in range(1, len(runs)) if runs[n].strong and _ends_in_bar(runs[n - 1])]
    if not cuts or label_of(line) is None:
        yield line
        return
    starts = [line.start, *(runs[cut].start - len("**") for cut in cuts)]
    for first, last, start in zip([0, *cuts], [*cuts, len(runs)], starts, strict=True):
        *part, end = runs[first:last]
        value = end._replace(text=end.text.rstrip(" |\t")) if last < len(runs) else end
        stop = end.start + len(value.text) if last < len(runs) else line.end
        yield Line((*part, value), start, stop, line.column + start - line.start)


def _ends_in_bar(run: Run) -> bool:
    return not run.strong and run.text.endswith((" | ", "\t| "))


def _paragraph(lines: Sequence[Line]) -> Paragraph:
    return Paragraph(tuple(lines), lines[0].start, lines[-1].end)


def _number(line: Line) -> re.Match[str] | None:
    match = _NUMBERED_LINE.match(line.runs[0].text)
    return match if match and (match.end() < len(match.string) or len(line.runs) > 1) else None


def _numbered_list(lines: Sequence[Line]) -> ItemList:
    starts = [number for number, line in enumerate(lines) if _number(line)]
    items = tuple(
        _numbered_item(lines[first:last]) for first, last in zip(starts, [*starts[1:], len(lines)], strict=True)
    )
    return ItemList(ordered=True, items=items, start=lines[0].start, end=lines[-1].end)


def _numbered_item(lines: Sequence[Line]) -> ListItem:
    first, number = lines[0].runs[0], _number(lines[0])
    cut = number.end() if number else 0
    rest = first._replace(text=first.text[cut:], start=first.start + cut)
    line = lines[0]._replace(runs=(rest, *lines[0].runs[1:]), start=rest.start)
    return ListItem((_paragraph((line, *lines[1:])),), lines[0].start, lines[-1].end)


def _split_list(block: ItemList) -> Iterator[Block]:
    """Cut the list at bold labels that are unindented below a bullet."""
    kept: list[ListItem] = []
    for item in block.items:
        before, label = _cut_item(item)
        kept.append(before)
        if label:
            yield block._replace(items=tuple(kept), start=kept[0].start, end=kept[-1].end)
            yield from _split_paragraph(label)
            kept = []
    if kept:
        yield block._replace(items=tuple(kept), start=kept[0].start)


def _cut_item(item: ListItem) -> tuple[ListItem, Paragraph | None]:
    """Take the swallowed label off the end of a bullet, however deep it was swallowed."""
    match item.blocks[-1:]:
        case (Paragraph() as last,):
            end, label = _cut_paragraph(last)
        case (ItemList() as last,):
            inner, label = _cut_item(last.items[-1])
            end = last._replace(items=(*last.items[:-1], inner), end=inner.end)
        case _:
            return item, None
    if label is None:
        return item, None
    return item._replace(blocks=(*item.blocks[:-1], end), end=end.end), label


def _cut_paragraph(paragraph: Paragraph) -> tuple[Block, Paragraph | None]:
    for number, line in enumerate(paragraph.lines):
        if number and line.column == 0 and paragraph.lines[0].column > 0 and label_of(line):
            return _paragraph(paragraph.lines[:number]), _paragraph(paragraph.lines[number:])
    return paragraph, None


def sections_of(blocks: Sequence[Block]) -> Section:
    """Return the tree of sections. The root has no heading and contains what comes before the first one."""
    root = Section("", None, blocks[0].start if blocks else 0, ())
    heads: list[tuple[int, Heading | None, list[Block]]] = [(0, None, [])]
    for block in blocks:
        if isinstance(block, Heading):
            heads.append((block.level, block, []))
        else:
            heads[-1][2].append(block)
    children = tuple(_nested(heads[1:]))
    return replace(root, blocks=tuple(heads[0][2]), children=children)


def _nested(heads: Sequence[tuple[int, Heading | None, list[Block]]]) -> Iterator[Section]:
    """Yield the top sections of a run of headings: each holds what follows until one that is not deeper."""
    position = 0
    while position < len(heads):
        level, heading, blocks = heads[position]
        end = position + 1
        while end < len(heads) and heads[end][0] > level:
            end += 1
        assert heading is not None
        children = tuple(_nested(heads[position + 1 : end]))
        yield Section(plain(heading.line.runs), heading.line, heading.start, tuple(blocks), children)
        position = end


def top_sections(root: Section, vocabulary: Vocabulary) -> tuple[Section, tuple[Section, ...]]:
    """Return what comes before the first section, and the sections.

    In the compact form, which has no headings of sections, bold labels open them.
    """
    if any(is_section(child.heading, vocabulary) for child in root.children):
        return replace(root, children=()), root.children

    def opens(label: Label) -> bool:
        """Return whether a label at the top of the map opens a section."""
        return is_section(label.text, vocabulary) or not label.alone

    preamble, labelled = split_at_labels(root.blocks, opens)
    return replace(root, blocks=preamble, children=()), (*labelled, *root.children)


def is_section(heading: str, vocabulary: Vocabulary) -> bool:
    """Whether a heading or label is in the vocabulary of sections or sub-sections."""
    tables = (vocabulary.sections, vocabulary.changes, vocabulary.tests, vocabulary.deployment)
    key = heading_key(heading)
    bare = without_number(key)
    return any(key in table or bare in table for table in tables) or bool(vocabulary.test_level(key))


def sub_sections(
    section: Section, words: Mapping[str, str], vocabulary: Vocabulary, *, any_label: bool = False
) -> Iterator[Section]:
    """Yield the sub-sections, whether headings or labels open them; what precedes them comes first.

    A label opens one when it is one of the ``words``; directly below the heading, with ``any_label``, whatever it says.
    Inside a sub-section, a single word names a group there ("Performance") and opens nothing. The items of a list,
    ``1. **Unit Tests**:``, open them too: directly where one of them is one of the words, inside where all are.
    """

    def opens_directly(label: Label) -> bool:
        """Return whether a label directly below the heading of the section opens a part."""
        return bool(look_up(words, label.text)) or (any_label and label.alone)

    def opens_inside(label: Label) -> bool:
        """Return whether a label below a sub-heading opens a part."""
        key = heading_key(label.text)
        says_what = len(key.split()) > 1 or bool(vocabulary.test_level(key))
        return label.alone and says_what and bool(look_up(words, label.text))

    def items_open_directly(labels: Sequence[Label | None]) -> Sequence[bool]:
        """Return which items of a list directly below the heading open parts."""
        known = [label is not None and bool(look_up(words, label.text)) for label in labels]
        return [any(known) and bool(label and opens_directly(label)) for label in labels]

    def items_open_inside(labels: Sequence[Label | None]) -> Sequence[bool]:
        """Return which items of a list below a sub-heading open parts: all or none."""
        each_opens = all(label is not None and opens_inside(label) for label in labels)
        return [each_opens] * len(labels)

    own, labelled = split_at_labels(section.blocks, opens_directly)
    own, listed = _split_at_items(own, words, items_open_directly)
    yield replace(section, blocks=own, children=())
    yield from (*listed, *labelled)
    for child in section.children:
        blocks, inside = split_at_labels(child.blocks, opens_inside)
        blocks, listed = _split_at_items(blocks, words, items_open_inside)
        if not (inside or listed):
            yield child
            continue
        if blocks or not listed:
            yield replace(child, blocks=blocks, children=())
        *before, last = *listed, *inside
        yield from before
        yield replace(last, children=child.children)


def _split_at_items(
    blocks: Sequence[Block], words: Mapping[str, str], opens: Callable[[Sequence[Label | None]], Sequence[bool]]
) -> tuple[tuple[Block, ...], list[Section]]:
    """Return the blocks without the list items that are sub-sections, ``1. **Unit Tests**:``, and those sections.

    :param opens: says of the labels of a list's items, None where one has none, which of them open a sub-section.
    """
    kept: list[Block] = []
    sections: list[Section] = []
    for block in blocks:
        if not isinstance(block, ItemList):
            kept.append(block)
            continue
        labels = [_item_label(item, words) for item in block.items]
        opened = opens(labels)
        if rest := tuple(item for item, open_ in zip(block.items, opened, strict=True) if not open_):
            kept.append(block._replace(items=rest))
        found = zip(block.items, labels, opened, strict=True)
        sections += [_item_section(item, label) for item, label, open_ in found if label and open_]
    return tuple(kept), sections


def _item_label(item: ListItem, words: Mapping[str, str]) -> Label | None:
    """Return the label that an item starts with, bold or not; one of the words alone above a list is one too."""
    first = item.blocks[0] if item.blocks else None
    if not isinstance(first, Paragraph):
        return None
    if label := plain_label_of(first.lines[0], words):
        return label
    text = plain(first.lines[0].runs)
    alone = len(first.lines) == 1 and len(item.blocks) > 1 and look_up(words, text)
    return Label(text, text, ()) if alone else None


def _item_section(item: ListItem, label: Label) -> Section:
    first = item.blocks[0]
    assert isinstance(first, Paragraph)
    blocks = (*_value(label, first), *item.blocks[1:])
    return Section(label.text, first.lines[0], item.start, blocks, by_label=True)


def split_at_labels(blocks: Sequence[Block], opens: Callable[[Label], bool]) -> tuple[tuple[Block, ...], list[Section]]:
    """Return the blocks before the first label that opens a section, and those sections."""
    before: list[Block] = []
    opened: list[tuple[Label, Line, list[Block]]] = []
    for block in blocks:
        label = label_of(block.lines[0]) if isinstance(block, Paragraph) else None
        if label and opens(label) and isinstance(block, Paragraph):
            opened.append((label, block.lines[0], list(_value(label, block))))
        else:
            (opened[-1][2] if opened else before).append(block)
    sections = [Section(label.text, line, line.start, tuple(below), by_label=True) for label, line, below in opened]
    return tuple(before), sections


def _value(label: Label, paragraph: Paragraph) -> Iterator[Paragraph]:
    """Yield the text after a label and below it, as a paragraph."""
    first = paragraph.lines[0]._replace(runs=label.value)
    yield from value_of((first, *paragraph.lines[1:]))


def value_of(lines: Sequence[Line]) -> Iterator[Paragraph]:
    """Yield the lines of a value as a paragraph; the first one is without its label."""
    first, more = lines[0], tuple(lines[1:])
    if plain(first.runs):
        start = next(run.start for run in first.runs if run.text.strip())
        more = (first._replace(start=start), *more)
    if more:
        yield Paragraph(more, more[0].start, more[-1].end)
