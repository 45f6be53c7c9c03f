"""The files by which board, verb, hook and core meet: a lock, an inbox, answers, and bells.

Standard library only, because the hook imports it. Every file is written aside and renamed, so that a reader sees all
of it or nothing, and a process may be killed between any two lines. A bell is a FIFO: ringing it wakes a sleeping
process in half a millisecond, and that it has a listener is the kernel's own word for "that board is alive".
"""

import _thread
import contextlib
import errno
import fcntl
import json
import os
import pwd
import stat
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

_MOST_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Order:
    """What a board or a verb asks the core to do. `id` is its name for ever; `words` its arguments."""

    id: str
    verb: str
    words: dict[str, str]
    at: float | None = None
    """When it was put into the inbox, in seconds since 1970; None where that is not known."""


class Spool:
    """One repository's meeting place, a directory of mode 0700 beside its database."""

    def __init__(self, folder: Path) -> None:
        """Make the directories below `folder`. Raises `OSError` where that fails, `ValueError` where it is unsafe."""
        make_private(folder)
        self.folder = folder
        self.inbox = folder / "spool" / "inbox"
        self.answers = folder / "spool" / "answers"
        self.boards = folder / "spool" / "boards"
        for place in (folder / "spool", self.inbox, self.answers, self.boards):
            make_private(place)
        self.lock_file = folder / "core.lock"
        self.bell_file = folder / "spool" / "core.bell"

    @property
    def distress_file(self) -> Path:
        """Where the core says what is wrong when the database takes no word any more."""
        return self.folder / "spool" / "distress.json"

    @property
    def database(self) -> Path:
        """Where the state database lies."""
        return self.folder / "state.db"

    def order(self, verb: str, **words: str) -> Order:
        """Put an order into the inbox and ring the core; it is kept until a core carries it out."""
        order = Order(uuid.uuid4().hex, verb, words)
        write_whole(self.inbox / f"{order.id}.json", {"verb": verb, "words": words})
        ring(self.bell_file)
        return order

    def orders(self) -> Iterator[Order]:
        """Give the orders that wait, oldest first; what is no order is set aside under `spool/refused`."""
        waiting = sorted(self.inbox.glob("*.json"), key=_age)
        for path in waiting:
            order = _order(path.stem, read_whole(path), _age(path))
            if order is None:
                self._refuse(path)
            else:
                yield order

    def withdraw(self, order: Order) -> None:
        """Take an order back; a core that has it in hand goes on with it."""
        (self.inbox / f"{order.id}.json").unlink(missing_ok=True)

    def answer(self, order: Order, answer: dict[str, Any]) -> None:
        """Leave the answer to an order and take the order out of the inbox."""
        write_whole(self.answers / f"{order.id}.json", answer)
        (self.inbox / f"{order.id}.json").unlink(missing_ok=True)

    def take_answer(self, order: Order) -> dict[str, Any] | None:
        """Give the answer to an order, once; None while there is none."""
        path = self.answers / f"{order.id}.json"
        found = read_whole(path)
        if found is not None:
            path.unlink(missing_ok=True)
        return found

    def forget_answers(self, before: float) -> None:
        """Take away the answers that were left before a time, in seconds since 1970, and that nobody came for.

        A link is taken away itself, never what it names; what is no file stays.
        """
        with contextlib.suppress(OSError), os.scandir(self.answers) as found:
            for one in found:
                with contextlib.suppress(OSError):
                    if not one.is_dir(follow_symlinks=False) and one.stat(follow_symlinks=False).st_mtime < before:
                        Path(one.path).unlink()

    def ring_boards(self, *, softly: bool = False) -> int:
        """Ring every board that listens; forget those that died. Gives how many are alive."""
        alive = 0
        for bell in self.boards.glob("*.bell"):
            if ring(bell, softly=softly):
                alive += 1
                continue
            # A directory of that name is no bell and no board; it harms nobody where it is.
            with contextlib.suppress(IsADirectoryError, PermissionError):
                bell.unlink(missing_ok=True)
        return alive

    def _refuse(self, path: Path) -> None:
        """Set an odd file aside; one that cannot be moved stays and is passed over again."""
        refused = self.folder / "spool" / "refused"
        with contextlib.suppress(OSError):
            refused.mkdir(mode=0o700, exist_ok=True)
            path.rename(refused / path.name)


def account() -> str:
    """Name the account of this machine that this process runs under, by its number where it has no name."""
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return str(os.geteuid())


def make_private(folder: Path) -> None:
    """Make a directory that only its owner enters. Raises `ValueError` where it is a link or someone else's."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode):
        raise ValueError(f"{folder} is not a directory of its own: remove the link, or set HEADGATE_STATE_DIR")
    if found.st_uid != os.geteuid():
        raise ValueError(f"{folder} belongs to another user: set HEADGATE_STATE_DIR to a directory of yours")
    if found.st_mode & 0o077:
        folder.chmod(0o700)


def write_whole(path: Path, document: dict[str, Any]) -> None:
    """Write JSON so that a reader sees all of it or nothing, and only the owner at all."""
    aside = path.with_name(f".{path.name}.{os.getpid()}.{_thread.get_native_id()}")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(json.dumps(document).encode())
    aside.rename(path)


def read_whole(path: Path) -> dict[str, Any] | None:
    """Read a JSON object of the spool; None where there is none that can be read."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        return None
    with os.fdopen(descriptor, "rb") as file:
        try:
            found = json.loads(file.read(_MOST_BYTES))
        except (ValueError, RecursionError):
            return None
    return cast(dict[str, Any], found) if isinstance(found, dict) else None


def take_lock(path: Path) -> int | None:
    """Become the writer: give the descriptor that holds the lock as long as it is open, or None when another is."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
    return descriptor


def hang_bell(path: Path) -> int:
    """Make a bell and listen to it: give a descriptor that becomes readable when it rings."""
    path.unlink(missing_ok=True)
    os.mkfifo(path, 0o600)
    # Opened for writing too, so that the end of one ringer is not the end of the file for ever.
    return os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOFOLLOW)


def ring(path: Path, *, softly: bool = False) -> bool:
    """Ring a bell. False when nobody listens; `softly` only asks that and wakes nobody."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError as error:
        if error.errno in (errno.ENXIO, errno.ENOENT, errno.ELOOP, errno.EISDIR, errno.ENOTDIR):
            return False
        raise
    try:
        if not stat.S_ISFIFO(os.fstat(descriptor).st_mode):
            return False
        # A full pipe has rung already.
        with contextlib.suppress(BlockingIOError):
            if not softly:
                os.write(descriptor, b"\n")
    finally:
        os.close(descriptor)
    return True


def hush(descriptor: int) -> None:
    """Take all rings off a bell, so that many are one."""
    with contextlib.suppress(BlockingIOError):
        while os.read(descriptor, 4096):
            pass


def _order(name: str, found: dict[str, Any] | None, at: float) -> Order | None:
    verb, words = (found or {}).get("verb"), (found or {}).get("words")
    if not isinstance(verb, str) or not isinstance(words, dict):
        return None
    pairs = cast(dict[str, object], words).items()
    return Order(name, verb, {key: str(word) for key, word in pairs}, at or None)


def _age(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0.0
