"""What may happen to one map and its tickets: the steps of random histories, by author and by people."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from techmap_sync.documents.work import Kind
from techmap_sync.sync.block import Block, read_block
from techmap_sync.sync.tracker import CloseReason, Edge, EdgeKind, Patch, State, Ticket, Tracker
from tests.sync.author import EXTRA, Author, Part
from tests.sync.build import POLICY
from tests.sync.drive import key_of
from tests.sync.people import Choices, Hands, done_boxes

NAMES = ["Store", "Sender", "Report", "Ledger", "Parser", "Router"]
WORDS = [
    "Keeps tokens until they expire and forgets them then",
    "Sends a mail when a second factor was removed from an account",
    "Prints the sums of a month for the accountants upstairs",
    "Counts failed logins by address and locks after ten of them",
    "Turns raw deliveries into events that consumers understand",
]
ITEMS = ["first thing", "second thing", "third thing", "fourth thing"]
KINDS = [Kind.COMPONENT, Kind.COMPONENT, Kind.TEST]
SETTINGS = [frozenset(), frozenset(), frozenset({Kind.TEST}), frozenset({Kind.COMPONENT})]
some_items = st.lists(st.sampled_from(ITEMS), unique=True, min_size=1).map(tuple)


class Steps(RuleBasedStateMachine):
    """One map, one tracker, people who do what they like."""

    tracker: Tracker
    hands: Hands

    def __init__(self) -> None:
        super().__init__()
        self.author, self.choices, self.maps, self.pushed_id = Author(), Choices(), 1, ""

    def push_on_merge(self) -> None:
        """What the program does; a subclass knows it."""
        raise NotImplementedError

    def tickets(self) -> dict[str, Ticket]:
        return self.tracker.own_tickets().by_number()

    def choose(self, data: st.DataObject, state: State | None = State.OPEN) -> Ticket | None:
        """A ticket that is still recognisable as ours."""
        managed = [t for t in self.tickets().values() if isinstance(read_block(t.body), Block)]
        found = [ticket for ticket in managed if state in (None, ticket.state)]
        return data.draw(st.sampled_from(found)) if found else None

    def name(self, data: st.DataObject) -> str:
        return data.draw(st.sampled_from(sorted(self.author.parts)))

    def has_parts(self) -> bool:
        return len(self.author.parts) > 1

    # What the author of the map does.

    @initialize(names=st.lists(st.sampled_from(NAMES), min_size=2, max_size=4, unique=True))
    def first_map(self, names: list[str]) -> None:
        for number, name in enumerate(names):
            self.author.parts[name] = Part(WORDS[number], tuple(ITEMS[:2]), waits_for=tuple(names[:number][-1:]))
        self.push_on_merge()

    @rule(name=st.sampled_from(NAMES), words=st.sampled_from(WORDS), items=some_items, kind=st.sampled_from(KINDS))
    def author_writes_a_task(self, name: str, words: str, items: tuple[str, ...], kind: Kind) -> None:
        self.author.parts[name] = Part(words, items, kind)

    @precondition(has_parts)
    @rule(data=st.data())
    def author_removes_a_task(self, data: st.DataObject) -> None:
        del self.author.parts[self.name(data)]

    @precondition(has_parts)
    @rule(data=st.data(), to=st.sampled_from(NAMES))
    def author_renames_a_task(self, data: st.DataObject, to: str) -> None:
        old = self.name(data)
        if to not in self.author.parts:
            parts = {to if name == old else name: part for name, part in self.author.parts.items()}
            waits = {name: tuple(to if w == old else w for w in part.waits_for) for name, part in parts.items()}
            self.author.parts = {name: replace(part, waits_for=waits[name]) for name, part in parts.items()}

    @precondition(has_parts)
    @rule(data=st.data())
    def author_swaps_two_names(self, data: st.DataObject) -> None:
        first, second = data.draw(
            st.lists(st.sampled_from(sorted(self.author.parts)), min_size=2, max_size=2, unique=True)
        )
        one, other = self.author.parts[first], self.author.parts[second]
        self.author.parts[first] = replace(other, kind=one.kind, waits_for=one.waits_for)
        self.author.parts[second] = replace(one, kind=other.kind, waits_for=other.waits_for)

    @precondition(has_parts)
    @rule(data=st.data(), words=st.sampled_from(WORDS), items=some_items)
    def author_rewords_a_task(self, data: st.DataObject, words: str, items: tuple[str, ...]) -> None:
        name = self.name(data)
        self.author.parts[name] = replace(self.author.parts[name], words=words, items=items)

    @precondition(has_parts)
    @rule(data=st.data(), items=some_items)
    def author_ticks_items(self, data: st.DataObject, items: tuple[str, ...]) -> None:
        name = self.name(data)
        self.author.parts[name] = replace(self.author.parts[name], ticked=frozenset(items))

    @rule()
    def author_changes_the_order(self) -> None:
        self.author.parts = {
            name: replace(part, items=tuple(reversed(part.items))) for name, part in reversed(self.author.parts.items())
        }

    @rule(path=st.sampled_from(["docs/login.md", "maps/login.md"]))
    def author_moves_the_file(self, path: str) -> None:
        self.author.path = path

    @rule()
    def author_renames_the_map(self) -> None:
        self.maps += 1
        self.author.map_id = f"login{self.maps}"

    @rule()
    def author_reuses_the_path_for_the_next_feature(self) -> None:
        self.maps += 1
        parts = {f"Next{self.maps}": Part(WORDS[0], (f"thing of {self.maps}",))}
        self.author = replace(self.author, map_id=f"next{self.maps}", parts=parts)

    @rule(approved=st.sampled_from([True, True, True, False]))
    def author_approves_or_withdraws_it(self, approved: bool) -> None:
        self.author.approved = approved

    @rule(retired=st.sampled_from([True, False, False, False]))
    def author_retires_or_revives_it(self, retired: bool) -> None:
        self.author.retired = retired

    @rule(hidden=st.sampled_from(SETTINGS))
    def team_changes_the_settings(self, hidden: frozenset[Kind]) -> None:
        self.author.hidden = hidden

    @rule(template=st.sampled_from(["", "Worded anew:\n\n"]))
    def team_changes_the_templates(self, template: str) -> None:
        self.author.template = template

    # What people do in the tracker.

    @rule(data=st.data(), note=st.text("abc ", min_size=1, max_size=8).map("note {}".format))
    def human_writes_below_the_block(self, data: st.DataObject, note: str) -> None:
        ticket = self.choose(data, None)
        if ticket:
            self.tracker.update(ticket.number, Patch(body=f"{ticket.body}\n\n{note}".rstrip()))
            self.choices.text[ticket.number] = note.rstrip()

    @rule(data=st.data())
    def human_rewords_a_section(self, data: st.DataObject) -> None:
        ticket = self.choose(data)
        block = read_block(ticket.body) if ticket else None
        text = block.texts().get("purpose") if isinstance(block, Block) else None
        if ticket and text:
            self.tracker.update(ticket.number, Patch(body=ticket.body.replace(text, "MY OWN WORDS", 1)))
            self.choices.text[ticket.number] = "MY OWN WORDS"

    @rule(data=st.data())
    def human_ticks_a_box(self, data: st.DataObject) -> None:
        ticket = self.choose(data)
        if ticket:
            before = done_boxes(ticket)
            after = self.tracker.update(ticket.number, Patch(body=ticket.body.replace("- [ ]", "- [x]", 1)))
            known = self.choices.ticks.get(ticket.number, frozenset())
            self.choices.ticks[ticket.number] = known | (done_boxes(after) - before)

    @rule(data=st.data(), reason=st.sampled_from([CloseReason.COMPLETED, CloseReason.NOT_PLANNED]))
    def human_closes_a_ticket(self, data: st.DataObject, reason: CloseReason) -> None:
        ticket = self.choose(data)
        block = read_block(ticket.body) if ticket else None
        if ticket and isinstance(block, Block):
            self.tracker.update(ticket.number, Patch(state=State.CLOSED, reason=reason))
            self.choices.reopened.discard(ticket.number)
            if block.marker.state == State.OPEN:
                # Reopened and closed again since our last look, it is as we left it: nobody can tell.
                self.choices.closed[ticket.number] = reason

    @rule(data=st.data())
    def human_reopens_a_ticket(self, data: st.DataObject) -> None:
        ticket = self.choose(data, State.CLOSED)
        if ticket:
            self.tracker.update(ticket.number, Patch(state=State.OPEN))
            if self.choices.closed.pop(ticket.number, None) is None:
                self.choices.reopened.add(ticket.number)

    @rule(data=st.data())
    def human_adds_a_label(self, data: st.DataObject) -> None:
        ticket = self.choose(data, None)
        if ticket:
            self.tracker.add_labels(ticket.number, ["by hand"])
            self.choices.added[ticket.number] = "by hand"

    @rule(data=st.data(), label=st.sampled_from([EXTRA, POLICY.managed_label]))
    def human_takes_a_label_off(self, data: st.DataObject, label: str) -> None:
        ticket = self.choose(data, None)
        if ticket and label in ticket.labels and ticket.number in self.listed():
            self.tracker.remove_labels(ticket.number, [label])
            self.choices.removed[ticket.number] = label

    @rule()
    def human_deletes_the_managed_label(self) -> None:
        """All tickets lose it at once, as when it is renamed."""
        for ticket in self.tickets().values():
            if POLICY.managed_label in ticket.labels:
                self.tracker.remove_labels(ticket.number, [POLICY.managed_label])
                self.choices.unlabelled.add(ticket.number)

    @rule()
    def human_gives_the_managed_label_back(self) -> None:
        for number in self.choices.unlabelled & self.tickets().keys():
            self.tracker.add_labels(number, [POLICY.managed_label])
        self.choices.unlabelled.clear()

    @rule(data=st.data())
    def human_assigns_somebody(self, data: st.DataObject) -> None:
        ticket = self.choose(data)
        if ticket:
            self.hands.assign(ticket)
            self.choices.assigned.add(ticket.number)

    @rule(data=st.data())
    def human_removes_a_link(self, data: st.DataObject) -> None:
        edges = sorted((t.number, other) for t in self.tickets().values() for other in t.blocked_by or ())
        if edges:
            source, target = data.draw(st.sampled_from(edges))
            self.tracker.unlink(Edge(EdgeKind.BLOCKED_BY, source, target))
            self.choices.unlinked.add((source, target))

    @rule(data=st.data())
    def human_copies_a_ticket(self, data: st.DataObject) -> None:
        ticket = self.choose(data)
        if ticket:
            self.choices.copies.add(self.hands.copy(ticket))

    @rule(data=st.data())
    def human_deletes_a_ticket(self, data: st.DataObject) -> None:
        ticket = self.choose(data, None)
        if ticket:
            if ticket.number in self.listed(self.pushed_id):
                self.choices.deleted.add(key_of(ticket).partition("/")[2])
            self.hands.delete(ticket)
            self.choices.forget(ticket.number)
            if not any(isinstance(read_block(left.body), Block) for left in self.tickets().values()):
                # Nothing is left that could remember.
                self.choices.deleted.clear()

    @rule(data=st.data())
    def human_breaks_a_marker(self, data: st.DataObject) -> None:
        ticket = self.choose(data)
        if ticket and ticket.number in self.listed():
            self.tracker.update(ticket.number, Patch(body=ticket.body.replace("<!-- techmap-sync: ", "<!-- broken: ")))

    def listed(self, map_id: str = "") -> set[str]:
        """Numbers that a ledger knows, of one map or of any."""
        blocks = [read_block(ticket.body) for ticket in self.tickets().values()]
        markers = [b.marker for b in blocks if isinstance(b, Block) and map_id in ("", b.marker.map_id)]
        ledgers = [marker.ledger for marker in markers if marker.ledger]
        return {number for ledger in ledgers for number in ledger.tickets.values()}
