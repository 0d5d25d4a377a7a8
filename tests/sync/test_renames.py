"""A task that changed its name keeps its ticket; what is doubtful is held and shown, never guessed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from techmap_sync.documents.work import Kind
from techmap_sync.planning.task import TaskPlan, TaskSpec
from techmap_sync.sync.block import Held
from techmap_sync.sync.changes import Action
from techmap_sync.sync.marker import Ledger
from techmap_sync.sync.observe import observe
from techmap_sync.sync.renames import (
    CLEAR,
    Likeness,
    Pairing,
    Renames,
    Sketch,
    find_renames,
    likeness,
    pair_up,
    renumberings,
    task_sketch,
    text_likeness,
    ticket_sketch,
)
from techmap_sync.sync.tickets import Holdings, Stray
from techmap_sync.sync.tracker import Standing, State
from tests.fakes.memory import MemoryTracker
from tests.measure import measured
from tests.sampling import sampling
from tests.sync.build import MAP, POLICY, TRACKING, held, holdings_of, key, plan, section, task, under_another_id
from tests.sync.drive import key_of, planned, push, shown

STORE = {"purpose": "Keeps tokens until they expire and forgets them then.", "where": "- `auth/store.py`"}
SENDER = {"purpose": "Sends a mail when a second factor was removed.", "where": "- `mail/sender.py`"}
REPORT = {"purpose": "Prints the sums of a month for the accountants.", "where": "- `billing/report.py`"}


def numbers(tracker: MemoryTracker) -> dict[str, str]:
    return {key_of(ticket): number for number, ticket in tracker.tickets.items()}


def pushed(*tasks: TaskSpec) -> MemoryTracker:
    tracker = MemoryTracker()
    push(tracker, plan(*tasks))
    return tracker


def test_a_renamed_component_with_the_same_location_keeps_its_ticket() -> None:
    tracker = pushed(task("Store", sections=STORE), task("Sender", sections=SENDER))
    before = numbers(tracker)
    after = plan(task("TokenVault", sections=STORE), task("Sender", sections=SENDER))
    push(tracker, after)
    assert numbers(tracker)[key("TokenVault")] == before[key("Store")]
    assert tracker.tickets[before[key("Store")]].title == "Create TokenVault"
    assert len(tracker.tickets) == 3
    assert not planned(tracker, after).changes


def test_a_rename_by_hand_wins_over_every_likeness() -> None:
    tracker = pushed(task("Store", sections=STORE))
    renamed = replace(task("Mailbox", sections=SENDER), was=(key("Store"),))
    push(tracker, plan(renamed))
    assert numbers(tracker)[key("Mailbox")] == "2"


def test_swapped_names_swap_titles_and_not_tickets() -> None:
    tracker = pushed(task("Store", sections=STORE), task("Sender", sections=SENDER))
    before = numbers(tracker)
    swapped = plan(task("Store", sections=SENDER), task("Sender", sections=STORE))
    push(tracker, swapped)
    assert numbers(tracker)[key("Sender")] == before[key("Store")]
    assert numbers(tracker)[key("Store")] == before[key("Sender")]
    assert not planned(tracker, swapped).changes


def test_a_name_that_another_ticket_keeps_is_not_taken_over() -> None:
    tracker = pushed(task("Store", sections=STORE), task("Sender", sections=SENDER))
    left = plan(task("Sender", sections=STORE))
    push(tracker, left)
    assert [key_of(t) for t in tracker.tickets.values()].count(key("Sender")) == 1
    assert not planned(tracker, left).writes


def test_a_text_that_is_new_from_end_to_end_stays_with_its_name() -> None:
    tracker = pushed(task("Store", sections=STORE))
    push(tracker, plan(task("Store", sections=REPORT)))
    assert numbers(tracker)[key("Store")] == "2"


def test_an_ambiguous_rename_is_held_and_shown_with_the_line_to_add() -> None:
    twin = {**STORE, "where": "- `auth/other.py`"}
    tracker = pushed(task("StoreA", sections=twin), task("StoreB", sections=twin))
    changes = planned(tracker, plan(task("StoreC", sections=twin))).changes
    assert Action.CREATE not in {change.action for change in changes}
    assert Action.CLOSE not in {change.action for change in changes}
    assert "<!-- was: StoreA -->" in next(change.reason for change in changes if change.key == key("StoreC"))


def test_a_task_of_its_own_is_created_and_the_old_one_closed() -> None:
    tracker = pushed(task("Store", sections=STORE))
    changes = planned(tracker, plan(task("Report", sections=REPORT))).changes
    assert (Action.CREATE, key("Report")) in shown(changes)
    assert (Action.CLOSE, key("Store")) in shown(changes)


def test_a_closed_ticket_is_nobodys_rename() -> None:
    tracker = pushed(task("Store", sections=STORE))
    tracker.edit("2", state=State.CLOSED)
    assert (Action.CREATE, key("Vault")) in shown(planned(tracker, plan(task("Vault", sections=STORE))).changes)


def test_edges_and_parents_follow_a_rename() -> None:
    tracker = pushed(task("Store", sections=STORE), task("Sender", sections=SENDER, blocked_by=("Store",)))
    after = plan(task("Vault", sections=STORE), task("Sender", sections=SENDER, blocked_by=("Vault",)))
    assert not [c for c in planned(tracker, after).changes if c.edge is not None]
    push(tracker, after)
    assert tracker.tickets["3"].blocked_by == {"2"}
    assert not planned(tracker, after).changes


def many(count: int, names: Mapping[int, str]) -> list[TaskSpec]:
    """Tasks whose texts have little in common."""
    return [
        task(
            names.get(n, f"Part{n}"),
            sections={
                "purpose": f"{n * 7919 % 10007} {chr(97 + n % 26) * 9} {n} for {n * 31 % 997}",
                "where": f"- `p/{n}.py`",
            },
        )
        for n in range(count)
    ]


def test_a_thousand_tasks_with_a_hundred_renames_are_diffed_in_two_seconds() -> None:
    anything = replace(POLICY, allowed=frozenset({"creates", "updates"}))
    tracker = MemoryTracker()
    push(tracker, plan(*many(1000, {})), anything)
    before = numbers(tracker)
    renamed = plan(*many(1000, {n: f"Renamed{n}" for n in range(0, 1000, 10)}))
    with measured() as taken:
        changes = planned(tracker, renamed, anything).changes
    assert taken.seconds < 2
    moved = {c.key: c.ticket for c in changes if c.action is Action.UPDATE and c.key != TRACKING}
    assert moved == {key(f"Renamed{n}"): before[key(f"Part{n}")] for n in range(0, 1000, 10)}


def test_three_hundred_renamed_tasks_that_all_look_alike_are_held_each_with_its_likeliest_ticket_in_time() -> None:
    def named(name: str) -> TaskPlan:
        texts = ({"purpose": f"Handles event number {n} of the shop and tells the others."} for n in range(300))
        return plan(*(task(f"{name}{n}", sections=text) for n, text in enumerate(texts)))

    anything = replace(POLICY, allowed=frozenset({"creates"}))
    tracker = MemoryTracker()
    push(tracker, named("Handler"), anything)
    with measured() as taken:
        changes = planned(tracker, named("Worker"), anything).changes
    assert taken.seconds < 5
    held = {change.key: change.reason for change in changes if "may be ticket" in change.reason}
    assert len(held) == 600
    assert "may be ticket 9 renamed; if so, add <!-- was: Handler7 -->" in held[key("Worker7")]


def test_a_copy_that_stands_in_for_a_deleted_ticket_is_not_renamed() -> None:
    tracker = pushed(task("Store", sections=STORE), task("Sender", sections=SENDER))
    tracker.tickets["9"] = replace(tracker.tickets.pop("2"), number="9", author="ada", standing=Standing.MEMBER)
    swapped = plan(task("Store", sections=REPORT), task("Vault", sections=STORE), task("Sender", sections=SENDER))
    push(tracker, swapped)
    assert tracker.tickets["9"].title == "Create Store"
    assert sorted(ticket.title for number, ticket in tracker.tickets.items() if number not in "139") == ["Create Vault"]


def test_what_a_template_adds_makes_nothing_more_alike() -> None:
    kept, adds = "Keeps tokens until they expire and forgets them then.", "Adds up the sums of a month."
    tracker = pushed(task("Store", sections={"purpose": kept}))
    after = task("Stock", sections={"purpose": adds})
    worded = replace(after, sections=(replace(after.sections[0], text=f"{kept} {adds}"),))
    for made in (plan(after), plan(worded)):
        assert find_renames(made, found_in(tracker, made)).keys == {}


def found_in(tracker: MemoryTracker, made: TaskPlan) -> Holdings:
    return observe(tracker, [made], POLICY).maps[made.map_id]


def test_a_task_whose_ticket_was_deleted_takes_no_other_ticket_for_its_own() -> None:
    tracker = pushed(task("Store", sections=STORE), task("Vault", sections=STORE), task("Sender", sections=SENDER))
    del tracker.tickets["2"]
    without = plan(task("Store", sections=STORE), task("Sender", sections=SENDER))
    push(tracker, without)
    assert tracker.tickets["3"].title == "Create Vault"


def test_what_is_doubtful_is_held_until_it_is_told_whatever_else_is_written() -> None:
    keeps, sends, prints = ({"purpose": made["purpose"]} for made in (STORE, SENDER, REPORT))
    prints_twice = {"purpose": "Prints the sums of a month for the accountants, in one copy for each."}
    tracker = pushed(
        task("Router", sections=keeps),
        task("Store", sections=sends),
        task("Report", sections=prints),
        task("Ledger", sections=prints_twice),
    )
    after = plan(task("Router", sections=prints), task("Store", sections=prints_twice), task("Report", sections=sends))
    push(tracker, after)
    assert prints["purpose"] in tracker.tickets["2"].body
    held = {change.key: change.reason for change in planned(tracker, after).changes if "may be" in change.reason}
    assert held.keys() == {key("Store"), key("Report"), key("Ledger")}
    assert not planned(tracker, after).writes
    advice = "if so, add <!-- was: Ledger --> and its own <!-- id: --> after its name, else <!-- was: Store -->"
    assert held[key("Ledger")] == f'"Create Store" may be ticket 5 renamed; {advice}'
    stays = replace(after.tasks[1], was=(key("Store"),))
    push(tracker, replace(after, tasks=(after.tasks[0], stays, after.tasks[2])))
    assert prints_twice["purpose"] in tracker.tickets["3"].body
    assert {change.key for change in planned(tracker, after).writes} == {TRACKING}, "settled without the comment, too"


def test_a_task_that_was_never_called_anything_else_gets_a_ticket_of_its_own() -> None:
    tracker = pushed(task("Report", sections=REPORT), task("Ledger", sections=REPORT))
    doubtful = task("Sums", sections=REPORT)
    (change, *_) = planned(tracker, plan(doubtful)).maps[0].changes
    assert change.reason.endswith("if so, add <!-- was: Report --> after its name, else <!-- was: Sums -->")
    itself = plan(replace(doubtful, was=(key("Sums"),)))
    assert (Action.CREATE, key("Sums")) in shown(planned(tracker, itself).changes)


def test_a_task_of_a_key_that_a_ticket_bears_moves_to_another_one_by_an_id_of_its_own() -> None:
    tracker = pushed(task("Store", sections=STORE), task("Report", sections=REPORT), task("Ledger", sections=REPORT))
    doubtful = plan(task("Store", sections=REPORT), task("Vault", sections=STORE))
    assert "may be ticket 3 renamed" in planned(tracker, doubtful).maps[0].changes[0].reason
    named = replace(task("Store2", title="Create Store", sections=REPORT), was=(key("Report"),))
    push(tracker, plan(named, doubtful.tasks[1]))
    assert numbers(tracker)[key("Store2")] == "3"
    assert numbers(tracker)[key("Vault")] == "2"


def test_a_copy_from_before_a_task_was_renamed_does_not_count_when_its_map_is_recognised() -> None:
    tracker = pushed(task("Store", sections=STORE), task("Sender", sections=SENDER), task("Report", sections=REPORT))
    for number in ("8", "9"):
        copied = tracker.tickets["4"].body.replace("component/Report", f"component/Earlier{number}")
        tracker.tickets[number] = replace(
            tracker.tickets["4"], number=number, body=copied, author="ada", standing=Standing.MEMBER
        )
    after = under_another_id(plan(task("Store", sections=STORE), task("Sender", sections=SENDER)))
    assert Action.CREATE not in {change.action for change in planned(tracker, after).changes}


def test_a_renamed_map_keeps_its_closed_tickets_closed_and_its_deleted_ones_deleted() -> None:
    tracker = pushed(task("Store", sections=STORE), task("Sender", sections=SENDER), task("Report", sections=REPORT))
    tracker.edit("2", state=State.CLOSED)
    del tracker.tickets["3"]
    after = under_another_id(
        plan(task("Store", sections=STORE), task("Sender", sections=SENDER), task("Report", sections=REPORT))
    )
    push(tracker, after)
    assert len(tracker.tickets) == 3
    assert [(c.action, c.key) for c in planned(tracker, after).changes] == [
        (Action.SKIP, "signin/component/Sender"),
    ]
    assert tracker.tickets["2"].state is State.CLOSED
    push(tracker, under_another_id(after, "account"))
    assert len(tracker.tickets) == 3


def test_a_renamed_map_keeps_closed_tickets_that_name_a_tracking_ticket_of_earlier_times() -> None:
    tracker = pushed(task("Store", sections=STORE), task("Sender", sections=SENDER))
    tracker.edit("2", state=State.CLOSED)
    del tracker.tickets["1"]
    again = plan(task("Store", sections=STORE), task("Sender", sections=SENDER))
    push(tracker, again, replace(POLICY, recreate=frozenset({TRACKING})))
    after = under_another_id(again)
    push(tracker, after)
    assert not planned(tracker, after).changes
    assert len(tracker.tickets) == 3


def test_a_map_and_one_of_its_components_are_renamed_together() -> None:
    tracker = pushed(task("Store", sections=STORE), task("Sender", sections=SENDER), task("Report", sections=REPORT))
    before = {ticket.title: number for number, ticket in tracker.tickets.items()}
    others = task("Sender", sections=SENDER), task("Report", sections=REPORT)
    after = under_another_id(plan(task("Vault", sections=STORE), *others))
    push(tracker, after)
    assert {n: key_of(t) for n, t in tracker.tickets.items()} == {
        before["Implement Login"]: "signin/tracking/map",
        before["Create Store"]: "signin/component/Vault",
        before["Create Sender"]: "signin/component/Sender",
        before["Create Report"]: "signin/component/Report",
    }
    assert not planned(tracker, after).changes


def test_a_doubtful_rename_in_a_map_that_got_another_id_is_held() -> None:
    tracker = pushed(task("Store", sections=STORE), task("Sender", sections=SENDER), task("Report", sections=REPORT))
    twins = [task(name, sections=STORE) for name in ("Vault", "Safe")]
    after = under_another_id(plan(*twins, task("Sender", sections=SENDER), task("Report", sections=REPORT)))
    assert {c.key for c in planned(tracker, after).changes if "was: Store" in c.reason} == {
        "signin/component/Vault",
        "signin/component/Safe",
        "signin/component/Store",
    }


KEYS = "abcdef"


LIKELY = st.dictionaries(
    st.tuples(st.sampled_from(KEYS), st.sampled_from(KEYS)),
    st.sampled_from([0.6, 0.65, 0.7, 0.75, 0.9, 1.0]),
    max_size=14,
)


def held_tasks(pairing: Pairing) -> set[str]:
    return {new for new, _ in pairing.doubtful}


def held_tickets(pairing: Pairing) -> set[str]:
    return {old for _, old in pairing.doubtful}


def test_what_leads_is_paired_and_what_is_left_then_too() -> None:
    likely = {("x", "a"): 1.0, ("x", "b"): 0.8, ("y", "b"): 0.85}
    assert pair_up(likely, {"a", "b"}, set()) == Pairing({"a": "x", "b": "y"}, ())


def test_what_does_not_lead_is_held() -> None:
    assert pair_up({("x", "a"): 1.0, ("x", "b"): 0.95}, {"a", "b"}, set()) == Pairing({}, (("x", "a"), ("x", "b")))


def test_names_that_were_swapped_are_swapped() -> None:
    assert pair_up({("a", "b"): 0.9, ("b", "a"): 0.9}, {"a", "b"}, set()).found == {"a": "b", "b": "a"}


def test_a_task_whose_ticket_has_no_other_key_to_go_to_is_no_rival() -> None:
    assert pair_up({("a", "b"): 1.0, ("x", "b"): 1.0}, {"a", "b"}, set()).found == {"b": "x"}


def test_a_key_that_its_ticket_leaves_for_certain_is_free() -> None:
    assert pair_up({("a", "b"): 1.0}, {"a", "b"}, {"a"}).found == {"b": "a"}
    assert pair_up({("a", "b"): 1.0}, {"a", "b"}, set()).found == {}


def test_nothing_takes_the_key_of_a_ticket_that_is_held() -> None:
    likely = {("a", "b"): 1.0, ("x", "a"): 0.9, ("y", "a"): 0.9}
    pairing = pair_up(likely, {"a", "b"}, set())
    assert not pairing.found
    assert held_tasks(pairing) == {"a", "x", "y"}
    assert held_tickets(pairing) == {"a", "b"}


@settings(max_examples=sampling.times("examples of alike tasks", 60, 500), deadline=None)
@given(LIKELY, st.sets(st.sampled_from(KEYS)))
def test_no_two_tickets_get_one_key(likely: Likeness, more: set[str]) -> None:
    borne = {old for _, old in likely} | more
    pairing = pair_up(likely, borne, set())
    keys = [pairing.found.get(old, old) for old in borne]
    assert len(set(keys)) == len(keys)
    assert held_tasks(pairing).isdisjoint(pairing.found.values())
    assert held_tickets(pairing).isdisjoint(pairing.found)
    for old, new in pairing.found.items():
        assert likely[new, old] > CLEAR


@settings(max_examples=sampling.times("examples of clear pairs", 100, 1000), deadline=None)
@given(LIKELY, st.sets(st.sampled_from(KEYS)))
def test_when_the_clear_pairs_are_written_the_next_push_decides_the_same(likely: Likeness, more: set[str]) -> None:
    borne = {old for _, old in likely} | more
    first = pair_up(likely, borne, set())
    # What is held stays as it is; all else is written and alike then, made anew, or gone.
    tasks, tickets = held_tasks(first), held_tickets(first)
    left = {(new, old): score for (new, old), score in likely.items() if new in tasks and old in tickets}
    second = pair_up(left, {first.found.get(old, old) for old in borne}, set())
    assert not second.moving
    assert (held_tasks(second), held_tickets(second)) == (tasks, tickets)


def test_of_doubtful_pairs_the_likeliest_comes_first() -> None:
    likely = {("x", "a"): 0.9, ("x", "b"): 0.95, ("y", "a"): 0.91, ("y", "b"): 0.85}
    doubtful = ("x", "b"), ("y", "a"), ("x", "a"), ("y", "b")
    assert pair_up(likely, {"a", "b"}, set()) == Pairing({}, doubtful)


def test_a_pair_leads_by_no_less_than_what_is_clear() -> None:
    assert pair_up({("x", "a"): 2 * CLEAR, ("x", "b"): CLEAR}, {"a", "b"}, set()) == Pairing({"a": "x"})
    assert pair_up({("x", "a"): 0.19, ("x", "b"): CLEAR}, {"a"}, set()) == Pairing({}, (("x", "a"), ("x", "b")))


def test_a_task_that_is_as_much_like_its_own_ticket_as_like_another_one_stays() -> None:
    assert pair_up({("a", "a"): 0.9, ("a", "b"): 0.9}, {"a", "b"}, set()) == Pairing({"a": "a"})


def test_only_a_ticket_that_gets_another_key_moves() -> None:
    assert Pairing({"a": "a", "b": "c"}).moving == {"b"}


# How much alike a task and a ticket are.

ALIKE: dict[str, tuple[Sketch, Sketch, float, float]] = {
    "nothing": (Sketch("aa", (), ("a",)), Sketch("bb", (), ("b",)), 0, 0),
    "the title": (Sketch("aa bb", (), ("a",)), Sketch("bb aa", (), ("b",)), 0.4, 0),
    "half the title": (Sketch("ab", (), ("a",)), Sketch("ac", (), ("b",)), 0.2, 0),
    "the text": (Sketch("aa", (), ("a", "b")), Sketch("bb", (), ("a", "b")), 0.6, 1),
    "half the text": (Sketch("aa", (), ("a", "b")), Sketch("bb", (), ("a", "c")), 0.3, 0.5),
    "words, not letters": (Sketch("aa", (), ("ab",)), Sketch("bb", (), ("ac",)), 0, 0),
    "all but one place": (Sketch("aa", ("a",), ("a",)), Sketch("aa", (), ("a",)), 1, 1),
    "all but another place": (Sketch("aa", (), ("a",)), Sketch("aa", ("a",), ("a",)), 1, 1),
    "the place": (Sketch("aa", ("a",), ("a",)), Sketch("bb", ("a",), ("b",)), 0.3, 0),
    "the place and half the title": (Sketch("ab", ("a",), ("a",)), Sketch("ac", ("a",), ("b",)), 0.45, 0),
    "two places and half the text": (Sketch("aa", ("a",), ("a", "b")), Sketch("bb", ("b",), ("a", "c")), 0.2, 0.5),
    "everything": (Sketch("aa", ("a",), ("a",)), Sketch("aa", ("a",), ("a",)), 1, 1),
}


@pytest.mark.parametrize("what", ALIKE)
def test_title_place_and_text_make_two_alike(what: str) -> None:
    one, other, whole, text = ALIKE[what]
    assert likeness(one, other) == likeness(other, one) == pytest.approx(whole)
    assert text_likeness(one, other) == pytest.approx(text)


def test_a_task_and_its_ticket_say_the_same_without_what_templates_add() -> None:
    values = {"purpose": '["Keeps tokens", {"for": "ever", "n": [1, "day"]}]', "where": '"auth"', "notes": '"Well."'}
    texts = {"purpose": "Keeps tokens, ever: day", "where": "*auth*", "notes": "Well, well."}
    sections = tuple(replace(section(name, text), values=values[name]) for name, text in texts.items())
    made = replace(task("Store", "Create Store: the vault"), sections=sections)
    content = "Keeps", "tokens", "ever", "day", "auth"
    whole = Sketch("Create Store", ("auth",), ("the", "vault", *content))
    assert task_sketch(made) == ticket_sketch(held(made)) == whole
    part = replace(made, key=f"{MAP}/task/Store")
    assert task_sketch(part) == ticket_sketch(held(part)) == Sketch("Create Store: the vault", ("auth",), content)
    unsaid = replace(part, title="Store", sections=(section("notes", "Well."), replace(sections[0], values="")))
    assert task_sketch(unsaid) == ticket_sketch(held(unsaid)) == Sketch("Store", (), content[:4])


# Which tickets follow which tasks.


def of(name: str, number: str, sections: Mapping[str, str], **changed: object) -> Held:
    return held(task(name, sections=sections), number, **changed)


def renamed(made: TaskPlan, *tickets: Held, ledger: Ledger | None = None) -> Renames:
    return find_renames(made, holdings_of(ledger or Ledger(), *tickets))


STORES, SENDS = of("Store", "2", STORE), of("Sender", "3", SENDER)
VAULT = task("Vault", sections=STORE)
TO_VAULT = Renames({key("Store"): key("Vault")})
FOLLOWS: dict[str, tuple[TaskSpec, Held, Ledger, Renames]] = {
    "a new task": (VAULT, STORES, Ledger(), TO_VAULT),
    "of a ticket that the ledger lists": (VAULT, STORES, Ledger({key("Store"): "2"}), TO_VAULT),
    "of another ticket that the ledger lists": (VAULT, STORES, Ledger({key("Store"): "5"}), Renames({})),
    "a task that is done": (replace(VAULT, done=True), STORES, Ledger(), Renames({})),
    "a task whose ticket was deleted": (VAULT, STORES, Ledger(gone=frozenset({VAULT.key})), Renames({})),
    "a task whose ticket is missing": (VAULT, STORES, Ledger({VAULT.key: "7"}), Renames({})),
    "of our ticket whose key is gone": (VAULT, STORES, Ledger(gone=frozenset({key("Store")})), TO_VAULT),
    "of a copy whose key is gone": (
        VAULT,
        of("Store", "2", STORE, standing=Standing.MEMBER),
        Ledger(gone=frozenset({key("Store")})),
        Renames({}),
    ),
    "of another kind": (VAULT, held(task("Store", sections=STORE, kind=Kind.TEST)), Ledger(), Renames({})),
    "of a closed ticket": (VAULT, of("Store", "2", STORE, state=State.CLOSED), Ledger(), Renames({})),
}


@pytest.mark.parametrize("case", FOLLOWS)
def test_only_an_open_ticket_that_is_nothing_else_follows_a_task_that_has_none(case: str) -> None:
    spec, ticket, ledger, expected = FOLLOWS[case]
    assert renamed(plan(spec), ticket, ledger=ledger) == expected


def test_an_author_names_the_one_key_that_a_task_had_before() -> None:
    mailbox = task("Mailbox", sections=REPORT)

    def by(*was: str) -> TaskSpec:
        return replace(mailbox, was=tuple(map(key, was)))

    to_mailbox = Renames({key("Store"): mailbox.key})
    assert renamed(plan(by("Store", "Sender")), STORES, SENDS) == to_mailbox
    assert renamed(plan(by("Store"), VAULT), STORES) == to_mailbox, "no other task gets the ticket"
    assert renamed(plan(by("Never")), STORES) == Renames({})
    assert renamed(plan(by("Store")), STORES, of("Mailbox", "4", REPORT)) == Renames({})


def test_the_parts_of_a_unit_of_specs_are_found_by_rules_of_their_own() -> None:
    made = plan(replace(VAULT, title="Create Store", was=(key("Sender"),)))
    assert renamed(made, STORES, SENDS) == Renames({key("Sender"): VAULT.key})
    assert renamed(replace(made, leaves=(("T001", "Create Store"),)), STORES, SENDS) == TO_VAULT


def words(letter: str, *places: int) -> list[str]:
    """Words that no other letter or place has."""
    return [f"{letter}{place}" for place in places]


def saying(*said: str) -> dict[str, str]:
    return {"purpose": " ".join(said)}


@pytest.mark.parametrize(("common", "is_swapped"), [(6, True), (7, False)])
def test_names_were_swapped_if_each_text_has_nearly_nothing_in_common_with_its_own_ticket(
    common: int, is_swapped: bool
) -> None:
    both = words("c", *range(common))
    one, other = (saying(*both, *words(letter, *range(20 - common))) for letter in "ab")
    made = plan(task("Store", sections=other), task("Sender", sections=one))
    swapped = {key("Store"): key("Sender"), key("Sender"): key("Store")} if is_swapped else {}
    assert renamed(made, of("Store", "2", one), of("Sender", "3", other)) == Renames(swapped)


@pytest.mark.parametrize(("last", "expected"), [("c1", TO_VAULT), ("other", Renames({}))])
def test_what_has_another_title_is_the_same_task_only_if_every_word_is_the_same(last: str, expected: Renames) -> None:
    vault = task("Vault", "aaa", saying("c0", last))
    assert renamed(plan(vault), held(task("Store", "zzz", saying("c0", "c1")))) == expected


NEWLY = {"purpose": "Writes what all others have read, once more and from end to end.", "where": STORE["where"]}


def test_a_task_with_a_new_text_in_its_old_place_is_still_itself_and_no_rename() -> None:
    assert renamed(plan(task("Store", sections=NEWLY)), STORES) == Renames({})


def test_of_a_task_and_one_that_may_be_it_the_other_one_is_doubtful() -> None:
    made = plan(task("Store", sections=NEWLY), task("Vault", "Create Store", NEWLY))
    reason = '"Create Store" may be ticket 2 renamed; if so, add <!-- was: Store --> after its name, else'
    doubtful = dict.fromkeys((key("Vault"), key("Store")), f"{reason} <!-- was: Vault -->")
    assert renamed(made, STORES) == Renames({}, doubtful)


def test_a_task_whose_ticket_no_ledger_lists_is_the_rival_of_no_other() -> None:
    texts = {
        "U": saying(*words("x", *range(17)), *words("u", *range(3))),
        "W": saying(*words("x", *range(3, 18)), *words("w", *range(5))),
        "T": saying(*words("x", *range(12, 20)), *words("t", *range(12))),
        "Z": saying(*words("z", *range(20))),
    }
    texts["S"] = texts["W"]
    tickets = [held(task(name, "Do it", said), str(number)) for number, (name, said) in enumerate(texts.items(), 2)]
    today = {"X": saying(*words("x", *range(20))), "T": texts["Z"], "S": texts["W"]}
    found = renamed(plan(*(task(name, "Do it", said) for name, said in today.items())), *tickets)
    assert found.keys == {}
    assert found.held.keys() == {key(name) for name in "XUWTZ"}, "what S says would else take W away from X"


# Keys that differ by a number.

RENUMBERED: dict[str, tuple[tuple[str, ...], dict[str, str], dict[str, str]]] = {
    "the key of an earlier release": (("2-store", "3-store"), {"store": "2-store"}, {"2-store": "store"}),
    "another number": (("2-store",), {"store": "1-store"}, {"2-store": "store"}),
    "a number that it no longer has": (("2-store",), {"store": ""}, {"2-store": "store"}),
    "another letter": (("a-store",), {"store": "b-store"}, {"a-store": "store"}),
    "a letter that is part of the name": (("a-store",), {"store": ""}, {}),
    "another name": (("2-shop",), {"store": "1-store"}, {}),
    "two numbers, neither its own": (("2-store", "3-store"), {"store": ""}, {}),
    "two tasks": (("2-1-store",), {"store": "", "1-store": ""}, {}),
    "two numbers and two tasks": (("2-1-store", "3-1-store"), {"store": "", "1-store": ""}, {}),
    "what another task was": (("a-b-store",), {"store": "a-b-store", "b-store": "c-b-store"}, {"a-b-store": "store"}),
    "the key of another task": (("2-store",), {"store": "", "2-store": ""}, {}),
    "a key beside its own": (("store", "2-store"), {"store": "2-store"}, {}),
    "several, by their numbers": (
        ("10-store", "9-store"),
        {"store-2": "2-store", "store": "1-store"},
        {"9-store": "store", "10-store": "store-2"},
    ),
    "several, more than there are tasks": (
        ("7-store", "8-store", "9-store"),
        {"store": "1-store", "store-2": "2-store"},
        {},
    ),
    "several, one without a number": (
        ("store", "7-store"),
        {"store-2": "1-store", "store-3": "3-store"},
        {"7-store": "store-3"},
    ),
}


@pytest.mark.parametrize("has", RENUMBERED)
def test_a_ticket_whose_key_has_a_number_belongs_to_the_task_of_that_name(has: str) -> None:
    olds, today, expected = RENUMBERED[has]
    earlier = {name: key(former) if former else "" for name, former in today.items()}
    made = plan(*(replace(task(name), earlier=former) for name, former in earlier.items()))
    keys = [key(name) for name in olds]
    stray = Stray(STORES.ticket, "it has no managed block")
    for known in (
        Holdings(tickets=dict.fromkeys(keys, STORES)),
        Holdings(unreadable=dict.fromkeys(keys, stray)),
        holdings_of(Ledger(dict.fromkeys(keys, "2"))),
        holdings_of(Ledger(gone=frozenset(keys))),
    ):
        assert renumberings(made, known) == {key(old): key(new) for old, new in expected.items()}


def test_a_number_in_a_key_of_another_kind_is_another_task() -> None:
    made = plan(replace(task("store"), earlier=key("1-store")))
    assert renumberings(made, Holdings(tickets={f"{MAP}/test/2-store": STORES})) == {}
