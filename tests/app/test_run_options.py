"""Flags that name tasks: by key or by a ticket's number, on every tracker and in every command that advises them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from techmap_sync.app import run as planning
from techmap_sync.app.run_options import RunOptions, sync_policy
from techmap_sync.app.targets import connect_tracker
from techmap_sync.config import load_settings
from techmap_sync.settings import Settings
from techmap_sync.sync.tracker import Patch, Tracker
from tests.app.maps import written
from tests.app.run import Ended, Program, on_github, on_gitlab
from tests.sampling import sampling
from tests.turns import in_turn

KEY = "alpha/component/cache"


@dataclass(frozen=True)
class Place:
    """The program with a map and a tracker."""

    program: Program
    to: Sequence[str]
    trackers: list[Tracker]

    def __call__(self, command: str, *arguments: str | Path) -> Ended:
        return self.program(command, *arguments, *self.to)

    @property
    def tracker(self) -> Tracker:
        return self.trackers[-1]

    def number(self, key: str = KEY) -> str:
        maps = self("status", "--format", "json").json["maps"]
        return next(str(t["number"]) for each in maps for t in each["tasks"] if t["key"] == key)


PLACES = ("github", "gitlab", "backlog")


pytest_generate_tests = in_turn("place", PLACES)


@pytest.fixture
def place(request: pytest.FixtureRequest, program: Program, monkeypatch: pytest.MonkeyPatch) -> Place:
    (program.folder / "techmap-sync.toml").write_text('maps = ["maps"]\n', encoding="utf-8")
    routes: dict[str, Callable[[Any], list[str]]] = {"github": on_github, "gitlab": on_gitlab}
    to = ["--to", "backlog:./backlog"]
    if request.param in routes:
        to = routes[request.param](request.getfixturevalue(request.param))
    trackers: list[Tracker] = []

    def connected(*arguments: Any) -> Tracker:
        trackers.append(connect_tracker(*arguments))
        return trackers[-1]

    monkeypatch.setattr(planning, "connect_tracker", connected)
    written(program.folder, "Alpha", ("Parser", "Cache", "Mailer"))
    made = Place(program, to, trackers)
    assert made("push").code == 0
    return made


def reworded(place: Place) -> str:
    """A human's edit, which is kept."""
    number = place.number()
    body = next(t.body for t in place.tracker.snapshot("techmap").tickets if t.number == number)
    place.tracker.update(number, Patch(body=body.replace("Keeps parsed rows for an hour.", "MY OWN WORDS.")))
    return number


def spelt(number: str) -> list[str]:
    return [number, f"#{number}", number.lower()]


@pytest.mark.parametrize("command", ["push", "reconcile"])
def test_a_kept_edit_is_accepted_by_number_and_report_only_ends_well_again(place: Place, command: str) -> None:
    number = reworded(place)
    assert place("reconcile", "--report-only").code == 3
    for name in spelt(number):
        assert place("plan", "--resolve", "tracker", name, "--exit-code").code == 3
    assert place(command, "--resolve", "tracker", f"#{number}").code == 0
    assert place("reconcile", "--report-only").code == 0
    assert "MY OWN WORDS." in (place.tracker.get(number) or pytest.fail()).body


def test_several_tasks_are_settled_at_once(place: Place) -> None:
    reworded(place)
    parser = "alpha/component/parser"
    place.tracker.update(place.number(parser), Patch(title="My parser"))
    assert place("push", "--resolve", "map", KEY, "--resolve", "tracker", parser).code == 0
    assert place("reconcile", "--report-only").code == 0
    titles = {ticket.title: ticket.body for ticket in place.tracker.snapshot("techmap").tickets}
    assert "My parser" in titles
    assert not any("MY OWN WORDS." in body for body in titles.values())


FLAGS = ("--resolve", "--recreate", "--rebind")
UNKNOWN = sampling.pairs(
    "unknown names of tasks",
    PLACES,
    FLAGS,
    ("alpha/component/cahce", "4711", "cache"),
    ("plan", "push", "reconcile"),
)


@pytest.mark.parametrize(("place", "flag"), list(product(PLACES, FLAGS)), indirect=["place"])
def test_an_unknown_name_is_a_usage_error_that_names_what_may_be_meant(
    place: Place, flag: str, request: pytest.FixtureRequest
) -> None:
    reworded(place)
    where = request.node.callspec.params["place"]
    for name, command in (case[2:] for case in UNKNOWN if case[:2] == (where, flag)):
        asked = {"--resolve": ("map", name), "--recreate": (name,), "--rebind": (f"{name}=2",)}[flag]
        ended = place(str(command), flag, *map(str, asked))
        assert ended.code == 2, ended.out + ended.err
        assert str(name) in ended.err
    asked = {"--resolve": ("map", "alpha/component/cahce"), "--recreate": ("alpha/component/cahce",)}.get(
        flag, ("alpha/component/cahce=2",)
    )
    assert f"did you mean {KEY}?" in place("push", flag, *asked).err
    if flag == "--resolve":
        assert f"it can be {KEY}" in place("push", flag, "map", "4711").err


def test_one_task_is_not_settled_both_ways(place: Place) -> None:
    assert place("push", "--resolve", "map", KEY, "--resolve", "tracker", KEY).code == 2


def released(place: Place, text: str) -> str:
    number = place.number()
    place.tracker.update(number, Patch(body=text))
    return number


def outcome(ended: Ended, key: str = KEY) -> list[tuple[str, str, str]]:
    return [(o["action"], o["key"], o["ticket"]) for o in ended.json["outcomes"] if o["key"] == key and "edge" not in o]


@pytest.mark.parametrize("text", ["", "We look after this ourselves.\n\n- [x] **cached**"])
def test_a_ticket_whose_text_was_replaced_is_bound_again(place: Place, text: str) -> None:
    number = released(place, text)
    said = place("plan").out
    assert f"--rebind {KEY}={number}" in said
    shown = place("plan", "--rebind", f"{KEY}={number}").out
    assert "bound again" in shown
    ended = place("push", "--rebind", f"{KEY}=#{number}", "--format", "json")
    assert ended.code == 0, ended.err
    assert outcome(ended) == [("update", KEY, number)]
    body = (place.tracker.get(number) or pytest.fail()).body
    assert "Keeps parsed rows for an hour." in body
    assert body.rstrip().endswith(text.rstrip()) or not text
    assert body.index("techmap-sync end") < body.index(text) + len(text) if text else True
    assert place("reconcile", "--report-only").code == 0
    assert "no changes" in place("push").out


def test_reconcile_binds_and_recreates_too(place: Place) -> None:
    number = released(place, "Mine.")
    assert place("reconcile", "--rebind", f"{KEY}={number}").code == 0
    released(place, "Mine again.")
    assert place("reconcile", "--recreate", number).code == 0
    assert place.number() != number


def test_a_ticket_that_is_somebody_elses_is_not_bound(place: Place) -> None:
    released(place, "Mine.")
    parser = place.number("alpha/component/parser")
    tracking = next(t.number for t in place.tracker.snapshot("techmap").tickets if t.title == "Implement Alpha")
    numbers = {
        "another task": parser,
        "tracking ticket": tracking,
        "nothing": parser.replace(parser[-1], "4711"),
        "not a number": "abc",
        "no number": "",
    }
    before = len(place.tracker.snapshot("techmap").tickets)
    for target, number in numbers.items():
        ended = place("push", "--rebind", f"{KEY}={number}")
        assert ended.code == 2, (target, ended.out + ended.err)
        assert len(place.tracker.snapshot("techmap").tickets) == before, target


def test_a_task_that_has_its_ticket_is_not_bound_to_another_one(place: Place) -> None:
    released(place, "Mine.")
    number = place.number()
    ended = place("push", "--rebind", f"alpha/component/parser={number}")
    assert ended.code == 2, ended.out


def test_binding_what_is_bound_changes_nothing(place: Place) -> None:
    number = place.number()
    ended = place("push", "--rebind", f"{KEY}={number}")
    assert (ended.code, "no changes" in ended.out) == (0, True), ended.out + ended.err


def test_a_tracking_ticket_whose_text_was_replaced_is_bound_again(place: Place) -> None:
    (tracking,) = (t for t in place.tracker.snapshot("techmap").tickets if t.title == "Implement Alpha")
    place.tracker.update(tracking.number, Patch(body="Our own plan."))
    ended = place("push")
    assert ended.code == 4
    assert f"--rebind alpha/tracking/map={tracking.number}" in ended.out
    ended = place("push", "--rebind", f"alpha/tracking/map={tracking.number}")
    assert ended.code == 0, ended.out + ended.err
    assert "Our own plan." in (place.tracker.get(tracking.number) or pytest.fail()).body
    assert place("reconcile", "--report-only").code == 0
    assert len(place.tracker.snapshot("techmap").tickets) == 4


SOURCE = "github.com/octo/app"


@pytest.fixture
def settings() -> Settings:
    return load_settings(None, {})


def test_without_flags_the_settings_alone_decide(settings: Settings) -> None:
    assert sync_policy(settings, SOURCE, RunOptions()) == settings.sync_policy(SOURCE)


@pytest.mark.parametrize(
    ("asked", "changed"),
    [
        (RunOptions(refresh=True), {"refresh": True}),
        (RunOptions(accept_settings=True), {"accept_settings": True}),
        (RunOptions(reconcile=True), {"close_copies": True}),
        (RunOptions(allowed=frozenset({"gone"})), {"allowed": frozenset({"gone"})}),
        (RunOptions(read_all=True, read_works=True, retired=frozenset({"old"})), {}),
    ],
)
def test_a_flag_changes_what_it_is_named_for_and_nothing_else(
    settings: Settings, asked: RunOptions, changed: dict[str, object]
) -> None:
    assert sync_policy(settings, SOURCE, asked) == replace(settings.sync_policy(SOURCE), **changed)  # type: ignore[arg-type]


def test_nothing_is_lifted_or_named_unless_somebody_asks() -> None:
    usual = RunOptions()
    assert not usual.allowed
    assert not usual.named
    assert not usual.retired
    assert usual.shard.is_all
