"""Whatever a server answers, to whatever is asked: one clear error, a retry or a good reading, never a wrong write."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from techmap_sync.errors import OutcomeUnclear, TrackerError
from techmap_sync.sync.tracker import Draft, Edge, EdgeKind, Patch, State
from tests.sampling import sampling
from tests.trackers import odd_answers
from tests.trackers.canned import LABEL, VENDORS, Answer, Canned, Change
from tests.trackers.odd_answers import Kind, Odd

DRAFT = Draft("Task", "Text", frozenset({LABEL, "new"}), milestone="v2", assignees=("ann",), estimate_minutes=60)

CHILD, BLOCKED = Edge(EdgeKind.CHILD_OF, "1", "2"), Edge(EdgeKind.BLOCKED_BY, "1", "2")

READS: dict[str, Callable[[Canned], object]] = {
    "snapshot": lambda server: server.tracker().snapshot(LABEL),
    "own_tickets": lambda server: server.tracker().own_tickets(),
    "get": lambda server: server.tracker().get("1"),
    "ends": lambda server: server.tracker().ends(["1"]),
    "ends of two": lambda server: server.tracker().ends(["1", "2"]),
    "visibility": lambda server: server.tracker().visibility(),
    "visibility elsewhere": lambda server: server.tracker().visibility("o/maps"),
    "capabilities": lambda server: server.tracker().capabilities,
    "examine": lambda server: server.tracker().examine(),
    "comments": lambda server: server.review().comments(),
    "unassignable": lambda server: server.tracker().unassignable(["ann"]),
}


def standings(server: Canned) -> object:
    tracker = server.tracker()
    return tracker.standings([ticket.author for ticket in tracker.snapshot(LABEL).tickets])


READS["standings"] = standings

WRITES: dict[str, Callable[[Canned], object]] = {
    "create": lambda server: server.tracker().create(DRAFT),
    "update": lambda server: server.tracker().update("1", Patch(title="New", body="New", milestone="v2")),
    "close": lambda server: server.tracker().update("1", Patch(state=State.CLOSED)),
    "add_labels": lambda server: server.tracker().add_labels("1", ["new"]),
    "remove_labels": lambda server: server.tracker().remove_labels("1", [LABEL]),
    "comment": lambda server: server.review().add("Text"),
    "edit": lambda server: server.review().edit("8", "Text"),
    "link child": lambda server: server.tracker().link(CHILD),
    "unlink child": lambda server: server.tracker().unlink(CHILD),
    "link blocked": lambda server: server.tracker().link(BLOCKED),
    "unlink blocked": lambda server: server.tracker().unlink(BLOCKED),
}
VERBS = READS | WRITES

VENDOR = pytest.mark.parametrize("vendor", VENDORS)


def odd_at_vendors(answers: list[Odd], to: str) -> pytest.MarkDecorator:
    """Return a mark for each of some answers with each vendor; in a sample each answer meets one of them.

    :param to: what they answer, in the plural
    """
    pairs = sampling.meeting_in_turn(f"odd answers to {to} at a vendor", answers, [*VENDORS])
    named = [pytest.param(odd, vendor, id=f"{odd.name}-{vendor}") for odd, vendor in pairs]
    return pytest.mark.parametrize(("odd", "vendor"), named)


def requests_of(vendor: str, verb: str) -> list[str]:
    """Return what a verb asks where all goes well."""
    server = VENDORS[vendor]()
    with server.answering_at_once():
        VERBS[verb](server)
    return list(dict.fromkeys(server.asked))


def cases() -> list[tuple[str, str, str]]:
    """Return each request of each vendor with a verb that sends it: every one that writes, the first that reads."""
    every = [(vendor, verb, asked) for vendor in VENDORS for verb in VERBS for asked in requests_of(vendor, verb)]
    first = {(vendor, asked, verb in WRITES): (vendor, verb, asked) for vendor, verb, asked in reversed(every)}
    return [case for case in every if case in first.values() or not case[2].startswith("GET")]


CASES = cases()


def outcome(server: Canned, verb: str, change: Change, *, at_once: bool = False) -> object:
    """Return what a verb returns, or the error that it raises; no other exception is an outcome."""
    with server.answering_at_once(change) if at_once else server.answering(change):
        try:
            return VERBS[verb](server)
        except TrackerError as error:
            assert error.what
            assert "\n" not in error.what + error.hint
            assert "\x1b" not in error.what + error.hint
            return error


def written(server: Canned) -> Counter[str]:
    return Counter(asked for asked in server.asked if not asked.startswith("GET") and "graphql" not in asked)


def repeated(server: Canned) -> list[str]:
    """Return the writes that were sent more than once."""
    counts = Counter(asked for asked in server.written if "graphql" not in asked)
    return [asked for asked, times in counts.items() if times > 1]


def swapped(asked: str, odd: Odd, times: int = 1_000) -> Change:
    """Return the change that gives an odd answer to a request as often as it is sent, at most so many times."""
    left = iter(range(times))

    def change(now: str, good: Answer) -> Answer:
        return odd.of(good) if now == asked and next(left, None) is not None else good

    return change


@pytest.mark.parametrize(("vendor", "verb", "asked"), CASES)
def test_no_odd_answer_is_more_than_an_error(vendor: str, verb: str, asked: str) -> None:
    place = CASES.index((vendor, verb, asked))
    turned = [*odd_answers.ALL[place % len(odd_answers.ALL) :], *odd_answers.ALL[: place % len(odd_answers.ALL)]]
    # Where a sample is taken, each request begins with another answer, so that every answer meets some requests.
    for odd in sampling.spread("odd answers", turned, 8, kind=lambda odd: odd.kind, where=f"{vendor} {verb} {asked}"):
        server = VENDORS[vendor]()
        outcome(server, verb, swapped(asked, odd), at_once=True)
        again = repeated(server)
        assert odd.kind is Kind.LATER or not again, (odd.name, again)


def main_write(vendor: str, verb: str) -> str:
    """Return the request that has the effect of a verb: the last write."""
    return [asked for asked in requests_of(vendor, verb) if not asked.startswith("GET")][-1]


@odd_at_vendors([*odd_answers.UNREADABLE, *odd_answers.BREAKDOWNS], "creates, unclear ones")
def test_a_create_that_nobody_knows_of_is_unclear_and_sent_once(vendor: str, odd: Odd) -> None:
    server = VENDORS[vendor]()
    create = next(asked for asked in requests_of(vendor, "create") if asked.endswith("/issues"))
    assert isinstance(outcome(server, "create", swapped(create, odd)), OutcomeUnclear)
    assert written(server)[create] == 1


@odd_at_vendors(odd_answers.REFUSALS, "creates, refusals")
def test_a_create_that_was_refused_is_not_unclear(vendor: str, odd: Odd) -> None:
    server = VENDORS[vendor]()
    create = next(asked for asked in requests_of(vendor, "create") if asked.endswith("/issues"))
    error = outcome(server, "create", swapped(create, odd))
    assert isinstance(error, TrackerError)
    assert not isinstance(error, OutcomeUnclear)
    assert written(server)[create] == 1


@odd_at_vendors([*odd_answers.LATER, *odd_answers.LIMITS], "reads and creates")
def test_advice_to_wait_is_followed_or_ends_the_run(vendor: str, odd: Odd) -> None:
    for verb, path in (("snapshot", "/issues"), ("create", "/issues")):
        server = VENDORS[vendor]()
        asked = next(asked for asked in requests_of(vendor, verb) if asked.endswith(path))
        began = server.clock()
        result = outcome(server, verb, swapped(asked, odd, times=1))
        if isinstance(result, TrackerError):
            assert type(result).__name__ == "BudgetSpent"
            assert 0 < result.seconds_to_wait <= 86_400  # type: ignore[attr-defined]
        assert (server.clock() - began).total_seconds() <= 301


@odd_at_vendors(odd_answers.BREAKDOWNS, "reads")
def test_a_read_that_broke_down_is_tried_again(vendor: str, odd: Odd) -> None:
    server = VENDORS[vendor]()
    asked = next(asked for asked in requests_of(vendor, "snapshot") if asked.endswith("/issues"))
    assert not isinstance(outcome(server, "snapshot", swapped(asked, odd, times=2)), TrackerError)
    assert isinstance(outcome(server, "snapshot", swapped(asked, odd)), TrackerError)


@odd_at_vendors(odd_answers.UNREADABLE, "lists")
def test_a_list_that_says_nothing_is_not_an_empty_list(vendor: str, odd: Odd) -> None:
    server = VENDORS[vendor]()
    asked = next(asked for asked in requests_of(vendor, "snapshot") if asked.endswith("/issues"))
    assert isinstance(outcome(server, "snapshot", swapped(asked, odd)), TrackerError)


def places(content: object, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the way to each value in an answer."""
    inside = content.items() if isinstance(content, dict) else enumerate(content) if isinstance(content, list) else ()
    for key, value in inside:
        yield (*path, key)
        yield from places(value, (*path, key))


def good_answer(vendor: str, verb: str, asked: str) -> bytes:
    """Return the body of what a request is answered with where all goes well."""
    bodies: list[bytes] = []

    def look(now: str, good: Answer) -> Answer:
        if now == asked:
            bodies.append(good.body)
        return good

    outcome(VENDORS[vendor](), verb, look)
    return bodies[0]


MARK = "the odd value"


def with_value(body: bytes, path: tuple[Any, ...], value: bytes | None) -> bytes:
    """Return an answer that holds another value at one place, or lacks it."""
    content = json.loads(body)
    holder = content
    for key in path[:-1]:
        holder = holder[key]
    if value is None:
        del holder[path[-1]]
        return json.dumps(content).encode()
    holder[path[-1]] = MARK
    return json.dumps(content).encode().replace(json.dumps(MARK).encode(), value)


@pytest.mark.parametrize(("vendor", "verb", "asked"), CASES)
def test_no_odd_value_is_more_than_an_error(vendor: str, verb: str, asked: str) -> None:
    good = good_answer(vendor, verb, asked)
    values = [("missing", None), *odd_answers.VALUES.items()]
    for place, path in enumerate(places(json.loads(good or "null"))):
        # Where a sample is taken, each place begins with another value, so that every value meets some of the places.
        turned = values[place % len(values) :] + values[: place % len(values)]
        for name, value in sampling.spread("odd values", turned, 2, where=f"{vendor} {verb} {asked} {place}"):
            server = VENDORS[vendor]()
            body = with_value(good, path, value)
            odd = Odd(f"{path} {name}", Kind.GARBAGE, body)
            outcome(server, verb, swapped(asked, odd), at_once=True)
            assert not repeated(server), odd.name


@VENDOR
@pytest.mark.parametrize("number", [2, 7])
def test_another_issue_is_not_taken_for_the_one_that_was_asked_for(vendor: str, number: int) -> None:
    server = VENDORS[vendor]()
    asked = next(asked for asked in requests_of(vendor, "get") if asked.endswith("/issues/1"))
    name = b'"number": 1' if vendor == "github" else b'"iid": 1'
    other = Odd("another", Kind.GARBAGE, lambda body: body.replace(name, name[:-1] + str(number).encode()))
    for verb in ("get", "update"):
        write = asked if verb == "get" else main_write(vendor, verb)
        error = outcome(server, verb, swapped(write, other))
        assert isinstance(error, TrackerError), verb


@VENDOR
@pytest.mark.parametrize("field", ["title", "text"])
def test_another_issue_is_not_taken_for_the_new_one(vendor: str, field: str) -> None:
    server = VENDORS[vendor]()
    create = next(asked for asked in requests_of(vendor, "create") if asked.endswith("/issues"))
    old, new = {"title": (b'"Task"', b'"Older"'), "text": (b'"Text"', b'"Older"')}[field]
    other = Odd("another", Kind.GARBAGE, lambda body: body.replace(old, new))
    assert isinstance(outcome(server, "create", swapped(create, other)), TrackerError)
    assert written(server)[create] == 1


@VENDOR
def test_an_issue_by_an_account_that_is_gone_is_read(vendor: str) -> None:
    server = VENDORS[vendor]()
    asked = next(asked for asked in requests_of(vendor, "snapshot") if asked.endswith("/issues"))
    name = "user" if vendor == "github" else "author"

    def without_author(body: bytes) -> bytes:
        return json.dumps([row | {name: None} for row in json.loads(body)]).encode()

    result: Any = outcome(server, "snapshot", swapped(asked, Odd("gone", Kind.GOOD, without_author)))
    assert [ticket.author for ticket in result.tickets] == ["", ""]
