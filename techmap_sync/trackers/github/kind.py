"""GitHub, as the rest of the program knows it, and GitHub Actions: what its variables and its event say about a run.

``actions/checkout`` makes no ``refs/remotes/origin/HEAD``, so the checkout does not know the default branch.

https://docs.github.com/authentication/troubleshooting-ssh/using-ssh-over-the-https-port
https://docs.github.com/enterprise-cloud@latest/admin/data-residency: ``api.TENANT.ghe.com``
https://cli.github.com/manual/gh_help_environment
https://docs.github.com/actions/reference/workflows-and-actions/variables
https://docs.github.com/actions/reference/events-that-trigger-workflows
https://docs.github.com/webhooks/webhook-events-and-payloads
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from techmap_sync import __version__
from techmap_sync.ci_run import Ci, CiCommand, CiEvent, CiRun, ReviewPlace
from techmap_sync.patterns import lazy
from techmap_sync.registry import OwnersFile, Servers, Start, TrackerKind, WebLinks
from techmap_sync.servers import server_named

_HEADS, _TAGS, _PULLS = "refs/heads/", "refs/tags/", "refs/pull/"
_PULL = lazy(r"refs/pull/(\d+)/\w+")
_QUEUE = "refs/heads/gh-readonly-queue/"
"""Branches on which GitHub tries the changes of its merge queue, those from forks too."""
_BY_MEMBERS = frozenset({"push", "schedule", "workflow_dispatch", "release"})
_OF_A_PULL = frozenset({"pull_request", "pull_request_target", "pull_request_review", "pull_request_review_comment"})
_BEFORE_A_RUN = frozenset({"push", "schedule", "workflow_dispatch", "pull_request"})


class GitHubActions(Ci):
    """A run of a workflow."""

    name = "GitHub Actions"
    workspace_variable = "GITHUB_WORKSPACE"
    summary_variable = "GITHUB_STEP_SUMMARY"
    outputs_variable = "GITHUB_OUTPUT"
    job_variables = ("GITHUB_WORKFLOW", "GITHUB_JOB")
    takes_commands = True

    def __init__(self, api_of: Callable[[str], str]) -> None:
        """Know GitHub's CI.

        :param api_of: returns the address of the API of a server that people know by a host.
        """
        self._api_of = api_of

    def runs(self, variables: Mapping[str, str]) -> bool:
        """Whether it runs this process."""
        return variables.get("GITHUB_ACTIONS") == "true"

    def tells_its_event(self, variables: Mapping[str, str]) -> bool:
        """Whether it runs this process, or the event's name was passed on to it."""
        return self.runs(variables) or bool(variables.get("GITHUB_EVENT_NAME"))

    def api_url(self, variables: Mapping[str, str]) -> str:
        """Return the address of the API, from its variable or from its server."""
        server = server_named(variables.get("GITHUB_SERVER_URL", ""))
        return variables.get("GITHUB_API_URL", "") or (self._api_of(server.authority) if server else "")

    def host(self, variables: Mapping[str, str]) -> str:
        """Return the address of the server."""
        return variables.get("GITHUB_SERVER_URL", "")

    def target(self, variables: Mapping[str, str]) -> str:
        """Return ``owner/name``."""
        return variables.get("GITHUB_REPOSITORY", "")

    def run(self, variables: Mapping[str, str]) -> CiRun:
        """Return which commit the workflow runs for."""
        event, ref = event_of(variables), variables.get("GITHUB_REF", "")
        default = _part(event, "repository").get("default_branch")
        default = default if isinstance(default, str) else ""
        commit, home = variables.get("GITHUB_SHA", ""), self.target(variables)
        if _is_pull_request(variables):
            number = _part(event, "pull_request").get("number") or ref.removeprefix(_PULLS).partition("/")[0]
            return CiRun(f"pull request {number}".rstrip(), "", default, commit, home)
        if variables.get("GITHUB_REF_TYPE") == "tag" or not ref.startswith(_HEADS):
            tag = ref.removeprefix(_TAGS)
            return CiRun(f"the tag {tag}" if tag else "a commit without a branch", "", default, commit, home)
        branch = ref.removeprefix(_HEADS)
        if variables.get("GITHUB_EVENT_NAME") == "schedule":
            default = default or branch  # the event of a schedule may name no repository; it runs on the default branch
        return CiRun(f"the branch {branch}", branch, default, commit, home)

    def event(self, variables: Mapping[str, str], run: CiRun) -> CiEvent:
        """Return what the event means."""
        name = variables.get("GITHUB_EVENT_NAME", "")
        match name:
            case "pull_request" | "pull_request_target":
                return self._pull_request(variables, event_of(variables))
            case "push" if run.is_on_default_branch:
                return CiEvent(CiCommand.PUSH, f"a push to {run.branch}, the default branch")
            case "push":
                return CiEvent(CiCommand.PLAN, f"a push to {run.elsewhere}")
            case "schedule" if run.is_on_default_branch:
                return CiEvent(CiCommand.RECONCILE, "a schedule")
            case "workflow_dispatch" if run.is_on_default_branch:
                return CiEvent(CiCommand.RECONCILE, "a start by hand")
            case _:
                return CiEvent(CiCommand.PLAN, f"the event {name or 'without a name'} on {run.branch or run.what}")

    def doubt(self, variables: Mapping[str, str]) -> str:
        """Return why the code that the event is about is not trusted."""
        name, home = variables.get("GITHUB_EVENT_NAME", ""), self.target(variables).casefold()
        event = event_of(variables)
        if name in _OF_A_PULL:
            head = _text(event, "pull_request", "head", "repo", "full_name").casefold()
            return "" if head and head == home else f"{name} is about a change from {head or 'an unknown repository'}"
        if name == "workflow_run":
            head = _text(event, "workflow_run", "head_repository", "full_name").casefold()
            before = _text(event, "workflow_run", "event")
            if head and head == home and before in _BEFORE_A_RUN:
                return ""
            return f"{name} follows {before or 'an unknown event'} of {head or 'an unknown repository'}"
        if name == "push" and variables.get("GITHUB_REF", "").startswith(_QUEUE):
            return "it is a branch of the merge queue"
        return (
            "" if name in _BY_MEMBERS else f"the event {name or 'without a name'} does not say whose code it is about"
        )

    def actor(self, variables: Mapping[str, str]) -> str:
        """Return the account that started the run."""
        return variables.get("GITHUB_ACTOR", "")

    def run_url(self, variables: Mapping[str, str]) -> str:
        """Return the address of the run's page."""
        run = variables.get("GITHUB_RUN_ID", "")
        return f"{self.host(variables)}/{self.target(variables)}/actions/runs/{run}" if run else ""

    def section(self, title: str, write: Callable[[str], None]) -> Iterator[None]:
        """https://docs.github.com/actions/reference/workflow-commands-for-github-actions#stopping-and-starting-workflow-commands"""
        token = secrets.token_hex(16)
        write(f"::group::{title}")
        write(f"::stop-commands::{token}")
        try:
            yield
        finally:
            write(f"::{token}::")
            write("::endgroup::")

    def _pull_request(self, variables: Mapping[str, str], event: Mapping[str, Any]) -> CiEvent:
        pull = _part(event, "pull_request")
        by_ref = _PULL.fullmatch(variables.get("GITHUB_REF", ""))
        number = str(pull.get("number") or (by_ref[1] if by_ref else ""))
        home = self.target(variables)
        from_where = str(_part(pull, "head", "repo").get("full_name", "")) if pull else home
        review = ReviewPlace("github", home, number) if number else None
        return CiEvent(
            CiCommand.PLAN, f"pull request {number}", review, forked=from_where.casefold() != home.casefold()
        )


def event_of(variables: Mapping[str, str]) -> Mapping[str, Any]:
    """Return the event that GitHub wrote for this run; empty when it cannot be read."""
    path = variables.get("GITHUB_EVENT_PATH", "")
    try:
        event = json.loads(Path(path).read_text(encoding="utf-8")) if path else {}
    except (OSError, ValueError):
        event = {}
    return event if isinstance(event, dict) else {}


def _part(event: Mapping[str, Any], *names: str) -> Mapping[str, Any]:
    """Return an object within an event; empty when it is missing."""
    found: Any = event
    for name in names:
        found = found.get(name) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else {}


def _text(event: object, *path: str) -> str:
    """Return a text of an event; empty for anything else."""
    for name in path:
        event = event.get(name) if isinstance(event, Mapping) else None
    return event if isinstance(event, str) else ""


def _is_pull_request(variables: Mapping[str, str]) -> bool:
    """Of ``pull_request_target`` the ref is a branch; the base ref is set for pull requests alone."""
    by_name = variables.get("GITHUB_EVENT_NAME", "").startswith("pull_request")
    by_ref = variables.get("GITHUB_REF", "").startswith(_PULLS)
    return by_name or by_ref or bool(variables.get("GITHUB_BASE_REF") or variables.get("GITHUB_HEAD_REF"))


WORKFLOW = ".github/workflows/techmap-sync.yml"
ACTION = "https://github.com/techmap-sync/techmap-sync"
TAG = f"v{__version__}"
HOW_TO_PIN = f"to pin the commit: git ls-remote {ACTION} {TAG}"
# https://github.blog/changelog/2026-05-07-github-actions-concurrency-groups-now-allow-larger-queues
_QUEUED = {"@QUEUED@": " Every waiting run gets its turn.", "@QUEUE@": "\n  queue: max"}
_REPLACED = {"@QUEUED@": " Of the waiting runs only the newest remains, and pushes for all.", "@QUEUE@": ""}


def workflow(start: Start) -> tuple[dict[str, str], str]:
    """Return the workflow, with its action pinned where the commit is known."""
    commit = start.commit_of_tag(ACTION, TAG)
    pin = f"{commit} # {TAG}" if commit else f"{TAG} # {HOW_TO_PIN}"
    text = start.fill("github-workflow.yml", {"@PIN@": pin, **(_QUEUED if start.host == "github.com" else _REPLACED)})
    remark = f"{WORKFLOW} names the tag {TAG}, because its commit is not known; {HOW_TO_PIN}"
    return {WORKFLOW: text}, "" if commit else remark


_SERVERS = Servers(
    public_api="https://api.github.com",
    aliases={"ssh.github.com": "github.com", "www.github.com": "github.com"},
    api_apart=("github.com", ".ghe.com"),
    own_api="/api/v3",
    tokens=("TECHMAP_SYNC_GITHUB_TOKEN", "GH_TOKEN", "GITHUB_TOKEN"),
    credentials={
        "app_id": "TECHMAP_SYNC_GITHUB_APP_ID",
        "private_key": "TECHMAP_SYNC_GITHUB_PRIVATE_KEY",
        "installation_id": "TECHMAP_SYNC_GITHUB_INSTALLATION_ID",
    },
    ci_token="GITHUB_TOKEN",  # noqa: S106 - the name of a variable
    login=("gh", "auth", "token", "--hostname"),
    host_variables=("GH_HOST",),
    answered_by=("GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN", "GITHUB_ACTIONS", "CODESPACES"),
)
KIND = TrackerKind(
    name="github",
    title="GitHub",
    target="OWNER/NAME",
    connect="techmap_sync.trackers.github.tracker:connect",
    servers=_SERVERS,
    web=WebLinks("/blob/{commit}/", "/raw/{commit}/", "#L{first}-L{last}"),
    ci=GitHubActions(_SERVERS.api_of),
    # https://docs.github.com/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners#codeowners-file-location
    owners_file=OwnersFile(
        (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"), "techmap_sync.trackers.github.code_owners:read"
    ),
    names=("type", "priority_field", "project"),
    review="techmap_sync.trackers.github.review:GitHubReview",
    proposals="techmap_sync.trackers.github.review:GitHubProposals",
    start="techmap_sync.trackers.github.kind:workflow",
)
