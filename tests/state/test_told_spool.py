"""What a confined run sees of the state directory, and what the core reads of it."""

import json
import os
from pathlib import Path

import pytest

from state.gate_files import Fleet
from state.gate_spool import GateSpool
from state.spool import Spool, hang_bell, hush, ring
from state.told_spool import own_folders, tell_bell

FLEET: Fleet = {
    "format": 1,
    "repository": "r",
    "base": None,
    "protected": [],
    "worktrees": [],
    "frozen": None,
    "policy": "b",
    "at": 1.0,
}


@pytest.fixture
def spool(tmp_path: Path) -> GateSpool:
    return GateSpool(Spool(tmp_path / "house"))


def test_what_holds_for_the_fleet_is_told_inside_as_well(spool: GateSpool, tmp_path: Path) -> None:
    told = tmp_path / "house/told/fleet.json"
    assert spool.publish_fleet(FLEET) and json.loads(told.read_text())["frozen"] is None
    assert not spool.publish_fleet({**FLEET, "at": 2.0})
    told.unlink()
    assert spool.publish_fleet(FLEET) and told.exists()
    assert spool.publish_fleet({**FLEET, "frozen": {"by": "ana", "reason": "", "at": 2.0}})
    assert json.loads(told.read_text())["frozen"]["by"] == "ana"


def test_the_core_hears_both_names_of_its_bell(spool: GateSpool, tmp_path: Path) -> None:
    house = tmp_path / "house"
    for _ in range(2):  # a core that begins anew hangs another bell
        bell = hang_bell(house / "spool/core.bell")
        tell_bell(house / "spool/core.bell", house)
        assert ring(house / "told/spool/core.bell")
        assert os.read(bell, 16) == b"\n"
        hush(bell)
        os.close(bell)
    assert not ring(house / "told/spool/core.bell")


def test_a_confined_run_asks_and_notes_in_folders_of_its_own(spool: GateSpool, tmp_path: Path) -> None:
    calls, requests = own_folders(tmp_path / "house", "run-1")
    (requests / "q1.json").write_text('{"id": "q1", "gate": "plan"}')
    (calls / "claude-code-s.jsonl").write_text("{}\n")
    assert list(spool.questions()) == ["q1"]
    assert (spool.question("q1") or {})["gate"] == "plan"
    assert [(line.file, line.next) for line in spool.new_lines({})] == [("run-1/claude-code-s", 3)]
    spool.drop_question("q1")
    assert list(spool.questions()) == []


def test_a_question_of_that_name_is_never_put_before_anothers(spool: GateSpool, tmp_path: Path) -> None:
    for label, gate in (("run-1", "exception"), ("", "plan")):
        folder = own_folders(tmp_path / "house", label)[1] if label else spool.requests
        (folder / "q1.json").write_text(json.dumps({"gate": gate}))
    assert (spool.question("q1") or {})["gate"] == "plan"


@pytest.mark.parametrize("label", ["", "..", "a/b", "x" * 81, "ä"])
def test_a_label_that_names_no_directory_is_refused(tmp_path: Path, label: str) -> None:
    with pytest.raises(ValueError, match="names no directory"):
        own_folders(tmp_path, label)
