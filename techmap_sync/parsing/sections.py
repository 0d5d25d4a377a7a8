"""Which section is which: sub-sections below headings and labels (docs/map-format.md, "Headings" and "Items")."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from techmap_sync.parsing.blocks import Block, Line, Paragraph
from techmap_sync.parsing.labels import Label, label_of
from techmap_sync.parsing.outline import Section
from techmap_sync.parsing.vocabulary import look_up
from techmap_sync.parsing.wording import heading_key, plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from techmap_sync.parsing.vocabulary import Vocabulary


def top_sections(root: Section, vocabulary: Vocabulary) -> tuple[Section, tuple[Section, ...]]:
    """Return what stands before the first section, and the sections.

    In the compact form, which has no headings of sections, bold labels open them.
    """
    if any(is_section(child.heading, vocabulary) for child in root.children):
        return replace(root, children=()), root.children

    def opens(label: Label) -> bool:
        return is_section(label.text, vocabulary) or not label.alone

    preamble, labelled = split_at_labels(root.blocks, opens)
    return replace(root, blocks=preamble, children=()), (*labelled, *root.children)


def is_section(heading: str, vocabulary: Vocabulary) -> bool:
    """Whether a heading or label is in the vocabulary of sections or sub-sections."""
    tables = (vocabulary.sections, vocabulary.changes, vocabulary.tests, vocabulary.deployment)
    return any(look_up(table, heading) for table in tables) or bool(vocabulary.test_level(heading_key(heading)))


def sub_sections(section: Section, words: Mapping[str, str], *, any_label: bool = False) -> Iterator[Section]:
    """Yield the sub-sections, whether headings or labels open them; what stands before them comes first.

    A label opens one when it is one of the ``words``; directly below the heading, with ``any_label``, whatever it says.
    Inside a sub-section, a single word names a group there ("Performance") and opens nothing.
    """

    def opens_directly(label: Label) -> bool:
        return bool(look_up(words, label.text)) or (any_label and label.alone)

    def opens_inside(label: Label) -> bool:
        return label.alone and bool(look_up(words, label.text)) and len(heading_key(label.text).split()) > 1

    own, labelled = split_at_labels(section.blocks, opens_directly)
    yield replace(section, blocks=own, children=())
    yield from labelled
    for child in section.children:
        blocks, inside = split_at_labels(child.blocks, opens_inside)
        if not inside:
            yield child
            continue
        yield replace(child, blocks=blocks, children=())
        yield from inside[:-1]
        yield replace(inside[-1], children=child.children)


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
    """Yield the text behind a label and below it, as a paragraph."""
    first = paragraph.lines[0]
    lines = paragraph.lines[1:]
    if plain(label.value):
        start = next(run.start for run in label.value if run.text.strip())
        lines = (first._replace(runs=label.value, start=start), *lines)
    if lines:
        yield Paragraph(tuple(lines), lines[0].start, paragraph.end)
