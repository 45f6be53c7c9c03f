"""What a shell line can do that is hard to undo, seen from outside or secret: effects by name, never a verdict.

`state.policy.programs.EFFECTS` is the whole vocabulary. Text inside quotes is no command, so a commit message that
says "rm -rf" has no effect. The line is read once; where it cannot be known what runs, the effect is `opaque`.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from state.policy.code import code_of, hidden
from state.policy.command import SHELLS, Command, commands, cut, reads_input
from state.policy.files import written_effect
from state.policy.followed import resolved
from state.policy.git import git_effects
from state.policy.loaded import loaded, runs_loaded
from state.policy.places import deletes, gathered, outside
from state.policy.programs import BY_PROGRAM, HARMLESS, VALUES
from state.policy.secret_files import is_secret
from state.policy.sql import SQL_CLIENTS, destroys, sql_of
from state.policy.told import listens, opens_shell, runs_told, stops_headgate, unguards
from state.policy.variables_set import env_effects


def _set(names: str) -> frozenset[str]:
    return frozenset(names.split())


_READERS = _set(
    "cat less more head tail bat grep egrep fgrep rg ag awk gawk sed cp mv ln base64 base32 xxd od hexdump strings"
    " source . tar zip scp rsync openssl jq yq nl tac rev cut tr sort uniq paste join fold diff cmp comm column vim vi"
    " nano view iconv zcat gzip dd tee mapfile readarray read pr fmt expand split csplit install 7z curl wget git"
    " docker podman"
)
"""Programs that give on, copy or send what stands in the files they name."""
_DOWNLOADS = frozenset({"curl", "wget", "fetch", "http", "https", "xh", "aria2c"})
_INTERPRETERS = SHELLS | _set("python python3 node perl ruby php deno bun osascript pwsh eval source .")
_LOCAL = re.compile(r"(?:https?://)?(?:localhost|127\.\d|0\.0\.0\.0|\[::1\]|host\.docker\.internal)")
_SENDS = ("-d", "-F", "-T", "--data", "--form", "--upload-file", "--json", "--post-data", "--post-file", "--body")


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
    for one in ran:
        for name in _of(one, top):
            if not one.script or name not in _UNSURE:
                yield name, (one,)
        if files and runs_loaded(one, files):
            yield "exec.remote", (one,)
        if one.name in _DOWNLOADS:
            files.update(loaded(one))
        if one.script:
            continue
        if copies and _sends(one.words or ("",)) and any(copy in word for word in one.words for copy in copies):
            yield "secrets.send", (one,)
        if one.written and one.words and _secret(one):
            copies.update(one.written)
        pipeline.append(one)
        if one.join != "|":
            for name in _flows(pipeline, top):
                yield name, pipeline
            pipeline = []
    for name in _flows(pipeline, top):
        yield name, pipeline


_UNSURE = frozenset({"opaque", "opaque.code", "fs.delete.unknown", "env.program"})
"""What is not said of a script that was there before: its own words only mean something while it runs."""


_RAISING = frozenset({"sudo", "doas", "pkexec", "nsenter", "chroot", "gosu", "su-exec"})


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
    yield from _tabled(words)
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
    if _reads_secret(one):
        yield "secrets.read"
    if _sends(words):
        yield "net.send"
    name, rest = _script(words)
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
_LISTS = _set("git crontab launchctl systemctl npm docker kubectl helm tmux fdisk parted ufw atq brew pip")


def _of_code(one: Command) -> Iterator[str]:
    """Give `opaque` for a program's text that may act in a way nobody sees, `opaque.code` for any other."""
    if (one.name in ("awk", "gawk", "mawk") and any("system(" in word or '| "' in word for word in one.words)) or (
        one.name in _CONSOLES and {"-c", "-command", "/c", "-enc", "-e"} & {*map(str.lower, one.words[1:2])}
    ):
        yield "opaque"
    elif (code := code_of(one.name, one.words, one.fed)) is not None:
        yield "opaque" if hidden(code) else "opaque.code"


_CONSOLES = ("pwsh", "powershell", "cmd")


def _tabled(words: Sequence[str]) -> Iterator[str]:
    """Look a command up in the table: its verbs in order behind the options, or an option anywhere."""
    name, rest = _script(words)
    plain = _positional(rest[2:] if name == "redis-cli" and rest[:1] == ("-h",) else rest)
    for verbs, effect in BY_PROGRAM.get(name, ()):
        said = [verb for verb in verbs if not verb.startswith("-")]
        if plain[: len(said)] == said and all(verb in rest for verb in verbs if verb.startswith("-")):
            if name == "crontab" and list(rest[:1]) == ["-l"]:
                return
            yield effect
            return


def _script(words: Sequence[str]) -> tuple[str, Sequence[str]]:
    """See a script through its interpreter: `python manage.py flush` is manage.py's, `python -m twine` twine's."""
    rest = words[1:]
    if words[0].startswith(("python", "php", "ruby", "node")) and rest:
        if rest[0] == "-m" and len(rest) > 1:
            return rest[1], rest[2:]
        if not rest[0].startswith("-"):
            return rest[0].rsplit("/", 1)[-1], rest[1:]
    return words[0], rest


def _positional(words: Sequence[str]) -> list[str]:
    kept: list[str] = []
    skip = False
    for word in words[:40]:
        if skip:
            skip = False
        elif word.startswith("-"):
            skip = word in VALUES
        else:
            kept.append(word)
    return kept


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
        case "rm" | "unlink" | "truncate":
            yield from ("self.tamper" for word in words[1:] if "self.tamper" in written_effect(resolved(at, word), top))
        case _:
            return


def _clouds(words: Sequence[str]) -> Iterator[str]:
    """Judge the command lines of clouds by their verbs, which are many and regular."""
    name, rest = words[0], words[1:]
    if name in ("gh", "glab") and rest[:1] == ("api",):
        yield from {"DELETE": ("infra.destroy",), "": (), "GET": ()}.get(_method(rest), ("net.send",))
    if name in ("kubectl", "helm", "oc", "k9s", "flux", "argocd") and _in_production(rest):
        yield "infra.prod"
    if name not in ("aws", "gcloud", "az", "doctl", "ibmcloud", "oci"):
        return
    verbs = _positional(rest)[:5]
    if any(verb == "delete" or verb.startswith(("delete-", "terminate-", "purge-", "destroy")) for verb in verbs):
        yield "infra.destroy"
    elif any(verb in ("create", "update", "set") or verb.startswith(_CHANGES) for verb in verbs):
        yield "infra.apply"


_CHANGES = ("create-", "put-", "update-", "modify-", "run-instances", "attach-", "detach-", "set-", "stop-", "reboot-")


def _in_production(words: Sequence[str]) -> bool:
    named = (words[at + 1] for at, word in enumerate(words[:-1]) if word in ("--context", "-n", "--namespace"))
    joined = (word.partition("=")[2] for word in words if word.startswith(("--context=", "--namespace=")))
    return any(re.search(r"\bprod", word) for word in (*named, *joined))


def _reads_secret(one: Command) -> bool:
    if not _MAY_BE_SECRET.search(" ".join((*one.words, *one.read)).lower()):
        return False
    named = [*(_files_of(one.words) if one.name in _READERS else ()), *one.read]
    if one.name in ("git", "docker", "podman"):  # `git show HEAD:.env`, `docker run -v ~/.aws:/x`
        if one.name == "git" and not {"show", "cat-file", "blame", "grep", "archive"} & {*one.words[1:4]}:
            named = [*one.read]
        named = [piece for word in named for piece in word.split(":")]
    elif one.name in ("dd", *_DOWNLOADS):
        named = [word.partition("=")[2] if word.startswith("if=") else word for word in named if "://" not in word]
        if one.name in _DOWNLOADS:
            named = [word for at, word in enumerate(one.words[1:], 1) if one.words[at - 1] in ("-T", "--upload-file")]
    named += [word.partition("@")[2] for word in one.words[1:] if "@" in word and one.name in _DOWNLOADS]
    return any(is_secret(word) for word in named if word[:1] != "-")


_MAY_BE_SECRET = re.compile(
    r"\.e|id_|\.p|\.jks|keystore|\.key|netrc|credential|\.aws|\.kube|\.docker|hosts\.yml|\.ssh|gnupg|auth\.json|oauth_|environ|gcloud"
)
"""A quick look: what every name of `state.policy.secret_files` has in it."""


def _files_of(words: Sequence[str]) -> Sequence[str]:
    """Give the words behind a program without what a search or a filter looks for, which is its first."""
    if words[0] not in _LOOKS_FOR or any(word.startswith(("-e", "-f", "--reg", "--file")) for word in words[1:]):
        return words[1:]
    first = next((at for at, word in enumerate(words[1:], 1) if word[:1] != "-"), len(words))
    return (*words[1:first], *words[first + 1 :])


_LOOKS_FOR = _set("grep egrep fgrep rg ag sed awk gawk jq yq")


def _sends(words: Sequence[str]) -> bool:
    """Say whether a command sends something to another machine."""
    name, rest = words[0], words[1:]
    if name in ("http", "https", "xh"):
        return any(
            word.upper() in _METHODS or ("=" in word and "://" not in word and "==" not in word) for word in rest
        )
    if name in _DOWNLOADS:
        gives = any(word.startswith(_SENDS) for word in rest) or _method(rest) in ("POST", "PUT", "PATCH", "DELETE")
        return gives and not any(_LOCAL.match(word) for word in rest)
    if name in ("scp", "rsync"):
        return any(":" in word and not word.startswith(("-", "/", "./")) for word in rest)
    if name in ("dig", "nslookup", "host"):
        return any("$(" in word or "`" in word for word in rest)
    if name in ("gh", "glab") and rest[:2] == ("gist", "create"):
        return True
    return name in _SENDERS and not any(_LOCAL.match(word) for word in rest)


_METHODS = ("POST", "PUT", "PATCH", "DELETE")
_SENDERS = _set("nc ncat netcat telnet socat mail mailx sendmail mutt ftp tftp lftp sftp")


def _method(words: Sequence[str]) -> str:
    for at, word in enumerate(words):
        if word in ("-X", "--request", "--method"):
            return words[at + 1].upper() if at + 1 < len(words) else ""
        if word.startswith(("-X", "--request=", "--method=")):
            return word.removeprefix("-X").rpartition("=")[2].upper()
    return ""


def _adds(words: Sequence[str]) -> bool:
    """Say whether pip or npm is told to add a package that its lists do not name."""
    plain = [word for word in words[1:] if word[:1] != "-"]
    if not plain or plain[0] not in ("install", "i", "add"):
        return False
    lists = any(word in ("-r", "-e", "--requirement", "--editable") for word in words)
    return not lists and any(not word.startswith((".", "/")) for word in plain[1:])


def _flows(pipeline: Sequence[Command], top: str | None) -> Iterator[str]:
    """Give the effects that only a whole pipeline has: what is downloaded or decoded and run, a secret that is sent."""
    yield from gathered(pipeline, top)
    runs = [at for at, one in enumerate(pipeline) if _runs_input(one)]
    before: Sequence[Command] = pipeline[: runs[-1]] if runs else []
    if any(one.name in _DOWNLOADS for one in before) or any(_feeds(one, _loads) for one in pipeline):
        yield "exec.remote"
    if any(_decodes(one.words) for one in before) or any(_feeds(one, _decoder) for one in pipeline):
        yield "exec.decoded"
    if any(one.name in _SENDERS for one in pipeline) and any(one.name in SHELLS for one in pipeline[1:]):
        yield "net.shell"
    if any(one.name in SQL_CLIENTS and _told_sql(pipeline[:at]) for at, one in enumerate(pipeline)):
        yield "sql.destroy"
    if any(one.words and (_sends(one.words) or _asks(one)) for one in pipeline) and any(map(_secret, pipeline)):
        yield "secrets.send"


def _secret(one: Command) -> bool:
    """Say whether a command or one of its substitutions reads a secret."""
    if _reads_secret(one) or "secrets.read" in _tabled(one.words or ("",)):
        return True
    return one.name in _DOWNLOADS and any(_secret(inner) for line in one.inside for inner in commands(line))


def _asks(one: Command) -> bool:
    """Say whether an address or a header of a download is made by a substitution."""
    return one.name in _DOWNLOADS and bool(one.inside) and not any(_LOCAL.match(word) for word in one.words[1:])


def _told_sql(before: Sequence[Command]) -> bool:
    """Say whether what is written into a pipe throws data away."""
    spoken = (" ".join(one.words[1:]) for one in before if one.name in ("echo", "printf"))
    return any(destroys(text) for text in (*spoken, *(one.fed for one in before if one.fed is not None)))


def _runs_input(one: Command) -> bool:
    """Say whether a program runs what stands on its input."""
    return one.name == "{}" or (one.name in _INTERPRETERS and reads_input(one))


def _feeds(one: Command, made: Callable[[Command], bool]) -> bool:
    """Say whether an interpreter runs what a substitution downloads or decodes."""
    if one.name not in _INTERPRETERS and not one.opaque:
        return False
    return any(made(inner) for line in one.inside for inner in commands(line))


def _loads(one: Command) -> bool:
    return one.name in _DOWNLOADS


def _decoder(one: Command) -> bool:
    return _decodes(one.words)


def _decodes(words: Sequence[str]) -> bool:
    options = set(words[1:])
    return {
        "base64": bool(options & {"-d", "-D", "--decode"}),
        "xxd": any(word.startswith("-") and "r" in word for word in options),
        "openssl": "-d" in options,
        "gunzip": True,
        "zcat": True,
        "bzcat": True,
        "xzcat": True,
        "uudecode": True,
        "rev": True,
        "tr": True,
        "base32": bool(options & {"-d", "--decode"}),
    }.get(words[0] if words else "", False)
