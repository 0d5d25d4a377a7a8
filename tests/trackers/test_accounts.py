"""The same map pushed by several accounts in any order: one map of tickets, or a refusal before anything is written."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from itertools import permutations
from typing import Any

import pytest

from techmap_sync.sync.apply import apply
from techmap_sync.sync.policy import SyncPolicy
from techmap_sync.sync.tracker import Tracker
from techmap_sync.trackers.connection import Secret
from techmap_sync.trackers.github.tracker import connect as connect_github
from techmap_sync.trackers.gitlab.tracker import connect as connect_gitlab
from tests.sampling import sampling
from tests.simulators import github, gitlab
from tests.simulators.github import Account, GitHub
from tests.simulators.gitlab.world import SARA, TOM, Token, User
from tests.sync.build import POLICY, plan, task
from tests.sync.drive import key_of, pasted, planned, refused
from tests.trackers.servers import OnGitHub, OnGitLab, Server

USUAL = replace(POLICY, trusted_authors=frozenset({"github-actions[bot]"}))
PLANS = [plan(*(task(f"Part{n}") for n in range(1 + length))) for length in range(4)]
"""The map grows between two pushes, so that each account has something to create."""
TRACKING = PLANS[0].tracking.key

GITHUB = {
    "person": Account("ann", "MEMBER", seen_as="CONTRIBUTOR", scopes=None),
    "triager": Account("tom", "MEMBER", seen_as="NONE", may_push=False, scopes=None),
    "actions": Account("github-actions[bot]", "NONE", is_installation=True, scopes=None),
    "app": Account("maps-app[bot]", "CONTRIBUTOR", is_installation=True, scopes=None),
}
GITLAB = {
    "person": SARA,
    "developer": TOM,
    "bot": User(101, "project_42_bot_a"),
    "second-bot": User(102, "project_42_bot_b"),
}
NEW_BOT = User(103, "project_42_bot_c")


@dataclass
class Place:
    """A server with its accounts."""

    server: Server
    connect: Callable[[str], Tracker]
    leave: Callable[[str], None]
    """Lets an account go."""


@contextmanager
def on_github() -> Iterator[Place]:
    with github.running(GitHub()) as server:
        server.accounts |= GITHUB
        server.repository.roles |= {"ann": "write"}
        yield Place(
            OnGitHub(server),
            lambda name: connect_github(server.connection(token=Secret(name))),
            lambda name: server.repository.delete_account(GITHUB[name].login),
        )


@contextmanager
def on_gitlab() -> Iterator[Place]:
    with gitlab.Simulator.running() as server:
        world = server.world
        world.tokens |= {name: Token(user) for name, user in GITLAB.items()}
        bots = GITLAB["bot"], GITLAB["second-bot"]
        world.members |= dict.fromkeys(bots, 40)
        world.users = (*world.users, *bots)

        def leave(name: str) -> None:
            world.replace_token(name, "new", NEW_BOT)
            world.tokens[name] = world.tokens["new"]

        yield Place(OnGitLab(server), lambda name: connect_gitlab(server.connection(token=Secret(name))), leave)
        assert server.undocumented == [], server.undocumented


On = Callable[[], AbstractContextManager[Place]]
ORDERS: list[tuple[On, tuple[str, ...], str]] = [
    *((on_github, order, leaving) for leaving in ("", "person") for order in permutations(GITHUB)),
    *((on_gitlab, order, leaving) for leaving in ("", "bot") for order in permutations(GITLAB)),
]
CASES = [
    pytest.param(
        *case,
        heed,
        id=f"{case[0].__name__} {' '.join(case[1])}" + f", {case[2]} leaves" * bool(case[2]) + " heeded" * heed,
    )
    for case in ORDERS
    for heed in ([False, True] if case[1][0] in ("app", case[2]) else [False])
]


def push_in_turn(place: Place, order: Sequence[str], leaving: str, heed: bool) -> tuple[int, SyncPolicy]:
    """Push a growing map by each account; return how often that was refused, and the policy that came of it.

    :param heed: paste the line that a refusal shows, and push again.
    """
    refusals, policy = 0, USUAL
    for name, made in zip(order, PLANS, strict=True):
        tracker = place.connect(name)
        place.server.forget()
        change_set = planned(tracker, made, policy)
        if text := refused(change_set):
            refusals += 1
            list(apply(change_set, tracker, policy))
            assert place.server.writes == []
            if heed:
                policy = pasted(text, "trusted_authors" if "trusted_authors" in text else "adopted", policy)
                change_set = planned(tracker, made, policy)
                assert refused(change_set) == ""
        list(apply(change_set, tracker, policy))
        if name == leaving:
            place.leave(name)
    return refusals, policy


def kind_of(case: Any) -> tuple[object, ...]:
    """Return what makes a case a kind of its own: server, who begins, whether one leaves, what is heeded."""
    on, order, leaving, heed = case.values
    return on, order[0], bool(leaving), leaving == order[-1], heed


@pytest.mark.parametrize(
    ("on", "order", "leaving", "heed"), sampling.spread("orders of accounts", CASES, 2, kind=kind_of)
)
def test_a_map_is_made_once_whoever_pushes_in_whatever_order(
    on: On, order: tuple[str, ...], leaving: str, heed: bool
) -> None:
    with on() as place:
        refusals, policy = push_in_turn(place, order, leaving, heed)
        keys = sorted(map(key_of, place.server.tickets()))
        is_unknown = order[0] in ("app", leaving)
        assert refusals == (0 if not is_unknown else 1 if heed else 3)
        made = PLANS[0] if is_unknown and not heed else PLANS[-1]
        assert keys == sorted([TRACKING, *(spec.key for spec in made.tasks)]), "each once"
        if made is PLANS[-1]:
            place.server.forget()
            assert planned(place.connect(order[-1]), made, policy).writes == ()
            assert len(place.server.requests) <= len(place.server.lists) + 3 + 1, "one for an author"
