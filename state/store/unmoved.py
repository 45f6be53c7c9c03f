"""Whether anything outside moved since all logs were read: a quick look that loads next to nothing.

`headgate index` is run from prompts and status lines, where mostly nothing is new; so it asks the system about the
files and folders that the last reading named (tables `log` and `sign`), and only where one of them differs does it load
the rest of the program. Whatever cannot be told quickly is taken for news. Standard library only.
"""

import os
import sqlite3
import time
from collections.abc import Iterable, Mapping

from state.store.version import VERSION

YOUNG_NS = 2_000_000_000
"""A thing that changed as shortly before the look may change again without another time: it is looked at anew."""
ENVIRONMENT = "environment"
"""The name under which the variables that name places are kept among the signs."""
_GONE = ""
_TELLING = ("HOME", "_DIR", "OPENCODE_DB")
_LIVE = "SELECT 1 FROM log WHERE inode = 0 AND reader <> '' UNION ALL SELECT 1 FROM problem LIMIT 1"
_LOGS = "SELECT path, inode, size, modified_ns, belongs, cwd IS NULL FROM log WHERE inode <> 0"


def stamp(path: str, now_ns: int) -> str:
    """Give what the system says of a file or folder; of one that changed just now something that is never said again.

    `now_ns` is the time of the look, in nanoseconds since 1970.
    """
    try:
        found = os.lstat(path)
    except OSError:
        return _GONE
    if found.st_mtime_ns > now_ns - YOUNG_NS:
        return f"young {now_ns}"
    return f"{found.st_mtime_ns} {found.st_size} {found.st_ino}"


def stamps(paths: Iterable[str], environment: Mapping[str, str]) -> dict[str, str]:
    """Give the stamps of files and folders, and the environment that named them."""
    now = time.time_ns()
    return {ENVIRONMENT: places_in(environment), **{path: stamp(path, now) for path in paths}}


def places_in(environment: Mapping[str, str]) -> str:
    """Give the variables of the environment that name places, as one text."""
    named = sorted(item for item in environment.items() if item[0].endswith(_TELLING) or item[0].startswith("XDG_"))
    return "\n".join(f"{name}={value}" for name, value in named)


def nothing_new(directory: str, environment: Mapping[str, str]) -> bool:
    """Say whether nothing that the repository around `directory` was read from has changed; False where in doubt."""
    try:
        house = house_of(directory, environment)
        return house is not None and not _entries(f"{house}/spool/inbox") and _unmoved(house, environment)
    except (OSError, sqlite3.Error, ValueError):
        return False


def _unmoved(house: str, environment: Mapping[str, str]) -> bool:
    database = sqlite3.connect(f"file:{_quoted(house)}/state.db?mode=ro", uri=True)
    try:
        if database.execute("PRAGMA user_version").fetchone()[0] != VERSION or database.execute(_LIVE).fetchone():
            return False
        signs: dict[str, str] = dict(database.execute("SELECT path, stamp FROM sign"))
        if signs.pop(ENVIRONMENT, None) != places_in(environment):
            return False
        now = time.time_ns()
        return all(stamp(path, now) == known for path, known in signs.items()) and _logs_unmoved(database)
    finally:
        database.close()


def _logs_unmoved(database: sqlite3.Connection) -> bool:
    """Look at every log. One that is gone was gone before: its folder would have changed with it."""
    look = os.lstat
    for path, inode, size, modified_ns, belongs, undecided in database.execute(_LOGS):
        try:
            found = look(path)
        except FileNotFoundError:
            if "#" in path:
                return False
            continue
        if found.st_ino != inode or (belongs and found.st_mtime_ns != modified_ns):
            return False
        if found.st_size != size and (belongs or undecided):
            return False
    return True


def house_of(directory: str, environment: Mapping[str, str]) -> str | None:
    """Give Headgate's directory for the repository around `directory`, where that is found without git."""
    root = environment.get("HEADGATE_STATE_DIR") or _usual(environment)
    top = _repository(os.path.realpath(directory))
    if top is None or not root.startswith("/"):
        return None
    for name in _entries(root):
        if _read(f"{root}/{name}/repository.json") == f'{{"root": "{top}"}}':
            return f"{root}/{name}"
    return None


def lies_in_one(directory: str) -> bool:
    """Say whether something named `.git` lies there or above."""
    folder = os.path.realpath(directory)
    while not os.path.lexists(f"{folder}/.git"):
        if folder == "/":
            return False
        folder = folder.rpartition("/")[0] or "/"
    return True


def _usual(environment: Mapping[str, str]) -> str:
    named = environment.get("XDG_STATE_HOME", "")
    return f"{named if named.startswith('/') else environment.get('HOME', '') + '/.local/state'}/headgate"


def _repository(folder: str) -> str | None:
    """Give the main work tree of the repository around a folder, by the entry `.git` of it or of one above."""
    while not os.path.lexists(f"{folder}/.git"):
        if folder == "/":
            return None
        folder = folder.rpartition("/")[0] or "/"
    named = _read(f"{folder}/.git")
    if named is not None:
        if not named.startswith("gitdir: /"):
            return None
        common = _read(f"{named[8:].strip()}/commondir")
        git = os.path.realpath(f"{named[8:].strip()}/{(common or '').strip()}")
    else:
        git = os.path.realpath(f"{folder}/.git")
    top, name = os.path.split(git)
    return top if name == ".git" and top.isascii() and top.isprintable() else None


def _entries(folder: str) -> list[str]:
    with os.scandir(folder) as entries:
        return [entry.name for entry in entries]


def _read(path: str) -> str | None:
    """Give the text of a small file; None where there is none."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        return os.fsdecode(os.read(descriptor, 8192))
    except IsADirectoryError:
        return None
    finally:
        os.close(descriptor)


def _quoted(path: str) -> str:
    """Give a path as a part of a URI, as SQLite reads it (https://www.sqlite.org/uri.html)."""
    return path.replace("%", "%25").replace("?", "%3f").replace("#", "%23")
