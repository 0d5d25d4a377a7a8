"""Whom a policy trusts, and which repositories it owns."""

from __future__ import annotations

from dataclasses import MISSING, fields, replace

import pytest

from techmap_sync.sync.policy import Descent, SideBranch, SyncPolicy, not_known
from techmap_sync.sync.tracker import Standing
from tests.sync.build import POLICY, held, task

TICKET = replace(held(task("Store")).ticket, number="TASK-7", author="Ada", standing=Standing.STRANGER)


@pytest.mark.parametrize(
    ("standing", "trusted"),
    [(Standing.SELF, True), (Standing.MEMBER, True), (Standing.STRANGER, False), (Standing.GONE, False)],
)
def test_the_standing_of_an_author_decides(standing: Standing, trusted: bool) -> None:
    assert POLICY.trusts(replace(TICKET, standing=standing)) is trusted


@pytest.mark.parametrize("standing", Standing)
def test_a_name_in_the_settings_is_trusted_in_any_case_unless_the_account_is_gone(standing: Standing) -> None:
    policy = replace(POLICY, trusted_authors=frozenset({"ADA"}))
    assert policy.trusts(replace(TICKET, standing=standing)) is (standing is not Standing.GONE)


@pytest.mark.parametrize("standing", Standing)
def test_an_adopted_number_is_trusted_whatever_its_author(standing: Standing) -> None:
    policy = replace(POLICY, adopted=frozenset({"task-7"}))
    assert policy.trusts(replace(TICKET, standing=standing))


def test_no_author_is_not_a_name() -> None:
    policy = replace(POLICY, trusted_authors=frozenset({""}))
    assert not policy.trusts(replace(TICKET, author=""))


OURS, SUB, OTHER = POLICY.source, "example.org/team/sub", "example.org/team/other"


@pytest.mark.parametrize(
    ("source", "former", "written", "from_here"),
    [
        (OURS, (), OURS, True),
        (OURS, (), OURS.upper(), True),
        (OURS, (), OTHER, False),
        (OURS, (), "", False),
        ("GitHub.com/Team/App", (), "github.com/team/app", True),
        ("github.com/team/app", (), "ssh.github.com/team/app", True),
        ("ssh.github.com/team/app", (), "www.github.com/team/app", True),
        ("github.com/team/app", (), "gitlab.com/team/app", False),
        (OURS, (OTHER,), OTHER, True),
        (OURS, (OTHER,), OTHER.upper(), True),
        (OURS, (OTHER,), OURS, True),
        (OURS, (OTHER,), SUB, False),
    ],
)
def test_a_ticket_is_from_here_under_any_name_of_the_repository(
    source: str, former: tuple[str, ...], written: str, from_here: bool
) -> None:
    policy = replace(POLICY, source=source, former_sources=frozenset(former))
    assert policy.is_from_here(written) is from_here
    assert policy.owns(written, "login") is from_here


@pytest.mark.parametrize(
    ("source", "map_id", "owned"),
    [
        (SUB, "sub", True),
        (SUB.upper(), "sub", True),
        (OTHER, "sub", False),
        (OTHER, "other", True),
        (SUB, "other", False),
        (SUB, "gone", True),
        (OTHER, "gone", True),
        ("example.org/team/stranger", "gone", False),
        (OURS, "sub", True),  # earlier releases wrote the outer repository
        (OURS, "gone", True),
    ],
)
def test_a_map_of_another_repository_of_the_run_is_owned_under_its_own_source_only(
    source: str, map_id: str, owned: bool
) -> None:
    policy = replace(POLICY, sources={"sub": SUB, "other": OTHER})
    assert policy.owns(source, map_id) is owned


def test_a_map_has_the_source_of_its_repository_and_else_that_of_the_run() -> None:
    policy = replace(POLICY, sources={"sub": SUB})
    assert [policy.source_of(map_id) for map_id in ("sub", "login")] == [SUB, OURS]
    assert POLICY.source_of("sub") == OURS


def test_a_run_without_options_lifts_settles_and_recreates_nothing() -> None:
    required = (each.name for each in fields(SyncPolicy) if each.default is each.default_factory is MISSING)
    decided = {name: getattr(POLICY, name) for name in required}
    bare = SyncPolicy(**decided)
    assert not bare.trusts(TICKET)
    assert bare == SyncPolicy(
        **decided,
        former_sources=frozenset(),
        sources={},
        resolve={},
        recreate=frozenset(),
        refresh=False,
        accept_settings=False,
        close_copies=False,
        allowed=frozenset(),
    )


def test_outside_of_a_clone_nothing_is_known_of_commits_and_branches() -> None:
    assert not_known("c0ffee") is Descent.UNKNOWN
    assert SideBranch("a detached HEAD") == SideBranch("a detached HEAD", default_branch="")
