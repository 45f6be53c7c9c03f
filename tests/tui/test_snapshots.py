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
    looks = {
        (one.style.color, one.style.bgcolor, one.style.reverse): one for line in strips for one in line if told(one)
    }
    known = set(next(one for one in PALETTES if one.name == theme).theme().variables.values())
    return [
        f"{segment.text!r}: {fore.triplet.hex} on {back.triplet.hex}"
        for (fore, back, _), segment in looks.items()
        if (fore.triplet.hex not in known and theme != MONOCHROME)
        or (contrast(Color(*fore.triplet), Color(*back.triplet)) < 3.0 and segment.text.strip("│─┌┐└┘▁▂▃▄▅▆▇ "))
    ]


def told(segment: Segment) -> bool:
    return bool(segment.text.strip() and segment.style and segment.style.color and segment.style.bgcolor)


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
