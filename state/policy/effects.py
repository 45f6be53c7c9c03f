"""What a shell line can do that is hard to undo, seen from outside or secret: effects by name, never a verdict.

`state.policy.programs.EFFECTS` is the whole vocabulary. Text inside quotes is no command, so a commit message that
says "rm -rf" has no effect. The line is read once; where it cannot be known what runs, the effect is `opaque`.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from state.policy.code import UNREAD as UNREAD_CODE
from state.policy.code import code_of, hidden
from state.policy.command import Command, commands, cut
from state.policy.files import written_effect
from state.policy.flows import flows, gives_secret
from state.policy.followed import resolved
from state.policy.forges import merges
from state.policy.git import git_effects
from state.policy.leaks import DOWNLOADS, method, reads_secret, sends
from state.policy.loaded import loaded, runs_loaded
from state.policy.named import named
from state.policy.places import deletes, outside
from state.policy.programs import HARMLESS
from state.policy.scripted import UNREAD, runs
from state.policy.sql import SQL_CLIENTS, destroys, sql_of
from state.policy.tabled import positional, script_of, tabled
from state.policy.told import listens, opens_shell, runs_told, stops_headgate, unguards
from state.policy.variables_set import AGENTS, env_effects, sets_home


def effects(line: str, top: str | None = None) -> tuple[str, ...]:
    """Give the effects of a shell line, each once, first met first; `top` is the directory that the run may change."""
    names: dict[str, None] = {"opaque": None} if cut(line) else {}
    names.update((name, None) for name, _ in found(commands(line), top))
    return tuple(names)


def found(ran: Iterable[Command], top: str | None) -> Iterator[tuple[str, Sequence[Command]]]:
    """Give each effect of a line's commands, with the command or the pipeline that has it, some more than once."""
    pipeline: list[Command] = []
    files: set[str] = set()
    copies: set[str] = set()
    moved_home = False
    for one in ran:
        if moved_home and one.name in AGENTS:
            yield "agent.unguarded", (one,)
        moved_home = moved_home or sets_home(one)
        for name in _of(one, top):
            if not one.script or name not in _UNSURE:
                yield name, (one,)
        if files and runs_loaded(one, files):
            yield "exec.remote", (one,)
        if one.name in DOWNLOADS:
            files.update(loaded(one))
        if one.script:
            continue
        if copies and sends(one.words or ("",)) and any(copy in word for word in one.words for copy in copies):
            yield "secrets.send", (one,)
        if one.written and one.words and gives_secret(one):
            copies.update(one.written)
        pipeline.append(one)
        if one.join != "|":
            for name in flows(pipeline, top):
                yield name, pipeline
            pipeline = []
    for name in flows(pipeline, top):
        yield name, pipeline


_UNSURE = frozenset({"opaque", "opaque.code", "fs.delete.unknown", "env.program"})
"""What is not said of a script that was there before: its own words only mean something while it runs."""
_RAISING = frozenset({"run0", "sudo", "doas", "pkexec", "nsenter", "chroot", "gosu", "su-exec"})


def _of(one: Command, top: str | None) -> Iterator[str]:
    """Give the effects of one command on its own."""
    if _RAISING & {*one.carriers, one.name}:
        yield "sys.privilege"
    for target in one.written:
        yield from written_effect(resolved(one.place, target), top)
    if one.sets or one.name in ("export", "unset", "declare", "readonly"):
        yield from env_effects(one)
    if one.opaque:
        yield "opaque"
        return
    words = one.words
    if not words:
        yield from deletes(one, top)
    if not words or _only_says(words):
        return
    yield from tabled(words)
    if runs_told(one):
        yield "opaque"
    yield from (name for asks, name in _ASKED if asks(one))
    yield from _of_code(one)
    if one.name == "git":
        yield from git_effects(words[1:])
    yield from deletes(one, top)
    yield from _of_files(one, top)
    yield from _clouds(words)
    if one.name in SQL_CLIENTS and any(destroys(text) for text in sql_of(one)):
        yield "sql.destroy"
    if reads_secret(one):
        yield "secrets.read"
    if sends(words):
        yield "net.send"
    name, rest = script_of(words)
    if name in ("pip", "pip3", "npm") and _adds((name, *rest)):
        yield "pkg.add"


_ASKED = (
    (opens_shell, "net.shell"),
    (listens, "net.listen"),
    (stops_headgate, "self.tamper"),
    (unguards, "agent.unguarded"),
)


def _only_says(words: Sequence[str]) -> bool:
    """Say whether a command only tells what it would do, or how it is used."""
    some = HARMLESS & set(words[1:3])
    return bool(some - _MEAN_MORE) or (bool(some) and words[0] in _LISTS) or words[-1] == "-h"


_MEAN_MORE = frozenset({"-h", "-l", "--list"})
"""Options that list or help in some programs, and name a host or a user's shell in others."""
_LISTS = named("git crontab launchctl systemctl npm docker kubectl helm tmux fdisk parted ufw atq brew pip")


def _of_code(one: Command) -> Iterator[str]:
    """Give `opaque` for a program's text that may act in a way nobody sees, `opaque.code` for any other."""
    if UNREAD in runs(one) or (
        one.name in _CONSOLES and {"-c", "-command", "/c", "-enc", "-e"} & {*map(str.lower, one.words[1:2])}
    ):
        yield "opaque"
    elif (code := code_of(one.name, one.words, one.fed)) is not None:
        yield "opaque" if hidden(code) or one.name in UNREAD_CODE else "opaque.code"


_CONSOLES = ("pwsh", "powershell", "cmd")


def _of_files(one: Command, top: str | None) -> Iterator[str]:
    words, at = one.words, one.place
    match one.name:
        case "dd":
            yield from ("fs.device" for word in words if word.startswith("of=/dev/") and word != "of=/dev/null")
        case "mkfs" | "wipefs" | "fdisk" | "parted" | "sgdisk":
            yield "fs.device"
        case name if name.startswith("mkfs."):
            yield "fs.device"
        case "chmod":
            if any(word in ("777", "0777", "a+rwx", "o+w", "a+w", "666", "o+rwx") for word in words[1:]):
                yield "fs.open"
        case "chown" | "chgrp":
            if any(outside(resolved(at, word), top) for word in words[2:]):
                yield "sys.write"
        case "rsync":
            if any(word.startswith("--delete") for word in words):
                yield "fs.mirror"
        case "tee":
            for word in words[1:]:
                yield from written_effect(resolved(at, word), top)
        case "cp" | "mv" | "ln" | "install":
            yield from written_effect(resolved(at, words[-1]), top)
        case "mount":
            if any(word[:1] != "-" for word in words[1:]):
                yield "sys.write"
        case "rm" | "unlink" | "truncate":
            yield from ("self.tamper" for word in words[1:] if "self.tamper" in written_effect(resolved(at, word), top))
        case _:
            return


def _clouds(words: Sequence[str]) -> Iterator[str]:
    """Judge the command lines of clouds by their verbs, which are many and regular."""
    name, rest = words[0], words[1:]
    if merges(words):
        yield "forge.merge"
    if name in ("gh", "glab") and rest[:1] == ("api",):
        yield from {"DELETE": ("infra.destroy",), "": (), "GET": ()}.get(method(rest), ("net.send",))
    if name in ("kubectl", "helm", "oc", "k9s", "flux", "argocd") and _in_production(rest):
        yield "infra.prod"
    if name not in ("aws", "gcloud", "az", "doctl", "ibmcloud", "oci"):
        return
    verbs = positional(rest)[:5]
    if any(verb == "delete" or verb.startswith(("delete-", "terminate-", "purge-", "destroy")) for verb in verbs):
        yield "infra.destroy"
    elif any(verb in ("create", "update", "set") or verb.startswith(_CHANGES) for verb in verbs):
        yield "infra.apply"


_CHANGES = ("create-", "put-", "update-", "modify-", "run-instances", "attach-", "detach-", "set-", "stop-", "reboot-")


def _in_production(words: Sequence[str]) -> bool:
    named = (words[at + 1] for at, word in enumerate(words[:-1]) if word in ("--context", "-n", "--namespace"))
    joined = (word.partition("=")[2] for word in words if word.startswith(("--context=", "--namespace=")))
    return any(re.search(r"\bprod", word) for word in (*named, *joined))


def _adds(words: Sequence[str]) -> bool:
    """Say whether pip or npm is told to add a package that its lists do not name."""
    plain = [word for word in words[1:] if word[:1] != "-"]
    if not plain or plain[0] not in ("install", "i", "add"):
        return False
    lists = any(word in ("-r", "-e", "--requirement", "--editable") for word in words)
    return not lists and any(not word.startswith((".", "/")) for word in plain[1:])
