"""What the lists of components say: bullets, rows of tables, headings (docs/map-format.md, "Components")."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from techmap_sync.documents.markdown import ItemList, Line, Paragraph, RunKind, Table, plain, without_code
from techmap_sync.documents.rows import row_text
from techmap_sync.documents.technical_map.classify import (
    KIND_OF_STATUS,
    Meaning,
    meaning_of,
    status_of,
    status_of_action,
    title_of,
)
from techmap_sync.documents.technical_map.fields import Fields, read_blocks, read_fields
from techmap_sync.documents.technical_map.model import Passage
from techmap_sync.documents.technical_map.names import (
    is_path,
    lead_name,
    markdown_after,
    paths_in_parentheses,
    paths_of_field,
)
from techmap_sync.documents.technical_map.sections import heading_text
from techmap_sync.documents.technical_map.shapes import lists_files, rows_of
from techmap_sync.documents.technical_map.wording import fold
from techmap_sync.patterns import lazy

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from techmap_sync.documents.markdown import Block
    from techmap_sync.documents.technical_map.classify import Title
    from techmap_sync.documents.technical_map.sections import Section
    from techmap_sync.documents.technical_map.vocabulary import Vocabulary
    from techmap_sync.documents.text import SourceText


_TAG_FIRST = lazy(r"[(（\[]([^()（）\[\]]{1,40})[)）\]]")
_LOCATION_FIRST = lazy(r"^[(（]`[^`()]*[/.][^`()]*`[)）]")


@dataclass(frozen=True, slots=True)
class Listing:
    """A component as the overview lists it."""

    name: str
    kind: str
    """``new``, ``modified`` or ``integration``, by the list it is in or by its tag; empty when neither says."""
    status: str
    """What its status tag says: ``untouched`` and ``done`` mean that there is nothing to do."""
    start: int
    end: int
    locations: tuple[str, ...] = ()
    summary: str = ""
    slug: str = ""
    was: tuple[str, ...] = ()
    fields: Fields = field(default_factory=Fields)
    earlier: str = ""
    """The name with what follows a comma, as earlier releases read it."""
    heading: str = ""
    """Of the list that it is in."""
    lead: str = ""
    """The name with its Markdown."""
    text: str = ""
    """The whole entry as Markdown; a row of a table on one line."""


def read_listings(section: Section, kind: str, document: SourceText, vocabulary: Vocabulary) -> Iterator[Listing]:
    """Yield what a section of the overview lists. Prose lists nothing, and bold labels only group."""
    heading = heading_text(section)
    for block in section.blocks:
        match block:
            case ItemList():
                found = _bullets(block, kind, document, vocabulary)
            case Table():
                found = _rows(block, kind, document, vocabulary)
            case _:
                continue
        yield from (replace(listing, heading=heading) for listing in found)
    for child in section.children:
        yield from _headed(child, kind, document, vocabulary)


def listed_files(blocks: Sequence[Block], document: SourceText, vocabulary: Vocabulary) -> Iterator[Listing]:
    """Yield what is listed by tables, anywhere, that say what happens to which file."""
    for block in blocks:
        if isinstance(block, Table) and lists_files(block, vocabulary):
            found = list(_rows(block, "", document, vocabulary))
            if any(listing.kind for listing in found):
                yield from found


def nothing_listed(section: Section, document: SourceText, vocabulary: Vocabulary) -> Iterator[Passage]:
    """Yield the bullets and the prose that say that there is no such component."""
    for block in section.blocks:
        for first, end in _texts_of(block):
            title = title_of(first.lines)
            if title.text and meaning_of(title, first.lines, vocabulary) is Meaning.NOTHING:
                markdown = document.markdown(first.lines[0].start, end)
                yield Passage("", markdown, document.span(first.start, end))


def _texts_of(block: Block) -> Iterator[tuple[Paragraph, int]]:
    """Yield each bullet's text, or the paragraph, and where what belongs to it ends."""
    match block:
        case Paragraph():
            yield block, block.end
        case ItemList():
            for item in block.items:
                first = item.blocks[0] if item.blocks else None
                if isinstance(first, Paragraph):
                    yield first, item.end


def _headed(section: Section, kind: str, document: SourceText, vocabulary: Vocabulary) -> Iterator[Listing]:
    """A heading below a list is a component with fields, or groups the bullets below it."""
    fields = read_fields(section, document, vocabulary)
    lists = any(isinstance(block, ItemList | Table) for block in section.blocks)
    if not fields.named and (lists or section.children):
        yield from read_listings(section, kind, document, vocabulary)
        return
    assert section.line is not None
    listing = _listing((section.line,), kind, (section.start, section.end), document, vocabulary)
    if listing:
        summary = "" if fields.named else "\n\n".join(filter(None, fields.detail))
        yield _with_fields(listing, fields, summary)


def _bullets(block: ItemList, kind: str, document: SourceText, vocabulary: Vocabulary) -> Iterator[Listing]:
    for item in block.items:
        first = item.blocks[0] if item.blocks else None
        if not isinstance(first, Paragraph):
            continue
        listing = _listing(first.lines, kind, (item.start, item.end), document, vocabulary, ticked=item.ticked)
        if listing:
            fields = Fields()
            read_blocks(item.blocks[1:], fields, document, vocabulary)
            yield _with_fields(listing, fields, listing.summary)


def _rows(table: Table, kind: str, document: SourceText, vocabulary: Vocabulary) -> Iterator[Listing]:
    for row in rows_of(table, document, vocabulary, named=True):
        listing = _listing(row.title, kind, (row.start, row.end), document, vocabulary)
        if listing is None:
            continue
        location, status = row.cell("location", vocabulary), row.cell("status", vocabulary)
        tag = status_of_action(without_code((status,)), vocabulary) if status else ""
        fields = Fields(locations=paths_of_field(location, vocabulary) if location else ())
        cells = (document.written(cell.start, cell.end).strip() for _, cell in row.others if cell.runs)
        listing = replace(listing, text=row_text(listing.lead, cells))
        summary = "; ".join(plain(cell.runs) for _, cell in row.others if cell is not location and cell.runs)
        yield _with_fields(_tagged(listing, tag), fields, summary)


def _listing(
    lines: Sequence[Line],
    kind: str,
    place: tuple[int, int],
    document: SourceText,
    vocabulary: Vocabulary,
    *,
    ticked: bool | None = None,
) -> Listing | None:
    """Return what one entry lists, or None for a placeholder and for "None"."""
    title = title_of(lines)
    meaning = meaning_of(title, lines, vocabulary, ticked=ticked)
    name, rest = lead_name(lines, vocabulary, before_comma=True)
    if not name or meaning in (Meaning.PLACEHOLDER, Meaning.NOTHING):
        return None
    status = "done" if meaning is Meaning.DONE or _name_is_struck(lines) else _status(title, vocabulary)
    locations = paths_in_parentheses(lines) or ((name,) if is_path(name) and "/" in name else ())
    kind = kind or KIND_OF_STATUS.get(status, "")
    summary = _without_tags(markdown_after(rest, lines, document), vocabulary)
    earlier, _ = lead_name(lines, vocabulary)
    return Listing(
        name,
        kind,
        status,
        *place,
        locations,
        summary,
        title.slug,
        title.was,
        earlier=earlier,
        lead=_with_marks(name, lines),
        text=" ".join(document.written(line.start, line.end).strip() for line in lines),
    )


def _without_tags(behind: str, vocabulary: Vocabulary) -> str:
    """Return what is said after a name, without a path and a status word in parentheses directly after the name."""
    said = _LOCATION_FIRST.sub("", behind).lstrip()
    tag = _TAG_FIRST.match(said)
    if tag and fold(tag[1]) in vocabulary.statuses:
        said = _LOCATION_FIRST.sub("", said[tag.end() :].lstrip())
    return said.lstrip(" :-–—：").strip()


def _with_marks(name: str, lines: Sequence[Line]) -> str:
    """Return a name in bold or as code, if the entry begins so."""
    first = next((run for line in lines for run in line.runs if run.text.strip()), None)
    if first is None:
        return name
    written = f"`{name}`" if first.kind is RunKind.CODE and "`" not in name else name
    return f"**{written}**" if first.strong else written


def _status(title: Title, vocabulary: Vocabulary) -> str:
    """Return the status of an entry: a tag, or everything after the name."""
    folded = fold(title.masked)
    behind = (folded.partition(mark)[2].strip(" .") for mark in (": ", ", "))
    tags = (vocabulary.statuses.get(words, "") for words in behind)
    return status_of(title.masked, vocabulary) or next(filter(None, tags), "")


def _name_is_struck(lines: Sequence[Line]) -> bool:
    first = next((run for line in lines for run in line.runs if run.text.strip()), None)
    return first is not None and first.struck


def _tagged(listing: Listing, tag: str) -> Listing:
    kind = listing.kind or KIND_OF_STATUS.get(tag, "")
    return replace(listing, kind=kind, status=listing.status or tag)


def _with_fields(listing: Listing, fields: Fields, summary: str) -> Listing:
    return replace(listing, locations=listing.locations or fields.locations, summary=summary, fields=fields)
