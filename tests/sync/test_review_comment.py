"""The one comment on a review: written once, then edited, and never doubled after an unclear answer."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest

from techmap_sync.errors import OutcomeUnclear
from techmap_sync.sync.review_comment import Comment, keep_comment, marker


@dataclass
class Talk:
    """A review in memory."""

    said: list[Comment] = field(default_factory=list)
    unclear: bool = False
    """The next write has its effect, or has not, and no answer comes."""
    has_effect: bool = True
    writes: int = 0
    name: str = "memory"
    comment_limit: int = 1000

    def comments(self) -> tuple[Comment, ...]:
        return tuple(self.said)

    def add(self, text: str) -> Comment:
        return self._write(Comment(str(len(self.said)), text, ours=True))

    def edit(self, number: str, text: str) -> Comment:
        return self._write(replace(self.said[int(number)], text=text))

    def _write(self, comment: Comment) -> Comment:
        self.writes += 1
        if self.has_effect:
            self.said[int(comment.number) : int(comment.number) + 1] = [comment]
        if self.unclear:
            raise OutcomeUnclear("memory", "no answer")
        return comment


def test_it_is_written_once_then_edited_and_left_alone_while_it_says_the_same() -> None:
    talk = Talk()
    keep_comment(talk, "plan", "one")
    keep_comment(talk, "plan", "two")
    keep_comment(talk, "plan", "two")
    assert [each.text for each in talk.said] == [f"{marker('plan')}\ntwo"]
    assert talk.writes == 2


def test_other_purposes_and_other_accounts_keep_theirs() -> None:
    talk = Talk([Comment("0", f"{marker('plan')}\nstolen", ours=False)])
    keep_comment(talk, "plan", "one")
    keep_comment(talk, "plan elsewhere", "two")
    assert len(talk.said) == 3
    assert talk.said[0].text.endswith("stolen")


def test_none_is_begun_where_there_is_nothing_to_say() -> None:
    talk = Talk()
    assert keep_comment(talk, "plan", "nothing", begin=False) is None
    assert talk.writes == 0


def test_after_an_unclear_answer_it_is_looked_up() -> None:
    talk = Talk(unclear=True)
    kept = keep_comment(talk, "plan", "one")
    assert kept == talk.said[0]
    assert talk.writes == 1


def test_what_was_not_written_is_not_written_again_blindly() -> None:
    talk = Talk(unclear=True, has_effect=False)
    with pytest.raises(OutcomeUnclear):
        keep_comment(talk, "plan", "one")
    assert talk.writes == 1
