"""``doctor``: whether a push could work, found out without writing."""

from __future__ import annotations

from techmap_sync.checkout import Checkout
from techmap_sync.commands.planning import Wishes, sync_policy
from techmap_sync.commands.targets import connect_tracker, source_name
from techmap_sync.config import Settings
from techmap_sync.syncing.matching import sort_tickets
from techmap_sync.syncing.tracker import Finding


def examine(settings: Settings, checkout: Checkout) -> tuple[str, tuple[Finding, ...]]:
    """Return the tracker's name and what was found: token, rights, capabilities, doubled tickets.

    :raises Problem: usage, settings, or a tracker that does not answer.
    """
    tracker = connect_tracker(settings, checkout)
    findings = tracker.examine()
    if not all(finding.ok for finding in findings):
        return tracker.name, findings
    policy = sync_policy(settings, source_name(settings, checkout, tracker), Wishes())
    found = sort_tickets(tracker.snapshot(policy.managed_label), policy)
    copies = [f"{held.ticket.number} of {original}" for each in found.maps.values() for held, original in each.copies]
    detail = f"{', '.join(copies)}; reconcile closes the untouched ones" if copies else "none"
    return tracker.name, (*findings, Finding("doubled tickets", not copies, detail))
