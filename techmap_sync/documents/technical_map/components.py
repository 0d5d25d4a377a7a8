"""The detailed specifications, and how they and the overview become components (docs/map-format.md, "Components")."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from techmap_sync.diagnostics import Finding
from techmap_sync.documents.markdown import Other, Rule, RunKind
from techmap_sync.documents.technical_map.classify import (
    KIND_OF_STATUS,
    Meaning,
    identities,
    is_placeholder,
    meaning_of,
    title_of,
)
from techmap_sync.documents.technical_map.fields import has_fields, read_fields
from techmap_sync.documents.technical_map.model import Component, ComponentKind, Passage
from techmap_sync.documents.technical_map.names import (
    bare_status,
    component_name,
    is_identifier,
    is_numbered_component,
    is_path,
    names_in,
    paths_in_parentheses,
    status_of_heading,
)
from techmap_sync.documents.technical_map.wording import is_numbered, name_key, unnumbered
from techmap_sync.documents.work import Item
from techmap_sync.nearest import NearNames
from techmap_sync.patterns import lazy

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence, Set

    from techmap_sync.diagnostics import Span
    from techmap_sync.documents.technical_map.fields import Fields
    from techmap_sync.documents.technical_map.names import BareStatus
    from techmap_sync.documents.technical_map.overview import Listing
    from techmap_sync.documents.technical_map.sections import Section
    from techmap_sync.documents.technical_map.vocabulary import Vocabulary
    from techmap_sync.documents.text import SourceText


_WEIGHT = {"modified": 0, "new": 1, "integration": 2, "": 3}  # listed twice: the first of these counts
_HAS_COMMA = lazy("[,，、]")
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
    of_group: str = ""
    """What the heading that groups it with others says of all of them."""


class Components(NamedTuple):
    """All components of a map, those that are finished already, and what was noticed."""

    work: tuple[Component, ...]
    done: tuple[Item, ...]
    findings: tuple[Finding, ...]
    unchanged: tuple[Passage, ...] = ()
    """The entries of those without work."""


def only_groups(section: Section, vocabulary: Vocabulary) -> bool:
    """Whether a heading is not a component itself: it has no fields, and the headings below it do.

    If it has no text either, it is enough that two of them are numbered or have a path.
    """
    if has_fields(section, vocabulary):
        return False
    if any(has_fields(child, vocabulary) for child in section.children):
        return True
    if any(not isinstance(block, Rule | Other) for block in section.blocks):
        return False
    return sum(_is_one_of_several(child, vocabulary) for child in section.children) > 1


def _is_one_of_several(section: Section, vocabulary: Vocabulary) -> bool:
    """Whether a heading is numbered or has a path."""
    assert section.line is not None
    name = section.heading
    if is_numbered(name) or is_numbered_component(name, vocabulary):
        return True
    return is_path(unnumbered(name)) or bool(paths_in_parentheses((section.line,)))


def read_specification(section: Section, document: SourceText, vocabulary: Vocabulary) -> Specification | None:
    """Return the component that a heading specifies; None for a placeholder."""
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
    status = status or fields.status
    return Specification(
        name, status, section, fields, fields.locations or heading_paths, title.slug or slug, (*title.was, *was)
    )


def _comments(section: Section, document: SourceText) -> Iterator[str]:
    yield from (run.text for run in section.line.runs if run.kind is RunKind.COMMENT) if section.line else ()
    yield from document.comments_between(section.heading_end, section.own_end)


def assemble(
    listings: Sequence[Listing], specifications: Sequence[Specification], document: SourceText, vocabulary: Vocabulary
) -> Components:
    """Match what is listed with what is specified.

    Specified components come first, in order; then those that are only listed.
    """
    specified = {name_key(specification.name) for specification in specifications}
    listed: dict[str, list[Listing]] = {}
    named = [one for each in listings for one in _named(each, specified, vocabulary)]
    specifications = [
        _without_status(one, {name_key(each.name) for each in named}, vocabulary) for one in specifications
    ]
    specified = {name_key(specification.name) for specification in specifications}
    for listing in (_listed_without_status(one, specified, vocabulary) for one in named):
        listed.setdefault(name_key(listing.name), []).append(listing)
    listed_kinds = {names[0].name: names[0].kind for key, names in listed.items() if key not in specified}
    near = NearNames(listed_kinds)
    findings: list[Finding] = []
    work: list[Component] = []
    done: list[Item] = []
    untouched = tuple(_unchanged(listed.values(), document))
    for specification in specifications:
        same = listed.pop(name_key(specification.name), [])
        meant = "" if same else near.nearest(specification.name)
        status = specification.status or listed_kinds.get(meant, "")
        _add(specification._replace(status=status), same, document, work, done, findings)
    for same in listed.values():
        _add(None, same, document, work, done, findings)
    return Components(tuple(work), tuple(sorted(done, key=lambda item: item.span)), tuple(findings), untouched)


def _unchanged(listed: Iterable[Sequence[Listing]], document: SourceText) -> Iterator[Passage]:
    for listings in listed:
        if all(listing.status == "untouched" for listing in listings):
            for one in listings:
                yield Passage(one.heading, one.text, document.span(one.start, one.end))


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


def _without_status(one: Specification, listed: Set[str], vocabulary: Vocabulary) -> Specification:
    """Take the status word off a name; one that is listed under its whole name is called so."""
    bare = bare_status(one.name, vocabulary)
    if bare is None or not _says_status(bare, one.name, listed, vocabulary):
        return one
    return one._replace(name=component_name(bare.name, vocabulary), status=one.status or bare.status)


def _listed_without_status(one: Listing, specified: Set[str], vocabulary: Vocabulary) -> Listing:
    """Do the same for an entry; in a list of new or modified components nothing is merely "current"."""
    bare = bare_status(one.name, vocabulary)
    if bare is None or (one.kind and bare.status == "untouched"):
        return one
    if not _says_status(bare, one.name, specified, vocabulary):
        return one
    kind = one.kind or KIND_OF_STATUS.get(bare.status, "")
    name = component_name(bare.name, vocabulary)
    return replace(one, name=name, kind=kind, status=one.status or bare.status, earlier=one.earlier or one.name)


def _says_status(bare: BareStatus, name: str, others: Set[str], vocabulary: Vocabulary) -> bool:
    match bare.status:
        case "untouched":
            return name_key(name) not in others
        case "new":  # New Relic is a name
            without_case = bare.name[:1] > "\u2e80"
            return without_case or name_key(bare.name) in others or is_identifier(bare.name.partition(" ")[0])
        case _:
            return True


def _add(
    specification: Specification | None,
    listings: Sequence[Listing],
    document: SourceText,
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
    lines = tuple(document.line(listing.start) for listing in active)
    work.append(_component(name, kind or "new", specification, active, span, lines))


def _kind(specification: Specification | None, listings: Sequence[Listing]) -> str:
    """Return the kind by overview, else by the heading's status word, else by the tag after the location."""
    kinds = sorted((listing.kind for listing in listings), key=_WEIGHT.__getitem__)
    if kinds and kinds[0]:
        return kinds[0]
    if specification is None:
        return ""
    candidates = (specification.status, specification.fields.status, specification.fields.location_status)
    return next((KIND_OF_STATUS[status] for status in candidates if status in KIND_OF_STATUS), "")


def _kind_findings(
    name: str, kind: str, listings: Sequence[Listing], document: SourceText, span: Span
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
    name: str,
    kind: str,
    specification: Specification | None,
    listings: Sequence[Listing],
    span: Span,
    lines: tuple[int, ...],
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
        summary=next((listing.summary for listing in listings if listing.summary), _said_of_removal(specification)),
        methods=tuple(method for part in fields for method in part.methods),
        work=tuple(group for part in fields for group in part.work),
        interface="\n\n".join(code for part in fields for code in part.interface),
        detail="\n\n".join(text for part in fields for text in part.detail if text),
        of_group=specification.of_group if specification else "",
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
        lines=lines,
        lead=next((listing.lead for listing in listings if listing.lead), name),
    )


def _said_of_removal(specification: Specification | None) -> str:
    """Return the heading of a component that goes, which alone says so."""
    if specification is None or specification.status != "removed":
        return ""
    return unnumbered(specification.section.heading)


def _slugs(specification: Specification | None, listings: Sequence[Listing]) -> Iterator[str]:
    if specification:
        yield specification.slug
    yield from (listing.slug for listing in listings)
