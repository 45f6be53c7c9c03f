"""A digest of how a test run failed, the same for the same failure however often it is run.

Line numbers, times, addresses, process numbers and directories differ from run to run, so they are taken out. What
repeats with the same digest is the same failure; it is what the detector of repeated failures counts.
"""

import hashlib
import re
from collections.abc import Sequence

_VOLATILE = re.compile(
    r"0x[0-9a-fA-F]+|\b[0-9a-f]{12,}\b|\(?\b\d+(?:\.\d+)?\s?(?:ms|µs|us|ns|s|seconds?|minutes?)\b\)?"
    r"|(?<=\w):\d+(?::\d+)?\b|\bline \d+|\b\d{1,2}:\d\d(?::\d\d)?\b"
)
_NUMBER = re.compile(r"\d+")
_FOLDER = re.compile(r"(?<![\w.])/?(?:[\w.@+-]+/)+")
_ERROR = re.compile(r"error|exception|fail|panic|assert|expected|undefined|not found|cannot", re.IGNORECASE)
_MOST = 12


def signature(runner: str, names: Sequence[str], lines: Sequence[str]) -> str:
    """Give sixteen hexadecimal digits: of the failing tests where they are named, else of the first error's lines."""
    if names:
        telling = sorted({_VOLATILE.sub("", name) for name in names})
    else:
        loud = [line for line in lines if _ERROR.search(line)] or [line for line in lines if line.strip()][-_MOST:]
        telling = [_plain(line) for line in loud[:_MOST]]
    return hashlib.blake2s("\n".join((runner, *telling)).encode("utf-8", "replace"), digest_size=8).hexdigest()


def _plain(line: str) -> str:
    return " ".join(_NUMBER.sub("#", _FOLDER.sub("", _VOLATILE.sub("", line))).split())
