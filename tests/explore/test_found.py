"""Stories of broken promises that the search found, each by the rule that it broke."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest

from tests.explore import earlier_edition, other_runners, side_by_side, two_documents
from tests.explore.earlier_edition import EarlierEdition
from tests.explore.one_document import OneDocument, all_events
from tests.explore.other_runners import OtherRunners
from tests.explore.search import Event
from tests.explore.side_by_side import SideBySide
from tests.explore.two_documents import TwoDocuments

STORIES = {
    "of two tickets that two runs made at once, one is closed although both carry the ticks of an earlier ticket": (
        "the author renames Store to Vault",
        "a person ticks a box of component/Store",
        "a person completes component/Store",
        "push, and another push before write 1 of 5",
    ),
    "a person's copy of a deleted ticket is never taken for a renamed task": (
        "the author renames Store to Vault",
        "a person copies component/Store",
        "a person deletes component/Store",
        "push, write 1 of 4 is refused",
    ),
    "a tick is in its new ticket before the former one loses it": (
        "the author swaps the names of Store and Sender",
        "the author rewords Store",
        "a person ticks a box of component/Store",
        "push, write 1 of 3 is its last, then it is killed",
    ),
    "a ticket keeps its ticks while the one that takes them over cannot be written": (
        "the author swaps the names of Store and Sender",
        "the author rewords Store",
        "a person ticks a box of component/Store",
        "push, write 1 of 3 is refused",
    ),
    "tasks that swapped names keep their tickets when their map gets another id at the same time": (
        "the author swaps the names of Store and Sender",
        "the author renames Store to Vault",
        "the author renames the map",
        "push, write 2 of 18 is its last, then it is killed",
    ),
    "a follow-up that the former account made is found by the next one": (
        "the author rewords Store",
        "a person completes component/Store",
        "push, write 1 of 3 is its last, then it is killed",
        "the token is replaced by that of another account",
        "push",
    ),
    "a ticket that has its new key already still gets its new tracking ticket": (
        "the author removes Sender",
        "the author renames the map",
        "push, write 2 of 7 is its last, then it is killed",
        "the author renames Store to Vault",
        "push",
    ),
    "a completed ticket that could not be renamed is not made again once its former key is free": (
        "the author swaps the names of Store and Sender",
        "push, write 2 of 7 is refused",
        "the author renames Store to Vault",
        "a person completes component/Store",
        "push",
    ),
    "no two tickets get one key when names were half exchanged and one of the tasks is renamed": (
        "the author swaps the names of Store and Sender",
        "push, write 2 of 7 is its last, then it is killed",
        "the author renames Store to Vault",
        "push",
    ),
    "a map whose tickets have its new id in part is still one map when its names are swapped": (
        "the author renames the map",
        "push, write 1 of 5 is its last, then it is killed",
        "the author swaps the names of Store and Sender",
        "the author removes Sender",
        "push",
    ),
    "a tick counts where the box moves to a ticket that a person closed": (
        "the author swaps the names of Store and Sender",
        "the author renames Store to Vault",
        "a person ticks a box of component/Store",
        "a person gives up component/Sender",
        "push",
    ),
    "a new ticket with the words of a completed one is found by the next account": (
        "the author renames Store to Vault",
        "a person completes component/Store",
        "push, write 1 of 5 is its last, then it is killed",
        "the token is replaced by that of another account",
        "push",
    ),
    "a copy takes the place of no deleted ticket but its original": (
        "the author swaps the names of Store and Sender",
        "a person copies component/Store",
        "push",
        "a person deletes component/Store",
        "push",
    ),
    "a copy takes the place of no released ticket but its original": (
        "the author swaps the names of Store and Sender",
        "a person copies component/Store",
        "push",
        "a person breaks the marker of component/Store",
        "push",
    ),
}
"""What happens after the first push of one document."""
OF_TWO_DOCUMENTS = {
    "a map that became a part of another is closed by one push when the renaming of a task was killed before": (
        "Store gets another name",
        "push, write 1 of 2 is its last, then it is killed",
        "alpha becomes a part of beta",
        "push",
    ),
    "a map drops a ticket by one push when a task that moved in a killed push is renamed": (
        "Store moves from alpha to beta",
        "push, write 1 of 7 is its last, then it is killed",
        "Store gets another name",
        "push",
    ),
    "a map is closed by one push when a task that moved away in a killed push is renamed": (
        "alpha becomes a part of beta",
        "push, write 1 of 9 is its last, then it is killed",
        "Store gets another name",
        "push",
    ),
    "a ticket gets its parent by one push when it moves on after a push that was killed before its links": (
        "alpha becomes a part of beta",
        "push, write 2 of 9 is its last, then it is killed",
        "a part of beta becomes a document of its own",
        "push gamma alone",
        "push",
    ),
    "a new map takes a ticket that moves on to it after a killed push": (
        "Store moves from alpha to beta",
        "push, write 1 of 7 is its last, then it is killed",
        "a part of beta becomes a document of its own",
        "push",
    ),
    "a ticket gets its parent by one push when it moves on after a push that ended at its parent": (
        "beta becomes a part of alpha",
        "push, write 3 of 9 is its last, then it is killed",
        "a part of alpha becomes a document of its own",
        "push gamma alone",
        "push",
    ),
    "a ticket gets its parent by one push when it moves on after its former parent was not removed": (
        "alpha becomes a part of beta",
        "push, write 4 of 9 is refused",
        "a part of beta becomes a document of its own",
        "push gamma alone",
        "push",
    ),
}
"""What happens after the first push of two documents."""
OF_OTHER_RUNNERS = {
    "a ticket that is made again gets its links when the run ended after creating it": (
        "a person deletes component/Store",
        "push",
        "push --recreate component/Store, write 1 of 4 is its last, then it is killed",
    ),
    "a copy is closed as one after an exchange of names was killed": (
        "the author swaps the names of Store and Sender",
        "another run makes component/Store, too",
        "reconcile, write 2 of 8 is its last, then it is killed",
    ),
    "a link that people removed comes again when the map drops it and wants it again, also after a failed reconcile": (
        "the author swaps the names of Store and Sender",
        "a person removes a link",
        "reconcile, write 1 of 6 is refused",
        "the author swaps the names of Store and Sender",
        "push",
    ),
    "a box that an old checkout brings back may be open": (
        "the author rewords Store",
        "a person ticks a box of component/Store",
        "push, and a push of the document as it was before write 2 of 2",
    ),
}
"""What happens when other commands than a push are disturbed, or other runs than a push disturb one."""
OF_FAMILIES = {
    "a tracking ticket stays open while its text could not be written": (
        "the feature has all boxes ticked, or no longer",
        "a person deletes the first ticket of the feature",
        "push, write 2 of 3 is refused",
    ),
    "a copy takes the place of a deleted ticket also when the run that renames it is killed": (
        "the feature renames a phase, or no longer",
        "a person copies the first ticket of the feature",
        "a person deletes the first ticket of the feature",
        "push, write 1 of 4 is its last, then it is killed",
    ),
    "what nothing names any more need not be found": (
        "the feature gets another id, or no longer",
        "a person deletes the first ticket of the feature",
        "a person takes the managed label off the first ticket of the feature",
        "a person deletes the tracking ticket of the feature",
        "push",
    ),
    "a box that the document drops and brings back may be open": (
        "the map renames GapScanner, or no longer",
        "a person ticks a box of the first ticket of the map",
        "push, write 1 of 2 is its last, then it is killed",
        "the map renames GapScanner, or no longer",
        "push",
    ),
    "a ticket says where its task is although the run before ended between its labels and its text": (
        "the map removes FillPlanner, or no longer",
        "the map gets another id, or no longer",
        "push, write 1 of 7 is its last, then it is killed",
    ),
}
"""What happens after the first push of documents of several families."""

OF_FIRST_PUSHES = {
    "a copy by a member stays one although a stranger copied the same ticket": (
        "push, write 2 of 13 is its last, then it is killed",
        "the author swaps the names of Store and Sender",
        "a person copies component/Store",
        "a stranger copies a ticket with its marker",
        "push",
    ),
}
"""What happens from the first push of a document on."""
OF_AN_EARLIER_EDITION = {
    "a task whose name is taken back keeps its ticket beside a person's copy when its renaming was killed": (
        "the author renames a component, or takes it back",
        "a person copies component/planchangeservice",
        "push, write 12 of 46 is its last, then it is killed",
        "the author renames a component, or takes it back",
        "push",
    ),
    "a task whose name is taken back keeps its ticket beside a person's copy": (
        "the author renames a component, or takes it back",
        "a person copies component/planchangeservice",
        "push",
        "the author renames a component, or takes it back",
        "push",
    ),
}
"""What happens to tickets that an earlier edition wrote."""


def _told(world: Any, events: Callable[[Any], Iterable[Event[Any]]], story: Iterable[str]) -> None:
    for step in story:
        event = next(event for event in events(world) if event.name == step)
        world = world.copy()
        event.act(world)


@pytest.mark.parametrize("rule", STORIES)
def test_a_story_that_broke_a_promise_breaks_none(rule: str) -> None:
    _told(OneDocument.pushed(), all_events, STORIES[rule])


@pytest.mark.parametrize("rule", OF_FIRST_PUSHES)
def test_a_story_of_a_first_push_that_broke_a_promise_breaks_none(rule: str) -> None:
    _told(OneDocument.empty(), all_events, OF_FIRST_PUSHES[rule])


@pytest.mark.parametrize("rule", OF_AN_EARLIER_EDITION)
def test_a_story_of_an_earlier_edition_that_broke_a_promise_breaks_none(rule: str) -> None:
    _told(EarlierEdition.recorded(), earlier_edition.all_events, OF_AN_EARLIER_EDITION[rule])


@pytest.mark.parametrize("rule", OF_TWO_DOCUMENTS)
def test_a_story_of_two_documents_that_broke_a_promise_breaks_none(rule: str) -> None:
    _told(TwoDocuments.pushed(), two_documents.all_events, OF_TWO_DOCUMENTS[rule])


@pytest.mark.parametrize("rule", OF_OTHER_RUNNERS)
def test_a_story_of_other_runners_that_broke_a_promise_breaks_none(rule: str) -> None:
    _told(OtherRunners.pushed(), other_runners.all_events, OF_OTHER_RUNNERS[rule])


@pytest.mark.parametrize("rule", OF_FAMILIES)
def test_a_story_of_several_families_that_broke_a_promise_breaks_none(rule: str) -> None:
    _told(SideBySide.pushed(), side_by_side.all_events, OF_FAMILIES[rule])
