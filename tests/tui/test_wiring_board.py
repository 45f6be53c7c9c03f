"""What the board's forms offer, and the way to a run's terminal, on real settings and values."""

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from adapters.starting.ground import Grounds
from state.control.terminal import Pane
from state.ports import WayThere
from state.runs.run import Process, Run, RunKey
from tui.wiring_board import RunPanes, offers_of

ROOT = Path(__file__).parents[2]
RUN = Run(RunKey("r1"), "claude-code", "s1", worktree="/w/a", process=Process(7, True))
PANE = Pane("%3", "/tmp/tmux-1/default", ("tmux", "switch-client"), ("tmux", "attach", "-t", "a shop:@3"))


class Readers:
    """Knows one run."""

    async def run(self, key: str) -> Run | None:
        return RUN if key == RUN.key else None


class Terminals:
    """Has one pane, in this tmux or in another."""

    def __init__(self, pane: Pane | None, *, here: bool = False) -> None:
        self.pane, self.here = pane, here

    async def pane_of(self, pid: int) -> Pane | None:
        return self.pane if pid == 7 else None

    async def show(self, pane: Pane) -> tuple[str, ...] | None:
        return None if self.here else pane.outside


@pytest.mark.parametrize(
    ("run", "terminals", "way"),
    [
        ("r1", Terminals(PANE, here=True), WayThere("", shown=True)),
        ("r1", Terminals(PANE), WayThere("tmux attach -t 'a shop:@3'")),
        ("r2", Terminals(PANE), None),
    ],
)
async def test_the_way_to_a_terminal_is_taken_or_told(run: str, terminals: Terminals, way: WayThere | None) -> None:
    assert await RunPanes([Readers()], {}, terminals).go(run) == way  # type: ignore[list-item]


async def test_a_run_without_a_pane_says_where_else_to_look() -> None:
    way = await RunPanes([Readers()], {}, Terminals(None)).go("r1")  # type: ignore[list-item]
    assert way is not None and not way.shown and "process 7" in way.how


def test_the_forms_offer_what_is_set_and_name_the_worktree_that_a_start_makes(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('[start]\nbranch = "ai/{role}/{task}"\n[people.grace]\n')
    repository = SimpleNamespace(root=str(tmp_path / "shop"))
    house = SimpleNamespace(repository=repository)
    offers = offers_of([house], {"HEADGATE_CONFIG_DIR": str(tmp_path)})()  # type: ignore[list-item]
    assert "standard" in offers.lanes and offers.people == ("grace",) and "codex" in offers.agents
    grounds = Grounds(repository)  # type: ignore[arg-type]
    assert offers.place({"task": "Fix the door!", "role": "Tester"}) == grounds.path_for("ai/tester/fix-the-door", None)
    assert offers.place({"task": "x", "branch": "mine"}) == grounds.path_for("mine", None)
    assert offers.place({}) == ""
    assert offers_of([house, house], {"HEADGATE_CONFIG_DIR": str(tmp_path)})().place({"task": "x"}) == ""  # type: ignore[list-item]


def test_tmux_is_asked_although_the_screen_has_taken_the_standard_output(tmp_path: Path) -> None:
    program = (
        "import asyncio, os, sys\n"
        "from adapters.tmux import TmuxTerminals\n"
        "class Taken:\n"
        "    def write(self, text): ...\n"
        "    def flush(self): ...\n"
        "sys.stdout = taken = Taken()\n"
        "environment = {'TMUX': '/nowhere/socket,1,0'}\n"
        "assert asyncio.run(TmuxTerminals(environment).pane_of(os.getpid())) is None\n"
        "assert sys.stdout is taken\n"
    )
    environment = {"PATH": os.environ["PATH"], "TMUX_TMPDIR": str(tmp_path), "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
