"""The board alone on a real terminal: `python -m tests.tui.alone [plain|hostile|crash|busy FILE|asking FILE]`."""

import asyncio
import sys
from dataclasses import replace
from pathlib import Path

from tests.tui.asking import ALL
from tests.tui.fake_reader import Clock, FakeClipboard, FakeReader
from tests.tui.fleet import fleet
from tests.tui.test_hostile import HOSTILE, hostile_card, hostile_detail
from tui.app import HeadgateApp


class CrashingReader(FakeReader):
    """Breaks with hostile words once it has been read."""

    async def rung(self) -> None:
        foreign_words = HOSTILE  # what a crash report must not show
        await asyncio.sleep(0.5)
        raise RuntimeError(f"broke on {foreign_words}")


class AskingReader(FakeReader):
    """Has requests, and writes every order into a file."""

    where = Path()

    async def order(self, verb: str, **words: str) -> str:
        with self.where.open("a") as file:
            file.write(f"{verb} {words.get('request', '')} {words.get('reason', '')}\n")
        return f"{verb} by ada"


class BusyReader(FakeReader):
    """Changes every row all the time."""

    async def rung(self) -> None:
        await asyncio.sleep(0.01)
        self.put(*(replace(card, because=f"step {self.rev}") for card in self.cards.values()))


def main(kind: str, where: str = "") -> int:
    readers = {"crash": CrashingReader, "busy": BusyReader, "asking": AskingReader}
    reader = readers.get(kind, FakeReader)([hostile_card()] if kind == "hostile" else fleet())
    if kind == "hostile":
        reader.detail_of = hostile_detail
    if isinstance(reader, AskingReader):
        reader.requests, reader.where = ALL, Path(where)
    app = HeadgateApp(reader, FakeClipboard(), Clock())
    app.run()
    if kind == "busy":
        Path(where).write_text("cleared away")
    return app.return_code or 0


if __name__ == "__main__":
    sys.exit(main(*(sys.argv[1:] or ["plain"])))
