"""Makes the pictures of the docs from the demo's real files: `python -m tests.pictures`, or `... --look DIR` for PNGs.

The demo writes its repository, logs and history in a temporary directory at one fixed time, a core reads them, and the
board is shown on what it wrote. What is drawn follows from the demo alone, so that a picture changes where the screen does.
"""

import argparse
import asyncio
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any

from adapters import demo
from state.store.reader import StoreReader
from tui import wiring
from tui.app import HeadgateApp
from tui.themes import DARK, LIGHT, MONOCHROME
from tui.wiring_board import HousesHunks
from tui.wiring_review import tools_of

DOCS = Path(__file__).parents[1] / "docs"
SEED, BEGINNING = 7, 1_795_262_400.0
"""The demo's seed, and its time: 2026-11-21 12:00:00 UTC."""
FOLDER = "headgate-pictures"
"""Where the demo lies below the temporary directory: always the same place, because paths are drawn."""
_FONTS = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)
_NAMES = re.compile(r"terminal-\d+-")
_TEXT = re.compile(r'<text class="[^"]*" x="([\d.]+)" y="([\d.]+)"[^>]*>(.*?)</text>')


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture: the keys that lead to what it shows."""

    name: str
    keys: Sequence[str] = ()
    size: tuple[int, int] = (120, 36)


PICTURES = (
    Picture("board"),
    Picture("decide", ("D",)),
    Picture("change", ("v",)),
    Picture("conflicts", ("c",)),
    Picture("money", ("dollar_sign",)),
)
LOOKED_AT = (
    *PICTURES,
    Picture("detail", ("enter", "5")),
    Picture("diff", ("v", "v")),
    Picture("time", ("dollar_sign", "2")),
    Picture("outcomes", ("dollar_sign", "3")),
    Picture("ledger", ("L",)),
    Picture("help", ("question_mark",)),
    Picture("palette", ("colon",)),
    Picture("start", ("n",)),
)


class _NoClipboard:
    async def copy(self, text: str) -> str:
        return "copied"


@contextmanager
def played() -> Iterator[tuple[wiring.House, dict[str, str]]]:
    """Give the house of a demo that a core has read once, and its environment; both are gone afterwards."""
    folder = Path(tempfile.gettempdir()).resolve() / FOLDER
    folder.mkdir(mode=0o700)  # one at a time
    try:
        environment = demo.surroundings(folder, os.environ)
        house = wiring.house_at(demo.prepare(folder, SEED, BEGINNING), environment)
        asyncio.run(wiring.step(house, merge=True))
        yield house, environment
    finally:
        shutil.rmtree(folder)


async def shown(
    demo_of: tuple[wiring.House, dict[str, str]], picture: Picture, theme: str, size: tuple[int, int]
) -> str:
    """Give a picture as SVG."""
    house, environment = demo_of
    readers = [StoreReader(house.spool)]
    hunks, tools = HousesHunks([house], readers), tools_of([house], readers, environment)
    app = HeadgateApp(readers[0], _NoClipboard(), lambda: BEGINNING, theme, hunks=hunks, review=tools)
    async with app.run_test(size=size) as pilot:
        await _still(app, pilot)
        for key in picture.keys:
            await pilot.press(key)
            await _still(app, pilot)
        svg = app.export_screenshot(title="headgate")
    return _NAMES.sub(f"{picture.name}-", _FONTS.sub("", svg))


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
            for picture in PICTURES:
                (DOCS / f"{picture.name}.svg").write_text(asyncio.run(shown(made, picture, DARK, picture.size)))
            return
        told.look.mkdir(parents=True, exist_ok=True)
        for picture in (one for one in LOOKED_AT if not told.names or one.name in told.names):
            for theme, size in zip((DARK, LIGHT, MONOCHROME), ((120, 40), (80, 24), (200, 50)), strict=True):
                file = told.look / f"{picture.name}-{size[0]}-{theme}.svg"
                file.write_text(asyncio.run(shown(made, picture, theme, size)))
                subprocess.run(["rsvg-convert", str(file), "-o", str(file.with_suffix(".png"))], check=True)


if __name__ == "__main__":
    main(sys.argv[1:])
