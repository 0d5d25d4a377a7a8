"""What the files of a checkout may decide: one decision, made from the CI's event, for every command.

``techmap-sync.toml`` decides how maps become tickets. Where a token is sent, which templates run and whose tickets
count is decided by it only after a maintainer has merged the change: in a run about a stranger's change such settings
do not count, and the run says which it ignored. A run that is not understood counts as one about a stranger's change.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from techmap_sync.ci_run import Ci
from techmap_sync.files import is_within, repository_around
from techmap_sync.registry import find_kind, home, known_cis, running_ci

HARMLESS = frozenset(
    {
        "families",
        "maps",
        "exclude",
        "managed_label",
        "removed_label",
        "duplicate_label",
        "milestone",
        "assignees",
        "on_conflict",
        "orphans",
        "timeout",
        "jobs",
        "author_notes",
        "stale_days",
        "granularity",
        "language",
        "labels",
        "limits",
        "severity",
        "vocabulary",
        "family",
    }
)
"""Settings that count from any checkout: they decide what a plan says, and nothing beyond it."""
RESERVED = frozenset({"to", "api_url", "source", "templates", "trusted_authors", "adopted", "allow_public"})
"""Settings about servers, templates, sources and trust. A test holds that every setting is in one of the two sets.

For a tracker's table, its kind says which keys count: ``TrackerKind.harmless_settings``.
"""


@dataclass(frozen=True, slots=True)
class Trust:
    """Whether a checkout is trusted."""

    doubt: str = ""
    """Why it is not trusted yet, to follow "because"; empty when its settings count."""
    own: tuple[str, str] = ("", "")
    """Tracker and target of the repository whose CI runs this."""
    root: Path = field(default_factory=Path)
    """A folder of the checkout; only used when there is a doubt."""

    def counted(self, settings: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
        """Return which settings from a file of the checkout count, and the names of those that do not."""
        if not self.doubt:
            return dict(settings), ()
        left: list[str] = []
        return dict(self._counting(settings, left)), tuple(left)

    def _counting(self, settings: Mapping[str, Any], left: list[str]) -> Iterator[tuple[str, Any]]:
        for name, value in settings.items():
            kind = find_kind(name) if name not in HARMLESS | RESERVED else None
            if name == "maps" and isinstance(value, list):
                inside = [each for each in value if self._is_inside(each)]
                left += ["maps"] if len(inside) < len(value) else []
                if inside or not value:
                    yield name, inside
            elif kind is not None and isinstance(value, dict):
                left += [f"{name}.{key}" for key in value if key not in kind.harmless_settings and value[key]]
                yield name, {key: each for key, each in value.items() if key in kind.harmless_settings}
            elif name in HARMLESS or self._changes_nothing(name, value):
                yield name, value
            elif name in RESERVED:
                left.append(name)
            else:
                yield name, value  # an unknown setting, which is reported elsewhere

    def _changes_nothing(self, setting: str, value: object) -> bool:
        """Whether a reserved setting has no effect."""
        if not value:
            return True
        if setting != "to" or not isinstance(value, str):
            return False
        name, _, target = value.partition(":")
        kind = find_kind(name)
        if kind is not None and kind.is_embedded:
            return self._is_inside(target or ".")
        return name == self.own[0] and target.casefold() in ("", self.own[1].casefold())

    def _is_inside(self, path: object) -> bool:
        if not isinstance(path, str):
            return True  # an invalid value is reported elsewhere
        try:
            return is_within(Path.cwd() / path, repository_around(self.root))
        except (OSError, ValueError):
            return False


def trust_of_this_run(environment: Mapping[str, str]) -> Trust:
    """Return what the files of this checkout may decide."""
    if not in_a_ci(environment):
        return Trust()
    doubt = doubt_about(environment)
    return Trust(doubt, home(environment), Path.cwd()) if doubt else Trust()


def in_a_ci(environment: Mapping[str, str]) -> bool:
    """Whether a known CI runs this process, or the variables of its event were passed on to it."""
    return _ci_of(environment) is not None


def doubt_about(environment: Mapping[str, str]) -> str:
    """Return why a checkout is not trusted, to follow "because"; empty when it is: a developer's own, or reviewed."""
    ci = _ci_of(environment)
    return ci.doubt(environment) if ci else ""


def _ci_of(environment: Mapping[str, str]) -> Ci | None:
    running = running_ci(environment)
    others = (ci for ci in known_cis() if ci.tells_its_event(environment))
    return running[1] if running else next(others, None)
