"""Says which calls may go without being judged, because nothing that holds could speak of them. Standard library only.

A plain read is a reading tool on files of its own work tree, or on none, by a name that promises no secret: these alone
pass where nothing can be known. A benign line is one of `state.policy.benign`. What is neither is not denied for that:
it is judged.
"""

import posix
import time

from adapters.hook import standing
from state.gate_files import Budget, Fleet, RunFile
from state.policy.benign import plainly_benign
from state.policy.call import Call
from state.policy.quick import may_pass

_SUSPECT = (
    *("secret", "credential", "passw", "token", "private", "id_rsa", "id_dsa", "id_ecdsa", "id_ed25519", "kubeconfig"),
    *(".pem", ".key", ".p12", ".pfx", ".jks", ".kdbx", "netrc", "pgpass", "tfstate", "htpasswd", "_key", "apikey"),
)
_EFFECTS = frozenset(("fs.read", "fs.write", "vcs.read", "vcs.write", "exec.project"))
"""All that a benign line and a plain read can do: a policy that has a rule on one of these is asked."""
_LINK, _KIND = 0o120000, 0o170000


def plain_read(call: Call, worktree: str | None) -> bool:
    """Say whether a call only reads ordinary files of its work tree."""
    return call.kind == "read" and call.command is None and all(_plain(path, call.cwd, worktree) for path in call.paths)


def benign(call: Call, worktree: str | None) -> bool:
    """Say whether a call is a shell line of the closed list of harmless ones, which runs in its own work tree."""
    if call.kind != "shell" or call.command is None or worktree is None:
        return False
    return f"{call.cwd}/".startswith(f"{worktree}/") and plainly_benign(call.command, worktree)


def unhindered(call: Call, house: str | None, fleet: Fleet | None, run: RunFile | None) -> bool:
    """Say whether nothing that holds for the run could speak of a plain call. Raises `Unknown`.

    Where no house knows the run, the shipped policy holds, which has no rule on such calls.
    """
    if house is None or fleet is None:
        return True
    if fleet["frozen"] is not None or (run is not None and (run["frozen"] is not None or run["halted"] is not None)):
        return False
    if run is not None and (budget := run.get("budget")) is not None and _used_up(budget):
        return False
    policy = standing.policy_of(house, (run or fleet)["policy"])
    if any(not _EFFECTS.isdisjoint(rule["when"].get("effects", ())) for rule in policy["rules"]):
        return False
    began = None if run is None else run["began"]
    minutes = None if began is None else (time.time() - began) / 60
    return may_pass(policy, run, call.tool, call.paths, call.command, minutes)


def _used_up(budget: Budget) -> bool:
    """Say whether a run's budget may be used up: what a core counted may be older than the log's end."""
    if budget["left"] <= 0 or budget["log"] is None:
        return budget["left"] <= 0
    from adapters.hook.budget import used_up

    return used_up(budget)


def _plain(path: str, cwd: str, worktree: str | None) -> bool:
    whole = path if path.startswith("/") else f"{cwd}/{path}"
    lowered = whole.lower()
    if worktree is None or not f"{whole}/".startswith(f"{worktree}/") or any(word in lowered for word in _SUSPECT):
        return False
    below = whole[len(worktree) :].strip("/")
    step = worktree
    for name in below.split("/") if below else ():
        if name.startswith(".") or "\\" in name or not name.isprintable():
            return False
        step = f"{step}/{name}"
        try:
            if posix.lstat(step).st_mode & _KIND == _LINK:
                return False
        except (OSError, ValueError):
            return not any(mark in below for mark in "*?[{") or ".." not in below
    return True
