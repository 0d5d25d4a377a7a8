"""What the simulated server stores, and the knobs that a test turns."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from tests.fakes.clock import Clock
from tests.simulators.bare import Bare


@dataclass(frozen=True)
class User:
    id: int
    username: str


GHOST = User(2, "ghost1")
"""Who stands in for accounts that were deleted."""
BOT, SARA, TOM, GUEST, STRANGER = (
    User(number, name) for number, name in enumerate(("techmap-bot", "sara", "tom", "gus", "mallory"), 7)
)


@dataclass(frozen=True)
class Token:
    user: User
    scopes: tuple[str, ...] = ("api",)


@dataclass
class Milestone:
    id: int
    title: str


@dataclass
class Link:
    """As GitLab stores it: ``is_blocked_by`` is a ``blocks`` the other way round."""

    id: int
    source: int
    target: int
    type: str


@dataclass
class Closing:
    """A merge request that closes an issue when it is merged."""

    iid: int
    title: str
    merged_at: datetime | None
    state: str = "merged"
    path: str = "group/project"


@dataclass
class Issue:
    iid: int
    title: str
    author: User
    created_at: datetime
    description: str = ""
    state: str = "opened"
    labels: list[str] = field(default_factory=list)
    assignees: list[User] = field(default_factory=list)
    milestone: Milestone | None = None
    due: str | None = None
    notes: int = 0
    merge_requests: int = 0
    seconds_estimated: int = 0
    seconds_spent: int = 0
    moved_to: int | None = None
    updated_at: datetime | None = None
    """None for now: whatever asks has just changed it."""
    closed_at: datetime | None = None
    reopened_at: list[datetime] = field(default_factory=list)
    closing: list[Closing] = field(default_factory=list)
    """The merge requests that say that they close it."""
    iteration: int | None = None
    epic: int | None = None

    @property
    def id(self) -> int:
        return 1000 + self.iid


@dataclass
class Note:
    """A comment on a merge request."""

    id: int
    body: str
    author: User
    created_at: datetime
    system: bool = False


@dataclass
class MergeRequest:
    """A merge request."""

    iid: int
    source_branch: str
    target_branch: str
    title: str
    description: str
    state: str = "opened"
    source_project_id: int = 0


@dataclass
class World:
    """One server with one project. What a test may set stands first."""

    clock: Clock = field(default_factory=Clock)
    premium: bool = True
    enterprise: bool = True
    """The Community Edition does not even know the types of links that Premium has."""
    promises_premium: bool = False
    """The project looks like one of Premium until a link of its types is refused."""
    shown_role: int = 0
    """What the project's row tells of our role, where it leaves out the one that comes by a shared group; 0 for all."""
    keyset: bool = True
    """Project issues have keyset pages (18.3 and newer)."""
    paragraphs_only: bool = True
    """Quick actions are looked for in Markdown paragraphs, as newer servers do."""
    graphql: bool = True
    """GraphQL is answered; not so behind some proxies."""
    linked_items: bool = True
    """GraphQL knows the links of work items (16.3 and newer)."""
    most_queried: int = 100
    """Issues whose links one query may ask for before the server refuses, or gives up."""
    times_out: bool = False
    """It gives up without a word on too large a query, instead of refusing it."""
    hidden: frozenset[int] = frozenset()
    """Issues that queries leave out."""
    failing_places: frozenset[str] = frozenset()
    """Places of mutations in a request that fail by themselves."""
    breaks_at: int | None = None
    """Place in the next request for several mutations at which the server breaks down without an answer."""
    external_url: str = ""
    """The address that the server believes to have; empty for the one it has."""
    path: str = "group/project"
    old_path: str = ""
    issues_enabled: bool = True
    archived: bool = False
    creations_per_minute: int = 0
    """0 for no limit, as on a server of one's own."""
    requests_per_minute: int = 0
    members: dict[User, int] = field(default_factory=lambda: {BOT: 40, SARA: 50, TOM: 30, GUEST: 10})
    tokens: dict[str, Token] = field(default_factory=lambda: {"glpat-secret": Token(BOT)})

    users: tuple[User, ...] = (GHOST, BOT, SARA, TOM, GUEST, STRANGER)
    id: int = 42
    iterations: dict[int, str | None] = field(default_factory=dict)
    """Titles by number; those that are scheduled have none."""
    current: int = 0
    """The iteration of today."""
    epics: dict[int, str] = field(default_factory=dict)
    drops_plans: bool = False
    """Iterations and epics are dropped without a word."""
    issues: dict[int, Issue] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    milestones: dict[int, Milestone] = field(default_factory=dict)
    links: dict[int, Link] = field(default_factory=dict)
    merge_requests: dict[int, list[Note]] = field(default_factory=dict)
    """The notes of each, by its number."""
    repository: Bare | None = None
    """Its branches, where a test needs them."""
    proposed: list[MergeRequest] = field(default_factory=list)
    """The merge requests that were opened by the API."""
    may_commit: bool = True
    executed: list[str] = field(default_factory=list)
    """Every quick action that ran."""
    created: int = 0
    linked: int = 0

    def add_issue(self, title: str, author: User, **fields: object) -> Issue:
        """Add an issue as if somebody had opened it."""
        self.created += 1
        issue = Issue(self.created, title, author, self.clock(), **fields)  # type: ignore[arg-type]
        self.issues[issue.iid] = issue
        for label in issue.labels:
            self.labels.setdefault(label, "#6699cc")
        return issue

    def replace_token(self, old: str, new: str, successor: User) -> None:
        """Replace a project access token: its bot leaves, what it wrote passes to the ghost, and a new one comes."""
        user = self.tokens.pop(old).user
        self.members.pop(user)
        for issue in self.issues.values():
            issue.author = GHOST if issue.author == user else issue.author
        self.users = (*(other for other in self.users if other != user), successor)
        self.members[successor], self.tokens[new] = 40, Token(successor)

    def add_link(self, source: int, target: int, kind: str = "relates_to") -> Link:
        """Link two issues as somebody does on the page of the first."""
        if kind == "is_blocked_by":
            source, target, kind = target, source, "blocks"
        self.linked += 1
        self.links[self.linked] = Link(self.linked, source, target, kind)
        return self.links[self.linked]

    def link_between(self, one: int, other: int) -> Link | None:
        return next((link for link in self.links.values() if {link.source, link.target} == {one, other}), None)

    def milestone(self, title: str) -> Milestone:
        number = max(self.milestones, default=499) + 1
        self.milestones[number] = Milestone(number, title)
        return self.milestones[number]
