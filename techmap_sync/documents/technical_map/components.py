"""The detailed specifications, and how they and the overview become components (docs/map-format.md, "Components")."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from techmap_sync.documents.markdown import ItemList, Line, Paragraph, RunKind, Table
from techmap_sync.documents.technical_map.classify import (
    Meaning,
    identities,
    is_placeholder,
    meaning_of,
    status_of,
    status_of_cell,
    title_of,
)
from techmap_sync.documents.technical_map.fields import Fields, has_fields, read_blocks, read_fields
from techmap_sync.documents.technical_map.names import (
    component_name,
    is_path,
    lead_name,
    markdown_behind,
    names_in,
    paths_in_parentheses,
    paths_of_field,
    status_of_heading,
)
from techmap_sync.documents.technical_map.shapes import rows_of
from techmap_sync.documents.technical_map.wording import NearNames, fold, name_key, plain, without_code
from techmap_sync.documents.text import Finding
from techmap_sync.model import Component, ComponentKind, Item, Passage

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence, Set

    from techmap_sync.documents.markdown import Block
    from techmap_sync.documents.technical_map.classify import Title
    from techmap_sync.documents.technical_map.sections import Section
    from techmap_sync.documents.technical_map.vocabulary import Vocabulary
    from techmap_sync.documents.text import Document
    from techmap_sync.model import Span


_WEIGHT = {"modified": 0, "new": 1, "integration": 2, "": 3}  # listed twice: the first of these counts
_HAS_COMMA = re.compile("[,，、]")
_NO_WORK = ("untouched", "done")


class Specification(NamedTuple):
    """A component's own heading below the detailed specifications."""

    name: str
    status: str
    section: Section
    fields: Fields
    locations: tuple[str, ...]
    slug: str
    was: tuple[str, ...]


class Components(NamedTuple):
    """All components of a map, those that are finished already, and what was noticed."""

    work: tuple[Component, ...]
    done: tuple[Item, ...]
    findings: tuple[Finding, ...]


def read_specifications(
    sections: Sequence[Section], document: Document, vocabulary: Vocabulary
) -> Iterator[Specification]:
    """Yield the components that have a heading; headings that only group are passed through."""
    for section in sections:
        if _groups(section, vocabulary):
            yield from read_specifications(section.children, document, vocabulary)
        elif specification := _specification(section, document, vocabulary):
            yield specification


def _groups(section: Section, vocabulary: Vocabulary) -> bool:
    """Whether a heading has no fields of its own and the headings below it do."""
    return not has_fields(section, vocabulary) and any(has_fields(child, vocabulary) for child in section.children)


def _specification(section: Section, document: Document, vocabulary: Vocabulary) -> Specification | None:
    assert section.line is not None
    title = title_of((section.line,))
    name = component_name(title.text, vocabulary)
    meaning = meaning_of(title, (section.line,), vocabulary)
    if not name or meaning is Meaning.PLACEHOLDER or is_placeholder(name, vocabulary):
        return None
    fields = read_fields(section, document, vocabulary)
    status = "done" if meaning is Meaning.DONE else status_of_heading(section.line, vocabulary)
    heading_paths = paths_in_parentheses((section.line,)) or ((name,) if is_path(name) and "/" in name else ())
    slug, was = identities(_comments(section, document))
    return Specification(
        name, status, section, fields, fields.locations or heading_paths, title.slug or slug, (*title.was, *was)
    )


def _comments(section: Section, document: Document) -> Iterator[str]:
    yield from (run.text for run in section.line.runs if run.kind is RunKind.COMMENT) if section.line else ()
    yield from document.comments_between(section.heading_end, section.own_end)


def assemble(
    listings: Sequence[Listing], specifications: Sequence[Specification], document: Document, vocabulary: Vocabulary
) -> Components:
    """Match what is listed with what is specified.

    Specified components come first, in order; then those that are only listed.
    """
    specified = {name_key(specification.name) for specification in specifications}
    listed: dict[str, list[Listing]] = {}
    for listing in (one for each in listings for one in _named(each, specified, vocabulary)):
        listed.setdefault(name_key(listing.name), []).append(listing)
    listed_kinds = {names[0].name: names[0].kind for key, names in listed.items() if key not in specified}
    near = NearNames(listed_kinds)
    findings: list[Finding] = []
    work: list[Component] = []
    done: list[Item] = []
    for specification in specifications:
        same = listed.pop(name_key(specification.name), [])
        meant = "" if same else near.nearest(specification.name)
        status = specification.status or listed_kinds.get(meant, "")
        _add(specification._replace(status=status), same, document, work, done, findings)
    for same in listed.values():
        _add(None, same, document, work, done, findings)
    return Components(tuple(work), tuple(sorted(done, key=lambda item: item.span)), tuple(findings))


def _named(listing: Listing, specified: Set[str], vocabulary: Vocabulary) -> Iterator[Listing]:
    """Yield what an entry lists: more than one component where it is a list of names that are all specified."""
    if name_key(listing.name) in specified or not _HAS_COMMA.search(listing.name):
        yield listing
        return
    names = names_in(listing.name, vocabulary)
    if all(name_key(name) in specified for name in names):
        yield from (replace(listing, name=name, earlier="") for name in names)
    elif names and name_key(names[0]) in specified:
        yield replace(listing, name=names[0], summary=_HAS_COMMA.split(listing.name, 1)[1].strip() or listing.summary)
    else:
        yield listing


def _add(
    specification: Specification | None,
    listings: Sequence[Listing],
    document: Document,
    work: list[Component],
    done: list[Item],
    findings: list[Finding],
) -> None:
    name = specification.name if specification else listings[0].name
    place = specification.section if specification else listings[0]
    span = document.span(place.start, place.end)
    statuses = [listing.status for listing in listings]
    own = specification.status if specification else ""
    if "done" in statuses or own == "done":
        first = next((listing for listing in listings if listing.status == "done"), place)
        done.append(Item(title=name, span=document.span(first.start, first.end), done=True))
        return
    active = [listing for listing in listings if listing.status not in _NO_WORK]
    if (listings and not active) or (own in _NO_WORK and not active):
        return
    kind = _kind(specification, active)
    findings += _kind_findings(name, kind, active, document, span)
    work.append(_component(name, kind or "new", specification, active, span))


def _kind(specification: Specification | None, listings: Sequence[Listing]) -> str:
    """Return the kind by overview, else by the heading's status word, else by the tag behind the location."""
    kinds = sorted((listing.kind for listing in listings), key=_WEIGHT.__getitem__)
    if kinds and kinds[0]:
        return kinds[0]
    if specification is None:
        return ""
    candidates = (specification.status, specification.fields.location_status)
    return next((status for status in candidates if status in ("new", "modified", "integration")), "")


def _kind_findings(
    name: str, kind: str, listings: Sequence[Listing], document: Document, span: Span
) -> Iterator[Finding]:
    if not kind:
        yield Finding("kind-assumed", f"nothing says whether {name} is new or modified; it is taken for new", span)
    kinds = dict.fromkeys(listing.kind for listing in listings if listing.kind)
    if len(kinds) > 1:
        second = listings[1]
        message = f"{name} is listed as {' and '.join(kinds)}; {kind} counts"
        yield Finding("listed-twice", message, document.span(second.start, second.end))
    elif len(listings) > 1:
        second = listings[1]
        yield Finding("duplicate-component", f"{name} is listed twice", document.span(second.start, second.end))


def _component(
    name: str, kind: str, specification: Specification | None, listings: Sequence[Listing], span: Span
) -> Component:
    fields = [specification.fields] if specification else []
    fields += [listing.fields for listing in listings]
    own_locations = specification.locations if specification else ()
    return Component(
        name=name,
        kind=ComponentKind(kind),
        span=span,
        locations=own_locations or next((listing.locations for listing in listings if listing.locations), ()),
        purpose=next((part.purpose for part in fields if part.purpose), ""),
        summary=next((listing.summary for listing in listings if listing.summary), ""),
        methods=tuple(method for part in fields for method in part.methods),
        interface="\n\n".join(code for part in fields for code in part.interface),
        detail="\n\n".join(text for part in fields for text in part.detail if text),
        depends_on=tuple(dict.fromkeys(name for part in fields for name in part.depends_on)),
        needed_by=tuple(dict.fromkeys(name for part in fields for name in part.needed_by)),
        outside=tuple(dict.fromkeys(name for part in fields for name in part.outside)),
        written=tuple(dict.fromkeys(pair for part in fields for pair in part.written)),
        priority=next((part.priority for part in fields if part.priority), ""),
        earlier=next((each.earlier for each in listings if not specification and each.earlier != name), ""),
        slug=next((slug for slug in _slugs(specification, listings) if slug), ""),
        was=tuple(name for part in (specification, *listings) if part for name in part.was),
        specified=specification is not None,
        listed=bool(listings),
    )


def _slugs(specification: Specification | None, listings: Sequence[Listing]) -> Iterator[str]:
    if specification:
        yield specification.slug
    yield from (listing.slug for listing in listings)


_LOCATION_FIRST = re.compile(r"^[(（]`[^`()]*[/.][^`()]*`[)）]")


@dataclass(frozen=True, slots=True)
class Listing:
    """A component as the overview lists it."""

    name: str
    kind: str
    """``new``, ``modified`` or ``integration``, by the list it stands in or by its tag; empty when neither says."""
    status: str
    """What its status tag says: ``untouched`` and ``done`` mean that there is no work."""
    start: int
    end: int
    locations: tuple[str, ...] = ()
    summary: str = ""
    slug: str = ""
    was: tuple[str, ...] = ()
    fields: Fields = field(default_factory=Fields)
    earlier: str = ""
    """The name with what stands behind a comma, as earlier releases took it."""


def read_listings(section: Section, kind: str, document: Document, vocabulary: Vocabulary) -> Iterator[Listing]:
    """Yield what a section of the overview lists. Prose lists nothing, and bold labels only group."""
    for block in section.blocks:
        match block:
            case ItemList():
                yield from _bullets(block, kind, document, vocabulary)
            case Table():
                yield from _rows(block, kind, document, vocabulary)
    for child in section.children:
        yield from _headed(child, kind, document, vocabulary)


def nothing_listed(section: Section, document: Document, vocabulary: Vocabulary) -> Iterator[Passage]:
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


def _headed(section: Section, kind: str, document: Document, vocabulary: Vocabulary) -> Iterator[Listing]:
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


def _bullets(block: ItemList, kind: str, document: Document, vocabulary: Vocabulary) -> Iterator[Listing]:
    for item in block.items:
        first = item.blocks[0] if item.blocks else None
        if not isinstance(first, Paragraph):
            continue
        listing = _listing(first.lines, kind, (item.start, item.end), document, vocabulary, ticked=item.ticked)
        if listing:
            fields = Fields()
            read_blocks(item.blocks[1:], fields, document, vocabulary)
            yield _with_fields(listing, fields, listing.summary)


def _rows(table: Table, kind: str, document: Document, vocabulary: Vocabulary) -> Iterator[Listing]:
    for row in rows_of(table, document, vocabulary):
        listing = _listing(row.title, kind, (row.start, row.end), document, vocabulary)
        if listing is None:
            continue
        location, status = row.cell("location", vocabulary), row.cell("status", vocabulary)
        tag = status_of_cell(without_code((status,)), vocabulary) if status else ""
        fields = Fields(locations=paths_of_field(location, vocabulary) if location else ())
        summary = "; ".join(plain(cell.runs) for _, cell in row.others if cell is not location and cell.runs)
        yield _with_fields(_tagged(listing, tag), fields, summary)


def _listing(
    lines: Sequence[Line],
    kind: str,
    place: tuple[int, int],
    document: Document,
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
    kind = kind or (status if status in ("new", "modified", "integration") else "")
    summary = _LOCATION_FIRST.sub("", markdown_behind(rest, lines, document)).lstrip(" :-–—：").strip()
    earlier, _ = lead_name(lines, vocabulary)
    return Listing(name, kind, status, *place, locations, summary, title.slug, title.was, earlier=earlier)


def _status(title: Title, vocabulary: Vocabulary) -> str:
    """Return the status of an entry: a tag, or all that stands behind the name."""
    folded = fold(title.masked)
    behind = (folded.partition(mark)[2].strip(" .") for mark in (": ", ", "))
    tags = (vocabulary.statuses.get(words, "") for words in behind)
    return status_of(title.masked, vocabulary) or next(filter(None, tags), "")


def _name_is_struck(lines: Sequence[Line]) -> bool:
    first = next((run for line in lines for run in line.runs if run.text.strip()), None)
    return first is not None and first.struck


def _tagged(listing: Listing, tag: str) -> Listing:
    kind = listing.kind or (tag if tag in ("new", "modified", "integration") else "")
    return replace(listing, kind=kind, status=listing.status or tag)


def _with_fields(listing: Listing, fields: Fields, summary: str) -> Listing:
    return replace(listing, locations=listing.locations or fields.locations, summary=summary, fields=fields)
