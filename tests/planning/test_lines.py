"""Nothing of a document is lost: each line that says something is found in a ticket."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from techmap_sync.documents.base import Granularity, GranularityChoice
from techmap_sync.documents.technical_map.map_statements import statements_of
from techmap_sync.documents.text import decode
from techmap_sync.planning.lines import LOST, LineHome, ledger_of_lines, places_of
from techmap_sync.planning.task import TaskPlan
from techmap_sync.planning.tracking_text import MOST_QUOTED
from tests.documents import generated
from tests.documents.transform import transformed
from tests.planning.maps import CORPUS, ITEMS, body_text, plan_of, read, vocabulary
from tests.sampling import sampling

MAPS = sorted(CORPUS.rglob("*.md"))
CHOICES = [GranularityChoice(*[each] * 4) for each in Granularity]
often = settings(max_examples=sampling.times("generated maps with all their lines", 30, 100), deadline=None)
HIDDEN = re.compile("[\u200b-\u200d\u2060]")


def planned(text: str, choice: GranularityChoice | None = None) -> TaskPlan:
    return plan_of(read(text), choice, text=text)


def ledger(text: str, plan: TaskPlan | None = None) -> dict[int, str]:
    """Where each line is, by its number; of a line in several tickets the first."""
    return {home.line: home.where for home in homes_in(text, plan or planned(text))}


def homes_in(text: str, plan: TaskPlan) -> tuple[LineHome, ...]:
    return ledger_of_lines(statements_of(text, vocabulary()), plan)


def lost(text: str, plan: TaskPlan | None = None) -> list[str]:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return [lines[number - 1] for number, where in ledger(text, plan).items() if where == LOST]


def a_map(text: str) -> str:
    return f"# TECHNICAL MAP: T\n\n{dedent(text)}"


def tracking(text: str) -> str:
    plan = planned(text)
    return body_text(plan, plan.tracking.key)


@pytest.mark.parametrize("path", MAPS, ids=lambda path: path.stem)
def test_no_line_of_the_corpus_is_lost_however_many_tickets_are_made(path: Path) -> None:
    text = decode(path.read_bytes())
    assert lost(text) == []
    for choice in sampling.in_turn("granularities of a map with all its lines", CHOICES, 1, MAPS.index(path)):
        assert lost(text, planned(text, choice)) == [], choice


@pytest.mark.parametrize("path", MAPS, ids=lambda path: path.stem)
def test_the_words_of_a_line_are_in_the_ticket_that_the_ledger_names(path: Path) -> None:
    """Looked for here in the plain way, without what the ledger knows of lines."""
    text = decode(path.read_bytes()).replace("\r\n", "\n")
    plan = planned(text)
    words = {spec.key: _letters(body_text(plan, spec.key)) for spec in (*plan.tasks, plan.tracking)}
    for number, where, also in homes_in(text, plan):
        line = text.split("\n")[number - 1]
        if where not in words or "**" in line or line.startswith("#"):
            continue
        said = line.partition(": ")[2] or line  # before a colon there may be a label
        for word in re.findall(r"[a-z]{6,}", said.casefold()):
            # "Updated X" is the verb of a title: Modify X.
            said_there = any(word in words[key] for key in (where, *also))
            assert said_there or word in vocabulary().statuses, (number, line, where)


def _letters(text: str) -> str:
    return HIDDEN.sub("", html.unescape(text)).casefold()


@pytest.mark.parametrize("path", MAPS, ids=lambda path: path.stem)
def test_no_line_is_lost_of_a_map_that_is_written_in_another_way(path: Path) -> None:
    text = decode(path.read_bytes()).replace("\r\n", "\n")
    for seed in sampling.in_turn("transformations of a map with all its lines", range(8), 2, MAPS.index(path)):
        changed, names = transformed(text, seed)
        plan = planned(changed)
        assert lost(changed, plan) == [], names
        assert bare_headings(plan) == [], names


BOLD = 7
"""The level of a line in bold: below all headings."""


def level(line: str) -> int:
    """The level of a heading; 0 for any other line."""
    if found := re.match(r"(#{1,6}) ", line):
        return len(found[1])
    return BOLD if re.fullmatch(r"\*\*[^*]+\*\*", line) else 0


def bare_headings(plan: TaskPlan) -> list[str]:
    """The headings in tickets with nothing below; in a checklist a label may follow the heading that it is under."""
    found = []
    for spec in (*plan.tasks, plan.tracking):
        texts = "\n".join(f"### {part.heading}\n{part.text}" for part in spec.sections if part.heading)
        lines = [line.strip() for line in re.sub(r"(?ms)^(`{3,}).*?^\1", "code", texts).split("\n") if line.strip()]
        for line, below in zip(lines, [*lines[1:], "# "], strict=True):
            is_label = level(line) == level(below) == BOLD and spec is not plan.tracking
            found += [line] * (0 < level(below) <= level(line) and not is_label)
    return found


def test_a_heading_above_what_other_tickets_say_is_not_repeated() -> None:
    said = tracking(a_map("## Rollout\n\n### Migration Requirements\n- Run it once\n"))
    assert "Rollout" not in said


@pytest.mark.parametrize("heading", ["## Keep the old endpoint until May", "## Principles\n\n### Keep the endpoint"])
def test_a_heading_above_nothing_is_a_statement(heading: str) -> None:
    text = a_map(f"{heading}\n\n## Out of Scope\n- Tides\n")
    last = heading.rpartition("# ")[2]
    assert f"- {last}" in tracking(text).split("\n")
    assert lost(text) == []
    assert bare_headings(planned(text)) == []


def test_a_heading_is_above_what_is_left_below_it() -> None:
    said = tracking(a_map("## Principles\n\n### Kindness\n- Be kind\n")).split("\n")
    assert said.index("#### Principles") < said.index("**Kindness**") < said.index("- Be kind")


@often
@given(generated.maps, st.sampled_from(CHOICES))
def test_no_line_of_a_generated_map_is_lost(text: str, choice: GranularityChoice) -> None:
    assert lost(text, planned(text, choice)) == []


@pytest.mark.parametrize(
    "said",
    [
        "- `Scanner` stops. All is logged at once.",
        "`Scanner` stops at a broken file. All\nis logged at once.",
        "`Scanner` stops at a\nbroken file. All is logged\nat once.",
    ],
)
def test_a_line_of_two_sentences_is_in_two_tickets_and_in_no_third(said: str) -> None:
    text = f"# TECHNICAL MAP: T\n\n## New Components\n- `Scanner`: a\n\n## Error Handling\n{said}\n"
    plan = planned(text)
    assert lost(text, plan) == []
    assert "logged" not in tracking(text)
    first = text[: text.index(said)].count("\n") + 1
    homes = {key for home in homes_in(text, plan) if home.line >= first for key in (home.where, *home.also)}
    assert homes == {"t/component/scanner", "t/constraint/error-handling"}
    without = replace(plan, tasks=tuple(spec for spec in plan.tasks if spec.kind != "constraint"))
    assert lost(text, without)


@pytest.mark.parametrize("section", ["purpose", "items", "where", "remaining", "summary"])
def test_a_section_that_is_missing_from_the_tickets_is_a_loss(section: str) -> None:
    text = (CORPUS / "04-faceted-search.md").read_text("utf-8")
    plan = planned(text)
    without = [
        replace(spec, sections=tuple(part for part in spec.sections if part.name != section)) for spec in plan.tasks
    ]
    kept = tuple(part for part in plan.tracking.sections if part.name != section)
    thin = replace(plan, tasks=tuple(without), tracking=replace(plan.tracking, sections=kept))
    assert lost(text, thin)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("<!-- note to self -->", "comment"),
        ("None", "nothing"),
        ("- N/A", "nothing"),
        ("[Schema modifications needed]", "placeholder"),
        ("---", "structure"),
    ],
)
def test_what_says_nothing_needs_no_ticket(line: str, why: str) -> None:
    text = a_map(f"## Integration Points\n\n### Database Changes\n\n{line}\n")
    assert ledger(text)[7] == why


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("## Integration Points\n### API Changes\nNone. But the old endpoint stays.\n", "But the old endpoint stays."),
        ("## Integration Points\n### Existing Systems\nThe queue stays.\n", "The queue stays."),
        ("## Components Overview\n### New Components\nNone. The plug-in is enough.\n", "The plug-in is enough."),
        ("## Components Overview\n### Modified Components\n- `Old` (unchanged): keeps the log\n", "keeps the log"),
        ("## Risks\nThe disk may be slow.\n", "The disk may be slow."),
        ("## Data Flow\n### Input Data\n| Role | May |\n|---|---|\n| guest | read |\n", "- guest: read"),
        ("## Out of Scope\n- Undo\n", "Undo"),
        ("Why we do it: the disk is full.\n\n## Risks\nNone\n", "the disk is full."),
        ("**Status**: TECHNICAL MAP\n**Reviewers**: Ines\n", "Ines"),
    ],
)
def test_what_has_no_ticket_of_its_own_is_in_the_tracking_ticket(text: str, kept: str) -> None:
    assert kept in tracking(a_map(text))


def test_what_was_a_box_is_a_bullet_there() -> None:
    text = tracking(a_map("## Risks\n- [ ] Ask the vendor\n- [x] Ask the lawyer\n"))
    assert "- Ask the vendor\n- Ask the lawyer" in text


def test_a_heading_of_the_document_opens_no_section_of_the_ticket() -> None:
    text = a_map("## Risks\n\n### Source\n\nA spring in the hills.\n")
    assert tracking(text).count("### Source") == 1
    assert "**Source**\n\n- A spring in the hills." in tracking(text)


def test_a_table_and_a_fence_stay_whole_there() -> None:
    table = "| Role | Read | Write |\n|------|------|-------|\n| guest | yes | no |\n| admin | yes | yes |"
    fence = "```yaml\na: 1\n\nb: 2\n```"
    text = tracking(a_map(f"## Roles\n\n{table}\n\n{fence}\n"))
    assert table in text
    assert fence in text


def test_a_long_section_that_nobody_understood_is_quoted_in_part_and_linked() -> None:
    lines = [f"- Remark {number} of the reviewers" for number in range(1, 31)]
    text = a_map("## Remarks\n\n" + "\n".join(lines) + "\n")
    plan = planned(text)
    written = body_text(plan, plan.tracking.key)
    assert f"Remark {MOST_QUOTED} of" in written
    assert f"Remark {MOST_QUOTED + 1} of" not in written
    assert "10: `docs/map.md`, lines 25 to 34" in written
    assert plan.linked_lines == set(range(25, 35))
    assert lost(text, plan) == []


def test_where_the_linked_lines_are_is_no_news() -> None:
    lines = "\n".join(f"- Remark {number}" for number in range(30))
    plans = [planned(a_map(f"{above}## Remarks\n\n{lines}\n")) for above in ("", "\n\n")]
    first, second = ({part.name: part for part in plan.tracking.sections}["not understood"] for plan in plans)
    assert first.text != second.text
    assert first.values == second.values


def test_a_note_of_a_group_is_in_every_ticket_of_the_group() -> None:
    text = a_map("## Testing\n\n### Unit Tests\n\nAll of them run offline:\n\n- One is refused\n- Two are let in\n")
    plan = planned(text, ITEMS)
    assert len(plan.tasks) == 2
    for task in plan.tasks:
        assert "run offline" in body_text(plan, task.key)


def test_a_piece_is_found_whole_or_not_at_all() -> None:
    said = statements_of("the red and the blue boat sail home", vocabulary())
    texts = ["the red and the blue boat; they sail home", "The RED and the *blue* boat sail home!"]
    assert places_of(said, texts) == [(1,)]
    assert places_of(said, texts[:1]) == [()]


def test_sentences_are_found_each_in_its_own_text_and_all_or_none() -> None:
    said = statements_of("One stops. Two goes on. One is last.", vocabulary())
    assert places_of(said, ["two goes on", "one stops; one is last"]) == [(1, 0)]
    assert places_of(said, ["two goes on", "one stops"]) == [()]
