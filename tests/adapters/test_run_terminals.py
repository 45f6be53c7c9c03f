"""The way to a run's terminal: shown where it can be, said where it cannot, and never that of a later process."""

import os
from collections.abc import Sequence
from dataclasses import replace

from adapters.processes import started
from adapters.run_terminals import RunPanes
from state.board import Detail
from state.control.act import Act
from state.control.terminal import Pane
from state.ports import WayThere
from state.runs.display import card
from state.runs.run import Process, Run, RunKey

KEY = RunKey("0a1b2c3d4e")
RUN = Run(KEY, "claude-code", "s-1", worktree="/w/a", process=Process(41, True))
PANE = Pane("%3", "/tmp/tmux", ("tmux", "-S", "/tmp/tmux", "switch-client"), ("tmux", "-S", "/tmp/tmux", "attach"))


class OnePane:
    """Terminals in which one process runs in a pane."""

    def __init__(self, pid: int, shows: bool) -> None:
        self.pid, self.shows = pid, shows

    async def pane_of(self, pid: int) -> Pane | None:
        return PANE if pid == self.pid else None

    async def show(self, pane: Pane) -> Sequence[str] | None:
        return None if self.shows else pane.outside


class OneRun:
    """Tells of one run."""

    def __init__(self, run: Run, *acts: Act) -> None:
        self._run, self._acts = run, acts

    async def run(self, key: str) -> Run | None:
        return self._run if key == self._run.key else None

    async def detail(self, run: str) -> Detail | None:
        shown = card(self._run, None, 1.0)
        return Detail(shown, None, (), (), (), {}, acts=self._acts) if run == self._run.key else None


async def way(run: Run, pid: int, *acts: Act, shows: bool = False) -> WayThere | None:
    return await RunPanes(OnePane(pid, shows), [OneRun(replace(run, key=RunKey("other"))), OneRun(run, *acts)]).go(KEY)


async def test_a_pane_of_the_humans_own_server_is_shown_and_any_other_is_said() -> None:
    assert await way(RUN, 41, shows=True) == WayThere("tmux -S /tmp/tmux attach", shown=True)
    assert await way(RUN, 41) == WayThere("tmux -S /tmp/tmux attach")


async def test_a_run_without_a_pane_is_gone_on_with_in_its_own_client() -> None:
    there = await way(RUN, 99)
    assert there is not None and not there.shown
    assert "process 41" in there.how
    ended = await way(replace(RUN, process=Process(41, False)), 41)
    assert ended == WayThere("cd /w/a && claude --resume s-1")
    guessed = await way(replace(RUN, process=Process(41, True, sure=False)), 41)
    assert guessed is not None and "attach" not in guessed.how


async def test_a_process_that_was_started_here_counts_while_it_is_the_same() -> None:
    unseen, pid = replace(RUN, process=None), os.getpid()
    facts = {"pid": str(pid), "start": str(started(pid))}
    act = Act("o", KEY, "start", "ada", 1.0, facts=facts)
    assert await way(unseen, pid, act, shows=True) == WayThere("tmux -S /tmp/tmux attach", shown=True)
    reused = replace(act, facts={**facts, "start": "1"})
    assert await way(unseen, pid, reused) == WayThere("cd /w/a && claude --resume s-1")


async def test_of_a_run_that_nobody_knows_nothing_is_said() -> None:
    assert await RunPanes(OnePane(1, True), [OneRun(RUN)]).go("nobody") is None
