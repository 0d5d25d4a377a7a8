"""What waits for what while things are built: by types, by names, and by where a program is wired together."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from typing import NamedTuple

from techmap_sync.documents.work import ROLLBACK, Item, Kind, Phase, Rank, Work
from techmap_sync.patterns import lazy
from techmap_sync.planning.mentions import INTEGRATION, NEW, Edges, Names, mentioned
from techmap_sync.planning.signatures import Types, singular_forms, types_of

Found = tuple[int, Set[int]]
"""A work and those that it waits for."""


def type_edges(works: Sequence[Work]) -> Iterator[Found]:
    """Yield edges from what takes a type to the only component that returns it.

    A type that is a component of the map is that component's, whoever takes or returns it.
    """
    types = {position: _types(work) for position, work in enumerate(works) if work.kind is Kind.COMPONENT}
    returned: dict[str, set[int]] = {}
    for position, found in types.items():
        for name in found.returns:
            returned.setdefault(name, set()).add(position)
    components: dict[str, set[int]] = {}
    for position in types:
        for name in works[position].names:
            components.setdefault(name, set()).add(position)
    sources = returned | components
    untyped: dict[str, set[int]] = {}
    for name, positions in sources.items():
        untyped.setdefault(name.replace("_", "").casefold(), set()).update(positions)
    for position, found in types.items():
        if not works[position].done:
            named = [sources.get(name, set()) for name in found.takes | (found.returns & components.keys())]
            spoken = [untyped.get(form, set()) for name in found.untyped for form in singular_forms(name)]
            only = {next(iter(those)) for those in (*named, *spoken) if len(those) == 1}
            yield position, _open(works, only - {position})


def _types(work: Work) -> Types:
    found = [types_of(_whole(method.signature, method.description, work.interface)) for method in work.methods]
    takes, returns, untyped = (
        (frozenset[str]().union(*parts) for parts in zip(*found, strict=True)) if found else Types()
    )
    return Types(takes, returns, untyped)


def _whole(signature: str, description: str, code: str) -> str:
    """Return a signature with what its first line leaves to the next ones, or to the text after a name in bold."""
    if "(" not in signature and description.startswith("("):
        return signature + description
    if signature.count("(") > signature.count(")") and (place := code.find(signature)) >= 0:
        return code[place : place + 1000]
    return signature


class Mentions(NamedTuple):
    """Which works the others name."""

    earlier: tuple[Found, ...]
    """Edges to what is done earlier anyway."""
    beside: tuple[Found, ...]
    """Edges between works that could be done in any order."""
    named: Mapping[int, Set[int]]
    """For each work the components that it names."""


def named_edges(works: Sequence[Work], names: Names) -> Mentions:
    """Return the edges from works to those that their tickets name."""
    earlier: list[Found] = []
    beside: list[Found] = []
    named: dict[int, Set[int]] = {}
    for position, work in enumerate(works):
        code = [span for item in work.all_items if not item.markdown for span in item.code]
        found = mentioned(names, _said(work), code, last_words=True) - {position}
        named[position] = {other for other in found if works[other].kind is Kind.COMPONENT}
        if work.done:
            continue
        for other in sorted(_open(works, found)):
            if _wires(works[other]) and not _wires(work) and work.rank is Rank.COMPONENT:
                earlier.append((other, {position}))
            elif _comes_earlier(work, works[other]):
                earlier.append((position, {other}))
            elif _is_beside(work, works[other]):
                beside.append((position, {other}))
    return Mentions(tuple(earlier), tuple(beside), named)


_PHASES = tuple(Phase)


def _comes_earlier(work: Work, other: Work) -> bool:
    """Whether a work that names another one can wait for it, since that is due earlier by its nature."""
    if work.phase is not other.phase:
        return _PHASES.index(other.phase) < _PHASES.index(work.phase)
    if work.phase is Phase.DEPLOY:
        return ROLLBACK not in {work.group, other.group}
    return work.phase is Phase.BUILD and other.rank < work.rank


def _is_beside(work: Work, other: Work) -> bool:
    """Whether both are built at the same time: a component that names another component or an endpoint."""
    is_built = work.phase is other.phase is Phase.BUILD
    return is_built and Rank.FOUNDATION not in (work.rank, other.rank) and work.rank <= other.rank < Rank.CONSTRAINT


def _said(work: Work) -> str:
    """Return what the ticket of a work holds, without signatures: their parameters and types are not names."""
    parts = (part.markdown for part in work.parts)
    methods = (method.description for method in work.methods)
    items = (text for item in work.all_items for text in _item_texts(item))
    tagline = work.tagline or (work.title.partition(": ")[2] if work.kind is Kind.COMPONENT else "")
    said = (tagline, work.purpose, *parts, *methods, work.detail, work.context, *items)
    text = "\n\n".join(filter(None, said))
    if work.rank is not Rank.COMPONENT:
        return text
    small = text.casefold()
    return _USED_BY.sub(" ", text) if any(word in small for word in _IN_USED_BY) else text


def _item_texts(item: Item) -> Iterator[str]:
    yield from (item.markdown or item.title, item.detail, *(cell for _, cell in item.fields))


_USED_BY = lazy(
    r"""
    \b(?:called|used|invoked|consumed|needed|required|triggered|driven|started|run|polled|read)\s+(?:\w+\s+)?by\b[^.;:!?\n()]*
    |\b(?:appelée?s?|utilisée?s?|lue?s?)\s+par\b[^.;:!?\n()]*
    |\b(?:llamad|usad|utilizad|leíd|invocad)[oa]s?\s+por\b[^.;:!?\n()]*
    |\b(?:von|durch)\b[^.;:!?\n()]{0,120}\b(?:aufgerufen|benutzt|genutzt|verwendet|gelesen)\b
    |[被由供][^。；，：\n]{0,60}?(?:调用|使用|读取)
    |(?:^|(?<=[。、]))[^。、\n]{0,60}(?:から|によって)(?:呼ばれる|呼び出される|使われる)
    """,
    re.VERBOSE | re.IGNORECASE | re.MULTILINE,
)
"""Names in this are of those that need the component, not of what it needs; as far as a sentence is looked through."""
_IN_USED_BY = (
    *("by", "par", "por", "aufgerufen", "benutzt", "genutzt", "verwendet", "gelesen"),
    *("调用", "使用", "读取", "呼ばれる", "呼び出される", "使われる"),
)
"""Whatever it matches holds one of these, which are found much sooner."""


def _wires(work: Work) -> bool:
    """Whether a component only wires in others."""
    return work.kind is Kind.COMPONENT and work.group == INTEGRATION


def wired_edges(works: Sequence[Work], mentions: Mentions) -> Iterator[Found]:
    """Yield edges from what wires things together to all new components, where neither names the other."""
    for position, work in enumerate(works):
        if not _wires(work) or work.done:
            continue
        naming = {other for other, named in mentions.named.items() if position in named}
        components = {other for other in naming if works[other].kind is Kind.COMPONENT}
        if not mentions.named[position] and not components:
            yield position, _new_components(works, position)


_ENTRY_NAMES = frozenset({"main", "command", "server", "cli"})
_ENTRY_PURPOSES = (
    *("entry point", "einstiegspunkt", "point d'entrée", "point d’entrée", "punto de entrada"),
    *("入口", "エントリポイント", "エントリーポイント"),
)
_LAST_WORD = lazy(r"(?:[A-Z]+|[A-Z]?[a-z0-9]+)$")


def entry_points(works: Sequence[Work], mentions: Mentions, explicit: Edges) -> Iterator[Found]:
    """Yield edges from where a program is entered to all new components of its language, where it names nobody."""
    for position, work in enumerate(works):
        is_open = not work.done and not explicit[position] and not mentions.named[position]
        if is_open and work.rank is Rank.COMPONENT and _is_entry(work):
            yield position, {other for other in _new_components(works, position) if not _is_entry(works[other])}


def _is_entry(work: Work) -> bool:
    last = [found[0].casefold() for name in work.names if (found := _LAST_WORD.search(name))]
    return not _ENTRY_NAMES.isdisjoint(last) or work.purpose.lstrip("*_ ").casefold().startswith(_ENTRY_PURPOSES)


def _new_components(works: Sequence[Work], position: int) -> set[int]:
    """Return the new components in the language of a work, or all of them where it has none."""
    language = _language(works[position])
    return {
        other
        for other, work in enumerate(works)
        if other != position
        and work.kind is Kind.COMPONENT
        and work.group == NEW
        and not work.done
        and (not language or not _language(work) or not language.isdisjoint(_language(work)))
    }


_SAME_LANGUAGE = {
    ending: language
    for language, endings in {
        "python": "py pyi ipynb",
        "javascript": "js jsx ts tsx mjs cjs mts cts vue svelte",
        "jvm": "java kt kts scala groovy",
        "c": "c h cc cpp cxx hpp hxx",
        "dotnet": "cs fs vb cshtml razor",
    }.items()
    for ending in endings.split()
}


def _language(work: Work) -> frozenset[str]:
    endings = (path.rpartition("/")[2].rpartition(".") for path in work.locations)
    return frozenset(_SAME_LANGUAGE.get(ending.casefold(), ending.casefold()) for name, _, ending in endings if name)


def _open(works: Sequence[Work], positions: Set[int]) -> set[int]:
    return {position for position in positions if not works[position].done}
