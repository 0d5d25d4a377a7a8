"""What a tracker cannot hold as an edge stands in the texts, and becomes an edge when the tracker learns it."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import replace

import pytest

from techmap_sync.errors import NotSupported
from techmap_sync.planning.task import Section, SectionName, TaskPlan, TaskSpec
from techmap_sync.sync.apply import apply
from techmap_sync.sync.block import Held, Part
from techmap_sync.sync.change_set import ChangeSet
from techmap_sync.sync.changes import Action
from techmap_sync.sync.fallback import (
    EdgeTexts,
    edge_texts,
    fitted,
    fitted_plan,
    lists_tickets,
    notice_in,
    says_who_waits,
)
from techmap_sync.sync.match import Origin
from techmap_sync.sync.observe import observe
from techmap_sync.sync.tickets import Holdings
from techmap_sync.sync.tracker import Capabilities, Edge, EdgeKind, State
from tests.fakes.memory import NAME, MemoryTracker, When, timed_out
from tests.sync.build import POLICY, TRACKING, held, key, plan, rehold, section, task
from tests.sync.drive import key_of, planned, push, retired

WITHOUT_BLOCKING = Capabilities(blocking_links=False, native_blocking=False)
RELATED = Capabilities(native_blocking=False)
NOTHING = Capabilities(children=0, blocking_links=False, native_blocking=False)


def waiting(name: str, *others: str) -> TaskSpec:
    titles = "\n".join(f"- Create {other}" for other in others)
    made = task(name, blocked_by=others)
    return replace(made, sections=(*made.sections, replace(section("waits for", titles), heading="Waits for")))


MANY = replace(POLICY, allowed=frozenset({"creates"}))
MAP = plan(task("Store"), waiting("Service", "Store"), waiting("Page", "Service", "Store"))


def text(tracker: MemoryTracker, wanted: str) -> str:
    return next(ticket.body for ticket in tracker.tickets.values() if key_of(ticket) == wanted)


def reasons(tracker: MemoryTracker, wanted: TaskPlan = MAP) -> list[str]:
    return [change.reason for change in planned(tracker, wanted).changes if change.action is Action.SKIP]


@pytest.mark.parametrize("capabilities", [WITHOUT_BLOCKING, RELATED, NOTHING], ids=["none", "related", "nothing"])
def test_a_ticket_names_what_it_waits_for_by_number(capabilities: Capabilities) -> None:
    tracker = MemoryTracker(capabilities)
    push(tracker, MAP)
    assert "- #3 Create Service\n- #2 Create Store" in text(tracker, key("Page"))
    tracker.requests.clear()
    push(tracker, MAP)
    assert not tracker.writes, "a second push finds nothing to do"


def test_with_native_edges_the_text_says_nothing_of_them() -> None:
    tracker = MemoryTracker()
    push(tracker, MAP)
    assert "### Waits for" not in text(tracker, key("Page"))


def test_without_children_the_tracking_ticket_has_a_task_list() -> None:
    tracker = MemoryTracker(NOTHING)
    push(tracker, MAP)
    assert "### Tickets\n\n- [ ] #2 Create Store\n- [ ] #3 Create Service\n- [ ] #4 Create Page" in text(
        tracker, TRACKING
    )
    assert not planned(tracker, MAP).writes


def test_what_finds_no_room_below_the_tracking_ticket_stands_in_its_list() -> None:
    tracker = MemoryTracker(Capabilities(children=2))
    push(tracker, MAP)
    assert [ticket.parent for ticket in tracker.tickets.values()] == [None, "1", "1", None]
    assert "### Tickets\n\n- [ ] #4 Create Page\n" in text(tracker, TRACKING)
    assert not reasons(tracker), "it was said when it was written"
    assert not planned(tracker, MAP).writes


def test_a_plan_names_tasks_that_find_no_room_once() -> None:
    told = "the task list of the tracking ticket holds 1 of its tickets: it may have 2 sub-issues"
    assert reasons(MemoryTracker(Capabilities(children=2))) == [told]


def test_the_plan_says_what_is_degraded_and_that_is_no_drift() -> None:
    tracker = MemoryTracker(NOTHING)
    told = [
        "this server has no sub-issues: the tracking ticket has a task list instead",
        'this server has no "blocked by": each ticket\'s text says it instead',
    ]
    assert reasons(tracker) == told
    assert all(change.lasting for change in planned(tracker, MAP).changes if change.action is Action.SKIP)
    push(tracker, MAP)
    assert not reasons(tracker), "said once, in the run that wrote it"
    assert not planned(tracker, MAP).drift


def test_an_open_line_of_the_task_list_does_not_keep_a_finished_map_open() -> None:
    tracker = MemoryTracker(NOTHING)
    push(tracker, MAP)
    for number in "234":
        tracker.edit(number, state=State.CLOSED)
    closing = [change.key for change in planned(tracker, MAP).changes if change.action is Action.CLOSE]
    assert closing == [TRACKING]


def test_when_the_server_learns_edges_the_text_becomes_edges() -> None:
    tracker = MemoryTracker(NOTHING)
    push(tracker, MAP)
    tracker.capabilities = Capabilities()
    push(tracker, MAP)
    assert [ticket.parent for ticket in tracker.tickets.values()] == [None, "1", "1", "1"]
    assert tracker.tickets["4"].blocked_by == {"2", "3"}
    assert "Tickets" not in text(tracker, TRACKING)
    assert "### Waits for" not in text(tracker, key("Page"))
    assert not planned(tracker, MAP).drift


class Refusing(MemoryTracker):
    """A tracker that takes no link from one ticket, and says so only when it is asked to."""

    def link(self, edge: Edge) -> None:
        if edge.source == "4" and edge.target != "3":
            self.requests.append(type(self.requests[0])("link", edge.source))
            raise NotSupported(NAME, "the two are linked in another way already")
        super().link(edge)


class WithoutEdges(MemoryTracker):
    """A server that has no edges and says so only when it is asked for one."""

    def link(self, edge: Edge) -> None:
        self.requests.append(type(self.requests[0])("link", edge.source))
        raise NotSupported(NAME, f"this server has nothing like {edge.kind}")


def test_on_a_server_that_turns_out_to_have_no_edges_the_first_push_is_complete() -> None:
    tracker = WithoutEdges()
    push(tracker, MAP)
    assert "- #3 Create Service\n- #2 Create Store" in text(tracker, key("Page"))
    assert "- [ ] #2 Create Store\n- [ ] #3 Create Service\n- [ ] #4 Create Page" in text(tracker, TRACKING)
    for capabilities in (Capabilities(), NOTHING, RELATED):
        tracker.capabilities = capabilities
        assert not planned(tracker, MAP).writes, "neither the same nor what the server tells next time changes anything"
        assert not planned(tracker, MAP).changes


def test_numbers_that_come_after_a_text_are_written_in_the_same_push() -> None:
    tracker = MemoryTracker(NOTHING)
    tracker.faults = {5: timed_out(When.BEFORE)}
    push(tracker, MAP)
    assert [request.subject for request in tracker.writes][1:3] == ["Create Store", "Create Service"]
    assert not planned(tracker, MAP).writes
    assert "- #4 Create Store" in text(tracker, key("Page"))


def test_what_exceeds_the_limits_of_the_server_stands_in_the_texts() -> None:
    names = [f"Part{n}" for n in range(8)]
    wide = plan(*(task(name) for name in names), waiting("Hub", *names), *(waiting(f"End{n}", "Hub") for n in range(8)))
    for capabilities in (Capabilities(blockers=5, blocking=5), Capabilities(links=6, children=9)):
        tracker = MemoryTracker(capabilities)
        (said,) = reasons(tracker, wide)[:1] if capabilities.links is None else reasons(tracker, wide)[1:]
        assert "are in the tickets' texts" in said
        push(tracker, wide, MANY)
        hub = next(ticket for ticket in tracker.tickets.values() if key_of(ticket) == key("Hub"))
        assert len(hub.blocked_by or ()) == 5
        assert hub.body.count("\n- #") == 3
        awaited = [t for t in tracker.tickets.values() if hub.number in (t.blocked_by or ())]
        assert len(awaited) == (5 if capabilities.links is None else 0)
        tracker.requests.clear()
        push(tracker, wide, MANY)
        assert not tracker.writes
        assert not reasons(tracker, wide)


def test_an_edge_that_was_refused_while_writing_is_a_skip_and_is_not_tried_again() -> None:
    tracker = Refusing()
    outcomes = push(tracker, MAP)
    assert [o.detail for o in outcomes if o.detail] == ["the two are linked in another way already"] * 2
    tracker.requests.clear()
    push(tracker, MAP)
    assert not [request for request in tracker.writes if request.verb == "link"]
    assert not planned(tracker, MAP).writes
    assert not reasons(tracker), "said once, by the run that was refused"
    assert "- #2 Create Store" in text(tracker, key("Page"))
    assert "- [ ] #4 Create Page" in text(tracker, TRACKING)
    again = planned(tracker, MAP, replace(POLICY, refresh=True)).writes
    assert {(change.action, change.edge) for change in again} >= {
        (Action.LINK, EdgeKind.CHILD_OF),
        (Action.LINK, EdgeKind.BLOCKED_BY),
    }


def test_a_retired_map_whose_tracking_ticket_somebody_worked_on_keeps_it_with_a_label() -> None:
    tracker = MemoryTracker(NOTHING)
    push(tracker, MAP)
    tracker.edit("1", assignees=frozenset({"ada"}))
    going = retired(tracker, observe(tracker, [MAP], POLICY), Origin("login.md"))
    outcomes = list(apply(ChangeSet(NAME, (going,)), tracker, POLICY))
    assert len(outcomes) == 4
    assert tracker.tickets["1"].state is State.OPEN
    assert POLICY.removed_label in tracker.tickets["1"].labels


SMALL = Capabilities(body_limit=6_000)
NOTICE = notice_in("en")


LONG = task("Store", sections={"purpose": "Keeps tokens.", "detail": "A line of detail.\n" * 2_000})


def texts(spec: TaskSpec) -> dict[str, str]:
    return {section.name: section.text for section in spec.sections}


def test_the_longest_section_is_cut_at_a_line_and_the_others_stay() -> None:
    cut = texts(fitted(LONG, SMALL, NOTICE))
    assert cut["purpose"] == "Keeps tokens."
    assert cut["detail"].endswith(f"A line of detail.\n\n{NOTICE}")
    assert 4_000 < len(cut["detail"]) < 6_000


def test_what_fits_stays_as_it_is() -> None:
    assert fitted(LONG, Capabilities(), NOTICE) == LONG


def test_a_fence_that_is_cut_is_closed() -> None:
    code = "````python\n" + "print(1)\n```\n" * 2_000 + "````"
    cut = texts(fitted(task("Store", sections={"detail": code}), SMALL, NOTICE))["detail"]
    assert cut.endswith(f"\n````\n\n{NOTICE}")


def test_a_push_finds_room_beside_what_people_wrote_and_a_second_one_changes_nothing() -> None:
    tracker = MemoryTracker(SMALL)
    push(tracker, plan(LONG))
    body = tracker.tickets["2"].body
    assert len(body) <= SMALL.body_limit
    assert NOTICE in body
    assert not planned(tracker, plan(LONG)).changes
    assert not planned(tracker, plan(LONG), replace(POLICY, refresh=True)).writes
    tracker.edit("2", body=f"{body}\n" + "Mine. " * 50)
    changed = task("Store", sections={**texts(LONG), "purpose": "Keeps tokens for long."})
    push(tracker, plan(changed))
    assert "Keeps tokens for long." in tracker.tickets["2"].body
    assert tracker.tickets["2"].body.endswith("Mine. " * 50)


# Each rule by itself.

STORE, SERVICE = task("Store"), waiting("Service", "Store")
PAGE = replace(waiting("Page", "Service", "Store"), title="Seite f\u00fcr G\u00e4ste")
PAGES = replace(plan(STORE, SERVICE, PAGE), in_order=(PAGE.key, STORE.key, SERVICE.key), language="de")
TITLES = {STORE.key: "Create Store", SERVICE.key: "Create Service", PAGE.key: "Seite f\u00fcr G\u00e4ste"}
WAITING = {SERVICE.key: SERVICE, PAGE.key: PAGE}
EDGES = frozenset({(SERVICE.key, STORE.key), (PAGE.key, SERVICE.key), (PAGE.key, STORE.key)})
NUMBERS = {STORE.key: "2", PAGE.key: "4"}
"""One of the tickets is still to be created."""


@pytest.mark.parametrize(
    ("capabilities", "without_edge", "in_text"),
    [
        (Capabilities(mention="!"), frozenset(), frozenset()),
        (
            Capabilities(mention="!"),
            {(PAGE.key, STORE.key), (STORE.key, PAGE.key), (PAGE.key, TRACKING)},
            {(PAGE.key, STORE.key)},
        ),
        (Capabilities(native_blocking=False, mention="!"), frozenset(), EDGES),
        (Capabilities(native_blocking=False, mention="!"), {(PAGE.key, STORE.key)}, EDGES),
    ],
    ids=["all are links", "one finds no room", "links do not say who waits", "and one is refused"],
)
def test_texts_state_the_edges_that_the_tracker_cannot_hold(
    capabilities: Capabilities, without_edge: Set[tuple[str, str]], in_text: Set[tuple[str, str]]
) -> None:
    expected = EdgeTexts(TITLES, (), frozenset(in_text), WAITING, "!", None, PAGES.in_order, "de")
    assert edge_texts(PAGES, capabilities, without_edge) == expected


def test_without_a_plan_texts_state_nothing() -> None:
    assert EdgeTexts() == EdgeTexts({}, (), frozenset(), {}, "#", None, (), "en")


def waits_for(text: str, values: str) -> Section:
    return Section(SectionName.WAITS_FOR, "Waits for", text, values)


PURPOSE, SOURCE, REST = section("purpose", "Shows."), section("source", "docs/login.md"), section("status", "Open.")
PART = PAGE.sections[-1]
BOTH = waits_for("- Create Service\n- #2 Create Store", '[["Create Service", ""], ["Create Store", "2"]]')


@pytest.mark.parametrize(
    ("there", "in_text", "expected"),
    [
        pytest.param((PURPOSE,), frozenset(), (PURPOSE,), id="none"),
        pytest.param((PURPOSE, PART, SOURCE), frozenset(), (PURPOSE, SOURCE), id="none any more"),
        pytest.param((PURPOSE, PART, SOURCE), EDGES, (PURPOSE, BOTH, SOURCE), id="both, in order"),
        pytest.param(
            (PURPOSE, PART, SOURCE),
            {(PAGE.key, STORE.key), (SERVICE.key, STORE.key)},
            (PURPOSE, waits_for("- #2 Create Store", '[["Create Store", "2"]]'), SOURCE),
            id="one of them",
        ),
        pytest.param((PURPOSE, SOURCE, REST), EDGES, (PURPOSE, BOTH, SOURCE, REST), id="anew, above the source"),
        pytest.param((PURPOSE, REST), EDGES, (PURPOSE, REST, BOTH), id="anew, at the end"),
    ],
)
def test_the_text_of_a_task_names_what_it_waits_for(
    there: tuple[Section, ...], in_text: Set[tuple[str, str]], expected: tuple[Section, ...]
) -> None:
    texts, spec = EdgeTexts(TITLES, in_text=frozenset(in_text), waiting=WAITING), replace(PAGE, sections=there)
    assert texts.of_task(spec, NUMBERS) == replace(PAGE, sections=expected)
    said = [each.values for each in expected if each.name == SectionName.WAITS_FOR]
    assert texts.stated(spec, NUMBERS) == "".join(said)
    assert texts.of_tasks(plan(STORE, spec), NUMBERS) == plan(STORE, replace(PAGE, sections=expected))


def test_a_task_is_named_as_it_is_known() -> None:
    texts = EdgeTexts(
        {PAGE.key: PAGE.title}, in_text=frozenset({(STORE.key, PAGE.key), (STORE.key, "x"), (STORE.key, "y")})
    )
    spec = replace(waiting("Store"), blocked_by=(PAGE.key, "x", "y"))
    text, values = (
        "- #4 Seite f\u00fcr G\u00e4ste\n- #7 x\n- y",
        '[["Seite f\u00fcr G\u00e4ste", "4"], ["x", "7"], ["y", ""]]',
    )
    expected = replace(spec, sections=(spec.sections[0], waits_for(text, values)))
    assert texts.of_task(spec, {PAGE.key: "4", "x": "7"}) == expected


def test_a_task_that_nothing_is_known_of_gets_no_section() -> None:
    assert EdgeTexts(TITLES, in_text=EDGES).of_task(replace(PAGE, sections=(PURPOSE,)), NUMBERS).sections == (PURPOSE,)


@pytest.mark.parametrize(
    ("refused", "listed", "in_text"),
    [
        (set(), (SERVICE.key,), {(PAGE.key, STORE.key)}),
        ({(STORE.key, TRACKING)}, (STORE.key, SERVICE.key), {(PAGE.key, STORE.key)}),
        ({(SERVICE.key, TRACKING), ("another", TRACKING)}, (SERVICE.key,), {(PAGE.key, STORE.key)}),
        ({(PAGE.key, SERVICE.key)}, (SERVICE.key,), {(PAGE.key, STORE.key), (PAGE.key, SERVICE.key)}),
    ],
    ids=["nothing", "a child", "one that is listed already", "a link"],
)
def test_what_the_tracker_refuses_is_stated_too(
    refused: set[tuple[str, str]], listed: tuple[str, ...], in_text: set[tuple[str, str]]
) -> None:
    texts = EdgeTexts(TITLES, (SERVICE.key,), frozenset({(PAGE.key, STORE.key)}), WAITING)
    assert texts.with_refused(refused, TRACKING) == replace(texts, listed=listed, in_text=frozenset(in_text))


@pytest.mark.parametrize(
    ("in_text", "expected"),
    [
        (frozenset(), EDGES),
        (EDGES, EDGES),
        (EDGES | {("a", "b")}, EDGES | {("a", "b")}),
        ({(PAGE.key, STORE.key), ("a", "b")}, EDGES | {("a", "b")}),
    ],
)
def test_all_edges_are_stated_beside_those_that_were_refused(
    in_text: Set[tuple[str, str]], expected: Set[tuple[str, str]]
) -> None:
    texts = EdgeTexts(TITLES, in_text=frozenset(in_text), waiting=WAITING)
    assert texts.stating_all() == replace(texts, in_text=frozenset(expected))


SUMMARY, REMAINING = section("summary", "One map."), section("remaining", "More.")
OLD_LIST = section("tickets", "- [ ] Earlier")
GRAPH = Section("graph", "Graph", '    t0["Seite"]\n    t1["Store"]\n    t2["Service"]', '["f\u00fcr"]')
NUMBERED = replace(
    GRAPH,
    text='    t0["#33;4 Seite"]\n    t1["#33;2 Store"]\n    t2["Service"]',
    values='["[\\"f\u00fcr\\"]", "!4", "!2"]',
)
ANOTHER = Section("graph", "Bild", '    t1["Other"]', "[]")
LIST = Section(
    "tickets",
    "Tickets",
    "- [ ] !4 Seite f\u00fcr G\u00e4ste\n- [ ] Create Service",
    '[["Seite f\u00fcr G\u00e4ste", "4"], ["Create Service", ""]]',
)


@pytest.mark.parametrize(
    ("listed", "chart", "there", "expected"),
    [
        pytest.param(False, None, (SUMMARY, OLD_LIST), (SUMMARY,), id="all are children"),
        pytest.param(False, None, (SUMMARY, GRAPH, OLD_LIST), (SUMMARY, NUMBERED), id="graph alone"),
        pytest.param(
            True, None, (SUMMARY, GRAPH, REMAINING), (SUMMARY, NUMBERED, LIST, REMAINING), id="below the graph"
        ),
        pytest.param(
            True, None, (GRAPH, SUMMARY, OLD_LIST), (NUMBERED, LIST, SUMMARY), id="instead of an earlier list"
        ),
        pytest.param(True, None, (SUMMARY, REMAINING, SOURCE), (SUMMARY, LIST, REMAINING, SOURCE), id="no graph"),
        pytest.param(True, GRAPH, (SUMMARY, ANOTHER), (SUMMARY, NUMBERED, LIST), id="a graph without numbers is kept"),
    ],
)
def test_a_tracking_ticket_lists_tickets_and_numbers_its_graph(
    listed: bool, chart: Section | None, there: tuple[Section, ...], expected: tuple[Section, ...]
) -> None:
    keys = (PAGE.key, SERVICE.key) if listed else ()
    texts = EdgeTexts(TITLES, keys, mention="!", chart=chart, nodes=PAGES.in_order)
    spec = replace(PAGES.tracking, sections=there)
    assert texts.of_tracking(spec, NUMBERS) == replace(spec, sections=expected)
    assert texts.sections == (("graph", "tickets") if listed else ("graph",))


@pytest.mark.parametrize(
    ("part", "states", "lists"),
    [
        (Part("waits for", "Waits for", "- #2 Create Store"), True, False),
        (Part("waits for", "Waits for", "Above.\n- TASK-1.2 Create Store"), True, False),
        (Part("waits for", "Waits for", "- Blocked by !12 Create Store"), True, False),
        (Part("waits for", "Waits for", "- Create 2 stores"), False, False),
        (Part("waits for", "Waits for", "#2 Create Store"), False, False),
        (Part("purpose", "Purpose", "- #2 Create Store"), False, False),
        (Part("tickets", "Tickets", "- [ ] #2 Create Store"), False, True),
    ],
)
def test_what_a_text_states_is_seen_in_its_section(part: Part, states: bool, lists: bool) -> None:
    block = replace(held(STORE).block, parts=(Part("", "", "- #2 Above"), part))
    assert says_who_waits(block) is states
    assert lists_tickets(block) is lists


CUT = "CUT HERE"
X = "x\n" * 200


def of(text: str, name: str = "detail") -> TaskSpec:
    return replace(task("Store"), sections=(section(name, text),))


@pytest.mark.parametrize(
    ("limit", "taken", "text", "expected"),
    [
        pytest.param(400, 0, "x" * 300, "x" * 300, id="a quarter is reserved"),
        pytest.param(400, 0, X, "x\n" * 141 + "\n" + CUT, id="cut between lines"),
        pytest.param(401, 0, X, "x\n" * 141 + "\n" + CUT, id="cut in a line"),
        pytest.param(402, 0, X, "x\n" * 142 + "\n" + CUT, id="one line more"),
        pytest.param(500, 75, "x" * 300, "x" * 300, id="just beside what is taken"),
        pytest.param(500, 76, "x" * 300, CUT, id="a single line"),
        pytest.param(100_000, 0, "x" * 84_000, "x" * 84_000, id="of a long ticket no quarter is reserved"),
        pytest.param(400, 0, "    x\n" * 60, "    x\n" * 47 + "\n" + CUT, id="an indented beginning"),
        pytest.param(400, 500, "x", CUT, id="no room at all"),
    ],
)
def test_a_text_is_cut_where_the_room_ends(limit: int, taken: int, text: str, expected: str) -> None:
    spec = of(text)
    cut = replace(spec, sections=(replace(spec.sections[0], text=expected),))
    assert fitted(spec, Capabilities(body_limit=limit), CUT, taken) == cut


def test_without_a_word_of_what_is_taken_the_whole_room_is_there() -> None:
    assert fitted(of("x" * 300), Capabilities(body_limit=400), CUT) == of("x" * 300)
    assert texts(fitted(of("x" * 301), Capabilities(body_limit=400), CUT)) == {"detail": CUT}


@pytest.mark.parametrize("name", ["", "tickets", "waits for", "source"])
def test_what_must_stay_is_never_cut(name: str) -> None:
    small = Capabilities(body_limit=400)
    assert fitted(of(X, name), small, CUT) == of(X, name)
    both = replace(STORE, sections=(section("purpose", "Keeps."), section(name, X)))
    assert texts(fitted(both, small, CUT)) == {"purpose": CUT, name: X}


@pytest.mark.parametrize(
    ("lead", "fence"),
    [
        ("Plain", ""),
        ("`code` in a line", ""),
        ("```python", "```\n"),
        ("  ````", "````\n"),
        ("````\n```", "````\n"),
        ("```\n````", ""),
        ("```\n  ```", ""),
        ("```\n```python", "```\n"),
        ("```\nx ```", "```\n"),
        ("```\n```\n`````sh", "`````\n"),
    ],
)
def test_a_fence_that_is_open_where_a_text_is_cut_is_closed(lead: str, fence: str) -> None:
    (cut,) = texts(fitted(of(f"{lead}\n{X}"), Capabilities(body_limit=400), CUT)).values()
    assert cut.replace("x\n", "") == f"{lead}\n{fence}\n{CUT}"


def beside_words(spec: TaskSpec, number: str) -> Held:
    """A ticket in which people wrote eight characters."""
    body = held(spec, number).ticket.body
    return rehold(replace(held(spec, number).ticket, body=f"12345\n{body}\n123"))


def with_texts(store: str, page: str, summary: str) -> TaskPlan:
    """Two tasks and a tracking ticket whose values say nothing of their texts."""
    specs = ((STORE, store), (PAGE, page), (PAGES.tracking, summary))
    *tasks, leader = (replace(spec, sections=(Section("detail", "Detail", text, ""),)) for spec, text in specs)
    return TaskPlan("login", leader, tuple(tasks))


def test_each_ticket_has_room_beside_what_people_wrote_and_the_tracking_ticket_beside_its_ledger() -> None:
    """All texts fit to the last character; with one more they are cut."""
    holdings = Holdings(beside_words(PAGES.tracking, "1"), {STORE.key: beside_words(STORE, "2")})
    small = Capabilities(body_limit=1_000)
    whole = with_texts("x" * 742, "x" * 750, "x" * 662)
    assert fitted_plan(whole, holdings, small) == whole
    cut = fitted_plan(with_texts("x" * 743, "x" * 751, "x" * 663), holdings, small)
    assert cut == with_texts(NOTICE, NOTICE, NOTICE)
