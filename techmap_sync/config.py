"""Reads the environment and the settings files.

Settings come from these sources, later ones win: ``config/defaults.toml``, ``techmap-sync.toml``, variables named
``TECHMAP_SYNC_...`` and flags. See ``docs/configuration.md``.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache, reduce
from pathlib import Path
from typing import TYPE_CHECKING, Any

import tomli
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from techmap_sync import files
from techmap_sync.errors import SettingsProblem, UnreadableFile, UsageProblem
from techmap_sync.nearest import did_you_mean
from techmap_sync.patterns import lazy
from techmap_sync.planning.rules import EVERY_RULE
from techmap_sync.registry import TrackerKind, built_in, find_kind, installed
from techmap_sync.settings import Origin, Settings, defaults_of, line_of, model_with
from techmap_sync.trust import Trust

if TYPE_CHECKING:
    from pydantic_settings import BaseSettings

FILE_NAME = "techmap-sync.toml"
LARGEST = files.MIB
"""Maximum size of a settings file in bytes."""
PREFIX = "TECHMAP_SYNC_"
_TOKENS = frozenset({f"{PREFIX}TOKEN", f"{PREFIX}TOKEN_FOR"})

_DEEPEST = 8
"""Maximum depth of nested tables; settings need four."""
_QUOTED = lazy(r"'([^']*)'")
_ODD = lazy("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
EXPLAINED = "every setting is explained in docs/configuration.md"


def _guests(written: Mapping[str, Any]) -> tuple[TrackerKind, ...]:
    """Return the trackers of other packages that a file or a variable names, or may name."""
    named = {name for name in written if name not in Settings.model_fields}
    named |= {str(written.get("to", "")).partition(":")[0]} - {""}
    ours = {f"{PREFIX}{name}".upper() for name in (*Settings.model_fields, *built_in())}
    asked = [name.upper() for name in os.environ if name.upper().startswith(PREFIX)]
    if any(name.partition("__")[0] not in ours | _secrets(()) for name in asked):
        named |= set(installed())
    return tuple(
        kind for name in sorted(named - built_in().keys() - Settings.model_fields.keys()) if (kind := find_kind(name))
    )


def _secrets(guests: Sequence[TrackerKind]) -> frozenset[str]:
    """Return the variables with our prefix that are not settings: secrets are never read from a file."""
    servers = [kind.servers for kind in (*built_in().values(), *guests) if kind.servers]
    names = [name for each in servers for name in (*each.tokens, *each.credentials.values())]
    return _TOKENS | {name for name in names if name.startswith(PREFIX)}


def shipped(name: str) -> Path:
    """Return a file of the folder ``config/``."""
    return files.shipped(name)


def find_settings_file(start: Path) -> Path | None:
    """Return the nearest ``techmap-sync.toml``, from a folder upwards within its repository.

    Outside of a repository only the folder itself counts: those above may belong to others.
    """
    top = files.repository_around(start)
    for folder in (start, *start.parents):
        if os.path.lexists(folder / FILE_NAME):
            return folder / FILE_NAME
        if os.path.realpath(folder) == str(top):
            return None
    return None


def load_settings(file: Path | None, flags: Mapping[str, object], trust: Trust | None = None) -> Settings:
    """Read all sources of settings.

    :param file: the team's file, or None.
    :param flags: settings that were given on the command line; the strongest.
    :param trust: how far the checkout that the file belongs to is trusted; fully when None.
    :raises SettingsProblem: a key is unknown or a value is bad; says where and names the nearest key.
    :raises UsageProblem: the file cannot be read.
    """
    defaults, written = _toml(shipped("defaults.toml")), _toml(file) if file else {}
    guests = _guests(written)
    model = model_with(guests)
    _check_variables(model, guests)
    defaults |= {kind.name: defaults_of(kind) for kind in guests}
    trust = trust or Trust()
    counted, uncounted = trust.counted(written)
    variables = _variables(model, guests)
    for source in (written, variables, flags):
        _check_texts(source, file, flags)
    settings = _validated(model, reduce(_merged, [defaults, counted, variables, flags]), file, flags)
    if uncounted:
        _validated(model, _merged(defaults, written), file, {})  # a bad value is an error even when it is ignored
    settings._origins = {
        **dict.fromkeys(defaults, Origin.DEFAULT),
        **dict.fromkeys(counted, Origin.FILE),
        **dict.fromkeys((*variables, *flags), Origin.USER),
    }
    settings._uncounted, settings._doubt = uncounted, trust.doubt
    return settings


def remarks_of(settings: Settings) -> tuple[str, ...]:
    """Return which settings of the checkout are ignored, and why; nothing when all count."""
    if not settings.uncounted:
        return ()
    names = ", ".join(settings.uncounted)
    return (f"{FILE_NAME}: {names} ignored, because {settings.doubt}; flags and variables of the job count.",)


def _check_texts(values: Mapping[str, Any], file: Path | None, flags: Mapping[str, object]) -> None:
    """Refuse what no setting may contain: control characters, broken Unicode, tables nested too deep.

    :raises SettingsProblem: names the first such setting.
    """
    left: list[tuple[list[str], Any]] = [([name], value) for name, value in values.items()]
    while left:
        path, value = left.pop()
        inner = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
        left += [([*path, str(key)], each) for key, each in inner]
        fault = _fault_of(path, value)
        if fault:
            raise SettingsProblem(_where(path, file, flags), f"{'.'.join(path[:_DEEPEST])}: {fault}", EXPLAINED)


def _fault_of(path: Sequence[str], value: object) -> str:
    if len(path) > _DEEPEST:
        return "nested too deep"
    for text in (path[-1], value if isinstance(value, str) else ""):
        if _ODD.search(text):
            return "holds a control character or broken Unicode"
    return ""


def _validated(
    model: type[Settings], values: Mapping[str, Any], file: Path | None, flags: Mapping[str, object]
) -> Settings:
    # Pydantic would look for plugins in the metadata of every installed package.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "1")
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise _problem(model, error.errors()[0], file, flags) from error


def _merged(weaker: Mapping[str, Any], stronger: Mapping[str, Any]) -> dict[str, Any]:
    """Merge two sources of settings: tables are merged, everything else is replaced."""
    both = {
        name: _merged(weaker[name], value) if isinstance(value, dict) and isinstance(weaker.get(name), dict) else value
        for name, value in stronger.items()
    }
    return {**weaker, **both}


def _variables(model: type[Settings], guests: Sequence[TrackerKind]) -> Mapping[str, Any]:
    """Return the settings from variables. Most runs have none, so the library for them is imported only when needed."""
    secret = _secrets(guests)
    if not any(name.upper().startswith(PREFIX) and name.upper() not in secret for name in os.environ):
        return {}
    from pydantic_settings import EnvSettingsSource, SettingsError

    try:
        return EnvSettingsSource(_from_variables(model))()
    except (SettingsError, RecursionError) as error:
        raise SettingsProblem("environment", str(error), "a list is written as JSON: '[\"docs/maps\"]'") from error


@lru_cache
def _from_variables(model: type[Settings]) -> type[BaseSettings]:
    from pydantic_settings import BaseSettings, SettingsConfigDict

    class FromVariables(model, BaseSettings):  # type: ignore[valid-type, misc]
        model_config = SettingsConfigDict(env_prefix=PREFIX, env_nested_delimiter="__", env_ignore_empty=True)

    return FromVariables


def _toml(file: Path) -> dict[str, Any]:
    try:
        return tomli.loads(_text(file))
    except UnreadableFile as problem:
        hint = "settings are a plain file of the repository, or one elsewhere that --config names"
        raise UsageProblem(f"{file} {problem.what}", hint) from problem
    except (tomli.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise SettingsProblem(str(file), str(error), "see https://toml.io for the syntax") from error


def _text(file: Path) -> str:
    """Return a settings file. In the repository it must be a plain file; elsewhere the user named it."""
    border = None if file.is_relative_to(shipped("")) else files.border_of(file)
    content = files.read(file, LARGEST, border) if border else files.read_typed(file, LARGEST)
    return content.decode("utf-8")


def _check_variables(model: type[Settings], guests: Sequence[TrackerKind]) -> None:
    """Refuse a variable that looks like a setting but is unknown: it would be ignored silently."""
    known = {f"{PREFIX}{'__'.join(path)}".upper() for path in _known_keys(model)} | _secrets(guests)
    tables = tuple(f"{PREFIX}{name}__".upper() for name in ("labels", "severity", "vocabulary", "family"))
    for name in sorted(os.environ):
        upper = name.upper()
        if upper.startswith(PREFIX) and upper not in known and not upper.startswith(tables):
            raise SettingsProblem(f"environment variable {name}", "no such setting", _nearest(upper, known))


def _known_keys(model: type[Settings]) -> Iterator[tuple[str, ...]]:
    for name, field in model.model_fields.items():
        yield (name,)
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from ((name, inner) for inner in field.annotation.model_fields)


def _problem(
    model: type[Settings], error: ErrorDetails, file: Path | None, flags: Mapping[str, object]
) -> SettingsProblem:
    if error["type"] == "same_label":
        context = error["ctx"]
        where = _where(context["setting"].split("."), file, flags)
        return SettingsProblem(where, f"{context['setting']} = {context['label']!r}: {error['msg']}", EXPLAINED)
    path = [str(part) for part in error["loc"] if isinstance(part, str) and part != "[key]"]
    key = ".".join(path)
    where = _where(path, file, flags)
    if error["type"] == "extra_forbidden":
        siblings = {known[-1] for known in _known_keys(model) if list(known[:-1]) == path[:-1]}
        return SettingsProblem(where, f"no such setting: {key}", _nearest(path[-1], siblings))
    if error["type"] == "unknown_rule":
        return SettingsProblem(where, f"no such rule: {path[-1]}", _nearest(path[-1], set(EVERY_RULE)))
    message = error["msg"][:1].lower() + error["msg"][1:]
    choices = _QUOTED.findall(error["msg"]) if error["type"] in ("literal_error", "enum") else []
    hint = _nearest(str(error["input"]), set(choices)) if choices else EXPLAINED
    return SettingsProblem(where, f"{key} = {error['input']!r}: {message}", hint)


def _where(path: list[str], file: Path | None, flags: Mapping[str, object]) -> str:
    variable = f"{PREFIX}{'__'.join(path)}".upper()
    if path[0] in flags:
        return f"--{path[0].replace('_', '-')}"
    if variable in {name.upper() for name in os.environ}:
        return f"environment variable {variable}"
    line = line_of(path, _text(file)) if file else 0
    return f"{file}:{line}" if line else str(file or "settings")


def _nearest(name: str, known: set[str]) -> str:
    return did_you_mean(name, sorted(known), EXPLAINED)
