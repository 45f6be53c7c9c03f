"""Makes the pictures of the docs from the demo's real files: `python -m tests.pictures`, or `... --look DIR` for PNGs.

The demo writes its repository, logs and history in a temporary directory at one fixed time, a core reads them, and the
board is shown on what it wrote. What is drawn follows from the demo alone, so a picture changes where the screen does.
"""

import argparse
import asyncio
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from adapters import demo
from state.store.reader import StoreReader
from tests.tui.fake_reader import Clock, FakeClipboard, FakeReader
from tests.tui.on_screen import Screen
from tests.tui.walks import WALKS
from tui import wiring
from tui.app import HeadgateApp
from tui.themes import DARK, LIGHT, MONOCHROME
from tui.wiring_board import HousesHunks
from tui.wiring_review import tools_of

DOCS = Path(__file__).parents[1] / "docs"
SEED, BEGINNING = 7, 1_795_262_400.0
"""The demo's seed, and its time: 2026-11-21 12:00:00 UTC."""
Made = tuple[wiring.House, dict[str, str]]
FOLDER = "headgate-pictures"
"""Where the demo lies below the temporary directory: always the same place, because paths are drawn."""
_FONTS = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)
_NAMES = re.compile(r"terminal-\d+-")
_BLANK = "&#160;"
_BLANKS = re.compile(rf'(<text [^>]*x=")([\d.]+)("[^>]*textLength=")([\d.]+)("[^>]*>)((?:{_BLANK})+)([^<]+)')
_TEXT = re.compile(r'<text class="[^"]*" x="([\d.]+)" y="([\d.]+)"[^>]*>(.*?)</text>')


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture: the keys that lead to what it shows."""

    name: str
    keys: Sequence[str] = ()
    size: tuple[int, int] = (120, 36)


PICTURES = (
    Picture("board"),
    Picture("conflicts", ("c",)),
    Picture("money", ("dollar_sign",)),
)
LOOKED_AT = (
    *PICTURES,
    Picture("detail", ("enter", "5")),
    Picture("time", ("dollar_sign", "2")),
    Picture("outcomes", ("dollar_sign", "3")),
    Picture("ledger", ("L",)),
    Picture("help", ("question_mark",)),
    Picture("palette", ("colon",)),
    Picture("start", ("n",)),
)


WALKED = (Picture("decide", ("D",)), Picture("change", ("v",)), Picture("diff", ("v", "v")))
"""Pictures of gates, for which the demo has to be played: they are drawn from the runs and requests of the tests."""


@contextmanager
def played() -> Iterator[Made]:
    """Give the house of a demo that a core has read once, and its environment; both are gone afterwards."""
    folder = Path(tempfile.gettempdir()).resolve() / FOLDER
    folder.mkdir(mode=0o700)  # one at a time
    try:
        with (
            patch("time.time", lambda: BEGINNING),
            patch("pwd.getpwuid", lambda number: SimpleNamespace(pw_name="ada")),
            patch.dict(os.environ, {"TZ": "UTC", "USER": "ada", "LOGNAME": "ada"}),
        ):
            time.tzset()
            environment = demo.surroundings(folder, os.environ)
            house = wiring.house_at(demo.prepare(folder, SEED, BEGINNING), environment)
            asyncio.run(wiring.step(house, merge=True))
            yield house, environment
    finally:
        shutil.rmtree(folder)


async def shown(made: Made, picture: Picture, theme: str, size: tuple[int, int]) -> str:
    """Give a picture as SVG."""
    house, environment = made
    readers = [StoreReader(house.spool)]
    hunks, tools = HousesHunks([house], readers), tools_of([house], readers, environment)
    app = HeadgateApp(readers[0], FakeClipboard(), lambda: BEGINNING, theme, hunks=hunks, review=tools)
    async with app.run_test(size=size) as pilot:
        return await _pressed(app, pilot, picture)


def _moved(found: re.Match[str]) -> str:
    """Let a text begin where its first letter stands, because some programs swallow the blanks before it."""
    before, x, between, length, after, blanks, rest = found.groups()
    cells = len(blanks) // len(_BLANK)
    cell = float(length) / (cells + len(unescape(rest)))
    return f"{before}{float(x) + cells * cell:.1f}{between}{float(length) - cells * cell:.1f}{after}{rest}"


async def walked(picture: Picture, theme: str, size: tuple[int, int]) -> str:
    """Give a picture of a gate as SVG."""
    walk = WALKS["decide" if picture.name == "decide" else "change"]
    reader = FakeReader(walk.cards())
    for name, value in walk.facts().items():
        setattr(reader, name, value)
    app = HeadgateApp(reader, FakeClipboard(), Clock(), theme)
    async with app.run_test(size=size) as pilot:
        walk.prepare(Screen(app, pilot, reader, FakeClipboard(), Clock(), [], []))
        return await _pressed(app, pilot, picture)


async def _pressed(app: HeadgateApp, pilot: Any, picture: Picture) -> str:
    await _still(app, pilot)
    for key in picture.keys:
        await pilot.press(key)
        await _still(app, pilot)
    svg = app.export_screenshot(title="headgate")
    return _BLANKS.sub(_moved, _NAMES.sub(f"{picture.name}-", _FONTS.sub("", svg)))


async def _still(app: HeadgateApp, pilot: Any) -> None:
    """Wait until the screen says the same three times in a row."""
    said, same = "", 0
    while same < 3:
        await pilot.pause(0.1)
        now = str([strip.text for strip in app.screen._compositor.render_strips()])
        said, same = now, same + 1 if now == said else 0


def text_of(svg: str) -> list[str]:
    """Give the text of a picture, line by line, whatever version of Textual drew it."""
    rows: dict[float, dict[float, str]] = {}
    for x, y, told in _TEXT.findall(svg):
        rows.setdefault(float(y), {})[float(x)] = unescape(told).replace("\xa0", " ")
    return ["".join(row[x] for x in sorted(row)).rstrip() for _, row in sorted(rows.items())]


def main(words: Sequence[str]) -> None:
    """Write the pictures of the docs, or the ones to look at in three sizes and themes."""
    parser = argparse.ArgumentParser(prog="python -m tests.pictures")
    parser.add_argument("--look", type=Path, metavar="DIR", help="write PNGs of every screen there (rsvg-convert)")
    parser.add_argument("names", nargs="*")
    told = parser.parse_args(words)
    with played() as made:
        if told.look is None:
            for picture in WALKED[:2]:
                (DOCS / f"{picture.name}.svg").write_text(asyncio.run(walked(picture, DARK, picture.size)))
            for picture in PICTURES:
                (DOCS / f"{picture.name}.svg").write_text(asyncio.run(shown(made, picture, DARK, picture.size)))
            return
        told.look.mkdir(parents=True, exist_ok=True)
        for picture in (one for one in (*LOOKED_AT, *WALKED) if not told.names or one.name in told.names):
            for theme, size in zip((DARK, LIGHT, MONOCHROME), ((120, 40), (80, 24), (200, 50)), strict=True):
                file = told.look / f"{picture.name}-{size[0]}-{theme}.svg"
                drawn = walked(picture, theme, size) if picture in WALKED else shown(made, picture, theme, size)
                file.write_text(asyncio.run(drawn))
                subprocess.run(["rsvg-convert", str(file), "-o", str(file.with_suffix(".png"))], check=True)


if __name__ == "__main__":
    main(sys.argv[1:])
