"""The table of all settings in ``docs/configuration.md``: types and defaults from the code, and an example of each."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from techmap_sync.settings import settings_schema
from tests.pages.problems import ROOT

PAGE = ROOT / "docs" / "configuration.md"
BEGIN, END = "<!-- all settings: `make docs` writes this table from the code -->\n", "<!-- end of all settings -->\n"
DEFAULTS = tomllib.loads((ROOT / "config" / "defaults.toml").read_text("utf-8"))
SETTINGS: Mapping[str, tuple[str, str]] = {
    "families": ("which documents are read: maps, and [specs](families.md)", '["technical-map", "spec-kit"]'),
    "maps": ("files, folders and globs that hold the documents", '["docs/maps"]'),
    "exclude": ("globs that are left out", '["TEMPLATE.md", "docs/maps/old/**"]'),
    "to": ("[where the tickets go](#where-the-tickets-go)", '"github:octo/maps"'),
    "api_url": ("address of a self-hosted server's API", '"https://git.example.org"'),
    "source": ("canonical name of the maps' repository", '"github.com/octo/maps"'),
    "templates": ("folder of [custom ticket texts](#custom-ticket-texts)", '"docs/tickets"'),
    "managed_label": ("label by which techmap-sync finds its tickets", '"planned"'),
    "removed_label": ("label of tickets whose task is gone and that stay open", '"planned:removed"'),
    "duplicate_label": ("label of closed copies, where the tracker keeps no reason", '"planned:duplicate"'),
    "trusted_authors": ("[whose tickets count](#whose-tickets-count)", '["maps-app[bot]"]'),
    "adopted": ("tickets that count regardless of their author", '[12, "TASK-1"]'),
    "milestone": ("milestone of new tickets", '"1.0"'),
    "assignees": ("assignees of new tickets, or [the owners of the files](#owners)", '"codeowners"'),
    "allow_public": ("tickets may go where more people can read them than the maps", "true"),
    "on_conflict": (
        "[conflicts](how-it-decides.md#the-decision-table): keep the person's text, overwrite it, or fail",
        '"fail"',
    ),
    "orphans": ("what happens to untouched tickets without a task", '"label"'),
    "timeout": ("seconds that one request may take", "60.0"),
    "jobs": ("[processes that read maps](#thousands-of-maps); 0 for one per core", "4"),
    "stale_days": ("days after which [an open ticket needs someone](status.md#following-the-work); 0 for never", "14"),
    "author_notes": ("whether `check` gives authors [advice](rules.md)", "false"),
    "language": (
        "[language](how-it-decides.md#language) of the fixed words in tickets; empty for that of each map",
        '"de"',
    ),
    "granularity.changes": ("tickets for changes: one for each `section` or `item`, or none", '"item"'),
    "granularity.tests": ("the same for tests", '"none"'),
    "granularity.deployment": ("the same for deployment; the rollback is always one", '"item"'),
    "granularity.constraints": (
        "the same for data flow and performance; with `item`, for requirements and questions too",
        '"section"',
    ),
    "labels.kind": ("label for each kind of ticket; an empty name sets none", '{ component = "part" }'),
    "labels.phase": ("the same for each phase", '{ build = "" }'),
    "labels.priority": ("the same for each priority", '{ high = "P1" }'),
    "labels.colors": ("colour of each label that is created", '{ P1 = "b60205" }'),
    "limits.max_creates": ("[guard](how-it-decides.md#guards): tickets created for one map in one run", "200"),
    "limits.max_updates": ("tickets updated", "400"),
    "limits.max_retitled_share": ("share of tickets that may be retitled", "0.5"),
    "limits.max_closed_share": ("share of tickets that may be closed", "0.5"),
    "limits.max_few": ("the same as a number, for maps of fewer than ten tickets", "5"),
    "github.seconds_between_writes": ("pause between two writes", "0.5"),
    "github.ca_bundle": ("file with the certificates of a private authority", '"/etc/ssl/corp.pem"'),
    "github.type": ("[issue type](trackers.md#types-and-fields) of tickets", '"Task"'),
    "github.priority_field": ("[issue field](trackers.md#types-and-fields) with the priority of tickets", '"Priority"'),
    "github.project": ("[board](trackers.md#boards) that new tickets join", '"octo/7"'),
    "gitlab.seconds_between_writes": ("pause between two writes", "0.1"),
    "gitlab.ca_bundle": ("file with the certificates of a private authority", '"/etc/ssl/corp.pem"'),
    "gitlab.iteration": ("[iteration](trackers.md#gitlab-issues-and-links) that new tickets join", '"current"'),
    "gitlab.epic": ("[epic](trackers.md#gitlab-issues-and-links) that new tickets join", '"Payments"'),
    "severity": ("severity of single [rules](rules.md)", '{ "title-too-long" = "off" }'),
    "vocabulary": ("[words of maps](map-format.md#another-language), by language", '{ pt = { titles = ["Mapa"] } }'),
    "family": ("[where specs are found](families.md), by family", '{ our-specs = { like = "spec-kit" } }'),
}  # fmt: skip
"""Setting -> what it is for, and an example in TOML."""


def settings_page() -> str:
    """Return ``docs/configuration.md`` with the table of today."""
    before, _, rest = PAGE.read_text("utf-8").partition(BEGIN)
    return f"{before}{BEGIN}{settings_table()}{END}{rest.partition(END)[2]}"


def settings_table() -> str:
    """Return the table of all settings."""
    head = "| setting | type | default | example | what it is for |\n|---|---|---|---|---|\n"
    return head + "".join(_row(name, *SETTINGS.get(name, ("", ""))) for name in all_settings())


@cache
def all_settings() -> Mapping[str, str]:
    """Return each setting with its type, in the order of the code."""
    schema = json.loads(settings_schema())
    return dict(_types(schema, schema["$defs"]))


def _types(table: Mapping[str, Any], tables: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    for name, each in table["properties"].items():
        inner = tables.get(each.get("$ref", "").rpartition("/")[2], {})
        if "properties" in inner:
            yield from _types(inner, tables, f"{before}{name}.")
        else:
            yield before + name, _type(each | inner)


def _type(each: Mapping[str, Any]) -> str:
    if values := each.get("enum"):
        return ", ".join(f"`{json.dumps(value)}`" for value in values)
    match each.get("type"):
        case "array":
            return "list of numbers or texts" if isinstance(each["items"].get("type"), list) else "list of texts"
        case "object":
            return "table"
        case "boolean":
            return "`true`, `false`"
        case "integer":
            return "whole number" + _range(each)
        case "number":
            return "number" + _range(each)
        case None if "anyOf" in each:
            return " or ".join(map(_type, each["anyOf"]))
        case "string" if "const" in each:
            return f"`{json.dumps(each['const'])}`"
        case _:
            return "text" + (f", at most {each['maxLength']} characters" if "maxLength" in each else "")


def _range(each: Mapping[str, Any]) -> str:
    low, high = each.get("minimum", each.get("exclusiveMinimum")), each.get("maximum")
    least = f" above {low}" if "exclusiveMinimum" in each else f" from {low}"
    return least + (f" to {high}" if high is not None else "")


def _row(name: str, what: str, example: str) -> str:
    default = default_of(name)
    shown = "a table" if isinstance(default, dict) else f"`{json.dumps(default)}`"
    return f"| `{name}` | {all_settings()[name]} | {shown} | `{example}` | {what} |\n"


def default_of(name: str) -> Any:
    """Return the default of a setting."""
    found: Any = DEFAULTS
    for part in name.split("."):
        found = found[part]
    return found
