"""Only odd spaces are replaced, each at its place, whatever ends the lines."""

from __future__ import annotations

import json

import pytest

from techmap_sync.app.fixing import with_plain_spaces
from techmap_sync.diagnostics import Span
from techmap_sync.planning.rules import EVERY_RULE
from tests.app.run import CORPUS, Program
from tests.sampling import sampling


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=ascii)
def test_the_characters_at_the_places_become_plain_spaces(end: str) -> None:
    content = f"-\u00a0é\u00a0a{end}##\u3000b".encode()
    assert with_plain_spaces(content, [Span(1, 2), Span(2, 3)]).decode() == f"- é\u00a0a{end}## b"


@pytest.mark.parametrize("place", [Span(1, 1), Span(1, 9), Span(7, 1)], ids=str)
def test_a_place_without_an_odd_space_stays(place: Span) -> None:
    assert with_plain_spaces("-\u00a0a".encode(), [place]) == "-\u00a0a".encode()


MAP = (CORPUS / "01-two-factor-login.md").read_text("utf-8")


def with_odd(text: str, space: str = "\u00a0") -> str:
    """Return a map with other spaces after the signs of a bullet and a heading."""
    return text.replace("- `TwoFactorController`: HTTP", f"-{space}`TwoFactorController`: HTTP").replace(
        "### Unit Tests", f"###{space}Unit Tests"
    )


def plan_of(program: Program) -> object:
    document = json.loads(program("plan", "map.md", "--format", "json").out)
    return [(change["key"], change["title"]) for change in document["changes"]]


@pytest.mark.parametrize(
    ("space", "end", "mark"),
    sampling.pairs("odd spaces by line ends and marks", "\u00a0\u3000\u2009", ("\n", "\r\n"), (b"", b"\xef\xbb\xbf")),
    ids=ascii,
)
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
