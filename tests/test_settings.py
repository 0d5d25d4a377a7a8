"""The JSON Schema of the settings, for editors."""

from __future__ import annotations

import json
import tomllib
from typing import Any

import pytest

from techmap_sync.planning.task_graph import EVERY_RULE
from techmap_sync.settings import settings_schema
from tests.app.run import ROOT

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
