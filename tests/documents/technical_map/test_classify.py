"""What says that there is nothing to do: only what may be in a text is tried, and it says the same."""

from __future__ import annotations

import pytest

from techmap_sync.documents.technical_map.classify import nothing_of
from techmap_sync.documents.technical_map.model import ItemGroup
from techmap_sync.documents.technical_map.wording import fold
from tests.documents.maps import body, titles
from tests.documents.shipped import VOCABULARY

PHRASES = nothing_of({
    "words": ["None", "N/A"],
    "phrases": ["No … required", "No change", "No changes to …", "… not needed", "不涉及…", "…は不要"],
    "reasons": ["for"],
    "conditions": ["if"],
    "tests": ["tests"],
})  # fmt: skip


SAYS_NOTHING = (
    "none", "none, as before", "n/a", "no new role required", "no change for now", "no changes to the api", "--",
    "a backfill is not needed", "不涉及数据库", "変更は不要",
)  # fmt: skip


@pytest.mark.parametrize("text", SAYS_NOTHING)
def test_a_word_or_phrase_says_it_wherever_its_gap_is(text: str) -> None:
    assert PHRASES.is_said_by(text)


@pytest.mark.parametrize("text", ["notify none", "no changed file", "no role, if any, is required", "", "nonexistent"])
def test_a_text_that_only_holds_the_letters_says_something(text: str) -> None:
    assert not PHRASES.is_said_by(text)


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
    found = steps("- [x] No migration required\n- [ ] No migration required\n- a\n")
    assert [(item.title, item.done) for item in found.items] == [("No migration required", True), ("a", False)]


def steps(text: str) -> ItemGroup:
    (only,) = body(f"## Deployment\n\n### Migration\n{text}").deployment
    return only


NEGATIVE_TESTS = [
    "No authentication required for /health", "No order is needed",
    "No emails are needed twice", "No password required",
    "No change to the total after a second run", "No changes for existing users",
    "Kein Konto nötig für /health", "Keine Anmeldung erforderlich", "Aucune authentification requise pour /health",
    "No se requiere cuenta para /health", "无需登录测试页面以外的修改", "No migration required",
]  # fmt: skip
NO_TESTS = [
    "None", "N/A", "None for now", "None required", "No tests needed", "No unit tests required.", "No changes",
    "No new tests needed (the code is generated)", "Keine", "Keine Tests nötig", "Aucun test nécessaire", "无",
    "无需单元测试",
    "No se requieren pruebas", "None. The old ones are enough",
]  # fmt: skip


@pytest.mark.parametrize("text", NEGATIVE_TESTS)
@pytest.mark.parametrize(
    "form", ["- {}\n", "- a\n- {}\n", "{}\n", "- [ ] {}\n", "| Case |\n|---|\n| {} |\n", "> - {}\n"]
)
def test_a_test_that_begins_with_no_is_a_test(text: str, form: str) -> None:
    assert titles(form.format(text))[-1] == text


@pytest.mark.parametrize("text", NO_TESTS)
@pytest.mark.parametrize("form", ["- {}\n", "{}\n"])
def test_a_level_without_tests_yields_none_and_says_so(text: str, form: str) -> None:
    found = body(f"## Testing\n\n### Unit Tests\n{form.format(text)}")
    assert found.tests[0].items == ()
    assert [passage.markdown for passage in found.nothing] == [text]


def test_among_tests_only_the_bare_word_is_none() -> None:
    assert titles("- None\n- a\n- None, when the cache is cold\n") == ["a", "None, when the cache is cold"]


def test_a_rule_that_begins_with_no_is_a_rule() -> None:
    found = body("## Security\n\n### Authentication\n- No authentication required for /health\n\n### Roles\n- None\n")
    groups = found.constraints[0].groups
    assert [[item.title for item in group.items] for group in groups] == [
        ["No authentication required for /health"],
        [],
    ]
    assert [passage.span.line for passage in found.nothing] == [9]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("- None. But the old endpoint stays\n", "None. But the old endpoint stays"),
        (
            "None. But the old endpoint stays.\n\nIt goes in May.\n",
            "None. But the old endpoint stays.\n\nIt goes in May.",
        ),
        ("- No data migration required for `users`\n", "No data migration required for `users`"),
        ("- None\n  - the index stays\n", "None\n\n- the index stays"),
        ("| Step | Status |\n|---|---|\n| Table `a` | unchanged |\n", "Table `a`: unchanged"),
        ("- None\n", ""),
        ("- N/A.\n", ""),
    ],
)
def test_what_says_more_than_nothing_is_kept_as_text(text: str, kept: str) -> None:
    found = steps(text)
    assert (found.items, found.context) == ((), kept)
    assert found.nothing


def test_a_statement_among_steps_is_text_beside_them() -> None:
    found = steps("- Stop the workers\n- No data migration required, the table is new\n- Start them\n")
    assert [item.title for item in found.items] == ["Stop the workers", "Start them"]
    assert found.context == "No data migration required, the table is new"


def test_nothing_is_named_wherever_it_stands() -> None:
    found = body(
        """
        ## Components Overview
        ### New Components
        - `Alpha`
        ### Modified Components
        - None
        ### Integration Components
        No changes needed.

        ## Detailed Component Specifications
        ### Alpha
        **Location**: N/A
        **Depends on**: None
        **Key Methods**:
        - None
        """
    )
    assert [passage.markdown for passage in found.nothing] == ["None", "No changes needed.", "N/A", "None", "None"]


NEGATIVE_STEPS = [
    "No data migration", "No rows to undo", "Nothing to undo, the flag is off", "No new environment variables.",
    "No downtime", "No schema to roll back", "Keine Datenmigration", "Keine neuen Umgebungsvariablen", "Rien à annuler",
    "Aucune migration", "Nada que deshacer", "Sin migración de datos", "无数据迁移", "无需回滚",
]  # fmt: skip


@pytest.mark.parametrize("text", NEGATIVE_STEPS)
def test_a_negative_statement_among_steps_is_text_and_is_named(text: str) -> None:
    for form in ("- {}\n- Stop\n", "- [ ] {}\n- Stop\n", "| Step |\n|---|\n| {} |\n| Stop |\n"):
        found = steps(form.format(text))
        assert [item.title for item in found.items] == ["Stop"]
        assert text in found.context
        assert [passage.markdown for passage in found.nothing] == [text]


@pytest.mark.parametrize(
    "text", ["No new deployments while it runs", "No user loses the session", "Nothing is deleted before the copy"]
)
def test_a_rule_among_steps_is_an_item(text: str) -> None:
    assert [item.title for item in steps(f"- {text}\n").items] == [text]


def test_a_negative_statement_among_tests_is_a_test() -> None:
    assert titles("- No data migration\n- No rows to undo after a failed import\n") == [
        "No data migration",
        "No rows to undo after a failed import",
    ]
