"""The writing of a page: whole or not at all, and for its owner alone."""

import os
from pathlib import Path


class NotWritten(Exception):
    """The file cannot be written; the text is one sentence on why, with what to do."""


def write_page(path: Path, text: str) -> None:
    """Write `text` aside and put it in the place of `path`, with mode 0600. Raises `NotWritten`.

    A link that stands there is replaced, never followed, because what it leads to was not named.
    """
    if path.is_dir():
        raise NotWritten(f"{path} is a directory: name a file in it")
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8", errors="replace") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            aside.replace(path)
        except OSError:
            aside.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise NotWritten(f"{path} cannot be written: {error.strerror}; name another place") from error
