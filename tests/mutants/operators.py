"""The small faults that mutation testing puts into code: what each operator makes of a piece of a syntax tree.

Nothing is changed in docstrings, annotations, decorators, the fixed words of f-strings, the values of enumerations, and
assertions, among them ``strict=True`` of ``zip``: they state what always holds.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace

Step = tuple[str, int | None]
"""A field of a node and, where the field is a list, a place in it."""
Found = Iterator[tuple[str, ast.AST]]
"""The name of an operator and what it puts in the place of a node."""

COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
}
OTHER_CALL = {"any": "all", "all": "any", "min": "max", "max": "min", "sorted": "list", "reversed": "list"}
OPTIONAL_LAST = {"get", "next", "getattr", "pop", "split", "rsplit", "strip", "lstrip", "rstrip", "enumerate", "zip"}
"""Calls that also work without their last argument."""
CALLS_FOR_FORM = {"strip", "lstrip", "rstrip", "lower", "upper", "casefold", "removeprefix", "removesuffix"}
"""Methods that return another form of a text."""
LONGEST = 100
"""Characters of a piece of code in the name of a mutant."""
SKIPPED = {"annotation", "returns", "decorator_list", "type_params"}
"""Fields of a node that say nothing about what is done."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """One fault in one place, named without line numbers."""

    module: str
    function: str
    """Its qualified name; empty for the module itself."""
    operator: str
    before: str
    after: str
    nth: int
    """Which of several that are otherwise the same."""
    line: int
    last_line: int
    path: tuple[Step, ...]
    fault: int
    """Which of the faults of this place."""
    in_body: bool
    """Whether it is inside a function, not in a default value or a constant."""

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What it is named by in files."""
        again = f" ({self.nth + 1})" if self.nth else ""
        return self.module, self.function, self.operator, f"{self.before} => {self.after}{again}"


def mutants_of(module: str, source: str) -> list[Mutant]:
    """Return every fault that the operators make of a module."""
    seen: Counter[tuple[str, ...]] = Counter()
    made = []
    for place in _places(ast.parse(source), Place((), "", 1, in_body=False)):
        for fault, (operator, node) in enumerate(_faults(place.node, place.parent)):
            named = place.function, operator, _text(place.node), _text(node)
            last = max(place.line, getattr(place.node, "lineno", 0))
            made.append(Mutant(module, *named, seen[named], place.line, last, place.path, fault, place.in_body))
            seen[named] += 1
    return made


def mutated(source: str, mutant: Mutant) -> ast.Module:
    """Return the tree of a module with a fault in it."""
    tree = ast.parse(source)
    nodes: list[ast.AST] = [tree]
    for step in mutant.path:
        nodes.append(_child(nodes[-1], step))
    _, new = list(_faults(nodes[-1], nodes[-2]))[mutant.fault]
    name, index = mutant.path[-1]
    if index is None:
        setattr(nodes[-2], name, new)
    else:
        getattr(nodes[-2], name)[index] = new
    ast.copy_location(new, nodes[-1])
    return ast.fix_missing_locations(tree)


def _child(node: ast.AST, step: Step) -> ast.AST:
    name, index = step
    value = getattr(node, name)
    found: ast.AST = value if index is None else value[index]
    return found


def _text(node: ast.AST | None) -> str:
    assert node is not None
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


@dataclass(frozen=True, slots=True)
class Place:
    """A node and where it is."""

    path: tuple[Step, ...]
    function: str
    line: int
    """Of the statement around it."""
    in_body: bool
    node: ast.AST | None = None
    parent: ast.AST | None = None


def _places(node: ast.AST, at: Place) -> Iterator[Place]:
    for name, value in ast.iter_fields(node):
        if name in SKIPPED or (isinstance(node, ast.JoinedStr | ast.FormattedValue) and name == "format_spec"):
            continue
        many = isinstance(value, list)
        for index, child in enumerate(value if many else [value]):
            if not isinstance(child, ast.AST) or _says_nothing(node, name, child):
                continue
            path = (*at.path, (name, index if many else None))
            line = child.lineno if isinstance(child, ast.stmt) else at.line
            in_body = at.in_body or (isinstance(node, ast.FunctionDef) and name == "body")
            here = Place(path, at.function, line, in_body, child, node)
            if isinstance(child, ast.expr | ast.stmt):
                yield here
            yield from _places(child, _named(here))


def _named(here: Place) -> Place:
    """Return the place that the parts of a node have."""
    if isinstance(here.node, ast.FunctionDef | ast.ClassDef):
        return replace(here, function=f"{here.function}.{here.node.name}".lstrip("."))
    return here


def _says_nothing(parent: ast.AST, name: str, child: ast.AST) -> bool:
    match child:
        case ast.Expr(value=ast.Constant()) | ast.Assert() | ast.Import() | ast.ImportFrom() | ast.expr_context():
            return True
        case ast.If(test=ast.Name(id="TYPE_CHECKING")):
            return True
        case ast.ClassDef(bases=bases):
            return any(isinstance(base, ast.Name) and base.id.endswith("Enum") for base in bases)
        case ast.Constant():
            return isinstance(parent, ast.JoinedStr | ast.MatchValue)
        case ast.keyword(arg="strict"):
            return True
        case ast.Expr(value=ast.Call(func=ast.Name(id="assert_never"))):
            return True
        case ast.Call(func=ast.Name(id="TypeVar" | "cast")):
            return True
    return False


def _faults(node: ast.AST | None, parent: ast.AST | None) -> Found:
    yield from _of_a_condition(node, parent)
    for kind, make in OPERATORS:
        if isinstance(node, kind):
            yield from make(node)
    if isinstance(node, ast.stmt) and _can_go(node):
        yield "statement dropped", ast.Pass()


def _of_a_condition(node: ast.AST | None, parent: ast.AST | None) -> Found:
    """Return a condition that always holds, and one that never does."""
    match parent:
        case ast.If(test=test) | ast.IfExp(test=test):
            values: tuple[bool, ...] = (True, False) if node is test else ()
        case ast.While(test=test):
            values = (False,) if node is test else ()
        case ast.comprehension(ifs=ifs):
            values = (True, False) if any(node is each for each in ifs) else ()
        case ast.match_case(guard=guard):
            values = (True, False) if node is guard else ()
        case _:
            values = ()
    for value in values:
        yield f"condition always {value}", ast.Constant(value)


def _can_go(node: ast.stmt) -> bool:
    match node:
        case ast.Return(value=None):
            return True
        case ast.Expr() | ast.Return() | ast.AugAssign() | ast.Raise() | ast.Continue() | ast.Break() | ast.Delete():
            return True
        case ast.Assign(targets=targets):
            return all(isinstance(target, ast.Attribute | ast.Subscript) for target in targets)
    return False


def _compare(node: ast.Compare) -> Found:
    for index, operator in enumerate(node.ops):
        new = deepcopy(node)
        new.ops[index] = COMPARISONS[type(operator)]()
        yield "comparison turned", new


def _boolean(node: ast.BoolOp) -> Found:
    new = deepcopy(node)
    new.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
    yield "and for or", new
    yield from _without_one(node, node.values, "operand dropped")


def _without_one(node: ast.BoolOp, values: Sequence[ast.expr], operator: str) -> Found:
    for index in range(len(values)):
        left = [deepcopy(each) for place, each in enumerate(values) if place != index]
        yield operator, left[0] if len(left) == 1 else ast.BoolOp(deepcopy(node.op), left)


def _unary(node: ast.UnaryOp) -> Found:
    yield "sign dropped" if not isinstance(node.op, ast.Not) else "not dropped", deepcopy(node.operand)


def _binary(node: ast.BinOp) -> Found:
    if other := ARITHMETIC.get(type(node.op)):
        yield "operator turned", ast.BinOp(deepcopy(node.left), other(), deepcopy(node.right))
    yield "operand dropped", deepcopy(node.left)
    yield "operand dropped", deepcopy(node.right)


def _in_place(node: ast.AugAssign) -> Found:
    if other := ARITHMETIC.get(type(node.op)):
        yield "operator turned", ast.AugAssign(deepcopy(node.target), other(), deepcopy(node.value))


def _constant(node: ast.Constant) -> Found:
    match node.value:
        case bool():
            yield "constant", ast.Constant(not node.value)
        case int() | float():
            yield "constant", ast.Constant(node.value + 1)
        case str():
            yield "constant", ast.Constant("" if node.value else "mutant")


def _call(node: ast.Call) -> Found:
    name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
    if isinstance(node.func, ast.Name) and (other := OTHER_CALL.get(name)):
        keywords = [] if other == "list" else node.keywords
        yield "other function", deepcopy(ast.Call(ast.Name(other, ast.Load()), node.args, keywords))
    if isinstance(node.func, ast.Attribute) and name in CALLS_FOR_FORM:
        yield "call dropped", deepcopy(node.func.value)
    for index, keyword in enumerate(node.keywords):
        if keyword.arg != "strict":
            rest = [each for place, each in enumerate(node.keywords) if place != index]
            yield "argument dropped", deepcopy(ast.Call(node.func, node.args, rest))
    if name in OPTIONAL_LAST and len(node.args) > isinstance(node.func, ast.Name):
        yield "argument dropped", deepcopy(ast.Call(node.func, node.args[:-1], node.keywords))


def _elements(node: ast.Tuple | ast.List | ast.Set) -> Found:
    for index, element in enumerate(node.elts):
        if isinstance(element, ast.Starred) and len(node.elts) > 1:
            new = deepcopy(node)
            del new.elts[index]
            yield "element dropped", new


OPERATORS: Sequence[tuple[type[ast.AST] | tuple[type[ast.AST], ...], Callable[..., Found]]] = (
    (ast.Compare, _compare),
    (ast.BoolOp, _boolean),
    (ast.UnaryOp, _unary),
    (ast.BinOp, _binary),
    (ast.AugAssign, _in_place),
    (ast.Constant, _constant),
    (ast.Call, _call),
    ((ast.Tuple, ast.List, ast.Set), _elements),
)
