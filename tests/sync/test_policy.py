"""Whom a policy trusts, and which repositories it owns."""

from __future__ import annotations

from dataclasses import replace

import pytest

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


def test_a_map_of_another_repository_of_the_run_is_owned_under_its_own_source_only() -> None:
    policy = replace(POLICY, sources={"sub": "example.org/team/sub"})
    assert policy.owns("example.org/team/sub", "sub")
    assert policy.owns(POLICY.source, "sub"), "earlier releases wrote the outer repository"
    assert not policy.owns("example.org/team/other", "sub")
    assert policy.source_of("sub") == "example.org/team/sub"
    assert policy.source_of("login") == POLICY.source
