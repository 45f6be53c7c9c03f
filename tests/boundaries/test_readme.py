"""The README is true: its keys are the commands' keys, its verbs exist, its commands are the ones that CI runs.

`HEADGATE_WRITE_DOCS=1 uv run pytest tests/boundaries/test_readme.py` writes the table of keys anew.
"""

import os
import re
from pathlib import Path

from state.commands import COMMANDS, GROUPS, in_group
from tui.arguments import parser
from tui.keys import shown_key

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
BLOCK = re.compile(r"(<!-- keys -->\n).*?(<!-- /keys -->)", re.DOTALL)


def key_table() -> str:
    lines = ["| keys | does |", "|---|---|"]
    for group in GROUPS:
        for command in in_group(group):
            keys = " ".join(f"`{shown_key(key)}`" for key in command.keys)
            lines.append(f"| {keys} | {command.title}: {command.explains} |")
    return "\n".join(lines) + "\n"


def test_the_readmes_keys_are_the_commands_keys() -> None:
    text = README.read_text()
    wanted = BLOCK.sub(lambda found: found.group(1) + key_table() + found.group(2), text)
    if os.environ.get("HEADGATE_WRITE_DOCS"):
        README.write_text(wanted)
    assert README.read_text() == wanted


def test_every_verb_of_the_readme_exists_and_every_verb_is_in_the_readme() -> None:
    table = README.read_text().split("\n## Commands\n")[1].split("\n## ")[0]
    told = set(re.findall(r"`headgate ([a-z]+)", table))
    verbs = next(action for action in parser()._actions if action.dest == "verb").choices or {}
    hidden = {"core", "demo-player"}
    assert told == set(verbs) - hidden


def test_ci_runs_exactly_the_test_command_of_the_docs() -> None:
    assert "uv run pytest  " in (ROOT / "docs" / "develop.md").read_text()
    assert (ROOT / ".ci" / "run").read_text().rstrip().endswith("\nuv run pytest")


def test_no_two_commands_share_a_key_and_none_is_a_multiplexers() -> None:
    keys = [key for command in COMMANDS for key in command.keys]
    assert len(keys) == len(set(keys))
    assert not {"ctrl+a", "ctrl+b", "ctrl+h", "ctrl+j", "ctrl+o", "ctrl+q", "ctrl+s", "ctrl+z"} & set(keys)


def test_pictures_of_the_readme_are_there() -> None:
    for path in re.findall(r"!\[[^\]]*\]\(([^)]+)\)", README.read_text()):
        assert (ROOT / path).is_file(), path
