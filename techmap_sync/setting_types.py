"""What the values of single settings may be, and the tables that group them; ``config.py`` reads them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from techmap_sync.planning.task import Granularity
from techmap_sync.planning.task_graph import EVERY_RULE


def _trimmed(name: object) -> object:
    return name.strip() if isinstance(name, str) else name


LabelOrNone = Annotated[
    str, BeforeValidator(_trimmed), Field(max_length=50, pattern=r"^[^,\x00-\x1f\x7f-\x9f\u2028\u2029]*$")
]
"""The name of a label, empty for none.

A comma separates labels in both vendors' requests, and GitHub takes at most 50 characters. Outer spaces are dropped by
the servers, so they are dropped here too: otherwise the label would look missing after every push.
"""
Label = Annotated[LabelOrNone, Field(min_length=1)]


def _known_rule(rule: str) -> str:
    if rule not in EVERY_RULE:
        raise PydanticCustomError("unknown_rule", "no such rule")
    return rule


RuleId = Annotated[str, AfterValidator(_known_rule), WithJsonSchema({"type": "string", "enum": sorted(EVERY_RULE)})]


def _as_number(value: object) -> object:
    """Take a ticket's number as people write it: ``12``, ``"#12"`` or ``"TASK-1"``."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value.strip().removeprefix("#") if isinstance(value, str) else value


TicketNumber = Annotated[
    str,
    Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=64),
    BeforeValidator(_as_number),
    WithJsonSchema({"type": ["integer", "string"]}),
]


class Table(BaseModel):
    """A table of settings: no other keys, and numbers that are some."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True, allow_inf_nan=False)


class GranularityTable(Table):
    """How many tickets each part of a map becomes."""

    changes: Granularity
    tests: Granularity
    deployment: Granularity
    constraints: Granularity


class LabelsTable(Table):
    """Names and colours of labels."""

    kind: dict[str, LabelOrNone]
    phase: dict[str, LabelOrNone]
    priority: dict[str, LabelOrNone]
    colors: dict[Label, str]


class LimitsTable(Table):
    """How much one run may write for one map."""

    max_creates: int = Field(ge=0)
    max_updates: int = Field(ge=0)
    max_retitled_share: float = Field(ge=0, le=1)
    max_closed_share: float = Field(ge=0, le=1)
    max_few: int = Field(ge=0)


class ServerTable(Table):
    """How a server is spoken to."""

    seconds_between_writes: float = Field(ge=0, le=86_400)
    ca_bundle: str


def line_of(path: Sequence[str], toml: str) -> int:
    """Return the line of a key, counted from 1; 0 when it is not found.

    :param path: the names of its tables and its own name.
    """
    table: list[str] = []
    for number, line in enumerate(toml.splitlines(), 1):
        text = line.strip()
        if text.startswith("["):
            table = _dotted(text.strip("[] "))
            if table == list(path):
                return number
        elif "=" in text and not text.startswith("#"):
            key = [*table, *_dotted(text.split("=", 1)[0])]
            if list(path[: len(key)]) == key:
                return number
    return 0


def _dotted(key: str) -> list[str]:
    return [part.strip().strip("\"'") for part in key.split(".")]
