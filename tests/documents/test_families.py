"""Another family of documents needs a class and its name in the registry, and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Self

import pytest

from techmap_sync.diagnostics import Span
from techmap_sync.documents import families
from techmap_sync.documents.base import Document, DocumentFamily, ReadingOptions, Reason, Sources
from techmap_sync.documents.work import Item, Kind, Rank, Work
from techmap_sync.text_forms import slug
from tests.app.run import CORPUS, Program


class Todo(DocumentFamily):
    """Files ``*.todo``: a title, then tasks (``-``) with their steps (``+``)."""

    name = "todo"
    endings = (".todo",)

    @classmethod
    def configured(cls, options: ReadingOptions) -> Self:
        return cls()

    def recognises(self, sources: Sources) -> bool:
        return sources.path.endswith(".todo")

    def read(self, sources: Sources) -> Document:
        title, *lines = sources.text.splitlines()
        works: list[Work] = []
        steps: list[Item] = []
        for number, line in reversed(list(enumerate(lines, 2))):
            sign, said, place = line[:2], line[2:], Span(number, 1, number, 1 + len(line))
            if sign == "+ ":
                steps.insert(0, Item(said, place))
            elif sign == "- ":
                works.insert(0, Work(Kind.CHANGE, said, said, Rank.INTEGRATION, "todo", place, items=tuple(steps)))
                steps = []
        later = (Reason("its title says later", 1),) if "later" in title else ()
        return Document(slug(title), title, sources.path, Span(1), tuple(works), not_ready=later)


LIST = "Move house\n- Pack the books\n+ Buy boxes\n+ Label @everything\n- Call the movers\n"


@pytest.fixture
def house(program: Program, monkeypatch: pytest.MonkeyPatch) -> Program:
    """A program that knows the family, in a folder with one of its documents."""
    monkeypatch.setattr(families, "FAMILIES", (*families.FAMILIES, Todo))
    (program.folder / "house.todo").write_text(LIST, encoding="utf-8")
    (program.folder / "techmap-sync.toml").write_text('families = ["technical-map", "todo"]\n', encoding="utf-8")
    return program


def written(folder: Path) -> dict[str, str]:
    """The tickets that a folder holds, by the ends of their names."""
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.glob("backlog/tasks/*.md"))}


def test_a_document_of_another_family_becomes_tickets_once(house: Program) -> None:
    (house.folder / "backlog").mkdir()
    assert house("push", ".", "--to", "backlog:backlog").code == 0
    first = written(house.folder)
    packing = next(text for name, text in first.items() if "Pack-the-books" in name)
    assert len(first) == 3
    assert "- [ ] Buy boxes" in packing
    assert "@everything" not in packing  # made safe as any text
    assert "house.todo" in packing.partition("### Source")[2]
    assert house("push", ".", "--to", "backlog:backlog").code == 0
    assert written(house.folder) == first


def test_both_families_are_read_side_by_side(house: Program) -> None:
    text = (CORPUS / "04-faceted-search.md").read_text(encoding="utf-8")
    (house.folder / "search.md").write_text(text, encoding="utf-8")
    tasks = house("plan", ".", "--to", "backlog:backlog", "--format", "json").json
    assert {each["map_id"] for each in tasks["maps"]} >= {"move-house", "faceted-product-search"}


def test_a_task_that_is_reworded_or_gone_is_handled_as_in_any_document(house: Program) -> None:
    (house.folder / "backlog").mkdir()
    house("push", ".", "--to", "backlog:backlog")
    (house.folder / "house.todo").write_text(LIST.replace("- Call the movers\n", ""), encoding="utf-8")
    changes = house("plan", ".", "--to", "backlog:backlog", "--format", "json").json["changes"]
    assert "close" in {change["action"] for change in changes}


def test_what_its_authors_have_not_approved_is_not_pushed_and_says_where(house: Program) -> None:
    (house.folder / "house.todo").write_text("Move house later\n- Pack\n", encoding="utf-8")
    (house.folder / "backlog").mkdir()
    ended = house("push", ".", "--to", "backlog:backlog")
    assert "house.todo:1: its title says later" in ended.out + ended.err
    assert written(house.folder) == {}


def test_show_prints_what_was_understood(house: Program) -> None:
    ended = house("show", "house.todo")
    assert "Move house (move-house), approved" in ended.out
    assert "[ ] Buy boxes, line 3" in ended.out
    assert house("show", "house.todo", "--format", "json").json["works"][1]["title"] == "Call the movers"


def test_two_documents_with_one_identity_are_an_error_in_both(house: Program) -> None:
    (house.folder / "copy.todo").write_text(LIST, encoding="utf-8")
    found = house("check", ".", "--format", "json").json["diagnostics"]
    assert [each["rule"] for each in found] == ["duplicate-map-id"] * 2
