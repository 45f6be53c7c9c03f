"""Runs the human's own editor or pager on the terminal, and gives them nothing that could do harm.

What is shown is foreign text. So it never reaches a shell; an editor gets a private copy, never an agent's own file; a
pager may show an agent's file as it is, but with what could change or run something switched off.
"""

import os
import shlex
import shutil
import signal
import subprocess
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from state.reading import Ended, Handed, Program
from state.text import clean

MARGIN = 5
"""Empty lines around a copy: Vim obeys settings in the first and last five lines of a file (`:help modeline`)."""
_NAMED: Mapping[Program, tuple[str, ...]] = {"editor": ("VISUAL", "EDITOR"), "pager": ("PAGER",)}
_USUAL: Mapping[Program, tuple[str, ...]] = {"editor": ("vi", "nano"), "pager": ("less", "more")}
_COLON = frozenset({"hx", "helix", "subl", "zed"})
_GOTO = frozenset({"code", "codium", "cursor", "windsurf"})
"""Editors that take a line another way than by `+line`."""
_UNWANTED = ("LESSOPEN", "LESSCLOSE")
"""A filter of less would be run by a shell, on a file whose name and content are foreign."""


class UserPrograms:
    """The programs that `environment` names; `folder` is private and takes the copies."""

    def __init__(self, environment: Mapping[str, str], folder: Path) -> None:
        self._environment, self._folder = environment, folder

    def run(self, program: Program, handed: Handed) -> Ended:
        """Run one on this process's terminal and wait for its end."""
        command = self.command(program)
        if isinstance(command, str):
            return Ended(command, fine=False)
        name = clean(Path(command[0]).name, 40)
        try:
            path = handed.path or str(self._copied(handed))
            with _hearing_nothing():
                done = subprocess.run(
                    [*command, *_place(Path(command[0]).name, path, handed, program)],
                    cwd=self._folder,
                    env=self._without_harm(handed),
                    check=False,
                )
        except OSError as error:
            return Ended(f"{name} cannot be run: {error.strerror}", fine=False)
        shown = "the file itself, to look at only" if handed.path else f"a private copy, {path}"
        told = f"{name} ended" if done.returncode == 0 else f"{name} ended with status {done.returncode}"
        return Ended(f"{told}; it had {shown}", fine=done.returncode == 0)

    def command(self, program: Program) -> list[str] | str:
        """Give the program and its own arguments, or a sentence that says why there is none."""
        for variable in _NAMED[program]:
            if said := self._environment.get(variable, "").strip():
                return self._found(variable, said)
        path = self._environment.get("PATH", "")
        found = next((one for one in (shutil.which(name, path=path) for name in _USUAL[program]) if one), None)
        return [found] if found else f"there is no {program}: set ${_NAMED[program][-1]}"

    def _found(self, variable: str, said: str) -> list[str] | str:
        try:
            first, *rest = shlex.split(said)
        except ValueError as error:
            return f"${variable} cannot be read ({clean(str(error), 80)}): {clean(said, 80)}"
        found = shutil.which(first, path=self._environment.get("PATH", ""))
        return [found, *rest] if found else f"${variable} names {clean(first, 80)}, which is not there"

    def _copied(self, handed: Handed) -> Path:
        """Write the copy; the one before goes, so that there is at most one of each kind."""
        path = self._folder / f"opened{Path(handed.name).suffix}"
        path.unlink(missing_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW
        with os.fdopen(os.open(path, flags, 0o600), "wb") as file:
            file.write(b"\n" * MARGIN + handed.data.rstrip(b"\n") + b"\n" * (MARGIN + 1))
        return path

    def _without_harm(self, handed: Handed) -> dict[str, str]:
        kept = {name: value for name, value in self._environment.items() if name not in _UNWANTED}
        # In less a stray `v` would open the agent's own file in an editor (less(1), SECURITY).
        return {**kept, "LESSSECURE": "1"} if handed.path else kept


def _place(name: str, path: str, handed: Handed, program: Program) -> Sequence[str]:
    """Give the arguments that open a file at a place, as this program takes them."""
    line = handed.line if handed.path else handed.line + MARGIN
    if program == "pager":
        # Without -n less would count the lines before that place, which takes minutes in a huge file.
        at = f"+{handed.offset}P" if handed.path else f"+{line}g"
        return ["-n", at, path] if name == "less" else [path]
    if name in _GOTO:
        return ["-g", f"{path}:{line}"]
    return [f"{path}:{line}"] if name in _COLON else [f"+{line}", path]


@contextmanager
def _hearing_nothing() -> Generator[None]:
    """Leave ctrl+C and ctrl+\\ to the program, as system(3) does; a handler, since what is ignored is inherited."""
    former = {number: signal.signal(number, _nothing) for number in (signal.SIGINT, signal.SIGQUIT)}
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)


def _nothing(number: int, frame: FrameType | None) -> None:
    return None
