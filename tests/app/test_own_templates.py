"""A team's own templates change how tickets read, and nothing about what the program recognises in them."""

from __future__ import annotations

import pytest

from tests.app.run import CORPUS, Program

COMPONENT = """\
{% extends "shipped/component.md.j2" %}
{% block purpose %}{% if purpose %}{{ section("a", "Why") }}{{ purpose }}{% endif %}{% endblock %}
{% block where %}{% if where %}{{ section("b", "Files") }}{{ where | join(" ") }}{% endif %}{% endblock %}
{% block methods %}{% if methods %}{{ section("c", "Work") }}{% for one in methods %}
- [ ] {{ one.signature | code }}: {{ one.description }}
{% endfor %}{% endif %}{% endblock %}
{% block interface %}{% if interface %}{{ section("d", "Code") }}{{ interface }}{% endif %}{% endblock %}
{% block detail %}{% if detail %}{{ section("e", "More") }}{{ detail }}{% endif %}{% endblock %}
{% block source %}{{ section("f", "Origin") }}{{ source }}{% endblock %}
"""
CHECKLIST = """\
{% extends "shipped/checklist.md.j2" %}
{% block items %}{{ section("todo", "To do") }}
{% for item in items %}
- [{{ "x" if item.done else " " }}] {{ item.text }}
{% endfor %}{% endblock %}
"""


def actions(program: Program, edited: str) -> list[tuple[str, str]]:
    """What a push would do after a map was edited."""
    (program.folder / "map.md").write_text(edited, encoding="utf-8")
    changes = program("plan", "map.md", "--to", "backlog:backlog", "--format", "json").json["changes"]
    return [(change["action"], change["key"]) for change in changes]


@pytest.mark.parametrize("own", [False, True], ids=["shipped", "own"])
def test_a_renamed_task_is_recognised_under_whatever_headings(program: Program, own: bool) -> None:
    if own:
        (program.folder / "texts").mkdir()
        (program.folder / "texts" / "component.md.j2").write_text(COMPONENT, encoding="utf-8")
        (program.folder / "texts" / "checklist.md.j2").write_text(CHECKLIST, encoding="utf-8")
        (program.folder / "techmap-sync.toml").write_text('templates = "texts"\n', encoding="utf-8")
    text = (CORPUS / "04-faceted-search.md").read_text(encoding="utf-8")
    (program.folder / "map.md").write_text(text, encoding="utf-8")
    (program.folder / "backlog").mkdir()
    assert program("push", "map.md", "--to", "backlog:backlog").code == 0
    assert actions(program, text) == []
    renamed = actions(program, text.replace("FacetCountCache", "Shelf").replace("FacetPlanner", "Chooser"))
    for name in ("shelf", "chooser"):  # which was which only the sections tell
        assert ("update", f"faceted-product-search/component/{name}") in renamed
    assert {"create", "close", "skip"}.isdisjoint(action for action, _ in renamed)
