"""Tickets that come to a task: by ``--rebind KEY=NUMBER``, and read again before they are written."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace

import pytest

from techmap_sync.errors import UsageProblem
from techmap_sync.planning.task import TaskPlan, TaskSpec
from techmap_sync.sync.apply import apply
from techmap_sync.sync.arrivals import Bindings, bound, claimed_keys, left_by_people, read_again
from techmap_sync.sync.block import BEGIN, END, Block, Held
from techmap_sync.sync.change_set import ChangeSet, MapChanges, Outcome, Status
from techmap_sync.sync.changes import Action, LabelOrphan, Update
from techmap_sync.sync.claims import Claims, way_out
from techmap_sync.sync.comparison import digest, text_digest
from techmap_sync.sync.endings import Ending, Why
from techmap_sync.sync.marker import Ledger, Marker, WrittenField, encode
from techmap_sync.sync.observe import observe
from techmap_sync.sync.tickets import Holdings, Sorted, Stray
from techmap_sync.sync.tracker import Capabilities, Standing, Ticket
from tests.fakes.memory import MemoryTracker
from tests.faults import AS_SEEN
from tests.sync.build import MAP, POLICY, THREE, held, plan, task, under_another_id
from tests.sync.drive import by_key, planned, push, retired, several, struck
from tests.sync.test_moves import ALPHA, BETA, FREE, key, numbers, pushed

SENDER, STORE, TRACKING = key("alpha", "Sender"), key("alpha", "Store"), "alpha/tracking/map"
ABILITIES = {
    "everything": Capabilities(),
    "many requests": Capabilities(native_priority=True, close_reasons=False, parents_listed=False),
}


def push_bound(tracker: MemoryTracker, **bound: str) -> ChangeSet:
    shown = several(tracker, ALPHA, BETA, policy=FREE, bound={NAMES[name]: number for name, number in bound.items()})
    list(apply(shown, tracker, FREE))
    return shown


NAMES = {"sender": SENDER, "store": STORE, "tracking": TRACKING}


def released(task: str, text: str, abilities: Capabilities | None = None) -> tuple[MemoryTracker, str]:
    """Return a tracker in which somebody replaced the text of one ticket, and its number."""
    tracker = pushed(ALPHA, BETA, abilities=abilities, edges_listed=False)
    number = numbers(tracker)[NAMES[task]]
    tracker.edit(number, body=text)
    tracker.requests.clear()
    return tracker, number


def bound_once(start: MemoryTracker, fault: str, **bound: str) -> Iterator[tuple[str, MemoryTracker, MemoryTracker]]:
    """Strike each request of a push that binds; yield where, what is left, and what an undisturbed push leaves."""
    undisturbed = deepcopy(start)
    push_bound(undisturbed, **bound)
    for where, tracker in struck(start, lambda each: push_bound(each, **bound), fault):
        yield where, tracker, undisturbed


@pytest.mark.parametrize("fault", AS_SEEN)
@pytest.mark.parametrize("abilities", ABILITIES)
@pytest.mark.parametrize("task", NAMES)
@pytest.mark.parametrize("text", ["", "Our own words.\n\n- [x] done by hand"], ids=["wiped", "rewritten"])
def test_killed_at_any_request_binding_again_ends_as_if_undisturbed(
    task: str, text: str, abilities: str, fault: str
) -> None:
    start, number = released(task, text, ABILITIES[abilities])
    for where, tracker, undisturbed in bound_once(start, fault, **{task: number}):
        push_bound(tracker, **{task: number})
        assert by_key(tracker.tickets.values()) == by_key(undisturbed.tickets.values()), where
        assert not several(tracker, ALPHA, BETA, policy=FREE).writes, f"{where}: a third run would write again"
        assert text in tracker.tickets[number].body, f"{where}: a human's text is lost"


@pytest.mark.parametrize("fault", AS_SEEN)
@pytest.mark.parametrize("task", ["sender", "tracking"])
def test_killed_at_any_request_a_push_without_the_flag_doubles_nothing(task: str, fault: str) -> None:
    start, number = released(task, "Our own words.")
    for where, tracker, undisturbed in bound_once(start, fault, **{task: number}):
        push_bound(tracker)
        assert len(tracker.tickets) == len(start.tickets), f"{where}: doubled or lost"
        assert "Our own words." in tracker.tickets[number].body, where
        push_bound(tracker, **{task: number})
        assert by_key(tracker.tickets.values()) == by_key(undisturbed.tickets.values()), where


def strangers(tracker: MemoryTracker, body: str, **more: object) -> Ticket:
    ticket = Ticket("77", "Post a mail", body, author="mallory", standing=Standing.STRANGER)
    tracker.tickets["77"] = replace(ticket, **more)  # type: ignore[arg-type]
    return tracker.tickets["77"]


def bodies(tracker: MemoryTracker) -> dict[str, str]:
    """What a stranger may write: words, and a marker that claims the task, the map, or another repository's task."""
    ours = pushed(ALPHA, BETA)
    there = numbers(ours)
    taken = ours.tickets[there[SENDER]].body
    return {
        "words": "Please, do it like this.",
        "the same task": taken,
        "its tracking ticket": ours.tickets[there[TRACKING]].body,
        "another source": taken.replace(FREE.source, "example.org/mallory/app"),
    }


@pytest.mark.parametrize("claim", bodies(MemoryTracker()))
@pytest.mark.parametrize("labels", [frozenset(), frozenset({FREE.managed_label})], ids=["plain", "labelled"])
def test_a_strangers_ticket_is_bound_to_no_task_whatever_it_claims(claim: str, labels: frozenset[str]) -> None:
    tracker, _ = released("sender", "Our own words.")
    theirs = strangers(tracker, bodies(tracker)[claim], labels=labels)
    with pytest.raises(UsageProblem, match="77"):
        push_bound(tracker, sender="77")
    assert tracker.tickets["77"] == theirs
    assert tracker.writes == []


def test_a_strangers_ticket_is_bound_when_a_person_adopts_it() -> None:
    tracker, _ = released("sender", "Our own words.")
    strangers(tracker, "Please, do it like this.", labels=frozenset({FREE.managed_label}))
    policy = replace(FREE, adopted=frozenset({"77"}))
    list(apply(several(tracker, ALPHA, BETA, policy=policy, bound={SENDER: "77"}), tracker, policy))
    assert numbers(tracker)[SENDER] == "77"
    assert "Please, do it like this." in tracker.tickets["77"].body


def test_the_role_of_an_author_is_asked_for() -> None:
    tracker, _ = released("sender", "Our own words.")
    strangers(tracker, "Please, do it like this.")
    tracker.roles["mallory"] = Standing.MEMBER
    push_bound(tracker, sender="77")
    assert numbers(tracker)[SENDER] == "77"


@pytest.mark.parametrize("target", [STORE, TRACKING, key("beta", "Report"), "beta/tracking/map"])
def test_a_ticket_of_another_task_is_not_bound(target: str) -> None:
    tracker, _ = released("sender", "Our own words.")
    before = deepcopy(tracker.tickets)
    with pytest.raises(UsageProblem, match=target):
        push_bound(tracker, sender=numbers(tracker)[target])
    assert tracker.tickets == before


CHANGED = plan(*(replace(spec, title=f"{spec.title} again") for spec in THREE.tasks))
SHORTER = plan(*THREE.tasks[:2])
RENAMED = plan(task("Vault", sections={"purpose": "What Store is for."}), *THREE.tasks[1:])


def becomes(tracker: MemoryTracker, number: str, other: str) -> None:
    """A person pastes the text of one ticket into another one."""
    tracker.edit(number, body=tracker.tickets[other].body)


def skipped(outcomes: list[Outcome]) -> list[tuple[Action, str]]:
    return [(each.change.action, each.ticket) for each in outcomes if each.status is Status.SKIPPED]


@pytest.mark.parametrize(
    ("after", "number", "action"),
    [(CHANGED, "2", Action.UPDATE), (RENAMED, "2", Action.UPDATE), (SHORTER, "4", Action.CLOSE)],
)
def test_a_ticket_whose_marker_is_that_of_another_one_by_now_is_left(
    tracker: MemoryTracker, after: TaskPlan, number: str, action: Action
) -> None:
    shown = planned(tracker, after)
    becomes(tracker, number, "3")
    before = tracker.tickets[number]
    outcomes = list(apply(shown, tracker, POLICY))
    assert (action, number) in skipped(outcomes)
    assert tracker.tickets[number] == before


def test_a_tracking_ticket_that_became_another_one_keeps_its_text(tracker: MemoryTracker) -> None:
    shown = planned(tracker, CHANGED)
    becomes(tracker, "1", "3")
    outcomes = list(apply(shown, tracker, POLICY))
    assert (Action.UPDATE, "1") in skipped(outcomes)
    assert tracker.tickets["1"].body.count('"key":"login/component/Service"') == 1


def test_a_ticket_whose_marker_names_another_source_by_now_is_left(tracker: MemoryTracker) -> None:
    shown = planned(tracker, CHANGED)
    tracker.edit("2", body=tracker.tickets["2"].body.replace("example.org/team/app", "example.org/team/shop"))
    before = tracker.tickets["2"]
    assert (Action.UPDATE, "2") in skipped(list(apply(shown, tracker, POLICY)))
    assert tracker.tickets["2"] == before


def test_a_retired_map_closes_no_ticket_that_became_another_one(tracker: MemoryTracker) -> None:
    going = retired(tracker, observe(tracker, [], POLICY, retired={THREE.map_id}))
    becomes(tracker, "2", "3")
    assert (Action.CLOSE, "2") in skipped(list(apply(ChangeSet(tracker.name, (going,)), tracker, POLICY)))


def test_what_another_run_renamed_the_same_way_is_no_stranger(tracker: MemoryTracker) -> None:
    shown = planned(tracker, RENAMED)
    push(tracker, RENAMED)
    assert not skipped(list(apply(shown, tracker, POLICY)))


# Each rule by itself.

MAIN, SPEC, OTHER = THREE.tracking, *THREE.tasks[:2]
WITH_BOXES = plan(
    task("Store", sections={"items": "- [ ] one\n- [ ] two", "purpose": "- [ ] two"}),
    task("Service", sections={"items": "- [ ] two"}),
    summary="- [ ] one\n- [ ] two",
)


def saying(spec: TaskSpec, *texts: str) -> TaskSpec:
    """The same task with other texts in its sections."""
    sections = (replace(each, text=text) for each, text in zip(spec.sections, texts, strict=True))
    return replace(spec, sections=tuple(sections))


def test_boxes_are_ticked_that_are_ticked_in_the_ticket_of_their_task() -> None:
    store, service = WITH_BOXES.tasks
    bodies = {MAIN.key: "- [x] one", store.key: "Words.\n- [X] two\n- [ ] one"}
    assert Bindings({key: Ticket("7", "", body) for key, body in bodies.items()}).plan(WITH_BOXES) == replace(
        WITH_BOXES,
        tracking=saying(WITH_BOXES.tracking, "- [x] one\n- [ ] two"),
        tasks=(saying(store, "- [ ] one\n- [x] two", "- [x] two"), service),
    )


def binding(found: Sorted, **tickets: Ticket) -> Sorted:
    """Bind tasks of a map of three by their names."""
    keys = {spec.key.rpartition("/")[2]: spec.key for spec in (MAIN, *THREE.tasks)}
    signin = under_another_id(THREE)
    return Bindings({keys[name]: ticket for name, ticket in tickets.items()}).found(found, [signin, THREE], POLICY)


def test_bound_tickets_are_among_those_of_the_map() -> None:
    stray, other = Stray(Ticket("7", "", "mine"), "no marker"), Stray(Ticket("8", "", "mine, too"), "no marker")
    there = Holdings(
        tickets={SPEC.key: held(SPEC, "2")},
        unreadable={OTHER.key: stray, "login/component/X": other},
        released_tracking="why",
    )
    found = Sorted({MAP: there, "beta": Holdings()}, (stray, other))
    service, main = Ticket("7", "Serve", "mine"), Ticket("8", "Plan", "mine, too")
    bound_service, bound_main = bound(OTHER, service, MAP, POLICY), bound(MAIN, main, MAP, POLICY)
    with_service = replace(
        there, tickets={**there.tickets, OTHER.key: bound_service}, unreadable={"login/component/X": other}
    )
    assert binding(found, Service=service) == replace(found, maps={"beta": Holdings(), MAP: with_service})
    with_both = replace(with_service, tracking=bound_main, unreadable={}, released_tracking="")
    assert binding(found, Service=service, map=main) == replace(found, maps={"beta": Holdings(), MAP: with_both})
    assert binding(found) == found


def test_a_map_that_had_no_ticket_gets_those_that_are_bound_and_knows_the_claims() -> None:
    claims = Claims({"x": [Ticket("9", "", "")]})
    ticket = Ticket("7", "Store", "mine")
    own = {SPEC.key: bound(SPEC, ticket, MAP, POLICY)}
    assert binding(Sorted({}, (), claims), Store=ticket).maps == {MAP: Holdings(tickets=own, claims=claims)}


def listing(**numbers: str) -> Held:
    """The tracking ticket, with a ledger that lists tasks by their names."""
    own = held(MAIN, "1")
    ledger = Ledger({key(MAP, name): number for name, number in numbers.items()})
    return replace(own, block=replace(own.block, marker=own.marker.with_ledger(ledger)))


HELD = Holdings(listing(Store="2", Service="3"), {SPEC.key: held(SPEC, "2"), OTHER.key: held(OTHER, "3")})
RELEASED = Holdings(listing(Store="2", Service="3"))
UNLISTED = Holdings(tickets={SPEC.key: held(SPEC, "2")})
OF_OTHERS = "name the ticket that the task had"
SECOND = "a task has one ticket; close the other one"


def of_another_source(body: str) -> str:
    return body.replace("example.org/team/app", "example.org/mallory/app")


def strange(number: str) -> Ticket:
    return Ticket(number, "", "Their words.", author="mallory", standing=Standing.STRANGER)


@pytest.mark.parametrize(
    ("there", "task", "ticket", "what", "hint"),
    [
        (HELD, "Store", held(OTHER, "3").ticket, "ticket 3 belongs to login/component/Service", OF_OTHERS),
        (RELEASED, "Store", Ticket("3", "", "wiped"), "ticket 3 belongs to login/component/Service", OF_OTHERS),
        (UNLISTED, "Service", Ticket("2", "", "wiped"), "ticket 2 belongs to login/component/Store", OF_OTHERS),
        (Holdings(), "Store", held(OTHER, "7").ticket, "ticket 7 belongs to login/component/Service", OF_OTHERS),
        (
            Holdings(),
            "Store",
            Ticket("7", "", of_another_source(held(SPEC).ticket.body)),
            "ticket 7 belongs to example.org/mallory/app login/component/Store",
            OF_OTHERS,
        ),
        (
            HELD,
            "Tests",
            strange("7"),
            "mallory, who is not trusted, wrote ticket 7",
            way_out(strange("7"), POLICY),
        ),
        (HELD, "Store", Ticket("7", "", "mine"), "login/component/Store has ticket 2", SECOND),
        (HELD, "map", Ticket("7", "", "mine"), "login/tracking/map has ticket 1", SECOND),
    ],
)
def test_a_ticket_that_is_not_free_is_refused_and_so_is_a_second_one(
    there: Holdings, task: str, ticket: Ticket, what: str, hint: str
) -> None:
    with pytest.raises(UsageProblem) as refused:
        binding(Sorted({"beta": Holdings(), MAP: there}, ()), **{task: ticket})
    assert (refused.value.what, refused.value.hint) == (what, hint)


@pytest.mark.parametrize(
    ("there", "task", "ticket"),
    [
        (HELD, "Store", held(SPEC, "2").ticket),
        (HELD, "map", listing(Store="2", Service="3").ticket),
        (RELEASED, "Store", strange("2")),
        (Holdings(listing(Service="7")), "Store", held(SPEC, "7").ticket),
        (Holdings(), "Store", Ticket("7", "", "mine")),
    ],
)
def test_a_task_is_bound_to_its_own_ticket_whoever_wrote_it_and_to_a_free_one(
    there: Holdings, task: str, ticket: Ticket
) -> None:
    found = binding(Sorted({"beta": Holdings(), MAP: there}, ()), **{task: ticket})
    assert ticket.number in [each.ticket.number for each in found.maps[MAP].all]


BOUND = Marker(
    source="example.org/team/app",
    map_id=MAP,
    path="",
    key="",
    title=WrittenField(digest(SPEC.title), text_digest(SPEC.title)),
    priority="medium",
    milestone="v1",
    assignees=frozenset(),
)


def test_all_of_a_bound_text_belongs_to_people() -> None:
    spec, ticket = replace(SPEC, milestone="v1"), Ticket("7", "Keep it", "\n\nOur words.\n", milestone="v2")
    assert bound(spec, ticket, MAP, POLICY) == Held(ticket, Block("", (), BOUND, "\nOur words."))
    urgent = bound(replace(spec, priority=None), ticket, MAP, replace(POLICY, sources={MAP: "example.org/team/sub"}))
    assert urgent.marker == replace(BOUND, priority="", source="example.org/team/sub")


def test_a_bound_tracking_ticket_names_itself_and_has_an_empty_ledger() -> None:
    ticket, title = Ticket("7", "Plan", ""), WrittenField(digest(MAIN.title), text_digest(MAIN.title))
    marker = replace(BOUND, tracking="7", title=title, priority="", milestone="", ledger=Ledger())
    assert bound(MAIN, ticket, MAP, POLICY) == Held(ticket, Block("", (), marker, ""))


def test_only_its_own_block_stays_that_of_a_bound_ticket() -> None:
    own = held(SPEC, "7")
    assert bound(SPEC, own.ticket, MAP, POLICY) == own
    for other in (held(OTHER, "7").ticket, replace(own.ticket, body=of_another_source(own.ticket.body))):
        again = bound(SPEC, other, MAP, POLICY)
        assert (again.ticket, again.marker.key, again.block.parts) == (other, "", ())


OURS = task("Store", sections={"purpose": "What it is for.\n\n- [ ] one thing", "where": "a.py"})
MARKER = encode(BOUND)
PURPOSE = "### Purpose\n\nWhat it is for.\n\n- [x] one thing"


@pytest.mark.parametrize(
    ("body", "left"),
    [
        ("", ""),
        ("\n\n  Our words. \n\n", "  Our words. "),
        (f"{PURPOSE}\n<!-- ours -->\n", f"{PURPOSE}\n<!-- ours -->"),
        ("Our\r\nwords.", "Our\r\nwords."),
        (f"\n  Above.\r\n{BEGIN}\n{PURPOSE}\n{END}\nBelow. \n\n", "  Above.\nBelow. "),
        (f"{BEGIN}\n{PURPOSE}\nour words\n{MARKER}\n### Where\na.py\nmore\n{END}", "our words\nmore"),
        (f"{BEGIN}\n{PURPOSE}\n\n### Where\na.py\nto the end", "to the end"),
        (
            f"Purpose\nWhere\n{BEGIN}\nPurpose\n### Other\n###\nWhat\n{END}",
            "Purpose\nWhere\nPurpose\n### Other\n###\nWhat",
        ),
        (f"{BEGIN}\n<!-- a comment -->\n{END}\n<!-- ours -->\n{PURPOSE}", f"<!-- ours -->\n{PURPOSE}"),
        (f"{END}\n{PURPOSE}\n{BEGIN}\n{PURPOSE}", PURPOSE),
        (f"{MARKER}\n{PURPOSE}", PURPOSE),
        (f"<!-- techmap-sync:{{}} -->\n{PURPOSE}", PURPOSE),
        (f"Above.\n{BEGIN}\n{PURPOSE}\nour words\n{MARKER}\n{END}\nBelow.", "Above.\nour words\nBelow."),
    ],
)
def test_the_remains_of_our_block_are_not_left_by_people(body: str, left: str) -> None:
    assert left_by_people(body, OURS) == left


def test_each_marker_claims_a_key_also_that_of_a_copy() -> None:
    holdings = replace(HELD, copies=((held(SPEC, "9"), "2"),))
    assert claimed_keys(holdings) == {"1": MAIN.key, "2": SPEC.key, "3": OTHER.key, "9": SPEC.key}
    assert claimed_keys(UNLISTED) == {"2": SPEC.key}


UPDATE = Update(SPEC.key, SPEC.title, "7", spec=SPEC)
LABEL = LabelOrphan(SPEC.key, SPEC.title, "7", label="removed", ending=Ending(Why.GONE))
CHANGES = MapChanges(MAP, "docs/login.md", True)
ANOTHERS = "it was changed in the meantime: its marker is that of another ticket"
WITHOUT = "it was changed in the meantime: it has no managed block"
MINE, AGAIN, SERVES = Ticket("7", "", "mine"), held(SPEC, "7"), held(OTHER, "7")


@pytest.mark.parametrize(
    ("change", "bound_keys", "claimed", "ticket", "expected"),
    [
        (UPDATE, (), {}, None, "it was deleted in the meantime"),
        (UPDATE, (), {}, MINE, WITHOUT),
        (UPDATE, (OTHER.key,), {}, MINE, WITHOUT),
        (LABEL, (SPEC.key,), {}, MINE, WITHOUT),
        (UPDATE, (SPEC.key,), {}, MINE, bound(SPEC, MINE, MAP, POLICY)),
        (UPDATE, (SPEC.key,), {}, AGAIN.ticket, AGAIN),
        (UPDATE, (SPEC.key,), {}, SERVES.ticket, ANOTHERS),
        (UPDATE, (), {}, AGAIN.ticket, AGAIN),
        (LABEL, (), {}, AGAIN.ticket, AGAIN),
        (UPDATE, (), {"7": OTHER.key}, SERVES.ticket, SERVES),
        (UPDATE, (), {"8": OTHER.key}, SERVES.ticket, ANOTHERS),
        (UPDATE, (), {}, replace(AGAIN.ticket, body=of_another_source(AGAIN.ticket.body)), ANOTHERS),
    ],
)
def test_a_ticket_is_written_if_it_still_is_the_one_that_was_planned_for(
    change: Update | LabelOrphan,
    bound_keys: tuple[str, ...],
    claimed: dict[str, str],
    ticket: Ticket | None,
    expected: Held | str,
) -> None:
    tracker = MemoryTracker()
    tracker.tickets |= {"7": ticket} if ticket else {}
    changes = replace(CHANGES, bound=frozenset(bound_keys), claimed=claimed)
    assert read_again("7", change, changes, tracker, POLICY) == expected
