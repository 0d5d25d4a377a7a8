"""Units of specs through the commands, beside technical maps."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from techmap_sync.checkout import checkout_of
from tests import made_once
from tests.app.maps import written
from tests.app.run import Program, committed
from tests.families.gold import EMPTY, TASK_FIELDS, TICKET_FIELDS, Gold, golds, wanted

FAMILIES = ("spec-kit", "openspec", "kiro", "plans", "bmad")
GOLDS = [gold for family in FAMILIES for gold in golds(family)]
MAIN = {"spec-kit": "tasks.md", "openspec": "tasks.md", "kiro": "tasks.md", "plans": "*.md"}


def with_families(program: Program, *names: str) -> None:
    _name_families(program.folder, *names)


def _name_families(folder: Path, *names: str) -> None:
    listed = ", ".join(f'"{name}"' for name in ("technical-map", *names))
    (folder / "techmap-sync.toml").write_text(f"families = [{listed}]\njobs = 1\n", encoding="utf-8")


def _committed(folder: Path, family: str, repository: str) -> None:
    """Commit the files of a gold answer, and the settings that read them."""
    shutil.copytree(repository, folder)
    _name_families(folder, family)
    committed(folder)


def copied(program: Program, repository: Path) -> None:
    shutil.copytree(repository, program.folder, dirs_exist_ok=True)


def tasks_file(program: Program, family: str) -> Path:
    (found,) = [path for path in program.folder.rglob(MAIN[family]) if "node_modules" not in path.parts]
    return found


def place_of(program: Program, gold: Gold) -> Path:
    """What a user would name to see a unit."""
    if gold.family == "bmad":
        number = gold.answer["unit"].removeprefix("epic-")
        return next(path for path in sorted(program.folder.rglob("*.md")) if re.match(rf"{number}[-.]\d", path.name))
    place = tasks_file(program, gold.family)
    return place if gold.family == "plans" else place.parent


def value(record: dict[str, Any], field: str) -> Any:
    found = record.get(field, EMPTY.get(field))
    return " ".join(str(found).casefold().split()) if field == "title" else found


@pytest.mark.parametrize("gold", GOLDS, ids=str)
def test_show_says_of_a_unit_what_its_answer_says(program: Program, gold: Gold) -> None:
    made_once.copied(program.folder, _committed, gold.family, str(gold.repository))
    checkout_of.cache_clear()
    shown = program("show", place_of(program, gold), "--format", "json").json
    answer = gold.answer
    assert shown["family"] == gold.family
    assert {key: shown[key] for key in ("unit", "title", "approved", "finished")} == {
        key: answer[key] for key in ("unit", "title", "approved", "finished")
    }
    assert shown["reasons"] == [answer["reason"]]
    for part, fields in (("tasks", TASK_FIELDS), ("tickets", TICKET_FIELDS)):
        assert [{f: value(one, f) for f in fields} for one in shown[part]] == [
            {f: wanted(one, f) for f in fields} for one in answer[part]
        ]
    assert not [line for line in shown["lines"] if line["where"] == "lost"]


@pytest.mark.parametrize("family", FAMILIES)
def test_a_unit_is_pushed_once_and_beside_maps(program: Program, family: str) -> None:
    with_families(program, family)
    gold = next(gold for gold in golds(family) if not gold.answer["finished"] and gold.answer["approved"])
    copied(program, gold.repository)
    written(program.folder, "Search", ["Parser", "Cache"])
    (program.folder / "backlog").mkdir()
    assert program("push", "--to", "backlog:backlog").code == 0
    first = {path.name: path.read_text("utf-8") for path in (program.folder / "backlog/tasks").iterdir()}
    wanted_titles = [
        t["title"]
        for t in gold.answer["tickets"]
        if not (t["done"] or t.get("not_planned")) and t.get("approved", True)
    ]
    titles = {match[1].strip("'\"") for text in first.values() if (match := re.search(r"^title: (.+)$", text, re.M))}
    assert set(wanted_titles) <= {title.replace("''", "'") for title in titles}
    assert any("search/component/cache" in text for text in first.values())
    again = program("push", "--to", "backlog:backlog")
    assert again.code == 0
    assert {path.name: path.read_text("utf-8") for path in (program.folder / "backlog/tasks").iterdir()} == first


def test_specs_are_read_only_when_their_family_is_named(program: Program) -> None:
    copied(program, golds("kiro")[0].repository)
    assert program("check", "--format", "json").json["maps"] == []
    with_families(program, "kiro")
    assert program("check", "--format", "json").json["maps"] == [
        tasks_file(program, "kiro").relative_to(program.folder).as_posix()
    ]


def test_show_says_which_setting_reads_a_unit(program: Program) -> None:
    copied(program, golds("kiro")[0].repository)
    ended = program("show", tasks_file(program, "kiro").parent)
    assert ended.code == 2
    assert 'families = ["technical-map", "kiro"]' in ended.err


def test_a_family_of_a_teams_own_is_a_table(program: Program) -> None:
    """Copied from another one, with other folders and a ticket for each task."""
    settings = 'families = ["ours"]\n[family.ours]\nlike = "spec-kit"\nfolders = ["work/*"]\nticket = "task"\n'
    (program.folder / "techmap-sync.toml").write_text(settings, encoding="utf-8")
    file = program.folder / "work/001-pier/tasks.md"
    file.parent.mkdir(parents=True)
    file.write_text("## Phase 1: Walk\n\n- [ ] T001 Measure it\n- [ ] T002 Walk it (after T001)\n", encoding="utf-8")
    changes = program("plan", "--to", "backlog:b", "--format", "json").json["changes"]
    created = [change["title"] for change in changes if change["action"] == "create"]
    assert created == ["Implement Pier", "Measure it", "Walk it"]
    assert [c["key"] for c in changes if c.get("edge") == "blocked by"] == ["pier/task/walk-it"]


def test_an_unknown_family_is_an_error_that_names_the_nearest(program: Program) -> None:
    with_families(program, "speckit")
    ended = program("check")
    assert ended.code == 2
    assert "spec-kit" in ended.err


@pytest.mark.parametrize("way", ["the tasks", "another file", "the folder", "the folder above", "everything"])
def test_a_unit_is_found_by_each_of_its_paths(program: Program, way: str) -> None:
    with_families(program, "kiro")
    copied(program, golds("kiro")[0].repository)
    place = tasks_file(program, "kiro")
    path = {
        "the tasks": place,
        "another file": place.with_name("design.md"),
        "the folder": place.parent,
        "the folder above": place.parents[1],
        "everything": program.folder,
    }[way]
    assert len(program("check", path.relative_to(program.folder), "--format", "json").json["maps"]) == 1


def test_check_and_init_say_which_specs_nobody_reads_and_the_line_to_add(program: Program) -> None:
    for gold in (golds("kiro")[0], golds("openspec")[0]):
        copied(program, gold.repository)
    line = 'families = ["technical-map", "openspec", "kiro"]'
    for command in (["check"], ["init", "--to", "backlog"]):
        ended = program(*command)
        assert line in ended.out + ended.err
        assert "1 kiro unit in .kiro/specs" in ended.out + ended.err
    settings = program.folder / "techmap-sync.toml"
    settings.write_text(f"{line}\n{settings.read_text('utf-8')}", encoding="utf-8")
    ended = program("check", "--format", "json")
    assert "families" not in ended.err
    assert set(ended.json["families"].values()) == {"openspec", "kiro"}


@pytest.mark.parametrize("gold", GOLDS, ids=str)
def test_check_reports_the_gate_and_what_an_answer_asks_for(program: Program, gold: Gold) -> None:
    made_once.copied(program.folder, _committed, gold.family, str(gold.repository))
    checkout_of.cache_clear()
    found = program("check", "--format", "json").json["diagnostics"]
    said = [(each["rule"].replace("-", " "), each["message"]) for each in found]
    for rule, subject in (*gold.answer.get("check", ()), ("unit gate", gold.answer["reason"])):
        assert [message for name, message in said if name == rule and (subject or "") in message]


def test_archived_namesakes_are_left_out_with_a_note(program: Program) -> None:
    with_families(program, "openspec")
    for folder in ("fees", "archive/2026-01-02-fees", "archive/2026-03-04-fees"):
        file = program.folder / "openspec/changes" / folder / "tasks.md"
        file.parent.mkdir(parents=True)
        file.write_text("## 1. Fees\n- [ ] 1.1 Add them\n", encoding="utf-8")
    found = program("check", "--format", "json")
    assert found.code == 0
    assert found.json["maps"] == ["openspec/changes/fees/tasks.md"]
    assert [each["rule"] for each in found.json["diagnostics"]].count("archived-namesake") == 1


def test_two_units_in_use_with_one_id_are_an_error_in_both(program: Program) -> None:
    with_families(program, "spec-kit")
    for folder in ("001-fees", "002-fees"):
        file = program.folder / "specs" / folder / "tasks.md"
        file.parent.mkdir(parents=True)
        file.write_text("# Tasks: Fees\n\n- [ ] T001 Add them\n", encoding="utf-8")
    found = program("check", "--format", "json").json["diagnostics"]
    assert [each["rule"] for each in found].count("duplicate-map-id") == 2


def test_a_file_beside_the_tasks_that_leads_out_of_the_repository_is_not_read(program: Program, tmp_path: Path) -> None:
    with_families(program, "spec-kit")
    (program.folder / ".git").mkdir()
    outside = tmp_path.parent / f"{tmp_path.name}-outside.md"
    outside.write_text("# A secret", encoding="utf-8")
    file = program.folder / "specs/001-fees/tasks.md"
    file.parent.mkdir(parents=True)
    file.write_text("- [ ] T001 Add them\n", encoding="utf-8")
    file.with_name("spec.md").symlink_to(outside)
    ended = program("check")
    assert ended.code != 0
    assert "leads out of the repository" in ended.err
    assert "secret" not in ended.out + ended.err


def test_every_report_names_the_family_of_each_document(program: Program) -> None:
    with_families(program, "openspec")
    copied(program, golds("openspec")[0].repository)
    written(program.folder, "Search", ["Parser", "Cache"])
    wanted = ["technical-map", "openspec"]
    checked = program("check", "--format", "json").json
    assert list(checked["families"].values()) == wanted
    for command in (["plan"], ["push"], ["status"]):
        maps = program(*command, "--to", "backlog:b", "--format", "json").json["maps"]
        assert [each["family"] for each in maps] == wanted, command
    assert "2 documents (1 technical-map, 1 openspec)" in program("check").out


def test_a_unit_whose_family_is_not_named_any_more_gets_the_line_that_reads_it(program: Program) -> None:
    with_families(program, "openspec")
    copied(program, golds("openspec")[0].repository)
    written(program.folder, "Search", ["Parser", "Cache"])
    program("push", "--to", "backlog:b")
    for left, lost in (([], "openspec"), (["openspec"], "technical-map")):
        settings = program.folder / "techmap-sync.toml"
        settings.write_text(f"families = {json.dumps(left or ['technical-map'])}\njobs = 1\n", encoding="utf-8")
        found = program("reconcile", "--report-only", "--to", "backlog:b", "--format", "json").json["maps"]
        (about,) = [each for each in found if each["family"] is None]
        line = f"families = {json.dumps([*(left or ['technical-map']), lost])}"
        assert line in about["reasons"][0]
        assert "setting maps" not in about["reasons"][0]
