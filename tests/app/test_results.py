"""One run that serves several readers."""

from __future__ import annotations

import json

import pytest

from tests.app.run import CORPUS, Program
from tests.planning.maps import plan_of, read_file

MAP = CORPUS / "09-webhook-ingestion.md"
TICKETS = 1 + len(plan_of(read_file(MAP)).tasks)
BROKEN = """\
# TECHNICAL MAP: Broken

**Implementation Ready**: Yes

## Components

### New Components Required

- [Name]
"""


def test_one_push_serves_every_reader(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    (program.folder / "broken.md").write_text(BROKEN, encoding="utf-8")
    (program.folder / "no-map.md").write_bytes(b"\xff")
    (program.folder / "summary.md").write_text("before\n", encoding="utf-8")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "summary.md")
    wanted = ("markdown=summary.md", "json=report.json", "text=report.txt", "gitlab=quality.json", "github=-")
    flags = [word for report in wanted for word in ("--report", report)]
    ended = program("push", MAP, "broken.md", "no-map.md", *flags)
    assert ended.code == 1
    summary = (program.folder / "summary.md").read_text("utf-8")
    assert summary.startswith(f"before\n**Done: {TICKETS} created")
    report = json.loads((program.folder / "report.json").read_text("utf-8"))
    assert len(report["outcomes"]) > report["counts"]["create"] == TICKETS
    assert f"Done: {TICKETS} created" in (program.folder / "report.txt").read_text("utf-8")
    found = json.loads((program.folder / "quality.json").read_text("utf-8"))
    assert {problem["location"]["path"] for problem in found} >= {"broken.md", "no-map.md"}
    annotations = [line for line in ended.out.splitlines() if line.startswith("::")]
    assert annotations[0].startswith("::error file=no-map.md,line=1,title=techmap-sync::")
    assert any(line.startswith("::error file=broken.md,line=9,") for line in annotations)


def test_a_second_run_writes_its_report_anew_and_adds_to_the_summary(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "summary.md")
    for _ in range(2):
        assert program("plan", MAP, "--report", "markdown=summary.md", "--report", "markdown=plan.md").code == 0
    plan = (program.folder / "plan.md").read_text("utf-8")
    assert plan.startswith(f"**Plan: {TICKETS} to create")
    assert (program.folder / "summary.md").read_text("utf-8") == plan * 2


@pytest.mark.parametrize("report", ["pdf=x", "markdown", "markdown="])
def test_a_report_that_cannot_be_meant_is_refused_before_anything_is_read(program: Program, report: str) -> None:
    ended = program("push", MAP, "--report", report)
    assert ended.code == 2
    assert f"not understood: --report {report}" in ended.err
    assert not (program.folder / "backlog").exists()


def test_more_annotations_than_github_shows_end_in_a_number(program: Program) -> None:
    for n in range(12):
        (program.folder / f"broken-{n}.md").write_text(BROKEN.replace("Broken", f"Broken {n}"), encoding="utf-8")
    every = program("check", ".", "--format", "json").json["counts"]["error"]
    out = program("check", ".", "--format", "github").out
    lines = [line for line in out.splitlines() if line.startswith("::error")]
    assert every > len(lines) == 10
    assert f"::{every - 9} more of this kind" in lines[-1]


def test_a_file_named_like_a_workflow_command_begins_no_line(program: Program) -> None:
    name = "::error::x.md"
    (program.folder / name).write_text(MAP.read_text("utf-8"), encoding="utf-8")
    ended = program("plan", ".")
    assert f"./{name} (" in ended.out
    assert [line for line in (ended.out + ended.err).splitlines() if line.lstrip().startswith("::")] == []
