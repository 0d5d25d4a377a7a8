"""The report page in a real Chromium: it opens, filters, follows the keyboard, prints, and lets nothing hostile run."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from subprocess import PIPE
from typing import Any

import pytest

from techmap_sync.reports.html.status_page import status_html
from tests.app.run import ROOT
from tests.reports.standings import hostile, many

EXAMPLE = ROOT / "docs" / "report" / "index.html"
MODULES = ROOT / "node_modules"
SCRIPT = Path(__file__).with_name("browser.mjs")
NAMES = (os.environ.get("CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM = next((path for name in NAMES if name and (path := shutil.which(name))), None)
NODE = shutil.which("node")
MISSING = [
    name
    for name, there in (
        ("a Chromium (name it in CHROMIUM)", CHROMIUM),
        ("node", NODE),
        ("playwright-core (npm install)", (MODULES / "playwright-core" / "package.json").exists()),
        ("axe-core (npm install)", (MODULES / "axe-core" / "package.json").exists()),
    )
    if not there
]
REQUIRED = os.environ.get("CI", "").lower() == "true"
pytestmark = pytest.mark.skipif(bool(MISSING) and not REQUIRED, reason=f"missing: {', '.join(MISSING)}")


Browse = Callable[..., Any]
"""Lets the browser do a job on a page; no job may leave an error or ask for anything but the page."""


@pytest.fixture(scope="module")
def browse() -> Iterator[Browse]:
    """One browser, since to start one takes longer than most jobs."""
    assert not MISSING, f"CI needs {', '.join(MISSING)}; `make optional` installs what it can"
    assert NODE
    assert CHROMIUM
    environment = {**os.environ, "CHROMIUM": CHROMIUM, "MODULES": str(MODULES)}
    with subprocess.Popen(
        [NODE, SCRIPT], env=environment, stdin=PIPE, stdout=PIPE, stderr=PIPE, encoding="utf-8", cwd=ROOT
    ) as browser:
        yield partial(_found, browser)


def _found(browser: subprocess.Popen[str], job: str, page: Path, *files: Path) -> Any:
    assert browser.stdin
    assert browser.stdout
    assert browser.stderr
    print(json.dumps([job, str(page), *map(str, files)]), file=browser.stdin, flush=True)
    answer = browser.stdout.readline()
    assert answer, browser.stderr.read()
    found = json.loads(answer)
    assert found["errors"] == []
    assert set(found["requests"]) == {page.resolve().as_uri()}, "the page needs nothing else"
    return found


def test_the_filters_narrow_tasks_maps_and_graph(browse: Browse) -> None:
    steps = browse("filter", EXAMPLE)["steps"]
    everything = steps["all"]
    assert everything["sections"] == 12
    assert steps["map"] == {"shown": 16, "sections": 1, "said": f"16 of {everything['shown']} tasks"}
    blocked = EXAMPLE.read_text("utf-8").partition('data-count="blocked">')[2].partition("<")[0]
    assert steps["state"]["shown"] == int(blocked)
    assert 0 < steps["phase and state"]["shown"] < min(steps["phase"]["shown"], steps["state"]["shown"])
    assert steps["text"]["shown"] == 2, "sara works on two tasks"
    assert steps["dimmed"] == everything["shown"] - 2
    assert steps["nothing"] == {"shown": 0, "sections": 0, "said": f"0 of {everything['shown']} tasks"}
    assert steps["cleared"] == everything


def test_the_arrow_keys_follow_the_graph_and_enter_opens(browse: Browse) -> None:
    found = browse("keyboard", EXAMPLE)
    assert found["stops"] == 1, "a graph is one stop of the Tab key"
    start, *path = found["path"]
    right, further, back, stay, down, up, end, home = path
    assert right["id"].removeprefix("m0n") in start["after"].split()
    assert further["id"].removeprefix("m0n") in right["after"].split()
    assert back["id"].removeprefix("m0n") in further["before"].split()
    before = back["before"].split() or [back["id"].removeprefix("m0n")]
    assert stay["id"].removeprefix("m0n") in before, "left leads to what comes before, or nowhere"
    assert down["id"] != stay["id"] == up["id"]
    assert end["after"] == ""
    assert home["id"] == start["id"]
    assert further["lit"] == len(further["before"].split()) + len(further["after"].split()), "its lines stand out"
    assert found["hash"] == f"#{start['id'].replace('n', 't')}"
    assert "TASK-1.1" in found["target"]


def test_it_prints(browse: Browse, tmp_path: Path) -> None:
    found = browse("print", EXAMPLE, tmp_path / "report.pdf")
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF-")
    assert found["bytes"] > 50_000
    assert found["form"] is False, "a filter is of no use on paper"
    assert found["wide"] == 0


def test_axe_finds_no_serious_issue_in_light_in_dark_and_on_a_phone(browse: Browse) -> None:
    found = browse("axe", EXAMPLE)
    assert found["rules"] > 30
    assert [each for each in found["problems"] if each["impact"] in ("serious", "critical")] == []
    assert found["overflow"] == 0, "on a phone only tables and graphs scroll sideways"


def test_at_1280_pixels_nothing_scrolls_sideways(browse: Browse) -> None:
    assert browse("fit", EXAMPLE)["scrolling"] == []


def test_hostile_texts_do_nothing(browse: Browse, tmp_path: Path) -> None:
    page = tmp_path / "hostile.html"
    page.write_text(status_html(hostile()), encoding="utf-8")
    found = browse("hostile", page)
    assert found["policy"].startswith("script-src"), "even a script that got in would not run"
    assert found["ran"] is False
    assert found["scripts"] == 1, "ours, and the one that the test put in"
    assert (found["links"], found["images"]) == ([], 0)
    assert found["after"].startswith(page.as_uri()), "Enter leads nowhere else"
    assert found["text"].startswith("<script>window.pwned = 1</script>")


def test_a_hundred_maps_with_two_thousand_tasks_open_and_filter(browse: Browse, tmp_path: Path) -> None:
    page = tmp_path / "many.html"
    page.write_text(status_html(many(100, 20)), encoding="utf-8")
    assert page.stat().st_size < 3_000_000
    found = browse("speed", page)
    assert (found["shown"], found["said"]) == (1000, "1000 of 2000 tasks"), "the planned ones"
    assert found["took"] < 5_000


def test_a_larger_page_shows_some_maps_at_a_time(browse: Browse, tmp_path: Path) -> None:
    page = tmp_path / "large.html"
    page.write_text(status_html(many(152, 20)), encoding="utf-8")
    found = browse("large", page)
    steps = found["steps"]
    assert found["nodes"] < 20_000, "3,040 tasks have 67,000 where all are drawn"
    assert steps["first"] == {"shown": 500, "sections": 25, "said": "", "part": "Shown: 1 to 25 of 152"}
    assert (steps["second"]["part"], found["map"]) == ("Shown: 26 to 50 of 152", "m25")
    assert steps["text"] == {
        "shown": 500,
        "sections": 25,
        "said": "1520 of 3040 tasks",
        "part": "Shown: 1 to 25 of 76",
    }, "the planned ones, from every page"
    assert found["dimmed"] == 0
    assert (steps["map"]["sections"], steps["map"]["said"]) == (1, "20 of 3040 tasks")
    assert steps["cleared"] == steps["first"]
    assert (steps["address"]["part"], found["target"]) == ("Shown: 151 to 152 of 152", "m151t3")
    assert found["focused"].startswith("m151n")
    assert found["printed"] == {"form": False, "part": True, "sections": 2}
    assert found["problems"] == []
    assert found["plain"] == {"rows": 3040, "form": False, "seen": True}, "without script all lists are there"
