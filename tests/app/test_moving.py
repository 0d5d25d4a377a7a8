"""Components that people move from one map's file to another, on every tracker: their tickets go with them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from techmap_sync.app.parallel import Shard
from tests.app.maps import written
from tests.app.run import Program, on_github, on_gitlab
from tests.turns import in_turn


@dataclass(frozen=True)
class Place:
    """The program with a folder of maps and a tracker."""

    program: Program
    to: Sequence[str]

    def map(self, title: str, *names: str, **more: Any) -> Path:
        return written(self.program.folder, title, names, **more)

    def push(self, *paths: str | Path, code: int = 0) -> Any:
        ended = self.program("push", *paths, *self.to, "--format", "json")
        assert ended.code == code, ended.out + ended.err
        return ended.json

    def plan(self, *paths: str | Path) -> Any:
        return self.program("plan", *paths, *self.to, "--format", "json").json

    def numbers(self) -> dict[str, tuple[str, str]]:
        """Number and state of the ticket of each task that there is, by key."""
        maps = self.program("status", *self.to, "--format", "json").json["maps"]
        return {t["key"]: (t["number"], t["state"]) for each in maps for t in each["tasks"] if t["number"]}


pytest_generate_tests = in_turn("place", ("github", "gitlab", "backlog"))


@pytest.fixture
def place(request: pytest.FixtureRequest, program: Program) -> Place:
    (program.folder / "techmap-sync.toml").write_text('maps = ["maps"]\n', encoding="utf-8")
    routes: dict[str, Callable[[Any], list[str]]] = {"github": on_github, "gitlab": on_gitlab}
    to = ["--to", "backlog:./backlog"]
    if request.param in routes:
        to = routes[request.param](request.getfixturevalue(request.param))
    made = Place(program, to)
    made.map("Alpha", "Parser", "Cache")
    made.map("Beta", "Mailer")
    made.push()
    return made


def actions(document: Any, key: str) -> list[str]:
    return [change["action"] for change in document["changes"] if change["key"] == key and "edge" not in change]


def reason(document: Any, key: str) -> str:
    return next(str(c["reason"]) for c in document["changes"] if c["key"] == key and "edge" not in c)


CACHE_A, CACHE_B = "alpha/component/cache", "beta/component/cache"


def test_a_component_that_moves_keeps_its_ticket(place: Place) -> None:
    before = place.numbers()
    place.map("Alpha", "Parser")
    place.map("Beta", "Mailer", "Cache")
    pushed = place.push()
    assert pushed["counts"]["create"] == pushed["counts"]["close"] == 0
    assert (actions(pushed, CACHE_B), "alpha" in reason(pushed, CACHE_B)) == (["update"], True)
    assert place.numbers() == {CACHE_B if key == CACHE_A else key: held for key, held in before.items()}
    assert not place.plan()["changes"]


def test_a_map_that_is_split_and_maps_that_become_one_keep_all_tickets(place: Place) -> None:
    before = place.numbers()
    (place.program.folder / "maps/alpha.md").unlink()
    place.map("Gamma", "Cache")
    place.map("Beta", "Mailer", "Parser")
    place.push()
    after = place.numbers()
    assert {key.rpartition("/")[2]: n for key, n in after.items()} == {
        key.rpartition("/")[2]: n for key, n in before.items()
    }
    (place.program.folder / "maps/gamma.md").unlink()
    (place.program.folder / "maps/beta.md").unlink()
    place.map("Alpha", "Parser", "Cache", "Mailer")
    place.push()
    assert {key.rpartition("/")[2]: n for key, n in place.numbers().items()} == {
        key.rpartition("/")[2]: n for key, n in before.items()
    }
    assert not [c for c in place.plan()["changes"] if c["action"] != "skip"]


def test_one_file_alone_neither_closes_nor_doubles_what_moved(place: Place) -> None:
    before = place.numbers()
    alpha = place.map("Alpha", "Parser")
    beta = place.map("Beta", "Mailer", "Cache")
    held = place.push(alpha)
    assert (actions(held, CACHE_A), "maps/beta.md" in reason(held, CACHE_A)) == (["skip"], True)
    held = place.push(beta)
    assert (actions(held, CACHE_B), "maps/alpha.md" in reason(held, CACHE_B)) == (["skip"], True)
    assert f"<!-- was: {CACHE_A} -->" in reason(held, CACHE_B)
    named = place.map("Beta", "Mailer", "Cache", notes={"Cache": f"<!-- was: {CACHE_A} -->"})
    assert actions(place.push(named), CACHE_B) == ["update"]
    assert place.numbers()[CACHE_B] == before[CACHE_A]
    place.push(alpha)
    assert not place.plan()["changes"], place.program("plan", *place.to).out


def test_one_file_alone_closes_what_no_other_file_names(place: Place) -> None:
    number, _ = place.numbers()[CACHE_A]
    closed = place.push(place.map("Alpha", "Parser"))
    assert [(c["action"], c["ticket"]) for c in closed["changes"] if c["key"] == CACHE_A] == [("close", number)]


@pytest.mark.parametrize("ready", ["No", "Yes\n**Implementation Ready**: No"])
def test_a_map_that_is_not_approved_neither_gives_nor_takes(place: Place, ready: str) -> None:
    place.map("Alpha", "Parser")
    place.map("Beta", "Mailer", "Cache", ready=ready)
    assert actions(place.push(code=0), CACHE_A) == ["skip"]
    before = place.numbers()
    place.map("Beta", "Mailer", "Cache")
    place.push()
    assert place.numbers()[CACHE_B] == before[CACHE_A]


def test_a_file_that_cannot_be_read_may_hold_what_is_gone(place: Place) -> None:
    place.map("Alpha", "Parser")
    (place.program.folder / "maps/beta.md").write_bytes(b"# TECHNICAL MAP: Beta\n\xff\xfe\xff")
    held = place.push(code=1)
    assert (actions(held, CACHE_A), "maps/beta.md" in reason(held, CACHE_A)) == (["skip"], True)


def test_shards_hold_what_another_shard_has(place: Place) -> None:
    before = place.numbers()
    beta = place.map("Beta", "Mailer", "Cache")
    apart = next(n for n in range(2, 99) if Shard(1, n).holds(place.map("Alpha", "Parser")) != Shard(1, n).holds(beta))
    for number in range(1, apart + 1):
        assert place.program("push", *place.to, "--shard", f"{number}/{apart}").code == 0
    assert actions(place.plan(), CACHE_B) == ["update"], "no shard wrote it"
    assert len(place.numbers()) == len(before)
    assert {state for _, state in place.numbers().values()} == {"open"}
    place.push()
    assert place.numbers()[CACHE_B] == before[CACHE_A]


def test_reconcile_moves_too_and_lets_only_the_rest_of_a_lost_map_go(place: Place) -> None:
    before = place.numbers()
    (place.program.folder / "maps/alpha.md").unlink()
    place.map("Beta", "Mailer", "Cache")
    ended = place.program("reconcile", *place.to, "--retire", "alpha", "--format", "json")
    assert ended.code == 0, ended.err
    after = place.numbers()
    assert after[CACHE_B] == before[CACHE_A]
    assert actions(ended.json, "alpha/component/parser") == ["close"]
