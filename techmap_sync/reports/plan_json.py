"""A change set and its outcomes as one versioned JSON object."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from techmap_sync.errors import Problem
from techmap_sync.reports.messages import error_values, json_text
from techmap_sync.sync.change_set import ChangeSet, Outcome, counted, edit_digests
from techmap_sync.sync.changes import Change, Create, Link, LinkChange

SCHEMA = 1


def plan_json(change_set: ChangeSet, remarks: Sequence[str] = (), problems: Sequence[Problem] = ()) -> str:
    """Render a plan.

    :param remarks: further remarks for readers.
    :param problems: what kept the plan from being whole.
    """
    return _dumped({**_plan(change_set), "remarks": list(remarks), "errors": error_values(problems)})


def push_json(
    change_set: ChangeSet,
    outcomes: Sequence[Outcome],
    complete: bool,
    circumstances: Mapping[str, str],
    remarks: Sequence[str] = (),
    problems: Sequence[Problem] = (),
) -> str:
    """Render a push, for audits.

    :param outcomes: what became of the changes that were tried.
    :param complete: False when the run stopped early and the next one goes on.
    :param circumstances: who wrote it, from which commit, in which run.
    :param remarks: further remarks for readers.
    :param problems: why it is not complete, and what could not be read.
    """
    tried = [{**_outcome(outcome), **circumstances} for outcome in outcomes]
    known = {_identity(o.change, o.map_id) for o in outcomes if not o.is_open}
    untried = ((c, m.map_id) for m in change_set.maps for c in m.writes if _identity(c, m.map_id) not in known)
    remaining = [_change(change, map_id) for change, map_id in untried]
    about = {"outcomes": tried, "remaining": remaining, "complete": complete, "remarks": list(remarks)}
    return _dumped({**_plan(change_set), **about, "errors": error_values(problems)})


def _identity(change: Change, map_id: str) -> tuple[str, ...]:
    return map_id, change.action, change.key, change.target, *change.fields


def _plan(change_set: ChangeSet) -> dict[str, object]:
    return {
        "schema": SCHEMA,
        "tracker": change_set.tracker,
        "maps": [
            {
                "map_id": m.map_id,
                "path": m.file,
                "family": m.family or None,
                "approved": m.approved,
                "standing": m.standing,
                "reasons": [*m.reasons, *m.refusals, *m.notes],
            }
            for m in change_set.maps
        ],
        "changes": [_change(change, m.map_id) for m in change_set.maps if not m.refusals for change in m.changes],
        "refused": [_change(change, m.map_id) for m in change_set.maps if m.refusals for change in m.changes],
        "counts": counted(change for m in change_set.maps if not m.refusals for change in m.changes),
        "digest": change_set.digest(),
    }


def _change(change: Change, map_id: str) -> dict[str, object]:
    data: dict[str, object] = {
        "action": change.action.value,
        "map_id": map_id,
        "key": change.key,
        "title": change.title,
        "ticket": change.ticket or None,
        "fields": list(change.fields),
        "edits": edit_digests(change),
        "reason": change.reason,
    }
    if isinstance(change, Create) and change.assignees:
        data["assignees"] = list(change.assignees)
    if isinstance(change, LinkChange):
        data |= {"edge": change.edge.value, "target": change.target}
    if isinstance(change, Link) and change.rule:
        data["rule"] = change.rule
    return data


def _outcome(outcome: Outcome) -> dict[str, object]:
    return {
        **_change(outcome.change, outcome.map_id),
        "ticket": outcome.ticket or None,
        "status": outcome.status.value,
        "detail": outcome.detail,
        "before": outcome.before or None,
        "after": outcome.after or None,
        "url": outcome.url,
    }


def _dumped(data: dict[str, object]) -> str:
    return json_text(data)
