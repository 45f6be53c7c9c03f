"""Starts clients that are nobody's children: in a window of the user's tmux, else detached with their output kept."""

import asyncio
import json
import os
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from adapters.confine.choice import Confined
from adapters.git.repository import Repository
from adapters.launch import run_to_end
from adapters.starting import begin as begin_program
from adapters.starting.clients import PROGRAMS, command_of
from adapters.starting.ground import Grounds
from adapters.starting.labelled import environment_for, labelled_client
from adapters.starting.sandboxed import Confine
from adapters.tmux import Tmux
from state.control.assurance import Held, facts_of
from state.control.launching import Begun, Client, Ground, Wanted
from state.spool import make_private
from state.text import clean

Guard = Callable[[str], Held]
"""Gives what an agent's hook can promise on this machine, and why it is no more."""
_LAST_BYTES = 4096


class Launching:
    """Starts runs of one repository: a `state.control.launching.Launcher`. `folder` is its state directory."""

    def __init__(
        self,
        repository: Repository,
        folder: Path,
        environment: Mapping[str, str],
        guard: Guard,
        confine: Confine | None = None,
        tmux: Tmux | None = None,
    ) -> None:
        self._repository, self._grounds = repository, Grounds(repository)
        self._folder, self._environment = folder / "starts", environment
        self._guard, self._confine, self._tmux = guard, confine, tmux or Tmux(environment)

    async def place(self, wanted: Wanted) -> Ground:
        """Find where the run can stand. Raises `ValueError`."""
        name = PROGRAMS[wanted.agent]
        found = shutil.which(name, path=_absolute_only(self._environment.get("PATH", "")))
        if found is None:
            raise ValueError(f"{name} is not on PATH, so {wanted.agent} cannot begin: install it; nothing was touched")
        if wanted.terminal == "tmux" and not await asyncio.to_thread(self._tmux.is_up):
            raise ValueError("the settings ask for tmux, and no tmux server runs; start one; nothing was touched")
        return await self._grounds.place(wanted, found)

    async def plant(self, ground: Ground) -> tuple[str, ...]:
        """Make its branch and its worktree. Raises `ValueError`."""
        return await self._grounds.plant(ground)

    async def take_back(self, ground: Ground) -> str:
        """Remove what was made and holds nothing."""
        return await self._grounds.take_back(ground)

    async def begin(self, wanted: Wanted, ground: Ground) -> Begun:
        """Start the client. Raises `ValueError`."""
        terminal = wanted.terminal != "detached" and await asyncio.to_thread(self._tmux.is_up)
        line = command_of(wanted, ground.program, terminal=terminal)
        # It asks the client for its version, which takes Gemini CLI seconds, so the client is started meanwhile.
        guarding = asyncio.create_task(asyncio.to_thread(self._guard, wanted.agent))
        environment = environment_for(self._environment, wanted.label)
        made = await asyncio.to_thread(self._confined, wanted, ground, line.words, environment, terminal)
        words = line.words if isinstance(made, str) else made.command
        sandbox: Held | None = None if isinstance(made, str) else (made.level, made.protects)
        if wanted.mode == "all" and sandbox is None and (await guarding)[0] == "observe":
            raise ValueError(f"a run that asks nothing needs a hook or a sandbox, and here {(await guarding)[1]}")
        try:
            shown = await asyncio.to_thread(self._spawned, wanted, ground, words, environment, terminal)
        except OSError as error:
            raise ValueError(f"the client could not be started: {clean(error.strerror or str(error))}") from error
        notes = (*line.notes, f"It runs in no sandbox: {made}.") if isinstance(made, str) and made else line.notes
        return Begun({**facts_of(await guarding, sandbox), **shown}, notes)

    async def client(self, label: str) -> Client | None:
        """Find the live client that carries the label."""
        return await asyncio.to_thread(labelled_client, label)

    async def last_words(self, label: str) -> str:
        """Give the end of what a client wrote that has ended; its window, where it had one, is closed."""
        return await asyncio.to_thread(self._last_words, label)

    def _confined(
        self, wanted: Wanted, ground: Ground, words: Sequence[str], environment: Mapping[str, str], terminal: bool
    ) -> Confined | str:
        """Put the command line into a sandbox where one is wanted, else say why it is in none, "" where none is wanted.

        Raises `ValueError` where one is required and cannot be had.
        """
        if wanted.confine == "off":
            return ""
        found: Confined | str = "Headgate has no sandbox on this machine"
        if self._confine is not None:
            found = self._confine(words, wanted, ground, environment, terminal)
        if wanted.confine == "require" and isinstance(found, str):
            raise ValueError(f"the settings require a sandbox: {found}")
        return found

    def _spawned(
        self, wanted: Wanted, ground: Ground, words: Sequence[str], environment: Mapping[str, str], terminal: bool
    ) -> dict[str, str]:
        make_private(self._folder)
        file = self._folder / f"{wanted.label}.json"
        program = [sys.executable, "-I", "-S", begin_program.__file__]
        if terminal:
            window = self._tmux.open_window(ground.branch, ground.worktree, [*program, str(file)])
            self._write(self._folder / f"{wanted.label}.window", window.name)
            self._tell(file, words, ground, environment)
            return {"terminal": "tmux", "pane": window.pane.name, "attach": " ".join(window.pane.outside)}
        self._tell(file, words, ground, environment)
        # The program forks twice and its first process ends at once, so that the client is nobody's child of ours.
        run_to_end([*program, "--apart", str(file)])
        return {"terminal": "detached", "log": str(self._folder / f"{wanted.label}.log")}

    def _tell(self, file: Path, words: Sequence[str], ground: Ground, environment: Mapping[str, str]) -> None:
        told = {"words": list(words), "worktree": ground.worktree, "environment": dict(environment)}
        aside = file.with_name(f".{file.name}")
        self._write(aside, json.dumps(told))
        aside.rename(file)

    def _write(self, path: Path, text: str) -> None:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(text)

    def _last_words(self, label: str) -> str:
        # One that has not begun by now shall not begin any more.
        (self._folder / f"{label}.json").unlink(missing_ok=True)
        window = self._folder / f"{label}.window"
        if window.exists():
            name = window.read_text()
            lines = self._tmux.last_lines(name)
            self._tmux.close_window(name)
            window.unlink()
        else:
            lines = _end_of(self._folder / f"{label}.log")
        told = [line.strip() for line in lines if line.strip() and not line.startswith("Pane is dead")]
        return clean(" / ".join(told[-3:]), 600)


def _end_of(log: Path) -> list[str]:
    try:
        with log.open("rb") as file:
            file.seek(0, os.SEEK_END)
            file.seek(max(0, file.tell() - _LAST_BYTES))
            return file.read().decode("utf-8", "replace").splitlines()
    except OSError:
        return []


def _absolute_only(path: str) -> str:
    """Give PATH without its relative entries: they would find a client in an agent's directory."""
    return os.pathsep.join(entry for entry in path.split(os.pathsep) if entry.startswith("/"))
