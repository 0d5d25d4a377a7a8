"""A document in another language makes tickets without an English word of ours, whatever happens to them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

import pytest

from techmap_sync.config import shipped
from techmap_sync.documents.base import Sources
from techmap_sync.documents.checklist.checklist_family import Checklists
from techmap_sync.documents.text import decode
from techmap_sync.documents.words import Words, languages, words_in
from techmap_sync.planning.body import TicketTexts
from techmap_sync.planning.link_targets import MapSource
from techmap_sync.planning.planner import plan_tasks
from techmap_sync.planning.task import Section, SectionName, TaskPlan, TaskSpec
from techmap_sync.planning.task_graph import task_graph
from techmap_sync.planning.templates import TicketTemplates
from techmap_sync.sync import writing
from techmap_sync.sync.block import Block, read_block
from techmap_sync.sync.changes import close
from techmap_sync.sync.endings import Ending, Why
from techmap_sync.sync.fallback import notice_in
from techmap_sync.sync.tracker import Capabilities, CloseReason, State
from tests.fakes.memory import MemoryTracker
from tests.families.gold import grammar
from tests.planning.maps import CORPUS, options, plan_of, read
from tests.sync.build import POLICY, held
from tests.sync.drive import planned, push
from tests.sync.test_writing import ABLE, CHANGES

MAPS = {"de": "08-wasserwerk", "fr": "09-bibliotheque", "es": "10-riego", "zh": "11-guangai"}


FOREIGN = [language for language in languages() if language != "en"]


IN_TEXT = Capabilities(children=0, blocking_links=False, native_blocking=False, body_limit=40_000)
"""A tracker without links: all of them are in the texts."""


_COMMENT = re.compile(r"<!--.*?-->", re.S)


_CHART = re.compile(r"```mermaid\n(.*?)\n```", re.S)


_LABEL = re.compile(r'\["(.*?)"\]')


_CODE_POINT = re.compile(r"#(\d+);")


_WORD = re.compile(r"[A-Za-zÀ-ÿ]+")


@lru_cache
def text_of(language: str) -> str:
    return decode((CORPUS / "authors" / f"{MAPS[language]}.md").read_bytes())


@lru_cache
def plan_in(language: str) -> TaskPlan:
    text = text_of(language)
    return plan_of(read(text), path=_path(language), text=text)


def _path(language: str) -> str:
    return f"docs/{MAPS[language]}.md"


def strange_words(ticket: str, document: str, language: str) -> set[str]:
    """The words of a ticket that are neither its document's nor fixed words of the language.

    Words in letters of other scripts do not count: no English one is among them.
    """
    chart = _CHART.sub(lambda found: "\n".join(_LABEL.findall(found[1])), _COMMENT.sub("", ticket))
    said = _CODE_POINT.sub(lambda found: chr(int(found[1])), chart)
    return _words(said) - _words(document) - _words(" ".join(_fixed(words_in(language))))


def _fixed(words: Words) -> Iterator[str]:
    for table in (words.titles, words.headings, words.phrases, words.endings, words.states):
        yield from table.values()


def _words(text: str) -> set[str]:
    return {word.casefold() for word in _WORD.findall(text)}


def strangers_in(tracker: MemoryTracker, language: str) -> dict[str, set[str]]:
    known = f"{text_of(language)} {_path(language)} c0ffee"
    tickets = tracker.tickets.values()
    found = {ticket.number: strange_words(f"{ticket.title}\n{ticket.body}", known, language) for ticket in tickets}
    return {number: words for number, words in found.items() if words}


def pushed(language: str, plan: TaskPlan | None = None) -> MemoryTracker:
    tracker = MemoryTracker(IN_TEXT)
    push(tracker, plan or plan_in(language), text=text_of(language))
    return tracker


def status_of(body: str) -> str:
    block = read_block(body)
    assert isinstance(block, Block)
    return block.texts().get(SectionName.STATUS, "")


def test_an_english_word_would_be_found() -> None:
    assert strange_words("### Estado\n\nDone in the map.", "mapa", "es") == {"done", "in", "the", "map"}
    assert strange_words('```mermaid\nflowchart\n  subgraph build["Build"]\n```', "", "zh") == {"build"}


@pytest.mark.parametrize("language", MAPS)
def test_a_first_push_says_nothing_in_english(language: str) -> None:
    tracker = pushed(language)
    headings = words_in(language).headings
    bodies = "\n".join(ticket.body for ticket in tracker.tickets.values())
    assert f"### {headings['tickets']}\n" in bodies
    assert f"### {headings['waits for']}\n" in bodies
    assert not strangers_in(tracker, language)


@pytest.mark.parametrize("language", MAPS)
def test_a_closed_or_labelled_ticket_says_why_in_its_own_language(language: str) -> None:
    tracker, plan, words = pushed(language), plan_in(language), words_in(language)
    done, gone, kept = "2", "3", "4"
    tracker.edit(kept, comments=1)
    keys = {read_block(ticket.body).marker.key: n for n, ticket in tracker.tickets.items()}  # type: ignore[union-attr]
    left = {spec.key: spec for spec in plan.tasks if keys[spec.key] not in (gone, kept)}
    tasks = tuple(
        replace(spec, done=keys[key] == done, blocked_by=tuple(one for one in spec.blocked_by if one in left))
        for key, spec in left.items()
    )
    push(tracker, replace(plan, tasks=tasks), replace(POLICY, accept_settings=True), text_of(language))
    for number, ending in ((done, Ending(Why.DONE)), (gone, Ending(Why.GONE)), (kept, Ending(Why.GONE, "", True))):
        assert ending.said(words).casefold() in status_of(tracker.tickets[number].body).casefold()
    assert not strangers_in(tracker, language)


@pytest.mark.parametrize("language", FOREIGN)
@pytest.mark.parametrize("why", Why)
def test_every_reason_is_said_in_the_language_of_the_ticket(why: Why, language: str) -> None:
    spec, heading = plan_in("es").tasks[0], words_in(language).headings
    sections = (Section("purpose", heading["purpose"], "", ""), Section("source", heading["source"], "", ""))
    there = held(replace(spec, sections=sections))
    closing = close(spec.key, spec.title, "2", Ending(why, "12", worked_on=True), CloseReason.NOT_PLANNED)
    body = writing.rewrite(closing, there, replace(CHANGES, commit="c0ffee"), POLICY, ABLE, set()).patch.body or ""
    assert f"### {heading['status']}\n" in body
    assert not strange_words(body, "c0ffee", language)


def completed_and_asked_for_more(language: str) -> tuple[MemoryTracker, TaskPlan, str]:
    """A tracker where a person completed a ticket, the plan that asks for more in it, and the title of its task."""
    tracker, plan = pushed(language), plan_in(language)
    spec = next(spec for spec in plan.tasks if _items_of(spec))
    items = _items_of(spec)[0]
    number = next(n for n, ticket in tracker.tickets.items() if ticket.title == spec.title)
    tracker.edit(number, state=State.CLOSED, reason=CloseReason.COMPLETED)
    more = replace(items, text=f"{items.text}\n- [ ] {plan.tracking.title}", values='["more"]')
    asking = replace(spec, sections=tuple(more if each is items else each for each in spec.sections))
    return tracker, replace(plan, tasks=tuple(asking if each is spec else each for each in plan.tasks)), spec.title


def _items_of(spec: TaskSpec) -> list[Section]:
    return [each for each in spec.sections if each.name == SectionName.ITEMS]


@pytest.mark.parametrize("language", MAPS)
def test_a_follow_up_and_a_text_that_is_cut_say_so_in_their_language(language: str) -> None:
    tracker, plan, title = completed_and_asked_for_more(language)
    words, sections = words_in(language), plan.tracking.sections
    long = Section("detail", words.headings["background"], f"{text_of(language)}\n" * 200, '["long"]')
    push(tracker, replace(plan, tracking=replace(plan.tracking, sections=(*sections, long))), text=text_of(language))
    assert words.phrase("follow-up", text=title) in {ticket.title for ticket in tracker.tickets.values()}
    assert notice_in(language) in tracker.tickets["1"].body
    assert not strangers_in(tracker, language)


@pytest.mark.parametrize("language", MAPS)
def test_a_follow_up_that_was_named_in_english_keeps_its_title(language: str) -> None:
    """Other words alone write nothing."""
    tracker, plan, title = completed_and_asked_for_more(language)
    push(tracker, replace(plan, language="en"), text=text_of(language))
    assert f"{title} (follow-up)" in {ticket.title for ticket in tracker.tickets.values()}
    assert not planned(tracker, plan, text=text_of(language)).writes


SPEC = """\
# 任务

## 阶段 1：准备

- [ ] T001 在 `src/valve.py` 创建阀门
- [ ] T002 记录雨量 (optional)
"""


def spec_plan(text: str, language: str = "") -> TaskPlan:
    place = "specs/001-guangai/tasks.md"
    document = Checklists(grammar("spec-kit"), language).read(
        Sources(text, place, place, {"specs/001-guangai/spec.md": ""})
    )
    graph = task_graph(document)
    return plan_tasks(graph, options(), TicketTexts(graph, MapSource(place), TicketTemplates(shipped(""))))


def _said(plan: TaskPlan) -> str:
    specs: tuple[TaskSpec, ...] = (plan.tracking, *plan.tasks)
    return "\n".join(
        [spec.title for spec in specs] + [f"{s.heading}\n{s.text}" for spec in specs for s in spec.sections]
    )


def test_chinese_specs_are_recognised_and_say_nothing_in_english() -> None:
    plan = spec_plan(SPEC)
    assert plan.language == "zh"
    assert words_in("zh").states["optional"] in _said(plan)
    known = SPEC.replace("optional", "") + "specs/001-guangai/tasks.md spec"
    assert not strange_words(_said(plan), known, "zh")


@pytest.mark.parametrize("language", FOREIGN)
def test_a_setting_decides_the_language_of_specs_and_other_words_alone_write_nothing(language: str) -> None:
    told, english = spec_plan(SPEC, language), spec_plan(SPEC, "en")
    headings = words_in(language).headings
    assert {section.heading for spec in told.tasks for section in spec.sections} <= set(headings.values())
    for spec, other in zip(told.tasks, english.tasks, strict=True):
        assert [section.values for section in spec.sections] == [section.values for section in other.sections]
    values = [{section.name: section.values for section in plan.tracking.sections} for plan in (told, english)]
    assert values[0][SectionName.SUMMARY] == values[1][SectionName.SUMMARY]
