"""``doctor``: whether a push could work, found out without writing."""

from __future__ import annotations

from collections.abc import Iterator

from techmap_sync.checkout import Checkout
from techmap_sync.commands.planning import Wishes, sync_policy
from techmap_sync.commands.targets import connect_tracker, source_name
from techmap_sync.config import Settings
from techmap_sync.planning.keys import tracking_key
from techmap_sync.syncing import absent, claims
from techmap_sync.syncing.matching import Sorted
from techmap_sync.syncing.policy import SyncPolicy
from techmap_sync.syncing.standings import listed
from techmap_sync.syncing.tracker import Finding, Tracker

_MOST_NAMED = 10


def examine(settings: Settings, checkout: Checkout) -> tuple[str, tuple[Finding, ...]]:
    """Return the tracker's name and what was found: token, rights, capabilities, doubled tickets.

    :raises Problem: usage, settings, or a tracker that does not answer.
    """
    tracker = connect_tracker(settings, checkout)
    findings = tracker.examine()
    if not all(finding.ok for finding in findings):
        return tracker.name, findings
    policy = sync_policy(settings, source_name(settings, checkout, tracker), Wishes())
    found = listed(tracker, policy)
    copies = [f"{held.ticket.number} of {original}" for each in found.maps.values() for held, original in each.copies]
    detail = f"{', '.join(copies)}; reconcile closes the untouched ones" if copies else "none"
    doubled = Finding("doubled tickets", not copies, detail)
    return tracker.name, (*findings, *_settings(tracker, settings), doubled, *_authors(found, policy))


def _settings(tracker: Tracker, settings: Settings) -> Iterator[Finding]:
    """Yield which assignees and milestones of the settings the tracker does not have."""
    if people := absent.unknown_people(tracker, settings.assignees):
        what = f"no ticket can be assigned to {', '.join(sorted(people))}; correct assignees in the settings"
        yield Finding("assignees", False, what)
    if milestones := absent.missing_milestones(tracker, [settings.milestone] if settings.milestone else []):
        yield Finding("milestone", True, f"there is no {', '.join(milestones)} yet; the first ticket creates it")


def _authors(found: Sorted, policy: SyncPolicy) -> Iterator[Finding]:
    """Yield what to do about tickets of this source whose authors are not trusted.

    A map is not pushed while such a ticket claims to be its tracking ticket and no other one is.
    """
    claimed = found.claims.by_key
    blocked = [key for key in claimed if _is_blocked(key, found)]
    blocking = [ticket for key in blocked for ticket in claimed[key]]
    for ticket in blocking[:_MOST_NAMED]:
        what = f"ticket {claims.named([ticket])} keeps its map from being pushed"
        yield Finding("authors", False, f"{what}; {claims.way_out(ticket, policy)}")
    if len(blocking) > _MOST_NAMED:
        yield Finding("authors", False, f"{len(blocking) - _MOST_NAMED} more tickets do")
    others = [ticket for key in claimed.keys() - set(blocked) for ticket in claimed[key]]
    if others or not blocking:
        yield Finding("authors", True, claims.remark(others) or "all are trusted")


def _is_blocked(key: str, found: Sorted) -> bool:
    map_id = key.partition("/")[0]
    return key == tracking_key(map_id) and not found.of(map_id).tracking
