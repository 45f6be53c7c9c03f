"""The user's settings on disk, read again only when the file is another one than before."""

import os
from dataclasses import replace
from pathlib import Path

from adapters.small_file import read_small
from state.ports import Problem
from state.settings import Settings, read_settings, shipped
from state.text import clean

_MOST = 256 * 1024


class SettingsFile:
    """`config.toml`: gives the settings each time it is called, by one `stat` where nothing changed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp: tuple[int, int, int] | None = None
        self._now = shipped()

    def __call__(self) -> Settings:
        """Give the settings as the file is now; one that cannot be read is a problem, and the shipped ones hold."""
        try:
            found = self._path.stat()
        except FileNotFoundError:
            self._stamp, self._now = None, shipped()
            return self._now
        except OSError as error:
            return self._unreadable(error.strerror or "it cannot be read")
        stamp = (found.st_ino, found.st_size, found.st_mtime_ns)
        if stamp != self._stamp:
            self._now = self._read()
            self._stamp = stamp
        return self._now

    def _read(self) -> Settings:
        content = read_small(str(self._path), _MOST)
        if content is None:
            return self._unreadable("it is no regular file of at most 256 KiB that this account may read")
        try:
            return read_settings(content.decode(), str(self._path))
        except UnicodeDecodeError:
            return self._unreadable("it is not UTF-8")

    def _unreadable(self, why: str) -> Settings:
        name, usual = clean(str(self._path)), shipped()
        problem = Problem(name, f"{name} is not in force: {clean(why)}", "mend it or remove it")
        return replace(usual, problems=(problem,))


def write_new(path: Path, text: str) -> None:
    """Write a settings file where there is none, its directory for the owner alone.

    Raises `FileExistsError` where anything stands there, and other `OSError`s where it cannot be written.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
