"""The terminals of runs in tmux: new windows for runs that are started, and the pane in which a client provably runs.

Everything goes through libtmux, which starts the user's own `tmux`; it is loaded when it is first needed, because that
takes a quarter of a second. Its calls wait for tmux, so they are made in a thread.
"""

import asyncio
import contextlib
import importlib
import os
import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from adapters.processes import PROC
from adapters.starting.labelled import ancestors, variable
from state.control.terminal import Pane
from state.text import clean

if TYPE_CHECKING:
    from libtmux import Server, Session

_LAST_LINES = 40


@dataclass(frozen=True, slots=True)
class Window:
    """A window that was made for a run: its id, and what shows it."""

    name: str
    pane: Pane


class Tmux:
    """The tmux server that the user's environment names, or the default one of this account."""

    def __init__(self, environment: Mapping[str, str], proc: Path = PROC) -> None:
        """Name the server; `TMUX` is `socket,pid,session` (tmux(1), ENVIRONMENT)."""
        self._environment, self._proc = environment, proc
        self._socket = environment.get("TMUX", "").split(",")[0] or None

    def is_up(self) -> bool:
        """Say whether there is a server with a session in which a window can be made."""
        return self._session() is not None

    def open_window(self, name: str, folder: str, words: Sequence[str]) -> Window:
        """Run a command in a new window of the user's session, behind the one they look at.

        The window stays where the command fails, so that what it wrote can be read. Raises `ValueError`.
        """
        from libtmux.exc import LibTmuxException

        session = self._session()
        if session is None:
            raise ValueError("no tmux server runs in which a window could be made")
        try:
            made = session.new_window(
                _plain(clean(name, 60)),
                start_directory=_plain(folder),
                attach=False,
                window_shell=_below_a_shell(words),
            )
            made.cmd("set-option", "-w", "remain-on-exit", "failed")
            found = made.cmd("display-message", "-p", "#{pane_id}\t#{session_name}\t#{window_id}").stdout
        except LibTmuxException as error:
            raise ValueError(f"tmux made no window: {clean(str(error), 200)}") from error
        pane, session_name, window = (found[0] if found else "").split("\t")
        return Window(window, _pane(pane, session_name, window, session.server))

    def pane_of(self, pid: int) -> Pane | None:
        """Give the pane whose first process is an ancestor of `pid`; its server is the one that `pid` itself names."""
        socket = (variable(pid, "TMUX", self._proc) or "").split(",")[0]
        server = self._server(socket or self._socket)
        above = {str(one) for one in ancestors(pid, self._proc)}
        for line in _listed(server, "list-panes", "-a", "-F", "#{pane_pid}\t#{pane_id}\t#{session_name}\t#{window_id}"):
            first, pane, session, window = [*line.split("\t"), "", "", ""][:4]
            if first in above:
                return _pane(pane, session, window, server)
        return None

    def show(self, pane: Pane) -> Sequence[str] | None:
        """Switch the human's own client to the pane where Headgate runs in the same server; else say what would."""
        if self._socket is None or os.path.realpath(self._socket) != os.path.realpath(pane.server):
            return pane.outside
        server = self._server(self._socket)
        done = server.cmd(*pane.inside[_BEFORE:])
        return pane.outside if done.returncode else None

    def last_lines(self, window: str) -> list[str]:
        """Give what stands in a window of ours."""
        server = self._server(self._socket)
        return [line for line in _listed(server, "capture-pane", "-p", "-S", "-100", "-t", window) if line.strip()][
            -_LAST_LINES:
        ]

    def close_window(self, window: str) -> None:
        """Close a window of ours whose client ended at once."""
        self._server(self._socket).cmd("kill-window", "-t", window)

    def _server(self, socket: str | None) -> "Server":
        from libtmux import Server

        return Server(socket_path=socket) if socket else Server()

    def _session(self) -> "Session | None":
        """Give the session that Headgate runs in, else the one that was used last."""
        from libtmux.exc import LibTmuxException

        server = self._server(self._socket)
        try:
            if own := self._environment.get("TMUX_PANE"):
                named = server.cmd("display-message", "-p", "-t", own, "#{session_id}").stdout
                found = [one for one in server.sessions if named and one.session_id == named[0]]
                if found:
                    return found[0]
            return max(server.sessions, key=lambda one: int(one.session_activity or 0), default=None)
        except LibTmuxException:
            return None


_BEFORE = 3
"""Words of a command line before tmux's own command: `tmux -S socket`."""


def _plain(text: str) -> str:
    """Double what tmux would expand: of a name and a directory it runs `#(...)` as a command (tmux(1), FORMATS)."""
    return text.replace("#", "##")


def _pane(pane: str, session: str, window: str, server: "Server") -> Pane:
    socket = str(server.socket_path or "") or (_listed(server, "display-message", "-p", "#{socket_path}") or [""])[0]
    to = ("tmux", "-S", socket)
    target = f"{clean(session)}:{window}"
    return Pane(pane, socket, (*to, "switch-client", "-t", target), (*to, "attach", "-t", target))


def _listed(server: "Server", *words: str) -> list[str]:
    from libtmux.exc import LibTmuxException

    try:
        return list(server.cmd(*words).stdout)
    except LibTmuxException:
        return []


class TmuxTerminals:
    """Finds the panes of runs for the board: a `state.control.terminal.Terminals`."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._tmux = Tmux(environment)
        self._loaded = False

    async def pane_of(self, pid: int) -> Pane | None:
        """Give the pane in which a client provably runs."""
        return await asyncio.to_thread(self._pane_of, pid)

    def _pane_of(self, pid: int) -> Pane | None:
        if not self._loaded:
            # libtmux reads `sys.stdout.encoding` when it is loaded, which the screen's own stand-in has not
            # (libtmux 0.62, _compat.py).
            with contextlib.redirect_stdout(sys.__stdout__):
                importlib.import_module("libtmux")
            self._loaded = True
        return self._tmux.pane_of(pid)

    async def show(self, pane: Pane) -> Sequence[str] | None:
        """Bring the human to it, or give the command line that would."""
        return await asyncio.to_thread(self._tmux.show, pane)


def _below_a_shell(words: Sequence[str]) -> str:
    """Give the command of a pane in which a shell waits for the client, so that the client can be held.

    tmux lets the first process of a pane go on as soon as a signal stops it. Source: tmux's server.c.
    """
    return shlex.join(["exec", "/bin/sh", "-c", '"$@"; exit $?', "sh", *words])
