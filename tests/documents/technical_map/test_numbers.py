"""A number in front of an item is part of no name (docs/map-format.md, "Items")."""

from __future__ import annotations

import pytest

from tests.documents.maps import body, group, titles

NUMBERED = [
    "- [ ] 1. Provision", "- 1. Provision", "* 1) Provision", "- (1) Provision", "- 1.2. Provision",
    "- 1.2) Provision", "- 1: Provision", "- **1. Provision**", "- **1.** Provision", "- __1__. Provision",
    "- a) Provision", "- (b) Provision", "- iv) Provision", "- Step 1: Provision", "- step 12. Provision",
    "- Step 1 - Provision", "- Schritt 2: Provision", "- Étape 3 : Provision", "- Paso 4: Provision",
    "- 步骤5：Provision", "- 第一步：Provision", "- 第2步 Provision", "- 一、Provision", "- ① Provision",
    "- １．Provision", "- 1\\. Provision", "- [ ] 2.1 Provision", "- Test case 7: Provision",
    "- 1. 1. Provision", "#### 1. Provision", "#### Step 1: Provision", "**1. Provision**:\n\n- x",
    "| Step |\n|---|\n| 1. Provision |", "Step 1: Provision", "> - 1. Provision", "- > 1. Provision",
    "-\u00a01. Provision",
]  # fmt: skip


@pytest.mark.parametrize("text", NUMBERED)
def test_the_number_goes(text: str) -> None:
    assert titles(text) == ["Provision"]


@pytest.mark.parametrize(
    "text",
    [
        *("400 reports are kept", "3.5 GB are enough", "99.9 % of requests pass", "1.5 Sekunden genügen", "2 retries"),
        *(
            "1.2.3 clients are refused",
            "`1.` is code",
            "I. Moreau approves",
            "10:30 is the time",
            "1.x clients are refused",
        ),
        *("2024 reports", "T001 is an id", "REQ-1: an id", "#1 is a ticket", "3 - 5 retries", "e.g. this", "A/B) test"),
        *("Step 1", "Step by step: x", "1st run", "(optional) run", "i18n: texts"),
    ],
)
def test_what_belongs_to_the_words_stays(text: str) -> None:
    assert titles(f"- {text}\n") == [text.replace("`", "")]


COUNTED = {
    "- 1.1 provision\n- 1.2 start\n- 2.1 stop\n": ["provision", "start", "stop"],
    "- 2.3 provision\n- 2.4 start\n": ["provision", "start"],
    "- 1 - provision\n- 2 - start\n- other\n": ["provision", "start", "other"],
    "- A. provision\n- B. start\n": ["provision", "start"],
    "- 1.5 s pass\n- 3.5 s are refused\n": ["1.5 s pass", "3.5 s are refused"],
    "- 2.0 clients pass\n- 1.0 clients are refused\n": ["2.0 clients pass", "1.0 clients are refused"],
    "- 1 failed login shows a hint\n- 2 failed logins lock\n": ["1 failed login shows a hint", "2 failed logins lock"],
}


@pytest.mark.parametrize("text", COUNTED)
def test_a_doubtful_number_is_one_where_its_neighbours_count_on(text: str) -> None:
    assert titles(text) == COUNTED[text]


def test_the_text_of_an_item_loses_the_number_and_keeps_its_markup() -> None:
    found = group("- 1. **Stop** `a`\n- **2. Start** it\n- **3.** *Go*\n- **4\\. Run** on\n").items
    assert [item.markdown for item in found] == ["**Stop** `a`", "**Start** it", "*Go*", "**Run** on"]
    assert [item.number for item in found] == ["", "2.", "3.", "4."]


def test_a_bullet_with_a_numbered_list_in_it_loses_nothing() -> None:
    (item,) = group("- 1. a\n     more\n  2. b\n\n  c\n").items
    assert (item.title, item.detail) == ("a more", "2. b\n\nc")


def test_numbers_are_taken_off_changes_deployment_and_constraints_too() -> None:
    found = body("## Deployment\n\n### Migration\n- [ ] 1. Stop\n\n## Security\n\n### Authentication\n- [ ] 1. Hash\n")
    assert [item.title for item in found.deployment[0].items] == ["Stop"]
    assert [item.title for area in found.constraints for group in area.groups for item in group.items] == ["Hash"]
