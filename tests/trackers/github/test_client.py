"""Who is let in, and the one sentence for each reason why not."""

from __future__ import annotations

import logging
import traceback
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from techmap_sync.errors import BudgetSpent, OutcomeUnclear, TrackerError, UsageProblem
from techmap_sync.sync.tracker import Draft, Edge, EdgeKind, Patch, Standing, State
from techmap_sync.trackers.connection import Connection, Secret
from techmap_sync.trackers.github.tracker import GitHubTracker, connect
from tests.simulators.certificates import self_signed
from tests.simulators.github import Account, Fault, GitHub, Kind, running
from tests.simulators.github.apps import APP_ID, INSTALLATION
from tests.simulators.github.server import TOKEN

LABEL = "techmap"
OURS = Draft("Create TokenService", "Purpose", frozenset({LABEL}))
BAD_TOKEN = "ghp_wrongwrongwrong"


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of a private authority for this computer, with its key."""
    return self_signed(tmp_path_factory.mktemp("tls") / "certificate.pem")


@pytest.fixture
def app(github: GitHub, key: rsa.RSAPrivateKey) -> Connection:
    """A login as an App's installation."""
    spki = serialization.PublicFormat.SubjectPublicKeyInfo
    github.app_key = key.public_key().public_bytes(serialization.Encoding.PEM, spki).decode()
    credentials = {"app_id": Secret(APP_ID), "private_key": Secret(_pem(key)), "installation_id": Secret(INSTALLATION)}
    return github.connection(token=Secret(""), credentials=credentials)


def _pem(key: rsa.RSAPrivateKey) -> str:
    form, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, form, plain).decode()


def failure(connection: Connection) -> TrackerError:
    """The error that reading and creating both end in."""
    told = []
    for attempt in (lambda: connect(connection).create(OURS), lambda: connect(connection).snapshot(LABEL)):
        with pytest.raises(TrackerError) as caught:
            attempt()
        told.append(caught.value)
        text = "".join(traceback.format_exception(caught.value))
        assert connection.token.value not in text + repr(caught.value)
        assert not isinstance(caught.value, OutcomeUnclear)
        assert caught.value.hint
        assert "\n" not in caught.value.what
    assert told[0].what == told[1].what
    return told[0]


def test_a_bad_token(github: GitHub) -> None:
    error = failure(github.connection(token=Secret(BAD_TOKEN)))
    assert "not accepted" in error.what
    assert "make a new one" in error.hint


@pytest.mark.parametrize("is_installation", [True, False])
def test_no_permission_for_issues(github: GitHub, is_installation: bool) -> None:
    github.accounts["weak"] = Account("octo", is_installation=is_installation, may_write=False)
    github.repository.label(LABEL)
    with pytest.raises(TrackerError, match=r"octo/maps: Resource not accessible") as caught:
        connect(github.connection(token=Secret("weak"))).create(OURS)
    assert "Issues: read and write" in caught.value.hint
    assert not github.repository.issues


def test_issues_disabled(github: GitHub) -> None:
    github.repository.has_issues = False
    github.repository.label(LABEL)
    error = failure(github.connection())
    assert "disabled in octo/maps" in error.what
    assert "enable" in error.hint


def test_a_repository_that_is_not_there(github: GitHub) -> None:
    error = failure(github.connection(target="octo/nowhere"))
    assert "octo/nowhere" in error.what
    assert "check the name" in error.hint


def test_an_archived_repository(github: GitHub) -> None:
    github.repository.archived = True
    github.repository.label(LABEL)
    with pytest.raises(TrackerError, match="octo/maps is archived and read-only"):
        connect(github.connection()).create(OURS)


def test_a_certificate_that_is_not_trusted_unless_its_authority_is_named(certificate: Path) -> None:
    with running(GitHub(), certificate) as github:
        error = failure(github.connection())
        assert "certificate of 127.0.0.1" in error.what
        assert "ca_bundle" in error.hint
        assert github.clock.slept == []
        assert connect(github.connection(ca_bundle=str(certificate))).create(OURS).number == "1"


def test_the_usual_variable_names_an_authority_too(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    with running(GitHub(), certificate) as github:
        assert connect(github.connection()).create(OURS).number == "1"


@pytest.fixture
def dead_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy in the environment that answers nobody."""
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://user:secret@127.0.0.1:9")


@pytest.mark.usefixtures("dead_proxy")
def test_a_proxy_that_does_not_connect(github: GitHub) -> None:
    error = failure(github.connection())
    assert "proxy" in error.what
    assert "HTTPS_PROXY" in error.hint
    assert "secret" not in repr(error)


def test_a_server_that_is_not_there(github: GitHub) -> None:
    assert failure(github.connection(api_url="http://127.0.0.1:9")).what == "127.0.0.1 cannot be reached"


def test_a_web_page_instead_of_the_api(github: GitHub) -> None:
    github.faults = dict.fromkeys(range(1, 9), Fault(Kind.NO_JSON))
    error = failure(github.connection())
    assert "as GitHub does" in error.what
    assert "/api/v3" in error.hint


@pytest.mark.parametrize("token", ["", " ", "two words", "ghp_x\nghp_y", "ghp_ü"])
def test_a_token_that_is_none_is_said_before_anything_is_sent(github: GitHub, token: str) -> None:
    with pytest.raises(UsageProblem) as caught:
        connect(github.connection(token=Secret(token)))
    assert token.strip() == "" or token not in repr(caught.value)


@pytest.mark.parametrize(
    "address", ["github.com", "ftp://x/api/v3", "https://user:pass@host/api/v3", "https://", "file:///x"]
)
def test_an_address_that_is_none_is_said_before_anything_is_sent(github: GitHub, address: str) -> None:
    with pytest.raises(UsageProblem) as caught:
        connect(github.connection(api_url=address))
    assert "pass@" not in repr(caught.value)


def test_no_log_holds_the_token(github: GitHub, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        connect(github.connection()).create(OURS)
    assert caplog.text
    assert TOKEN not in caplog.text


def test_an_app_logs_in_by_its_installation(github: GitHub, app: Connection) -> None:
    tracker = connect(app)
    ticket = tracker.create(OURS)
    assert (ticket.author, ticket.standing) == ("maps-app[bot]", Standing.SELF)
    assert [request.path for request in github.requests].count(f"/app/installations/{INSTALLATION}/access_tokens") == 1
    assert list(tracker.own_tickets().by_number()) == [ticket.number]


def test_an_app_whose_key_is_wrong(github: GitHub, app: Connection) -> None:
    other = _pem(rsa.generate_private_key(public_exponent=65537, key_size=2048))
    for bad, what in ((other, "gives the GitHub App no token"), ("no key", "key cannot be read")):
        credentials = {**app.credentials, "private_key": Secret(bad)}
        error = failure(github.connection(token=Secret("-"), credentials=credentials))
        assert what in error.what
        assert bad not in repr(error)


@pytest.mark.parametrize(("name", "value"), [("app_id", ""), ("private_key", ""), ("installation_id", "x")])
def test_an_app_that_lacks_something(app: Connection, github: GitHub, name: str, value: str) -> None:
    with pytest.raises(UsageProblem):
        connect(github.connection(token=Secret(""), credentials={**app.credentials, name: Secret(value)}))


@pytest.mark.parametrize("token", ["ghs_actions", "opaque"])
def test_the_token_of_actions_tells_its_account_by_graphql(github: GitHub, token: str) -> None:
    github.accounts[token] = Account("github-actions[bot]", "NONE", is_installation=True, scopes=None)
    tracker = connect(github.connection(token=Secret(token)))
    ticket = tracker.create(OURS)
    assert (ticket.author, ticket.standing) == ("github-actions[bot]", Standing.SELF)
    github.forget()
    fresh = connect(github.connection(token=Secret(token)))
    fresh.snapshot(LABEL)
    assert len(github.requests) - len(github.lists) <= 2
    assert not github.writes


UNANSWERED = [Kind.BAD_GATEWAY, Kind.DROPPED, Kind.TIMED_OUT, Kind.NO_JSON]


@pytest.fixture
def hasty(github: GitHub) -> GitHubTracker:
    """A tracker that has written once, and soon loses its patience."""
    tracker = connect(github.connection(timeout=0.3))
    tracker.create(OURS)
    tracker.create(OURS)
    github.forget()
    return tracker


def strike(github: GitHub, *faults: Fault) -> None:
    """Let the next requests run into faults."""
    github.faults = {len(github.requests) + place: fault for place, fault in enumerate(faults, 1)}


@pytest.mark.parametrize("after", [False, True], ids=["before its effect", "after its effect"])
@pytest.mark.parametrize("kind", UNANSWERED)
def test_a_create_without_a_clear_answer_is_sent_once_and_unclear(
    github: GitHub, hasty: GitHubTracker, kind: Kind, after: bool
) -> None:
    strike(github, Fault(kind, after))
    with pytest.raises(OutcomeUnclear):
        hasty.create(OURS)
    assert len(github.writes) == 1
    assert len(github.repository.issues) == 2 + after


@pytest.mark.parametrize("kind", UNANSWERED)
def test_an_update_without_a_clear_answer_is_looked_at(github: GitHub, hasty: GitHubTracker, kind: Kind) -> None:
    strike(github, Fault(kind, after=True))
    assert hasty.update("1", Patch(body="New", state=State.CLOSED)).body == "New"
    strike(github, Fault(kind, after=False))
    with pytest.raises(OutcomeUnclear):
        hasty.update("1", Patch(body="Newer"))
    assert len(github.writes) == 2


@pytest.mark.parametrize("edge", EdgeKind)
@pytest.mark.parametrize("kind", [Kind.BAD_GATEWAY, Kind.DROPPED])
def test_an_edge_without_a_clear_answer_is_looked_at(
    github: GitHub, hasty: GitHubTracker, edge: EdgeKind, kind: Kind
) -> None:
    strike(github, Fault(kind, after=False))
    with pytest.raises(OutcomeUnclear):
        hasty.link(Edge(edge, "2", "1"))
    strike(github, Fault(kind, after=True))
    hasty.link(Edge(edge, "2", "1"))
    strike(github, Fault(kind, after=True))
    hasty.unlink(Edge(edge, "2", "1"))
    assert len(github.writes) == 3


def test_labels_without_a_clear_answer_are_looked_at(github: GitHub, hasty: GitHubTracker) -> None:
    strike(github, Fault(Kind.DROPPED, after=True), Fault(Kind.BAD_GATEWAY), Fault(Kind.DROPPED, after=True))
    hasty.add_labels("1", {"new"})
    strike(github, Fault(Kind.DROPPED, after=True))
    hasty.remove_labels("1", {"new"})
    strike(github, Fault(Kind.DROPPED))
    with pytest.raises(OutcomeUnclear):
        hasty.remove_labels("1", {LABEL})
    assert github.repository.issues[1].labels == [LABEL]


@pytest.mark.parametrize("kind", [*UNANSWERED, Kind.ACCEPTED])
def test_a_read_is_tried_again_and_then_given_up(github: GitHub, hasty: GitHubTracker, kind: Kind) -> None:
    strike(github, Fault(kind), Fault(kind))
    assert len(hasty.snapshot(LABEL).tickets) == 2
    assert github.clock.slept[-2:] == [1.0, 2.0]
    strike(github, *[Fault(kind)] * 4)
    with pytest.raises(TrackerError) as caught:
        hasty.snapshot(LABEL)
    assert not isinstance(caught.value, OutcomeUnclear)


def test_a_page_that_fails_in_the_middle_fails_the_list(github: GitHub, hasty: GitHubTracker) -> None:
    for number in range(150):
        github.add_issue(f"Task {number}", LABEL)
    strike(github, Fault(Kind.EMPTY_LIST, after=False))
    assert hasty.snapshot(LABEL).tickets == ()
    github.faults = {len(github.requests) + place: Fault(Kind.BAD_GATEWAY) for place in range(2, 6)}
    with pytest.raises(TrackerError):
        hasty.snapshot(LABEL)


@pytest.mark.parametrize("kind", [Kind.SLOW_DOWN, Kind.TOO_MANY])
def test_advice_to_wait_is_obeyed_and_the_write_sent_again(github: GitHub, hasty: GitHubTracker, kind: Kind) -> None:
    strike(github, Fault(kind, retry_after=17))
    github.clock.slept.clear()
    hasty.create(OURS)
    assert 17.0 in github.clock.slept
    assert len(github.repository.issues) == 3


@pytest.mark.parametrize("kind", [Kind.SLOW_DOWN, Kind.TOO_MANY])
def test_without_advice_it_waits_a_minute_then_twice_as_long(github: GitHub, hasty: GitHubTracker, kind: Kind) -> None:
    strike(github, Fault(kind), Fault(kind), Fault(kind))
    github.clock.slept.clear()
    hasty.create(OURS)
    assert [seconds for seconds in github.clock.slept if seconds >= 60] == [60.0, 120.0, 240.0]
    assert len(github.repository.issues) == 3


def test_advice_to_wait_for_long_ends_the_run_and_says_how_long(github: GitHub, hasty: GitHubTracker) -> None:
    strike(github, Fault(Kind.SLOW_DOWN, retry_after=1800))
    with pytest.raises(BudgetSpent) as caught:
        hasty.create(OURS)
    assert caught.value.seconds_to_wait == 1800
    assert "30 min" in caught.value.hint
    assert len(github.repository.issues) == 2


def test_a_refused_connection_was_no_write(github: GitHub) -> None:
    tracker = connect(github.connection(api_url="http://127.0.0.1:9"))
    with pytest.raises(TrackerError, match=r"127\.0\.0\.1 cannot be reached") as caught:
        tracker.create(OURS)
    assert not isinstance(caught.value, OutcomeUnclear)
