"""tmux panes of runs: which one a client is in, beyond doubt, and how words are put into it.

A pane belongs to a client when the client's terminal is the pane's, the pane's first process is among its ancestors,
and it is the one that the terminal's keys go to: a shell in front of a stopped client would run the words as commands.
Source: proc(5) for `/proc/<pid>/stat`, tmux(1) for formats, `load-buffer` and `paste-buffer -p`.
"""

import asyncio
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from adapters.processes import PROC
from state.control.messenger import Pane
from state.text import clean

SECONDS = 5.0
"""How long one word to a tmux server may take."""
SHOWN_SECONDS = 4.0
"""How long a client may take to show what was pasted."""
SETTLED_SECONDS = 1.0
"""After a paste Gemini CLI 0.61 takes an Enter for a part of it: it swallowed one within 0.3 s, and none after 1 s."""
_STEP = 0.1
_DEEPEST = 64
_FORMAT = "#{pane_id} #{pane_pid} #{pane_dead} #{pane_in_mode} #{pane_input_off}"


@dataclass(frozen=True, slots=True)
class _Stat:
    """Of `/proc/<pid>/stat`: its state, parent, group, terminal, and the group that its terminal's keys go to."""

    state: str
    parent: int
    group: int
    terminal: int
    front: int


class Tmux:
    """tmux as the machine has it; nothing is asked of it where there is none."""

    def __init__(self, environment: Mapping[str, str], proc: Path = PROC) -> None:
        self._environment = {name: word for name, word in environment.items() if not name.startswith("TMUX")}
        self._program = shutil.which("tmux", path=environment.get("PATH", ""))
        self._proc = proc

    async def pane_of(self, clients: Sequence[int]) -> Pane | None:
        """Find the pane whose keys go to one of these processes; None where none is proved, or several."""
        if self._program is None:
            return None
        found: set[Pane] = set()
        for pid in clients:
            socket = self._socket_of(pid)
            if socket and self._in_front(pid):
                found |= set(await self._panes(socket, pid))
        return found.pop() if len(found) == 1 else None

    async def refusal(self, pane: Pane) -> str:
        """Say why nothing may be typed into a pane now, "" where it may."""
        if not self._in_front(pane.client):
            return "its client is not in front of its terminal any more"
        states = await self._listed(pane.socket)
        state = states.get(pane.id)
        if state is None or pane not in await self._panes(pane.socket, pane.client):
            return "the pane is gone"
        return "the pane is in a mode of tmux's own (leave it with q)" if state[2:] != ("0", "0") else ""

    async def put(self, pane: Pane, name: str, text: str) -> bool:
        """Paste text as a terminal pastes, in brackets where the program in the pane asked for them."""
        loaded = await self._told(pane.socket, "load-buffer", "-b", name, "-", given=text)
        return (
            loaded is not None
            and await self._told(pane.socket, "paste-buffer", "-p", "-d", "-b", name, "-t", pane.id) is not None
        )

    async def settled(self) -> None:
        """Wait until a client has taken a paste for over."""
        await asyncio.sleep(SETTLED_SECONDS)

    async def enter(self, pane: Pane) -> bool:
        """Press Enter."""
        return await self._told(pane.socket, "send-keys", "-t", pane.id, "Enter") is not None

    async def shows(self, pane: Pane, mark: str, seconds: float | None = None) -> bool:
        """Say whether the pane comes to show a mark: it is looked for only so as not to press Enter in vain."""
        until = asyncio.get_running_loop().time() + (SHOWN_SECONDS if seconds is None else seconds)
        while True:
            shown = await self._told(pane.socket, "capture-pane", "-p", "-J", "-t", pane.id)
            if shown is not None and mark in shown:
                return True
            if asyncio.get_running_loop().time() >= until:
                return False
            await asyncio.sleep(_STEP)

    async def _panes(self, socket: str, pid: int) -> list[Pane]:
        above = self._above(pid)
        states = await self._listed(socket)
        return [Pane(name, socket, pid) for name, state in states.items() if int(state[0]) in above and state[1] == "0"]

    async def _listed(self, socket: str) -> dict[str, tuple[str, ...]]:
        told = await self._told(socket, "list-panes", "-a", "-F", _FORMAT) or ""
        rows = [line.split() for line in told.splitlines()]
        return {row[0]: tuple(row[1:]) for row in rows if len(row) == 5 and row[1].isdecimal()}

    def _socket_of(self, pid: int) -> str:
        """Give the socket that tmux named to the process as it began; it is asked, and believed in nothing."""
        try:
            told = (self._proc / str(pid) / "environ").read_bytes()
        except OSError:
            return ""
        words = [word for word in told.split(b"\0") if word.startswith(b"TMUX=")]
        socket = os.fsdecode(words[-1][5:].partition(b",")[0]) if words else ""
        return socket if socket.startswith("/") else ""

    def _in_front(self, pid: int) -> bool:
        found = self._stat(pid)
        return found is not None and found.state not in "TtZX" and found.terminal != 0 and found.front == found.group

    def _above(self, pid: int) -> set[int]:
        """Give a process and those that it was started by, as long as they share its terminal."""
        above: set[int] = set()
        own = self._stat(pid)
        while own is not None and pid > 1 and pid not in above and len(above) < _DEEPEST:
            found = self._stat(pid)
            if found is None or found.terminal != own.terminal:
                break
            above.add(pid)
            pid = found.parent
        return above

    def _stat(self, pid: int) -> _Stat | None:
        try:
            text = (self._proc / str(pid) / "stat").read_text(errors="replace")
        except OSError:
            return None
        fields = text[text.rfind(")") + 1 :].split()
        if len(fields) < 6:
            return None
        return _Stat(fields[0], int(fields[1]), int(fields[2]), int(fields[4]), int(fields[5]))

    async def _told(self, socket: str, *words: str, given: str = "") -> str | None:
        """Ask a server; None where it does not answer well."""
        assert self._program is not None
        pipe, nothing = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
        try:
            asked = await asyncio.create_subprocess_exec(
                self._program,
                *("-S", socket, *words),
                cwd="/",
                env=self._environment,
                stdin=pipe,
                stdout=pipe,
                stderr=nothing,
            )
        except OSError:
            return None
        try:
            out, _ = await asyncio.wait_for(asked.communicate(given.encode()), SECONDS)
        except TimeoutError:
            asked.kill()
            await asked.wait()
            return None
        return out.decode("utf-8", "replace") if asked.returncode == 0 else None


def one_line(text: str) -> str:
    """Give text as it may be pasted: one line, and nothing that acts on a terminal."""
    return clean(" ".join(text.split()), 8000)
