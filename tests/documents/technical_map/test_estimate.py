"""How long the implementation takes: what is understood, and what stays text."""

from __future__ import annotations

import pytest

from techmap_sync.documents.technical_map.metadata import LONGEST, estimate_of, estimates_of
from techmap_sync.documents.technical_map.parser import parse
from tests.documents.shipped import CORPUS, VOCABULARY

HOUR, DAY, WEEK, MONTH = 60, 8 * 60, 5 * 8 * 60, 20 * 8 * 60

UNDERSTOOD = {
    "3 days": (3 * DAY, 3 * DAY),
    "4-6 hours": (4 * HOUR, 6 * HOUR),
    "16–23 hours": (16 * HOUR, 23 * HOUR),
    "~7 days (down from 14)": (7 * DAY, 7 * DAY),
    "2 weeks": (2 * WEEK, 2 * WEEK),
    "4-6 weeks": (4 * WEEK, 6 * WEEK),
    "1 month": (MONTH, MONTH),
    "90 min": (90, 90),
    "2-3d": (2 * DAY, 3 * DAY),
    "3-day": (3 * DAY, 3 * DAY),
    "3+ days": (3 * DAY, 3 * DAY),
    "1.5-2 weeks": (WEEK * 3 // 2, 2 * WEEK),
    "1,000 hours": (1000 * HOUR, 1000 * HOUR),
    "about 3 to 4 days": (3 * DAY, 4 * DAY),
    "5-3 days": (3 * DAY, 5 * DAY),
    "10 to 12 working days for one developer": (10 * DAY, 12 * DAY),
    "4 hours to 2 days": (4 * HOUR, 2 * DAY),
    "2 weeks - 3 weeks": (2 * WEEK, 3 * WEEK),
    "1 week and 2 days": (WEEK + 2 * DAY, WEEK + 2 * DAY),
    "2 weeks 3 days": (2 * WEEK + 3 * DAY, 2 * WEEK + 3 * DAY),
    "2 days + 1 day buffer": (3 * DAY, 3 * DAY),
    "3 bis 5 Tage": (3 * DAY, 5 * DAY),
    "1,5 Tage": (DAY * 3 // 2, DAY * 3 // 2),
    "2–3 semaines": (2 * WEEK, 3 * WEEK),
    "3 días": (3 * DAY, 3 * DAY),
    "约３—５天": (3 * DAY, 5 * DAY),
    "2个月": (2 * MONTH, 2 * MONTH),
}
NOT_UNDERSTOOD = [
    "",
    "TBD",
    "[X days]",
    "half a day",
    "5 story points",
    "14",
    "Phase 1: 3 days",
    "3x4 days",
    "3 days, 2 days",
    "3 days for the server, 2 days for the client",
    "16 hours / 2 days",
    "3.5.2 days",
    "9999999999 weeks",
    "3 days" + " and no more" * LONGEST,
]


@pytest.mark.parametrize("text", UNDERSTOOD)
def test_an_amount_a_range_and_a_sum_are_understood(text: str) -> None:
    assert estimate_of(text, VOCABULARY) == UNDERSTOOD[text]


@pytest.mark.parametrize("text", NOT_UNDERSTOOD)
def test_anything_else_stays_text(text: str) -> None:
    assert estimate_of(text, VOCABULARY) is None


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("01-two-factor-login", (6 * DAY, 6 * DAY)),
        ("05-late-event-dedup", (12 * DAY, 12 * DAY)),
        ("08-cli-profiles", (16 * HOUR, 20 * HOUR)),
        ("12-ledger-id-widening", None),
    ],
)
def test_the_map_knows_its_estimate(name: str, expected: tuple[int, int] | None) -> None:
    found = parse((CORPUS / f"{name}.md").read_text("utf-8"), VOCABULARY).map
    assert found
    assert found.estimate_minutes == expected


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("6 days (Parser: 2 days, `Mailer`: 1-2 days)", {"parser": 2 * DAY, "mailer": 2 * DAY}),
        ("Parser 3 hours; Mailer - ~1,5 days", {"parser": 3 * HOUR, "mailer": 12 * HOUR}),
        ("OAuth2 Client: 1 day (Step 2: 3 hours)", {"oauth2 client": DAY, "step 2": 3 * HOUR}),
        ("~4-6 days (down from 10)", {}),
        ("6 days", {}),
        ("Parser: soon, Mailer: 3", {}),
        ("a: 1 day, " * 1000, {}),
    ],
)
def test_what_an_estimate_names_has_one_of_its_own(text: str, named: dict[str, int]) -> None:
    assert estimates_of(text, VOCABULARY) == named
