"""What a checkout may decide follows from the event alone, and what is not understood is not trusted."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import pytest

from techmap_sync import trust as of_the_checkout
from techmap_sync.config import load_settings
from techmap_sync.settings import Origin, Settings
from techmap_sync.trust import HARMLESS, RESERVED, Trust
from tests.app.run import Program
from tests.security.listening import without_waiting


def doubt_about(variables: dict[str, str], event: dict[str, Any]) -> str:
    with NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(event, file)
        file.flush()
        return of_the_checkout.doubt_about({**variables, "GITHUB_EVENT_PATH": file.name})


HOME = {"GITHUB_ACTIONS": "true", "GITHUB_REPOSITORY": "octo/maps"}
OURS = {"head": {"repo": {"full_name": "Octo/Maps"}}}
THEIRS = {"head": {"repo": {"full_name": "mallory/maps"}}}
DELETED: dict[str, Any] = {"head": {"repo": None}}


def after(repository: str | None, event: str = "push") -> dict[str, Any]:
    head = {"full_name": repository} if repository else None
    return {"workflow_run": {"event": event, "head_repository": head}}


@pytest.mark.parametrize(
    ("name", "event", "trusted"),
    [
        ("push", {}, True),
        ("schedule", {}, True),
        ("workflow_dispatch", {}, True),
        ("release", {}, True),
        ("pull_request", {"pull_request": OURS}, True),
        ("pull_request", {"pull_request": THEIRS}, False),
        ("pull_request", {"pull_request": DELETED}, False),
        ("pull_request", {"pull_request": {}}, False),
        ("pull_request", {"pull_request": [1]}, False),
        ("pull_request", {}, False),
        ("pull_request_target", {"pull_request": THEIRS}, False),
        ("pull_request_target", {}, False),
        ("pull_request_review", {"pull_request": THEIRS}, False),
        ("pull_request_review_comment", {"pull_request": THEIRS}, False),
        ("workflow_run", after("octo/maps"), True),
        ("workflow_run", after("octo/maps", "pull_request"), True),
        ("workflow_run", after("octo/maps", "issue_comment"), False),
        ("workflow_run", after("octo/maps", "pull_request_target"), False),
        ("workflow_run", after("mallory/maps", "pull_request"), False),
        ("workflow_run", after(None), False),
        ("workflow_run", {}, False),
        ("issue_comment", {}, False),
        ("issues", {}, False),
        ("discussion_comment", {}, False),
        ("repository_dispatch", {}, False),
        ("merge_group", {}, False),
        ("check_run", {}, False),
        ("an event of next year", {}, False),
        ("", {}, False),
    ],
)
def test_events_of_github(name: str, event: dict[str, Any], trusted: bool) -> None:
    assert (doubt_about(HOME | {"GITHUB_EVENT_NAME": name}, event) == "") is trusted


def test_the_branches_of_the_merge_queue_are_pushed_and_not_trusted() -> None:
    queue = {"GITHUB_EVENT_NAME": "push", "GITHUB_REF": "refs/heads/gh-readonly-queue/trunk/pr-1-abc"}
    assert doubt_about(HOME | queue, {})


MERGE = {"CI_PIPELINE_SOURCE": "merge_request_event", "CI_MERGE_REQUEST_IID": "7", "CI_MERGE_REQUEST_PROJECT_ID": "42"}


@pytest.mark.parametrize(
    ("variables", "trusted"),
    [
        ({"CI_PIPELINE_SOURCE": "push"}, True),
        ({"CI_PIPELINE_SOURCE": "schedule"}, True),
        ({"CI_PIPELINE_SOURCE": "web"}, True),
        (MERGE | {"CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "42"}, True),
        (MERGE | {"CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "43"}, False),
        (MERGE | {"CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "42", "CI_MERGE_REQUEST_EVENT_TYPE": "merge_train"}, False),
        (MERGE, False),
        (
            MERGE | {"CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "43", "CI_PIPELINE_SOURCE": "parent_pipeline"},
            False,
        ),
        ({"CI_PIPELINE_SOURCE": "merge_request_event"}, False),
        ({"CI_PIPELINE_SOURCE": "external_pull_request_event"}, False),
        ({"CI_PIPELINE_SOURCE": "a source of next year"}, False),
        ({}, False),
    ],
)
def test_pipelines_of_gitlab(variables: dict[str, str], trusted: bool) -> None:
    assert (doubt_about({"GITLAB_CI": "true", "CI_PROJECT_ID": "42"} | variables, {}) == "") is trusted


def test_a_shell_is_its_user_s_and_variables_of_a_job_that_are_handed_on_are_not_overlooked() -> None:
    assert doubt_about({}, {}) == ""
    assert doubt_about({"GITHUB_EVENT_NAME": "issue_comment"}, {})
    assert doubt_about(MERGE, {})


def test_every_setting_is_known_to_be_harmless_or_reserved() -> None:
    """A new setting has to be put in one of the two."""
    assert not HARMLESS & RESERVED
    assert not Settings.model_fields.keys() - HARMLESS - RESERVED


FILE = """\
maps = ["docs", "../other", "/etc", "docs/../../up"]
to = "gitlab:evil/one"
api_url = "https://evil.example"
source = "github.com/octo/other"
templates = "docs/tickets"
trusted_authors = ["mallory"]
allow_public = true
managed_label = "maps"
[gitlab]
ca_bundle = "evil.pem"
seconds_between_writes = 0.5
[github]
ca_bundle = ""
"""
LEFT = {"maps", "to", "api_url", "source", "templates", "trusted_authors", "allow_public", "gitlab.ca_bundle"}


def test_from_a_checkout_that_nobody_vouches_for_reserved_settings_do_not_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "techmap-sync.toml"
    file.write_text(FILE)
    trusted = load_settings(file, {})
    assert (trusted.to, trusted.origin("to"), trusted.uncounted) == ("gitlab:evil/one", Origin.FILE, ())
    defaults = load_settings(None, {})
    settings = load_settings(file, {"api_url": "https://git.example.org"}, Trust("of a doubt", root=tmp_path))
    assert set(settings.uncounted) == LEFT
    assert settings.maps == ["docs"]
    for name in LEFT - {"maps", "api_url", "gitlab.ca_bundle"}:
        assert getattr(settings, name) == getattr(defaults, name)
    assert settings.server("gitlab").ca_bundle == ""
    assert settings.server("gitlab").seconds_between_writes == 0.5
    assert settings.managed_label == "maps"
    assert (settings.api_url, settings.origin("api_url")) == ("https://git.example.org", Origin.USER)


@pytest.mark.parametrize(
    ("to", "counts"),
    [
        ("github", True),
        ("github:octo/maps", True),
        ("github:Octo/Maps", True),
        ("backlog:./backlog", True),
        ("backlog", True),
        ("github:octo/other", False),
        ("gitlab:octo/maps", False),
        ("backlog:../backlog", False),
        ("backlog:/tmp", False),
        ("backlog:link", False),
        ("jira:x", False),
    ],
)
def test_a_target_counts_that_crosses_no_border(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, to: str, counts: bool
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "link").symlink_to(tmp_path.parent)
    trust = Trust("of a doubt", ("github", "octo/maps"), tmp_path)
    assert trust.counted({"to": to}) == (({"to": to}, ()) if counts else ({}, ("to",)))


@pytest.mark.parametrize("command", ["check", "plan", "status", "doctor", "push", "reconcile", "ci"])
def test_every_command_says_what_it_left_out(program: Program, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    for name, value in (HOME | {"GITHUB_EVENT_NAME": "issue_comment", "GITHUB_TOKEN": "ghs_job"}).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("GITHUB_API_URL", "http://127.0.0.1:9")
    without_waiting(monkeypatch)
    (program.folder / "techmap-sync.toml").write_text('templates = "docs"\ntrusted_authors = ["mallory"]\n')
    ended = program(command)
    assert "templates, trusted_authors ignored" in ended.err
    assert "issue_comment" in ended.err


def test_a_plan_of_such_a_checkout_says_so_to_every_reader(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_EVENT_NAME", "issue_comment")
    (program.folder / "techmap-sync.toml").write_text('to = "backlog:./backlog"\nallow_public = true\n')
    for form in ("text", "markdown", "json", "html", "github"):
        ended = program("plan", "--format", form)
        assert ended.code == 0, ended.err
        said = json.loads(ended.out)["remarks"][0] if form == "json" else ended.out
        assert "ignored" in said, form
