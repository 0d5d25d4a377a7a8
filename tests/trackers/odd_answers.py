"""Answers that a server, a proxy or something in between may give, as data: what it is, and how a good one becomes it.

The lists are for every test that wants to know what becomes of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import Enum

from tests.trackers.canned import Answer


class Kind(Enum):
    """What has to become of an answer."""

    GARBAGE = "nobody knows what it says: a read is an error, a write unclear"
    BROKEN = "the server broke down: a read is tried again, a write unclear"
    REFUSED = "the server said no: nothing was written, and nothing is tried again"
    LATER = "the server wants to be asked later: nothing was written, and it is asked again or left"
    GOOD = "odd headers on a good answer: it is taken, or the run waits or ends"


@dataclass(frozen=True)
class Odd:
    """One odd answer."""

    name: str
    kind: Kind
    body: bytes | Callable[[bytes], bytes] = b""
    status: int = 0
    """0 for that of the good answer."""
    headers: dict[str, str] = field(default_factory=dict)

    def of(self, good: Answer) -> Answer:
        body = self.body(good.body) if callable(self.body) else self.body
        return replace(good, status=self.status or good.status, body=body, headers=self.headers)


def _same(body: bytes) -> bytes:
    return body


HTML = b"<!DOCTYPE html><html><body>Sign in</body></html>"

UNREADABLE = [
    Odd("a web page", Kind.GARBAGE, HTML, headers={"Content-Type": "text/html"}),
    Odd("cut short", Kind.GARBAGE, lambda body: body[: len(body) // 2] if len(body) > 3 else b"["),
    Odd("something behind it", Kind.GARBAGE, lambda body: body + b"}"),
    Odd("null", Kind.GARBAGE, b"null"),
    Odd("a text", Kind.GARBAGE, b'"issue"'),
    Odd("a number", Kind.GARBAGE, b"7"),
    Odd("true", Kind.GARBAGE, b"true"),
    Odd("a list of nothing but null", Kind.GARBAGE, b"[null]"),
    Odd("a list of lists", Kind.GARBAGE, b"[[[]]]"),
    Odd("an object without fields in a list", Kind.GARBAGE, b"[{}]"),
    Odd("deep lists", Kind.GARBAGE, b"[" * 100_000 + b"]" * 100_000),
    Odd("deep objects", Kind.GARBAGE, b'{"id":' * 5_000 + b"1" + b"}" * 5_000),
    Odd("no number", Kind.GARBAGE, b'{"id": NaN, "number": NaN, "iid": NaN}'),
    Odd("infinite", Kind.GARBAGE, b'{"id": 1e400, "number": 1e400, "iid": 1e400}'),
    Odd("a number of 5,000 digits", Kind.GARBAGE, b'{"id": ' + b"9" * 5_000 + b"}"),
    Odd("half a character", Kind.GARBAGE, b'{"title": "\\ud800"}'),
    Odd("no UTF-8", Kind.GARBAGE, b'{"title": "\xff\xfe"}'),
    Odd("UTF-16", Kind.GARBAGE, lambda body: body.decode().encode("utf-16")),
    Odd("packed and no gzip", Kind.GARBAGE, b"packed", headers={"Content-Encoding": "gzip"}),
    Odd("nothing", Kind.GARBAGE, b""),
    Odd("204", Kind.GARBAGE, b"", 204),
]

BREAKDOWNS = [
    Odd(f"{status} {what}", Kind.BROKEN, body, status)
    for status in (500, 502, 503, 504, 520)
    for what, body in (("as a web page", HTML), ("as JSON", b'{"message": "Server Error"}'), ("empty", b""))
]

_WORDS = {
    "without a word": b"",
    "as a web page": HTML,
    "as a text": b'"no"',
    "as a list": b'["no", null]',
    "with odd words": b'{"message": {"title": [null, 7, {"x": []}]}, "errors": "x", "error": [1]}',
    "with odd errors": b'{"message": null, "errors": [null, 1, [], {"field": {}, "code": null}]}',
    "with a word for terminals": b'{"message": "\\u001b[31m::set-output name=x::y\\n::error::z"}',
    "deep": b'{"message":' * 150 + b"1" + b"}" * 150,
}
REFUSALS = [
    Odd(f"{status} {what}", Kind.REFUSED, body, status)
    for what, body in _WORDS.items()
    for status in (400, 401, 402, 404, 405, 409, 410, 413, 418, 422, 451)
] + [
    Odd(f"{status} {what}", Kind.REFUSED, b"", status, {"Location": place} if place else {})
    for what, place in (
        ("without a place", ""),
        ("to nowhere", "http://["),
        ("elsewhere", "https://evil.example/issues"),
        ("to a file", "file:///etc/passwd"),
    )
    for status in (300, 301, 302, 303, 304, 305, 307, 308)
]

_ADVICE = {
    "400 digits": "9" * 400,
    "5,000 digits": "9" * 5_000,
    "an hour": "3600",
    "three years": "99999999",
    "negative": "-5",
    "a fraction": "1.5",
    "empty": "",
    "a word": "soon",
    "an exponent": "1e400",
    "a past date": "Wed, 21 Oct 2015 07:28:00 GMT",
    "a far date": "Fri, 31 Dec 9999 23:59:59 GMT",
    "a date that is none": "Fri, 99 Dec 2026 99:59:59 GMT",
    "a date without a zone": "Sun, 22 Nov 2026 10:00:30",
    "a foreign digit": "\xb2",
    "two": "5, 7",
}
LATER = [
    Odd(f"{status}, Retry-After {what}", Kind.LATER, b"Retry later\n", status, {"Retry-After": advice})
    for status in (429,)
    for what, advice in _ADVICE.items()
]

_RESETS = {
    "in milliseconds": "1795341600000",
    "past": "1",
    "400 digits": "9" * 400,
    "negative": "-1",
    "a fraction": "1795341600.5",
    "a word": "tomorrow",
    "empty": "",
    "not a number": "nan",
    "infinite": "inf",
}


def _limits(left: str, reset: str) -> dict[str, str]:
    """Return the headers of both vendors."""
    names = {"Limit": "5000", "Remaining": left, "Reset": reset}
    return {f"{start}-{name}": value for start in ("X-RateLimit", "RateLimit") for name, value in names.items()}


LIMITS = [
    Odd(f"{status or 'good'}, reset {what}", kind, _same, status, _limits("0", reset))
    for status, kind in ((0, Kind.GOOD), (429, Kind.LATER))
    for what, reset in _RESETS.items()
] + [
    Odd(f"limit {what}", Kind.GOOD, _same, 0, {"X-RateLimit-Limit": value, "X-RateLimit-Remaining": value})
    for what, value in {"a word": "many", "a fraction": "0.5", "400 digits": "9" * 400, "negative": "-1"}.items()
]

HEADERS = [
    Odd(f"Link {what}", Kind.GOOD, _same, 0, {"Link": link})
    for what, link in {
        "of nothing": "",
        "without a place": '<>; rel="next"',
        "of no shape": 'next; rel; "',
        "to nowhere": '<http://[>; rel="last"',
        "with a page of 400 digits": f'<https://x/?page={"9" * 400}>; rel="last"',
        "with commas": "," * 2_000,
        "with spaces": f"<x>;{' ' * 5_000}rel=prev",
    }.items()
] + [Odd(f"X-Total {total}", Kind.GOOD, _same, 0, {"X-Total": total}) for total in ("", "-1", "many", "9" * 400, "1.5")]

ALL = [*UNREADABLE, *BREAKDOWNS, *REFUSALS, *LATER, *LIMITS, *HEADERS]

VALUES: dict[str, bytes] = {
    "null": b"null",
    "text": b'"x"',
    "empty text": b'""',
    "number in quotes": b'"7"',
    "number": b"7",
    "negative": b"-1",
    "zero": b"0",
    "fraction": b"1.5",
    "infinite": b"1e400",
    "huge": b"9" * 40,
    "false": b"false",
    "list": b"[]",
    "list of null": b"[null]",
    "list of texts": b'["x"]',
    "list of objects": b"[{}]",
    "object": b"{}",
    "object of null": b'{"name": null, "login": null, "id": null}',
    "control characters": b'"\\u0000\\u001b[31m\\n::error::"',
}
"""What any field of any row may hold instead of what it should."""
