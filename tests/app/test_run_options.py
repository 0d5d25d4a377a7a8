"""What the flags of one run add to the settings."""

from __future__ import annotations

from dataclasses import replace

import pytest

from techmap_sync.app.run_options import RunOptions, sync_policy
from techmap_sync.config import load_settings
from techmap_sync.settings import Settings

SOURCE = "github.com/octo/app"


@pytest.fixture
def settings() -> Settings:
    return load_settings(None, {})


def test_without_flags_the_settings_alone_decide(settings: Settings) -> None:
    assert sync_policy(settings, SOURCE, RunOptions()) == settings.sync_policy(SOURCE)


@pytest.mark.parametrize(
    ("asked", "changed"),
    [
        (RunOptions(refresh=True), {"refresh": True}),
        (RunOptions(accept_settings=True), {"accept_settings": True}),
        (RunOptions(reconcile=True), {"close_copies": True}),
        (RunOptions(allowed=frozenset({"gone"})), {"allowed": frozenset({"gone"})}),
        (RunOptions(read_all=True, read_works=True, retired=frozenset({"old"})), {}),
    ],
)
def test_a_flag_changes_what_it_is_named_for_and_nothing_else(
    settings: Settings, asked: RunOptions, changed: dict[str, object]
) -> None:
    assert sync_policy(settings, SOURCE, asked) == replace(settings.sync_policy(SOURCE), **changed)  # type: ignore[arg-type]


def test_nothing_is_lifted_or_named_unless_somebody_asks() -> None:
    usual = RunOptions()
    assert not usual.allowed
    assert not usual.named
    assert not usual.retired
    assert usual.shard.is_all
