"""The ordinary effects of one command: what it reads, writes, builds or fetches; `unknown` where no table knows it."""

import re
from collections.abc import Iterator, Sequence

from state.policy.command import Command
from state.policy.followed import resolved
from state.policy.git import GIT_VALUES, PUSHES
from state.policy.ground import Ground
from state.policy.known import (
    AGENTS,
    FORGE_READS,
    FORGES,
    GIT_NETWORK,
    GIT_READS,
    GIT_WRITES,
    INSTALLS,
    NETWORK,
    PROJECT,
    READERS,
    SILENT,
    WRITERS,
)
from state.policy.named import named
from state.policy.programs import BY_PROGRAM
from state.policy.targets import targets
from state.policy.wrappers import past

_REMOTE = frozenset({"ssh", "scp", "sftp", "mosh"})
_CLOUDS = frozenset(
    {"aws", "gcloud", "az", "doctl", "heroku", "fly", "flyctl", "vercel", "netlify", "wrangler", "gsutil"}
)


def ordinary(one: Command, ground: Ground) -> Iterator[tuple[str, str]]:
    """Give each ordinary effect of a command, with the path or the words that have it."""
    for path in one.written:
        yield from ((name, f"> {path}") for name in ground.written(resolved(one.place, path)))
    for path in one.read:
        yield from ((name, f"< {path}") for name in ground.read(resolved(one.place, path)))
    if one.words and not one.opaque:
        said = " ".join(one.words)
        yield from ((name, said) for name in _of_program(one, ground))
        yield from _of_files(one, ground)
        yield from _at_own(one, ground)


_ONLY_READ = named(
    "ls ll cat bat head tail less more grep egrep fgrep rg ag tree stat file du df wc diff cmp comm md5sum sha256sum cd"
    " pushd echo printf test [ [[ jq readlink realpath basename dirname cut tr nl tac od hexdump strings column lsof"
)
"""Programs that write nothing but their output, whatever their words are; `rm`, `cp` and such are judged by targets."""
_WITHIN = re.compile(r"(?:~|\$HOME|\$\{HOME\}|\.{1,2})?/[^\s'\"=<>|;:,()]{1,4096}")


def _at_own(one: Command, ground: Ground) -> Iterator[tuple[str, str]]:
    """Give `self.tamper` for a program that could write where Headgate keeps its records, however its words say so.

    Options that name an output are without number, and so are the programs; what only reads is not.
    """
    from state.policy.own import keeps_own

    name, words = one.name, one.words
    if name in _ONLY_READ or _only_reads(name, words):
        return
    for word in words[1:]:
        told = [word, word.partition("=")[2], *_WITHIN.findall(word)]
        if word[:1] == "-" and word[1:2] != "-":
            told.append(word[2:])
        for path in told:
            path = path.replace("${HOME}", "~").replace("$HOME", "~")
            if path and any(keeps_own(place) for place in ground.leads(resolved(one.place, path))):
                yield "self.tamper", f"{name} {word}"
                return


def _only_reads(name: str, words: Sequence[str]) -> bool:
    """Say whether a program that may write is told to read: `cp`'s target is judged already, but a link is a way in."""
    if name == "cp":
        return not any(word[:1] == "-" and {"l", "s"} & {*word.strip("-")[:4]} for word in words[1:])
    return (name == "find" and not _FIND_ACTS & {*words}) or (name == "sqlite3" and "-readonly" in words)


def _leads_home(plain: Sequence[str], one: Command, ground: Ground) -> Iterator[tuple[str, str]]:
    """Give `self.tamper` for a link to a directory that holds Headgate's own: the next call could go through it."""
    from state.policy.own import keeps_below

    for word in plain[:-1] or plain:
        if any(keeps_below(place) for place in ground.leads(resolved(one.place, word))):
            yield "self.tamper", f"{one.name} {word}"


_FIND_ACTS = named("-delete -exec -execdir -ok -okdir -fprint -fprintf -fprint0 -fls")


def _of_program(one: Command, ground: Ground) -> Iterator[str]:
    name = one.name
    plain = (
        name.rstrip("0123456789.")
        if name.startswith(("python", "pypy", "pip", "node", "ruby", "php", "clang"))
        else name
    )
    if name == "git":
        yield from _git(one.words)
    elif (
        (name == "sed" and any(word.startswith(("-i", "--in-place")) for word in one.words[1:]))
        or name in SILENT
        or name in WRITERS
    ):
        yield from ()
    elif name in READERS:
        yield "fs.read"
    elif name in NETWORK:
        yield "net.get"
    elif name in FORGES:
        yield "net.get" if {*one.words[1:4]} & FORGE_READS else "forge.write"
    elif name in AGENTS:
        yield "agent.spawn"
    elif name in _REMOTE:
        yield "net.remote"
    elif name in _CLOUDS:
        yield "net.get"
    elif one.words[1:2] and one.words[1] in INSTALLS.get(name, ()):
        yield "pkg.install"
    elif plain in PROJECT or _of_project(one, ground):
        yield "exec.project"
    elif name not in BY_PROGRAM and not one.script:
        yield "unknown"


def _of_project(one: Command, ground: Ground) -> bool:
    """Say whether a program lies in the run's own directory."""
    if "/" not in one.program:
        return False
    path = ground.absolute(resolved(one.place, one.program))
    return ground.inside(path)


def _git(words: Sequence[str]) -> Iterator[str]:
    at = past(words, 1, GIT_VALUES)
    verb = words[at] if at < len(words) else "help"
    if verb in GIT_READS or _only_lists(verb, words[at + 1 :]):
        yield "vcs.read"
    elif verb in PUSHES or words[at : at + 2] == ("subtree", "push"):
        lease = any(word.startswith("--force-with-lease") for word in words)
        yield "git.push.lease" if lease else "git.push"
    elif verb in GIT_NETWORK:
        yield from ("net.get", "vcs.write")
    elif verb in GIT_WRITES:
        yield "vcs.write"
    else:
        yield "unknown"


def _only_lists(verb: str, rest: Sequence[str]) -> bool:
    """Say whether a verb that could change something only shows it."""
    if verb in ("branch", "tag", "remote"):
        return all(word in _LISTING for word in rest)
    if verb in ("stash", "worktree", "notes", "bundle"):
        return rest[:1] in (("list",), ("show",), ("verify",))
    if verb in ("config", "reflog"):
        return not rest or rest[0].startswith(("--get", "--list", "-l", "get", "list", "show"))
    return verb == "bisect" and rest[:1] in (("log",), ("view",))


_LISTING = named("-a -r -v -vv --all --list --show-current --remotes -l --no-color")


def _of_files(one: Command, ground: Ground) -> Iterator[tuple[str, str]]:
    name, words = one.name, one.words
    plain = [word for word in words[1:] if word[:1] != "-"]
    if name in ("rm", "rmdir", "unlink", "shred", "mv"):
        gone = plain[:-1] if name == "mv" else plain
        yield from (pair for word in gone for pair in _gone(word, one, ground))
    elif name == "find" and "-delete" in words:
        starts = [word for at, word in enumerate(words[1:], 1) if word[:1] not in "-(!" and words[at - 1][:1] != "-"]
        yield from (pair for word in starts[:5] for pair in _gone(word, one, ground))
    for word in targets(one):
        yield from ((effect, f"{name} {word}") for effect in ground.written(resolved(one.place, word)))
    if name == "ln" or (name == "cp" and not _only_reads(name, words)):
        yield from _leads_home(plain, one, ground)
    if name == "ln" and len(plain) > 1:
        ground.link(resolved(one.place, plain[-1]), resolved(one.place, plain[0]))


def _gone(word: str, one: Command, ground: Ground) -> Iterator[tuple[str, str]]:
    from state.policy.own import holds_own

    path = ground.absolute(resolved(one.place, word))
    why = f"{one.name} {word}"
    if path.startswith(("$", "`")):
        yield "fs.delete", why
        return
    for effect in ground.written(path):
        yield (
            {"fs.write": "fs.delete", "fs.write.temp": "fs.delete.temp", "fs.write.outside": "fs.lose.outside"}.get(
                effect, effect
            ),
            why,
        )
    if any(holds_own(place) for place in ground.leads(path)):
        yield "self.tamper", why
