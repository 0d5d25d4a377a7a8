"""Text of a map -> `TechnicalMap` (docs/map-format.md).

``parse`` cuts the text into sections; ``reader.py`` reads them, with a module for each kind of thing they hold.
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import TYPE_CHECKING

from techmap_sync.documents.frontmatter import FrontMatter, split_front_matter
from techmap_sync.documents.markdown import Rule, marked
from techmap_sync.documents.marko_patches import tame, too_long
from techmap_sync.documents.technical_map import notices
from techmap_sync.documents.technical_map.classify import is_placeholder, says_no_rule, says_no_step, says_no_test
from techmap_sync.documents.technical_map.components import (
    Listing,
    Specification,
    assemble,
    nothing_listed,
    read_listings,
    read_specifications,
)
from techmap_sync.documents.technical_map.detect import looks_like_map
from techmap_sync.documents.technical_map.fields import has_fields
from techmap_sync.documents.technical_map.items import heading_text, merged, read_group
from techmap_sync.documents.technical_map.metadata import Metadata, estimate_of, read_metadata
from techmap_sync.documents.technical_map.methods import methods_in
from techmap_sync.documents.technical_map.names import find_title, is_numbered_component
from techmap_sync.documents.technical_map.notices import with_leftovers
from techmap_sync.documents.technical_map.sections import sections_of, straighten, sub_sections, top_sections
from techmap_sync.documents.technical_map.vocabulary import look_up
from techmap_sync.documents.technical_map.wording import heading_key
from techmap_sync.documents.text import Document, Reading, with_signs
from techmap_sync.errors import UnreadableMap
from techmap_sync.model import Component, ConstraintArea, ItemGroup, Method, Passage, TechnicalMap
from techmap_sync.text_forms import unified

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from techmap_sync.documents.technical_map.sections import Section
    from techmap_sync.documents.technical_map.vocabulary import Vocabulary
    from techmap_sync.documents.text import Document, Finding


_LISTS = ("new", "modified", "integration")
_ITEM_SECTIONS = ("integration points", "testing", "deployment")
_CONSTRAINTS = ("data flow", "error handling", "security", "performance")


@dataclass(slots=True)
class Reader:
    """Collects what the sections say."""

    document: Document
    vocabulary: Vocabulary
    listings: list[Listing] = field(default_factory=list)
    specifications: list[Specification] = field(default_factory=list)
    functions: list[Method] = field(default_factory=list)
    groups: dict[str, list[ItemGroup]] = field(default_factory=lambda: {kind: [] for kind in _ITEM_SECTIONS})
    """By the section that they belong to."""
    constraints: list[ConstraintArea] = field(default_factory=list)
    context: list[Passage] = field(default_factory=list)
    unrecognised: list[Passage] = field(default_factory=list)
    nothing: list[Passage] = field(default_factory=list)
    """What the lists of components say that there is nothing of."""
    findings: list[Finding] = field(default_factory=list)
    yielding: list[tuple[int, int]] = field(default_factory=list)
    """Where sections stand that yield tickets, as offsets."""

    def read(self, section: Section) -> None:
        """Read one section with everything below it."""
        kind = look_up(self.vocabulary.sections, section.heading)
        if kind in ("overview", "specifications", *_LISTS):
            self._read_components(section, kind)
        elif kind == "functions":
            self._read_functions(section)
        elif kind in _ITEM_SECTIONS:
            self._read_item_section(section, kind)
        elif kind in _CONSTRAINTS:
            self._read_constraints(section, kind)
        elif kind in ("context", "ignored"):
            self.keep(section)
        else:
            self._read_without_parent(section)

    def keep(self, section: Section) -> None:
        """Keep a section as context."""
        self.context.append(self._passage(section))

    # --- components ---

    def _read_components(self, section: Section, kind: str) -> None:
        self.yielding.append((section.start, section.end))
        if kind == "specifications":
            self.keep(replace(section, children=()))
            self._specify(section.children)
        elif kind in _LISTS:
            self._list(section, kind)
        else:
            self._read_overview(section)

    def _read_overview(self, section: Section) -> None:
        words = {word: meaning for word, meaning in self.vocabulary.sections.items() if meaning in _LISTS}
        own, *others = sub_sections(section, words)
        self._list(own, "")
        for other in others:
            if kind := look_up(words, other.heading):
                self._list(other, kind)
            elif has_fields(other, self.vocabulary):
                self._specify([other])
            else:
                self._not_recognised(other)

    def _list(self, section: Section, kind: str) -> None:
        self.keep(section)
        if kind:
            self.findings += notices.of_empty(section, self.document)
        self.listings += read_listings(section, kind, self.document, self.vocabulary)
        self.nothing += nothing_listed(section, self.document, self.vocabulary)

    def _specify(self, sections: Sequence[Section]) -> None:
        self.specifications += read_specifications(sections, self.document, self.vocabulary)

    def _read_functions(self, section: Section) -> None:
        self.keep(section)
        for block in section.blocks:
            self.functions += methods_in(block, self.document, self.vocabulary)

    def with_functions(self, components: Sequence[Component]) -> tuple[Component, ...]:
        """Give the components the functions of the compact form that are qualified by their names."""
        return tuple(
            replace(component, methods=(*component.methods, *self._functions_of(component))) for component in components
        )

    def _functions_of(self, component: Component) -> list[Method]:
        prefix = f"{component.name}."
        return [
            method._replace(name=method.name.removeprefix(prefix))
            for method in self.functions
            if method.name.startswith(prefix)
        ]

    # --- items ---

    def _names_below(self, kind: str) -> Mapping[str, str]:
        """Return the words for sub-sections of a section of items."""
        words = self.vocabulary
        return {"integration points": words.changes, "testing": words.tests, "deployment": words.deployment}[kind]

    def _read_item_section(self, section: Section, kind: str) -> None:
        self.yielding.append((section.start, section.end))
        words = self._names_below(kind)
        own, *others = sub_sections(section, words, any_label=kind != "integration points")
        if not others and own.blocks and kind != "integration points":
            self._read_group(own, kind, heading_key(own.heading))
            return
        self.keep(own)
        for other in others:
            self._read_sub_section(other, kind, look_up(words, other.heading))

    def _read_sub_section(self, section: Section, kind: str, name: str) -> None:
        key = heading_key(section.heading)
        if kind == "testing":
            name = name or self.vocabulary.test_level(key) or (key if section.by_label else "")
        elif kind == "deployment":
            name = name or key
        if look_up(self.vocabulary.sections, section.heading) in ("ignored", "context") or name == "existing":
            self.keep(section)
        elif name:
            self._read_group(section, kind, name)
        else:
            self._not_recognised(section)

    def _read_group(self, section: Section, kind: str, name: str) -> None:
        self.findings += notices.of_empty(section, self.document)
        says_nothing = says_no_test if kind == "testing" else says_no_step
        self.groups[kind].append(read_group(section, name, self.document, self.vocabulary, says_nothing))

    def _read_without_parent(self, section: Section) -> None:
        """Read a sub-section or a component that stands where sections do, as the compact form has it."""
        for kind in _ITEM_SECTIONS:
            name = look_up(self._names_below(kind), section.heading)
            if name or (kind == "testing" and self.vocabulary.test_level(heading_key(section.heading))):
                self.yielding.append((section.start, section.end))
                self._read_sub_section(section, kind, name)
                return
        if is_numbered_component(section.heading, self.vocabulary):
            self.yielding.append((section.start, section.end))
            self._specify([section])
        else:
            self._not_recognised(section)

    def _read_constraints(self, section: Section, kind: str) -> None:
        parts = [replace(section, children=())] if section.blocks else []
        groups = tuple(
            read_group(part, heading_key(part.heading), self.document, self.vocabulary, says_no_rule)
            for part in (*parts, *section.children)
        )
        for part in (section, *section.children):
            self.findings += notices.of_empty(part, self.document)
        span = self.document.span(section.start, section.end)
        self.constraints.append(ConstraintArea(kind, heading_text(section), span, groups))

    def passed_over(self) -> tuple[Passage, ...]:
        """Return what says that there is nothing to do, in the order of the text."""
        groups = chain(*self.groups.values(), *(area.groups for area in self.constraints))
        listed = (listing.fields.nothing for listing in self.listings)
        specified = (specification.fields.nothing for specification in self.specifications)
        found = chain(self.nothing, *(group.nothing for group in groups), *listed, *specified)
        return tuple(sorted(found, key=lambda passage: passage.span))

    # --- everything else ---

    def _not_recognised(self, section: Section) -> None:
        passage = self._passage(section)
        self.unrecognised.append(passage)
        self.findings.append(notices.unknown_section(passage, section, self.document))

    def _passage(self, section: Section) -> Passage:
        start = section.heading_end
        if section.by_label and section.blocks:
            start = section.blocks[0].start  # the text may stand behind the label on its line
        markdown = self.document.markdown(start, section.end)
        return Passage(heading_text(section), markdown, self.document.span(section.start, section.end))


__all__ = ["decode", "looks_like_map", "parse"]


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
    text = unified(text)
    if not looks_like_map(text, vocabulary):
        return Reading(None)
    front = split_front_matter(text)
    body, first_line = text[front.length :], 1 + text.count("\n", 0, front.length)
    if too_long(body):
        return notices.unread(body, first_line)
    tamed = tame(body)
    markdown = marked(tamed.text)
    document = with_signs(Document(body, first_line, tuple(straighten(markdown.blocks))), markdown.edits, tamed.spaces)
    reader = Reader(document, vocabulary)
    found = _read(reader, front)
    findings = (
        *notices.of_limits(tamed, document),
        *notices.of_spaces(document),
        *reader.findings,
        *notices.of_text(document, vocabulary, reader.yielding),
    )
    return Reading(with_leftovers(found, text, document), findings, notices.ignores_in(document))


def _read(reader: Reader, front: FrontMatter) -> TechnicalMap:
    """Let the reader read every section, and put together what it collected."""
    document, vocabulary = reader.document, reader.vocabulary
    metadata = read_metadata(document.blocks, document, vocabulary)
    title, heading = find_title(metadata.blocks, vocabulary)
    blocks = [block for block in metadata.blocks if block is not heading and not isinstance(block, Rule)]
    preamble, sections = top_sections(sections_of(blocks), vocabulary)
    if preamble.blocks:
        reader.keep(preamble)
    for section in sections:
        reader.read(section)
    components = assemble(reader.listings, reader.specifications, document, vocabulary)
    place = document.span(heading.start, heading.end) if heading else document.span(0, 0)
    reader.findings += components.findings
    reader.findings += notices.of_metadata(metadata, title, place)
    return TechnicalMap(
        title=title,
        span=place,
        map_id=_map_id(metadata, front, vocabulary),
        metadata=metadata.fields,
        readiness=metadata.readiness,
        lifecycle=metadata.lifecycle,
        estimate_minutes=estimate_of(metadata.value("implementation time"), vocabulary),
        components=reader.with_functions(components.work),
        changes=merged(reader.groups["integration points"]),
        tests=merged(reader.groups["testing"]),
        deployment=merged(reader.groups["deployment"]),
        constraints=tuple(reader.constraints),
        context=tuple(reader.context),
        unrecognised=tuple(reader.unrecognised),
        done=components.done,
        nothing=reader.passed_over(),
    )


def _map_id(metadata: Metadata, front: FrontMatter, vocabulary: Vocabulary) -> str:
    written = metadata.value("map id")
    return written if written and not is_placeholder(written, vocabulary) else front.values.get("id", "")
