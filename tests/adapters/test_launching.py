"""Clients that are started are nobody's children: detached with their output kept, or in a window of a real tmux."""

import asyncio
import json
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from adapters.confine.choice import Confined
from adapters.git.repository import find
from adapters.processes import is_held
from adapters.starting.begin import main as begin
from adapters.starting.clients import command_of
from adapters.starting.labelled import labelled_client
from adapters.starting.launcher import Launching
from adapters.starting.sandboxed import Confine
from adapters.tmux import Tmux
from state.control.launching import Begun, Client, Ground, Wanted
from state.control.wanting import AGENTS, session_of
from state.money.lane import Mode
from tests.adapters.a_client import put_client, with_client
from tests.world import World

LABEL = f"run-{os.getpid()}"
"""Tests of other processes start clients at the same time."""
WANTED = Wanted(LABEL, "claude-code", session_of("o"), "Task: mend it", "headgate/mend", terminal="detached")


class Yard:
    """A repository, a stand-in client on the PATH, and a launcher; the client that it starts is ended at the end."""

    def __init__(self, folder: Path, environment: dict[str, str] | None = None) -> None:
        self.world = World(folder)
        self.home = self.world.home / ".claude"
        self.home.mkdir()
        own = {**self.world.environment, **(environment or {}), "SECRET": "kept", "HEADGATE_RUN": "another"}
        self.environment = with_client(own, put_client(folder / "bin"))
        self.house = folder / "house"
        self.house.mkdir()

    def launching(self, confine: Confine | None = None) -> Launching:
        repository = find(str(self.world.repository))
        return Launching(repository, self.house, self.environment, lambda agent: ("guardrail", "it fires"), confine)

    async def start(self, wanted: Wanted, launching: Launching | None = None) -> tuple[Ground, Begun]:
        launching = launching or self.launching()
        ground = await launching.place(wanted)
        await launching.plant(ground)
        return ground, await launching.begin(wanted, ground)

    async def seen(self, wanted: Wanted) -> dict[str, Any]:
        """Wait for what the client tells of itself."""
        file = self.home / f"seen-{wanted.session}"
        for _ in range(500):
            with suppress(FileNotFoundError, ValueError):
                return json.loads(file.read_text())
            await asyncio.sleep(0.02)
        raise AssertionError("no client came up")

    async def gone(self, label: str) -> None:
        """Wait until a client has begun and ended."""
        ended = self.home / f"ended-{label}"
        for _ in range(500):
            if ended.exists() and labelled_client(label) is None:
                return
            await asyncio.sleep(0.02)
        raise AssertionError("the client goes on")


@pytest.fixture
def yard(tmp_path: Path) -> Iterator[Yard]:
    yield Yard(tmp_path)
    end(LABEL)


def end(label: str) -> None:
    client = labelled_client(label)
    if client is not None:
        os.kill(client.pid, signal.SIGKILL)


async def test_a_detached_client_is_nobody_s_child_and_its_output_is_kept_for_its_owner(yard: Yard) -> None:
    ground, begun = await yard.start(WANTED)
    seen = await yard.seen(WANTED)
    client = labelled_client(LABEL)
    assert client is not None
    assert (client.pid, seen["cwd"], seen["stdin"]) == (seen["pid"], ground.worktree, "/dev/null")
    assert os.getsid(client.pid) not in (os.getsid(0), client.pid)
    assert seen["parent"] != os.getpid()
    assert (seen["environment"]["HEADGATE_RUN"], seen["environment"]["SECRET"]) == (LABEL, "kept")
    assert begun.facts["assurance"] == "guardrail"
    log = Path(begun.facts["log"])
    assert (log.stat().st_mode & 0o777, log.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert log.read_text().startswith("at work on: Task: mend it")
    assert not [path for path in log.parent.iterdir() if "SECRET" in path.read_text()]


async def test_what_a_client_wrote_that_ended_at_once_is_told(yard: Yard) -> None:
    wanted = replace(WANTED, prompt="end at once")
    launching = yard.launching()
    ground, _ = await yard.start(wanted, launching)
    await yard.gone(LABEL)
    assert await launching.last_words(LABEL) == "no such model"
    assert "are removed" in await launching.take_back(ground)


async def test_a_start_that_is_told_twice_begins_once(yard: Yard) -> None:
    await yard.start(WANTED)
    await yard.seen(WANTED)
    file = yard.house / "starts" / f"{LABEL}.json"
    file.write_text('{"words": ["/bin/false"], "worktree": "/", "environment": {}}')
    assert begin([str(file)]) == 3
    assert file.exists()


async def test_a_missing_client_is_refused_before_anything_is_made(yard: Yard) -> None:
    yard.environment["PATH"] = str(yard.world.folder / "nothing")
    with pytest.raises(
        ValueError, match="claude is not on PATH, so claude-code cannot begin: install it; nothing was touched"
    ):
        await yard.launching().place(WANTED)
    with pytest.raises(ValueError, match="no tmux server runs"):
        yard.environment |= {"PATH": str(yard.world.folder / "bin"), "TMUX": f"{yard.world.folder}/none,1,0"}
        await yard.launching().place(replace(WANTED, terminal="tmux"))


async def test_a_sandbox_wraps_the_command_and_one_that_is_required_must_be_there(yard: Yard) -> None:
    told: list[Sequence[str]] = []

    def confine(
        words: Sequence[str], wanted: Wanted, ground: Ground, environment: Any, terminal: bool
    ) -> Confined | str:
        told.append([ground.worktree, ground.branch, wanted.label, environment["HEADGATE_RUN"]])
        return Confined(("/usr/bin/env", *words), "bubblewrap", "confined", "it holds", None)

    ground, begun = await yard.start(WANTED, yard.launching(confine))
    assert (begun.facts["assurance"], begun.facts["assurance_why"]) == ("confined", "it holds")
    assert told == [[ground.worktree, "headgate/mend", LABEL, LABEL]]
    assert (await yard.seen(WANTED))["words"][-1] == "Task: mend it"
    required = replace(WANTED, confine="require", label="run-none")
    with pytest.raises(ValueError, match="the settings require a sandbox: there is no bwrap"):
        await yard.launching(lambda *asked: "there is no bwrap").begin(required, ground)


async def test_a_run_that_could_not_be_confined_says_why(yard: Yard) -> None:
    _, begun = await yard.start(WANTED, yard.launching(lambda *asked: "there is no bwrap"))
    assert (begun.facts["assurance"], begun.notes) == ("guardrail", ("It runs in no sandbox: there is no bwrap.",))
    assert "sandbox" not in begun.facts


async def test_a_run_that_asks_nothing_needs_something_that_stands_around_it(yard: Yard) -> None:
    repository = find(str(yard.world.repository))
    bare = Launching(repository, yard.house, yard.environment, lambda agent: ("observe", "no hook is registered"))
    with pytest.raises(ValueError, match="needs a hook or a sandbox, and here no hook is registered"):
        await bare.begin(replace(WANTED, mode="all"), await bare.place(WANTED))


@pytest.fixture
def socket(tmp_path: Path) -> Iterator[str]:
    """A tmux server of the test's own, with one session."""
    if shutil.which("tmux") is None:
        pytest.skip("tmux is not installed, so no window of it was tried")
    path = str(tmp_path / "tmux")
    tmux = ["tmux", "-S", path, "-f", "/dev/null"]
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "LANG": "C.UTF-8", "TERM": "xterm"}
    subprocess.run([*tmux, "new-session", "-d", "-s", "mine"], env=environment, check=True)
    yield path
    subprocess.run([*tmux, "kill-server"], env=environment, check=True)


def windows(socket: str) -> str:
    listed = ["tmux", "-S", socket, "list-windows", "-F", "#W"]
    return subprocess.run(listed, capture_output=True, text=True, check=True).stdout


async def test_a_window_of_tmux_holds_the_client_and_its_pane_is_found_again(tmp_path: Path, socket: str) -> None:
    yard = Yard(tmp_path, {"TMUX": f"{socket},1,0"})
    wanted = replace(WANTED, terminal="auto")
    _, begun = await yard.start(wanted)
    seen = await yard.seen(wanted)
    assert seen["stdin"].startswith("/dev/pts/")
    assert (seen["environment"]["HEADGATE_RUN"], seen["environment"]["TMUX_PANE"]) == (LABEL, begun.facts["pane"])
    tmux = Tmux(yard.environment)
    pane = tmux.pane_of(seen["pid"])
    assert pane is not None
    assert (pane.name, " ".join(pane.outside)) == (begun.facts["pane"], begun.facts["attach"])
    assert pane.outside[:4] == ("tmux", "-S", socket, "attach")
    assert tmux.pane_of(os.getpid()) is None
    assert Tmux({}).pane_of(seen["pid"]) == pane
    assert "headgate/mend" in windows(socket)
    # tmux lets the first process of a pane go on as soon as it is stopped; the client is not that one.
    os.kill(seen["pid"], signal.SIGSTOP)
    for _ in range(200):
        if is_held(seen["pid"]):
            break
        await asyncio.sleep(0.02)  # where much runs it takes the signal later
    windows(socket)
    assert is_held(seen["pid"])
    end(LABEL)


async def test_a_client_that_fails_in_its_window_is_read_and_the_window_goes(tmp_path: Path, socket: str) -> None:
    yard = Yard(tmp_path, {"TMUX": f"{socket},1,0"})
    wanted = replace(WANTED, terminal="tmux", prompt="end at once")
    launching = yard.launching()
    await yard.start(wanted, launching)
    await yard.gone(LABEL)
    assert await launching.last_words(LABEL) == "no such model"
    assert "headgate/mend" not in windows(socket)


MODES: tuple[Mode, ...] = ("plan", "ask", "edit", "all")


@pytest.mark.parametrize("agent", AGENTS)
def test_every_client_is_told_its_prompt_model_and_mode_with_and_without_a_terminal(agent: str) -> None:
    told: set[tuple[str, ...]] = set()
    for terminal in (True, False):
        for mode in MODES:
            wanted = replace(WANTED, agent=agent, model="m-1", effort="high", mode=mode)
            line = command_of(wanted, f"/bin/{agent}", terminal=terminal)
            assert line.words[0] == f"/bin/{agent}"
            assert line.words[-1] == "Task: mend it"
            assert "m-1" in line.words
            said = " ".join((*line.words, *line.notes))
            assert "high" in said or "effort" in said
            told.add(line.words)
    assert len(told) == (6 if agent == "opencode" else 7 if agent == "codex" else 8)


def test_a_label_that_nobody_carries_finds_nobody() -> None:
    assert labelled_client("run-that-is-not") is None
    assert Client(1, 2) == Client(1, 2)
