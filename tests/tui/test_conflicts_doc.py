"""docs/conflicts.md is true: its keys are the commands' keys, its signs the cells', its reasons all that there are.

`HEADGATE_WRITE_DOCS=1 uv run pytest tests/tui/test_conflicts_doc.py` writes both tables anew.
"""

import os
import re
from pathlib import Path
from typing import get_args

import pytest

from state.commands import CONFLICTING
from state.findings.stale import StaleReason
from state.findings.staleness import NEARLY_FULL
from tui.keys import shown_key
from tui.wording_conflicts import CELLS
from tui.wording_context import ITS_OWN, STALE_TITLES

FILE = Path(__file__).parents[2] / "docs" / "conflicts.md"


def tables() -> dict[str, list[str]]:
    keys = (
        f"| {' '.join(f'`{shown_key(key)}`' for key in one.keys)} | {one.title} | {one.explains} |"
        for one in CONFLICTING
    )
    cells = (f"| `{sign}` | {means} |" for sign, _, means in CELLS)
    return {"keys": ["| keys | | does |", "|---|---|---|", *keys], "cells": ["| cell | means |", "|---|---|", *cells]}


@pytest.mark.parametrize("name", ["keys", "cells"])
def test_its_tables_are_the_screens(name: str) -> None:
    text, rows = FILE.read_text(), "\n".join(tables()[name])
    block = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
    wanted = block.sub(lambda found: f"{found.group(1)}{rows}\n{found.group(2)}", text)
    if os.environ.get("HEADGATE_WRITE_DOCS"):
        FILE.write_text(wanted)
    assert block.search(text) and FILE.read_text() == wanted


def test_it_explains_every_reason_and_says_which_can_be_written_to_the_run() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` (\| .*) \|$", FILE.read_text(), re.MULTILINE))
    for reason in get_args(StaleReason):
        told = rows[reason].split(" | ")
        assert told[0] == f"| {STALE_TITLES[reason]}" and told[-1] == ("yes" if reason in ITS_OWN else "no")
    assert f"≥ {NEARLY_FULL:.0%}".replace("%", " %") in rows["context_near_full"]
