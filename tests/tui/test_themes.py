"""Themes: every role has a look, every look can be read, and no state rests on colour."""

import math
import re
from collections.abc import Callable
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from textual.color import Color

from state.board_setting import THEMES
from tui.looks import look_of
from tui.marks import EVIDENCE, EXACT, RISKS, ROLES, SEVERITY, STATES, STEPS, STORY, TESTS, VERIFIED
from tui.themes import DARK, DEUTERANOPIA, LIGHT, MONOCHROME, PALETTES, TRITANOPIA, Palette, next_theme, theme_of

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


@pytest.mark.parametrize("palette", PALETTES, ids=lambda one: one.name)
def test_every_role_has_a_look(palette: Palette) -> None:
    looks = {role: look_of(role, palette.variables()) for role in ROLES}
    assert [role for role, look in looks.items() if not look] == [EXACT]
    assert looks["badge"].bgcolor and looks["cursor"].bgcolor and looks["added"].bgcolor and not looks["text"].bgcolor
    assert looks["waiting"].bold and looks["word"].underline


def test_a_role_that_no_theme_knows_has_no_look() -> None:
    with pytest.raises(KeyError):
        look_of("purple", PALETTES[0].variables())


def test_every_theme_sets_the_same_variables() -> None:
    names = [set(palette.variables()) for palette in PALETTES]
    assert all(one == names[0] for one in names)


COLOURED = [one for one in PALETTES if not one.ansi]
GROUNDS = ("ground", "raised", "cursor-ground", "cursor-away-ground", "added-ground", "deleted-ground")
QUIET = {"faint", "title", "code-note"}
"""Roles of what is said elsewhere too, or is only a note: they may be fainter than text."""
NO_TEXT = {"rule", "exact", "cursor", "cursor-away", "added", "deleted", "word", "badge"}


@pytest.mark.parametrize("palette", COLOURED, ids=lambda one: one.name)
def test_every_role_can_be_read_on_every_ground(palette: Palette) -> None:
    looks = {name: Color.parse(colour) for name, colour in palette.variables().items() if "style" not in name}
    for role in set(ROLES) - NO_TEXT:
        on_worst = min(contrast(looks[f"role-{role}"], looks[ground]) for ground in GROUNDS)
        assert on_worst >= (3.0 if role in QUIET else 4.5), (role, on_worst)
    assert contrast(looks["role-badge"], looks["badge-ground"]) >= 4.5


def contrast(one: Color, other: Color) -> float:
    """The contrast ratio of WCAG 2.2, section 1.4.3."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: Color) -> float:
    parts = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour.normalized]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


SEEN_BY = {
    "normal": ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}
"""What eyes of each kind see of linear RGB: Machado, Oliveira, Fernandes (2009), IEEE TVCG 15(6), severity 1.0."""
APART = 16.0
"""How far apart two states must look, in CIE 1976 dE*ab: several times what can just be told apart side by side."""
FITTING = {
    DARK: (("normal",), 9.0),
    LIGHT: (("normal",), 9.0),
    DEUTERANOPIA: (("normal", "protanopia", "deuteranopia"), APART),
    TRITANOPIA: (("normal", "tritanopia"), APART),
}


@pytest.mark.parametrize("palette", [one for one in PALETTES if one.name in FITTING], ids=lambda one: one.name)
def test_the_eyes_that_a_theme_is_for_tell_all_states_apart(palette: Palette) -> None:
    eyes, least = FITTING[palette.name]
    for kind in eyes:
        for (one, a), (other, b) in combinations(palette.states.items(), 2):
            assert apart(Color.parse(a), Color.parse(b), kind) >= least, (kind, one, other)
        assert apart(Color.parse(palette.plus), Color.parse(palette.minus), kind) >= APART, kind


def test_the_measure_knows_what_cannot_be_told_apart() -> None:
    red, green = Color(200, 60, 0), Color(125, 113, 3)
    assert apart(red, green, "normal") > 50 and apart(red, green, "deuteranopia") < APART
    blue, teal = Color.parse("#5a7fd0"), Color.parse("#2b8a96")
    assert apart(blue, teal, "normal") > 25 and apart(blue, teal, "tritanopia") < APART


def apart(one: Color, other: Color, kind: str) -> float:
    """How different two colours look to a kind of eyes, in dE*ab."""
    return math.dist(lab(one, kind), lab(other, kind))


def lab(colour: Color, kind: str) -> tuple[float, float, float]:
    """CIE 1976 L*a*b* under D65 of what these eyes see of a colour of sRGB (IEC 61966-2-1)."""
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour.normalized]
    red, green, blue = (
        min(max(sum(a * b for a, b in zip(row, linear, strict=True)), 0.0), 1.0) for row in SEEN_BY[kind]
    )
    x = root((0.4124564 * red + 0.3575761 * green + 0.1804375 * blue) / 0.95047)
    y = root(0.2126729 * red + 0.7151522 * green + 0.0721750 * blue)
    z = root((0.0193339 * red + 0.1191920 * green + 0.9503041 * blue) / 1.08883)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def root(part: float) -> float:
    return part ** (1 / 3) if part > 216 / 24389 else (24389 / 27 * part + 16) / 116


def test_without_colour_no_two_signs_of_a_kind_look_alike() -> None:
    bare = next(one for one in PALETTES if one.name == MONOCHROME)
    assert len({bare.text, *bare.states.values(), bare.plus, bare.minus, bare.warn}) == 1
    for kind in (STATES, STEPS, TESTS, SEVERITY, RISKS, EVIDENCE, VERIFIED):
        looks = {(mark.glyph, mark.word) for mark in kind.values()}
        assert len(looks) == len(kind) == len({mark.word for mark in kind.values()})


def test_the_names_of_the_settings_are_those_of_the_themes() -> None:
    assert [theme_of(name) for name in THEMES] == [palette.name for palette in PALETTES]
    assert theme_of(None) is None


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


async def test_every_theme_opens_every_screen(open_board: Callable) -> None:
    async with open_board(theme=PALETTES[0].name, size=(80, 24)) as screen:
        for palette in PALETTES:
            screen.app.theme = palette.name
            for key in ("question_mark", "escape", "colon", "escape", "slash", "escape", "enter"):
                await screen.press(key)
            assert "Retry a failed" in screen.text(), palette.name
            await screen.press("escape")


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
