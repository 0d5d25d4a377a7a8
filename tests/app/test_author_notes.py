"""``check`` helps authors with notes that no other command shows, and warns of lines that no ticket would carry."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from techmap_sync.app.author_notes import author_notes
from techmap_sync.app.documents_found import read_one
from techmap_sync.config import load_settings
from techmap_sync.documents.marko_patches import MAX_LINES
from techmap_sync.planning.rules import ADVICE
from tests.app.run import CORPUS, Program
from tests.documents.maps import GOOD, TEST

THIN = GOOD.replace(TEST, "- As above")


def check(program: Program, text: str, settings: str = "", *more: str) -> list[tuple[str, str]]:
    """Rule and severity of everything that is found."""
    (program.folder / "map.md").write_text(text, encoding="utf-8")
    (program.folder / "techmap-sync.toml").write_text(settings, encoding="utf-8")
    said = program("check", "map.md", *more, "--format", "json").json
    return [(found["rule"], found["severity"]) for found in said["diagnostics"]]


NOTES = [
    ("component-without-criteria", "note"),
    ("component-without-criteria", "note"),
    ("vague-reference", "note"),
]


def test_an_author_gets_notes_and_no_failure(program: Program) -> None:
    assert check(program, THIN) == NOTES
    assert program("check", "map.md", "--require-approved").code == 0


def test_a_draft_gets_them_too_because_that_is_when_they_help(program: Program) -> None:
    assert check(program, THIN.replace("Ready**: Yes", "Ready**: No"))[:3] == NOTES


def test_the_process_that_reads_a_map_can_find_them(tmp_path: Path) -> None:
    (tmp_path / "map.md").write_text(THIN, encoding="utf-8")
    settings = load_settings(None, {"author_notes": True})
    read = read_one(str(tmp_path / "map.md"), settings)
    sent = pickle.loads(pickle.dumps(author_notes(settings)))
    assert {found.rule.id for found in sent(read).diagnostics} == {rule for rule, _ in NOTES}
    assert not read.diagnostics
    assert author_notes(load_settings(None, {"author_notes": False})) is None


def test_one_setting_turns_them_off(program: Program) -> None:
    assert check(program, THIN, "author_notes = false\n") == []


def test_a_severity_decides_about_one_of_them(program: Program) -> None:
    assert check(program, THIN, '[severity]\nvague-reference = "off"\n')[:2] == NOTES[:2]
    mixed = 'author_notes = false\n[severity]\nvague-reference = "warning"\n'
    assert check(program, THIN, mixed) == [("vague-reference", "warning")]
    assert check(program, THIN, '[severity]\nvague-reference = "error"\n')[2] == ("vague-reference", "error")


def test_a_comment_silences_one_of_them(program: Program) -> None:
    silenced = THIN.replace("- As above", "- As above <!-- techmap-sync: ignore vague-reference -->")
    assert ("vague-reference", "note") not in check(program, silenced)


@pytest.mark.parametrize("form", ["text", "json", "markdown", "github", "gitlab"])
@pytest.mark.parametrize("command", ["plan", "push"])
def test_plan_and_push_show_none(program: Program, command: str, form: str) -> None:
    (program.folder / "map.md").write_text(THIN, encoding="utf-8")
    ended = program(command, "map.md", "--to", "backlog:backlog", "--format", form)
    assert ended.code == 0
    assert not [rule for rule in ADVICE if rule in ended.out + ended.err]


def test_many_notes_of_a_kind_are_three(program: Program) -> None:
    many = "\n".join(f"- As above, case {number}" for number in range(9))
    found = check(program, GOOD.replace("- A token of", f"{many}\n- A token of"))
    assert found == [("vague-reference", "note")] * 3


def test_a_scaffold_gets_no_notes(program: Program) -> None:
    assert program("new", "Login", "--output", "map.md").code == 0
    said = program("check", "map.md", "--format", "json").json
    assert {found["rule"] for found in said["diagnostics"]} == {"not-ready", "placeholder-left"}


@pytest.mark.parametrize("path", sorted(CORPUS.rglob("*.md")), ids=lambda path: path.stem)
def test_no_map_of_the_corpus_is_drowned_in_notes(program: Program, path: Path) -> None:
    said = program("check", path, "--format", "json").json
    notes = [found["rule"] for found in said["diagnostics"] if found["rule"] in ADVICE]
    assert len(notes) <= 6


LEAVES_OUT = '{% extends "shipped/tracking.md.j2" %}\n{% block summary %}{% endblock %}\n'
RULES = "## Security\n- Tokens are hashed\n- Mails hold no token\n\n## Testing"


def own_template(program: Program, text: str) -> str:
    (program.folder / "texts").mkdir(exist_ok=True)
    (program.folder / "texts" / "tracking.md.j2").write_text(text, encoding="utf-8")
    return 'author_notes = false\ntemplates = "texts"\n'


def test_a_line_that_a_template_of_the_team_leaves_out_is_warned_of(program: Program) -> None:
    assert check(program, GOOD) == []
    found = check(program, GOOD, own_template(program, LEAVES_OUT))
    assert set(found) == {("line-lost", "warning")}
    lines = [found["line"] for found in program("check", "map.md", "--format", "json").json["diagnostics"]]
    assert "**Author**: Mira Novak" in [GOOD.split("\n")[line - 1] for line in lines]


def test_a_template_that_leaves_nothing_out_loses_no_line(program: Program) -> None:
    settings = own_template(program, '{% extends "shipped/tracking.md.j2" %}\n')
    assert check(program, GOOD.replace("## Testing", RULES), settings) == []


def test_of_a_map_that_is_too_long_no_line_is_known(program: Program) -> None:
    settings = own_template(program, LEAVES_OUT)
    assert check(program, GOOD.replace("---\n", "\n" * MAX_LINES), settings)[1:] == [("too-long", "error")]
    (*_, found) = program("check", "map.md", "--format", "json").json["diagnostics"]
    assert "lines" in found["message"]


def test_a_map_that_gets_no_tickets_loses_no_lines(program: Program) -> None:
    settings = own_template(program, LEAVES_OUT)
    retired = GOOD.replace("## Testing", RULES).replace("**Status**: TECHNICAL MAP", "**Status**: ABANDONED")
    assert check(program, retired, settings) == []
