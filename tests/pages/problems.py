"""Every error that the program can raise, read from its syntax trees: what it says, and what it advises.

A part of a sentence that is known only at run time is shown as ``…``.
"""

from __future__ import annotations

import ast
import re
from collections import ChainMap
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import product
from pathlib import Path

from techmap_sync import errors

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "techmap_sync"
UNKNOWN = "…"
MOST = 12
"""Alternatives of one sentence that are listed."""
FIELDS = {
    "UsageProblem": ("what", "hint"),
    "Refused": ("what", "hint"),
    "SettingsProblem": ("where", "what", "hint"),
    "UnreadableFile": ("path", "what", "hint"),
    "UnreadableMap": ("path", "what", "hint"),
    "TrackerError": ("tracker", "what", "hint"),
    "NoAnswer": ("what", "hint"),
}
"""The errors that others are derived from, and their arguments in order."""
MADE_BY = {"error": "TrackerError", "unclear": "OutcomeUnclear"}
"""Methods of the trackers' clients that make an error of their tracker."""
KNOWS_AN_ERROR = re.compile(rf"\b(?:{'|'.join(FIELDS)})\b|\.(?:{'|'.join(MADE_BY)})\(")
CLEANERS = {"one_line", "clean", "harmless"}
"""Functions that keep the words of a text."""
SENTENCES = (PACKAGE / "errors.py", PACKAGE / "reports" / "messages.py")
"""They make no error."""
Texts = Mapping[str, Sequence[str]]


@dataclass(frozen=True, order=True)
class Raised:
    """An error as one place of the code makes it."""

    kind: str
    says: str
    advises: str


@cache
def problems() -> tuple[Raised, ...]:
    """Return all errors, in the order of what they say, without those that only pass on another one's words."""
    found = {each for reader in _readers() for each in reader.found}
    return tuple(sorted(each for each in found if re.search(r"\w", each.says)))


@cache
def kinds() -> Mapping[str, str]:
    """Return the name of each class of errors, with that of the class in ``FIELDS`` that it is derived from."""
    return {name: line[-1] for name in _bases() if (line := _line_of(name))[-1] in FIELDS}


@cache
def _bases() -> Mapping[str, Sequence[str]]:
    return {
        node.name: [base.id for base in node.bases if isinstance(base, ast.Name)]
        for tree in _trees().values()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    }


def _line_of(kind: str) -> Sequence[str]:
    """Return a class and those that it is derived from, up to one in ``FIELDS``."""
    line = [kind]
    while line[-1] not in FIELDS and _bases().get(line[-1]):
        line.append(_bases()[line[-1]][0])
    return line


def placed_as(kind: str, places: Collection[str]) -> str:
    """Return the class that an error is, or is derived from, and that has a place; empty for none."""
    return next((name for name in _line_of(kind) if name in places), "")


@cache
def _trees() -> Mapping[Path, ast.Module]:
    """Return the files that know an error; parsing the others would take most of the time."""
    texts = {path: path.read_text("utf-8") for path in sorted(PACKAGE.rglob("*.py"))}
    return {path: ast.parse(text) for path, text in texts.items() if KNOWS_AN_ERROR.search(text)}


def _readers() -> Iterator[_Reader]:
    trees = {path: tree for path, tree in _trees().items() if path not in SENTENCES}
    constants: dict[str, list[str]] = {}
    for tree in trees.values():
        constants |= _Reader(constants).after(_assignments(tree))
    for tree in trees.values():
        reader = _Reader(constants | _Reader(constants).after(_assignments(tree)))
        reader.after(tree.body)
        yield reader


def _assignments(tree: ast.Module) -> list[ast.stmt]:
    return [node for node in tree.body if isinstance(node, ast.Assign | ast.AnnAssign)]


@dataclass
class _Reader:
    """Follows what each name may hold, statement by statement."""

    constants: Texts
    found: list[Raised] = field(default_factory=list)
    known: Texts = field(default_factory=dict)

    def after(self, statements: Sequence[ast.stmt]) -> dict[str, list[str]]:
        """Return what the names hold after some statements, and collect the errors that those make."""
        own = {name: list(texts) for name, texts in self.known.items()}
        names = ChainMap(own, self.constants)  # type: ignore[arg-type]
        for statement in statements:
            inner = [*_blocks(statement)]
            for node in _expressions(statement) if inner else ast.walk(statement):
                if isinstance(node, ast.Call):
                    self._collect(node, names)
            own |= self._assigned(statement, names)
            ends = [_Reader(self.constants, self.found, own).after(block) for block in inner]
            changed = [{name: texts for name, texts in end.items() if texts != own.get(name)} for end in ends]
            for name in {name for end in changed for name in end}:
                own[name] = [text for end in changed for text in end.get(name, ())]
        return own

    def _assigned(self, statement: ast.stmt, names: Texts) -> dict[str, list[str]]:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                return {name: texts_of(value, names)}
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                return {name: texts_of(value, names)}
            case ast.Assign(targets=[ast.Tuple(elts=targets)], value=ast.Tuple(elts=values)):
                pairs = zip(targets, values, strict=False)
                return {target.id: texts_of(each, names) for target, each in pairs if isinstance(target, ast.Name)}
            case _:
                return {}

    def _collect(self, call: ast.Call, names: Texts) -> None:
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        kind = MADE_BY.get(name, name)
        if kind not in kinds() or not call.args:
            return
        order = FIELDS[kinds()[kind]][1:] if name in MADE_BY else FIELDS[kinds()[kind]]
        given = dict(zip(order, call.args, strict=False)) | {each.arg: each.value for each in call.keywords if each.arg}
        says, advises = (texts_of(given.get(part), names) for part in ("what", "hint"))
        path = f"{texts_of(given['path'], names)[0]} " if kind == "UnreadableFile" else ""
        paired = zip(says, advises, strict=True) if len(says) == len(advises) else product(says, advises)
        self.found += [Raised(kind, _line(path + what), _line(hint)) for what, hint in paired]


def texts_of(node: ast.expr | None, names: Texts) -> list[str]:
    """Return what an expression may say."""
    match node:
        case None:
            return [""]
        case ast.Constant(value=str(text)):
            return [text]
        case ast.JoinedStr(values=parts):
            return _joined(parts, names)
        case ast.FormattedValue(value=value):
            return texts_of(value, names)
        case ast.BinOp(op=ast.Add(), left=left, right=right):
            return _joined([left, right], names)
        case ast.IfExp(body=body, orelse=orelse):
            return [*texts_of(body, names), *texts_of(orelse, names)][:MOST]
        case ast.Call(func=ast.Name(id=cleaner), args=[each]) if cleaner in CLEANERS:
            return texts_of(each, names)
        case ast.Name(id=name) if names.get(name):
            return list(names[name])[:MOST]
        case _:
            return [UNKNOWN]


def _joined(parts: Sequence[ast.expr], names: Texts) -> list[str]:
    choices = [texts_of(part, names) for part in parts]
    return ["".join(each) for each, _ in zip(product(*choices), range(MOST), strict=False)]


def _blocks(statement: ast.stmt) -> Iterator[Sequence[ast.stmt]]:
    """Yield the blocks that a statement holds."""
    for part in ("body", "orelse", "finalbody"):
        if block := getattr(statement, part, None):
            yield block
    for each in (*getattr(statement, "handlers", ()), *getattr(statement, "cases", ())):
        yield each.body


def _expressions(statement: ast.stmt) -> Iterator[ast.AST]:
    """Yield what a statement with blocks says itself."""
    for child in ast.iter_child_nodes(statement):
        if isinstance(child, ast.expr | ast.withitem):
            yield from ast.walk(child)


def _line(text: str) -> str:
    return " ".join(re.sub(rf"{UNKNOWN}{{2,}}", UNKNOWN, text).split())


assert FIELDS.keys() - {"NoAnswer"} <= vars(errors).keys()
