"""The JSON that GitHub's schema describes."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property

from tests.simulators.github.fields_shown import shown
from tests.simulators.github.messages import Json
from tests.simulators.github.state import Account, Comment, Issue, Label, Milestone, Repository

OLDEST = "2022-11-28"
"""The version of the API that answers a client that asks for none."""
_REPOSITORY_URLS = (
    "archive",
    "assignees",
    "blobs",
    "branches",
    "collaborators",
    "comments",
    "commits",
    "compare",
    "contents",
    "contributors",
    "deployments",
    "downloads",
    "events",
    "forks",
    "git_commits",
    "git_refs",
    "git_tags",
    "hooks",
    "issue_comment",
    "issue_events",
    "issues",
    "keys",
    "labels",
    "languages",
    "merges",
    "milestones",
    "notifications",
    "pulls",
    "releases",
    "stargazers",
    "statuses",
    "subscribers",
    "subscription",
    "tags",
    "teams",
    "trees",
)

_USER_URLS = (
    "followers",
    "following",
    "gists",
    "starred",
    "subscriptions",
    "organizations",
    "repos",
    "events",
    "received_events",
)


_GONE = frozenset({"assignee", "has_downloads"})
"""Fields that rows have only before version 2026-03-10:
https://docs.github.com/rest/about-the-rest-api/breaking-changes"""


def time(moment: datetime | None) -> str | None:
    """Return a moment as GitHub writes it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None


class Rows:
    """Turns what the server knows into rows, with links below its base URL."""

    def __init__(
        self,
        base_url: str,
        repository: Repository,
        reader: Account | None = None,
        version: str = OLDEST,
        shows_children: bool = True,
    ) -> None:
        self._base = base_url
        self._shows_children = shows_children
        self._repository = repository
        self._reader = reader
        self._gone = frozenset() if version == OLDEST else _GONE

    @property
    def url(self) -> str:
        """The repository's address."""
        return f"{self._base}/repos/{self._repository.full_name}"

    def user(self, login: str) -> Json:
        """Return an account."""
        url = f"{self._base}/users/{login}"
        is_bot = login.endswith("[bot]")
        return {
            "login": login,
            "id": sum(login.encode()),
            "node_id": f"U_{login}",
            "avatar_url": f"{url}/avatar",
            "gravatar_id": "",
            "url": url,
            "html_url": f"https://github.com/{login}",
            **{f"{name}_url": f"{url}/{name}" for name in _USER_URLS},
            "type": "Bot" if is_bot else "User",
            "site_admin": False,
        }

    def account(self, login: str) -> Json:
        """Return the account of the token."""
        texts = dict.fromkeys(("name", "company", "blog", "location", "email", "hireable", "bio"))
        counts = dict.fromkeys(("public_repos", "public_gists", "followers", "following"), 0)
        moment = "2026-01-01T00:00:00Z"
        return {**self.user(login), **texts, **counts, "created_at": moment, "updated_at": moment}

    def label(self, label: Label) -> Json:
        """Return a label as lists of labels hold it."""
        return {**self.label_of_issue(label), "archived_at": None, "archived_by": None}

    def label_of_issue(self, label: Label) -> Json:
        """Return a label as issues hold it."""
        return {
            "id": label.id,
            "node_id": f"L_{label.id}",
            "url": f"{self.url}/labels/{label.name}",
            "name": label.name,
            "color": label.color,
            "default": False,
            "description": label.description,
        }

    def comment(self, issue: Issue, comment: Comment) -> Json:
        """Return a comment."""
        page = "pull" if issue.is_pull_request else "issues"
        html = f"https://github.com/{self._repository.full_name}/{page}/{issue.number}"
        return {
            "id": comment.id,
            "node_id": f"IC_{comment.id}",
            "url": f"{self.url}/issues/comments/{comment.id}",
            "html_url": f"{html}#issuecomment-{comment.id}",
            "issue_url": f"{self.url}/issues/{issue.number}",
            "body": comment.body,
            "user": self.user(comment.author.login),
            "author_association": comment.author.association,
            "created_at": time(comment.created),
            "updated_at": time(comment.updated),
            "performed_via_github_app": None,
        }

    def milestone(self, milestone: Milestone) -> Json:
        """Return a milestone."""
        url = f"{self.url}/milestones/{milestone.number}"
        return {
            "url": url,
            "html_url": f"https://github.com/{self._repository.full_name}/milestone/{milestone.number}",
            "labels_url": f"{url}/labels",
            "id": milestone.id,
            "node_id": f"MI_{milestone.id}",
            "number": milestone.number,
            "title": milestone.title,
            "description": None,
            "creator": self.user("sara"),
            "open_issues": 0,
            "closed_issues": 0,
            "state": "open",
            "created_at": time(milestone.created),
            "updated_at": time(milestone.created),
            "due_on": None,
            "closed_at": None,
        }

    @cached_property
    def _children(self) -> dict[int, list[Issue]]:
        """The sub-issues of each issue, looked up once for all rows of an answer."""
        found: dict[int, list[Issue]] = {}
        for issue in self._repository.issues.values():
            if issue.parent:
                found.setdefault(issue.parent, []).append(issue)
        return found

    @cached_property
    def _blocked(self) -> dict[int, list[Issue]]:
        """The issues that each issue blocks."""
        found: dict[int, list[Issue]] = {}
        for issue in self._repository.issues.values():
            for number in issue.blocked_by:
                found.setdefault(number, []).append(issue)
        return found

    def _association(self, author: Account) -> str:
        """Return what the reader may see of an author; private memberships are not shown to installations."""
        hidden = self._reader is not None and self._reader.is_installation
        return author.seen_as or author.association if hidden else author.association

    def issue(self, issue: Issue) -> Json:
        """Return an issue as lists hold it."""
        repository = self._repository
        url = f"{self.url}/issues/{issue.number}"
        children, blocking = self._children.get(issue.number, []), self._blocked.get(issue.number, [])
        done = sum(child.state == "closed" for child in children)
        blockers = [repository.issues[number] for number in issue.blocked_by]
        row = {
            "url": url,
            "repository_url": self.url,
            "labels_url": f"{url}/labels{{/name}}",
            "comments_url": f"{url}/comments",
            "events_url": f"{url}/events",
            "html_url": f"https://github.com/{repository.full_name}/issues/{issue.number}",
            "id": issue.id,
            "node_id": f"I_{issue.id}",
            "number": issue.number,
            "title": issue.title,
            "user": self.user(issue.author.login) if issue.author.login else None,
            "labels": [self.label_of_issue(repository.labels[name.lower()]) for name in issue.labels],
            "state": issue.state,
            "locked": False,
            "assignee": self.user(issue.assignees[0]) if issue.assignees else None,
            "assignees": [self.user(login) for login in issue.assignees],
            "milestone": self.milestone(repository.milestones[issue.milestone]) if issue.milestone else None,
            "comments": issue.comments,
            "created_at": time(issue.created),
            "updated_at": time(issue.updated),
            "closed_at": time(issue.closed),
            "author_association": self._association(issue.author),
            "active_lock_reason": None,
            "body": issue.body,
            "closed_by": None,
            "timeline_url": f"{url}/timeline",
            "performed_via_github_app": None,
            "state_reason": issue.state_reason,
            **shown(repository.priority_options, issue),
            "sub_issues_summary": {
                "total": len(children),
                "completed": done,
                "percent_completed": 100 * done // len(children) if children else 0,
            },
            "issue_dependencies_summary": {
                "blocked_by": sum(other.state == "open" for other in blockers),
                "total_blocked_by": len(blockers),
                "blocking": sum(other.state == "open" for other in blocking),
                "total_blocking": len(blocking),
            },
        }
        if not self._shows_children:
            del row["sub_issues_summary"]
        elif issue.parent:
            row["parent_issue_url"] = f"{self.url}/issues/{issue.parent}"
        if issue.is_pull_request:
            pull = f"{self.url}/pulls/{issue.number}"
            row["pull_request"] = {"url": pull, "html_url": pull, "diff_url": f"{pull}.diff", "patch_url": pull}
        return self._of_version(row)

    def repository(self, permissions: dict[str, bool]) -> Json:
        """Return the repository."""
        repository = self._repository
        owner, _, name = repository.full_name.partition("/")
        html = f"https://github.com/{repository.full_name}"
        moment = "2026-01-01T00:00:00Z"
        count = len(repository.issues)
        row = {
            "id": repository.id,
            "node_id": f"R_{repository.id}",
            "name": name,
            "full_name": repository.full_name,
            "owner": self.user(owner),
            "private": repository.private,
            "visibility": "private" if repository.private else "public",
            "html_url": html,
            "description": None,
            "fork": False,
            "url": self.url,
            **{f"{part}_url": f"{self.url}/{part}" for part in _REPOSITORY_URLS},
            **{f"{part}_url": html for part in ("git", "ssh", "clone", "svn")},
            "mirror_url": None,
            "homepage": None,
            "language": None,
            "license": None,
            **dict.fromkeys(("forks_count", "stargazers_count", "watchers_count", "size"), 0),
            **dict.fromkeys(("subscribers_count", "network_count", "forks", "watchers"), 0),
            "open_issues_count": count,
            "open_issues": count,
            "default_branch": "main",
            "has_issues": repository.has_issues,
            **dict.fromkeys(("has_projects", "has_wiki", "has_pages", "has_downloads", "has_discussions"), False),
            "archived": repository.archived,
            "disabled": False,
            **dict.fromkeys(("pushed_at", "created_at", "updated_at"), moment),
            "permissions": permissions,
        }
        return self._of_version(row)

    def _of_version(self, row: dict[str, Json]) -> Json:
        return {name: value for name, value in row.items() if name not in self._gone}
