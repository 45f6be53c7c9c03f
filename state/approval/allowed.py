"""Picks from an allowed signers file what may sign for one person: named outright, and for approvals alone.

`ssh-keygen` takes more than that: a line without namespaces counts for anything, `*` names everybody, and an authority
may name whom it likes. So it is given only the lines that are picked here. Source: ssh-keygen(1), ALLOWED SIGNERS.
"""

import re
from collections.abc import Iterator

from state.approval.statement import NAMESPACE

LONGEST = 256 * 1024
_OPTION = re.compile(r'\s*([A-Za-z-]+)(?:="((?:[^"\\]|\\.)*)")?')
_KEY = re.compile(r"(?:sk-)?(?:ssh|ecdsa)-[A-Za-z0-9@.-]+")


def allowed_lines(allowed: bytes, principal: str) -> bytes:
    """Give the lines that name `principal` and `NAMESPACE` outright, each with that principal alone; else nothing."""
    return b"".join(line for named, line in _lines(allowed) if named == principal)


def principals(allowed: bytes) -> tuple[str, ...]:
    """Name everybody who may sign approvals, each once."""
    return tuple(dict.fromkeys(named for named, _ in _lines(allowed)))


def _lines(allowed: bytes) -> Iterator[tuple[str, bytes]]:
    for line in allowed[:LONGEST].decode("utf-8", "replace").splitlines():
        words = line.strip()
        if not words or words.startswith("#"):
            continue
        names, _, rest = words.partition(" ")
        found = _options(rest.strip())
        if found is None or NAMESPACE not in found[0].get("namespaces", "").split(","):
            continue
        options, key = found
        if "cert-authority" in options:
            continue
        told = ",".join(f'{name}="{value}"' for name, value in options.items())
        for name in names.strip('"').split(","):
            if not set(name) & set('*?!"'):
                yield name, f"{name} {told} {key}\n".encode()


def _options(rest: str) -> tuple[dict[str, str], str] | None:
    """Take a line's options and its key apart; None where it is not written as ssh-keygen(1) says."""
    options: dict[str, str] = {}
    while not _KEY.match(rest):
        found = _OPTION.match(rest)
        if found is None or found[1].lower() in options:
            return None
        options[found[1].lower()] = found[2] or ""
        rest = rest[found.end() :]
        if rest.startswith(","):
            rest = rest[1:]
        elif rest[:1].isspace():
            rest = rest.lstrip()
            break
        else:
            return None
    return (options, rest) if _KEY.match(rest) else None
