"""No picture is stale: each shows what the program writes today, and is the one that ``make pictures`` made.

The inputs are made again, not the pictures, so this needs neither browser nor packages.
"""

from __future__ import annotations

import json
import re

import pytest

from tests.pictures.scenes import PICTURES, RECORD, ROOT, digest, inputs, plan_svg

LARGEST = 200_000
"""Bytes of a picture that is kept in the repository."""


RECORDED = json.loads(RECORD.read_text("utf-8"))


def test_each_picture_is_recorded_and_no_other() -> None:
    assert {path.name for path in PICTURES.iterdir()} - {RECORD.name} == RECORDED.keys()


def test_the_pictures_show_what_the_program_writes_today() -> None:
    recorded = {name: each["input"] for name, each in RECORDED.items()}
    assert inputs() == recorded, "stale: run `make pictures`"


@pytest.mark.parametrize("name", sorted(RECORDED))
def test_a_picture_is_small_and_nobody_else_made_it(name: str) -> None:
    content = (PICTURES / name).read_bytes()
    assert digest(content) == RECORDED[name]["picture"], "changed by hand: run `make pictures`"
    assert len(content) < LARGEST


def test_the_plan_is_in_colour_and_needs_no_server() -> None:
    drawn = plan_svg()
    assert len(set(re.findall(r"fill: (#\w+)", drawn))) > 2
    assert not re.search(r"url\(\W*https?:|<image|<script", drawn)


def test_every_picture_is_in_a_document() -> None:
    documents = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    texts = "".join(path.read_text("utf-8") for path in documents)
    assert [name for name in RECORDED if f"pictures/{name}" not in texts] == []
