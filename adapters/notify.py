"""Tells people beside the screen: by the command that the user's settings name, else by the desktop's own.

A command comes from the user's settings alone, never from a repository. It is run without a shell, in the root
directory, with little of the environment, and is ended when it takes too long. What the board's own terminal can do (a
bell, a notice) the board does itself, because a core has no terminal.
"""

import asyncio
import shutil
from collections.abc import Mapping, Sequence

from state.control.hands import TOLD
from state.text import clean

SECONDS = 20.0
LONGEST = 600
_KEPT = (
    *("PATH", "HOME", "USER", "LANG", "LC_ALL", "TZ", "DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY"),
    *("XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS"),
)
_DESKTOP = ("notify-send", "--app-name=Headgate", "--", "{title}", "{text}")


class SystemNotifier:
    """Tells by commands of this machine."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = {name: environment[name] for name in _KEPT if name in environment}

    async def tell(self, title: str, text: str, command: Sequence[str] = ()) -> str:
        """Tell, and give what was done; what failed is said, never raised."""
        title, text = clean(title, 200), clean(text, LONGEST)
        if command:
            return await self._told(command, title, text)
        has_desktop = self._environment.keys() & {"DISPLAY", "WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS"}
        if has_desktop and self._program(_DESKTOP[0]):
            return await self._told(_DESKTOP, title, text)
        return "told on the board alone: no command is set for them, and there is no desktop"

    async def _told(self, command: Sequence[str], title: str, text: str) -> str:
        name = clean(command[0].rpartition("/")[2], 60)
        program = self._program(command[0])
        if program is None:
            return f"{name} is not on the PATH: nobody was told but on the board"
        words = [word.replace("{title}", title).replace("{text}", text) for word in command[1:]]
        pipe, nothing = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
        try:
            process = await asyncio.create_subprocess_exec(
                program,
                *words,
                cwd="/",
                env=self._environment,
                start_new_session=True,
                stdin=pipe,
                stdout=nothing,
                stderr=nothing,
            )
        except (OSError, ValueError) as failure:
            return f"{name} does not start ({clean(str(failure), 200)}): nobody was told but on the board"
        try:
            await asyncio.wait_for(process.communicate(f"{title}\n{text}\n".encode()), SECONDS)
        except TimeoutError:
            process.kill()
            await process.wait()
            return f"{name} took more than {SECONDS:.0f} s and was ended"
        return f"{TOLD}{name}" if process.returncode == 0 else f"{name} failed with status {process.returncode}"

    def _program(self, name: str) -> str | None:
        found = shutil.which(name, path=self._environment.get("PATH", ""))
        return found if found is not None and found.startswith("/") else None
