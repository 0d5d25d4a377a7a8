"""Every fault of a server against both vendors, within one set of bounds: its answer is an error or is taken."""

from __future__ import annotations

import json
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from techmap_sync.errors import OutcomeUnclear, TrackerError
from techmap_sync.trackers.session import Session
from tests.sampling import sampling
from tests.simulators.github.clock import SimulatedClock
from tests.simulators.unkind import Bytes, response, running
from tests.trackers.one_list import BOMBS, LABEL, MEGABYTE, SLOW, TIMEOUT, TRIES, VENDORS, Vendor, linked

MOST_MEGABYTES = 100
MOST_REQUESTS = 40
MOST_WAITED = 3_600.0
"""Seconds by the clock that is passed in."""
Answers = Callable[[str], Bytes]


@dataclass(frozen=True)
class Case:
    """A fault of the list of issues."""

    answers: Callable[[Vendor, SimulatedClock], Answers]
    seconds: float
    """How long it may take by the computer's clock."""
    timeout: float = 20.0
    is_error: bool = True
    taken_by: frozenset[str] = frozenset()
    """Vendors at which it is none, because what is odd is not asked for there."""


def always(answer: Callable[[Vendor], Bytes]) -> Callable[[Vendor, SimulatedClock], Answers]:
    return lambda vendor, _: lambda asked: answer(vendor) if "/issues" in asked else [vendor.known(asked) or b""]


def once(answer: Callable[[Vendor], Bytes]) -> Callable[[Vendor, SimulatedClock], Answers]:
    """Return a fault that passes."""

    def answers(vendor: Vendor, _: SimulatedClock) -> Answers:
        left = iter([answer(vendor)])
        return lambda asked: next(left, [row(vendor)]) if "/issues" in asked else [vendor.known(asked) or b""]

    return answers


def row(vendor: Vendor, **changes: object) -> bytes:
    return response(json.dumps([{**vendor.issue, **changes}]).encode())


def later(**headers: str) -> Callable[[Vendor], Bytes]:
    return lambda _: [response(b'{"message": "later"}', "429 Too Many Requests", **headers)]


def limit(reset: str) -> Callable[[Vendor], Bytes]:
    names = {"limit": "5000", "remaining": "0", "reset": reset}
    return later(
        **{f"{start}_{name}": value for start in ("x_ratelimit", "ratelimit") for name, value in names.items()}
    )


def author(vendor: Vendor) -> str:
    return "user" if "user" in vendor.issue else "author"


def body(content: bytes | Callable[[], bytes], status: str = "200 OK", *, passes: bool = False, **headers: str) -> Case:
    """Return the case of an answer; a long one is made only when its turn comes.

    :param passes: whether it comes once: one that takes long to judge takes as long each time it is tried again
    """

    def answers(vendor: Vendor, clock: SimulatedClock) -> Answers:
        made = response(content if isinstance(content, bytes) else content(), status, **headers)
        return (once if passes else always)(lambda _: [made])(vendor, clock)

    return Case(answers, 60.0, is_error=not passes)


CASES: dict[str, Case] = {
    **{fault.__name__: Case(always(lambda _, fault=fault: fault()), TRIES * TIMEOUT + 3, TIMEOUT) for fault in SLOW},  # type: ignore[misc]
    **{name: Case(always(lambda _, name=name: BOMBS[name]()), 60.0) for name in BOMBS},  # type: ignore[misc]
    **{
        f"pages: {kind}": Case(lambda vendor, clock, kind=kind: linked(vendor, kind, 120.0, clock), 10.0)  # type: ignore[misc]
        for kind in ("itself", "the same rows", "nothing", "in turn", "new")
    },
    **{
        f"{what} Retry-After {name}": Case(kind(later(retry_after=advice)), 10.0, is_error=kind is always)
        for what, kind in (("always", always), ("once", once))
        for name, advice in {"of 400 digits": "9" * 400, "in 9999": "Fri, 31 Dec 9999 23:59:59 GMT", "-5": "-5"}.items()
        if kind is always or advice == "-5"
    },
    **{
        f"reset {name}": Case(always(limit(reset)), 10.0)
        for name, reset in {"in milliseconds": "1795341600000", "negative": "-1", "no number": "nan"}.items()
    },
    "author null": Case(always(lambda vendor: [row(vendor, **{author(vendor): None})]), 10.0, is_error=False),
    "author 7": Case(always(lambda vendor: [row(vendor, **{author(vendor): 7})]), 10.0),
    "labels without a name": Case(
        always(lambda vendor: [row(vendor, labels=[{"id": 1}])]), 10.0, taken_by=frozenset({"github"})
    ),
    "labels of null": Case(always(lambda vendor: [row(vendor, labels=[None])]), 10.0),
    "deep": body(lambda: b"[" * 1_000_000 + b"]" * 1_000_000),
    "deep objects": body(lambda: b'{"a":' * 500_000 + b"1" + b"}" * 500_000),
    "a great many names": body(
        lambda: b'[{"id":1,' + b",".join(b'"%d":1' % n for n in range(600_000)) + b"}]", passes=True
    ),
    "a million digits": body(lambda: b'[{"id":' + b"9" * 1_000_000 + b"}]"),
    "a text without an end": body(lambda: b'["' + b'\\"' * 8_000_000 + b"," * 600_000, passes=True),
    "a web page": body(lambda: b"<html>" * 100_000, content_type="text/html"),
    "nothing for a list": body(b"", "204 No Content"),
    "brotli": body(b"\x8b\x02\x80[]\x03", content_encoding="br"),
    "an unknown packing": body(b"[]x", content_encoding="x-unheard-of"),
}


@pytest.mark.parametrize(
    ("name", "vendor"), sampling.meeting_in_turn("faults of a list at a vendor", CASES, list(VENDORS))
)
def test_a_fault_takes_bounded_time_room_and_requests(vendor: str, name: str) -> None:
    case, clock = CASES[name], SimulatedClock()
    with running(case.answers(VENDORS[vendor], clock)) as server:
        tracker = VENDORS[vendor].tracker(server, clock, timeout=case.timeout)
        began, began_by_clock = time.monotonic(), clock()
        tracemalloc.start()
        try:
            failed = _failed(lambda: tracker.snapshot(LABEL))
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert failed == (case.is_error and vendor not in case.taken_by)
    assert peak < MOST_MEGABYTES * MEGABYTE
    assert time.monotonic() - began < case.seconds
    assert (clock() - began_by_clock).total_seconds() < MOST_WAITED + 300
    assert len(server.asked) < MOST_REQUESTS


def _failed(read: Callable[[], object]) -> bool:
    """Return whether a read ended in one clear error; any other exception is none."""
    try:
        read()
    except TrackerError as error:
        assert not isinstance(error, OutcomeUnclear)
        assert error.what
        assert "\n" not in error.what + error.hint
        return True
    return False


def test_proxies_and_certificates_are_looked_up_once_for_a_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each look goes through all variables, which takes longer than to send a request."""
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.test:8080")
    monkeypatch.setenv("NO_PROXY", "inside.test")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/certificates")
    session = Session("a server")

    def found(address: str, verify: bool | str = True) -> tuple[str | None, object]:
        settings = session.merge_environment_settings(address, {}, True, verify, None)
        return settings["proxies"].get("https"), settings["verify"]

    assert found("https://outside.test/a") == ("http://proxy.test:8080", "/certificates")
    assert found("https://inside.test/a") == (None, "/certificates")
    assert found("https://outside.test/a", "/own") == ("http://proxy.test:8080", "/own")
    monkeypatch.setattr("requests.sessions.get_environ_proxies", lambda *_, **__: pytest.fail("looked again"))
    assert found("https://outside.test/b?c=d") == ("http://proxy.test:8080", "/certificates")
    assert session.merge_environment_settings("https://outside.test/b", {}, False, True, None)["stream"] is False
