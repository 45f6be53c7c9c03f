"""Copy text for the human: by the desktop's own command, else through the terminal, else into a file.

A terminal never confirms OSC 52, and some ignore it; so the sentence that comes back says what was done, not that it
arrived.
"""

import asyncio
import base64
import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

SECONDS = 2.0
MOST_FOR_THE_TERMINAL = 74_000
"""Bytes of text above which xterm drops an OSC 52 (https://invisible-island.net/xterm/ctlseqs/ctlseqs.html)."""

_COMMANDS: tuple[tuple[str, Sequence[str]], ...] = (
    ("WAYLAND_DISPLAY", ("wl-copy",)),
    ("DISPLAY", ("xclip", "-selection", "clipboard")),
    ("DISPLAY", ("xsel", "--clipboard", "--input")),
    ("HOME", ("pbcopy",)),
)


class SystemClipboard:
    """The clipboard of the desktop or terminal that this process runs in; `folder` takes what neither does."""

    def __init__(self, environment: Mapping[str, str], folder: Path) -> None:
        self._environment, self._folder = environment, folder

    async def copy(self, text: str) -> str:
        """Copy `text` and say how."""
        if not self._environment.get("SSH_CONNECTION"):
            for needs, command in _COMMANDS:
                if self._environment.get(needs) and await self._given(command, text):
                    return f"copied with {command[0]}"
        if len(text.encode()) <= MOST_FOR_THE_TERMINAL and self._sent(text):
            return "sent to the terminal's clipboard"
        return self._kept(text)

    async def _given(self, command: Sequence[str], text: str) -> bool:
        program = shutil.which(command[0], path=self._environment.get("PATH", ""))
        if program is None:
            return False
        process = await asyncio.create_subprocess_exec(
            program,
            *command[1:],
            cwd="/",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            env=dict(self._environment),
        )
        try:
            await asyncio.wait_for(process.communicate(text.encode()), SECONDS)
        except TimeoutError:
            process.kill()
            await process.wait()
        return process.returncode == 0

    def _sent(self, text: str) -> bool:
        sequence = b"\x1b]52;c;" + base64.b64encode(text.encode()) + b"\x07"
        if self._environment.get("TMUX"):
            sequence = b"\x1bPtmux;" + sequence.replace(b"\x1b", b"\x1b\x1b") + b"\x1b\\"
        try:
            terminal = os.open("/dev/tty", os.O_WRONLY | os.O_NOCTTY | os.O_CLOEXEC | os.O_NONBLOCK)
        except OSError:
            return False
        try:
            return os.write(terminal, sequence) == len(sequence)
        except OSError:
            return False
        finally:
            os.close(terminal)

    def _kept(self, text: str) -> str:
        path = self._folder / "copied.txt"
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW
        try:
            with os.fdopen(os.open(path, flags, 0o600), "w") as file:
                file.write(text)
        except OSError as error:
            return f"not copied: {error.strerror}"
        return f"no clipboard here; written to {path}"
