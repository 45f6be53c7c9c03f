"""How verbs print: one JSON document, or plain lines; a reader that went away ends the verb in silence."""

import json
import os
import sys
from collections.abc import Iterable, Sequence
from typing import Any


def print_json(document: dict[str, Any]) -> None:
    """Print one JSON document on one line."""
    print_lines([json.dumps(document, ensure_ascii=False)])


def print_lines(lines: Iterable[str]) -> None:
    """Print lines; when the pipe's reader has gone (`| head`), end as any command would, by SIGPIPE's exit code.

    Where standard output takes nothing, a full disk for instance, say so and end with 2.
    """
    try:
        for line in lines:
            sys.stdout.write(line + "\n")
        sys.stdout.flush()
    except OSError as error:
        # Python flushes standard output once more at exit: https://docs.python.org/3/library/signal.html#note-on-sigpipe
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(error, BrokenPipeError):
            sys.exit(141)
        say(f"headgate: standard output takes nothing: {error.strerror}; give it another place to go")
        sys.exit(2)


def say(sentence: str) -> None:
    """Say one sentence on standard error."""
    sys.stderr.write(sentence + "\n")


def aligned(rows: Sequence[Sequence[str]], right: frozenset[int] = frozenset()) -> list[str]:
    """Lay rows of text out in columns as wide as their widest cell."""
    if not rows:
        return []
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    return [
        "  ".join(
            cell.rjust(width) if at in right else cell.ljust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
