"""Text of a map -> `TechnicalMap` (docs/map-format.md).

``parse`` cuts the text into sections; ``reader.py`` reads them, with a module for each kind of thing they hold.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from techmap_sync.documents.frontmatter import NAMES, FrontMatter, split_front_matter, ticket_fields
from techmap_sync.documents.markdown import Fence, Rule, marked
from techmap_sync.documents.marko_patches import tame, too_long
from techmap_sync.documents.technical_map import map_notices as notices
from techmap_sync.documents.technical_map.classify import is_placeholder
from techmap_sync.documents.technical_map.components import assemble
from techmap_sync.documents.technical_map.detect import looks_like_map
from techmap_sync.documents.technical_map.items import merged
from techmap_sync.documents.technical_map.map_notices import with_leftovers
from techmap_sync.documents.technical_map.metadata import Metadata, estimate_of, estimates_of, read_metadata
from techmap_sync.documents.technical_map.model import Reading, TechnicalMap
from techmap_sync.documents.technical_map.names import find_title
from techmap_sync.documents.technical_map.reader import Reader
from techmap_sync.documents.technical_map.sections import sections_of, straighten, top_sections
from techmap_sync.documents.technical_map.wording import heading_key
from techmap_sync.documents.text import SourceText, with_signs
from techmap_sync.documents.words import ENGLISH, language_of_letters
from techmap_sync.text_forms import unified

if TYPE_CHECKING:
    from collections.abc import Iterator

    from techmap_sync.documents.technical_map.sections import Section
    from techmap_sync.documents.technical_map.vocabulary import Vocabulary
    from techmap_sync.documents.text import SourceText


def language_of(section: Section, document: SourceText, vocabulary: Vocabulary) -> str:
    """Return the language of most headings that are known.

    Where these are the template's English and half of the letters of the text are Han or kana, it is Japanese or
    Chinese: teams there keep the headings and write below them in their own language.

    :param section: the whole map.
    """
    keys = [heading_key(one.heading) for one in _all(section) if one.heading]
    counts = {language: sum(key in known for key in keys) for language, known in vocabulary.headings.items()}
    most = max(counts, key=lambda language: (counts[language], language == ENGLISH), default=ENGLISH)
    return language_of_letters(_prose(section, document)) or most if most == ENGLISH else most


def _prose(section: Section, document: SourceText) -> Iterator[str]:
    for one in _all(section):
        yield from (document.written(block.start, block.end) for block in one.blocks if not isinstance(block, Fence))


def _all(section: Section) -> Iterator[Section]:
    left = [section]
    while left:
        one = left.pop()
        yield one
        left += one.children


def parse(text: str, vocabulary: Vocabulary) -> Reading:
    """Read a map. No text makes this raise.

    :param text: as decoded, with any line endings.
    :param vocabulary: the words of all languages.
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
    blocks = tuple(straighten(markdown.blocks, vocabulary))
    document = with_signs(SourceText(body, first_line, blocks), markdown.edits, tamed.spaces)
    reader = Reader(document, vocabulary)
    found = _read(reader, front)
    findings = (
        *notices.of_limits(tamed, document),
        *notices.of_spaces(document),
        *reader.findings,
        *notices.of_text(document, vocabulary, reader.yielding),
    )
    ignores, odd = notices.ignores_in(document), notices.odd_spaces(document)
    return Reading(with_leftovers(found, text, document), findings, ignores, odd)


def _read(reader: Reader, front: FrontMatter) -> TechnicalMap:
    """Let the reader read every section, and put together what it collected."""
    document, vocabulary = reader.document, reader.vocabulary
    metadata = read_metadata(document.blocks, document, vocabulary)
    title, heading = find_title(metadata.blocks, vocabulary)
    blocks = [block for block in metadata.blocks if block is not heading and not isinstance(block, Rule)]
    preamble, sections = top_sections(sections_of(blocks), vocabulary)
    if preamble.blocks:
        reader.read_preamble(preamble)
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
        fields=ticket_fields(_asked_in(front) | _asked_for(metadata, vocabulary)),
        readiness=metadata.readiness,
        lifecycle=metadata.lifecycle,
        estimate_minutes=estimate_of(metadata.value("implementation time"), vocabulary),
        estimates=estimates_of(metadata.value("implementation time"), vocabulary),
        components=reader.with_functions(components.work),
        changes=merged(reader.groups["integration points"]),
        tests=merged(reader.groups["testing"]),
        deployment=merged(reader.groups["deployment"]),
        constraints=tuple(reader.constraints),
        context=tuple(reader.context),
        unrecognised=tuple(reader.unrecognised),
        done=components.done,
        nothing=reader.passed_over(),
        unchanged=tuple(sorted((*reader.unchanged, *components.unchanged), key=lambda passage: passage.span)),
        introduction=_introduction(preamble, document),
        abbreviations=vocabulary.abbreviations,
        language=language_of(replace(preamble, children=sections), document, vocabulary),
    )


def _asked_in(front: FrontMatter) -> dict[str, str]:
    return {name.casefold(): value for name, value in front.values.items() if name.casefold() in NAMES}


def _asked_for(metadata: Metadata, vocabulary: Vocabulary) -> dict[str, str]:
    said = {name: metadata.shown(name) for name in NAMES}
    return {name: value for name, value in said.items() if value and not is_placeholder(value, vocabulary)}


def _introduction(preamble: Section, document: SourceText) -> str:
    said = [document.markdown(block.start, block.end) for block in preamble.blocks]
    return "\n\n".join(text for text in said if text.strip())


def _map_id(metadata: Metadata, front: FrontMatter, vocabulary: Vocabulary) -> str:
    written = metadata.value("map id")
    return written if written and not is_placeholder(written, vocabulary) else front.values.get("id", "")
