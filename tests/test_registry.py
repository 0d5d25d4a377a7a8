"""The trackers that the program knows: found by name, by host, by CI."""

from __future__ import annotations

import pytest

from techmap_sync.errors import UsageProblem
from techmap_sync.registry import built_in, find_kind, home, kind_named, public_kind, running, same_host, same_source

ON_GITHUB = {"GITHUB_ACTIONS": "true", "GITHUB_REPOSITORY": "octo/maps"}
ON_GITLAB = {"GITLAB_CI": "true", "CI_PROJECT_ID": "42", "CI_PROJECT_PATH": "group/project"}


def test_a_kind_is_found_by_the_name_that_it_has() -> None:
    assert {name: kind.name for name, kind in built_in().items()} == {name: name for name in built_in()}
    assert all(kind_named(name) is find_kind(name) for name in built_in())


@pytest.mark.parametrize("name", ["", "GitHub", "jira", "git hub", "../x"])
def test_an_unknown_name_is_an_error_that_lists_the_known_ones(name: str) -> None:
    assert find_kind(name) is None
    with pytest.raises(UsageProblem) as caught:
        kind_named(name)
    assert all(known in caught.value.hint for known in built_in())


@pytest.mark.parametrize(
    ("host", "known"),
    [
        ("ssh.github.com", "github.com"),
        ("WWW.GitHub.com.", "github.com"),
        ("altssh.gitlab.com", "gitlab.com"),
        ("github.com.evil.example", "github.com.evil.example"),
    ],
)
def test_a_host_has_one_name(host: str, known: str) -> None:
    assert same_host(host) == known
    assert same_source(f"{host}/Octo/Maps") == f"{known}/octo/maps"


@pytest.mark.parametrize(
    ("host", "name"),
    [("github.com", "github"), ("gitlab.com", "gitlab"), ("gitlab.example", ""), ("notgithub.com", ""), ("", "")],
)
def test_only_a_whole_public_host_has_a_kind(host: str, name: str) -> None:
    assert public_kind(host) == name


@pytest.mark.parametrize(("variables", "name"), [(ON_GITHUB, "github"), (ON_GITLAB, "gitlab")])
def test_a_ci_runs_at_home(variables: dict[str, str], name: str) -> None:
    assert [kind.name for kind in running(variables)] == [name]
    assert home(variables)[0] == name
    assert home(variables)[1]


def test_outside_of_a_ci_nothing_is_home() -> None:
    assert running({}) == ()
    assert home({}) == ("", "")
