"""One map, one tracker, people and the program: what each may do, and what is promised whatever they do.

Random histories (``test_state_machine.py``) and the search over all short histories (``tests/explore``) share it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from functools import lru_cache

from techmap_sync.documents.work import Kind
from techmap_sync.planning.task import SectionName, SectionTrait, sections_with
from techmap_sync.sync.apply import apply
from techmap_sync.sync.block import Block, read_block
from techmap_sync.sync.change_set import ChangeSet, Outcome
from techmap_sync.sync.changes import Action
from techmap_sync.sync.comparison import digest
from techmap_sync.sync.decide import decide
from techmap_sync.sync.match import DesiredMap, Origin, OtherMaps
from techmap_sync.sync.observe import observe
from techmap_sync.sync.policy import SyncPolicy
from techmap_sync.sync.tracker import CloseReason, Edge, EdgeKind, Patch, Standing, State, Ticket, Tracker
from tests.fakes.memory import MemoryTracker
from tests.sync.author import Author
from tests.sync.build import POLICY
from tests.sync.drive import key_of
from tests.sync.people import Choices, Hands, MemoryHands, done_boxes

FREE = replace(POLICY, allowed=frozenset({"closes", "retitles", "gone", "older"}))
RECONCILE = replace(FREE, close_copies=True)
REFRESH = replace(FREE, refresh=True)

NAMING_NUMBERS = {SectionName.GRAPH, SectionName.TICKETS, SectionName.WAITS_FOR}
"""The sections that name tickets by their numbers."""


@lru_cache
def recreating(key: str) -> SyncPolicy:
    """Return what ``push --recreate`` allows."""
    return replace(FREE, recreate=frozenset({key}))


@dataclass
class Scene:
    """What is there at one moment, and what people did that must not be undone."""

    tracker: Tracker
    hands: Hands
    author: Author = field(default_factory=Author)
    choices: Choices = field(default_factory=Choices)
    pushed_id: str = ""
    pushed_text: str = ""
    maps: int = 1
    """How many map ids the author has used."""

    @classmethod
    def in_memory(cls) -> Scene:
        """Return an empty one."""
        tracker = MemoryTracker(edges_listed=False)
        return cls(tracker, MemoryHands(tracker))

    def tickets(self) -> dict[str, Ticket]:
        """All tickets, by number."""
        return self.tracker.own_tickets().by_number()

    def every_ticket(self) -> dict[str, Ticket]:
        """All that may be ours, by number, with the copies that people made."""
        return self.tickets()

    def ours(self, state: State | None = State.OPEN) -> list[Ticket]:
        """The tickets that are still recognisable as ours."""
        managed = [t for t in self.tickets().values() if isinstance(read_block(t.body), Block)]
        return [ticket for ticket in managed if state in (None, ticket.state)]

    def listed(self, map_id: str = "") -> set[str]:
        """Numbers that a ledger lists, of one map or of any."""
        blocks = [read_block(ticket.body) for ticket in self.tickets().values()]
        markers = [b.marker for b in blocks if isinstance(b, Block) and map_id in ("", b.marker.map_id)]
        ledgers = [marker.ledger for marker in markers if marker.ledger]
        return {number for ledger in ledgers for number in ledger.tickets.values()}

    def listed_links(self) -> set[tuple[str, str]]:
        """Numbers of the tickets that wait for another one, as a ledger lists them."""
        blocks = [read_block(ticket.body) for ticket in self.tickets().values()]
        ledgers = [b.marker.ledger for b in blocks if isinstance(b, Block) and b.marker.ledger]
        return {(each.tickets.get(a, ""), each.tickets.get(b, "")) for each in ledgers for a, b in each.edges}

    def listed_texts(self) -> set[str]:
        """Digests of the texts that ledgers follow."""
        blocks = [read_block(ticket.body) for ticket in self.tickets().values()]
        return {b.marker.ledger.text for b in blocks if isinstance(b, Block) and b.marker.ledger}

    # What people do in the tracker.

    def write_below(self, ticket: Ticket, note: str) -> None:
        self.tracker.update(ticket.number, Patch(body=f"{ticket.body}\n\n{note}".rstrip()))
        self.choices.text[ticket.number] = note.rstrip()

    def reword_section(self, ticket: Ticket) -> None:
        block = read_block(ticket.body)
        text = block.texts().get("purpose") if isinstance(block, Block) else None
        if text:
            self.tracker.update(ticket.number, Patch(body=ticket.body.replace(text, "MY OWN WORDS", 1)))
            self.choices.text[ticket.number] = "MY OWN WORDS"

    def tick_box(self, ticket: Ticket) -> None:
        before = done_boxes(ticket)
        after = self.tracker.update(ticket.number, Patch(body=ticket.body.replace("- [ ]", "- [x]", 1)))
        known = self.choices.ticks.get(ticket.number, frozenset())
        self.choices.ticks[ticket.number] = known | (done_boxes(after) - before)

    def close(self, ticket: Ticket, reason: CloseReason) -> None:
        block = read_block(ticket.body)
        if isinstance(block, Block):
            self.tracker.update(ticket.number, Patch(state=State.CLOSED, reason=reason))
            self.choices.reopened.discard(ticket.number)
            if block.marker.state == State.OPEN:
                # Reopened and closed again since our last look, it is as we left it: nobody can tell.
                self.choices.closed[ticket.number] = reason

    def reopen(self, ticket: Ticket) -> None:
        if ticket.reason is CloseReason.DUPLICATE:
            # Somebody wants it beside the other one: it is as if they had copied that.
            self.choices.copies.setdefault(ticket.number, "")
        self.tracker.update(ticket.number, Patch(state=State.OPEN))
        if self.choices.closed.pop(ticket.number, None) is None:
            self.choices.reopened.add(ticket.number)

    def add_label(self, ticket: Ticket) -> None:
        self.tracker.add_labels(ticket.number, ["by hand"])
        self.choices.added[ticket.number] = "by hand"

    def take_label_off(self, ticket: Ticket, label: str) -> None:
        # A ticket that no ledger lists is found by the managed label alone.
        if label in ticket.labels and (label != POLICY.managed_label or ticket.number in self.listed()):
            self.tracker.remove_labels(ticket.number, [label])
            self.choices.removed[ticket.number] = label

    def delete_managed_label(self) -> None:
        """All tickets lose it at once, as when it is renamed."""
        for ticket in self.tickets().values():
            if POLICY.managed_label in ticket.labels:
                self.tracker.remove_labels(ticket.number, [POLICY.managed_label])
                self.choices.unlabelled.add(ticket.number)

    def give_managed_label_back(self) -> None:
        for number in self.choices.unlabelled & self.tickets().keys():
            self.tracker.add_labels(number, [POLICY.managed_label])
        self.choices.unlabelled.clear()

    def assign(self, ticket: Ticket) -> None:
        self.hands.assign(ticket)
        self.choices.assigned.add(ticket.number)

    def links(self) -> list[tuple[str, str]]:
        """Each ticket with one that it waits for."""
        return sorted((t.number, other) for t in self.tickets().values() for other in t.blocked_by or ())

    def remove_link(self, source: str, target: str) -> None:
        self.tracker.unlink(Edge(EdgeKind.BLOCKED_BY, source, target))
        if (source, target) in self.listed_links():
            # After a push that was killed before its ledger, nobody can tell this from a link that was never made.
            self.choices.unlinked.add((source, target))

    def copy_ticket(self, ticket: Ticket) -> None:
        original = self.choices.copies.get(ticket.number, ticket.number)
        self.choices.copies[self.hands.copy(ticket)] = original

    def delete_ticket(self, ticket: Ticket) -> None:
        if ticket.number in self.listed(self.pushed_id):
            self.choices.deleted.add(key_of(ticket).partition("/")[2])
        self.hands.delete(ticket)
        self.choices.forget(ticket.number)
        if not self.ours(None):
            # Nothing is left that could remember.
            self.choices.deleted.clear()

    def break_marker(self, ticket: Ticket) -> None:
        if ticket.number in self.listed():
            self.tracker.update(ticket.number, Patch(body=ticket.body.replace("<!-- techmap-sync: ", "<!-- broken: ")))

    # What the program does.

    def planned(self, policy: SyncPolicy) -> ChangeSet:
        """What a push would do."""
        author, plan = self.author, self.author.plan()
        live = author.approved and not author.retired
        retired = {author.map_id} if author.retired else set()
        found = observe(self.tracker, [plan] if live else [], policy, policy.close_copies, retired)
        where = Origin(author.path, author.text, digest(author.text), repr(author.hidden), "c0ffee")
        desired = DesiredMap(author.map_id, where, plan if live else None, author.retired, reasons=("not yet",))
        decided = decide([desired], found, OtherMaps(lambda _: False), self.tracker.capabilities, policy)
        return ChangeSet(self.tracker.name, tuple(each.changes for each in decided.maps))

    def push(self, policy: SyncPolicy) -> ChangeSet:
        """Push, check every promise, and return what was shown."""
        before, there, shown = self.tickets(), self.every_ticket(), self.planned(policy)
        outcomes = list(apply(shown, self.tracker, policy))
        self.what_was_printed_is_what_was_applied(shown, outcomes, before)
        self.nothing_is_closed_that_was_not_an_untouched_orphan(shown, before, policy)
        self.no_copy_is_written_beside_its_original(there)
        self.no_map_is_made_again(shown, before, policy)
        self.nothing_deleted_is_made_again(shown, policy)
        self.push_twice_and_the_second_change_set_is_empty(policy)
        self.settle(shown)
        return shown

    def recreate(self, key: str) -> None:
        """Make a deleted ticket again, as somebody asked.

        :param key: without the map's id.
        """
        self.push(recreating(f"{self.author.map_id}/{key}"))
        self.choices.deleted.discard(key)

    def recreate_tracking(self) -> None:
        """Follow the advice of a push that misses its tracking ticket."""
        key = self.author.plan().tracking.key
        if any("the tracking ticket" in each for each in self.planned(FREE).maps[0].refusals):
            # What only the ledger knew is forgotten, as the message says.
            self.choices.deleted.clear()
            self.choices.unlinked.clear()
            self.pushed_text = ""
            self.push(recreating(key))

    def settle(self, shown: ChangeSet) -> None:
        """After a push: what the map no longer wants nobody can have against it any more."""
        (changes,) = shown.maps
        if changes.approved and not changes.refusals and not self.author.retired:
            self.pushed_text, self.pushed_id = self.author.text, self.author.map_id
        numbers = {key_of(t): t.number for t in self.tickets().values() if t.number not in self.choices.copies}
        wanted = {(numbers.get(s.key), numbers.get(other)) for s in self.author.plan().tasks for other in s.blocked_by}
        self.choices.unlinked &= wanted
        self.settle_ticks()

    def settle_ticks(self) -> None:
        """Of a box that the map took out, or words differently, nobody can ask for the tick."""
        for number, ticket in self.tickets().items():
            there = self.choices.ticks.get(number, frozenset())
            self.choices.ticks[number] = frozenset(line for line in there if line in ticket.body)

    def settle_failed(self) -> None:
        """After a failed push: nobody can ask for what it took out of tickets and ledger, as the map wanted."""
        self.settle_ticks()
        self.choices.unlinked &= self.listed_links()
        if self.pushed_id == self.author.map_id and digest(self.author.text) in self.listed_texts():
            self.pushed_text = self.author.text

    # What is promised of a push.

    def push_twice_and_the_second_change_set_is_empty(self, policy: SyncPolicy) -> None:
        again = self.planned(FREE if policy.recreate else policy)
        assert not again.writes, f"a second push would write {[(c.action, c.key, c.fields) for c in again.writes]}"

    def what_was_printed_is_what_was_applied(
        self, shown: ChangeSet, outcomes: list[Outcome], before: dict[str, Ticket]
    ) -> None:
        applied = {(o.change.action, o.change.key, o.change.target) for o in outcomes}
        expected = {(c.action, c.key, c.target) for c in shown.writes}
        assert expected <= applied, "something that was shown was not tried"
        # Where texts say who waits for whom, a new ticket is written again once all numbers are known.
        finished = {(Action.UPDATE, c.key, "") for c in shown.writes if c.action is Action.CREATE}
        # The ledger is bookkeeping, which no plan shows.
        ledgers = {(Action.UPDATE, key, "") for _, key, _ in applied if key.endswith("/map")}
        unseen = applied - expected - finished - ledgers
        assert not unseen, f"written but not shown: {unseen}"
        after = self.tickets()
        created = sum(change.action is Action.CREATE for change in shown.writes)
        assert len(after) == len(before) + created
        changed = ((number, was) for number, was in before.items() if after[number] is not was)
        for number, was in changed:
            printed = {name for c in shown.writes if c.ticket == number for name in (c.action, *c.fields)}
            # A label of a priority is shown as a label where a killed run left half of it.
            implied = {"priority"} if "labels" in printed else set()
            # The number of a new ticket is known, and said where texts name it, when the ticket is made.
            implied |= NAMING_NUMBERS if created else set()
            unprinted = _changed_fields(was, after[number]) - printed - implied
            assert not unprinted, f"{number}: {unprinted} changed, printed was {printed}"

    def nothing_is_closed_that_was_not_an_untouched_orphan(
        self, shown: ChangeSet, before: dict[str, Ticket], policy: SyncPolicy
    ) -> None:
        """But what the map says is finished, a tracking ticket without work left, and an untouched copy."""
        tasks, touched = {spec.key: spec for spec in self.author.plan().tasks}, self.touched()
        closed = [t for t in self.tickets().values() if t.state is State.CLOSED and t.number in before]
        for ticket in (t for t in closed if before[t.number].state is State.OPEN):
            key, number = key_of(ticket), ticket.number
            spec, is_copy = tasks.get(key), policy.close_copies and number in self.choices.copies
            if not self.author.retired and not (is_copy and self.has_original(ticket, before)):
                if key.endswith("/map"):
                    left = [
                        key_of(t) for t in self.ours() if key_of(t) in tasks and t.number not in self.choices.copies
                    ]
                    assert not left, f"the tracking ticket was closed, and {left} are open"
                if (spec and spec.done) or key.endswith("/map"):
                    continue
            assert number not in touched, f"{number} was closed, but somebody worked on it"
            if is_copy:
                continue
            assert self.author.retired or spec is None, f"{number} was closed, but its task is in the map"
            changed = self.author.text != self.pushed_text or POLICY.removed_label in before[number].labels
            assert self.author.retired or policy.accept_settings or changed, f"{number} was closed by settings"

    def no_copy_is_written_beside_its_original(self, before: dict[str, Ticket]) -> None:
        """A person who copies a ticket wants both, whatever name the task of the first one gets.

        Only what they say tells a copy from its original: once the two are no longer alike, nothing is promised.
        A copy that our account wrote may be one that two runs made: then it is an orphan.
        """
        after = self.every_ticket()
        theirs = [copy for copy in self.choices.copies if copy in before and before[copy].standing is not Standing.SELF]
        for copy in theirs:
            original = self.choices.copies[copy]
            if original in before and _are_alike(before[copy], before[original]):
                assert after[copy] == before[copy], f"{copy} was written, a copy of {original}"

    def has_original(self, copy: Ticket, before: dict[str, Ticket]) -> bool:
        """Whether the ticket that a copy was made of, or another one in its place, was open beside it."""
        block, key = read_block(copy.body), key_of(copy)
        # The marker of a tracking ticket names itself, so that of its copy names the original, whatever its key is now.
        named = block.marker.tracking if isinstance(block, Block) and key.endswith("/map") else ""
        others = [t for t in before.values() if t.state is State.OPEN and t.number not in self.choices.copies]
        return any(key_of(t) == key or t.number == named for t in others)

    def touched(self) -> set[str]:
        """Numbers of the tickets that somebody worked on, unless all they did moved with ticked boxes."""
        tickets = self.tickets()
        ticked = {number: done_boxes(ticket) for number, ticket in tickets.items()}
        moved = {
            number
            for number, done in self.choices.ticks.items()
            if done and done <= {box for other, boxes in ticked.items() if other != number for box in boxes}
        }
        return self.choices.touched_without_ticks() | (self.choices.touched() - moved)

    def no_map_is_made_again(self, shown: ChangeSet, before: dict[str, Ticket], policy: SyncPolicy) -> None:
        """A map with another id and at least half of the keys, two components among them, is the same map.

        Whether a single component proves it depends on its text; any other map remembers nothing.
        """
        tracking = self.author.plan().tracking.key
        if tracking not in {c.key for c in shown.writes if c.action is Action.CREATE} or tracking in policy.recreate:
            return
        shown_by_label = [t for t in before.values() if POLICY.managed_label in t.labels]
        keys = {key_of(t) for t in shown_by_label if t.number not in self.choices.copies}
        known = {key.partition("/")[2] for key in keys if key.startswith(f"{self.pushed_id}/")}
        wanted = {spec.key.partition("/")[2] for spec in self.author.plan().tasks}
        known = (known | self.listed_keys(before)) - {"tracking/map"}
        is_certain = sum(key.startswith(f"{Kind.COMPONENT}/") for key in wanted & known) > 1
        remembered = is_certain and 2 * len(wanted & known) >= max(len(wanted), len(known | self.choices.deleted))
        assert not remembered, f"{known} were pushed as {self.pushed_id}, and {wanted} are made again"
        self.choices.deleted.clear()
        self.choices.unlinked.clear()

    def listed_keys(self, before: dict[str, Ticket]) -> set[str]:
        """What the ledger of the last push lists, released tickets included; nobody reads that of a copy."""
        written = [ticket for number, ticket in before.items() if number not in self.choices.copies]
        blocks = [b for t in written if isinstance(b := read_block(t.body), Block)]
        ledgers = [b.marker.ledger for b in blocks if b.marker.map_id == self.pushed_id and b.marker.ledger]
        return {key.partition("/")[2] for ledger in ledgers for key in ledger.tickets}

    def nothing_deleted_is_made_again(self, shown: ChangeSet, policy: SyncPolicy) -> None:
        created = {c.key for c in shown.writes if c.action is Action.CREATE and c.key not in policy.recreate}
        again = {key.partition("/")[2] for key in created} & self.choices.deleted
        assert not again, again

    # What holds at all times.

    def no_two_open_tickets_of_ours_have_one_key(self) -> None:
        """A copy that a human made is not ours: it stays, is reported, and goes by reconcile when nobody touched it."""
        mine = [ticket for ticket in self.ours() if ticket.number not in self.choices.copies]
        keys = Counter(key_of(ticket) for ticket in mine)
        assert all(number == 1 for number in keys.values()), keys

    def human_text_and_choices_are_still_there(self) -> None:
        violated = self.choices.violated(self.tracker, self.tickets())
        assert not violated, violated


def _are_alike(copy: Ticket, original: Ticket) -> bool:
    """Whether both are open and managed, and most of their words are the same, whatever they are called."""
    if any(t.state is State.CLOSED or POLICY.managed_label not in t.labels for t in (copy, original)):
        return False
    one, other = _words_of(copy.body), _words_of(original.body)
    return bool(one and other) and SequenceMatcher(None, one, other, autojunk=False).ratio() > 0.7


@lru_cache(maxsize=10_000)
def _words_of(body: str) -> tuple[str, ...]:
    """What a ticket says of its task."""
    block = read_block(body)
    texts = block.texts() if isinstance(block, Block) else {}
    return tuple(word for name in ("purpose", "items", "methods", "detail") for word in texts.get(name, "").split())


def _changed_fields(was: Ticket, now: Ticket) -> set[str]:
    """Name what differs between two states of a ticket, as a report would name it."""
    old, new = read_block(was.body), read_block(now.body)
    names = {name for name in ("title", "assignees", "due", "type") if getattr(was, name) != getattr(now, name)}
    if was.state is not now.state:
        names.add(Action.CLOSE if now.state is State.CLOSED else Action.REOPEN)
    if isinstance(old, Block) and isinstance(new, Block) and was.state is now.state:
        # What rides along is rewritten with what is shown: it says nothing of its own.
        texts = {*old.texts(), *new.texts()} - {"status", *sections_with(SectionTrait.RIDES_ALONG)}
        names |= {name for name in texts if old.texts().get(name) != new.texts().get(name)}
    by_priority = set(POLICY.priority_labels.values())
    if (was.labels ^ now.labels) - by_priority:
        names.add("labels")
    if (was.labels ^ now.labels) & by_priority:
        names.add("priority")
    old_edges, new_edges = was.blocked_by or frozenset(), now.blocked_by or frozenset()
    names |= {Action.UNLINK} if old_edges - new_edges else set()
    return names | ({Action.LINK} if new_edges - old_edges else set())
