"""``check --fix`` corrects what has one certain correction, to the byte, and nothing that is read changes by it."""

from __future__ import annotations

import json

import pytest

from techmap_sync.planning.rules import EVERY_RULE
from tests.app.run import CORPUS, Program

MAP = (CORPUS / "01-two-factor-login.md").read_text("utf-8")


def with_odd(text: str, space: str = "\u00a0") -> str:
    """Return a map with other spaces after the signs of a bullet and a heading."""
    return text.replace("- `TwoFactorController`: HTTP", f"-{space}`TwoFactorController`: HTTP").replace(
        "### Unit Tests", f"###{space}Unit Tests"
    )


def plan_of(program: Program) -> object:
    document = json.loads(program("plan", "map.md", "--format", "json").out)
    return [(change["key"], change["title"]) for change in document["changes"]]


@pytest.mark.parametrize("space", ["\u00a0", "\u3000", "\u2009"], ids=ascii)
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=ascii)
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["", "byte-order mark"])
def test_what_is_corrected_is_the_space_alone(program: Program, space: str, end: str, mark: bytes) -> None:
    path = program.folder / "map.md"
    path.write_bytes(mark + with_odd(MAP, space).replace("\n", end).encode())
    before = plan_of(program)
    assert "(1 fixable with --fix)" in program("check", "map.md").out
    fixed = program("check", "map.md", "--fix")
    assert fixed.code == 0
    assert path.read_bytes() == mark + MAP.replace("\n", end).encode()
    assert "+### Unit Tests" in fixed.out
    assert "odd-space" not in fixed.out
    assert plan_of(program) == before
    again = program("check", "map.md", "--fix")
    assert "+###" not in again.out
    assert path.read_bytes() == mark + MAP.replace("\n", end).encode()


def test_spaces_of_texts_and_code_stay(program: Program) -> None:
    text = with_odd(MAP).replace("HTTP surface", "HTTP\u00a0surface") + "\n```\n-\u00a0code\n```\n"
    path = program.folder / "map.md"
    path.write_text(text, "utf-8")
    program("check", "map.md", "--fix")
    assert path.read_text("utf-8") == MAP.replace("HTTP surface", "HTTP\u00a0surface") + "\n```\n-\u00a0code\n```\n"


@pytest.mark.parametrize("flags", [(), ("--format", "json"), ("--format", "sarif")], ids=str)
def test_nothing_is_written_without_the_flag_and_json_stays_one_document(
    program: Program, flags: tuple[str, ...]
) -> None:
    path = program.folder / "map.md"
    path.write_text(with_odd(MAP), "utf-8")
    program("check", "map.md", *flags)
    assert path.read_text("utf-8") == with_odd(MAP)
    fixed = program("check", "map.md", "--fix", *flags)
    assert path.read_text("utf-8") == MAP
    if flags:
        assert "odd-space" not in json.dumps(fixed.json)


def test_a_map_whose_finding_is_silenced_is_left_alone(program: Program) -> None:
    path = program.folder / "map.md"
    path.write_text(with_odd(MAP), "utf-8")
    (program.folder / "techmap-sync.toml").write_text('[severity]\nodd-space = "off"\n', "utf-8")
    assert "nothing to fix" in program("check", "map.md", "--fix").err
    assert path.read_text("utf-8") == with_odd(MAP)


def test_a_file_outside_of_the_repository_is_not_followed(
    program: Program, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside") / "map.md"
    outside.write_text(with_odd(MAP), "utf-8")
    (program.folder / "map.md").symlink_to(outside)
    assert program("check", "map.md", "--fix").code != 0
    assert outside.read_text("utf-8") == with_odd(MAP)


@pytest.mark.parametrize("rule", EVERY_RULE)
def test_every_rule_says_why_and_how_to_do_without_it(program: Program, rule: str) -> None:
    said = program("check", "--explain", rule).out
    assert "\nWhy: " in said
    assert f"techmap-sync: ignore {rule} " in said
    assert ("--fix" in said) is EVERY_RULE[rule].is_fixable
