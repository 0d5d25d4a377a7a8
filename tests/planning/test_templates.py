"""Ticket texts: a team changes one block of one template; an error in it names file and line."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from techmap_sync.config import shipped
from techmap_sync.errors import SettingsProblem
from techmap_sync.planning.body import TicketTexts
from techmap_sync.planning.escape import code_span
from techmap_sync.planning.link_targets import MapSource, WebFiles
from techmap_sync.planning.task import SectionName
from techmap_sync.planning.templates import TicketTemplates, continued
from tests.planning.maps import CORPUS, graph_of, plan_of, read_file

MAP = read_file(CORPUS / "09-webhook-ingestion.md")
WEB = WebFiles("https://example.org/o/r/blob/c0ffee/", "https://example.org/o/r/raw/c0ffee/", "#L{first}-L{last}")


def first_component(team: Path | None, source: MapSource | None = None) -> dict[str, str]:
    graph = graph_of(MAP)
    texts = TicketTexts(graph, source or MapSource("docs/map.md"), TicketTemplates(shipped(""), team))
    return {section.heading: section.text for section in texts.sections(0)}


def template(folder: Path, text: str) -> Path:
    (folder / "component.md.j2").write_text(text, encoding="utf-8")
    return folder


def test_a_team_overrides_one_block_without_copying_the_rest(tmp_path: Path) -> None:
    block = '{% block purpose %}{{ section("purpose", "Why") }}\nBecause {{ purpose }}{% endblock %}'
    mine = '{% extends "shipped/component.md.j2" %}\n' + block
    usual, own = first_component(None), first_component(template(tmp_path, mine))
    assert own["Why"].startswith("Because Accepts deliveries")
    assert {heading: text for heading, text in own.items() if heading != "Why"} == {
        heading: text for heading, text in usual.items() if heading != "Purpose"
    }


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("one\n{% if %}", 2, "Expected an expression"),
        ("one\n\n{{ nobody }}", 3, "'nobody' is undefined"),
        ("{{ purpose.__class__.__mro__ }}", 1, "unsafe"),
        ("{{ 1 // 0 }}", 1, "by zero"),
        ('{% extends "missing.md.j2" %}', 1, "missing.md.j2"),
    ],
)
def test_an_error_in_a_template_names_file_and_line(tmp_path: Path, text: str, line: int, said: str) -> None:
    with pytest.raises(SettingsProblem) as raised:
        first_component(template(tmp_path, text))
    assert raised.value.where.endswith(f"component.md.j2:{line}")
    assert said in raised.value.what


def test_links_and_images_of_a_map_lead_to_the_commit() -> None:
    text = first_component(None, MapSource("docs/maps/hooks.md", "c0ffee" * 6, WEB))
    assert "https://example.org/o/r/raw/c0ffee/docs/maps/img/delivery-sequence.png" in text["Background"]
    assert "(https://example.org/o/r/blob/c0ffee/docs/maps/hooks.md#L30-L38)" in text["Source"]


def test_a_commit_or_a_line_is_no_news() -> None:
    def values(path: str, commit: str) -> list[str]:
        graph = graph_of(MAP)
        texts = TicketTexts(graph, MapSource(path, commit), TicketTemplates(shipped("")))
        return [section.values for section in texts.sections(0)]

    assert values("a.md", "1") == values("b/c.md", "2")


def test_nothing_of_a_map_notifies_anybody_or_runs() -> None:
    for task in (plan := plan_of(MAP)).tasks:
        for text in (task.title, *(section.text for section in task.sections)):
            assert "@octo-dev" not in text.replace("`", " ") or "`" in text
            assert not any(line.lstrip("> -").startswith(("/close", "/assign")) for line in text.splitlines())
    assert plan.tracking.sections


def test_a_map_without_works_has_a_tracking_ticket_without_a_graph() -> None:
    empty = replace(MAP, components=(), changes=(), tests=(), deployment=(), constraints=(), done=())
    assert "graph" not in {section.name for section in plan_of(empty).tracking.sections}


@pytest.mark.parametrize("text", ["plain", "with `one`", "``two``", "`", "a ``` b"])
def test_a_code_span_holds_whatever_backticks_the_text_has(text: str) -> None:
    from marko.ext.gfm import gfm

    assert f"<code>{text}</code>" in gfm(code_span(text))


def test_a_text_of_several_lines_starts_on_its_own() -> None:
    assert continued("one") == "one"
    assert continued("```\ncode\n```") == "\n\n  ```\n  code\n  ```"


RENAMED = """\
{% extends "shipped/component.md.j2" %}
{% block purpose %}{{ section("why", "Why") }}{{ purpose }}
{{ section("risks", "Risks") }}none known{% endblock %}
{% block where %}{% if where %}{{ section("files", heading="Files") }}{{ where | join(" ") }}{% endif %}{% endblock %}
{% block methods %}{{ section("what", "What") }}{% for one in methods %}{{ one.signature }} {% endfor %}{% endblock %}
{% block source %}{{ section("team", "Team") }}ours{{ section("source", "Origin") }}{{ source }}{% endblock %}
"""


def test_a_section_keeps_its_name_however_a_team_calls_and_heads_it(tmp_path: Path) -> None:
    graph = graph_of(MAP)
    team = template(tmp_path, RENAMED)
    usual = TicketTexts(graph, MapSource("docs/map.md"), TicketTemplates(shipped(""))).sections(0)
    own = TicketTexts(graph, MapSource("docs/map.md"), TicketTemplates(shipped(""), team)).sections(0)
    headings = {section.name: section.heading for section in own}
    assert headings["purpose"] == "Why"
    assert headings["where"] == "Files"
    assert headings["methods"] == "What"
    assert headings["source"] == "Origin"
    assert headings["risks"] == "Risks"  # a further section is the team's own
    assert headings["team"] == "Team"
    values = {section.name: section.values for section in own}
    assert {section.name: section.values for section in usual}.items() <= values.items()


@pytest.mark.parametrize("name", SectionName)
def test_every_section_of_a_shipped_template_is_opened_in_the_block_of_its_name(name: SectionName) -> None:
    opening = re.compile(r'{% block (\w+) %}(?:(?!{% block).)*?section\("([^"]*)"', re.DOTALL)
    texts = [path.read_text(encoding="utf-8") for path in Path(shipped("")).glob("*.md.j2")]
    opened = {place for text in texts for place in opening.findall(text)}
    written_by_code = {SectionName.LEAD, SectionName.TICKETS, SectionName.STATUS}
    written_by_code |= {SectionName.METHODS, SectionName.PARTS, SectionName.TESTS, SectionName.CONSTRAINTS}
    assert name in written_by_code or (name.replace(" ", "_"), name) in opened
