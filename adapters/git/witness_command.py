"""What may be asked of git on the way to a remote and back: one branch of checkpoints, and nothing by force.

It runs with a git directory of Headgate's own, so that of the repository's configuration only the remote's address is
used, which was read before; the user's own settings are, because they know the way to the remote (keys, proxies).
"""

import os
from collections.abc import Mapping, Sequence

from adapters.git.command import SETTINGS, Place, program, worded
from state.ledger.checkpoint import BRANCHES

_PROTOCOLS = "file:git:http:https:ssh"
"""No `ext::`, which is a command line: https://git-scm.com/docs/git-remote-ext."""
_HANDED_ON = ("HOME", "XDG_CONFIG_HOME", "SSH_AUTH_SOCK", "USER", "LOGNAME", "http_proxy", "https_proxy", "no_proxy")
_RECEIVING = "--receive-pack=git -c core.hooksPath=/dev/null receive-pack"
"""A remote on this disk may be a repository that an agent writes, with its hooks."""
_FETCH = (
    "--quiet",
    "--no-tags",
    "--no-write-fetch-head",
    "--no-auto-maintenance",
    "--no-recurse-submodules",
    "--refmap=",
)
_PUSH = ("--quiet", "--no-verify", "--no-signed", "--no-follow-tags", "--recurse-submodules=no")


def sending(place: Place, args: Sequence[str]) -> list[str]:
    """Give the command line of `push ADDRESS COMMIT:BRANCH` or `fetch ADDRESS REFSPEC`, or refuse anything else."""
    if len(args) != 3 or args[0] not in ("push", "fetch") or args[1].startswith("-"):
        raise ValueError(f"git {' '.join(args[:1])} is no way to a remote")
    verb, address, spec = args
    source, _, target = spec.partition(":")
    # What is fetched by force lands in our own directory; nothing is ever pushed so.
    branch = source.removeprefix("+") if verb == "fetch" else "" if source.startswith("+") else target
    if not branch.startswith(BRANCHES):
        raise ValueError(f"{spec} is no checkpoint")
    local = (_RECEIVING,) if verb == "push" and address.startswith(("/", "file:")) else ()
    flags = (*_PUSH, *local) if verb == "push" else _FETCH
    settings = (*SETTINGS, "fetch.fsckObjects=true", "gc.auto=0", "submodule.recurse=false", *place.settings)
    return [program(place), "--no-pager", *worded(settings), verb, *flags, "--", address, spec]


def way_out(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Give the variables by which git finds the user's own way to a remote; nothing may ask at the terminal."""
    own = {name: environment[name] for name in _HANDED_ON if name in environment}
    return {**own, "GIT_ALLOW_PROTOCOL": _PROTOCOLS, "GIT_SSH_COMMAND": "ssh -oBatchMode=yes", "GIT_ASKPASS": ""}
