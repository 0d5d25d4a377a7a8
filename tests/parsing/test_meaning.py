"""What is not an item (docs/map-format.md, "What is not an item")."""

from __future__ import annotations

import pytest

from techmap_sync.parsing.wording import fold
from tests.parsing.maps import titles
from tests.parsing.shipped import VOCABULARY

NOTHING = [
    "None", "none.", "N/A", "n/a - no database", "N/A, the server is not touched", "Not applicable", "-", "—",
    "No migration required", "No migration is required.", "No schema changes needed", "No cleanup steps necessary",
    "No changes to `products`; attributes are read", "No change to X", "No database changes", "None required",
    "None needed.", "None yet", "None for now", "None at this time", "None (reason)", "None — reason", "None, because",
    "None: reason", "Migration not required", "Migration is not needed",
    "No database rollback required, the table does no harm",
    "Keine", "Keine Änderungen erforderlich", "Es sind keine Änderungen erforderlich.", "Keine Datenbankänderungen",
    "Entfällt", "Aucune", "Aucune migration nécessaire", "Aucune migration n'est nécessaire.", "Sans objet",
    "Ninguno", "No aplica", "No se requieren cambios", "No hay cambios en la base de datos", "Sin cambios",
    "无", "无。", "无数据库变更", "没有数据库变更", "无需更改", "不需要数据库变更", "不适用",
    "なし", "なし（今の設定だけで動く）", "特になし",
]  # fmt: skip
SOMETHING = [
    "Works if none exists", "No duplicate emails are accepted", "Confirmation is not required when x",
    "No migration is needed when x is off", "Nothing is logged", "None of the tests may fail", "-1 is refused",
    "No line is created when both plans cost the same", "N/A values are shown as a dash", "No-op run changes nothing",
    "Nonexistent user is refused", "No rows change after a second run", "None is returned for unknown ids",
    "Keine Duplikate in der Ausgabe", "Aucun doublon accepté", "Ninguna fila se duplica",
    "无效输入被拒绝", "无权限用户返回 403", "不需要登录的用户可以查看页面",
]  # fmt: skip


@pytest.mark.parametrize("text", NOTHING)
def test_this_says_that_there_is_nothing_to_do(text: str) -> None:
    assert VOCABULARY.nothing.is_said_by(fold(text.replace("`", "")))


@pytest.mark.parametrize("text", SOMETHING)
def test_this_is_something_to_do_though_it_says_no(text: str) -> None:
    assert not VOCABULARY.nothing.is_said_by(fold(text))


def test_placeholders_of_the_template_are_matched_literally() -> None:
    assert titles("- [What individual components need testing]\n- [What else needs testing]\n- x[0] is kept\n") == [
        "[What else needs testing]",
        "x[0] is kept",
    ]


def test_ticked_beats_nothing_to_do() -> None:
    assert titles("- [x] No migration required\n- [ ] No migration required\n- a\n") == ["a"]
