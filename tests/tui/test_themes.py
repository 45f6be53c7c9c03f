"""Themes: every role has a look, every look can be read, and no state rests on colour."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.color import Color

from tui.marks import ROLES, STATES, STEPS, STORY
from tui.themes import PALETTES, Palette, next_theme

TUI = Path(__file__).parents[2] / "tui"
COLOUR_WORDS = "red|green|blue|yellow|cyan|magenta|orange|purple|white|black|grey|gray"
LITERAL_CSS = re.compile(
    rf"#[0-9a-fA-F]{{3,8}}\b(?![\w-]*\s*[,{{])|\brgb|\bhsl|:\s*[^;$]*\b({COLOUR_WORDS}|ansi_\w+)\b"
)
LITERAL_PYTHON = re.compile(rf"""["'](#[0-9a-fA-F]{{3,8}}|({COLOUR_WORDS}|ansi_\w+|on \w+|bold \w+))["']""")


@pytest.mark.parametrize("sheet", sorted(TUI.rglob("*.tcss")), ids=lambda path: path.name)
def test_no_style_sheet_names_a_colour(sheet: Path) -> None:
    values = [line for line in sheet.read_text().splitlines() if ":" in line]
    assert [line for line in values if LITERAL_CSS.search(line)] == []


def test_no_module_but_the_themes_names_a_colour() -> None:
    found = {
        path.name: LITERAL_PYTHON.findall(path.read_text()) for path in TUI.rglob("*.py") if path.name != "themes.py"
    }
    assert {name: colours for name, colours in found.items() if colours} == {}


@pytest.mark.parametrize("line", ["color: #ff0000;", "background: red 50%;", "color: ansi_blue;", "color: rgb(1,2,3);"])
def test_the_search_finds_a_literal_colour(line: str) -> None:
    assert LITERAL_CSS.search(line)


def test_every_role_has_a_rule() -> None:
    sheet = (TUI / "screens" / "board.tcss").read_text()
    assert [role for role in ROLES if f".role--{role} {{" not in sheet] == []


def test_every_theme_sets_the_same_variables() -> None:
    names = [set(palette.variables()) for palette in PALETTES]
    assert all(one == names[0] for one in names)


@pytest.mark.parametrize("palette", [one for one in PALETTES if not one.ansi], ids=lambda one: one.name)
def test_every_text_can_be_read_on_every_ground(palette: Palette) -> None:
    grounds = [Color.parse(one) for one in (palette.ground, palette.raised, palette.cursor, palette.cursor_away)]
    texts = [palette.text, palette.strong, palette.dim, palette.warn, *palette.states.values()]
    for ground in grounds:
        assert min(contrast(Color.parse(one), ground) for one in texts) >= 4.5
        assert contrast(Color.parse(palette.faint), ground) >= 3.0
    assert contrast(Color.parse(palette.on_badge), Color.parse(palette.badge)) >= 4.5


def contrast(one: Color, other: Color) -> float:
    """The contrast ratio of WCAG 2.2, section 1.4.3."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: Color) -> float:
    parts = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour.normalized]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def test_no_two_states_share_a_glyph_or_a_word() -> None:
    assert len({mark.glyph for mark in STATES.values()}) == len({mark.word for mark in STATES.values()}) == 8


def test_every_glyph_is_a_geometric_shape_of_one_cell() -> None:
    for mark in (*STATES.values(), *STEPS.values()):
        assert len(mark.glyph) == 1 and 0x25A0 <= ord(mark.glyph) <= 0x25FC, mark
    assert all(len(mark.glyph) == 1 for mark in STORY.values())


def test_the_themes_cycle() -> None:
    names = [palette.name for palette in PALETTES]
    assert [next_theme(name) for name in names] == [*names[1:], names[0]]
    assert next_theme("textual-dark") == names[0]


@pytest.mark.parametrize("palette", PALETTES, ids=lambda one: one.name)
async def test_every_theme_opens_every_screen(open_board: Callable, palette: Palette) -> None:
    async with open_board(theme=palette.name, size=(80, 24)) as screen:
        for key in ("question_mark", "escape", "colon", "escape", "slash", "escape", "enter"):
            await screen.press(key)
        assert "Retry a failed" in screen.text()


async def test_another_theme_on_the_same_ground_paints_every_role_anew(open_board: Callable) -> None:
    before = PALETTES[0]
    turned = {name: f"#{int(colour[1:], 16) ^ 0x010101:06x}" for name, colour in before.states.items()}
    after = replace(before, name="turned", accent="#7ac0d3", warn="#e4b673", states=turned)
    async with open_board(theme=before.name) as screen:
        seen = colours_of(screen)
        screen.app.register_theme(after.theme())
        screen.app.theme = after.name
        await screen.settled()
        assert seen <= set(before.variables().values()) and colours_of(screen) <= set(after.variables().values())
        assert len(seen - set(after.variables().values())) > 2


def colours_of(screen: Any) -> set[str]:
    """The colours of every text on the screen."""
    strips = screen.app.screen._compositor.render_strips()
    styles = [style for strip in strips for text, style, _ in strip if style and text.strip()]
    return {style.color.triplet.hex for style in styles if style.color and style.color.triplet}
