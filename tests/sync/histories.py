"""What may happen to one map and its tickets: the steps of random histories, by author and by people."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from techmap_sync.documents.work import Kind
from techmap_sync.sync.tracker import CloseReason, State, Ticket
from tests.sync.author import EXTRA, Author, Part
from tests.sync.build import POLICY
from tests.sync.scene import Scene

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

    def __init__(self) -> None:
        super().__init__()
        self.scene = self.first_scene()

    def first_scene(self) -> Scene:
        """An empty tracker and an empty map."""
        return Scene.in_memory()

    @property
    def author(self) -> Author:
        return self.scene.author

    def push_on_merge(self) -> None:
        """What the program does; a subclass knows it."""
        raise NotImplementedError

    def choose(self, data: st.DataObject, state: State | None = State.OPEN) -> Ticket | None:
        """A ticket that is still recognisable as ours."""
        found = self.scene.ours(state)
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
        self.author.remove(self.name(data))

    @precondition(has_parts)
    @rule(data=st.data(), to=st.sampled_from(NAMES))
    def author_renames_a_task(self, data: st.DataObject, to: str) -> None:
        self.author.rename(self.name(data), to)

    @precondition(has_parts)
    @rule(data=st.data())
    def author_swaps_two_names(self, data: st.DataObject) -> None:
        first, second = data.draw(
            st.lists(st.sampled_from(sorted(self.author.parts)), min_size=2, max_size=2, unique=True)
        )
        self.author.swap(first, second)

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
        self.author.reverse()

    @rule(path=st.sampled_from(["docs/login.md", "maps/login.md"]))
    def author_moves_the_file(self, path: str) -> None:
        self.author.path = path

    @rule()
    def author_renames_the_map(self) -> None:
        self.scene.maps += 1
        self.author.map_id = f"login{self.scene.maps}"

    @rule()
    def author_reuses_the_path_for_the_next_feature(self) -> None:
        self.scene.maps += 1
        parts = {f"Next{self.scene.maps}": Part(WORDS[0], (f"thing of {self.scene.maps}",))}
        self.scene.author = replace(self.author, map_id=f"next{self.scene.maps}", parts=parts)

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
        if ticket := self.choose(data, None):
            self.scene.write_below(ticket, note)

    @rule(data=st.data())
    def human_rewords_a_section(self, data: st.DataObject) -> None:
        if ticket := self.choose(data):
            self.scene.reword_section(ticket)

    @rule(data=st.data())
    def human_ticks_a_box(self, data: st.DataObject) -> None:
        if ticket := self.choose(data):
            self.scene.tick_box(ticket)

    @rule(data=st.data(), reason=st.sampled_from([CloseReason.COMPLETED, CloseReason.NOT_PLANNED]))
    def human_closes_a_ticket(self, data: st.DataObject, reason: CloseReason) -> None:
        if ticket := self.choose(data):
            self.scene.close(ticket, reason)

    @rule(data=st.data())
    def human_reopens_a_ticket(self, data: st.DataObject) -> None:
        if ticket := self.choose(data, State.CLOSED):
            self.scene.reopen(ticket)

    @rule(data=st.data())
    def human_adds_a_label(self, data: st.DataObject) -> None:
        if ticket := self.choose(data, None):
            self.scene.add_label(ticket)

    @rule(data=st.data(), label=st.sampled_from([EXTRA, POLICY.managed_label]))
    def human_takes_a_label_off(self, data: st.DataObject, label: str) -> None:
        if ticket := self.choose(data, None):
            self.scene.take_label_off(ticket, label)

    @rule()
    def human_deletes_the_managed_label(self) -> None:
        self.scene.delete_managed_label()

    @rule()
    def human_gives_the_managed_label_back(self) -> None:
        self.scene.give_managed_label_back()

    @rule(data=st.data())
    def human_assigns_somebody(self, data: st.DataObject) -> None:
        if ticket := self.choose(data):
            self.scene.assign(ticket)

    @rule(data=st.data())
    def human_removes_a_link(self, data: st.DataObject) -> None:
        if links := self.scene.links():
            self.scene.remove_link(*data.draw(st.sampled_from(links)))

    @rule(data=st.data())
    def human_copies_a_ticket(self, data: st.DataObject) -> None:
        if ticket := self.choose(data):
            self.scene.copy_ticket(ticket)

    @rule(data=st.data())
    def human_deletes_a_ticket(self, data: st.DataObject) -> None:
        if ticket := self.choose(data, None):
            self.scene.delete_ticket(ticket)

    @rule(data=st.data())
    def human_breaks_a_marker(self, data: st.DataObject) -> None:
        if ticket := self.choose(data):
            self.scene.break_marker(ticket)
