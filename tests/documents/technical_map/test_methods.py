"""The methods field (docs/map-format.md, "Components")."""

from __future__ import annotations

import pytest

from tests.documents.maps import component, methods


@pytest.mark.parametrize(
    ("bullet", "name"),
    [
        ("`verify(code: str) -> bool`: checks", "verify"),
        ("`verify(code)` - checks", "verify"),
        ("`verify(code)` — checks", "verify"),
        ("verify(code): bool", "verify"),
        ("verify(code) -> bool", "verify"),
        ("`retries: number` - how often", "retries"),
        ("**verify**: checks", "verify"),
        ("**`verify(code)`**: checks", "verify"),
        ("`POST /auth/login` - starts", "POST /auth/login"),
        ("GET /users/{id}: one user", "GET /users/{id}"),
        ("PUT `/users/{id}`: one user", "PUT /users/{id}"),
        ("`static async load<T>(id: T): Promise<T>`", "load"),
        ("`func (s *Server) Run(ctx context.Context) error`", "Run"),
        ("`pub fn run(&self) -> Result<()>`", "run"),
        ("`public void run(int a) throws IOException`", "run"),
        ("`def run(self)`", "run"),
        ("`esp_err_t *ring_open(const char *label)`: opens", "ring_open"),
        ("`std::vector<int> list(std::map<int, int> m)`", "list"),
        ("`allowed?(command) -> Boolean`", "allowed?"),
        ("`Config.load(path)`", "Config.load"),
        ("[ ] `verify(code)`: checks", "verify"),
        ("`run()`", "run"),
        ("`run`", "run"),
        ("`核对（代码）`：检查", "核对"),
    ],
)
def test_a_bullet_is_a_method_called_by_the_name_in_its_signature(bullet: str, name: str) -> None:
    assert methods(f"- {bullet}\n") == [name]


def test_signature_and_description_are_kept() -> None:
    (method,) = component("**Key Methods**:\n- `verify(code: str) -> bool`: checks the code\n").methods
    assert (method.signature, method.description) == ("verify(code: str) -> bool", "checks the code")


@pytest.mark.parametrize("bullet", ["`method_name(params) -> return_type`: [Description]", "None", "N/A",
                                    "`method_name(params) -> return_type`: something else"])  # fmt: skip
def test_placeholders_and_nothing_are_no_methods(bullet: str) -> None:
    assert methods(f"- {bullet}\n") == []


@pytest.mark.parametrize(
    "field",
    [
        "**Key Methods**:\n- `a()`\n- `b()`\n",
        "**Key Functions**:\n1. `a()`\n2. `b()`\n",
        "**Key Interfaces**: `a()`, `b`\n",
        "**Methods**: a(x, y), b()\n",
        "**Interface**:\n\n| Method | Does |\n|---|---|\n| `a()` | x |\n| `b()` | y |\n",
        "**Key Methods**:\n- **Public**:\n  - `a()`\n- **Private**:\n  - `b()`\n",
        "- **Location**: `x.py`\n- **Key Methods**:\n  - `a()`\n  - `b()`\n",
        "- **Location**: `x.py`\n- **Key Methods**:\n- `a()`\n- `b()`\n",
        "#### Key Methods\n- `a()`\n- `b()`\n",
        "**Wichtige Methoden**:\n- `a()`\n- `b()`\n",
        "**Key Methods**:\n\n```python\ndef a(): ...\ndef b(): ...\n```\n",
    ],
)
def test_methods_stand_in_bullets_rows_code_or_on_one_line(field: str) -> None:
    assert [method.name for method in component(field).methods] == ["a", "b"]


def test_the_field_ends_at_the_next_label() -> None:
    found = component("**Key Methods**:\n- `a()`\n\n**Error Handling**:\n- `b()` fails\n")
    assert [method.name for method in found.methods] == ["a"]


def test_the_field_ends_at_a_paragraph_behind_its_fence() -> None:
    found = component("**Key Methods**:\n\n```python\ndef a(): ...\n```\n\nProse.\n\n```python\ndef b(): ...\n```\n")
    assert [method.name for method in found.methods] == ["a"]
    assert found.interface == "```python\ndef a(): ...\n```"
    assert found.detail == "Prose.\n\n```python\ndef b(): ...\n```"


def test_a_method_knows_the_line_that_declares_it() -> None:
    found = component("**Key Methods**:\n```c\n// first\nint a(void);\nint b(int x,\n      int y);\n```\n")
    assert [(method.name, method.span.line) for method in found.methods] == [("a", 10), ("b", 11)]
