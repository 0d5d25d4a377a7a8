"""Words are data: a team adds its own, or a language, in TOML alone (docs/map-format.md, "Another language")."""

from __future__ import annotations

import tomllib

import pytest

from techmap_sync.documents.technical_map.parser import parse
from techmap_sync.documents.technical_map.vocabulary import Vocabulary
from techmap_sync.errors import SettingsProblem
from tests.documents.maps import kinds, levels
from tests.documents.shipped import CORPUS, ROOT, VOCABULARY

PORTUGUESE = """
[pt]
titles = ["Projeto técnico"]
component_words = ["Componente"]
[pt.metadata]
"status" = ["Situação"]
"implementation ready" = ["Pronto para implementar"]
[pt.readiness]
approved = ["sim"]
refused = ["não"]
[pt.sections]
"overview" = ["Visão geral dos componentes"]
"new" = ["Componentes novos"]
"modified" = ["Componentes alterados"]
"specifications" = ["Especificações dos componentes"]
"integration points" = ["Pontos de integração"]
"testing" = ["Estratégia de testes"]
"deployment" = ["Implantação"]
[pt.changes]
"database" = ["Alterações no banco de dados"]
"api" = ["Alterações na API"]
[pt.tests]
"unit" = ["Testes unitários"]
[pt.test_words]
before = ["testes de"]
[pt.deployment]
"rollback" = ["Plano de reversão"]
[pt.fields]
"location" = ["Localização"]
"purpose" = ["Finalidade"]
"methods" = ["Métodos principais"]
[pt.nothing]
words = ["Nenhuma"]
phrases = ["Não há alterações …"]
"""
MAPA = """\
# PROJETO TÉCNICO: Recuperação de senha

## Visão geral dos componentes

### Componentes novos
- `EmissorDeTokens`: emite tokens

### Componentes alterados
- Nenhuma

## Especificações dos componentes

### Componente 1: EmissorDeTokens
**Localização**: `src/tokens.py`
**Finalidade**: Emite tokens.
**Métodos principais**:
- `emitir(conta) -> Token`: emite

## Pontos de integração

### Alterações no banco de dados
- Criar a tabela `tokens`

### Alterações na API
Não há alterações na API.

## Estratégia de testes

### Testes unitários
- Um token vale uma vez

### Testes de acessibilidade
- Leitor de tela

## Implantação

### Plano de reversão
1. Desligar

---

**Situação**: PROJETO TÉCNICO
**Pronto para implementar**: Sim
"""


def shipped_tables() -> dict[str, dict[str, object]]:
    settings = tomllib.loads((ROOT / "config" / "defaults.toml").read_text(encoding="utf-8"))
    tables: dict[str, dict[str, object]] = settings["vocabulary"]
    return tables


def test_a_language_by_toml_alone_reads_a_map() -> None:
    vocabulary = Vocabulary.from_tables({**shipped_tables(), **tomllib.loads(PORTUGUESE)})
    found = parse(MAPA, vocabulary).map
    assert found is not None
    assert (found.title, found.ready) == ("Recuperação de senha", True)
    assert kinds(found) == {"EmissorDeTokens": "new"}
    (only,) = found.components
    assert (only.locations, only.purpose) == (("src/tokens.py",), "Emite tokens.")
    assert [method.name for method in only.methods] == ["emitir"]
    assert levels(found.changes) == {"database": ["Criar a tabela tokens"], "api": []}
    assert levels(found.tests) == {"unit": ["Um token vale uma vez"], "acessibilidade": ["Leitor de tela"]}
    assert levels(found.deployment) == {"rollback": ["Desligar"]}
    assert not found.unrecognised


def test_the_same_text_is_no_map_without_the_language() -> None:
    assert parse(MAPA, VOCABULARY).map is None


def test_a_team_adds_single_words() -> None:
    vocabulary = Vocabulary.from_tables({**shipped_tables(), "team": {"tests": {"unit": ["Small checks"]}}})
    found = parse("# TECHNICAL MAP: T\n\n## Testing\n\n### Small Checks\n- x\n", vocabulary).map
    assert found is not None
    assert levels(found.tests) == {"unit": ["x"]}


def test_all_languages_count_at_once() -> None:
    found = parse("# TECHNICAL MAP: T\n\n## Teststrategie\n\n### 单元测试\n- x\n", VOCABULARY).map
    assert found is not None
    assert levels(found.tests) == {"unit": ["x"]}


@pytest.mark.parametrize(
    ("tables", "where"),
    [
        ({"xx": {"tsets": {}}}, "vocabulary.xx.tsets"),
        ({"xx": {"tests": {"unti": []}}}, "vocabulary.xx.tests.unti"),
        ({"xx": {"titles": "Map"}}, "vocabulary.xx.titles"),
        ({"xx": {"tests": {"unit": [1]}}}, "vocabulary.xx.tests.unit"),
    ],
)
def test_a_table_that_nobody_knows_is_an_error_that_names_it(tables: dict[str, dict[str, object]], where: str) -> None:
    with pytest.raises(SettingsProblem) as problem:
        Vocabulary.from_tables(tables)
    assert problem.value.where == where


def test_no_words_at_all_recognise_no_map() -> None:
    nothing = Vocabulary.from_tables({})
    assert all(parse(path.read_text(encoding="utf-8"), nothing).map is None for path in CORPUS.glob("*.md"))
