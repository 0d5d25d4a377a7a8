"""The decision table: what to do with one field of one ticket.

D is what the map desires now, B what we wrote last, C what the tracker holds now. See ``docs/how-it-decides.md``.
"""

from __future__ import annotations

from enum import StrEnum


class Decision(StrEnum):
    """What happens to a field."""

    NOTHING = "nothing"
    UPDATE = "update"
    """Write the map's value."""
    KEEP = "keep"
    """A human changed it and the map did not: drift, shown and left."""
    ADOPT = "adopt"
    """Both changed to the same: only the marker learns of it."""
    CONFLICT = "conflict"
    """Both changed, differently: the human's value stays until somebody settles it."""


def decide(*, map_changed: bool, ticket_changed: bool, agree: bool) -> Decision:
    """Return the action of one row of the table.

    :param map_changed: D differs from B, judged by the map's values, never by how a template renders them.
    :param ticket_changed: C differs from B.
    :param agree: C equals D.
    """
    match (map_changed, ticket_changed):
        case (False, False):
            return Decision.NOTHING
        case (True, False):
            return Decision.UPDATE
        case (False, True):
            return Decision.KEEP
        case _:
            return Decision.ADOPT if agree else Decision.CONFLICT
