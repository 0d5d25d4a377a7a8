"""What the files of a checkout may decide. One decision, made from the CI's event, for every command.

Whoever writes ``techmap-sync.toml`` decides how maps become tickets. He does not decide to whom a token is sent, which
code-like templates run and whose tickets count, unless people who may do so have taken his change over: in a run about
a stranger's change such settings do not count, and the run says which it left out. A run that is not understood is
taken for one about a stranger's change.

https://docs.github.com/actions/reference/events-that-trigger-workflows
https://docs.github.com/webhooks/webhook-events-and-payloads
https://docs.gitlab.com/ci/variables/predefined_variables/
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from techmap_sync.files import is_within, repository_around

HARMLESS = frozenset(
    {
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
        "granularity",
        "labels",
        "limits",
        "github",
        "gitlab",
        "severity",
        "vocabulary",
    }
)
"""Settings that count from any checkout: they decide what a plan says, and nothing beyond it."""
RESERVED = frozenset({"to", "api_url", "source", "templates", "trusted_authors", "adopted", "allow_public"})
"""Settings about servers, templates, sources and trust. A test holds that every setting is in one of the two sets."""
_RESERVED_WITHIN = {"github": frozenset({"ca_bundle"}), "gitlab": frozenset({"ca_bundle"})}
_QUEUE = "refs/heads/gh-readonly-queue/"
"""Branches on which GitHub tries the changes of its merge queue, those from forks too."""
_BY_MEMBERS = frozenset({"push", "schedule", "workflow_dispatch", "release"})
_OF_A_PULL = frozenset({"pull_request", "pull_request_target", "pull_request_review", "pull_request_review_comment"})
_BEFORE_A_RUN = frozenset({"push", "schedule", "workflow_dispatch", "pull_request"})
_GITLAB_BY_MEMBERS = frozenset(
    {"push", "schedule", "web", "webide", "api", "trigger", "pipeline", "parent_pipeline", "chat"}
)
_BACKLOG = "backlog"


@dataclass(frozen=True, slots=True)
class Trust:
    """What is thought of a checkout."""

    doubt: str = ""
    """Why nobody vouches for it yet, to follow "because": empty when its settings count."""
    own: tuple[str, str] = ("", "")
    """Tracker and target of the repository whose CI runs this."""
    root: Path = field(default_factory=Path)
    """A folder of the checkout; only looked at when there is a doubt."""

    def counted(self, settings: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
        """Return what counts of the settings that a file of the checkout makes, and the names of those that do not."""
        if not self.doubt:
            return dict(settings), ()
        left: list[str] = []
        return dict(self._sifted(settings, left)), tuple(left)

    def _sifted(self, settings: Mapping[str, Any], left: list[str]) -> Iterator[tuple[str, Any]]:
        for name, value in settings.items():
            reserved = _RESERVED_WITHIN.get(name, frozenset())
            if name == "maps" and isinstance(value, list):
                inside = [each for each in value if self._is_inside(each)]
                left += ["maps"] if len(inside) < len(value) else []
                if inside or not value:
                    yield name, inside
            elif reserved and isinstance(value, dict):
                left += [f"{name}.{key}" for key in value if key in reserved and value[key]]
                yield name, {key: each for key, each in value.items() if key not in reserved}
            elif name in HARMLESS or self._changes_nothing(name, value):
                yield name, value
            elif name in RESERVED:
                left.append(name)
            else:
                yield name, value  # no setting at all, which is an error of its own

    def _changes_nothing(self, name: str, value: object) -> bool:
        """Whether a reserved setting says only what would hold without it."""
        if not value:
            return True
        if name != "to" or not isinstance(value, str):
            return False
        kind, _, target = value.partition(":")
        if kind == _BACKLOG:
            return self._is_inside(target or ".")
        return kind == self.own[0] and target.casefold() in ("", self.own[1].casefold())

    def _is_inside(self, path: object) -> bool:
        if not isinstance(path, str):
            return True  # a bad value is an error of its own
        try:
            return is_within(Path.cwd() / path, repository_around(self.root))
        except (OSError, ValueError):
            return False


def in_a_ci(environment: Mapping[str, str]) -> bool:
    """Whether a CI that we know runs this, or somebody handed on the variables by which it tells its event."""
    return _is_on_github(environment) or _is_on_gitlab(environment)


def doubt_about(environment: Mapping[str, str], event: Mapping[str, Any]) -> str:
    """Return why a checkout is not trusted, to follow "because"; empty when it is: a developer's own, or reviewed.

    :param event: the payload of GitHub's event.
    """
    if _is_on_github(environment):
        return _on_github(environment, event)
    return _on_gitlab(environment) if _is_on_gitlab(environment) else ""


def _is_on_github(environment: Mapping[str, str]) -> bool:
    return environment.get("GITHUB_ACTIONS") == "true" or bool(environment.get("GITHUB_EVENT_NAME"))


def _is_on_gitlab(environment: Mapping[str, str]) -> bool:
    return environment.get("GITLAB_CI") == "true" or bool(environment.get("CI_PIPELINE_SOURCE"))


def _on_github(environment: Mapping[str, str], event: Mapping[str, Any]) -> str:
    name = environment.get("GITHUB_EVENT_NAME", "")
    home = environment.get("GITHUB_REPOSITORY", "").casefold()
    if name in _OF_A_PULL:
        head = _text(event, "pull_request", "head", "repo", "full_name").casefold()
        return "" if head and head == home else f"{name} is about a change from {head or 'an unknown repository'}"
    if name == "workflow_run":
        head = _text(event, "workflow_run", "head_repository", "full_name").casefold()
        before = _text(event, "workflow_run", "event")
        if head and head == home and before in _BEFORE_A_RUN:
            return ""
        return f"{name} follows {before or 'an unknown event'} of {head or 'an unknown repository'}"
    if name == "push" and environment.get("GITHUB_REF", "").startswith(_QUEUE):
        return "it is a branch of the merge queue"
    return "" if name in _BY_MEMBERS else f"the event {name or 'without a name'} does not say whose code it is about"


def _on_gitlab(environment: Mapping[str, str]) -> str:
    source = environment.get("CI_PIPELINE_SOURCE", "")
    if source == "merge_request_event" or environment.get("CI_MERGE_REQUEST_IID"):
        theirs = environment.get("CI_MERGE_REQUEST_SOURCE_PROJECT_ID", "")
        home = environment.get("CI_MERGE_REQUEST_PROJECT_ID", "")
        if environment.get("CI_MERGE_REQUEST_EVENT_TYPE") == "merge_train":
            return "it is a merge train"
        where = f"project {theirs}" if theirs else "an unknown project"
        return "" if theirs and theirs == home else f"the merge request is from {where}"
    if source == "external_pull_request_event" or environment.get("CI_EXTERNAL_PULL_REQUEST_IID"):
        return "it is about a pull request on another server"
    return "" if source in _GITLAB_BY_MEMBERS else f"a pipeline by {source or 'an unknown source'} is not known"


def _text(event: object, *path: str) -> str:
    """Return a text of an event; empty where something else is."""
    for name in path:
        event = event.get(name) if isinstance(event, Mapping) else None
    return event if isinstance(event, str) else ""
