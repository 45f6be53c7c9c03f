"""Signs: each is one cell wide and has a twin in ASCII, and what is decided on letter by letter gets none."""

import ast
from pathlib import Path

import pytest
from rich.cells import cell_len

from state.board_setting import BoardSetting, Glyphs
from state.settings import read_settings
from tests.tui.asking import EDIT
from tui.glyphs import TWINS, in_ascii, settled
from tui.marks import EVIDENCE, RISKS, SEVERITY, STATES, STEPS, STORY, TESTS, VERIFIED
from tui.panes.call_text import call_lines
from tui.panes.money_bars import BLOCKS, LETTERS

ROOT = Path(__file__).parents[2]
SPEAKING = (
    *(path for path in sorted((ROOT / "tui").rglob("*.py")) if "html" not in path.parts and path.name != "glyphs.py"),
    *(ROOT / "state" / name for name in ("text.py", "evidence/page.py", "ledger/story.py", "store/rows.py")),
    *(ROOT / "state" / name for name in ("policy/shown.py", "findings/stops.py", "findings/lines.py")),
)


@pytest.mark.parametrize("glyph", TWINS)
def test_every_sign_takes_one_cell_as_its_twin_does(glyph: str) -> None:
    assert cell_len(glyph) == cell_len(TWINS[glyph]) == len(TWINS[glyph]) == 1
    assert TWINS[glyph].isascii() and TWINS[glyph].isprintable()


def test_every_sign_that_a_module_draws_has_a_twin() -> None:
    lacking = {path.name: drawn_by(path) - set(TWINS) for path in SPEAKING}
    assert {name: signs for name, signs in lacking.items() if signs} == {}


def drawn_by(path: Path) -> set[str]:
    """The letters beyond ASCII in a module's texts, its docstrings and its regular expressions left out."""
    tree = ast.parse(path.read_text())
    told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    told |= {id(part) for node in ast.walk(tree) if is_search(node) for part in ast.walk(node)}
    texts = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in told)
    return {letter for node in texts if isinstance(node.value, str) for letter in node.value if not letter.isascii()}


def is_search(node: ast.AST) -> bool:
    """Say whether it makes a regular expression, whose letters are not drawn."""
    return isinstance(node, ast.Call) and ast.unparse(node.func) == "re.compile"


@pytest.mark.parametrize("kind", [STATES, STEPS, TESTS, SEVERITY, RISKS, EVIDENCE, VERIFIED], ids=lambda kind: "")
def test_what_is_told_apart_by_signs_is_told_apart_by_their_twins(kind: dict) -> None:
    signs = {mark.glyph for mark in kind.values()}
    assert len({in_ascii(sign, "text") for sign in signs}) == len(signs)


def test_signs_of_the_story_that_differ_have_twins_that_differ() -> None:
    signs = {mark.glyph for mark in STORY.values()}
    assert len({in_ascii(sign, "text") for sign in signs}) == len(signs)


def test_foreign_letters_stay_and_exact_text_stays_whole() -> None:
    assert in_ascii("▲ naïve 日本 …", "text") == "^ naïve 日本 >"
    assert in_ascii("a – b …", "text+exact") == in_ascii("a – b …", "code-name+exact+word") == "a – b …"
    assert in_ascii("a – b", "exactly") == "a - b"


def test_the_letters_of_a_call_are_exact_and_its_gutter_is_not() -> None:
    lines = [line for line in call_lines(EDIT) if "invoice" in line.copied]
    assert lines and all("exact" in span.role for line in lines for span in line.body if "invoice" in span.text)
    assert in_ascii(lines[0].label[0].text, lines[0].label[0].role).isascii()


@pytest.mark.parametrize(
    ("setting", "term", "encoding", "chosen"),
    [
        ("auto", "xterm-256color", "utf-8", "unicode"),
        ("auto", "xterm", None, "unicode"),
        ("auto", "linux", "utf-8", "ascii"),
        ("auto", "dumb", "utf-8", "ascii"),
        ("auto", "vt100", "utf-8", "ascii"),
        ("auto", "xterm", "iso8859-1", "ascii"),
        ("unicode", "linux", "ascii", "unicode"),
        ("ascii", "xterm", "utf-8", "ascii"),
    ],
)
def test_the_signs_follow_the_setting_and_then_the_terminal(
    setting: Glyphs, term: str, encoding: str | None, chosen: str
) -> None:
    assert settled(BoardSetting(glyphs=setting), {"TERM": term}, encoding).glyphs == chosen


@pytest.mark.parametrize(("key", "names"), [("theme", "deuteranopia"), ("glyphs", "ascii")])
def test_a_look_that_does_not_exist_is_refused_with_line_list_and_remedy(key: str, names: str) -> None:
    settings = read_settings(f'[board]\n{key} = "neon"\n', "/home/x/config.toml")
    (problem,) = settings.problems
    assert f"/home/x/config.toml, line 2: `board.{key}` is wrong" in problem.text and f"'{names}'" in problem.text
    assert "docs/settings.md" in problem.remedy
    assert settings.board == BoardSetting()


def test_bars_have_strokes_of_both_kinds() -> None:
    strokes = [str(getattr(LETTERS, name)) for name in LETTERS.__slots__]
    assert "".join(strokes).isascii() and not BLOCKS.across.isascii()
