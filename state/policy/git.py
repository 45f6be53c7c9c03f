"""What a git command can lose, rewrite or run; source: the manual pages of git 2.45."""

from collections.abc import Iterator, Sequence

PUSHES = frozenset({"push", "send-pack", "http-push"})
GIT_VALUES = frozenset({"-C", "-c", "--git-dir", "--work-tree", "--namespace", "--exec-path", "--config-env"})
_MAIN = frozenset({"main", "master", "trunk", "production", "release"})
_RUNS = (
    "core.hookspath",
    "core.fsmonitor",
    "core.sshcommand",
    "core.gitproxy",
    "core.pager",
    "core.editor",
    "core.askpass",
    "core.alternaterefscommand",
    "core.worktree",
    "sequence.editor",
    "credential.",
    "filter.",
    "diff.external",
    "gpg.program",
    "gpg.ssh.",
    "include.path",
    "includeif.",
    "protocol.ext.",
    "uploadpack.",
    "remote.",
    "pager.",
    "interactive.difffilter",
    "init.templatedir",
)
_DRIVERS = (".cmd", ".path", ".command", ".textconv", ".driver", ".process")
_PLAIN = frozenset({"cat", "less", "true", ":", "vi", "vim", "nano", "code --wait", "false", ""})
"""Values that make git run nothing of note."""
_TOLD = ("--upload-pack", "--receive-pack", "--exec=", "--extcmd", "--open-files-in-pager", "-O", "-x", "--template")


def git_effects(words: Sequence[str]) -> Iterator[str]:
    """Give the effects of git with these words behind its name."""
    at = 0
    while at < len(words) and words[at].startswith("-"):
        at += 2 if words[at] in GIT_VALUES else 1
    verb, rest = (words[at], words[at + 1 :]) if at < len(words) else ("", ())
    if _runs_more(words[:at]) or _is_told(verb, rest):
        yield "git.program"
    flags = {word for word in rest if word.startswith("-")}
    plain = [word for word in rest if not word.startswith("-")]
    if {"--dry-run", "-n"} & flags and verb in ("push", "clean", "reflog", "add", "rm", "prune"):
        return
    if "--no-verify" in flags or (verb == "commit" and _short(flags, "n")):
        yield "checks.skipped"
    if verb == "subtree" and plain[:1] == ["push"]:
        verb, plain = "push", plain[1:]
    if verb in PUSHES:
        yield from _push(flags, plain)
    elif verb == "config":
        if not _asks(flags, plain) and any(
            _loads(word, value) for word, value in zip(plain, (*plain[1:], "?"), strict=False)
        ):
            yield "git.program"
    elif _discards(verb, flags, plain, rest):
        yield "git.discard"
    elif _rewrites(verb, flags, plain):
        yield "git.history"
    elif _drops_ref(verb, flags):
        yield "git.ref.delete"
    elif _moves_ref(verb, flags, plain):
        yield "git.ref.move"


def _runs_more(options: Sequence[str]) -> bool:
    """Say whether an option before the verb makes git run another program: `-c key=value`, `--exec-path=…`."""
    for option, value in zip(options, (*options[1:], ""), strict=False):
        key, _, told = value.partition("=")
        if option == "-c" and _loads(key, told):
            return True
        if option in ("--exec-path", "--config-env") or option.startswith(("--exec-path=", "--config-env=")):
            return True
    return False


def _loads(key: str, value: str) -> bool:
    key = key.lower()
    if key.startswith("remote.") and not key.endswith((".uploadpack", ".receivepack", ".vcs")):
        return False
    runs = key.startswith(_RUNS) or (
        key.endswith(_DRIVERS) and key.startswith(("diff", "merge", "mergetool", "difftool"))
    )
    return runs and value not in _PLAIN and value.partition(" ")[0] not in ("cat", "less")


def _is_told(verb: str, rest: Sequence[str]) -> bool:
    """Say whether a verb is told a program: by an option, or by an address of the transport `ext`."""
    if any(word.startswith("ext::") for word in rest):
        return True
    told = any(word.startswith(_TOLD) for word in rest if word != "-x" or verb == "difftool")
    told = told or (verb == "clone" and _runs_more([("-c" if word == "--config" else word) for word in rest]))
    return told and verb in ("clone", "fetch", "pull", "push", "ls-remote", "grep", "difftool", "archive", "init")


def _moves_ref(verb: str, flags: set[str], plain: Sequence[str]) -> bool:
    """Say whether a branch that is named is moved to where it did not stand."""
    match verb:
        case "branch":
            return bool({"-f", "--force", "-M", "-C"} & flags)
        case "checkout" | "switch":
            return bool({"-B", "-C", "--force-create"} & flags)
        case "update-ref":
            return "-d" not in flags
        case "symbolic-ref":
            return len(plain) > 1
        case "fetch" | "pull":
            return any(_local(word) for word in plain[1:])
        case _:
            return False


def _local(ref: str) -> bool:
    """Say whether a fetch is told to write a branch of this repository, and not what it remembers of another."""
    _, sign, to = ref.partition(":")
    return (
        bool(sign and to) and "//" not in ref and "@" not in ref and not to.startswith(("refs/remotes/", "refs/tags/"))
    )


def _asks(flags: set[str], plain: Sequence[str]) -> bool:
    """Say whether `git config` only shows something."""
    return any(flag.startswith(("--get", "--list", "-l")) for flag in flags) or plain[:1] in (["get"], ["list"])


def _push(flags: set[str], plain: Sequence[str]) -> Iterator[str]:
    refs = plain[1:]
    forced = any(flag == "--force" or flag.startswith("--force=") or flag == "--mirror" for flag in flags)
    if forced or _short(flags, "f") or any(ref.startswith("+") for ref in refs):
        yield "git.push.force"
    if {"--delete", "--prune"} & flags or _short(flags, "d") or any(ref.startswith(":") for ref in refs):
        yield "git.ref.delete"
    if any(ref.lstrip("+").rpartition(":")[2].removeprefix("refs/heads/") in _MAIN for ref in refs):
        yield "git.push.main"
    if any(_made(ref.partition(":")[2]) for ref in refs):
        yield "opaque"


def _made(target: str) -> bool:
    """Say whether only a shell knows where a push goes, unless git itself names it."""
    return ("$(" in target or "`" in target) and not target.startswith(("$(git ", "`git "))


def _discards(verb: str, flags: set[str], plain: Sequence[str], rest: Sequence[str]) -> bool:
    match verb:
        case "reset":
            return bool({"--hard", "--merge"} & flags)
        case "clean":
            return "--force" in flags or _short(flags, "f")
        case "checkout" | "switch":
            forced = bool({"--force", "--discard-changes"} & flags) or _short(flags, "f")
            return forced or (verb == "checkout" and ("--" in rest or "." in plain))
        case "restore":
            staged = "--staged" in flags or _short(flags, "S")
            return not staged or "--worktree" in flags or _short(flags, "W")
        case "stash":
            return bool({"drop", "clear"} & set(plain[:1]))
        case "worktree":
            return plain[:1] == ["remove"] and ("--force" in flags or _short(flags, "f"))
        case _:
            return False


def _rewrites(verb: str, flags: set[str], plain: Sequence[str]) -> bool:
    return (
        verb in ("filter-branch", "filter-repo", "replace")
        or (verb == "reflog" and plain[:1] in (["expire"], ["delete"]))
        or (verb == "gc" and any(flag.startswith("--prune=") for flag in flags))
    )


def _drops_ref(verb: str, flags: set[str]) -> bool:
    hard = _short(flags, "D") or (bool({"-d", "--delete"} & flags) and bool({"-f", "--force"} & flags))
    return (verb == "branch" and hard) or (verb in ("tag", "update-ref") and bool({"-d", "--delete"} & flags))


def _short(flags: set[str], letter: str) -> bool:
    return any(letter in flag[1:] for flag in flags if not flag.startswith("--") and "=" not in flag)
