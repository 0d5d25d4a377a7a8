"""Mermaid itself reads the charts of all maps, and in them the very titles and edges of the plan."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from techmap_sync.documents.words import words_in
from techmap_sync.documents.work import Phase
from techmap_sync.planning.task import TaskPlan
from techmap_sync.planning.tracking_text import flow_chart
from tests.planning.maps import READY, ROOT, plan_of, read, read_file

VARIABLE = "MERMAID_MODULES"
MODULES = Path(os.environ.get(VARIABLE) or ROOT / "node_modules")
SCRIPT = Path(__file__).with_name("mermaid_accepts.mjs")
NODE = shutil.which("node")
COMPLETE = NODE is not None and all((MODULES / name / "package.json").exists() for name in ("mermaid", "jsdom"))
pytestmark = pytest.mark.skipif(
    not COMPLETE, reason=f"node, mermaid or jsdom is missing: `npm install`, or name their folder in {VARIABLE}"
)

NAMES = (
    'A["x"]', "b) --> t1", "c | d |e|", "`tick` ``two``", "%% no comment", "%%{init: {}}%%", "end", "subgraph end",
    "# 1; #35; #quot;", "semi; colon;", "<script>alert(1)</script>", "a & b &lt; c", "x{y}((z))>w]", "back\\slash \\n",
    "click t0 href", "1. one", "- item", "**bold** _it_ ~~s~~", "$$x^2$$", "@{ shape: cat }", ":::styled",
    "fa:fa-car", "日本語 Ünï عربى 👩‍👩‍👧 \u200b\u202e", "ﬂ°°35¶ß", "style t0 fill:#f00;", 'classDef x:"y"',
    "https://x.example/?a=b#c",
)  # fmt: skip


def charts_read(charts: list[str]) -> list[Any]:
    """What Mermaid says about each chart."""
    assert NODE
    done = subprocess.run(
        [NODE, str(SCRIPT), str(MODULES)],
        input=json.dumps(charts),
        check=False,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    answers = json.loads(done.stdout)
    assert len(answers) == len(charts)
    return list(answers)


def chart_of(plan: TaskPlan) -> str:
    (graph,) = (section.text for section in plan.tracking.sections if section.name == "graph")
    assert graph.startswith("```mermaid\n")
    assert graph.endswith("\n```")
    return graph.removeprefix("```mermaid\n").removesuffix("\n```")


def planned(plan: TaskPlan) -> tuple[list[str], list[tuple[str, str]]]:
    """The nodes and edges that a reader of the plan's chart has to see."""
    nodes = {key: f"t{position}" for position, key in enumerate(plan.in_order)}
    edges = [(nodes[key], nodes[task.key]) for task in plan.tasks for key in task.blocked_by]
    return sorted(nodes.values()), sorted(edges)


def drawn(answer: Any) -> tuple[list[str], list[tuple[str, str]]]:
    """The nodes and edges that Mermaid read."""
    assert "error" not in answer, answer
    assert all(answer["labels"].values())
    return sorted(answer["labels"]), sorted((start, end) for start, end in answer["edges"])


def hostile_map() -> str:
    parts = ['# TECHNICAL MAP: `|["end"]|` %% #; <script>', "## Detailed Component Specifications"]
    for number, name in enumerate(NAMES, 1):
        parts.append(
            f"### Component {number}: {name}\n**Location**: `app/c{number}.py`  \n**Purpose**: Holds {number}."
        )
    return "\n\n".join(parts) + "\n"


TITLES = [*NAMES, *map(chr, range(0x21, 0x7F))]
NONE = 'flowchart LR\n  t0["a"b"]'


@cache
def plans() -> list[TaskPlan]:
    return [*map(plan_of, map(read_file, READY)), plan_of(read(hostile_map()))]


def titled() -> str:
    return flow_chart(TITLES, [Phase.BUILD] * len(TITLES), [()] * len(TITLES), words_in("en"))


@cache
def answers() -> dict[str, Any]:
    """What Mermaid says about every chart here, by the chart: it takes long to begin."""
    charts = [*map(chart_of, plans()), titled(), NONE]
    return dict(zip(charts, charts_read(charts), strict=True))


def test_mermaid_reads_the_charts_of_all_maps() -> None:
    for plan in plans():
        assert drawn(answers()[chart_of(plan)]) == planned(plan)
    assert len(plans()[-1].tasks) >= len(NAMES)


def test_mermaid_reads_every_title_as_it_is() -> None:
    assert answers()[titled()] == {"labels": {f"t{n}": title for n, title in enumerate(TITLES)}, "edges": []}


def test_a_chart_that_is_none_is_refused() -> None:
    assert "error" in answers()[NONE]
