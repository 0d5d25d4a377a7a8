"""The page of ``status`` as text: what needs no browser."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from html import unescape
from pathlib import Path

import pytest

from techmap_sync.reports.html.status_page import status_html, view_of, web_address, wrapped
from tests.app.run import ROOT
from tests.reports.example import write_example
from tests.reports.standings import ADDRESSES, ATTACKS, hostile, many

EXAMPLE = ROOT / "docs" / "report" / "index.html"


def test_the_example_is_what_a_real_run_gives_today(tmp_path: Path) -> None:
    assert write_example(tmp_path / "app") == EXAMPLE.read_text("utf-8"), "run `make report`"


def test_the_policy_names_the_one_script_and_the_one_style() -> None:
    page = status_html(many(2, 5))
    policy = unescape(re.findall(r'Content-Security-Policy" content="([^"]+)"', page)[0])
    for tag, directive in (("script", "script-src"), ("style", "style-src")):
        (text,) = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.S)
        digest = b64encode(sha256(text.encode()).digest()).decode()
        assert f"{directive} 'sha256-{digest}';" in policy
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
    assert not re.search(r'\sstyle="|\son\w+="', page), "what the policy would forbid is not there"


def test_it_asks_for_nothing() -> None:
    page = status_html(many(1, 5))
    addresses = re.findall(r'\shref="([^"]*)"|\ssrc="([^"]*)"|url\(([^)]*)\)', page)
    elsewhere = [
        a for found in addresses for a in found if a and not a.startswith(("#", "https://github.com/octo/app/"))
    ]
    assert elsewhere == ["data:,"], "the icon that is none; links are asked for only when somebody follows them"
    assert "@import" not in page


def test_every_hostile_text_is_shown_and_none_is_markup() -> None:
    page = status_html(hostile())
    without_ours = re.sub(r"<(script|style)>.*?</\1>", "", page, flags=re.S)
    assert re.findall(r"<(?:script|img|iframe|base)", without_ours) == []
    assert page.count("<script>") == page.count("<style>") == 1
    for attack in ATTACKS:
        assert attack in unescape(page), attack


@pytest.mark.parametrize("address", [*ADDRESSES, "", None, "https://", "TASK-1"])
def test_only_the_web_becomes_a_link(address: str | None) -> None:
    assert web_address(address) == ""
    assert web_address("https://github.com/octo/app/issues/7") == "https://github.com/octo/app/issues/7"


@pytest.mark.parametrize(
    ("title", "lines"),
    [
        ("Create TotpService", ("Create TotpService",)),
        ("Write integration tests", ("Write integration ", "tests")),
        ("Change database: user_totp, user_recovery_codes", ("Change database: ", "user_totp, …")),
        ("Create AVeryLongNameThatNeverEnds", ("Create ", "AVeryLongNameThatNeverEnds")),
        ("AVeryLongNameThatNeverEnds", ("AVeryLongNameThatNeve", "rEnds")),
        ("現場点検アプリのオフライン同期", ("現場点検アプリのオフ", "ライン同期")),
        ("", ()),
    ],
)
def test_a_title_is_cut_at_words(title: str, lines: tuple[str, ...]) -> None:
    assert wrapped(title) == lines


def test_links_stand_below_the_ticket_they_are_of() -> None:
    view = view_of(many(2, 5)["maps"][1], 1)
    assert [change["action"] for change in view.changes] == ["create"] * 5
    assert [len(change["links"]) for change in view.changes] == [0, 1, 1, 1, 1]
    assert {node.look for node in view.nodes} == {"planned"}
    assert [curve.planned for curve in view.curves] == [True] * 4
