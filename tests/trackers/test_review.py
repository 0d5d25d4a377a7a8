"""The one comment on a pull or merge request: made once, then edited, found by marker and author."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from techmap_sync.errors import NotAllowed, OutcomeUnclear, TrackerError
from techmap_sync.sync.review import Review, keep_comment, marker
from techmap_sync.trackers.connection import Secret
from techmap_sync.trackers.github.review import GitHubReview
from techmap_sync.trackers.gitlab.review import GitLabReview
from tests.simulators.github import Account, Fault, GitHub, Kind
from tests.simulators.github.state import Comment as GitHubComment
from tests.simulators.gitlab import Simulator as GitLab
from tests.simulators.gitlab.faults import dropped
from tests.simulators.gitlab.world import SARA, Note, Token


@dataclass
class Place:
    """A review on one of the servers, as the test sees it."""

    review: Review
    texts: Callable[[], list[str]]
    people_say: Callable[[str], object]
    drop_next_write: Callable[[bool], object]
    """The write has its effect, or has not, and no answer comes."""
    read_only: Callable[[], Review]


@pytest.fixture
def on_github(github: GitHub) -> Place:
    pull = github.add_issue("A map")
    pull.is_pull_request = True
    bot = Account("github-actions[bot]", "NONE", is_installation=True, scopes=None)
    github.accounts |= {"ghs_job": bot, "ghs_fork": Account(bot.login, is_installation=True, may_write=False)}

    def say(text: str) -> None:
        now = github.clock()
        pull.conversation.append(GitHubComment(1, text, Account("sara"), now, now))

    def drop(effect: bool) -> None:
        github.forget()
        github.faults = {3: Fault(Kind.DROPPED, after=effect)}

    def review(token: str) -> GitHubReview:
        return GitHubReview(github.connection(token=Secret(token)), str(pull.number))

    return Place(review("ghs_job"), lambda: [c.body for c in pull.conversation], say, drop, lambda: review("ghs_fork"))


@pytest.fixture
def on_gitlab() -> Iterator[Place]:
    with GitLab.running() as server:
        notes = server.world.merge_requests[7] = []
        server.world.tokens["glpat-reads"] = Token(SARA, ("read_api",))

        def drop(effect: bool) -> None:
            server.faults = {len(server.asked) + 3: dropped(after_effect=effect)}

        yield Place(
            GitLabReview(server.connection(), "7"),
            lambda: [note.body for note in notes],
            lambda text: notes.append(Note(1, text, SARA, server.world.clock())),
            drop,
            lambda: GitLabReview(server.connection(token=Secret("glpat-reads")), "7"),
        )
        assert server.undocumented == []
        assert server.world.executed == []


@pytest.fixture(params=["github", "gitlab"])
def place(request: pytest.FixtureRequest) -> Place:
    found: Place = request.getfixturevalue(f"on_{request.param}")
    return found


def test_a_comment_is_made_once_and_then_edited(place: Place) -> None:
    place.people_say("Looks good")
    first = keep_comment(place.review, "plan", "One")
    second = keep_comment(place.review, "plan", "Two")
    assert first
    assert second
    assert first.number == second.number
    assert place.texts() == ["Looks good", f"{marker('plan')}\nTwo"]


def test_what_it_says_already_is_not_written_again(place: Place) -> None:
    keep_comment(place.review, "plan", "One")
    place.drop_next_write(False)
    keep_comment(place.review, "plan", "One")


def test_what_is_not_worth_a_comment_only_updates_an_earlier_one(place: Place) -> None:
    assert keep_comment(place.review, "plan", "Nothing", begin=False) is None
    assert place.texts() == []
    keep_comment(place.review, "plan", "One")
    keep_comment(place.review, "plan", "Nothing", begin=False)
    assert place.texts() == [f"{marker('plan')}\nNothing"]


def test_two_jobs_keep_a_comment_each(place: Place) -> None:
    for purpose in ("plan", "another", "plan"):
        keep_comment(place.review, purpose, f"of {purpose}")
    assert [text.splitlines()[1] for text in place.texts()] == ["of plan", "of another"]


def test_somebody_elses_comment_with_our_marker_is_never_edited(place: Place) -> None:
    forged = f"{marker('plan')}\nnothing will change, trust me"
    place.people_say(forged)
    keep_comment(place.review, "plan", "One")
    keep_comment(place.review, "plan", "Two")
    assert place.texts() == [forged, f"{marker('plan')}\nTwo"]


def test_our_comment_is_found_behind_many_others(place: Place) -> None:
    for n in range(150):
        place.people_say(f"{n}")
    keep_comment(place.review, "plan", "One")
    for n in range(150):
        place.people_say(f"{n}")
    keep_comment(place.review, "plan", "Two")
    assert [text for text in place.texts() if text.startswith("<!--")] == [f"{marker('plan')}\nTwo"]


def test_a_comment_whose_answer_got_lost_is_looked_up_and_not_written_again(place: Place) -> None:
    place.drop_next_write(True)
    kept = keep_comment(place.review, "plan", "One")
    assert kept
    assert kept.ours
    keep_comment(place.review, "plan", "Two")
    assert place.texts() == [f"{marker('plan')}\nTwo"]


def test_a_comment_that_did_not_arrive_ends_in_an_error_and_the_next_run_writes_it(place: Place) -> None:
    place.drop_next_write(False)
    with pytest.raises(OutcomeUnclear):
        keep_comment(place.review, "plan", "One")
    assert place.texts() == []
    keep_comment(place.review, "plan", "One")
    assert len(place.texts()) == 1


def test_a_token_that_only_reads_is_told_apart(place: Place) -> None:
    with pytest.raises(NotAllowed) as problem:
        keep_comment(place.read_only(), "plan", "One")
    assert problem.value.hint
    assert place.texts() == []


def test_a_review_that_is_not_there_is_no_question_of_rights(github: GitHub) -> None:
    with pytest.raises(TrackerError) as problem:
        keep_comment(GitHubReview(github.connection(), "99"), "plan", "One")
    assert not isinstance(problem.value, NotAllowed)
