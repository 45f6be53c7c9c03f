"""Becomes a client: reads what is to be run from a file of Headgate's own, and gives its process over to it.

It is run as a file, by `python -I -S`, in a pane of tmux or as nobody's child (`--apart`). So a long prompt and the
user's environment stand in no command line that others can read, and the file is taken away by a rename before it is
obeyed: a start that was told twice begins once. Standard library only.
"""

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

_WAIT_SECONDS = 10.0
_OF_THE_TERMINAL = (
    "TMUX",
    "TMUX_PANE",
    "TERM",
    "TERM_PROGRAM",
    "TERM_PROGRAM_VERSION",
    "COLORTERM",
    "COLUMNS",
    "LINES",
)


def main(arguments: list[str]) -> int:
    """Wait for the file, take it, and become what it says; `--apart` first leaves its parent and its terminal."""
    apart, file = arguments[0] == "--apart", Path(arguments[-1])
    if apart:
        if os.fork():
            return 0
        os.setsid()
        if os.fork():
            os._exit(0)
    told = _taken(file)
    if told is None:
        return 3
    environment = dict(told["environment"])
    if apart:
        _turn_to(file.with_suffix(".log"))
    else:
        environment |= {name: os.environ[name] for name in _OF_THE_TERMINAL if name in os.environ}
    try:
        os.chdir(told["worktree"])
        os.execve(told["words"][0], told["words"], environment)
    except OSError as error:
        sys.stderr.write(f"{told['words'][0]} cannot be started: {error.strerror}\n")
        return 4


def _taken(file: Path) -> dict[str, Any] | None:
    """Give what the file says, once it is there, and take it away; None where one was obeyed before."""
    mine, begun = file.with_name(f"{file.name}.{os.getpid()}"), file.with_suffix(".begun")
    until = time.monotonic() + _WAIT_SECONDS
    while time.monotonic() < until and not begun.exists():
        try:
            file.rename(mine)
        except FileNotFoundError:
            time.sleep(0.01)
            continue
        told = json.loads(mine.read_text(encoding="utf-8"))
        os.truncate(mine, 0)
        mine.rename(begun)
        return told
    return None


def _turn_to(log: Path) -> None:
    """Read from nothing and write to the log, which only its owner reads."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW
    written, nothing = os.open(log, flags, 0o600), os.open(os.devnull, os.O_RDONLY)
    for number, descriptor in ((0, nothing), (1, written), (2, written)):
        os.dup2(descriptor, number)
    os.closerange(3, max(written, nothing) + 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
