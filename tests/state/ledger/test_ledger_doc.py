"""docs/ledger.md is true: its program verifies an export, and its table names every kind of entry."""

import io
import json
import re
import sys
from pathlib import Path

import pytest

from state.ledger import story
from state.store.ledger_file import ledger_at
from tests.state.ledger.ledger_world import lay

ROOT = Path(__file__).parents[3]
DOC = (ROOT / "docs" / "ledger.md").read_text()
PROGRAM = re.findall(r"```python\n(.*?)```", DOC, re.DOTALL)[0]


def exported(path: Path) -> list[str]:
    with ledger_at(path) as file:
        return [json.dumps(row) for row in file.entries()]


def test_the_program_of_the_document_verifies_an_export(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = exported(lay(tmp_path))
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n".join(lines)))
    exec(PROGRAM, {})
    assert capsys.readouterr().out == f"12 {json.loads(lines[-1])['hash']}\n"
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n".join(lines).replace('"ada"', '"eve"', 1)))
    with pytest.raises(AssertionError):
        exec(PROGRAM, {})


def test_the_document_names_every_kind() -> None:
    told = set(re.findall(r"`([a-z_]+)`", "\n".join(line for line in DOC.splitlines() if line.startswith("| `"))))
    assert set(story._SAYINGS) <= told  # pyright: ignore[reportPrivateUsage]
