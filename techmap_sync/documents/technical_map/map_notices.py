"""What only the parser can see: unknown and empty sections, placeholders, bounds, ignore comments."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import replace
from typing import TYPE_CHECKING

from techmap_sync.diagnostics import Finding, Ignore, Severity, Span
from techmap_sync.documents.markdown import Block, Fence, ItemList, Other
from techmap_sync.documents.technical_map.classify import placeholders_in
from techmap_sync.documents.technical_map.model import Passage, Readiness, Reading, TechnicalMap
from techmap_sync.documents.text import Ranges
from techmap_sync.patterns import lazy

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from techmap_sync.documents.marko_patches import Tamed
    from techmap_sync.documents.technical_map.metadata import Metadata
    from techmap_sync.documents.technical_map.model import TechnicalMap
    from techmap_sync.documents.technical_map.sections import Section
    from techmap_sync.documents.technical_map.vocabulary import Vocabulary
    from techmap_sync.documents.text import SourceText


_IGNORE = lazy(r"<!--\s*techmap-sync:\s*ignore\b[ \t]*([^>\n]{0,200}?)\s*-->")


def unread(body: str, first_line: int) -> Reading:
    """Return the reading of a text that is too long to be read: one passage that keeps it whole."""
    last = first_line + body.count("\n")
    span = Span(first_line, 1, last, 1)
    message = "the map is too long to be read, so nothing is known of its lines"
    whole = TechnicalMap(title="", span=Span(first_line, 1, first_line, 1), unrecognised=(Passage("", body, span),))
    return Reading(whole, (Finding("too-long", message, whole.span),))


def of_limits(tamed: Tamed, document: SourceText) -> Iterator[Finding]:
    """Yield a finding for the first line that was not read as Markdown because it is nested too deep or too wide."""
    for lines, what in ((tamed.too_deep, "nested too deep"), (tamed.too_wide, "a table with too many columns")):
        if lines:
            line = lines[0] + document.first_line
            more = f", and {len(lines) - 1} more lines" if len(lines) > 1 else ""
            yield Finding("nesting-too-deep", f"{what}: read as plain text{more}", Span(line, 1, line, 1))


def of_spaces(document: SourceText) -> Iterator[Finding]:
    """Yield a finding for the first odd space after a sign that is read as a plain one."""
    if odd := odd_spaces(document):
        others = len({place.line for place in odd}) - 1
        more = f", and in {others} more {'line' if others == 1 else 'lines'}" if others else ""
        message = f"a bullet, number or heading is followed by a no-break space, which is read as a plain one{more}"
        yield Finding("odd-space", message, odd[0])


def odd_spaces(document: SourceText) -> tuple[Span, ...]:
    """Return where another space than a plain one is read as a plain one."""
    odd = (sign for sign in document.signs if sign.text == " ")
    return tuple(document.span(sign.start, sign.end) for sign in odd if not document.text[sign.start].isascii())


def of_metadata(metadata: Metadata, title: str, place: Span) -> Iterator[Finding]:
    """Yield what is wrong with title and readiness."""
    if not title:
        yield Finding("no-title", "the map has no title", place)
    answer = metadata.readiness_field
    if metadata.readiness is Readiness.UNRECOGNISED and answer:
        message = f'"{answer.value}" is neither yes nor no; it is read as no'
        yield Finding("unrecognised-readiness", message, answer.span)


def of_empty(section: Section, document: SourceText) -> Iterator[Finding]:
    """Yield a finding for a section without any text."""
    if not section.children and all(isinstance(block, Other) for block in section.blocks):
        span = document.span(section.start, section.heading_end)
        yield Finding("empty-section", f'"{section.heading}" is empty', span)


def unknown_section(passage: Passage, section: Section, document: SourceText) -> Finding:
    """Return the finding for a section that was not recognised."""
    span = document.span(section.start, section.heading_end)
    return Finding("unknown-section", f'no section is called "{passage.heading}"; it is kept as text', span)


def of_text(document: SourceText, vocabulary: Vocabulary, yielding: Sequence[tuple[int, int]]) -> Iterator[Finding]:
    """Yield what is wrong with single lines: placeholders that are left, bullets without text."""
    hidden = Ranges((b.start, b.end) for b in _walk(document.blocks) if isinstance(b, Fence | Other))
    for match in placeholders_in(vocabulary).finditer(document.text):
        if match.start() not in hidden:
            severity = Severity.ERROR if _within(match.start(), yielding) else Severity.WARNING
            span = document.span(*match.span())
            yield Finding("placeholder-left", f"the template's {match[0]} is still here", span, severity)
    for block in _walk(document.blocks):
        if isinstance(block, ItemList):
            for item in block.items:
                if not item.blocks and _within(item.start, yielding):
                    yield Finding("item-without-text", "a bullet without text", document.span(item.start, item.end))


def _within(offset: int, ranges: Iterable[tuple[int, int]]) -> bool:
    return any(start <= offset <= end for start, end in ranges)


def _walk(blocks: Iterable[Block]) -> Iterator[Block]:
    for block in blocks:
        yield block
        match block:
            case ItemList():
                for item in block.items:
                    yield from _walk(item.blocks)


def ignores_in(document: SourceText) -> tuple[Ignore, ...]:
    """Return the ignore comments, each with its own line and the block that follows it."""
    if "techmap-sync:" not in document.text:
        return ()
    blocks = sorted(_walk(document.blocks), key=lambda block: block.start)
    real = {start for start, _ in document.comments}
    comments = [match for match in _IGNORE.finditer(document.text) if match.start() in real]
    return tuple(
        Ignore(rule, document.line(match.start()), _last_line(match.end(), blocks, document))
        for match in comments
        for rule in match[1].replace(",", " ").split() or [""]
    )


def _last_line(offset: int, blocks: Sequence[Block], document: SourceText) -> int:
    """Return the last line that a comment covers: its own line next to text, else the last of the block below it."""
    line = document.line(offset)
    beside = document.text[document.text.rfind("\n", 0, offset) + 1 : document.line_end(offset)]
    if _IGNORE.sub("", beside).strip(" \t>"):
        return line
    following = bisect_left(blocks, offset, key=lambda block: block.start)
    return document.line(blocks[following].end) if following < len(blocks) else line + 1


def with_leftovers(found: TechnicalMap, text: str, document: SourceText) -> TechnicalMap:
    """Return the map with a passage of context for every line that no other value covers.

    These are front matter, thematic breaks, and headings that only hold sub-sections.
    """
    covered = covered_lines(found)
    lines = text.split("\n")
    left = [number for number, line in enumerate(lines, 1) if line.strip() and number not in covered]
    passages = (_passage(first, last, lines) for first, last in _stretches(left))
    return replace(found, context=(*found.context, *passages))


def covered_lines(found: TechnicalMap) -> set[int]:
    """Return the numbers of all lines that some value of the map covers."""
    return {line for span in _spans(found) for line in range(span.line, span.end_line + 1)}


def _spans(found: TechnicalMap) -> Iterator[Span]:
    yield found.span
    for part in (found.metadata, found.components, found.done, found.constraints, found.context, found.unrecognised):
        yield from (value.span for value in part)
    for group in (*found.changes, *found.tests, *found.deployment):
        yield group.span
        yield from (item.span for item in group.items)


def _stretches(lines: list[int]) -> Iterator[tuple[int, int]]:
    """Yield first and last of each run of neighbouring numbers."""
    start = 0
    for position, line in enumerate(lines):
        if position + 1 == len(lines) or lines[position + 1] != line + 1:
            yield lines[start], line
            start = position + 1


def _passage(first: int, last: int, lines: list[str]) -> Passage:
    markdown = "\n".join(lines[first - 1 : last])
    return Passage("", markdown, Span(first, 1, last, len(lines[last - 1]) + 1))
