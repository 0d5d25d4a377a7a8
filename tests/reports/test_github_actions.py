"""What a run reports to GitHub Actions."""

from __future__ import annotations

from dataclasses import replace

from techmap_sync.reports.github_actions import output_lines, refusal_commands, remark_commands, step_outputs
from techmap_sync.sync.change_set import Status
from tests.reports.changes import change_set, outcomes


def test_a_plan_counts_what_a_push_would_write() -> None:
    values = step_outputs(change_set(), None, "report.json")
    assert {name: values[name] for name in ("created", "updated", "closed", "skipped", "conflicts")} == {
        "created": "1",
        "updated": "1",
        "closed": "1",
        "skipped": "2",
        "conflicts": "1",
    }
    assert values["report"] == "report.json"
    assert values["plan-digest"] == change_set().digest()


def test_a_push_counts_only_what_was_applied() -> None:
    planned = change_set()
    failed = [replace(outcome, status=Status.FAILED) for outcome in outcomes(planned)]
    values = step_outputs(planned, failed, "")
    assert [values[name] for name in ("created", "updated", "closed")] == ["0", "0", "0"]
    assert step_outputs(planned, outcomes(planned), "")["created"] == "1"


def test_each_output_is_read_back_whatever_its_value() -> None:
    assert output_lines({"a": "x\ny", "b": ""}, "END") == "a<<END\nx\ny\nEND\nb<<END\n\nEND\n"


def test_each_remark_and_refusal_is_one_line() -> None:
    assert remark_commands(["one\n::error::two"]) == ["::warning title=techmap-sync::one%0A::error::two"]
    (refused,) = refusal_commands(change_set())
    assert refused.startswith("::error file=docs/old.md,line=1,")
