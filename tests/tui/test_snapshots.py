"""Every screen as text at four sizes, the same in three themes, in colours that can be read, and in ASCII."""

import asyncio
import os
from collections.abc import Callable, Sequence

import pytest
from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color

from state.board_setting import BoardSetting
from tests.tui.asking import EDIT
from tests.tui.fleet import fleet
from tests.tui.on_screen import Screen
from tests.tui.test_themes import contrast
from tests.tui.walks import WALKS, Stop
from tui.glyphs import TWINS, in_ascii
from tui.themes import DARK, LIGHT, MONOCHROME, PALETTES

SIZES = [(60, 15), (80, 24), (120, 40), (200, 50)]
THEMES = (DARK, LIGHT, MONOCHROME)
EVERY = "HEADGATE_EVERY_THEME"
LINES = "│─┌┐└┘┤▁▂▃▄▅▆▇ "
"""What rules and scroll bars are drawn with: nothing that is read."""
LASTING = {"pump", "look", "purse", "money", "matrices", "change"}
"""Workers that end with their screen."""
FOREIGN = {letter for letter in f"{EDIT.advice}" if not letter.isascii()}
"""What is not ASCII in texts that are decided on letter by letter."""
EDGES = set("┌┐┘")
OTHERS = FOREIGN | {letter for card in fleet() for letter in f"{card}" if letter not in TWINS} | EDGES
"""What is not ASCII and no sign of ours: foreign letters, and the corners of borders."""


@pytest.mark.parametrize("name", WALKS)
async def test_every_screen(open_board: Callable, matches_snapshot: Callable, name: str) -> None:
    """Looks at each screen in each size, in themes that take turns; in all of them where `EVERY` is set."""
    walk = WALKS[name]
    async with open_board(walk.cards(), size=SIZES[1], theme=DARK, **walk.facts()) as screen:
        walk.prepare(screen)
        for at, stop in enumerate(walk.stops):
            await arrived(screen, stop)
            sizes = SIZES[1:2] if stop.narrow else SIZES
            told = await seen(screen, sizes, THEMES if os.environ.get(EVERY) else (THEMES[at % len(THEMES)],))
            named = zip(sizes, told, strict=True)
            matches_snapshot(stop.name, "\n".join(f"═══ {wide}x{high} ═══\n{text}" for (wide, high), text in named))


async def arrived(screen: Screen, stop: Stop) -> None:
    """Go to a stop, and wait until what it shows has been read."""
    await screen.press(*stop.keys)
    for _ in range(500):
        await calm(screen)
        if stop.shows in screen.text():
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"{stop.name} never showed {stop.shows!r}:\n{screen.text()}")


async def calm(screen: Screen) -> None:
    """Wait until nothing is being read or laid out any more."""
    await screen.settled()
    async with asyncio.timeout(10.0):
        while any(one.is_running and one.name not in LASTING for one in screen.app.workers):
            await asyncio.sleep(0.005)
            await screen.settled()


async def seen(screen: Screen, sizes: Sequence[tuple[int, int]], themes: Sequence[str]) -> list[str]:
    """Give the text at each size, which no theme changes and ASCII can say."""
    told = list[set[str]]()
    for theme in themes:
        screen.app.theme = theme
        told = told or [set() for _ in sizes]
        for size, texts in zip(sizes, told, strict=True):
            await screen.resized(*size)
            await calm(screen)
            texts.add(screen.text())
            assert unreadable(screen, theme) == []
    texts = [text for (text,) in told]
    for (width, height), text in zip(sizes, texts, strict=True):
        lines = text.split("\n")
        assert len(lines) == height and max(cell_len(line) for line in lines) <= width
        assert [letter for letter in set(in_ascii(text, "text")) - OTHERS if not letter.isascii()] == []
    return texts


def unreadable(screen: Screen, theme: str) -> list[str]:
    """The texts on the screen whose colours have too little contrast, or are no colours of the theme."""
    strips = screen.app.screen._compositor.render_strips()
    looks = {colours(segment): segment.text for strip in strips for segment in strip if segment.text.strip(LINES)}
    known = {str(value) for one in PALETTES if one.name == theme for value in one.theme().variables.values()}
    return [
        f"{text!r}: {fore} on {back}"
        for (fore, back), text in looks.items()
        if fore and ((fore not in known and theme != MONOCHROME) or contrast(Color.parse(fore), Color.parse(back)) < 3)
    ]


def colours(segment: Segment) -> tuple[str, str]:
    """The colours of letters and ground, "" where there are none."""
    style = segment.style
    fore, back = (style.color, style.bgcolor) if style else (None, None)
    return (fore.triplet.hex, back.triplet.hex) if fore and back and fore.triplet and back.triplet else ("", "")


async def test_a_terminal_that_is_too_small_says_so(open_board: Callable) -> None:
    async with open_board(size=(36, 8)) as screen:
        assert screen.text().split() == ["Headgate", "needs", "40", "columns", "and", "10", "rows."]


async def test_no_size_breaks_the_board(open_board: Callable) -> None:
    async with open_board() as screen:
        for size in ((1, 1), (20, 5), (39, 40), (40, 9), (40, 10), (60, 15)):
            await screen.resized(*size)
            await screen.press("enter", "5", "enter", "escape", "escape", "slash", "x", "escape", "question_mark")
            assert len(screen.lines()) == size[1]
            await screen.press("escape")


async def test_with_signs_of_ascii_the_screen_is_ascii_in_bars_and_borders_too(open_board: Callable) -> None:
    async with open_board(size=(80, 24), setting=BoardSetting(glyphs="ascii"), requests=(EDIT,)) as screen:
        WALKS["board"].prepare(screen)
        ways = (
            ("5",),
            ("escape", "colon"),
            ("escape", "n"),
            ("escape", "question_mark"),
            ("escape", "D"),
            ("escape", "dollar_sign"),
        )
        for keys in ways:
            await screen.press(*keys)
            assert [letter for letter in set(screen.text()) - (OTHERS - EDGES) if not letter.isascii()] == []
