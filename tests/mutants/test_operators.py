"""Each operator makes its faults, named by the code they change and never by its lines."""

from __future__ import annotations

import ast

import pytest

from tests.mutants.operators import Mutant, mutants_of, mutated


def made(source: str) -> set[tuple[str, str, str]]:
    return {(mutant.operator, mutant.before, mutant.after) for mutant in mutants_of("module", source)}


FAULTS = [
    ("x = a < b", ("comparison turned", "a < b", "a <= b")),
    ("x = a is b", ("comparison turned", "a is b", "a is not b")),
    ("x = a and b", ("and for or", "a and b", "a or b")),
    ("x = a and b", ("operand dropped", "a and b", "b")),
    ("x = a - b", ("operand dropped", "a - b", "a")),
    ("x = a | b", ("operator turned", "a | b", "a & b")),
    ("x = not a", ("not dropped", "not a", "a")),
    ("if a:\n    b()", ("condition always True", "a", "True")),
    ("x = [a for a in b if a]", ("condition always False", "a", "False")),
    ("for a in b:\n    continue", ("statement dropped", "continue", "pass")),
    ("a()", ("statement dropped", "a()", "pass")),
    ("a += 1", ("statement dropped", "a += 1", "pass")),
    ("x = True", ("constant", "True", "False")),
    ("x = 3", ("constant", "3", "4")),
    ("x = 'word'", ("constant", "'word'", "''")),
    ("x = a(b, c=d)", ("argument dropped", "a(b, c=d)", "a(b)")),
    ("x = a.get(b, c)", ("argument dropped", "a.get(b, c)", "a.get(b)")),
    ("x = any(a)", ("other function", "any(a)", "all(a)")),
    ("x = sorted(a, key=b)", ("other function", "sorted(a, key=b)", "list(a)")),
    ("x = a.strip()", ("call dropped", "a.strip()", "a")),
    ("x = (*a, b)", ("element dropped", "(*a, b)", "(b,)")),
]


@pytest.mark.parametrize(("source", "fault"), FAULTS, ids=[" ".join(fault) for _, fault in FAULTS])
def test_an_operator_makes_its_fault(source: str, fault: tuple[str, str, str]) -> None:
    assert fault in made(source)


@pytest.mark.parametrize(
    "source",
    [
        '"""What it is for."""',
        "def f(a: 'b | c') -> 'd': ...",
        "assert a > b",
        "x = f'words {a}'",
        "class Side(StrEnum):\n    MAP = 'map'",
        "if TYPE_CHECKING:\n    a()",
    ],
)
def test_what_does_nothing_has_no_fault(source: str) -> None:
    assert made(source) == set()


SOURCE = """
def f(a):
    if a.x == 1 or a.y == 1:
        return [b for b in a if b]

class C:
    limit: int = 3

    def g(self):
        self.a = f(1) and f(1)
"""


def every() -> list[Mutant]:
    return mutants_of("module", SOURCE)


@pytest.mark.parametrize("mutant", every(), ids=lambda mutant: " | ".join(mutant.key))
def test_a_fault_gives_code_that_is_valid_and_another(mutant: Mutant) -> None:
    tree = mutated(SOURCE, mutant)
    compile(tree, "module.py", "exec")
    assert ast.unparse(tree) != ast.unparse(ast.parse(SOURCE))


def test_no_two_faults_have_one_name() -> None:
    assert len({mutant.key for mutant in every()}) == len(every())


def test_a_name_does_not_depend_on_lines() -> None:
    assert [each.key for each in mutants_of("module", "\n\n" + SOURCE)] == [each.key for each in every()]


def test_a_fault_names_its_function() -> None:
    assert {mutant.function for mutant in every()} == {"f", "C", "C.g"}
