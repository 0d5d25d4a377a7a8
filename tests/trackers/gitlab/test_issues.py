"""Texts on GitLab: what it normalises, what it executes, and that a line which ran is named."""

from __future__ import annotations

import pytest

from techmap_sync.errors import OutcomeUnclear, TrackerError
from techmap_sync.planning.escape import neutralize
from techmap_sync.sync.tracker import Draft, Patch
from techmap_sync.trackers.gitlab.issues import first_difference, settled
from techmap_sync.trackers.gitlab.tracker import GitLabTracker
from tests.simulators.gitlab import Simulator
from tests.trackers.gitlab.commands import BOTH, HARMLESS, NEWER, OLDER


@pytest.mark.parametrize("text", [*BOTH.values(), *OLDER.values()], ids=[*BOTH, *OLDER])
def test_an_older_server_runs_a_command(server: Simulator, tracker: GitLabTracker, text: str) -> None:
    server.world.paragraphs_only = False
    with pytest.raises(TrackerError):
        tracker.create(Draft("Title", text))
    assert len(server.world.executed) == 1


@pytest.mark.parametrize("text", [*BOTH.values(), *NEWER.values()], ids=[*BOTH, *NEWER])
def test_a_newer_server_runs_a_command(server: Simulator, tracker: GitLabTracker, text: str) -> None:
    with pytest.raises(TrackerError):
        tracker.create(Draft("Title", text))
    assert len(server.world.executed) == 1


@pytest.mark.parametrize("paragraphs_only", [True, False])
@pytest.mark.parametrize("text", HARMLESS.values(), ids=HARMLESS.keys())
def test_no_server_takes_this_for_a_command(
    server: Simulator, tracker: GitLabTracker, text: str, paragraphs_only: bool
) -> None:
    server.world.paragraphs_only = paragraphs_only
    assert tracker.create(Draft("Title", text)).body == text
    assert server.world.executed == []


@pytest.mark.parametrize("paragraphs_only", [True, False])
@pytest.mark.parametrize("text", [*BOTH.values(), *OLDER.values(), *NEWER.values()], ids=[*BOTH, *OLDER, *NEWER])
def test_nothing_runs_in_a_text_that_was_made_harmless(
    server: Simulator, tracker: GitLabTracker, text: str, paragraphs_only: bool
) -> None:
    server.world.paragraphs_only = paragraphs_only
    body = neutralize(text)
    assert tracker.create(Draft("Title", body)).body == settled(body)
    assert server.world.executed == []


def test_the_line_that_ran_is_named_after_a_create(tracker: GitLabTracker) -> None:
    with pytest.raises(TrackerError) as caught:
        tracker.create(Draft("Title", "Purpose\n\nFirst\n/close\nLast"))
    assert caught.value.what.endswith('ticket 1 in line 4: "/close"')
    assert not isinstance(caught.value, OutcomeUnclear)


def test_the_line_that_ran_is_named_after_an_update(tracker: GitLabTracker) -> None:
    tracker.create(Draft("Title", "Purpose"))
    with pytest.raises(TrackerError) as caught:
        tracker.update("1", Patch(body="Purpose\n/label ~bug"))
    assert caught.value.what.endswith('ticket 1 in line 2: "/label ~bug"')


def test_a_change_of_the_title_alone_never_runs_what_a_person_wrote(server: Simulator, tracker: GitLabTracker) -> None:
    server.world.add_issue("Title", next(iter(server.world.members)), description="/close\nwritten by hand")
    assert tracker.update("1", Patch(title="New")).body == "/close\nwritten by hand"
    assert server.world.executed == []


@pytest.mark.parametrize("text", ["one\r\ntwo\r\n", "text \t\n\n", "\n\n  text", "a\rb", "\n", "text\0\n"])
def test_what_gitlab_normalises_is_no_difference(tracker: GitLabTracker, text: str) -> None:
    assert tracker.create(Draft("Title", text)).body == settled(text)


def test_the_first_line_that_differs_is_told() -> None:
    assert first_difference("a\nb\nc", "a\nb\nc\n\n") is None
    assert first_difference("a\nb\nc", "a\nc") == (2, "b")
    assert first_difference("a", "a\nb") == (2, "")


def test_white_space_other_than_ascii_stays_at_the_end(tracker: GitLabTracker) -> None:
    assert tracker.create(Draft("Title", "text\u00a0\u3000")).body == "text\u00a0\u3000"
