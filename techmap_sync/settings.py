"""The settings of a run: their types, and the values that other packages get from them. ``config.py`` reads them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from enum import Enum
from functools import cached_property, lru_cache
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PrivateAttr,
    WithJsonSchema,
    create_model,
    model_validator,
)
from pydantic_core import PydanticCustomError

from techmap_sync.documents.base import DocumentFamily, Granularity, GranularityChoice, ReadingOptions
from techmap_sync.documents.families import families
from techmap_sync.documents.frontmatter import NAMES
from techmap_sync.planning.asked import PlanOptions
from techmap_sync.planning.rules import EVERY_RULE
from techmap_sync.registry import TrackerKind, built_in, kind_named
from techmap_sync.sync.comparison import digest
from techmap_sync.sync.policy import Limits, OnConflict, OrphanPolicy, SyncPolicy


def _trimmed(name: object) -> object:
    return name.strip() if isinstance(name, str) else name


LabelOrNone = Annotated[
    str, BeforeValidator(_trimmed), Field(max_length=50, pattern=r"^[^,\x00-\x1f\x7f-\x9f\u2028\u2029]*$")
]
"""The name of a label, empty for none.

A comma separates labels in both vendors' requests, and GitHub allows at most 50 characters. Servers drop outer spaces,
so they are dropped here too: otherwise the label would seem to be missing after every push.
"""
Label = Annotated[LabelOrNone, Field(min_length=1)]


def _known_rule(rule: str) -> str:
    if rule not in EVERY_RULE:
        raise PydanticCustomError("unknown_rule", "no such rule")
    return rule


RuleId = Annotated[str, AfterValidator(_known_rule), WithJsonSchema({"type": "string", "enum": sorted(EVERY_RULE)})]


def _as_number(value: object) -> object:
    """Accept a ticket number as people write it: ``12``, ``"#12"`` or ``"TASK-1"``."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value.strip().removeprefix("#") if isinstance(value, str) else value


TicketNumber = Annotated[
    str,
    Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=64),
    BeforeValidator(_as_number),
    WithJsonSchema({"type": ["integer", "string"]}),
]


Language = Literal["", "en", "de", "fr", "es", "zh", "ja"]
"""The languages of ``config/words.toml``; empty for that of each map."""


class Table(BaseModel):
    """A table of settings: unknown keys and infinite numbers are errors."""

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
    """How to talk to a server."""

    seconds_between_writes: float = Field(ge=0, le=86_400)
    ca_bundle: str


NameOnServer = Annotated[str, Field(max_length=100, pattern=r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]*$")]


@lru_cache
def table_with_names(title: str, names: tuple[str, ...]) -> type[ServerTable]:
    """Return a table that also holds the names of things on a server."""
    fields: dict[str, Any] = dict.fromkeys(names, (NameOnServer, ...))
    return create_model(f"{title}Table", __base__=ServerTable, __doc__=ServerTable.__doc__, **fields)


class Origin(Enum):
    """Who made a setting."""

    DEFAULT = "default"
    FILE = "file"
    """The file of settings, which belongs to the repository."""
    USER = "user"
    """A variable or a flag."""


class Settings(Table):
    """All settings of one run."""

    families: list[str]
    maps: list[str]
    exclude: list[str]
    to: str
    api_url: str
    source: str
    templates: str
    managed_label: Label
    removed_label: Label
    duplicate_label: Label
    trusted_authors: list[str]
    adopted: list[TicketNumber]
    milestone: str
    assignees: list[str] | Literal["codeowners"]
    allow_public: bool
    on_conflict: OnConflict
    orphans: OrphanPolicy
    timeout: float = Field(gt=0, le=86_400)
    jobs: int = Field(ge=0, le=1024)
    stale_days: int = Field(ge=0, le=3650)
    author_notes: bool
    language: Language
    granularity: GranularityTable
    labels: LabelsTable
    limits: LimitsTable
    severity: dict[RuleId, Literal["error", "warning", "note", "off"]]
    vocabulary: dict[str, dict[str, Any]]
    family: dict[str, dict[str, Any]]

    _origins: Mapping[str, Origin] = PrivateAttr(default_factory=dict)
    _uncounted: tuple[str, ...] = PrivateAttr(default=())
    _doubt: str = PrivateAttr(default="")

    @model_validator(mode="after")
    def _labels_differ(self) -> Settings:
        """A label that carries a meaning must differ from all others by more than case, which servers ignore."""
        own = {name: getattr(self, name) for name in ("managed_label", "removed_label", "duplicate_label")}
        deciding = own | _with_table("labels.priority", self.labels.priority)
        shared = _with_table("labels.kind", self.labels.kind) | _with_table("labels.phase", self.labels.phase)
        setting_of: dict[str, str] = {}
        for setting, label in (deciding | shared).items():
            earlier = setting_of.get(label.casefold())
            if label and earlier:
                context = {"setting": setting, "label": label, "earlier": earlier}
                raise PydanticCustomError("same_label", "the same label as {earlier}", context)
            if label and setting in deciding:
                setting_of[label.casefold()] = setting
        return self

    def origin(self, name: str) -> Origin:
        """Return who made a setting; the repository when that is unknown."""
        return self._origins.get(name, Origin.FILE)

    @property
    def uncounted(self) -> tuple[str, ...]:
        """Settings of the file that are ignored, because the checkout is not trusted."""
        return self._uncounted

    @property
    def doubt(self) -> str:
        """Why the checkout is not trusted, to follow "because"; empty when it is."""
        return self._doubt

    def server(self, tracker: str) -> ServerTable:
        """Return a tracker's server settings. Unknown trackers get no delay between writes."""
        table = getattr(self, tracker, None)
        return table if isinstance(table, ServerTable) else _default_table(kind_named(tracker))

    @property
    def people(self) -> list[str]:
        """The people to whom every new ticket is assigned; none where the owners of files are."""
        return [] if isinstance(self.assignees, str) else self.assignees

    def plan_options(self) -> PlanOptions:
        """Return the options of the planner."""
        return PlanOptions(
            managed_label=self.managed_label,
            kind_labels=self.labels.kind,
            phase_labels=self.labels.phase,
            priority_labels=self.labels.priority,
            milestone=self.milestone,
            assignees=tuple(self.people),
            own_labels=frozenset(
                label.casefold()
                for label in (self.removed_label, self.duplicate_label, *self.labels.priority.values())
                if label
            ),
        )

    def reading_options(self) -> ReadingOptions:
        """Return what the families of documents have to know."""
        choice = GranularityChoice(**self.granularity.model_dump())
        return ReadingOptions(self.vocabulary, choice, tuple(self.families), self.family, self.language)

    @cached_property
    def document_families(self) -> tuple[DocumentFamily, ...]:
        """The families of documents as the settings want them read; made once for all documents."""
        return families(self.reading_options())

    def sync_policy(self, source: str) -> SyncPolicy:
        """Return the part of the sync policy that the settings decide.

        :param source: canonical name of the repository that the maps belong to.
        """
        return SyncPolicy(
            source=source,
            managed_label=self.managed_label,
            removed_label=self.removed_label,
            duplicate_label=self.duplicate_label,
            priority_labels={priority: label for priority, label in self.labels.priority.items() if label},
            trusted_authors=frozenset(self.trusted_authors),
            adopted=frozenset(self.adopted),
            assignees=frozenset(self.people),
            on_conflict=self.on_conflict,
            orphans=self.orphans,
            limits=Limits(**self.limits.model_dump()),
        )

    def digest(self) -> str:
        """Return a fingerprint of all settings that decide which tasks a map has."""
        return self.fingerprint

    @cached_property
    def fingerprint(self) -> str:
        """What ``digest`` returns; made once for all documents."""
        names = {"granularity", "labels", "language", "vocabulary", "templates"}
        if any(not family.anywhere for family in self.document_families):  # only there the words of specs count
            names |= {"families", "family"}
        deciding = self.model_dump(mode="json", include=names)
        for words in deciding["vocabulary"].values():
            for name in NAMES:  # these say what tickets get, not which there are
                words.get("metadata", {}).pop(name, None)
        return digest(json.dumps(deciding, sort_keys=True, ensure_ascii=False))


def _with_table(table: str, values: Mapping[str, str]) -> dict[str, str]:
    return {f"{table}.{key}": value for key, value in values.items()}


@lru_cache
def model_with(guests: tuple[TrackerKind, ...] = ()) -> type[Settings]:
    """Return the settings model with a table for each tracker that has one.

    :param guests: kinds of other packages.
    """
    kinds = (*(kind for kind in built_in().values() if kind.servers), *guests)
    tables: dict[str, Any] = {kind.name: (kind.settings_table(), ...) for kind in kinds}
    return create_model("Settings", __base__=Settings, __doc__=Settings.__doc__, **tables)


def defaults_of(kind: TrackerKind) -> dict[str, object]:
    """Return the defaults of a table that is not in ``defaults.toml``; no delay between writes."""
    return {"seconds_between_writes": 0.0, "ca_bundle": "", **kind.defaults}


def _default_table(kind: TrackerKind) -> ServerTable:
    table: ServerTable = kind.settings_table().model_validate(defaults_of(kind))
    return table


def settings_schema() -> str:
    """Return the JSON Schema of ``techmap-sync.toml``, for editors; ``make schema`` writes it.

    Nothing is required, because every setting has a default.
    """
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$comment": "Made by `make schema`.",
        **model_with().model_json_schema(),
    }
    for table in (schema, *schema["$defs"].values()):
        table.pop("required", None)
    return json.dumps(schema, indent=2) + "\n"


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
