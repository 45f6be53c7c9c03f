"""Whether each place where a check is switched off says why: `noqa`, `type: ignore` and `pyright: ignore`.

The rules that ruff and pyright are told to leave out altogether stand in pyproject.toml, each with its reason too.
"""

import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = ("tui", "state", "adapters", "tests")
_OFF = re.compile(r"#\s*(?:noqa\b(?::\s*[A-Z]+\d+(?:[,\s]+[A-Z]+\d+)*)?|(?:type|pyright):\s*ignore(?:\[[\w\-, ]*\])?)")
_SHORT = 5
"""Letters that a reason has at least."""


def unexplained() -> Iterator[str]:
    """Name each line that switches a check off without a reason after it, or in a comment of its own before it.

    No type checker reads the tests, so there only what ruff is told counts.
    """
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            text = path.read_text()
            if "# noqa" in text or (room != "tests" and ": ignore" in text):
                yield from (f"{path.relative_to(ROOT)}:{line}: {told}" for line, told in switched(text, room))


def switched(text: str, room: str) -> Iterator[tuple[int, str]]:
    lines = text.splitlines()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        comment, line = token.string, token.start[0]
        if token.type != tokenize.COMMENT or not _OFF.search(comment) or (room == "tests" and "noqa" not in comment):
            continue
        before = lines[line - 2].strip() if line > 1 else ""
        if len(_OFF.sub("", comment).strip(" #-()")) < _SHORT and not before.startswith("#"):
            yield line, comment
