"""Issues as GitLab's REST API tells them, turned into tickets."""

from __future__ import annotations

from techmap_sync.adapters.shapes import Row
from techmap_sync.syncing.tracker import Ends, Standing, State, Ticket


def is_gone(row: Row) -> bool:
    """Return whether the issue was moved to another project; what stays behind is an empty shell."""
    return bool(row.get("moved_to_id"))


def ticket(row: Row, author: tuple[str, Standing], ends: Ends) -> Ticket:
    """Return an issue as a ticket. GitLab keeps neither a reason for closing nor a priority.

    :param author: the name of its author, and what it is to the project.
    :param ends: where its links lead, as far as that is known: a row does not tell.
    """
    milestone = row.get("milestone")
    return Ticket(
        number=str(row["iid"]),
        title=row["title"],
        body=row.get("description") or "",
        state=State.CLOSED if row["state"] == "closed" else State.OPEN,
        labels=frozenset(row["labels"]),
        assignees=frozenset(person["username"] for person in row.get("assignees") or () if person),
        milestone=milestone["title"] if milestone else None,
        author=author[0],
        standing=author[1],
        parent=ends.parent,
        blocked_by=ends.blocked_by,
        comments=row.get("user_notes_count") or 0,
        started=row["state"] != "closed" and _is_started(row),
        url=row.get("web_url") or "",
    )


def _is_started(row: Row) -> bool:
    """Return whether a merge request will close it, or somebody has booked time on it."""
    booked = (row.get("time_stats") or {}).get("total_time_spent")
    return bool(row.get("merge_requests_count") or booked)
