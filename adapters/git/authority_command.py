"""What may be asked of git in the authority store, and on the way into and out of it. Nothing is started here.

Each of these commands runs with a git directory of Headgate's own, so that no configuration, hook or attribute of a
repository is in force; the one exception moves a branch of the user's repository, and runs no hook.
"""

import shlex
from collections.abc import Sequence

from adapters.git.command import SETTINGS, Place, program, worded

_DIFF = ("--no-ext-diff", "--no-textconv", "--no-color", "--ignore-submodules=none", "--full-index")
_FETCH = (
    "--quiet",
    "--no-tags",
    "--no-write-fetch-head",
    "--no-auto-maintenance",
    "--no-recurse-submodules",
    "--no-write-commit-graph",
    "--no-prune",
    "--refmap=",
)

HOLDS: dict[str, tuple[str, ...]] = {
    "fetch": _FETCH,
    "merge-tree": ("--write-tree",),
    "merge-base": (),
    "rev-list": (),
    "rev-parse": (),
    "for-each-ref": (),
    "diff-tree": ("-r", *_DIFF),
    "diff": _DIFF,
    "patch-id": ("--verbatim",),
    "range-diff": ("--no-color",),
    "ls-tree": ("--full-tree",),
    "ls-files": (),
    "cat-file": (),
    "check-attr": (),
    "commit-tree": (),
    "update-ref": ("--no-deref",),
    "update-index": (),
    "read-tree": (),
    "checkout-index": (),
}
"""The commands that the store and the delivery need, and the flags that they always get. A `.gitmodules` that wants a
submodule ignored is not asked."""

_OLD_SLIPS = (
    "badTimezone",
    "missingSpaceBeforeDate",
    "missingSpaceBeforeEmail",
    "missingNameBeforeEmail",
    "missingEmail",
    "badName",
    "badFilemode",
    "zeroPaddedFilemode",
    "nullSha1",
)
"""What old programs got wrong and history keeps; it hides nothing, and to refuse it would refuse whole projects."""

_OWN = (
    "protocol.file.allow=always",
    "fetch.fsckObjects=true",
    "transfer.fsckObjects=true",
    *(f"fetch.fsck.{slip}=ignore" for slip in _OLD_SLIPS),
    "core.alternateRefsCommand=true",
    "core.attributesFile=/dev/null",
    "core.looseCompression=1",
    "gc.auto=0",
    "maintenance.auto=false",
    "submodule.recurse=false",
    "merge.renames=true",
    "merge.directoryRenames=conflict",
    "merge.renormalize=false",
    "merge.conflictStyle=merge",
)
"""What decides how a merge ends is fixed at git's own defaults."""


def holding(place: Place, args: Sequence[str]) -> list[str]:
    """Give the command line in a git directory of Headgate's own, or refuse: that is a mistake of Headgate's."""
    if not place.shadow or args[0] not in HOLDS:
        raise ValueError(f"git {args[0]} is not let through in the authority store")
    own = worded((*SETTINGS, *_OWN, *place.settings))
    return [program(place), "--no-pager", "--literal-pathspecs", *own, args[0], *HOLDS[args[0]], *args[1:]]


def moving(place: Place, args: Sequence[str]) -> list[str]:
    """Give the command line that moves a branch of the user's repository by compare-and-swap: REF NEW OLD MESSAGE."""
    ref, new, old, message = args[1:]
    if args[0] != "update-ref" or not ref.startswith("refs/heads/") or not old.strip("0"):
        raise ValueError(f"git {args[0]} {ref} moves no branch by compare-and-swap")
    own = worded((*SETTINGS, "gc.auto=0", "maintenance.auto=false", *place.settings))
    return [program(place), "--no-pager", *own, "update-ref", "--no-deref", "-m", message, ref, new, old]


def sender(place: Place) -> str:
    """Give the program that sends objects out of a repository, as git's shell runs it; source: git-fetch(1).

    Git empties its environment on the way to it, so what keeps replaced, grafted and shallow history and a forged graph
    out of force is said again here. Who may read the repository was decided when it was found.
    """
    own = (*SETTINGS, "uploadpack.allowAnySHA1InWant=true", "uploadpack.allowFilter=false", "safe.directory=*")
    words = [program(place), *worded(own), "upload-pack", "--strict"]
    return f"GIT_NO_REPLACE_OBJECTS=1 GIT_GRAFT_FILE=/dev/null GIT_SHALLOW_FILE= {shlex.join(words)}"
