"""Stands in for `re`: patterns that were compiled once are kept beside the modules that Python keeps compiled.

`re` itself costs as much as the whole interpreter, and the patterns of the policy's modules once more; what the engine
in C is given for a pattern is a list of numbers, which is read back in no time. What is not kept is compiled by `re`
and kept for the next hook. Kept patterns are as safe as the compiled modules in the same directory, and no safer.
"""

import _sre  # pyright: ignore[reportMissingImports] - a module of C has no types
import marshal
import posix
import sys
from typing import Any

from adapters.hook.lean.genuine import genuine, given

NOFLAG, IGNORECASE, MULTILINE, DOTALL, VERBOSE, ASCII, UNICODE = 0, 2, 8, 16, 64, 256, 32
I, M, S, X, A, U = IGNORECASE, MULTILINE, DOTALL, VERBOSE, ASCII, UNICODE  # noqa: E741 - these are re's own names

MOST = 2000
"""Patterns kept; a policy and its modules have some hundreds."""
_engine: Any = _sre
KEPT = f"{__file__.rpartition('/')[0]}/__pycache__/patterns.{sys.implementation.cache_tag}-{_engine.MAGIC}"
_SPECIAL = {ord(letter): f"\\{letter}" for letter in "()[]{}?*+-|^$\\.&~# \t\n\r\v\f"}


class Pattern:
    """Stands in annotations; no pattern is one of it."""

    def __class_getitem__(cls, _: object) -> type:
        return cls


class Match(Pattern):
    """Stands in annotations; no match is one of it."""


def _read() -> dict[tuple[str | bytes, int], bytes]:
    try:
        descriptor = posix.open(KEPT, posix.O_RDONLY | posix.O_NOFOLLOW | posix.O_NONBLOCK | posix.O_CLOEXEC)
    except OSError:
        return {}
    try:
        return marshal.loads(posix.read(descriptor, posix.fstat(descriptor).st_size))
    except (OSError, ValueError, EOFError, TypeError):
        return {}
    finally:
        posix.close(descriptor)


_kept = _read()
_made: dict[tuple[str | bytes, int], Any] = {}
_new: dict[tuple[str | bytes, int], bytes] = {}


class _Pattern:
    """A pattern that is made when it is first used: most patterns of a module are used by few lines."""

    def __init__(self, pattern: str | bytes, flags: int) -> None:
        self.pattern, self._flags = pattern, flags

    def __getattr__(self, name: str) -> Any:
        key = (self.pattern, self._flags)
        made = _made.get(key)
        if made is None:
            kept = _kept.get(key)
            # What another version of Headgate kept here may have another form.
            usable = isinstance(kept, bytes)
            made = _made[key] = _engine.compile(self.pattern, *marshal.loads(kept)) if usable else _learned(key)
        found = self.__dict__[name] = getattr(made, name)
        return found


def compile(pattern: Any, flags: int = 0) -> Any:
    """Give a pattern. Raises `re.error` at once where it was never compiled before."""
    if not isinstance(pattern, str | bytes):
        return pattern
    made = _Pattern(pattern, int(flags))
    if (pattern, int(flags)) not in _kept:
        made.flags  # noqa: B018 - compiled, and so kept for the next hook
    return made


def keep() -> None:
    """Keep what was compiled anew for the next hook; where that cannot be, nothing is lost but time."""
    if not _new or len(_kept) + len(_new) > MOST:
        return
    aside = f"{KEPT}.{posix.getpid()}"
    try:
        descriptor = posix.open(aside, posix.O_WRONLY | posix.O_CREAT | posix.O_EXCL | posix.O_CLOEXEC, 0o644)
        try:
            posix.write(descriptor, marshal.dumps({**_kept, **_new}))
        finally:
            posix.close(descriptor)
        posix.rename(aside, KEPT)
    except OSError:
        return


def _learned(key: tuple[str | bytes, int]) -> Any:
    """Compile by the real `re`, and note what it gave the engine."""
    real: Any = genuine("re")
    compiler = real._compiler

    class Noting:
        def __getattr__(self, name: str) -> Any:
            return getattr(_engine, name)

        def compile(self, pattern: Any, *parts: Any) -> Any:
            flags, code, groups, names, numbers = parts
            _new[key] = marshal.dumps((int(flags), list(map(int, code)), groups, dict(names), tuple(numbers)))
            return _engine.compile(pattern, *parts)

    compiler._sre = Noting()
    try:
        return compiler.compile(*key)
    finally:
        compiler._sre = _engine


def match(pattern: Any, string: str, flags: int = 0) -> Any:
    """Match at the beginning."""
    return compile(pattern, flags).match(string)


def fullmatch(pattern: Any, string: str, flags: int = 0) -> Any:
    """Match the whole."""
    return compile(pattern, flags).fullmatch(string)


def search(pattern: Any, string: str, flags: int = 0) -> Any:
    """Find the first match."""
    return compile(pattern, flags).search(string)


def sub(pattern: Any, repl: Any, string: str, count: int = 0, flags: int = 0) -> str:
    """Replace matches."""
    return compile(pattern, flags).sub(repl, string, count)


def split(pattern: Any, string: str, maxsplit: int = 0, flags: int = 0) -> Any:
    """Split at matches."""
    return compile(pattern, flags).split(string, maxsplit)


def findall(pattern: Any, string: str, flags: int = 0) -> Any:
    """List the matches."""
    return compile(pattern, flags).findall(string)


def finditer(pattern: Any, string: str, flags: int = 0) -> Any:
    """Go through the matches."""
    return compile(pattern, flags).finditer(string)


def escape(pattern: Any) -> Any:
    """Write a text as the pattern that matches it."""
    if not isinstance(pattern, str):
        real: Any = genuine("re")
        return real.escape(pattern)
    return pattern.translate(_SPECIAL)


def __getattr__(name: str) -> object:
    return given("re", name)
