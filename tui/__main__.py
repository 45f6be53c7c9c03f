"""`headgate`: reads the command line and hands it to the wiring; loads nothing that a verb does not need."""

import os
import sys
from types import SimpleNamespace
from typing import Any

_ROOMS = {
    None: "tui.wiring_open",
    **dict.fromkeys(("demo", "replay", "demo-player"), "tui.wiring_demo"),
    "policy": "tui.wiring_policy",
    "config": "tui.wiring_config",
    "budget": "tui.wiring_budget",
    **dict.fromkeys(("queue", "approve", "deny", "freeze", "thaw"), "tui.wiring_gates"),
    **dict.fromkeys(("stop", "hold", "resume", "send", "start", "escalate"), "tui.wiring_control"),
    "conflicts": "tui.wiring_conflicts",
    "evidence": "tui.wiring_evidence",
    "report": "tui.wiring_report",
    "check": "tui.wiring_checks",
    "merge": "tui.wiring_merge",
    "audit": "tui.wiring_audit",
    "verify": "tui.wiring_verify",
    **dict.fromkeys(("init", "uninstall", "doctor"), "tui.wiring_install"),
}
"""Which module introduces adapters to a verb; the others are `tui.wiring`'s."""
BARE: dict[str, Any] = {"repo": None, "all": False, "verb": None}
"""What `headgate` without a word comes to: a parser of every verb takes a tenth of the way to the first row."""
INTERRUPTED = 130
"""The exit status of who was interrupted, as shells give it."""
_FIGURES = ("files", "bytes", "records", "not_understood", "reread", "skimmed")


def main() -> None:
    """Run one command and end with its exit status: 0 success, 1 "no", 2 bad usage or bad input."""
    words = sys.argv[1:]
    try:
        if words in (["index"], ["index", "--json"]) and _read_already(as_json=len(words) == 2):
            return
        sys.exit(_run())
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


def _read_already(*, as_json: bool) -> bool:
    """Say that nothing is new where a quick look tells; everything else takes longer to load than to do."""
    import time

    from state.store.unmoved import nothing_new

    began = time.monotonic()
    try:
        if not nothing_new(os.getcwd(), os.environ):  # noqa: PTH109 - pathlib takes as long to load as all of this
            return False
    except FileNotFoundError:
        return False
    seconds = round(time.monotonic() - began, 3)
    if as_json:
        told = ", ".join(f'"{name}": 0' for name in _FIGURES)
        line = f'{{{told}, "seconds": {seconds}}}'
    else:
        line = "\n".join([*(f"{name.replace('_', ' ')}: 0" for name in _FIGURES), f"seconds: {seconds}"])
    try:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
    except OSError:
        from tui.verbs.printing import print_lines

        print_lines([""])
    return True


def _run() -> int:
    import signal

    # An interrupt within an import surfaces as whatever the module being loaded makes of it, so it ends the process.
    heard = signal.getsignal(signal.SIGINT)
    if heard is signal.default_int_handler:
        signal.signal(signal.SIGINT, lambda number, frame: os._exit(INTERRUPTED))
    import asyncio
    import gc
    from importlib import import_module

    arguments = _told()
    if arguments.all and arguments.verb and not getattr(arguments, "tmux", None):
        return _said(
            f"--all goes with the board and with status --tmux: {arguments.verb} takes no other than --repo DIR"
        )
    if getattr(arguments, "tmux", None):
        from tui.wiring_tmux import run

        return run(arguments, os.environ)
    try:
        # The module imports everything else; --help and --version have ended by now. What is imported stays for good,
        # so no search for cycles is to go through it, while it loads or later.
        gc.disable()
        from state.board import BoardUnreadable
        from tui.wiring_open import Refused

        try:
            room = import_module(_ROOMS.get(arguments.verb, "tui.wiring"))
            gc.freeze()
            gc.enable()
            signal.signal(signal.SIGINT, heard)
            status = int(room.run(arguments, os.environ))
            # The process ends here: whoever is left in a cycle goes with it, so none is searched for.
            gc.freeze()
            return status
        except (Refused, BoardUnreadable) as refused:
            return _said(str(refused))
    except (KeyboardInterrupt, asyncio.CancelledError):
        return INTERRUPTED
    except OSError as error:
        return _said(f"{error.filename or 'a file'} cannot be used: {error.strerror}; see to it, or remove it")


def _told() -> Any:
    if not sys.argv[1:]:
        return SimpleNamespace(**BARE)
    from tui.arguments import parser

    return parser().parse_args()


def _said(sentence: str) -> int:
    from state.text import clean

    sys.stderr.write(f"headgate: {clean(sentence)}\n")
    return 2


if __name__ == "__main__":
    main()
