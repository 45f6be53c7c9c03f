"""docs/review.md is true: its keys are the commands' keys, and its words are those that the pages say.

`HEADGATE_WRITE_DOCS=1 uv run pytest tests/tui/test_review_doc.py` writes the tables of keys anew.
"""

import os
import re
from pathlib import Path

import pytest

from state.commands import AUDITING, CHANGING, COMMANDS, DIFFING, READING, Command
from state.release.item import ARTEFACTS
from tui.keys import shown_key
from tui.wording_review import MARK_WORDS, MORE_MARK, VERDICT_WORDS

FILE = Path(__file__).parents[2] / "docs" / "review.md"


def table(commands: tuple[Command, ...]) -> str:
    rows = (
        f"| {' '.join(f'`{shown_key(key)}`' for key in one.keys)} | {one.title} | {one.explains} |" for one in commands
    )
    return "\n".join(("| keys | | does |", "|---|---|---|", *rows)) + "\n"


@pytest.mark.parametrize(("name", "commands"), [("change", CHANGING), ("diff", DIFFING), ("ledger", AUDITING)])
def test_its_keys_are_the_commands_keys(name: str, commands: tuple[Command, ...]) -> None:
    block = re.compile(rf"(<!-- keys {name} -->\n).*?(<!-- /keys {name} -->)", re.DOTALL)
    text = FILE.read_text()
    wanted = block.sub(lambda found: found.group(1) + table(commands) + found.group(2), text)
    if os.environ.get("HEADGATE_WRITE_DOCS"):
        FILE.write_text(wanted)
    assert FILE.read_text() == wanted and table(commands) in wanted


def test_its_words_are_the_pages_words() -> None:
    text = FILE.read_text()
    assert all(f"`{word}`" in text for word in MARK_WORDS.values())
    assert all(word in text for word in VERDICT_WORDS.values()) and f"`{MORE_MARK}`" in text
    assert all(one in text for one in ARTEFACTS)


@pytest.mark.parametrize("commands", [CHANGING, (*DIFFING, *READING), AUDITING], ids=lambda one: one[0].id)
def test_no_two_commands_of_a_screen_share_a_key(commands: tuple[Command, ...]) -> None:
    scrolls = [
        one for one in COMMANDS if one.id in ("down", "up", "first", "last", "page_down", "page_up", "help", "theme")
    ]
    own = [key for one in (*commands, *scrolls) for key in one.keys]
    decide = ["a", "d", "e", "h"] if commands is CHANGING else []
    assert len({*own, *decide}) == len(own) + len(decide)
