"""Text of a map -> `TechnicalMap` (docs/map-format.md).

``parse`` cuts the text into sections; each kind of section is read by a module of its own.
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from techmap_sync.errors import UnreadableMap
from techmap_sync.model import Component, ConstraintArea, ItemGroup, Method, Passage, Span, TechnicalMap
from techmap_sync.parsing import notices
from techmap_sync.parsing.document import Document
from techmap_sync.parsing.frontmatter import FrontMatter, split_front_matter
from techmap_sync.parsing.items import heading_text, read_group
from techmap_sync.parsing.leftovers import with_leftovers
from techmap_sync.parsing.limits import tame, too_long
from techmap_sync.parsing.markdown import Heading, blocks_of
from techmap_sync.parsing.meaning import is_placeholder
from techmap_sync.parsing.metadata import Metadata, read_metadata
from techmap_sync.parsing.outline import Section, sections_of, straighten
from techmap_sync.parsing.overview import Listing, read_listings
from techmap_sync.parsing.reading import Finding, Reading
from techmap_sync.parsing.recognition import looks_like_map, map_title
from techmap_sync.parsing.sections import sub_sections, top_sections
from techmap_sync.parsing.specifications import Specification, assemble, read_specifications
from techmap_sync.parsing.vocabulary import look_up
from techmap_sync.parsing.wording import heading_key, plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from techmap_sync.parsing.markdown import Block
    from techmap_sync.parsing.vocabulary import Vocabulary

__all__ = ["decode", "looks_like_map", "parse"]

_LISTS = ("new", "modified", "integration")
_CONSTRAINTS = ("data flow", "error handling", "security", "performance")


def decode(data: bytes, path: str = "") -> str:
    """Return the text of a file: UTF-8, without a byte-order mark.

    Raises `UnreadableMap` with the offset of the first byte that is not UTF-8.
    """
    start = len(codecs.BOM_UTF8) if data.startswith(codecs.BOM_UTF8) else 0
    try:
        return data[start:].decode("utf-8")
    except UnicodeDecodeError as error:
        offset = error.start + start
        raise UnreadableMap(path, f"byte {offset} is not UTF-8", "save the file as UTF-8") from error


def parse(text: str, vocabulary: Vocabulary) -> Reading:
    """Read a map. No text makes this raise.

    Parameters: the text as decoded, any line ends; the words of all languages.
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if not looks_like_map(text, vocabulary):
        return Reading(None)
    front = split_front_matter(text)
    body, first_line = text[front.length :], 1 + text.count("\n", 0, front.length)
    if too_long(body):
        return notices.unread(body, first_line)
    tamed = tame(body)
    document = Document(body, first_line, tuple(straighten(blocks_of(tamed.text))))
    reader = _Reader(document, vocabulary)
    found = reader.read(front)
    findings = (*notices.of_limits(tamed, document), *reader.findings, *notices.of_text(document, vocabulary, reader.yielding))
    return Reading(with_leftovers(found, text, document), findings, notices.ignores_in(document))


@dataclass(slots=True)
class _Reader:
    """Collects what the sections say."""

    document: Document
    vocabulary: Vocabulary
    listings: list[Listing] = field(default_factory=list)
    specifications: list[Specification] = field(default_factory=list)
    functions: list[Section] = field(default_factory=list)
    changes: list[ItemGroup] = field(default_factory=list)
    tests: list[ItemGroup] = field(default_factory=list)
    deployment: list[ItemGroup] = field(default_factory=list)
    constraints: list[ConstraintArea] = field(default_factory=list)
    context: list[Passage] = field(default_factory=list)
    unrecognised: list[Passage] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    yielding: list[tuple[int, int]] = field(default_factory=list)
    """Where sections stand that yield tickets, as offsets."""

    def read(self, front: FrontMatter) -> TechnicalMap:
        """Read the document into a map."""
        metadata = read_metadata(self.document.blocks, self.document, self.vocabulary)
        title, place, blocks = _title(metadata.blocks, self.document, self.vocabulary)
        preamble, sections = top_sections(sections_of(blocks), self.vocabulary)
        if preamble.blocks:
            self._keep(preamble)
        for section in sections:
            self._section(section)
        components = assemble(self.listings, self.specifications, self.document)
        self.findings += components.findings
        self.findings += notices.of_metadata(metadata, title, place)
        return TechnicalMap(
            title=title,
            span=place,
            map_id=_map_id(metadata, front, self.vocabulary),
            metadata=metadata.fields,
            readiness=metadata.readiness,
            lifecycle=metadata.lifecycle,
            components=self._with_functions(components.work),
            changes=merged(self.changes),
            tests=merged(self.tests),
            deployment=merged(self.deployment),
            constraints=tuple(self.constraints),
            context=tuple(self.context),
            unrecognised=tuple(self.unrecognised),
            done=components.done,
        )

    def _section(self, section: Section) -> None:
        kind = look_up(self.vocabulary.sections, section.heading)
        if kind in ("overview", "specifications", *_LISTS):
            self._component_section(section, kind)
        elif kind == "functions":
            self.functions.append(section)
            self._keep(section)
        elif kind in ("integration points", "testing", "deployment"):
            self._item_sections(section, kind)
        elif kind in _CONSTRAINTS:
            self.constraints.append(self._constraint(section, kind))
        elif kind in ("context", "ignored"):
            self._keep(section)
        elif not self._lone_sub_section(section):
            self._not_recognised(section)

    def _component_section(self, section: Section, kind: str) -> None:
        self.yielding.append((section.start, section.end))
        if kind == "specifications":
            self._keep(section, own=True)
            self.specifications += read_specifications(section, self.document, self.vocabulary)
            return
        if kind in _LISTS:
            self._list(section, kind)
            return
        words = {word: meaning for word, meaning in self.vocabulary.sections.items() if meaning in _LISTS}
        own, *others = sub_sections(section, words)
        self._list(own, "")
        for other in others:
            if listed := look_up(words, other.heading):
                self._list(other, listed)
            elif specified := list(read_specifications(replace(own, blocks=(), children=(other,)), self.document, self.vocabulary)) if notices.has_fields(other, self.vocabulary) else []:
                self.specifications += specified
            else:
                self._not_recognised(other)

    def _list(self, section: Section, kind: str) -> None:
        self._keep(section)
        if kind:
            self.findings += notices.of_empty(section, self.document)
        self.listings += read_listings(section, kind, self.document, self.vocabulary)

    def _item_sections(self, section: Section, kind: str) -> None:
        self.yielding.append((section.start, section.end))
        words = {
            "integration points": self.vocabulary.changes,
            "testing": self.vocabulary.tests,
            "deployment": self.vocabulary.deployment,
        }[kind]
        own, *others = sub_sections(section, words, any_label=kind != "integration points")
        if not others and own.blocks and kind != "integration points":
            self._group(own, kind, heading_key(own.heading))
            return
        self._keep(own)
        for other in others:
            self._sub_section(other, kind, look_up(words, other.heading))

    def _sub_section(self, section: Section, kind: str, name: str) -> None:
        key = heading_key(section.heading)
        if kind == "testing":
            name = name or self.vocabulary.test_level(key) or (key if section.by_label else "")
        elif kind == "deployment":
            name = name or key
        if look_up(self.vocabulary.sections, section.heading) in ("ignored", "context") or name == "existing":
            self._keep(section)
        elif name:
            self._group(section, kind, name)
        else:
            self._not_recognised(section)

    def _lone_sub_section(self, section: Section) -> bool:
        """Read a sub-section that stands where sections do, as the compact form has it."""
        words = self.vocabulary
        for kind, table in (("integration points", words.changes), ("testing", words.tests), ("deployment", words.deployment)):
            if name := look_up(table, section.heading):
                self.yielding.append((section.start, section.end))
                self._sub_section(section, kind, name)
                return True
        if words.test_level(heading_key(section.heading)):
            self.yielding.append((section.start, section.end))
            self._sub_section(section, "testing", "")
            return True
        return False

    def _group(self, section: Section, kind: str, name: str) -> None:
        group = read_group(section, name, self.document, self.vocabulary)
        self.findings += notices.of_empty(section, self.document)
        {"integration points": self.changes, "testing": self.tests, "deployment": self.deployment}[kind].append(group)

    def _constraint(self, section: Section, kind: str) -> ConstraintArea:
        own = replace(section, children=())
        parts = [own] if section.blocks else []
        groups = tuple(
            read_group(part, heading_key(part.heading), self.document, self.vocabulary)
            for part in (*parts, *section.children)
        )
        for part in (section, *section.children):
            self.findings += notices.of_empty(part, self.document)
        span = self.document.span(section.start, section.end)
        return ConstraintArea(kind, heading_text(section), span, groups)

    def _keep(self, section: Section, *, own: bool = False) -> None:
        """Keep a section as context; with ``own``, only what stands directly below its heading."""
        self.context.append(self._passage(replace(section, children=()) if own else section))

    def _not_recognised(self, section: Section) -> None:
        passage = self._passage(section)
        self.unrecognised.append(passage)
        self.findings.append(notices.unknown_section(passage, section, self.document))

    def _passage(self, section: Section) -> Passage:
        start = section.heading_end if not section.by_label else section.blocks[0].start if section.blocks else section.heading_end
        markdown = self.document.markdown(start, section.end)
        return Passage(heading_text(section), markdown, self.document.span(section.start, section.end))

    def _with_functions(self, components: Sequence[Component]) -> tuple[Component, ...]:
        """Give the components the functions of the compact form that are qualified by their names."""
        functions = [method for section in self.functions for method in notices.functions_in(section, self.document, self.vocabulary)]
        return tuple(
            replace(component, methods=(*component.methods, *_own_functions(component, functions)))
            for component in components
        )


def _own_functions(component: Component, functions: Sequence[Method]) -> tuple[Method, ...]:
    prefix = f"{component.name}."
    return tuple(
        replace(method, name=method.name.removeprefix(prefix)) for method in functions if method.name.startswith(prefix)
    )


def merged(groups: Sequence[ItemGroup]) -> tuple[ItemGroup, ...]:
    """Return the groups with those of one name made one, where the first of them stands."""
    found: dict[str, ItemGroup] = {}
    for group in groups:
        first = found.get(group.name)
        found[group.name] = (
            replace(
                first,
                items=(*first.items, *group.items),
                context="\n\n".join(filter(None, (first.context, group.context))),
            )
            if first
            else group
        )
    return tuple(found.values())


def _title(
    blocks: Sequence[Block], document: Document, vocabulary: Vocabulary
) -> tuple[str, Span, tuple[Block, ...]]:
    """Return the title, where it stands, and the blocks without its heading."""
    headings = [block for block in blocks if isinstance(block, Heading)]
    for heading in headings:
        title = map_title(plain(heading.line.runs), vocabulary) if heading.level <= 2 else None
        if title is not None:
            return _found_title(title, heading, blocks, document)
    if headings and headings[0].level == 1:
        return _found_title(plain(headings[0].line.runs), headings[0], blocks, document)
    return "", Span(document.first_line, 1, document.first_line, 1), tuple(blocks)


def _found_title(
    title: str, heading: Heading, blocks: Sequence[Block], document: Document
) -> tuple[str, Span, tuple[Block, ...]]:
    rest = tuple(block for block in blocks if block is not heading)
    return title, document.span(heading.start, heading.end), rest


def _map_id(metadata: Metadata, front: FrontMatter, vocabulary: Vocabulary) -> str:
    written = metadata.value("map id")
    return written if written and not is_placeholder(written, vocabulary) else front.values.get("id", "")
