"""Landlock by the kernel's own calls: this process, and all that it becomes, may write only where it is told.

Landlock has no rules for reading a socket's path, for changing modes and times, or for locks, and hides nothing: what
rests on it alone is said to be less. Standard library only, and little of it. Source: landlock(7), and the kernel's
include/uapi/linux/landlock.h; the numbers of the calls are the same on every architecture.
"""

import ctypes
import os
import sys

_CREATE, _ADD, _RESTRICT = 444, 445, 446
_VERSION = 1
_NO_NEW_PRIVS = 38
_TCP = 0b11
"""LANDLOCK_ACCESS_NET_BIND_TCP and LANDLOCK_ACCESS_NET_CONNECT_TCP, from ABI 4."""
_SCOPES = 0b11
"""LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET and LANDLOCK_SCOPE_SIGNAL, from ABI 6 (Linux 6.12)."""
NEEDED = 6
"""Before it a confined process could end every other of its account."""
_BENEATH = 1
_FILE_WRITES = (1 << 1) | (1 << 14)
"""WRITE_FILE and TRUNCATE."""
_WRITES = _FILE_WRITES | sum(1 << bit for bit in range(4, 14))
"""With them REMOVE_DIR, REMOVE_FILE, MAKE_CHAR, _DIR, _REG, _SOCK, _FIFO, _BLOCK, _SYM, and REFER."""


class _Ruleset(ctypes.Structure):
    _fields_ = (("fs", ctypes.c_uint64), ("net", ctypes.c_uint64), ("scoped", ctypes.c_uint64))


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32))


def abi() -> int:
    """Give the kernel's version of Landlock, 0 where it has none."""
    if sys.platform != "linux":
        return 0
    return max(_libc().syscall(_CREATE, None, ctypes.c_size_t(0), _VERSION), 0)


def scope() -> None:
    """Keep this process from signalling others and from abstract sockets of others. Raises `OSError`."""
    _enforce(_made(0))


def restrict(written: list[str], files: list[str], *, offline: bool = False) -> None:
    """Keep this process from writing anywhere but below `written`, to `files`, and from others. Raises `OSError`.

    `offline`: from TCP too; Landlock has no rules for other protocols.
    """
    ruleset = _made(_WRITES, _TCP if offline else 0)
    for path in written:
        _allow(ruleset, path, _WRITES)
    for path in files:
        _allow(ruleset, path, _FILE_WRITES)
    _enforce(ruleset)


def _made(handled: int, net: int = 0) -> int:
    rules = _Ruleset(handled, net, _SCOPES)
    return _checked(_libc().syscall(_CREATE, ctypes.byref(rules), ctypes.c_size_t(ctypes.sizeof(rules)), 0))


def _allow(ruleset: int, path: str, rights: int) -> None:
    descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        rule = _Beneath(rights, descriptor)
        _checked(_libc().syscall(_ADD, ruleset, _BENEATH, ctypes.byref(rule), 0))
    finally:
        os.close(descriptor)


def _enforce(ruleset: int) -> None:
    _checked(_libc().prctl(_NO_NEW_PRIVS, 1, 0, 0, 0))
    _checked(_libc().syscall(_RESTRICT, ruleset, 0))
    os.close(ruleset)


def _checked(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"Landlock refused: {os.strerror(number)}")
    return result


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)
