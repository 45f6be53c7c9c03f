"""The board alone on a real terminal, fed by the fake reader: `python -m tests.tui.alone [plain|hostile|crash|busy]`."""

import asyncio
import sys
from dataclasses import replace

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


class BusyReader(FakeReader):
    """Changes every row all the time."""

    async def rung(self) -> None:
        await asyncio.sleep(0.01)
        self.put(*(replace(card, because=f"step {self.rev}") for card in self.cards.values()))


def main(kind: str) -> int:
    readers = {"crash": CrashingReader, "busy": BusyReader}
    reader = readers.get(kind, FakeReader)([hostile_card()] if kind == "hostile" else fleet())
    if kind == "hostile":
        reader.detail_of = hostile_detail
    app = HeadgateApp(reader, FakeClipboard(), Clock())
    app.run()
    return app.return_code or 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "plain"))
