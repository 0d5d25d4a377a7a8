"""A plan and a result as JSON: each change is in it, done or left."""

from __future__ import annotations

import json
from dataclasses import replace

from techmap_sync.reports.plan_json import plan_json, push_json
from techmap_sync.sync.change_set import ChangeSet, Outcome, Status
from techmap_sync.sync.changes import Update
from techmap_sync.sync.ticket_fields import LEDGER, FieldEdit
from tests.reports.changes import assigned, change_set, outcomes


def test_a_plan_has_every_change_and_the_counts_of_all() -> None:
    planned = change_set()
    said = json.loads(plan_json(planned, ["no token"]))
    assert (said["tracker"], said["remarks"]) == ("github:octo/app", ["no token"])
    assert [each["map_id"] for each in said["maps"]] == ["login", "draft", "old", "same"]
    assert [change["action"] for change in said["changes"]] == [change.action for change in planned.changes]
    assert said["counts"] == planned.counts()


def test_what_was_tried_and_what_remains_are_together_the_plan() -> None:
    planned = change_set()
    tried = outcomes(planned)
    for number in (0, len(tried)):
        said = json.loads(push_json(planned, tried[:number], False, {"actor": "ada"}))
        assert len(said["outcomes"]) == number
        assert len(said["outcomes"]) + len(said["remaining"]) == len(planned.writes)
        assert all(outcome["actor"] == "ada" for outcome in said["outcomes"])
        assert said["complete"] is False


def test_a_text_that_waits_remains_though_the_ledger_of_its_ticket_was_written() -> None:
    (of_map, *_) = change_set().maps
    text = next(change for change in of_map.changes if isinstance(change, Update))
    ledger = replace(text, edits=(FieldEdit(LEDGER, "1", "2"),))
    planned = ChangeSet("github:octo/app", (replace(of_map, changes=(text, ledger)),))
    tried = [Outcome(text, of_map.map_id, Status.LEFT), Outcome(ledger, of_map.map_id, Status.APPLIED)]
    (left,) = json.loads(push_json(planned, tried, False, {}))["remaining"]
    assert left["fields"] == list(text.fields)


def test_a_new_ticket_has_its_people_where_there_are_any() -> None:
    assert json.loads(plan_json(assigned("@sara", "tom")))["changes"][0]["assignees"] == ["sara", "tom"]
    assert "assignees" not in json.loads(plan_json(assigned()))["changes"][0]
