"""In which language a map is written: its tickets get their fixed words in the same one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from techmap_sync.documents.letters import language_of_letters
from techmap_sync.documents.markdown import Fence
from techmap_sync.documents.technical_map.wording import heading_key
from techmap_sync.documents.words import ENGLISH

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
