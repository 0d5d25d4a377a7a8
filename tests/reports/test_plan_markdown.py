"""A plan and a result as Markdown: what a reviewer reads, and what a map's text cannot do there."""

from __future__ import annotations

import re

import marko
import pytest
from marko.ext.gfm import gfm

from techmap_sync.errors import TrackerError
from techmap_sync.reports.messages import fenced, fitted, inline
from techmap_sync.reports.plan_markdown import COMMENT_LIMIT, plan_markdown, push_markdown
from tests.reports.changes import assigned, change_set, golden, outcomes

HOSTILE = [
    "@octo/everyone and @sara, see #12, !7, octo/app#3 and GH-4",
    "`$(touch x)` <img src=x onerror=alert(1)> <!-- techmap-sync --> </details>",
    "[click](https://evil.example) ![i](https://evil.example/p.png) https://github.com/o/r/issues/1 www.evil.example",
    "**bold** _it_ ~~gone~~ # head | cell | \\* &#64;sara &#35;5 &lt;b&gt; $x$ [[_TOC_]] {+ a +}",
    "one\ntwo\r\n/close\n::error::three\x1b[31m",
    "/close",
    "::error file=x::y %0A ##[add-mask]z",
]


def html(markdown: str) -> str:
    return str(gfm.convert(markdown))


def shown(markdown: str) -> str:
    """What a reader sees, without the characters that nobody sees."""
    import html as entities

    return " ".join(entities.unescape(re.sub(r"<[^>]*>", "", html(markdown))).replace("\u200b", "").split())


def test_a_plan_as_a_reviewer_reads_it() -> None:
    assert plan_markdown(change_set(), ["no token"]) == golden("plan.md", plan_markdown(change_set(), ["no token"]))


def test_a_result_names_what_was_written_and_what_was_not_and_why() -> None:
    problem = TrackerError("github:octo/app", "api.github.com cannot be reached", "check the network")
    text = push_markdown(change_set(), outcomes(change_set()), problem)
    assert text == golden("push.md", text)


@pytest.mark.parametrize("text", HOSTILE)
def test_the_text_of_a_map_shows_as_it_is_written_and_does_nothing(text: str) -> None:
    within = html(f"- **create** {inline(text)}")
    assert set(re.findall(r"</?\w+", within)) <= {"<ul", "</ul", "<li", "</li", "<strong", "</strong"}
    seen = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    assert shown(f"- **create** {inline(text)}") == f"create {seen}"
    assert not re.search(r"(?<!\w)@\w|#\d|!\d|GH-\d|issues/\d", inline(text))


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_breaks_out_of_its_line_in_a_whole_report(text: str) -> None:
    changes = change_set(text)
    for report in (plan_markdown(changes), push_markdown(changes, outcomes(changes))):
        lines = report.splitlines()
        assert [line for line in lines if re.match(r"\s*(::|/|##\[)", line)] == []
        assert sum(line.startswith("### ") for line in lines) == 3
        tags = set(re.findall(r"<(\w+)", html(report)))
        assert tags <= {"p", "ul", "li", "h3", "strong", "em", "pre", "code", "a"}
        links = re.findall('href="(.*?)"', html(report))
        assert all(link.startswith("https://github.com/octo/app/issues/1") for link in links)


def test_a_fence_is_longer_than_what_it_holds() -> None:
    block = marko.parse("\n".join(fenced(["+ ````", "- ``` x", "```"], "diff")))
    assert len(block.children) == 1


def test_what_does_not_fit_is_cut_and_counted() -> None:
    many = change_set(*(f"Create Service {n} für Zoë" for n in range(3000)))
    whole = plan_markdown(many)
    cut = plan_markdown(many, limit=COMMENT_LIMIT)
    assert COMMENT_LIMIT - 400 < len(cut.encode()) <= COMMENT_LIMIT < len(whole)
    *kept, last = cut.splitlines()
    assert kept[:-1] == whole.splitlines()[: len(kept) - 1]
    number = re.fullmatch(r"\*\*(\d+) more lines left out.*\*\*", last)
    assert number
    assert int(number[1]) == len(whole.splitlines()) - len(kept) + 1


def test_even_one_block_too_long_leaves_a_report() -> None:
    assert fitted(["x" * 5000, "y"], 1000).startswith("\n**2 more lines")


def test_a_ticket_with_an_address_is_a_link_by_its_number() -> None:
    pages = {"12": "https://github.com/octo/app/issues/12", "13": "javascript:alert(1)", "16": "https://x/ y"}
    shown = plan_markdown(change_set(), pages=pages)
    assert "- **update** [#12](https://github.com/octo/app/issues/12) Create TotpService" in shown
    assert shown.count("](") == 1


def test_a_new_ticket_names_its_people_and_calls_none_of_them() -> None:
    said = plan_markdown(assigned("@sara", "tom"))
    assert "assigned to sara, tom" in said
    assert "@sara" not in said
    assert "assigned" not in plan_markdown(assigned())
