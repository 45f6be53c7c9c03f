"""`headgate`: reads the command line and hands it to the wiring; loads nothing that a verb does not need."""

import asyncio
import os
import signal
import sys

from tui.arguments import parser


def main() -> None:
    """Run one command and end with its exit status: 0 success, 1 "no", 2 bad usage or bad input."""
    arguments = parser().parse_args()
    # The module imports everything else; --help and --version have ended by now.
    from tui import wiring

    try:
        status = wiring.run(arguments, os.environ)
    except wiring.Refused as refused:
        sys.stderr.write(f"headgate: {refused}\n")
        status = 2
    except (KeyboardInterrupt, asyncio.CancelledError):
        status = 128 + signal.SIGINT
    sys.exit(status)


if __name__ == "__main__":
    main()
