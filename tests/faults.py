"""What may go wrong with a request to a tracker, as one table: for the servers of both vendors, and for the sync core.

The sync core knows only four ends of a verb that fails (``AS_SEEN``): tests that strike a tracker in memory take them
from here. What a server, a proxy or the network does is in ``FAULTS``; ``tests/trackers/test_faulty_servers.py`` holds
each verb of the port against each of them on both vendors, and each end that it meets there against ``AS_SEEN``.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from techmap_sync.trackers.session import NoAnswer, Reply
from tests.fakes.memory import Fault, Killed, When, killed, ticket_refused, timed_out

AS_SEEN: dict[str, Callable[[], Fault]] = {
    "killed": lambda: killed(When.BEFORE),
    "no answer, no effect": lambda: timed_out(When.BEFORE),
    "no answer, but the effect": lambda: timed_out(When.AFTER),
    "refused": ticket_refused,
}
"""What a fault is to the sync core, whatever the server did."""


class Family(Enum):
    """What kind of thing goes wrong."""

    LOSS = "no answer"
    STATUS = "a status that says that the server broke down"
    REFUSAL = "a status that says no"
    TIMING = "an answer that is late, or asks to come later"
    PARTIAL = "a part of an answer"
    BODY = "something else than an answer"
    OTHER = "the answer to somebody else's request"
    PAGE = "another page, or a page that lacks something"
    STALE = "a list as it was before the last write"


class Sent(Enum):
    """What a request asks for."""

    READ = "one thing"
    LIST = "a list"
    WRITE = "a change"


LISTS, ALL = frozenset({Sent.LIST}), frozenset(Sent)
BOTH = (When.BEFORE, When.AFTER)


@dataclass(frozen=True)
class ServerFault:
    """One thing that goes wrong with one request."""

    name: str
    family: Family
    answer: Callable[[Reply], Reply]
    """Makes what the client gets of the good answer, or raises what it gets instead."""
    moments: tuple[When, ...] = BOTH
    """Whether a write may have had its effect nevertheless."""
    strikes: frozenset[Sent] = ALL
    seconds: float = 0.0
    """How long the client waits for it."""
    is_stale: bool = False
    """The good answer is that of the time before the last write."""

    def reason_against(self, sends: frozenset[Sent], when: When) -> str:
        """Return why a verb that sends such requests cannot run into it; empty where it can."""
        if not sends & self.strikes:
            return NOT_SENT[self.strikes] if sends else SENDS_NOTHING
        if when is When.AFTER and Sent.WRITE not in sends & self.strikes:
            return READS_HAVE_NO_EFFECT
        return "" if when in self.moments else ONE_MOMENT[self.family]


SENDS_NOTHING = "the verb sends no request"
NOT_SENT = {
    LISTS: "the verb reads no list",
    frozenset({Sent.READ}): "the verb reads no single thing",
    frozenset({Sent.WRITE}): "the verb writes nothing",
}
READS_HAVE_NO_EFFECT = "what only reads has no effect that it could come after"
ONE_MOMENT = {
    Family.REFUSAL: "a server that says no has done nothing",
    Family.LOSS: "a request that never left has no effect",
    Family.OTHER: "a good answer to a write that had no effect is a lie that no client can see through",
    Family.TIMING: "either the answer is the good one, or the server has not looked at the request yet",
}
"""Why faults of a family come either before an effect or after it."""


def _lost(what: str, *, sent: bool = True) -> Callable[[Reply], Reply]:
    def answer(_: Reply) -> Reply:
        raise NoAnswer(f"the server {what}", "try again", sent=sent)

    return answer


def _killed(_: Reply) -> Reply:
    raise Killed


def _status(status: int, body: bytes = b'{"message": "no"}', **headers: str) -> Callable[[Reply], Reply]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda good: Reply(status, named, body, good.url)


def _body(body: bytes) -> Callable[[Reply], Reply]:
    return lambda good: replace(good, status=good.status if good.status < 300 else 200, body=body)


def _rows(change: Callable[[list[Any]], list[Any]], *, is_last: bool = True) -> Callable[[Reply], Reply]:
    """Change the rows of a page.

    :param is_last: whether the answer says that no page follows
    """

    def answer(good: Reply) -> Reply:
        headers = (
            {name: value for name, value in good.headers.items() if name not in _PAGING} if is_last else good.headers
        )
        return replace(good, headers=headers, body=json.dumps(change(json.loads(good.body))).encode())

    return answer


_PAGING = ("link", "x-next-page")


def _another(good: Reply) -> Reply:
    """Return the same ticket under the next number; what is no ticket stays."""
    row = json.loads(good.body or b"null")
    if not isinstance(row, dict) or not {"title", "labels"} <= row.keys():
        return good
    return replace(good, body=json.dumps(row | {k: row[k] + 1 for k in ("number", "iid") if k in row}).encode())


def _followed_by_itself(good: Reply) -> Reply:
    return replace(good, headers={**good.headers, "link": f'<{good.url}>; rel="next"'})


def _same(good: Reply) -> Reply:
    return good


_BEFORE, _AFTER = (When.BEFORE,), (When.AFTER,)
_HTML = b"<!DOCTYPE html><html><body>Sign in</body></html>"

FAULTS = (
    ServerFault("killed", Family.LOSS, _killed),
    ServerFault("dropped", Family.LOSS, _lost("dropped the connection")),
    ServerFault("timed out", Family.LOSS, _lost("did not answer in time"), seconds=30.0),
    ServerFault("unreachable", Family.LOSS, _lost("cannot be reached", sent=False), _BEFORE),
    *(ServerFault(str(status), Family.STATUS, _status(status)) for status in (408, 500, 502, 503, 504)),
    ServerFault("202", Family.STATUS, _status(202, b"{}")),
    *(
        ServerFault(str(status), Family.REFUSAL, _status(status), _BEFORE)
        for status in (400, 401, 403, 404, 409, 410, 413, 422, 451, 501)
    ),
    ServerFault("302 to a login", Family.REFUSAL, _status(302, location="https://login.example/"), _BEFORE),
    ServerFault("429", Family.TIMING, _status(429), _BEFORE),
    ServerFault("429 for a minute", Family.TIMING, _status(429, retry_after="60"), _BEFORE),
    ServerFault("429 for a day", Family.TIMING, _status(429, retry_after="86400"), _BEFORE),
    ServerFault("late", Family.TIMING, _same, _AFTER, seconds=25.0),
    ServerFault("cut short", Family.PARTIAL, lambda good: replace(good, body=good.body[: len(good.body) // 2] or b"[")),
    ServerFault("nothing", Family.PARTIAL, _body(b"")),
    ServerFault("a web page", Family.BODY, _body(_HTML)),
    ServerFault("null", Family.BODY, _body(b"null")),
    ServerFault("no fields", Family.BODY, _body(b"{}")),
    ServerFault("a list without fields", Family.BODY, _body(b"[{}]")),
    ServerFault("no UTF-8", Family.BODY, _body(b'{"title": "\xff"}')),
    ServerFault("of another ticket", Family.OTHER, _another, _AFTER, frozenset({Sent.WRITE})),
    ServerFault("another ticket is shown", Family.OTHER, _another, _BEFORE, frozenset({Sent.READ})),
    ServerFault("an empty page", Family.PAGE, _rows(lambda _: []), _BEFORE, LISTS),
    ServerFault("the last row is missing", Family.PAGE, _rows(lambda rows: rows[:-1]), _BEFORE, LISTS),
    ServerFault("the first row is missing", Family.PAGE, _rows(lambda rows: rows[1:]), _BEFORE, LISTS),
    ServerFault("rows twice", Family.PAGE, _rows(lambda rows: rows + rows, is_last=False), _BEFORE, LISTS),
    ServerFault("followed by itself", Family.PAGE, _followed_by_itself, _BEFORE, LISTS),
    ServerFault("stale", Family.STALE, _same, _BEFORE, LISTS, is_stale=True),
)
