"""Reads the sections of a map, each with what belongs to its kind (docs/map-format.md)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from techmap_sync.documents.technical_map import map_notices as notices
from techmap_sync.documents.technical_map.classify import is_placeholder, says_no_rule, says_no_step, says_no_test
from techmap_sync.documents.technical_map.components import Specification, only_groups, read_specification
from techmap_sync.documents.technical_map.fields import has_fields
from techmap_sync.documents.technical_map.items import read_group
from techmap_sync.documents.technical_map.methods import methods_in
from techmap_sync.documents.technical_map.model import Component, ConstraintArea, ItemGroup, Passage
from techmap_sync.documents.technical_map.names import is_numbered_component
from techmap_sync.documents.technical_map.overview import Listing, listed_files, nothing_listed, read_listings
from techmap_sync.documents.technical_map.sections import heading_text, holds_list, split_at_labels, sub_sections
from techmap_sync.documents.technical_map.vocabulary import look_up
from techmap_sync.documents.technical_map.wording import fold, heading_key, name_key
from techmap_sync.documents.work import Method

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from techmap_sync.diagnostics import Finding
    from techmap_sync.documents.technical_map.sections import Section
    from techmap_sync.documents.technical_map.shapes import Label
    from techmap_sync.documents.technical_map.vocabulary import Vocabulary
    from techmap_sync.documents.text import SourceText


_LISTS = ("new", "modified", "integration")
_ITEM_SECTIONS = ("integration points", "testing", "deployment")
_CONSTRAINTS = ("data flow", "error handling", "security", "performance", "questions")
_YIELDING = ("overview", "specifications", "functions", *_LISTS, *_ITEM_SECTIONS, *_CONSTRAINTS)


class Place(NamedTuple):
    """Where the text below a heading belongs, wherever the heading is."""

    kind: str
    """The section."""
    name: str = ""
    """The sub-section of it; empty for the section itself, and for one of the author's own name."""


@dataclass(slots=True)
class Reader:
    """Collects what the sections say."""

    document: SourceText
    vocabulary: Vocabulary
    listings: list[Listing] = field(default_factory=list)
    specifications: list[Specification] = field(default_factory=list)
    functions: list[Method] = field(default_factory=list)
    groups: dict[str, list[ItemGroup]] = field(default_factory=lambda: {kind: [] for kind in _ITEM_SECTIONS})
    """By the section that they belong to."""
    constraints: list[ConstraintArea] = field(default_factory=list)
    context: list[Passage] = field(default_factory=list)
    unrecognised: list[Passage] = field(default_factory=list)
    unchanged: list[Passage] = field(default_factory=list)
    """What the map says of systems that stay as they are."""
    nothing: list[Passage] = field(default_factory=list)
    """What the lists of components say that there is nothing of."""
    findings: list[Finding] = field(default_factory=list)
    yielding: list[tuple[int, int]] = field(default_factory=list)
    """Where the sections that yield tickets are, as offsets."""

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
        elif kind == "ignored":
            self.keep(section)
        elif kind == "context":
            self.keep(section)
            self._list_files(section)
        else:
            self._read_without_parent(section)

    def read_preamble(self, section: Section) -> None:
        """Keep what is above the first section."""
        self.keep(section)
        self._list_files(section)

    def keep(self, section: Section) -> None:
        """Keep a section as context."""
        self.context.append(self._passage(section))

    # --- components ---

    def _read_components(self, section: Section, kind: str) -> None:
        self.yielding.append((section.start, section.end))
        if kind in _LISTS:
            self._list(section, kind)
            return
        words = {word: meaning for word, meaning in self.vocabulary.sections.items() if meaning in _LISTS}
        own, *others = sub_sections(section, words, self.vocabulary)
        if kind == "overview" or not others:
            self._list(own, "")
        else:
            self.keep(own)
            self.listings += listed_files(own.blocks, self.document, self.vocabulary)
        for other in others:
            if listed := look_up(words, other.heading):
                self._list(other, listed)
            else:
                self._specify(other)

    def _list_files(self, section: Section) -> None:
        """Read tables that say what happens to which file, in a section that lists no components otherwise."""
        self.listings += listed_files(section.blocks, self.document, self.vocabulary)
        for child in section.children:
            self._list_files(child)

    def _list(self, section: Section, kind: str) -> None:
        self.keep(section)
        if kind:
            self.findings += notices.of_empty(section, self.document)
        self.listings += read_listings(section, kind, self.document, self.vocabulary)
        self.nothing += nothing_listed(section, self.document, self.vocabulary)

    def _specify(self, section: Section, of_group: str = "") -> None:
        """Read a heading below the components: one of them, several, or what belongs elsewhere.

        :param of_group: what the grouping headings above say of everything below them.
        """
        if self._is_of_components(section) and (place := self._place_of(section.heading)):
            self._read_at(place, section)
        elif self._is_context(section) or self._lists_files(section):
            self.keep(section)
            self._list_files(section)
        elif only_groups(section, self.vocabulary):
            self.keep(replace(section, children=()))
            said = "\n\n".join(filter(None, (of_group, self._said_of_group(section))))
            for child in section.children:
                self._specify(child, said)
        elif specification := read_specification(section, self.document, self.vocabulary):
            self.specifications.append(specification._replace(of_group=of_group))

    def _said_of_group(self, section: Section) -> str:
        """Return the text between a heading that only groups and the first heading below it, under its own name."""
        markdown = self.document.markdown(section.heading_end, section.own_end).strip()
        says_nothing = is_placeholder(markdown, self.vocabulary) or self.vocabulary.nothing.is_word(fold(markdown))
        return "" if says_nothing else f"**{heading_text(section)}**\n\n{markdown}"

    def _lists_files(self, section: Section) -> bool:
        """Whether a heading below the components holds a table of files instead of being one of them."""
        if has_fields(section, self.vocabulary):
            return False
        return any(True for _ in listed_files(section.blocks, self.document, self.vocabulary))

    def _is_of_components(self, section: Section) -> bool:
        """Whether a heading below the components may be that of changes or steps, and is not itself a component."""
        if has_fields(section, self.vocabulary) or is_numbered_component(section.heading, self.vocabulary):
            return False
        return name_key(section.heading) not in {name_key(listing.name) for listing in self.listings}

    def _is_context(self, section: Section) -> bool:
        about = look_up(self.vocabulary.sections, section.heading)
        return about in ("context", "ignored") and not has_fields(section, self.vocabulary)

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
        own, *others = sub_sections(section, words, self.vocabulary, any_label=kind != "integration points")
        if self._asks_itself(own, kind, alone=not others):
            self._read_group(own, kind, heading_key(own.heading))
        else:
            self.keep(own)
        for other in others:
            self._read_sub_section(other, kind, look_up(words, other.heading))

    def _asks_itself(self, own: Section, kind: str, *, alone: bool) -> bool:
        """Whether what is directly below the heading of a section is work, and not only an introduction.

        Above sub-sections, a list of deployment steps is work; what is said of tests is about how they are made.

        :param alone: the section has no sub-sections.
        """
        if kind == "integration points" or not own.blocks:
            return False
        return alone or (kind == "deployment" and holds_list(own))

    def _read_sub_section(self, section: Section, kind: str, name: str) -> None:
        key = heading_key(section.heading)
        if kind == "testing":
            name = name or self._test_level(section, key)
        elif kind == "deployment":
            name = name or key
        if look_up(self.vocabulary.sections, section.heading) in ("ignored", "context") or name == "existing":
            self.keep(section)
            if name == "existing":
                self.unchanged.append(self._passage(section))
        elif name:
            self._read_group(section, kind, name)
        else:
            self._not_recognised(section)

    def _test_level(self, section: Section, key: str) -> str:
        """Return the level that a heading or label below tests opens, or nothing where it opens none."""
        if self.vocabulary.is_no_test_level(key):
            return ""
        return self.vocabulary.test_level(key) or (key if section.by_label or holds_list(section) else "")

    def _read_group(self, section: Section, kind: str, name: str) -> None:
        self.findings += notices.of_empty(section, self.document)
        says_nothing = says_no_test if kind == "testing" else says_no_step
        self.groups[kind].append(read_group(section, name, self.document, self.vocabulary, says_nothing))

    def _place_of(self, heading: str) -> Place | None:
        """Return where the text below a misplaced heading belongs, or None if that is not known."""
        kind = look_up(self.vocabulary.sections, heading)
        if kind:
            return Place(kind) if kind in _YIELDING else None
        for kind in _ITEM_SECTIONS:
            name = look_up(self._names_below(kind), heading)
            if name or (kind == "testing" and self.vocabulary.test_level(heading_key(heading))):
                return Place(kind, name)
        return None

    def _read_at(self, place: Place, section: Section) -> None:
        """Read a section as what its heading says that it is."""
        if look_up(self.vocabulary.sections, section.heading) == place.kind:
            self.read(section)
        else:
            self.yielding.append((section.start, section.end))
            self._read_sub_section(section, place.kind, place.name)

    def _read_without_parent(self, section: Section) -> None:
        """Read a sub-section or component at the level of sections, as in the compact form."""
        if place := self._place_of(section.heading):
            self._read_at(place, section)
        elif is_numbered_component(section.heading, self.vocabulary):
            self.yielding.append((section.start, section.end))
            self._specify(section)
        else:
            self._read_unknown(section)

    def _read_unknown(self, section: Section) -> None:
        """Read what is known below a heading that is not, and keep the rest as text."""
        blocks, labelled = split_at_labels(section.blocks, self._opens_known)
        if not labelled and not any(self._holds_known(child) for child in section.children):
            self._not_recognised(section)
            self._list_files(section)
            return
        own = replace(section, blocks=blocks, children=())
        if own.blocks:
            self._not_recognised(own)
            self._list_files(own)
        for part in (*labelled, *section.children):
            self._read_without_parent(part)

    def _opens_known(self, label: Label) -> bool:
        return label.alone and self._place_of(label.text) is not None

    def _holds_known(self, section: Section) -> bool:
        if self._place_of(section.heading) or is_numbered_component(section.heading, self.vocabulary):
            return True
        _, labelled = split_at_labels(section.blocks, self._opens_known)
        return bool(labelled) or any(map(self._holds_known, section.children))

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
            start = section.blocks[0].start  # the text may follow the label on its line
        markdown = self.document.markdown(start, section.end)
        return Passage(heading_text(section), markdown, self.document.span(section.start, section.end))
