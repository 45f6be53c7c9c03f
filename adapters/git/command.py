"""What may be asked of git, and how: the allow-list, the command line and the environment. Nothing is started here.

The environment is made from scratch, because dozens of `GIT_*` variables of the parent would change what git does or
run a program; so are the settings that a repository could otherwise choose.
"""

import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from adapters.git import failure

SETTINGS = (
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.commitGraph=false",
    "core.untrackedCache=false",
    "protocol.allow=never",
)

READS: tuple[tuple[str, ...], ...] = (
    ("version",),
    ("rev-parse",),
    ("rev-list",),
    ("merge-base",),
    ("for-each-ref",),
    ("ls-tree",),
    ("cat-file", "blob"),
    ("cat-file", "commit"),
    ("cat-file", "tree"),
    ("worktree", "list"),
    ("config", "--null", "--show-scope", "--get-all"),
    ("config", "--null", "--show-scope", "--get-regexp"),
)
"""How a command that reads no work tree begins: in the tables of the measurements none of them runs a program."""

IN_SHADOW: Mapping[str, tuple[str, ...]] = {
    "status": ("--ignore-submodules=all", "--no-renames"),
    "diff": ("--no-ext-diff", "--no-textconv", "--ignore-submodules=all", "--no-renames"),
    "diff-index": ("--no-ext-diff", "--no-textconv", "--ignore-submodules=all", "--no-renames"),
    "diff-files": ("--no-ext-diff", "--no-textconv", "--ignore-submodules=all", "--no-renames"),
    "cat-file": (),
    "diff-tree": ("--no-ext-diff", "--no-textconv", "--no-renames"),
    "ls-files": (),
    "check-attr": (),
    "update-index": (),
    "merge-tree": ("--write-tree",),
}
"""Commands that need a git directory of Headgate's own, and the flags that they always get."""

KEEPS: Mapping[str, bool] = {"update-index": True, "write-tree": True, "commit-tree": True, "update-ref": False}
"""Commands by which a rescue is kept, and whether they need a git directory of Headgate's own. Their plumbing runs no
program that a repository names: a filter or hook would need a configuration, and there is none but ours."""
RESCUES = "refs/headgate/rescue/"
"""The only refs that Headgate writes in a repository that is not its own."""

_MAKES = frozenset({"init", "add", "commit", "worktree", "branch", "config"})


@dataclass(frozen=True, slots=True)
class Place:
    """Where a command looks: the directory it starts in, variables that name its git directory, and `-c` settings.

    `shadow` says that the git directory is Headgate's own. `user` lets the user's own and the system's settings be
    read, which only `config` needs.
    """

    directory: str
    variables: Mapping[str, str] = field(default_factory=dict[str, str])
    settings: tuple[str, ...] = ()
    shadow: bool = False
    user: bool = False


def git_directory(path: str, *, user: bool = False) -> Place:
    """Give the place of a git directory by its path, so that nothing is searched and no work tree is entered."""
    return Place(path, {"GIT_DIR": path}, user=user)


def reading(place: Place, args: Sequence[str]) -> list[str]:
    """Give the whole command line, or refuse what is not on the list: a mistake of Headgate's own, never of a user."""
    flags = IN_SHADOW.get(args[0], ()) if place.shadow else ()
    if not (place.shadow and args[0] in IN_SHADOW) and not any(tuple(args[: len(one)]) == one for one in READS):
        raise ValueError(f"git {args[0]} is not let through here")
    return [
        program(place),
        "--no-pager",
        "--literal-pathspecs",
        *worded((*SETTINGS, *place.settings)),
        args[0],
        *flags,
        *args[1:],
    ]


def worded(settings: Sequence[str]) -> list[str]:
    """Give settings as words of a command line."""
    return [word for setting in settings for word in ("-c", setting)]


def _search_path() -> str:
    """Give PATH without its relative entries: they would find a `git` in the agent's directory."""
    entries = os.environ.get("PATH", os.defpath).split(os.pathsep)
    return os.pathsep.join(entry for entry in entries if entry.startswith("/"))


def program(place: Place) -> str:
    """Name git's program. Raises `GitFailed` where there is none."""
    found = shutil.which("git", path=_search_path())
    if found is None:
        raise failure.missing(place.directory)
    return found


def environment(place: Place) -> dict[str, str]:
    """Give the whole environment of a reading command; nothing of the parent's but PATH and, on demand, its home."""
    environment = {
        "PATH": _search_path(),
        "LC_ALL": "C",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_ALLOW_PROTOCOL": "",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_PAGER": "cat",
    }
    if place.user:
        del environment["GIT_CONFIG_GLOBAL"], environment["GIT_CONFIG_NOSYSTEM"]
        environment |= {name: os.environ[name] for name in ("HOME", "XDG_CONFIG_HOME") if name in os.environ}
    return environment | dict(place.variables)


def keeping(place: Place, args: Sequence[str]) -> list[str]:
    """Give the command line of one step of a rescue, or refuse what is none: a mistake of Headgate's own."""
    outside = args[0] == "update-ref" and not args[1].startswith(RESCUES)
    if KEEPS.get(args[0]) is not place.shadow or outside:
        raise ValueError(f"git {args[0]} is no step of a rescue here")
    settings = (*SETTINGS, "commit.gpgSign=false", "core.sharedRepository=umask", *place.settings)
    return [program(place), "--no-pager", *worded(settings), *args]


def keeping_environment(place: Place) -> dict[str, str]:
    """Give its environment: nobody's name but Headgate's stands in what it commits."""
    own: dict[str, str] = {}
    for who in ("AUTHOR", "COMMITTER"):
        own |= {f"GIT_{who}_NAME": "Headgate", f"GIT_{who}_EMAIL": "rescue@headgate.invalid"}
    return environment(place) | own


_NOTES: tuple[tuple[str, ...], ...] = (
    ("hash-object", "-w", "--no-filters", "--stdin"),
    ("mktree", "-z", "--missing"),
    ("commit-tree",),
)


def noting(place: Place, args: Sequence[str]) -> list[str]:
    """Give the command line of one step of leaving a note; it is all plumbing, and no filter, hook or key is used."""
    from state.approval.noting import NOTES  # who looks for a repository alone needs none of it

    if not any(tuple(args[: len(one)]) == one for one in (*_NOTES, ("update-ref", NOTES))):
        raise ValueError(f"git {' '.join(args[:2])} is no step of a note")
    own = ("commit.gpgSign=false", "user.name=Headgate", "user.email=headgate@headgate.invalid")
    return [program(place), "--no-pager", *worded((*SETTINGS, *own, *place.settings)), *args]


def making(place: Place, args: Sequence[str]) -> list[str]:
    """Give the command line of a command that writes, or refuse what does not make a repository."""
    if not args or args[0] not in _MAKES or (args[0] == "worktree" and args[1:2] != ["add"]):
        raise ValueError(f"git {' '.join(args[:2])} is not a command that makes a repository")
    return [program(place), *worded((*SETTINGS, "commit.gpgSign=false", "maintenance.auto=false")), *args]


_PLANTS = (("worktree", "add", "--no-track"), ("worktree", "remove"), ("update-ref", "-d"))


def planting(place: Place, args: Sequence[str]) -> list[str]:
    """Give the command line of one that adds a worktree to the user's repository or takes an empty one away."""
    if not any(tuple(args[: len(one)]) == one for one in _PLANTS) or "--force" in args or "-f" in args:
        raise ValueError(f"git {' '.join(args[:2])} neither adds a worktree nor takes one away")
    own = ("maintenance.auto=false", "user.name=Headgate", "user.email=headgate@headgate.invalid")
    return [program(place), "--no-pager", *worded((*SETTINGS, *own, *place.settings)), *args]


def making_environment(place: Place, at: int | None) -> dict[str, str]:
    """Give the environment of a command that writes: no templates, a fixed author, and both dates `at` if given."""
    own = {"GIT_TEMPLATE_DIR": ""}
    for who in ("AUTHOR", "COMMITTER"):
        own |= {f"GIT_{who}_NAME": "Headgate demo", f"GIT_{who}_EMAIL": "demo@headgate.invalid"}
        own |= {} if at is None else {f"GIT_{who}_DATE": f"@{at} +0000"}
    return environment(place) | own
