"""The one comment on a review: written once, then edited, and never doubled after an unclear answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import pytest

from techmap_sync.errors import OutcomeUnclear
from techmap_sync.sync.comparison import digest
from techmap_sync.sync.review import (
    BRANCH,
    Comment,
    Done,
    Fate,
    Head,
    Kept,
    NewContent,
    Proposal,
    Wanted,
    keep_comment,
    keep_proposal,
    marker,
)


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


def test_an_edit_that_was_not_made_is_not_taken_for_one_that_was() -> None:
    talk = Talk()
    keep_comment(talk, "plan", "one")
    talk.unclear, talk.has_effect = True, False
    with pytest.raises(OutcomeUnclear):
        keep_comment(talk, "plan", "two")
    assert talk.said == [Comment("0", f"{marker('plan')}\none", ours=True, url="")]


@pytest.mark.parametrize("text", ["one\ntwo", "one\ntwo\n", "one\ntwo \n\n"])
def test_a_comment_says_the_same_whatever_a_server_does_to_its_white_space(text: str) -> None:
    stored = Comment("0", f"{marker('plan')}\r\none\r\ntwo\r\n", ours=True)
    talk = Talk([stored])
    assert keep_comment(talk, "plan", text) == stored
    assert talk.writes == 0


WANTED = Wanted((NewContent("docs/a.md", b"- [x] one\n"),), "b" * 40, "main", "Tick the box", "One box.")
MORE = replace(WANTED, files=(NewContent("docs/a.md", b"- [x] one\n- [x] two\n"),))


@dataclass
class Server:
    """Branches and requests of an imagined server."""

    title: str = "pull request"
    requests: list[Proposal] = field(default_factory=list)
    branches: dict[str, Head] = field(default_factory=dict)
    writes: list[str] = field(default_factory=list)
    unclear: str = ""
    """The verb whose answer gets lost."""
    lands: bool = True

    def latest(self, branch: str) -> Proposal | None:
        assert branch == BRANCH
        return min(reversed(self.requests), key=lambda each: each.fate is not Fate.OPEN, default=None)

    def head(self, branch: str) -> Head | None:
        return self.branches.get(branch)

    def commit(self, branch: str, base: str, files: Sequence[NewContent], message: str, before: Head | None) -> str:
        assert self.branches.get(branch) == before
        made = f"{len(self.writes) + 1:040x}"

        def write() -> None:
            self.branches[branch] = Head(made, message)

        self._write("commit", write)
        return made

    def open(self, branch: str, into: str, title: str, text: str) -> Proposal:
        assert into == "main"
        made = Proposal(str(len(self.requests) + 1), Fate.OPEN, text)
        self._write("open", lambda: self.requests.append(made))
        return made

    def edit(self, number: str, title: str, text: str) -> Proposal:
        made = Proposal(number, Fate.OPEN, text)
        self._write("edit", lambda: self.requests.__setitem__(int(number) - 1, made))
        return made

    def _write(self, verb: str, effect: Callable[[], object]) -> None:
        self.writes.append(verb)
        if verb != self.unclear or self.lands:
            effect()
        if verb == self.unclear:
            self.unclear = ""
            raise OutcomeUnclear("server", "no answer")

    def decide(self, fate: Fate) -> None:
        self.requests[-1] = replace(self.requests[-1], fate=fate)


def test_a_commit_names_what_it_proposes_by_all_its_files() -> None:
    files = (NewContent("docs/a.md", b"one\n"), NewContent("docs/b.md", b"\xff", is_executable=True))
    known = digest("docs/a.md\x006f6e650a\ndocs/b.md\x00ff")
    wanted = replace(WANTED, files=files)
    assert (wanted.digest, wanted.message) == (known, f"Tick the box\n\nTechmap-sync-change: {known}\n")
    assert files[0] == NewContent("docs/a.md", b"one\n", is_executable=False)


def test_a_request_says_below_its_text_what_its_branch_holds() -> None:
    server = Server()
    made = f"{1:040x}"
    text = f"One box.\n\n<!-- techmap-sync proposal {made} {WANTED.digest} -->"
    assert keep_proposal(server, WANTED) == Kept(Done.OPENED, Proposal("1", Fate.OPEN, text, url=""))
    assert server.branches == {"techmap-sync/ticks": Head(made, WANTED.message)}


def test_a_request_says_the_same_whatever_a_server_does_to_its_white_space() -> None:
    server, wanted = Server(), replace(WANTED, text="\nOne box.")
    keep_proposal(server, wanted)
    (opened,) = server.requests
    server.requests = [replace(opened, text=opened.text.strip().replace("\n", "\r\n") + "\r\n")]
    assert keep_proposal(server, wanted) == Kept(Done.UNCHANGED, server.requests[0])


def test_it_is_opened_once_and_then_kept() -> None:
    server = Server()
    assert keep_proposal(server, WANTED).done is Done.OPENED
    assert keep_proposal(server, WANTED).done is Done.UNCHANGED
    assert keep_proposal(server, replace(WANTED, base="c" * 40)).done is Done.UNCHANGED, "other files may change"
    assert server.writes == ["commit", "open"]
    assert keep_proposal(server, MORE).done is Done.UPDATED
    assert server.writes[2:] == ["commit", "edit"]
    assert len(server.requests) == 1


def test_commits_of_people_are_never_overwritten() -> None:
    server = Server()
    keep_proposal(server, WANTED)
    theirs = server.branches[BRANCH] = Head("f" * 40, "Correct the spelling")
    assert keep_proposal(server, MORE).done is Done.TAKEN
    assert server.branches[BRANCH] == theirs
    assert server.writes == ["commit", "open"]


def test_a_commit_that_a_person_amended_is_theirs() -> None:
    server = Server()
    keep_proposal(server, WANTED)
    server.branches[BRANCH] = Head("f" * 40, WANTED.message)
    assert keep_proposal(server, MORE).done is Done.TAKEN


def test_a_branch_of_that_name_that_we_did_not_make_is_left_alone() -> None:
    server = Server(branches={BRANCH: Head("f" * 40, "Mine")})
    assert keep_proposal(server, WANTED).done is Done.TAKEN
    assert server.writes == []


def test_what_a_person_declined_is_not_proposed_again() -> None:
    server = Server()
    keep_proposal(server, WANTED)
    server.decide(Fate.CLOSED)
    assert keep_proposal(server, WANTED).done is Done.DECLINED
    assert keep_proposal(server, MORE).done is Done.OPENED, "something else is another proposal"
    assert len(server.requests) == 2


@pytest.mark.parametrize("branch_is_deleted", [True, False])
def test_after_a_merge_the_next_ticks_get_a_request_of_their_own(branch_is_deleted: bool) -> None:
    server = Server()
    keep_proposal(server, WANTED)
    server.decide(Fate.MERGED)
    if branch_is_deleted:
        server.branches.clear()
    assert keep_proposal(server, MORE).done is Done.OPENED
    assert len(server.requests) == 2


@pytest.mark.parametrize("verb", ["commit", "open", "edit"])
@pytest.mark.parametrize("lands", [True, False])
def test_a_lost_answer_makes_nothing_twice(verb: str, lands: bool) -> None:
    server, wanted = Server(), WANTED
    if verb == "edit":
        keep_proposal(server, WANTED)
        wanted = MORE
    server.unclear, server.lands = verb, lands
    if lands:
        assert keep_proposal(server, wanted) == Kept(
            Done.UPDATED if verb == "edit" else Done.OPENED, server.requests[0]
        )
    else:
        with pytest.raises(OutcomeUnclear):
            keep_proposal(server, wanted)
        server.lands = True
        keep_proposal(server, wanted)
    assert len(server.requests) == 1
    assert keep_proposal(server, wanted).done is Done.UNCHANGED


def test_an_earlier_commit_of_ours_is_not_taken_for_the_one_whose_answer_was_lost() -> None:
    server = Server()
    keep_proposal(server, WANTED)
    server.unclear, server.lands = "commit", False
    with pytest.raises(OutcomeUnclear):
        keep_proposal(server, MORE)
    assert server.writes == ["commit", "open", "commit"]


def test_what_was_merged_and_taken_back_gets_a_request_of_its_own() -> None:
    server = Server()
    keep_proposal(server, WANTED)
    server.decide(Fate.MERGED)
    merged = server.requests[0]
    server.unclear, server.lands = "open", False
    with pytest.raises(OutcomeUnclear):
        keep_proposal(server, WANTED)
    server.lands = True
    assert keep_proposal(server, WANTED) == Kept(Done.OPENED, replace(merged, number="2", fate=Fate.OPEN))
    assert server.requests == [merged, replace(merged, number="2", fate=Fate.OPEN)]


def test_the_default_branch_is_never_written() -> None:
    server = Server()
    with pytest.raises(ValueError, match="default branch"):
        keep_proposal(server, replace(WANTED, into=BRANCH))
    assert server.writes == []
