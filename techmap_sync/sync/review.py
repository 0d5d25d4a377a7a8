"""Pull and merge requests: small ports for the comment that we keep in that of a run, and for one of our own that
proposes changes of documents; and how both are kept up to date.

They are in the repository of the maps, which may differ from the tracker's. Our own has a branch, on which a person may
have committed. Nothing of that is overwritten: the branch is replaced only while it holds what we committed last, which
the text of the request remembers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum, auto
from typing import Protocol

from techmap_sync.errors import OutcomeUnclear
from techmap_sync.patterns import lazy
from techmap_sync.sync.comparison import digest
from techmap_sync.text_forms import with_line_feeds


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment on a pull or merge request."""

    number: str
    text: str
    ours: bool
    """Our account wrote it."""
    url: str = ""


class Review(Protocol):
    """A pull or merge request.

    Every verb raises ``errors.NotAllowed`` when the token's rights do not suffice, and like the tracker's verbs
    ``errors.TrackerError`` and ``errors.OutcomeUnclear``.
    """

    @property
    def name(self) -> str:
        """``github:owner/name, pull request 12``."""
        ...

    @property
    def comment_limit(self) -> int:
        """How many characters a comment may have."""
        ...

    def comments(self) -> tuple[Comment, ...]:
        """Read all comments, the oldest first."""
        ...

    def add(self, text: str) -> Comment:
        """Write a comment."""
        ...

    def edit(self, number: str, text: str) -> Comment:
        """Replace the text of a comment."""
        ...


def marker(purpose: str) -> str:
    """Return the first line of our comments.

    :param purpose: what distinguishes our comments on one review, such as the job that keeps each.
    """
    return f"<!-- techmap-sync review {digest(purpose)} -->"


def keep_comment(review: Review, purpose: str, text: str, *, begin: bool = True) -> Comment | None:
    """Make sure that a review has this comment once: an earlier one by our account is edited.

    After an unclear answer the comment is looked up, never written again blindly.

    :param begin: write it if there is none yet; otherwise only an earlier one is kept up to date.
    :raises NotAllowed: the token may not comment.
    :raises TrackerError: the server refused or did not answer.
    """
    whole = f"{marker(purpose)}\n{text}"
    kept = _kept(review, purpose)
    try:
        if kept is None:
            return review.add(whole) if begin else None
        return kept if _shows(kept, whole) else review.edit(kept.number, whole)
    except OutcomeUnclear:
        kept = _kept(review, purpose)
        if kept is None or not _shows(kept, whole):
            raise
        return kept


def _kept(review: Review, purpose: str) -> Comment | None:
    sign = marker(purpose)
    return next((each for each in review.comments() if each.ours and each.text.startswith(sign)), None)


def _shows(comment: Comment, text: str) -> bool:
    return with_line_feeds(comment.text).strip() == text.strip()


BRANCH = "techmap-sync/ticks"
"""The branch of our request; nothing else is ever written."""
_TRAILER = "Techmap-sync-change: "
_MARKER = lazy(r"<!-- techmap-sync proposal ([0-9a-f]{40,64}) ([0-9a-f]+) -->\s*\Z")


@dataclass(frozen=True, slots=True)
class NewContent:
    """A file and what it shall hold."""

    path: str
    """From the root of the repository, as the commit spells it."""
    content: bytes
    is_executable: bool = False


@dataclass(frozen=True, slots=True)
class Head:
    """The newest commit of a branch."""

    commit: str
    message: str


class Fate(StrEnum):
    """What became of a request."""

    OPEN = auto()
    MERGED = auto()
    CLOSED = auto()
    """Without being merged."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A pull or merge request from our branch."""

    number: str
    fate: Fate
    text: str
    url: str = ""


class Proposals(Protocol):
    """The pull or merge requests of one repository.

    Every verb raises ``errors.NotAllowed`` when the token's rights do not suffice, and like the tracker's verbs
    ``errors.TrackerError`` and ``errors.OutcomeUnclear``.
    """

    @property
    def title(self) -> str:
        """``pull request`` or ``merge request``."""
        ...

    def latest(self, branch: str) -> Proposal | None:
        """Read the newest request from a branch of the repository itself: an open one, if there is any."""
        ...

    def head(self, branch: str) -> Head | None:
        """Read the newest commit of a branch; None where there is no such branch."""
        ...

    def commit(self, branch: str, base: str, files: Sequence[NewContent], message: str, before: Head | None) -> str:
        """Make a commit, let the branch be just that, and return the commit.

        :param base: the commit that it follows.
        :param before: what the branch held, and loses; None makes the branch.
        """
        ...

    def open(self, branch: str, into: str, title: str, text: str) -> Proposal:
        """Open a request."""
        ...

    def edit(self, number: str, title: str, text: str) -> Proposal:
        """Replace title and text of a request."""
        ...


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is proposed."""

    files: tuple[NewContent, ...]
    base: str
    """The commit that it changes: that of the default branch which was read."""
    into: str
    """The default branch."""
    title: str
    text: str
    """Markdown."""

    @property
    def digest(self) -> str:
        """A fingerprint of the files, whatever else their repository holds."""
        return digest("\n".join(f"{file.path}\0{file.content.hex()}" for file in self.files))

    @property
    def message(self) -> str:
        """The message of the commit."""
        return f"{self.title}\n\n{_TRAILER}{self.digest}\n"


class Done(StrEnum):
    """What was done."""

    OPENED = auto()
    UPDATED = auto()
    UNCHANGED = auto()
    DECLINED = auto()
    """Nothing: a person closed a request that proposed the same."""
    TAKEN = auto()
    """Nothing: the branch holds commits that are not ours."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of the request."""

    done: Done
    proposal: Proposal | None = None


def keep_proposal(proposals: Proposals, wanted: Wanted) -> Kept:
    """Make sure that one request proposes this.

    After an unclear answer it is looked up what was written; nothing is written again blindly.

    :raises ValueError: our branch is the default branch.
    :raises NotAllowed: the token may not do it.
    :raises TrackerError: the server refused or did not answer.
    """
    if wanted.into == BRANCH:
        raise ValueError("nothing is written to the default branch")
    known, head = proposals.latest(BRANCH), proposals.head(BRANCH)
    commit, proposed = _remembered(known)
    if known and known.fate is Fate.CLOSED and proposed == wanted.digest:
        return Kept(Done.DECLINED, known)
    is_there = head is not None and f"{_TRAILER}{wanted.digest}" in head.message.splitlines()
    if head is not None and not is_there and head.commit != commit:
        return Kept(Done.TAKEN, known)
    made = head.commit if head and is_there else _committed(proposals, wanted, head)
    return _described(proposals, wanted, known, made)


def _remembered(known: Proposal | None) -> tuple[str, str]:
    """Return which commit we made last, and the fingerprint of what it proposed."""
    found = _MARKER.search(with_line_feeds(known.text)) if known else None
    return (found[1], found[2]) if found else ("", "")


def _committed(proposals: Proposals, wanted: Wanted, before: Head | None) -> str:
    try:
        return proposals.commit(BRANCH, wanted.base, wanted.files, wanted.message, before)
    except OutcomeUnclear:
        now = proposals.head(BRANCH)
        if now is None or f"{_TRAILER}{wanted.digest}" not in now.message.splitlines():
            raise
        return now.commit


def _described(proposals: Proposals, wanted: Wanted, known: Proposal | None, commit: str) -> Kept:
    """Let an open request say what its branch holds."""
    text = f"{wanted.text}\n\n<!-- techmap-sync proposal {commit} {wanted.digest} -->"
    is_open = known is not None and known.fate is Fate.OPEN
    if known is not None and is_open and _says(known, text):
        return Kept(Done.UNCHANGED, known)
    write: Callable[[], Proposal]
    if known is not None and is_open:
        number = known.number
        write, done = (lambda: proposals.edit(number, wanted.title, text)), Done.UPDATED
    else:
        write, done = (lambda: proposals.open(BRANCH, wanted.into, wanted.title, text)), Done.OPENED
    try:
        return Kept(done, write())
    except OutcomeUnclear:
        now = proposals.latest(BRANCH)
        if now is None or now.fate is not Fate.OPEN or not _says(now, text):
            raise
        return Kept(done, now)


def _says(proposal: Proposal, text: str) -> bool:
    return with_line_feeds(proposal.text).strip() == text.strip()
