"""Answers as GitLab's REST documentation shows them."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zlib import crc32

from tests.simulators.gitlab.world import GHOST, Issue, Link, Milestone, Note, Token, User, World

Json = dict[str, Any]


def moment(time: datetime) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S.000Z")


class Entities:
    """Turns what a world stores into JSON."""

    def __init__(self, world: World, base_url: str) -> None:
        self._world = world
        self._base = base_url

    @property
    def base(self) -> str:
        """The address that the server believes to have."""
        return self._world.external_url or self._base

    def user(self, user: User) -> Json:
        return {
            "id": user.id,
            "username": user.username,
            "name": "Ghost User" if user == GHOST else user.username.title(),
            "state": "active",
            "locked": False,
            "avatar_url": f"{self.base}/uploads/{user.id}.png",
            "web_url": f"{self.base}/{user.username}",
        }

    def member(self, user: User, level: int) -> Json:
        return {**self.user(user), "access_level": level, "created_at": moment(self._world.clock()), "expires_at": None}

    def token(self, token: Token) -> Json:
        return {"id": 1, "name": "push", "revoked": False, "active": True, "scopes": list(token.scopes)} | {
            "user_id": token.user.id,
            "created_at": moment(self._world.clock()),
            "expires_at": "2027-11-22",
        }

    def project(self, user: User | None) -> Json:
        world = self._world
        level = world.shown_role or world.members.get(user) if user else None
        row = {
            "id": world.id,
            "name": "Project",
            "path": world.path.rpartition("/")[2],
            "path_with_namespace": world.path,
            "web_url": f"{self.base}/{world.path}",
            "visibility": "private",
            "archived": world.archived,
            "issues_enabled": world.issues_enabled,
            "issues_access_level": "enabled" if world.issues_enabled else "disabled",
            "created_at": moment(world.clock()),
            "permissions": {
                "project_access": {"access_level": level, "notification_level": 3} if level else None,
                "group_access": None,
            },
        }
        return row | ({"approvals_before_merge": 0} if world.premium or world.promises_premium else {})

    def label(self, name: str) -> Json:
        return {
            "id": crc32(name.encode()),
            "name": name,
            "color": self._world.labels[name],
            "text_color": "#FFFFFF",
            "description": None,
            "description_html": "",
            "priority": None,
            "is_project_label": True,
            "subscribed": False,
            "archived": False,
        }

    def milestone(self, milestone: Milestone) -> Json:
        now = moment(self._world.clock())
        return {
            "id": milestone.id,
            "iid": milestone.id - 499,
            "project_id": self._world.id,
            "title": milestone.title,
            "description": "",
            "state": "active",
            "created_at": now,
            "updated_at": now,
            "due_date": None,
            "start_date": None,
            "expired": False,
            "web_url": f"{self.base}/{self._world.path}/-/milestones/{milestone.id - 499}",
        }

    def issue(self, issue: Issue) -> Json:
        world, closed = self._world, issue.state == "closed"
        path = f"{self.base}/api/v4/projects/{world.id}/issues/{issue.iid}"
        row = {
            "id": issue.id,
            "iid": issue.iid,
            "project_id": world.id,
            "title": issue.title,
            "description": issue.description,
            "state": issue.state,
            "created_at": moment(issue.created_at),
            "updated_at": moment(issue.updated_at or world.clock()),
            "closed_at": moment(issue.closed_at or world.clock()) if closed else None,
            "closed_by": self.user(issue.author) if closed else None,
            "labels": sorted(issue.labels),
            "milestone": self.milestone(issue.milestone) if issue.milestone else None,
            "assignees": [self.user(user) for user in issue.assignees],
            "assignee": self.user(issue.assignees[0]) if issue.assignees else None,
            "author": self.user(issue.author),
            "type": "ISSUE",
            "issue_type": "issue",
            "user_notes_count": issue.notes,
            "merge_requests_count": issue.merge_requests + len(issue.closing),
            "upvotes": 0,
            "downvotes": 0,
            "due_date": issue.due,
            "confidential": False,
            "discussion_locked": None,
            "web_url": f"{self.base}/{world.path}/-/issues/{issue.iid}",
            "time_stats": self.time_stats(issue),
            "task_completion_status": {"count": 0, "completed_count": 0},
            "blocking_issues_count": 0,
            "has_tasks": False,
            "references": {"short": f"#{issue.iid}", "relative": f"#{issue.iid}", "full": f"{world.path}#{issue.iid}"},
            "severity": "UNKNOWN",
            "moved_to_id": issue.moved_to,
            "imported": False,
            "service_desk_reply_to": None,
            "_links": {"self": path, "notes": f"{path}/notes", "project": f"{self.base}/api/v4/projects/{world.id}"},
        }
        return row | ({"weight": None, "epic": None} if world.premium else {})

    def note(self, note: Note, number: int) -> Json:
        world = self._world
        return {
            "id": note.id,
            "type": None,
            "body": note.body,
            "author": self.user(note.author),
            "created_at": moment(note.created_at),
            "updated_at": moment(world.clock()),
            "system": note.system,
            "noteable_id": 5000 + number,
            "noteable_type": "MergeRequest",
            "project_id": world.id,
            "noteable_iid": number,
            "resolvable": False,
            "confidential": False,
            "internal": False,
            "imported": False,
            "imported_from": "none",
        }

    def time_stats(self, issue: Issue) -> Json:
        return {
            "time_estimate": issue.seconds_estimated,
            "total_time_spent": issue.seconds_spent,
            "human_time_estimate": f"{issue.seconds_estimated // 60}m" if issue.seconds_estimated else None,
            "human_total_time_spent": f"{issue.seconds_spent // 60}m" if issue.seconds_spent else None,
        }

    def link(self, link: Link) -> Json:
        issues = self._world.issues
        return {
            "id": link.id,
            "source_issue": self.issue(issues[link.source]),
            "target_issue": self.issue(issues[link.target]),
            "link_type": link.type,
        }

    def linked_issue(self, link: Link, seen_from: int) -> Json:
        """Return the other end of a link, whose type is told as seen from this one."""
        outwards = link.source == seen_from
        kind = link.type if outwards or link.type == "relates_to" else "is_blocked_by"
        now = moment(self._world.clock())
        return self.issue(self._world.issues[link.target if outwards else link.source]) | {
            "issue_link_id": link.id,
            "link_type": kind,
            "link_created_at": now,
            "link_updated_at": now,
        }
