"""How often a test of endurance does its thing: in full where `HEADGATE_FULL=1`, else as often as shows the same."""

import os

VARIABLE = "HEADGATE_FULL"


def count(full: int, usual: int) -> int:
    """Give the count of this run, because the suite is run before each change and the full counts before a release."""
    return full if os.environ.get(VARIABLE) else usual
