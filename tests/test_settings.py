"""The settings: their JSON Schema for editors, and which of them decide what tasks a map has."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from techmap_sync.app.without_tracker import tasks_alone
from techmap_sync.checkout import checkout_of
from techmap_sync.config import load_settings
from techmap_sync.planning.rules import EVERY_RULE
from techmap_sync.settings import Settings, settings_schema
from tests.app.run import CORPUS, ROOT

SCHEMA = json.loads((ROOT / "config" / "techmap-sync.schema.json").read_text(encoding="utf-8"))


def problems(toml: str) -> list[Any]:
    jsonschema = pytest.importorskip("jsonschema")
    return list(jsonschema.Draft202012Validator(SCHEMA).iter_errors(tomllib.loads(toml)))


def test_the_file_is_what_the_code_says() -> None:
    assert json.loads(settings_schema()) == SCHEMA, "run `make schema`"


def test_it_knows_the_rules() -> None:
    assert SCHEMA["properties"]["severity"]["propertyNames"]["enum"] == sorted(EVERY_RULE)


@pytest.mark.parametrize("toml", ["", 'to = "backlog"', "[limits]\nmax_creates = 3", '[severity]\nnot-ready = "off"'])
def test_nothing_is_required(toml: str) -> None:
    assert problems(toml) == []


def test_the_shipped_defaults_are_valid() -> None:
    assert problems((ROOT / "config" / "defaults.toml").read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("toml", ["too = 1", '[granularity]\ntest = "item"', '[severity]\nnot-redy = "off"'])
def test_a_mistake_is_found(toml: str) -> None:
    assert problems(toml)


OTHER: dict[str, dict[str, Any]] = {
    "maps": {"maps": ["elsewhere"]},
    "exclude": {"exclude": ["*.txt"]},
    "to": {"to": "backlog:elsewhere"},
    "api_url": {"api_url": "https://git.example.org/api/v4"},
    "families": {"families": ["kiro", "technical-map"]},
    "source": {"source": "example.org/team/app"},
    "templates": {"templates": "templates"},
    "managed_label": {"managed_label": "planned"},
    "removed_label": {"removed_label": "gone"},
    "duplicate_label": {"duplicate_label": "twice"},
    "trusted_authors": {"trusted_authors": ["ada"]},
    "adopted": {"adopted": ["12"]},
    "milestone": {"milestone": "1.0"},
    "assignees": {"assignees": ["ada"]},
    "allow_public": {"allow_public": True},
    "on_conflict": {"on_conflict": "overwrite"},
    "orphans": {"orphans": "keep"},
    "timeout": {"timeout": 1.0},
    "jobs": {"jobs": 1},
    "stale_days": {"stale_days": 14},
    "author_notes": {"author_notes": False},
    "language": {"language": "de"},
    "granularity.changes": {"granularity": {"changes": "item"}},
    "granularity.tests": {"granularity": {"tests": "none"}},
    "granularity.deployment": {"granularity": {"deployment": "item"}},
    "granularity.constraints": {"granularity": {"constraints": "item"}},
    "labels": {"labels": {"kind": {"component": "part"}}},
    "limits": {"limits": {"max_creates": 1}},
    "severity": {"severity": {"not-ready": "off"}},
    "vocabulary": {"vocabulary": {"en": {"sections": {"ignored": ["Testing Strategy"]}}}},
    "family": {"family": {"spec-kit": {"folders": ["features/*"]}}},
}
"""For each setting, another value than the default; each part of the granularity counts for itself."""
DECIDING = {f"granularity.{part}" for part in ("changes", "tests", "deployment", "constraints")} | {"vocabulary"}


def keys_of(settings: Settings) -> frozenset[str]:
    """The tasks of some maps, read and planned as a run does it."""
    names = ("01-two-factor-login.md", "05-late-event-dedup.md")
    _, change_set = tasks_alone([str(CORPUS / name) for name in names], settings, checkout_of(Path.cwd()))
    return frozenset(change.key for change in change_set.changes)


@cache
def usual_keys() -> frozenset[str]:
    """The tasks by the default settings."""
    return keys_of(with_value({}))


def with_value(value: Mapping[str, Any]) -> Settings:
    return load_settings(None, {"jobs": 1, **value})


def test_every_setting_is_tried() -> None:
    assert {name.partition(".")[0] for name in OTHER} == set(Settings.model_fields)


def test_the_page_about_configuration_has_every_setting_with_its_default() -> None:
    page = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([^|`]+)` \| [^|]+ \| ([^|]+) \| [^|]+ \| [^|]+ \|$", page, re.MULTILINE)
    shown = dict(rows)
    defaults = tomllib.loads((ROOT / "config" / "defaults.toml").read_text(encoding="utf-8"))
    expected = dict(_settings_in(defaults))
    assert shown.keys() == expected.keys()
    for name, default in shown.items():
        if isinstance(expected[name], dict):
            assert default.startswith("a table"), name
        else:
            assert tomllib.loads(f"x = {default.strip('`')}")["x"] == expected[name], name


def _settings_in(defaults: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield each setting; a table that a team may extend is one."""
    for name, value in defaults.items():
        if isinstance(value, dict) and name not in ("severity", "vocabulary", "family"):
            yield from ((f"{name}.{key}", each) for key, each in value.items())
        else:
            yield name, value


@pytest.mark.parametrize("name", OTHER)
def test_a_setting_that_decides_what_tasks_there_are_is_in_the_digest(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "templates").mkdir()
    usual, other = with_value({}), with_value(OTHER[name])
    assert (keys_of(other) != usual_keys()) == (name in DECIDING)
    if name in DECIDING:
        assert other.digest() != usual.digest()
