"""docs/money.md is true: its keys are the commands' keys, and its words those of the screen.

`HEADGATE_WRITE_DOCS=1 uv run pytest tests/tui/test_money_doc.py` writes the table of keys anew.
"""

import os
import re
from pathlib import Path

from state.commands import COUNTING
from tui import wording_money as words
from tui.html.report import MOST
from tui.keys import shown_key
from tui.panes.money_bars import BLOCKS, LETTERS

FILE = Path(__file__).parents[2] / "docs" / "money.md"
BLOCK = re.compile(r"(<!-- keys -->\n).*?(<!-- /keys -->)", re.DOTALL)


def key_table() -> str:
    rows = (
        f"| {' '.join(f'`{shown_key(key)}`' for key in one.keys)} | {one.title} | {one.explains} |" for one in COUNTING
    )
    return "\n".join(("| keys | | does |", "|---|---|---|", *rows)) + "\n"


def test_its_keys_are_the_commands_keys() -> None:
    text = FILE.read_text()
    wanted = BLOCK.sub(lambda found: found.group(1) + key_table() + found.group(2), text)
    if os.environ.get("HEADGATE_WRITE_DOCS"):
        FILE.write_text(wanted)
    assert FILE.read_text() == wanted


def test_its_words_are_the_screens() -> None:
    text = FILE.read_text()
    for number, name in enumerate(words.PARTS, 1):
        assert f"## {number} {name}" in text
    assert ", ".join(words.STEPS_SAID.values()) in text and ", ".join(map(str, words.PERIODS[:2])) in text
    assert f"`{words.TOO_FEW}`" in text and f"the newest {MOST}" in text
    assert BLOCKS.hatch * 2 in text and LETTERS.hatch * 2 in text and f"`{BLOCKS.ceiling}`" in text
    assert ", ".join(words.GROUP_WORDS.get(one, one) for one in words.GROUPS[:-1]) in text
