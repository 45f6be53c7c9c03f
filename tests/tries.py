"""How often a thing is tried: seldom in the suite, which is run at each change, and often where figures are wanted.

`HEADGATE_FULL=1` asks for the full count; `python -m tests.reliability --full` sets it.
"""

import os

FULL = os.environ.get("HEADGATE_FULL", "") not in ("", "0")


def tries(usual: int, full: int) -> int:
    """Give how many times something is tried in this run: `usual` in the suite, `full` where figures are wanted."""
    return full if FULL else usual
