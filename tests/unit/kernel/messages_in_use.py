"""Finds every message that the project asks for: in Python, in templates, in enums and in refusals.

A message is found where it is written out: `gettext("...")`, `ngettext("...", "...", n)`,
`_("...")`, `mark("...")`, `{% trans %}`; a code in `Reason("...")`, `Finding("...")`, in a
function that hands its argument on to one of these, and as the `code` of a domain error.
A message that is looked up through a variable has to be written out somewhere in `mark("...")`.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from importlib import import_module
from inspect import getmembers, isclass
from pathlib import Path
from typing import TypeVar

from jinja2 import Environment, TemplateSyntaxError, nodes

from muster.catalogue import word_id
from muster.roots import ROOTS

HOME = Path(__file__).resolve().parents[3]
TEMPLATE_FOLDERS = (HOME / "web" / "templates", HOME / "notifications" / "templates")
#: Modules whose enums are words that people read; other enums may have words, these must.
WORD_MODULES = ("models.enums", "muster.workcalendar")
#: Functions that take a sentence, one that takes two, and classes that take a code.
SENTENCE, PLURAL, CODED = frozenset({"gettext", "_"}), "ngettext", frozenset({"Reason", "Finding"})
IN_PIECES = "puts a message together from pieces"
BASE_ERROR = "DomainError"

Node = TypeVar("Node", bound=ast.AST)


@dataclass(frozen=True, slots=True)
class Use:
    """One message that is asked for: its id (a plural message's singular), its plural, and where."""

    msgid: str
    plural: str | None
    place: str


@dataclass(slots=True)
class Found:
    """What some files ask for, and what in them no catalogue can serve."""

    uses: list[Use] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Names:
    """Names defined in the project that take codes.

    `errors` are the domain error classes; `helpers` are functions that hand an argument
    on as a code, with that argument's position and name.
    """

    errors: frozenset[str]
    helpers: dict[str, tuple[int, str]]


@cache
def modules(root: str) -> tuple[tuple[str, ast.Module | None], ...]:
    """Parse all modules below a folder of the project; None stands for what is not Python."""
    return tuple(
        (str(path.relative_to(HOME)), _parsed(path.read_text(encoding="utf-8")))
        for path in sorted((HOME / root).rglob("*.py"))
    )


@cache
def in_python(root: str) -> Found:
    """Find the messages of all modules below a folder."""
    found = Found()
    for name, tree in modules(root):
        if tree is None:
            found.faults.append(f"{name} is not Python")
        else:
            read_module(tree, name, project_names(), found)
    return found


@cache
def in_templates(folder: Path) -> Found:
    """Find the messages of all templates below a folder."""
    found = Found()
    for path in sorted(folder.rglob("*.*")):
        read_template(path.read_text(encoding="utf-8"), str(path.relative_to(HOME)), found)
    return found


@cache
def in_enums() -> tuple[Use, ...]:
    """Find the words of all states and kinds."""
    return tuple(
        Use(word_id(member), None, f"{name}.{kind.__name__}")
        for name in WORD_MODULES
        for _, kind in getmembers(import_module(name), isclass)
        if issubclass(kind, StrEnum) and kind.__module__ == name
        for member in kind
    )


@cache
def possible_words() -> frozenset[str]:
    """Return the word ids of every enum in the project, also of those that need no words."""
    kinds = [
        node
        for node in _definitions(ast.ClassDef)
        if any(isinstance(base, ast.Name) and base.id == "StrEnum" for base in node.bases)
    ]
    return frozenset(
        f"{kind.name}.{text}"
        for kind in kinds
        for member in kind.body
        if isinstance(member, ast.Assign)
        for text in _texts(member.value)
    )


@cache
def project_names() -> Names:
    """Gather the project's own names that take codes."""
    return names_in(tuple(_definitions(ast.ClassDef)), tuple(_definitions(ast.FunctionDef)))


def names_in(classes: tuple[ast.ClassDef, ...], functions: tuple[ast.FunctionDef, ...]) -> Names:
    """Pick the domain errors out of classes, and the helpers out of functions."""
    errors = {BASE_ERROR}
    while more := {node.name for node in classes if errors & set(map(_name, node.bases))} - errors:
        errors |= more
    helpers = {}
    for function in functions:
        params = [argument.arg for argument in function.args.args if argument.arg != "self"]
        for call in (node for node in ast.walk(function) if isinstance(node, ast.Call)):
            handed_on = _argument(call, 0, "code") if _name(call.func) in CODED else None
            if isinstance(handed_on, ast.Name) and handed_on.id in params:
                helpers[function.name] = (params.index(handed_on.id), handed_on.id)
    return Names(frozenset(errors), helpers)


def read_module(tree: ast.Module, name: str, names: Names, found: Found) -> None:
    """Add the messages of one parsed module."""
    for node in ast.walk(tree):
        place = f"{name}:{getattr(node, 'lineno', 0)}"
        if isinstance(node, ast.Call):
            called = _name(node.func)
            if called in SENTENCE or called in {PLURAL, "mark"}:
                _read_sentence(node, called, place, found)
            else:
                code = _code_argument(node, called, names)
                found.uses += [Use(text, None, place) for text in _texts(code)]
        elif isinstance(node, ast.ClassDef) and node.name in names.errors:
            found.uses += [Use(text, None, place) for text in _class_codes(node)]


def read_template(source: str, name: str, found: Found) -> None:
    """Add the messages of one template; `{% trans %}` has become calls once Jinja has parsed it."""
    environment = Environment(extensions=["jinja2.ext.i18n", "jinja2.ext.do", "jinja2.ext.loopcontrols"])
    environment.newstyle_gettext = True  # type: ignore[attr-defined]  # set by the extension
    try:
        tree = environment.parse(source)
    except TemplateSyntaxError as error:
        found.faults.append(f"{name}:{error.lineno} {error.message}")
        return
    for call in tree.find_all(nodes.Call):
        called = getattr(call.node, "attr", None) or getattr(call.node, "name", None)
        place = f"{name}:{call.lineno}"
        if called == PLURAL and len(call.args) > 1:
            one, many = map(_template_texts, call.args[:2])
            found.uses += [Use(text, other, place) for text, other in zip(one, many, strict=True)]
        elif called in SENTENCE and call.args:
            found.uses += [Use(text, None, place) for text in _template_texts(call.args[0])]
            if isinstance(call.args[0], nodes.Concat | nodes.Add | nodes.Mod):
                found.faults.append(f"{place} {IN_PIECES}")


def all_uses() -> list[Use]:
    """Find every message that the project asks for."""
    found = [*map(in_python, ROOTS), *map(in_templates, TEMPLATE_FOLDERS)]
    return [*in_enums(), *(use for part in found for use in part.uses)]


def _parsed(source: str) -> ast.Module | None:
    try:
        return ast.parse(source)
    except SyntaxError:
        return None


def _definitions(kind: type[Node]) -> Iterator[Node]:
    trees = (tree for root in ROOTS for _, tree in modules(root) if tree is not None)
    return (node for tree in trees for node in ast.walk(tree) if isinstance(node, kind))


def _name(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def _argument(node: ast.Call, position: int | None, keyword: str) -> ast.expr | None:
    if position is not None and len(node.args) > position:
        return node.args[position]
    return next((given.value for given in node.keywords if given.arg == keyword), None)


def _code_argument(node: ast.Call, called: str, names: Names) -> ast.expr | None:
    if called in CODED:
        return _argument(node, 0, "code")
    if called in names.errors:
        return _argument(node, None, "code")
    is_plain = isinstance(node.func, ast.Name) or (
        isinstance(node.func, ast.Attribute) and _name(node.func.value) == "self"
    )
    return _argument(node, *names.helpers[called]) if is_plain and called in names.helpers else None


def _read_sentence(node: ast.Call, called: str, place: str, found: Found) -> None:
    arguments = node.args[: 2 if called == PLURAL else 1]
    if any(isinstance(argument, ast.JoinedStr | ast.BinOp) for argument in arguments):
        found.faults.append(f"{place} {IN_PIECES}")
        return
    texts = [list(_texts(argument)) for argument in arguments]
    if called == PLURAL:
        found.uses += [Use(one, many, place) for one, many in zip(*texts, strict=True)]
    else:
        found.uses += [Use(text, None, place) for part in texts for text in part]


def _class_codes(node: ast.ClassDef) -> Iterator[str]:
    for statement in node.body:
        if isinstance(statement, ast.Assign) and "code" in map(_name, statement.targets):
            yield from _texts(statement.value)


def _texts(node: ast.expr | None) -> Iterator[str]:
    """Yield the texts that an expression may stand for, as far as they are written in it."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.IfExp(body=one, orelse=other):
            yield from _texts(one)
            yield from _texts(other)


def _template_texts(node: nodes.Expr) -> Iterator[str]:
    match node:
        case nodes.Const(value=str(text)):
            yield text
        case nodes.CondExpr(expr1=one, expr2=other):
            yield from _template_texts(one)
            if other is not None:
                yield from _template_texts(other)
