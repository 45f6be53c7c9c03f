"""Whether another distribution owns one of our three import names, read from what installers wrote.

`importlib.metadata` reads the same files, but to load it takes as long as a tenth of the way to the first row.
"""

import os
import sys
from collections.abc import Iterator

DISTRIBUTION = "headgate"
ROOMS = ("tui", "state", "adapters")
_INSTALLED = ".dist-info"
"""What the folder of an installed distribution ends with, NAME-VERSION before it: PyPA's "Recording installed
projects"; its RECORD names each file that was installed, one a line."""


def name_clash() -> str | None:
    """Say which other distribution owns one of our three import names, because pip would merge them in silence."""
    for folder in _installed():
        name = os.path.basename(folder).partition("-")[0]  # noqa: PTH119 - a path is cut hundreds of times
        clashing = [room for room in ROOMS if f"\n{room}/".encode() in b"\n" + _record(folder)]
        if clashing and name.casefold() != DISTRIBUTION:
            return (
                f"headgate cannot run here: {_name_of(folder) or name} also installs the package `{clashing[0]}`; "
                "install headgate on its own with `uv tool install headgate` or `pipx install headgate`"
            )
    return None


def _installed() -> Iterator[str]:
    """Give the folder of each distribution that stands where Python looks for modules."""
    for place in dict.fromkeys(sys.path):
        try:
            names = os.listdir(place or ".")  # noqa: PTH208 - a path is made of hundreds of names
        except OSError:  # an archive, or nothing at all: nothing of ours can be overlaid there
            continue
        yield from (f"{place or '.'}/{name}" for name in names if name.endswith(_INSTALLED))


def _record(folder: str) -> bytes:
    try:
        with open(f"{folder}/RECORD", "rb", buffering=0) as record:  # noqa: PTH123 - as above
            return record.read()
    except OSError:  # what an installer did not record, or what may not be read, tells of no file
        return b""


def _name_of(folder: str) -> str:
    """Give the name as its author writes it."""
    try:
        with open(f"{folder}/METADATA", encoding="utf-8", errors="replace") as told:  # noqa: PTH123 - as above
            named = next((line for line in told if line.startswith("Name:")), "")
    except OSError:
        return ""
    return named.partition(":")[2].strip()
