"""Sections of items: tests, changes, deployment steps, constraints (docs/map-format.md, "Items").

``entries.py`` finds what may be one; here it becomes an item, context, or nothing.
"""

from __future__ import annotations

from bisect import bisect_left
from functools import partial
from typing import TYPE_CHECKING

from techmap_sync.documents.markdown import RunKind
from techmap_sync.documents.rows import bullets_of, on_one_line, without_box
from techmap_sync.documents.technical_map.classify import (
    Meaning,
    Title,
    is_placeholder,
    meaning_of,
    mostly_struck,
    says_no_step,
)
from techmap_sync.documents.technical_map.entries import Entry, SaysNothing, entries_of
from techmap_sync.documents.technical_map.model import ItemGroup, Passage
from techmap_sync.documents.technical_map.sections import heading_text
from techmap_sync.documents.technical_map.shapes import names_endpoint, numbers_of
from techmap_sync.documents.technical_map.wording import code_spans, fold, heading_key, without_closing_colon
from techmap_sync.documents.work import Form, Item
from techmap_sync.patterns import lazy
from techmap_sync.text_forms import without_this_number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from techmap_sync.diagnostics import Span
    from techmap_sync.documents.technical_map.sections import Section
    from techmap_sync.documents.technical_map.vocabulary import Vocabulary
    from techmap_sync.documents.text import SourceText

_MARKS = lazy(r"[*_`]{1,3}")
_NO_TEXT = lazy(r"^#{1,6}\s+|^\[[ xX]\]\s+|\s?\{#[^\s{}]+\}$")


def read_group(
    section: Section, name: str, document: SourceText, vocabulary: Vocabulary, says_nothing: SaysNothing = says_no_step
) -> ItemGroup:
    """Read a sub-section and everything below it.

    :param name: its stable name.
    :param says_nothing: whether an item of it says that there is nothing to do.
    """
    entries = _without_numbers(list(entries_of(section, document, vocabulary, says_nothing)), vocabulary)
    if name == "api":
        entries = list(_by_endpoint(entries, document, vocabulary))
    says_nothing = partial(says_nothing, sole=len(entries) == 1)
    found = [(entry, _item(entry, document, vocabulary, says_nothing)) for entry in entries]
    found = [(entry, _with_group(item, entry, name, vocabulary) if item else None) for entry, item in found]
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


def _passage(entry: Entry, document: SourceText) -> Passage:
    """Return the whole text of an entry that is not an item."""
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


def _by_endpoint(entries: Sequence[Entry], document: SourceText, vocabulary: Vocabulary) -> Iterator[Entry]:
    """Yield the entries; what is said of an endpoint (request, response, errors) belongs to the one above."""
    endpoint: Entry | None = None
    for entry in entries:
        if names_endpoint(entry.title.text, entry.detail):
            if endpoint:
                yield endpoint
            endpoint = entry
        elif endpoint and (entry.group or _is_api_part(entry, vocabulary)):
            more = document.markdown(entry.start, entry.end)
            endpoint = endpoint._replace(detail=f"{endpoint.detail}\n\n{more}".lstrip("\n"), end=entry.end)
        else:
            if endpoint:
                yield endpoint
            endpoint = None
            yield entry
    if endpoint:
        yield endpoint


def _is_api_part(entry: Entry, vocabulary: Vocabulary) -> bool:
    return heading_key(entry.title.text.partition(":")[0]) in vocabulary.api_parts


def _cut_title(title: Title, length: int) -> Title:
    return title._replace(text=title.text[length:], masked=title.masked[length:])


def merged(groups: Sequence[ItemGroup]) -> tuple[ItemGroup, ...]:
    """Merge groups of the same name into the first of them."""
    found: dict[str, ItemGroup] = {}
    for group in groups:
        first = found.get(group.name, group._replace(items=(), context="", nothing=()))
        context = "\n\n".join(filter(None, (first.context, group.context)))
        nothing = (*first.nothing, *group.nothing)
        found[group.name] = first._replace(items=(*first.items, *group.items), context=context, nothing=nothing)
    return tuple(found.values())


def _item(
    entry: Entry, document: SourceText, vocabulary: Vocabulary, says_nothing: Callable[[Title, Vocabulary], bool]
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
        column=entry.column,
        ordered=entry.ordered,
        number=entry.number,
        slug=entry.title.slug,
        was=entry.title.was,
    )


def _with_group(item: Item, entry: Entry, name: str, vocabulary: Vocabulary) -> Item:
    """Return an item with what it groups: bullets below a label or a heading are the work, not the label."""
    if not entry.group or (name == "api" and names_endpoint(entry.title.text, entry.detail)):
        return item._replace(form=Form.LINE) if mostly_struck(entry.lines) else item
    lead, bullets = bullets_of(entry.detail)
    below = tuple(_grouped(text, detail, item.span) for text, detail in bullets if not is_placeholder(text, vocabulary))
    if below or not entry.by_heading:
        return item._replace(below=below)
    text, _, rest = lead.partition("\n\n")
    if not text or text.lstrip().startswith(("`" * 3, "~~~", "|", ">")):
        return item._replace(form=Form.BLOCK)
    return item._replace(below=(_grouped(on_one_line(text), rest, item.span),))


def _grouped(text: str, detail: str, span: Span) -> Item:
    said, ticked = without_box(text)
    code = tuple(span.code.strip() for span in code_spans(said))
    is_struck = said.startswith("~~") and said.rstrip(" .").endswith("~~")
    form = Form.LINE if is_struck else Form.BOX
    return Item(_MARKS.sub("", said), span, said, code, bool(ticked) or is_struck, detail, form=form)


def _with_markdown(entry: Entry, document: SourceText) -> str:
    """Return the entry's own text as written, on one line, without its box and its identity."""
    written = " ".join(document.written(line.start, line.end).strip() for line in entry.lines)
    text = without_closing_colon(_NO_TEXT.sub("", written.strip()).strip())
    return without_this_number(text, entry.number) if entry.number else text


def _context(section: Section, entries: Sequence[Entry], passed: Sequence[Entry], document: SourceText) -> str:
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
