"""Why a ticket is closed or labelled: a code in its marker, and a Status section in the language of its text."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from techmap_sync.documents.words import ENGLISH, Words, languages, words_in
from techmap_sync.planning.task import SectionName
from techmap_sync.sync.block import Block, Held, Part, write_block
from techmap_sync.sync.comparison import digest, text_digest
from techmap_sync.sync.marker import Marker, WrittenField
from techmap_sync.sync.tracker import State


class Why(StrEnum):
    """The reasons; each is a phrase of ``config/words.toml``, and a marker records which one it was."""

    DONE = "done"
    """The map says that its task is done."""
    ALL_DONE = "all done"
    """It is a tracking ticket, and nothing is left of its map."""
    GONE = "gone"
    """No task asks for it."""
    DROPPED = "dropped"
    """The document says that it is not to be done."""
    RETIRED = "retired"
    MOVED = "moved"
    """Its items are in other tickets."""
    COPY = "copy"
    OLD_COPY = "old copy"
    """It is a copy of a ticket that was renamed since."""
    EMPTIED = "emptied"
    """It is a tracking ticket whose tickets all went to other maps."""


@dataclass(frozen=True, slots=True)
class Ending:
    """Why one ticket is closed or labelled."""

    why: Why
    of: str = ""
    """Number of the original, or the names of the maps that took its tickets."""
    worked_on: bool = False
    """People worked on it, so that it is labelled instead of closed."""

    @property
    def reason(self) -> str:
        """In English, as reports say it."""
        return self.said(words_in(ENGLISH))

    def said(self, words: Words) -> str:
        """Return the reason in a language."""
        said = words.endings[self.why].replace("{}", self.of)
        return words.endings["worked on"].replace("{}", said) if self.worked_on else said


_UNCODED = digest(SectionName.STATUS)
"""In the markers of earlier releases, which told the reasons apart by their English words."""
_UNCODED_DONE = "done in the map"


def with_status(block: Block, marker: Marker, ending: Ending, commit: str) -> str:
    """Return the text of a ticket whose Status section says why it is closed or labelled.

    :param marker: the ticket's marker, up to date but for this section.
    :param commit: since which commit; empty where that is unknown.
    """
    words = words_in(_language(block))
    since = words.phrase("as of", text=commit[:12]) if commit else ""
    said = ending.said(words)
    text = words.phrase("sentence", text=f"{said[:1].upper()}{said[1:]}{since}")
    status = Part(SectionName.STATUS, words.headings["status"], text)
    parts = (*(part for part in block.parts if part.name != SectionName.STATUS), status)
    written = WrittenField(_recorded(ending.why), text_digest(status.text), status.heading)
    known = replace(marker, sections={**marker.sections, SectionName.STATUS: written})
    return write_block(parts, known, block.before, block.after)


def is_done_in_map(held: Held) -> bool:
    """Whether a ticket was closed because its map said that its task is done; how that was worded does not count."""
    written = held.marker.sections.get(SectionName.STATUS)
    if written is not None and written.values != _UNCODED:
        return written.values == _recorded(Why.DONE)
    return held.block.texts().get(SectionName.STATUS, "").strip().casefold().startswith(_UNCODED_DONE)


def was_let_go(held: Held) -> bool:
    """Whether we closed a ticket because its task was gone."""
    closed_by_us = held.ticket.state is State.CLOSED and held.marker.state == State.CLOSED
    return closed_by_us and not is_done_in_map(held)


def _recorded(why: Why) -> str:
    return digest(f"{SectionName.STATUS} {why}")


def _language(block: Block) -> str:
    """Return the language that most fixed words of a ticket are in: it may be older than the document's language."""
    headings, source = {part.heading for part in block.parts}, block.texts().get(SectionName.SOURCE, "")

    def known(language: str) -> int:
        """Return how many fixed words of a language the ticket has."""
        words = words_in(language)
        return len(headings & set(words.headings.values())) + (words.phrases["kept by"] in source)

    return max(languages(), key=known)
