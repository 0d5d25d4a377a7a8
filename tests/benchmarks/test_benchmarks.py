"""The benchmarks themselves: what the page says, what a missed bound does, and each measurement in small."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import __main__ as program
from benchmarks import counts, growth, histories, kills, pace, parsing, peers, scale
from benchmarks.maps import map_of_bytes
from benchmarks.numbers import Number
from benchmarks.table import Row, Section, markdown, missed, summary
from tests.planning.maps import read
from tests.simulators.github import GitHub, running

SOURCES = "".join(path.read_text(encoding="utf-8") for path in Path(program.__file__).parent.glob("*.py"))
KEPT = [Row(f"of {each.name}", 1, 2, shows=each) for each in Number]


def sections(*rows: Row) -> list[Section]:
    return [Section("Title", "Text.", rows)]


def test_what_was_searched_is_put_on_the_page_and_all_else_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    known: dict[str, dict[str, object]] = {"searched": {}, "planted": {"a fault": {"events": 1, "note": "why"}}}
    monkeypatch.setattr(histories, "recorded", lambda: known)
    page = histories.with_section("# Page\n\n## First\n\ntext\n")
    assert page.startswith("# Page\n\n## First\n\ntext\n\n## Short histories\n")
    assert "| planted: a fault | after 1 event |" in page
    known["searched"]["a world"] = {"states": 3, "steps": 1_000, "seconds": 5, "broken": 2}
    again = histories.with_section(f"{page}\n## Last\n\ntext\n")
    assert again.count("## Short histories") == 1
    assert again.endswith("\n\n## Last\n\ntext\n")
    assert "| a world, broken promises | 2 |  | ≤ 0 | missed by 2 | 3 states, 1,000 steps, 5 s |" in again


@pytest.mark.parametrize("number", Number)
def test_every_promise_is_measured(number: Number) -> None:
    assert f"shows=Number.{number.name}" in SOURCES


@pytest.mark.parametrize(
    ("row", "verdict"),
    [
        (Row("a", 13, 13), "met"),
        (Row("a", 14, 13), "missed by 1"),
        (Row("a", 1.5, least=1.6, unit=" x"), "missed by 0.10 x"),
        (Row("a", 1.6, least=1.6), "met"),
        (Row("a", 5), ""),
        (Row("a", "not run"), ""),
        (Row("a", "not run", 1), "not run"),
    ],
)
def test_a_verdict_says_by_how_much(row: Row, verdict: str) -> None:
    assert row.verdict == verdict


def test_the_page_has_a_line_for_each_promise_and_each_row() -> None:
    late = Row("pushes", 14, 13, floor=10, unit=" x", note="why", shows=Number.THOUSAND)
    made = sections(*KEPT, late)
    assert markdown(made).splitlines()[-1] == "| pushes | 14 x | 10 x | ≤ 13 x | missed by 1 x | why |"
    lines = summary(made).splitlines()[2:]
    assert [line.split(" | ")[0] for line in lines] == [f"| {each.value}" for each in Number]
    assert [line.rpartition(" | ")[2] for line in lines if "14 x" in line] == ["missed by 1 x |"]
    assert sum(line.endswith("| met |") for line in lines) == len(Number) - 1


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([*KEPT], []),
        ([*KEPT, Row("pushes", 14, 13)], ["pushes: 14, missed by 1"]),
        (KEPT[1:], [f"{KEPT[0].shows and KEPT[0].shows.value}: not measured"]),
    ],
)
def test_only_a_strict_run_fails_for_what_is_missed(
    rows: list[Row], said: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert missed(sections(*rows)) == said
    assert program.ended(sections(*rows), strict=True) == bool(said)
    assert program.ended(sections(*rows), strict=False) == 0
    assert capsys.readouterr().err.splitlines() == 2 * [f"missed: {each}" for each in said]


def test_the_page_tells_versions_and_the_machine() -> None:
    text = program.page(sections(*KEPT), "2025-01-02")
    assert "Written on 2025-01-02: " in text
    assert "marko 2" in text
    assert "Python 3" in text


def test_each_measurement_runs_in_small() -> None:
    rows = [
        *counts.rows("github", (1, 20), (2, 40)),
        *pace.rows(1, 20),
        *kills.rows("closing"),
        *parsing.hostile(("rules",)),
        *growth.section((10, 20)).rows,
        *peers.rows(3, 10, 0.0),
    ]
    timed = {Number.GROWTH, Number.PACE}
    assert [row for row in rows if row.verdict not in ("", "met") and row.shows not in timed] == []
    assert {row.shows for row in rows} >= set(Number) - {
        *(Number.PARSING, Number.START, Number.MANY, Number.FINISHED, Number.SCALE)
    }


def test_tickets_that_are_put_into_a_server_are_those_of_a_push() -> None:
    rows = list(scale.rows((1, 2)))
    assert {row.measured for row in rows if row.what.endswith("writes")} == {0}
    assert sum(row.shows is Number.SCALE for row in rows) == len(rows) == 13


def test_generated_maps_differ_and_have_the_wanted_size() -> None:
    texts = [map_of_bytes(number, 10_000) for number in range(40)]
    assert len(set(texts)) == 40
    assert all(9_700 < len(text.encode()) < 10_500 for text in texts)
    maps = [read(text) for text in texts[:5]]
    assert all(each.ready and each.components and each.tests for each in maps)


def test_latency_is_that_of_each_answer() -> None:
    with running(GitHub(latency=0.05)) as server:
        for title in ("One", "Two", "Three"):
            server.add_issue(title)
        requests, seconds = peers.timed(lambda: peers.refreshed(server))
    assert requests == 3
    assert seconds >= 0.05
