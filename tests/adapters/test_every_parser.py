"""Whatever is read: nothing but a refusal is raised, nothing unsafe comes out, and work grows with what is read."""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path
from sys import settrace
from types import FrameType
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.parsers.damage import damaged, pumped
from tests.parsers.excused import EXCUSED
from tests.parsers.row import Parser, tried, work_of
from tests.parsers.table import table
from tests.promises import attacks
from tests.tries import tries

pytestmark = attacks("terminal", "faults")

ROOT = Path(__file__).parents[2]
ROWS = table()
FEW = settings(max_examples=tries(4, 1000), deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None)
SIZE = tries(400, 4000)
KINDS = tries(2, 11)
"""Of how many kinds the long inputs of a row are: in the suite others for each row."""


@pytest.mark.parametrize("parser", ROWS.values(), ids=ROWS.keys())
def test_whatever_is_read_only_a_refusal_is_raised_and_nothing_unsafe_comes_out(
    parser: Parser, record_property: Any
) -> None:
    @FEW
    @given(st.integers(0, 2**40))
    def damages(seed: int) -> None:
        tried(parser, damaged(parser.samples, seed))

    @settings(FEW, max_examples=tries(2, 300))
    @given(st.binary(max_size=300))
    def bytes_of_any_kind(data: bytes) -> None:
        tried(parser, data)

    damages()
    bytes_of_any_kind()
    record_property("figure", f"{len(ROWS)} parsers, {tries(6, 1300):,} inputs each, none fell")


@pytest.mark.parametrize("parser", ROWS.values(), ids=ROWS.keys())
def test_a_good_input_is_read(parser: Parser) -> None:
    read = [tried(parser, sample) for sample in parser.samples[:4]]
    assert any(read), "no sample of the row is good"


@pytest.mark.parametrize("parser", ROWS.values(), ids=ROWS.keys())
def test_twice_as_much_takes_no_more_than_twice_the_work(parser: Parser) -> None:
    small, large = (pumped(parser.samples[0][:2000], size) for size in (SIZE, 2 * SIZE))
    first = list(ROWS).index(parser.name) * KINDS
    for name in [list(small)[(first + at) % len(small)] for at in range(KINDS)]:
        work_of(parser, small[name])  # what is only loaded at the first reading is no work of this one
        least, most = work_of(parser, small[name]), work_of(parser, large[name])
        assert most <= 3.2 * least + 1500, (name, least, most)


def test_the_oracle_sees_what_must_not_come_out() -> None:
    for found in ("\x1b[2J", ("a", {"b": ["\u202e"]}), float("nan"), 2**63, {"\x9b": 1}):
        with pytest.raises(AssertionError):
            tried(Parser("x", lambda data, found=found: found, ()), b"")
    with pytest.raises(RecursionError):
        tried(Parser("x", lambda data: (_ for _ in ()).throw(RecursionError()), (), (ValueError,)), b"")


def test_every_parser_of_the_tree_is_in_a_row_or_excused_by_a_sentence() -> None:
    sites = dict(_sites())
    reached = _reached({file for file, _ in sites.values()})
    missing = [name for name, place in sites.items() if not _ran(place, reached) and name not in EXCUSED]
    assert missing == [], "takes bytes apart and stands in no row of tests/parsers"
    idle = [name for name in EXCUSED if name not in sites]
    assert idle == [], "is excused and is no parser any more"


_TAKES_APART = frozenset({"loads", "fromstring", "model_validate", "model_validate_json", "raw_decode", "Parse"})
_ALSO = frozenset({"unpack", "unpack_from"})


def _sites() -> Iterator[tuple[str, tuple[str, range]]]:
    """Give every function that takes bytes or text apart: its name, its file and its lines."""
    for room in ("state", "adapters", "tui"):
        for path in sorted((ROOT / room).rglob("*.py")):
            for name, function in _functions(ast.parse(path.read_text()), ""):
                if any(_is_one(call) for call in ast.walk(function)):
                    first = min(one.lineno for one in (function, *function.decorator_list))
                    lines = range(first, (function.end_lineno or function.lineno) + 1)
                    yield f"{path.relative_to(ROOT)}:{name}", (str(path), lines)


def _functions(node: ast.AST, within: str) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for below in ast.iter_child_nodes(node):
        if isinstance(below, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{within}{below.name}", below
        elif isinstance(below, ast.ClassDef):
            yield from _functions(below, f"{within}{below.name}.")


def _is_one(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call):
        return False
    if isinstance(node.func, ast.Name):
        return node.func.id in ("toml_of", "read_toml")
    if not isinstance(node.func, ast.Attribute):
        return False
    first = node.args[0] if node.args else None
    word = first.value if isinstance(first, ast.Constant) else None
    if node.func.attr in ("split", "partition"):
        return word in (b"\0", "\0", b"\0\0")
    if node.func.attr == "decode":
        return first is not None and word is None
    return node.func.attr in _TAKES_APART or node.func.attr in _ALSO


def _reached(files: set[str]) -> Mapping[str, set[int]]:
    """Read a sample of each row, and give the first lines of the functions that ran."""
    reached: dict[str, set[int]] = {}

    def look(frame: FrameType, event: str, told: object) -> None:
        if frame.f_code.co_filename in files:
            reached.setdefault(frame.f_code.co_filename, set()).add(frame.f_code.co_firstlineno)

    settrace(look)  # type: ignore[arg-type]  # it looks at calls alone
    try:
        for parser in ROWS.values():
            for data in parser.samples[:10]:
                try:
                    parser.reads(data)
                except parser.refuses:
                    continue
    finally:
        settrace(None)
    return reached


def _ran(place: tuple[str, range], reached: Mapping[str, set[int]]) -> bool:
    return any(line in place[1] for line in reached.get(place[0], ()))
