"""Titles: a fixed verb and the author's own words, so that nothing guesses grammar."""

from __future__ import annotations

import re

from techmap_sync.model import ComponentKind
from techmap_sync.planning.kinds import Kind
from techmap_sync.planning.neutralize import neutralize_title
from techmap_sync.planning.work import ROLLBACK, Work

TITLE_LIMIT = 120
"""Characters; well below what any tracker takes, and what a list on a screen shows."""

_VERBS = {ComponentKind.NEW: "Create", ComponentKind.MODIFIED: "Modify", ComponentKind.INTEGRATION: "Integrate"}


def title_of(work: Work, map_title: str) -> str:
    """Return the title of a work's ticket."""
    verb, subject = _section_words(work, map_title) if work.whole else _item_words(work)
    return shortened(neutralize_title(_joined(verb, subject)), TITLE_LIMIT)


def tracking_title(map_title: str) -> str:
    """Return the title of a map's tracking ticket."""
    return shortened(neutralize_title(f"Implement {map_title}"), TITLE_LIMIT)


def shortened(text: str, limit: int) -> str:
    """Cut a text at the end of a word so that it holds at most ``limit`` characters."""
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    return (cut.rsplit(" ", 1)[0] if " " in cut else cut).rstrip(" ,;:-–—") + "…"


def _section_words(work: Work, map_title: str) -> tuple[str, str]:
    match work.kind:
        case Kind.COMPONENT:
            return _component_words(work)
        case Kind.CHANGE:
            return f"Change {_spoken(work.group)}:", _names(work) or map_title
        case Kind.TEST:
            return f"Write {work.group} tests:", map_title
        case Kind.CONSTRAINT:
            return f"Meet {work.group} constraints:", map_title
        case _ if work.group == ROLLBACK:
            return "Prepare rollback:", map_title
        case _:
            return f"Deploy, {work.group}:", map_title


def _item_words(work: Work) -> tuple[str, str]:
    match work.kind:
        case Kind.CHANGE:
            return f"Change {_spoken(work.group)}:", work.subject
        case Kind.TEST:
            return f"{work.group.capitalize()} test:", work.subject
        case Kind.CONSTRAINT:
            return f"Meet {work.group}:", work.subject
        case _:
            return f"Deploy, {work.group}:", work.subject


def _component_words(work: Work) -> tuple[str, str]:
    if len(work.components) == 1 and work.components[0].specified:
        return _VERBS[work.components[0].kind], work.components[0].name
    if work.group == ComponentKind.INTEGRATION:
        return "Integrate:", ", ".join(component.name for component in work.components)
    kind = work.components[0].kind if work.components else ComponentKind.NEW
    return _VERBS[kind], work.subject


def _names(work: Work) -> str:
    """The first thing that each open item names in code: tables, endpoints, keys."""
    names = [item.code[0] for item in work.items if item.code and not item.done]
    return ", ".join(dict.fromkeys(names))


def _spoken(group: str) -> str:
    return "API" if group == "api" else group


def _joined(verb: str, subject: str) -> str:
    """Put the verb before the subject unless the author wrote it already."""
    words = re.escape(verb.rstrip(":"))
    return subject if re.match(rf"{words}\b", subject, re.IGNORECASE) else f"{verb} {subject}"
