"""Words reach a client in a tmux pane of its own, and nothing else: with a real tmux and a client made of lines."""

import asyncio
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from adapters.messages.messenger import AgentMessenger
from state.runs.run import Run, RunKey

pytestmark = pytest.mark.skipif(shutil.which("tmux") is None, reason="NOT TRIED: there is no tmux here")
RUN = Run(RunKey("0123456789"), "codex", "s-1")
CLIENT = r"""
import os, sys, termios, time, tty
folder, kind = sys.argv[1:3]
tty.setraw(0)
os.write(1, b"\x1b[?2004h> " if kind != "plain" else b"> ")
open(folder + "/pid", "w").write(str(os.getpid()))
heard, pasted = b"", 0.0
while True:
    got = os.read(0, 4096)
    if kind == "careful" and got == b"\r" and time.monotonic() < pasted + 0.6:
        continue
    pasted = time.monotonic()
    heard += got
    open(folder + "/heard", "wb").write(heard)
    if kind != "dialog":
        os.write(1, b"\r\n> " + heard.replace(b"\x1b[200~", b"").replace(b"\x1b[201~", b"").replace(b"\r", b""))
    if heard.endswith(b"\r"):
        open(folder + "/entered", "wb").write(heard)
"""


class Server:
    """A tmux server of the test's own, and the client that a pane of it shows."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.socket = folder, folder / "tmux"
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "TERM": "xterm-256color",
            "LANG": "C.UTF-8",
        }
        self.messenger = AgentMessenger(folder / "state" / "r", (), self.environment)
        (folder / "client.py").write_text(CLIENT)

    def tmux(self, *words: str) -> str:
        done = subprocess.run(
            ["tmux", "-S", str(self.socket), "-f", os.devnull, *words],
            env=self.environment,
            cwd="/",
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    def open(self, kind: str = "client") -> int:
        """Start the client in a pane, by a shell as a human would, and give its pid."""
        client = f"{sys.executable} -S {self.folder}/client.py {self.folder} {kind}"
        self.tmux("new-session", "-d", "-x", "100", "-y", "30", f"sh -c '{client}; true'")
        self.until(lambda: (self.folder / "pid").exists() and (self.folder / "pid").read_text())
        return int((self.folder / "pid").read_text())

    def until(self, holds: Callable[[], object], seconds: float = 10) -> None:
        deadline = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < deadline
            time.sleep(0.02)

    def paste(self, pid: int, text: str = "use pytest") -> str | None:
        """Paste as the duty does: None where no pane was proved."""

        async def pasted() -> str | None:
            pane = await self.messenger.pane_of(RUN, (pid,))
            return None if pane is None else await self.messenger.paste(RUN, pane, text, "0a1b2c3d")

        return asyncio.run(pasted())


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    found = Server(tmp_path)
    yield found
    subprocess.run(["tmux", "-S", str(found.socket), "kill-server"], capture_output=True, check=False)


def test_one_line_is_pasted_in_brackets_and_entered_once_it_is_shown(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.messages.pane.SETTLED_SECONDS", 0.0)
    assert server.paste(server.open(), "use pytest\nand \x1b[2Jsay so") == ""
    server.until((server.folder / "entered").exists)
    heard = (server.folder / "entered").read_bytes().decode()
    words = heard.replace("\x1b[200~", "").replace("\x1b[201~", "")
    assert words == "use pytest and ␛[2Jsay so [headgate 0a1b2c3d]\r"
    assert heard.count("\x1b[200~") == 2 and "\n" not in heard
    assert server.tmux("list-buffers") == "", "nothing stays in the human's paste buffers"


def test_enter_waits_until_a_client_takes_the_paste_for_over(server: Server) -> None:
    # As Gemini CLI does: an Enter right behind a paste is swallowed, so that nobody runs what he only pasted.
    assert server.paste(server.open("careful")) == ""
    server.until((server.folder / "entered").exists)


def test_a_dialog_that_shows_no_paste_gets_no_enter(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.messages.pane.SHOWN_SECONDS", 0.5)
    pid = server.open("dialog")
    why = server.paste(pid)
    assert why is not None and "Enter was not pressed" in why
    assert b"\r" not in (server.folder / "heard").read_bytes()


def test_a_pane_in_tmuxs_own_mode_is_left_alone(server: Server) -> None:
    pid = server.open()
    server.tmux("copy-mode")
    why = server.paste(pid)
    assert why is not None and "mode of tmux" in why
    assert not (server.folder / "heard").exists()


def test_a_client_that_is_stopped_behind_its_shell_is_in_no_pane(server: Server) -> None:
    pid = server.open()
    os.kill(pid, 19)
    try:
        server.until(lambda: Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T")
        assert server.paste(pid) is None
    finally:
        os.kill(pid, 18)


def test_a_process_that_only_says_that_it_is_in_a_pane_is_in_none(server: Server) -> None:
    client = server.open()
    told = {**server.environment, "TMUX": f"{server.socket},1,0", "TMUX_PANE": "%0"}
    liar = subprocess.Popen(["sleep", "30"], env=told, stdin=subprocess.DEVNULL)
    try:
        assert server.paste(liar.pid) is None
    finally:
        liar.kill()
        liar.wait()
    assert asyncio.run(server.messenger.pane_of(RUN, (client,))) is not None


def test_a_server_that_is_gone_is_no_error(server: Server) -> None:
    async def gone() -> str:
        pane = await server.messenger.pane_of(RUN, (server.open(),))
        assert pane is not None
        server.tmux("kill-server")
        return await server.messenger.paste(RUN, pane, "use pytest", "0a1b2c3d")

    assert asyncio.run(gone()) in ("its client is not in front of its terminal any more", "the pane is gone")
