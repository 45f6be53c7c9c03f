"""docs/keys.md is true: it has every command of every screen, as the records have it.

`HEADGATE_WRITE_DOCS=1 uv run pytest tests/boundaries/test_keys_doc.py` writes its tables anew.
"""

import os
import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from state.command import GROUPS, Command
from state.key_names import shown_key
from state.keymap import ALWAYS
from state.screens import SCREENS, Keyed

FILE = Path(__file__).parents[2] / "docs" / "keys.md"
BLOCK = re.compile(r"(<!-- keys -->\n).*?(<!-- /keys -->)", re.DOTALL)
ASKS = {"none": "", "confirm": "twice", "decides": "decides"}


def row(one: Command) -> str:
    keys = " ".join(f"`{shown_key(key)}`" for key in one.keys)
    return f"| `{one.id}` | {keys} | {one.group} | {one.title}: {one.explains} | {ASKS[one.danger]} |"


def table(commands: Iterable[Command]) -> str:
    rows = sorted(commands, key=lambda one: GROUPS.index(one.group))
    return "\n".join(("| id | keys | group | does | asks |", "|---|---|---|---|---|", *map(row, rows)))


def section(one: Keyed) -> str:
    common = ", ".join(f"`{command.id}`" for command in one.common)
    also = f"\n\nAlso, as elsewhere: {common}." if common else ""
    return f"## {one.title}\n\n{table(one.own)}{also}\n"


def test_its_tables_are_the_records() -> None:
    text, told = FILE.read_text(), "\n".join(map(section, SCREENS))
    wanted = BLOCK.sub(lambda found: f"{found.group(1)}{told}{found.group(2)}", text)
    if os.environ.get("HEADGATE_WRITE_DOCS"):
        FILE.write_text(wanted)
    assert BLOCK.search(text) and FILE.read_text() == wanted


def test_it_names_the_keys_that_are_never_given_away() -> None:
    assert all(f"`{shown_key(key)}` always" in FILE.read_text() for key in ALWAYS)


@pytest.mark.parametrize("one", SCREENS, ids=lambda one: one.name)
def test_no_two_commands_of_a_screen_share_a_key(one: Keyed) -> None:
    keys = [key for command in one.commands for key in command.keys]
    assert len(keys) == len(set(keys)), sorted(key for key in set(keys) if keys.count(key) > 1)
