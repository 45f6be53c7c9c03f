"""docs/control.md is true: its keys are the commands' keys, and its sentences are those that the board says.

`HEADGATE_WRITE_DOCS=1 uv run pytest tests/tui/test_control_doc.py` writes the table of keys anew.
"""

import os
import re
from dataclasses import replace
from pathlib import Path

from state.commands import COMMANDS, in_group
from state.control.shown import FAILED_SHOWN, acted, frozen_told
from state.runs.status import Status
from tests.tui.at_control import LADDER
from tests.tui.fleet import NOW, fleet
from tui.guard import SETTLED
from tui.keys import shown_key
from tui.screens.control import CONFIRMED
from tui.wording_control import CONFIRM_SECONDS, asks_again, cache_left, fleet_frozen, stops, why_text
from tui.wording_gates import TOO_QUICK

FILE = Path(__file__).parents[2] / "docs" / "control.md"
BLOCK = re.compile(r"(<!-- keys -->\n).*?(<!-- /keys -->)", re.DOTALL)
WORKING = Status("working", "Bash pytest", NOW - 60)


def key_table() -> str:
    rows = (f"| `{shown_key(one.keys[0])}` | {one.title} | {one.explains} |" for one in in_group("Control"))
    return "\n".join(("| key | | does |", "|---|---|---|", *rows)) + "\n"


def test_its_keys_are_the_commands_keys() -> None:
    text = FILE.read_text()
    wanted = BLOCK.sub(lambda found: found.group(1) + key_table() + found.group(2), text)
    if os.environ.get("HEADGATE_WRITE_DOCS"):
        FILE.write_text(wanted)
    assert FILE.read_text() == wanted


def test_it_names_the_keys_that_ask_twice_and_the_times() -> None:
    text = FILE.read_text()
    named = [one.keys[0] for one in COMMANDS if one.danger == "confirm"]
    assert [one.id for one in COMMANDS if one.danger == "confirm"] == list(CONFIRMED)
    assert f"{', '.join(f'`{key}`' for key in named[:-1])} and `{named[-1]}` ask first" in text
    assert (CONFIRM_SECONDS, SETTLED, FAILED_SHOWN) == (5.0, 0.5, 600.0)
    assert "five seconds" in text and "half a second" in text and "ten minutes" in text


def test_its_sentences_are_the_boards() -> None:
    text, card = FILE.read_text(), replace(fleet()[0], task_title="Retry a failed payment once")
    assert asks_again("x", stops(card, 0)) in text and f"`{TOO_QUICK}`" in text
    shown = acted(WORKING, LADDER, NOW - 60, NOW)
    stopping = replace(
        card, because=shown.because, since=shown.since, act_kind="stop", act_state="under_way", state=shown.state
    )
    assert f"`{why_text(stopping, NOW)}`" in text
    for state, because in (("confirmed", "stopped by sam: …"), ("failed", "stop failed: …")):
        said = acted(WORKING, replace(LADDER, state=state, text="…", ended=NOW), NOW - 60, NOW)  # type: ignore[arg-type]
        assert said.because == because and f"`{because}`" in text
    for until in (NOW + 170, NOW):
        assert f"`{cache_left(until, NOW)}; held by sam: …`" in text
    sent = acted(WORKING, replace(LADDER, kind="send"), NOW - 60, NOW)
    frozen = frozen_told(WORKING, "sam")
    for said in (sent, frozen):
        assert f"`{said.because.replace(WORKING.because, '…')}`" in text
    assert f"`{fleet_frozen('sam')}`" in text
