"""What ``doctor`` finds on GitHub before a push would."""

from __future__ import annotations

from techmap_sync.trackers.connection import Connection, Secret
from techmap_sync.trackers.github.tracker import connect
from tests.simulators.github import Account, GitHub

BAD_TOKEN = "ghp_wrongwrongwrong"


def findings(connection: Connection) -> dict[str, tuple[bool, str]]:
    return {finding.what: (finding.ok, finding.detail) for finding in connect(connection).examine()}


def test_doctor_finds_everything_in_order_without_writing(github: GitHub) -> None:
    found = findings(github.connection())
    assert all(ok for ok, _ in found.values())
    assert found["repository"][1] == "octo/maps, private"
    assert found["token"][1] == "of octo"
    assert list(found) == ["repository", "token", "issues", "rights", "sub-issues", "dependencies", "requests"]
    assert not github.writes


def test_doctor_tells_what_is_in_the_way(github: GitHub) -> None:
    github.repository.has_issues = False
    github.accounts["weak"] = Account("ann", may_label=False, scopes="gist")
    assert findings(github.connection(token=Secret("weak")))["rights"][0] is False
    found, detail = findings(github.connection())["issues"]
    assert not found
    assert "disabled" in detail
    github.accounts["narrow"] = Account("octo", scopes="gist, user")
    assert "lacks the scope repo" in findings(github.connection(token=Secret("narrow")))["rights"][1]
    github.repository.archived = True
    assert "archived" in findings(github.connection())["issues"][1]
    ((what, (found, detail)),) = findings(github.connection(token=Secret(BAD_TOKEN))).items()
    assert (what, found) == ("token", False)
    assert "not accepted" in detail
    assert list(findings(github.connection(target="octo/nowhere"))) == ["repository"]
