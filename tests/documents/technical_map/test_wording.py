"""Names that are nearly the same, and lists of names, in overview and specifications."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from techmap_sync.documents.technical_map.checks import check
from techmap_sync.documents.technical_map.wording import code_spans, heading_key
from tests.documents.maps import overview, reading
from tests.measure import measured


def both(listed: str, specified: str, section: str = "New") -> str:
    return f"""# TECHNICAL MAP: T

## Components Overview

### {section} Components
{listed}

## Detailed Component Specifications

### {specified}
**Location**: `a.py`
**Purpose**: Keeps.

---
**Status**: TECHNICAL MAP
**Implementation Ready**: Yes
"""


def components(text: str) -> list[tuple[str, str, str, bool]]:
    found = reading(text).map
    assert found
    return [(one.name, one.kind.value, one.summary, one.specified) for one in found.components]


def rules(text: str) -> list[str]:
    return [found.rule.id for found in check(reading(text))]


DESCRIBED = [
    "- Ledger, keeps the postings", "- Ledger, die Buchungen hält", "- Ledger，保存分录",
    "- Ledger, qui garde les écritures", "- **Ledger**, keeps the postings",
    "- `Ledger`, keeps the postings", "- Ledger, keeps and drops",
    "- Ledger, keeps the postings: all of them", "- [ ] Ledger, keeps postings (for a year)",
    "- 1. Ledger, keeps postings", "- Ledger, Keeper of Postings", "- Ledger, Buchungen für ein Jahr",
]  # fmt: skip


@given(st.text("aZ I", max_size=9))
def test_words_alone_are_the_same_heading_as_the_words_with_number_and_colon(words: str) -> None:
    if words.strip():
        assert heading_key(words) == heading_key(f"1. {words.strip()}:")
        assert heading_key(heading_key(words)) == heading_key(words)


@pytest.mark.parametrize("listed", DESCRIBED)
def test_a_comma_divides_name_and_description(listed: str) -> None:
    ((name, kind, summary, specified),) = components(both(listed, "Ledger", "Modified"))
    assert (name, kind, specified) == ("Ledger", "modified", True)
    assert summary
    assert not summary.startswith((",", "，"))
    assert rules(both(listed, "Ledger", "Modified")) == []


def test_a_status_behind_a_comma_is_a_status() -> None:
    assert not components(both("- Ledger, unchanged", "Ledger"))
    assert [kind for _, kind, _, _ in components("# TECHNICAL MAP: T\n\n## Components\n- Ledger, modified\n")] == [
        "modified"
    ]


@pytest.mark.parametrize(
    "listed", ["- Ledger, Quota and Mailer", "- ledger, quota, mailer", "- Ledger, `Quota`", "- a.py, b.py"]
)
def test_a_list_of_names_is_no_description(listed: str) -> None:
    (only,) = overview(listed).components
    assert only.name in (listed.removeprefix("- ").replace("`", ""), "Ledger, Quota")


def test_a_list_of_names_that_are_specified_lists_each() -> None:
    text = both("- Ledger, Quota and Mailer", "Ledger").replace("\n---", "\n### Quota\n\n### Mailer\n\n---")
    assert [(name, specified) for name, _, _, specified in components(text)] == [
        ("Ledger", True),
        ("Quota", True),
        ("Mailer", True),
    ]


def test_a_misspelt_name_makes_one_message_that_names_the_other() -> None:
    text = both("- `TokenStore`: keeps", "Component 1: TokenStor", "Modified")
    (found,) = check(reading(text))
    assert (found.rule.id, found.severity, found.span.line) == ("misspelt-component", "warning", 10)
    assert "did you mean TokenStore, line 6?" in found.message
    assert [kind for name, kind, _, _ in components(text) if name == "TokenStor"] == ["modified"]


def test_other_names_make_a_message_each() -> None:
    assert rules(both("- `TokenStore`: keeps", "Mailer")) == [
        "component-without-spec",
        "kind-assumed",
        "spec-not-listed",
    ]


def test_many_names_that_are_nearly_alike_are_read_in_time() -> None:
    listed = "\n".join(f"- `Tokenstore{chr(97 + n % 26)}{chr(97 + n // 26)}`" for n in range(600))
    specified = "\n\n### ".join(f"Tokenstorf{chr(97 + n % 26)}{chr(97 + n // 26)}" for n in range(600))
    assert len(components(both(listed, specified))) == 1200


BY_TRYING = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)")
"""The rule in one pattern, which takes too long for a text of many runs of backticks."""


@given(st.text(st.sampled_from("``` a\n"), max_size=24))
def test_code_is_what_two_runs_of_backticks_of_one_length_enclose_on_a_line(text: str) -> None:
    wanted = [(found.start(), found.end(), found[2]) for found in BY_TRYING.finditer(text)]
    assert list(code_spans(text)) == wanted


def test_runs_of_growing_length_are_read_in_time() -> None:
    text = " ".join("`" * length for length in range(1, 1_400))
    with measured() as taken:
        assert not list(code_spans(text))
    assert taken.seconds < 1
