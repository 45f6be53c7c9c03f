"""`headgate`: reads the command line and hands it to the wiring; loads nothing that a verb does not need."""

import asyncio
import os
import signal
import sys

from state.text import clean
from tui.arguments import parser


def main() -> None:
    """Run one command and end with its exit status: 0 success, 1 "no", 2 bad usage or bad input."""
    arguments = parser().parse_args()
    try:
        # The module imports everything else; --help and --version have ended by now.
        from tui import wiring, wiring_gates

        try:
            room = wiring_gates if arguments.verb in wiring_gates.VERBS else wiring
            status = room.run(arguments, os.environ)
        except wiring.Refused as refused:
            status = _said(str(refused))
    except (KeyboardInterrupt, asyncio.CancelledError):
        status = 128 + signal.SIGINT
    except OSError as error:
        status = _said(f"{error.filename or 'a file'} cannot be used: {error.strerror}; see to it, or remove it")
    sys.exit(status)


def _said(sentence: str) -> int:
    sys.stderr.write(f"headgate: {clean(sentence)}\n")
    return 2


if __name__ == "__main__":
    main()
