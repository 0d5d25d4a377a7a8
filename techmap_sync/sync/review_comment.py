"""The pull or merge request of a run: a small port, and the one comment that we keep there.

It is in the repository of the maps, which may differ from the tracker's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from techmap_sync.errors import OutcomeUnclear
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
        return kept if _says(kept, whole) else review.edit(kept.number, whole)
    except OutcomeUnclear:
        kept = _kept(review, purpose)
        if kept is None or not _says(kept, whole):
            raise
        return kept


def _kept(review: Review, purpose: str) -> Comment | None:
    sign = marker(purpose)
    return next((each for each in review.comments() if each.ours and each.text.startswith(sign)), None)


def _says(comment: Comment, text: str) -> bool:
    return with_line_feeds(comment.text).strip() == text.strip()
