"""A map that gets another title is no reason to refuse: only tasks whose own words change count as retitled."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from tests.app.run import CORPUS, READY, Program

TO = ("--to", "backlog:./backlog")


def copied(program: Program, name: str, old: str = "", new: str = "") -> Path:
    path = program.folder / "map.md"
    path.write_text((CORPUS / name).read_text("utf-8").replace(old, new) if old else (CORPUS / name).read_text("utf-8"))
    return path


def titled(program: Program, source: Path, title: str) -> Path:
    """A copy of a map with an id of its own, under some title."""
    lines = source.read_text("utf-8").split("\n")
    place = next(number for number, line in enumerate(lines) if line.startswith("# "))
    lines[place] = f"# TECHNICAL MAP: {title}\n\n**Map ID**: the-map"
    path = program.folder / "map.md"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


@pytest.mark.parametrize("source", READY[:3], ids=lambda path: path.stem)
def test_a_map_under_another_title_is_pushed_and_retitles_its_tickets(program: Program, source: Path) -> None:
    assert program("push", titled(program, source, "First name"), *TO).code == 0
    ended = program("push", titled(program, source, "Another one"), *TO, "--format", "json")
    assert ended.code == 0, ended.err
    titles = {change["title"] for change in ended.json["changes"] if "title" in change["fields"]}
    assert len(titles) > 3
    assert all("Another one" in title for title in titles)
    assert "no changes" in program("push", titled(program, source, "Another one"), *TO).out


def test_another_unicode_form_retitles_nothing(program: Program) -> None:
    names = [f"Générateur {n} d'été" for n in range(4)]

    def written(form: str) -> Path:
        items = "".join(f"- `{name}`: crée\n" for name in names)
        text = f"# TECHNICAL MAP: Café\n\n### New Components\n{items}\n**Implementation Ready**: Yes\n"
        path = program.folder / "map.md"
        path.write_text(unicodedata.normalize(form, text), encoding="utf-8")  # type: ignore[arg-type]
        return path

    assert program("push", written("NFC"), *TO).code == 0
    ended = program("push", written("NFD"), *TO)
    assert (ended.code, "no changes" in ended.out) == (0, True), ended.out + ended.err


def test_tasks_that_get_other_words_still_count(program: Program) -> None:
    def written(*names: str) -> Path:
        items = "".join(f"- `{name}` <!-- id: part{n} -->: does number {n}\n" for n, name in enumerate(names))
        path = program.folder / "map.md"
        path.write_text(f"# TECHNICAL MAP: It\n\n### New Components\n{items}\n**Implementation Ready**: Yes\n")
        return path

    assert program("push", written("Alpha", "Beta", "Gamma", "Delta", "Epsilon"), *TO).code == 0
    ended = program("push", written("One", "Two", "Three", "Four", "Epsilon"), *TO)
    assert ended.code == 4
    assert "4 of 5 tickets" in ended.out
