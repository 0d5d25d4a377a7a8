"""What GitLab's REST documentation says of the fields of its answers, checked on every answer of the simulator.

GitLab publishes no schema of its answers as a package, so the fields and their types are written down here from the
pages "Issues API", "Issue links API", "Labels API", "Project milestones API", "Projects API", "Members API",
"Users API", "Notes API" and "Metadata API".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from tests.simulators.gitlab.exchange import Reply

Shape = dict[str, Any]
"""Type of each field: a type, a tuple of types, a shape, a list of one shape, or ``None`` for what may be null."""


def _moment(value: object) -> bool:
    shape = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"
    return isinstance(value, str) and bool(re.fullmatch(shape, value) and datetime.fromisoformat(value))


def _url(value: object) -> bool:
    return isinstance(value, str) and re.match(r"https?://", value) is not None


TEXT_OR_NULL, NUMBER_OR_NULL = (str, type(None)), (int, type(None))
USER: Shape = {"id": int, "username": str, "name": str, "state": str, "avatar_url": _url, "web_url": _url}
MEMBER: Shape = USER | {"access_level": int, "created_at": _moment, "expires_at": TEXT_OR_NULL}
LABEL: Shape = {"id": int, "name": str, "color": str, "text_color": str, "description": TEXT_OR_NULL}
MILESTONE: Shape = {
    "id": int,
    "iid": int,
    "title": str,
    "description": TEXT_OR_NULL,
    "state": str,
    "created_at": _moment,
    "updated_at": _moment,
    "due_date": TEXT_OR_NULL,
    "start_date": TEXT_OR_NULL,
    "expired": bool,
    "web_url": _url,
}
MILESTONE_ONLY = MILESTONE.keys() | {"project_id", "group_id"}
"""GitLab's own tests allow a milestone no other field."""
TIME_STATS: Shape = {
    "time_estimate": int,
    "total_time_spent": int,
    "human_time_estimate": TEXT_OR_NULL,
    "human_total_time_spent": TEXT_OR_NULL,
}
ISSUE: Shape = {
    "id": int,
    "iid": int,
    "project_id": int,
    "title": str,
    "description": TEXT_OR_NULL,
    "state": re.compile("opened|closed"),
    "created_at": _moment,
    "updated_at": _moment,
    "closed_at": TEXT_OR_NULL,
    "labels": [str],
    "milestone": (MILESTONE, None),
    "assignees": [USER],
    "assignee": (USER, None),
    "author": USER,
    "user_notes_count": int,
    "merge_requests_count": int,
    "upvotes": int,
    "downvotes": int,
    "due_date": TEXT_OR_NULL,
    "confidential": bool,
    "severity": re.compile("UNKNOWN|LOW|MEDIUM|HIGH|CRITICAL"),
    "web_url": _url,
    "time_stats": TIME_STATS,
    "moved_to_id": NUMBER_OR_NULL,
    "references": {"short": str, "relative": str, "full": str},
    "_links": {"self": _url, "notes": _url, "project": _url},
}
_TYPE = re.compile("relates_to|blocks|is_blocked_by")
LINKED: Shape = ISSUE | {
    "issue_link_id": int,
    "link_type": _TYPE,
    "link_created_at": _moment,
    "link_updated_at": _moment,
}
LINK: Shape = {"source_issue": ISSUE, "target_issue": ISSUE, "link_type": _TYPE}
PROJECT: Shape = {
    "id": int,
    "path_with_namespace": str,
    "visibility": re.compile("private|internal|public"),
    "archived": bool,
    "issues_access_level": re.compile("disabled|private|enabled"),
    "web_url": _url,
}
TOKEN: Shape = {"id": int, "name": str, "scopes": [str], "active": bool, "expires_at": TEXT_OR_NULL}

NOTE: Shape = {
    "id": int,
    "body": str,
    "author": USER,
    "created_at": _moment,
    "updated_at": _moment,
    "system": bool,
    "noteable_id": int,
    "noteable_type": re.compile("MergeRequest|Issue"),
    "noteable_iid": int,
    "project_id": int,
    "resolvable": bool,
    "confidential": bool,
    "internal": bool,
}

STATE_EVENT: Shape = {
    "id": int,
    "user": USER,
    "created_at": _moment,
    "resource_type": re.compile("Issue"),
    "resource_id": int,
    "state": re.compile("opened|closed|reopened"),
}
COMMIT: Shape = {"id": re.compile("[0-9a-f]{40}"), "message": str}
BRANCH: Shape = {"name": str, "commit": COMMIT}
MERGE_REQUEST: Shape = {
    "iid": int,
    "state": re.compile("opened|closed|merged|locked"),
    "title": str,
    "description": TEXT_OR_NULL,
    "source_branch": str,
    "target_branch": str,
    "source_project_id": NUMBER_OR_NULL,
    "target_project_id": int,
    "web_url": _url,
}
METADATA: Shape = {"version": str, "revision": str, "kas": {"enabled": bool}, "enterprise": bool}


def _of_graphql(value: object) -> bool:
    return isinstance(value, dict) and bool(value.keys() & {"data", "errors"}) and value.keys() <= {"data", "errors"}


_ANSWERS: list[tuple[str, str, Any]] = [
    (r"GET", r"/user", USER),
    (r"GET", r"/metadata", METADATA),
    (r"GET", r"/users", [USER]),
    (r"GET", r"/personal_access_tokens/self", TOKEN),
    (r"GET", r"/projects/[^/]+", PROJECT),
    (r"GET", r".*/members/all", [MEMBER]),
    (r"GET", r".*/members/all/\d+", MEMBER),
    (r"DELETE", r".*/(issues|labels|milestones)/\d+", type(None)),
    (r"GET", r".*/labels", [LABEL]),
    (r"POST", r".*/labels", LABEL),
    (r"GET", r".*/milestones", [MILESTONE]),
    (r"POST", r".*/milestones", MILESTONE),
    (r"GET", r".*/issues", [ISSUE]),
    (r"POST|PUT|GET", r".*/issues(/\d+)?", ISSUE),
    (r"POST", r".*/time_estimate", TIME_STATS),
    (r"GET", r".*/resource_state_events", [STATE_EVENT]),
    (r"GET", r".*/links", [LINKED]),
    (r"GET", r".*/merge_requests/\d+/notes", [NOTE]),
    (r"POST|PUT", r".*/merge_requests/\d+/notes(/\d+)?", NOTE),
    (r"GET", r".*/repository/branches/[^/]+", BRANCH),
    (r"POST", r".*/repository/commits", COMMIT),
    (r"GET", r".*/merge_requests", [MERGE_REQUEST]),
    (r"POST|PUT", r".*/merge_requests(/\d+)?", MERGE_REQUEST),
    (r"GET|POST|DELETE", r".*/links(/\d+)?", LINK),
    (r"POST", r"/api/graphql", _of_graphql),
]


def check_answer(verb: str, path: str, reply: Reply) -> list[str]:
    """Return what is wrong with an answer, a sentence each."""
    if reply.status >= 300:
        return [] if isinstance(reply.content, dict) and reply.content.keys() & {"message", "error"} else ["no message"]
    for verbs, paths, shape in _ANSWERS:
        if re.fullmatch(verbs, verb) and re.fullmatch(paths, path):
            return [f"{verb} {path}: {what}" for what in _differences(shape, reply.content, "answer")]
    return [f"{verb} {path}: no such answer is documented"]


def _differences(shape: Any, value: Any, where: str) -> Iterator[str]:
    match shape:
        case (dict() as one, None):
            if value is not None:
                yield from _differences(one, value, where)
        case dict():
            if not isinstance(value, dict):
                yield f"{where} is no object"
                return
            if shape is MILESTONE and (more := value.keys() - MILESTONE_ONLY):
                yield f"{where} has {', '.join(sorted(more))}"
            for name, inner in shape.items():
                if name in value:
                    yield from _differences(inner, value[name], f"{where}.{name}")
                else:
                    yield f"{where} lacks {name}"
        case [inner]:
            if not isinstance(value, list):
                yield f"{where} is no list"
                return
            for count, item in enumerate(value):
                yield from _differences(inner, item, f"{where}[{count}]")
        case _:
            if not _is(shape, value):
                yield f"{where} is {value!r}"


def _is(kind: Any, value: object) -> bool:
    if isinstance(kind, re.Pattern):
        return isinstance(value, str) and kind.fullmatch(value) is not None
    if isinstance(kind, type | tuple):
        return isinstance(value, kind) and not (kind is int and isinstance(value, bool))
    return bool(kind(value))
