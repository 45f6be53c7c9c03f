"""One small change of a function at a time, made in its syntax tree: what a test that looks at it ought to notice.

Changed are comparisons, conditions, `and`/`or`, `not`, whole numbers, truth values, sums and differences, what is
returned, filters of comprehensions, and calls whose result nobody takes. Words are left alone.
"""

import ast
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import CodeType

_COMPARED: dict[type[ast.cmpop], type[ast.cmpop]] = {
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
_SUMS: dict[type[ast.operator], type[ast.operator]] = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.BitOr: ast.BitAnd}
Function = ast.FunctionDef | ast.AsyncFunctionDef
Change = Callable[[], ast.AST]
"""Makes the changed node out of the old one."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change: the function that it is in, its line, how it reads, and the code of the changed function."""

    file: str
    function: str
    line: int
    before: str
    after: str
    code: CodeType

    @property
    def name(self) -> str:
        """Give the words by which an explanation names it; they hold while the code above it changes."""
        return f"{self.file}::{self.function}: {self.before} => {self.after}"


def functions(tree: ast.Module) -> Iterator[tuple[str, Function]]:
    """Give the functions and methods of a module by their names; what is nested in one belongs to it."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, node
        elif isinstance(node, ast.ClassDef):
            inner = (one for one in node.body if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef))
            yield from ((f"{node.name}.{one.name}", one) for one in inner)


def mutants(file: str, text: str) -> Iterator[Mutant]:
    """Give every mutant of a module's functions."""
    tree = ast.parse(text)
    for name, function in functions(tree):
        for number, node in enumerate(_body(function)):
            for which, (before, _) in enumerate(_changes(node)):
                changed = copy.deepcopy(tree)
                twin = next(one for _, one in functions(changed) if one.lineno == function.lineno)
                old = _body(twin)[number]
                new = [make() for _, make in _changes(old)][which]
                _put(twin, old, new)
                code = _code(compile(ast.fix_missing_locations(changed), file, "exec"), name, function)
                if code is not None:
                    yield Mutant(
                        file, name, getattr(node, "lineno", function.lineno), _shown(before), _shown(new), code
                    )


def _body(function: Function) -> list[ast.AST]:
    """Give every node of what a function does, without the types that it names."""
    inner = [node for statement in function.body for node in ast.walk(statement)]
    typed = (node.annotation for node in inner if isinstance(node, ast.AnnAssign | ast.arg) and node.annotation)
    types = {id(node) for one in typed for node in ast.walk(one)}
    return [node for node in inner if id(node) not in types]


def _changes(node: ast.AST) -> Iterator[tuple[ast.AST, Change]]:
    match node:
        case ast.Compare(ops=[one, *_]) if type(one) in _COMPARED:
            ops = [_COMPARED[type(one)](), *node.ops[1:]]
            yield node, lambda: ast.copy_location(ast.Compare(node.left, ops, node.comparators), node)
        case ast.BoolOp(op=op, values=values):
            other = ast.Or() if isinstance(op, ast.And) else ast.And()
            yield node, lambda: ast.copy_location(ast.BoolOp(other, values), node)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield node, lambda: operand
        case ast.If(test=test) | ast.While(test=test) | ast.IfExp(test=test) if not isinstance(test, ast.Compare):
            yield test, lambda: _with(node, "test", ast.UnaryOp(ast.Not(), test))
        case ast.Constant(value=bool(value)):
            yield node, lambda: ast.copy_location(ast.Constant(not value), node)
        case ast.Constant(value=int(number)):
            yield node, lambda: ast.copy_location(ast.Constant(number + 1), node)
        case ast.BinOp(op=op) if type(op) in _SUMS:
            yield node, lambda: ast.copy_location(ast.BinOp(node.left, _SUMS[type(op)](), node.right), node)
        case ast.Return(value=ast.expr() as value) if not isinstance(value, ast.Constant):
            yield node, lambda: ast.copy_location(ast.Return(ast.Constant(None)), node)
        case ast.comprehension(ifs=[_, *rest]):
            yield node, lambda: ast.comprehension(node.target, node.iter, rest, node.is_async)
        case ast.Expr(value=ast.Call() | ast.Await()) | ast.AugAssign():
            yield node, lambda: ast.copy_location(ast.Pass(), node)


def _with(node: ast.AST, field: str, value: ast.AST) -> ast.AST:
    twin = copy.copy(node)
    setattr(twin, field, value)
    return ast.copy_location(twin, node)


def _put(function: Function, old: ast.AST, new: ast.AST) -> None:
    for parent in ast.walk(function):
        for field, value in ast.iter_fields(parent):
            if value is old:
                setattr(parent, field, new)
            elif isinstance(value, list) and any(one is old for one in value):
                setattr(parent, field, [new if one is old else one for one in value])


def _code(code: CodeType, name: str, function: Function) -> CodeType | None:
    """Find the code of a function in the code of its module; None where its decorators hide its first line."""
    first = min([function.lineno, *(one.lineno for one in function.decorator_list)])
    for one in code.co_consts:
        if isinstance(one, CodeType):
            if one.co_qualname == name and one.co_firstlineno == first:
                return one
            if (found := _code(one, name, function)) is not None:
                return found
    return None


def _shown(node: ast.AST) -> str:
    return " ".join(ast.unparse(node).split())[:100]
