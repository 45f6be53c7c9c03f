"""The ground that a call stands on: where a path leads, followed through links, and what writing or reading it is."""

import os
import posixpath
import stat

from state.policy.files import written_effect
from state.policy.own import is_own, is_policy
from state.policy.places import outside
from state.policy.scripts import LONGEST
from state.policy.secret_files import is_secret

_NOWHERE = ("/dev/null", "/dev/stdout", "/dev/stderr", "/dev/tty", "/dev/stdin", "/dev/fd/", "/dev/zero", "/dev/full")
_TEMPORARY = ("/tmp/", "/var/tmp/", "/private/tmp/", "/dev/shm/", "/var/folders/")
_PROGRAMS = (b"\x7fELF", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe", b"MZ")
_OPEN = ("$", "`")


class Ground:
    """Where a call would run (`cwd`) and the directory that it may change (`top`), both without links."""

    __slots__ = ("_links", "cwd", "top")

    def __init__(self, cwd: str, worktree: str | None) -> None:
        """Take `cwd` for the run's directory where it has none, unless that is a root or a home."""
        self._links: dict[str, str] = {}
        self.cwd = posixpath.realpath(cwd) if cwd.startswith("/") else ""
        homes = {"", "/", posixpath.realpath(posixpath.expanduser("~"))}
        top = posixpath.realpath(worktree) if worktree else self.cwd
        self.top: str | None = None if top in homes and not worktree else top

    def absolute(self, path: str) -> str:
        """Give a path from the root; one that an expansion begins stays as it is."""
        if path.startswith(_OPEN):
            return path
        if path[:1] == "~":
            path = posixpath.expanduser(path)
        return posixpath.normpath(posixpath.join(self.cwd, path))

    def leads(self, path: str) -> tuple[str, ...]:
        """Give the path from the root, and where links lead it if that is elsewhere."""
        plain = self._linked(self.absolute(path))
        if not plain.startswith("/") or "\0" in plain or len(plain) > 4096:
            return (plain,)
        try:
            real = posixpath.realpath(plain)
        except (OSError, ValueError):
            return (plain,)
        return (plain,) if real == plain else (plain, real)

    def link(self, name: str, target: str) -> None:
        """Take note that the call itself makes `name` a link to `target`."""
        name, target = self.absolute(name), self.absolute(target)
        self._links[name] = target

    def _linked(self, path: str) -> str:
        for name, target in self._links.items():
            if path == name or path.startswith(f"{name}/"):
                return target + path[len(name) :]
        return path

    def inside(self, path: str) -> bool:
        """Say whether an absolute path lies in the run's directory."""
        return self.top is not None and (path == self.top or path.startswith(f"{self.top.rstrip('/')}/"))

    def written(self, path: str, plan: bool = False) -> list[str]:
        """Give the effects of writing to a path: those of where it says, and of where it leads."""
        found: list[str] = []
        for place in self.leads(path):
            found += [name for name in self._written(place, plan) if name not in found]
        if len(found) > 1 and "fs.write" in found:
            found.remove("fs.write")
        return found

    def _written(self, path: str, plan: bool) -> list[str]:
        if path.startswith(_NOWHERE):
            return []
        if path.startswith(_OPEN):
            return ["fs.write.unknown"]
        special = list(dict.fromkeys(written_effect(path, self.top)))
        if is_policy(path) and "policy.write" not in special:
            special.append("policy.write")
        if is_own(path) and "self.tamper" not in special:
            special.append("self.tamper")
        if special:
            return special
        if self.inside(path):
            return ["plan.write"] if plan else ["fs.write"]
        if f"{path}/".startswith(_TEMPORARY):
            return ["fs.write.temp"]
        return ["fs.write.outside"] if outside(path, self.top) else ["fs.write"]

    def read(self, path: str) -> list[str]:
        """Give the effects of reading a path."""
        return ["secrets.read"] if any(map(is_secret, self.leads(path))) else ["fs.read"]

    def load(self, path: str) -> str | None:
        """Give a script's text; "" where there is no such file or it is a program, None where it cannot be read."""
        for place in self.leads(path)[-1:]:
            try:
                if not stat.S_ISREG(os.stat(place).st_mode):  # noqa: PTH116 - pathlib costs the hook milliseconds
                    return None
                with open(place, "rb") as file:  # noqa: PTH123  (pathlib costs the hook milliseconds)
                    text = file.read(LONGEST + 1)
            except FileNotFoundError:
                return ""
            except (OSError, ValueError):
                return None
            if len(text) > LONGEST:
                return None
            if b"\0" in text:
                return "" if text.startswith(_PROGRAMS) else None
            return text.decode("utf-8", "replace")
        return None
