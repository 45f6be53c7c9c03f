"""The hook's cheapest question: is a shell line made of nothing but reads and everyday work of a small closed list?

No means only that the line must be read properly. A line passes when each letter is a safe one, each program stands in
the list, no word is an option that runs or writes something, and no word names a place outside the run's directory, a
secret or what holds agents back. Nothing is imported, because this is asked before everything else.
"""


def _set(names: str) -> frozenset[str]:
    return frozenset(names.split())


_LONGEST = 2000
_SAFE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 _-./,:=@%+~^")
_QUOTABLE = frozenset(map(chr, range(0x20, 0x7F))) | {"\n", "\t"}
_SENSITIVE = (
    *(".env", "pem", "p12", "pfx", "jks", "keystore", ".key", "_key", "id_rsa", "id_dsa", "id_ec", "id_ed", "netrc"),
    *("pgpass", "credential", "secret", "token", "passw", ".aws", ".kube", ".docker", ".ssh", ".gnupg", "hosts.yml"),
    *(".git/", ".claude", ".codex", ".gemini", ".cursor", ".opencode", ".qwen", ".agents", "headgate", "proc/"),
)
"""Letters that a name of a secret, or of what holds agents back, is known by: such a line is read properly."""

_READS = _set(
    "ls cat head tail wc pwd echo grep egrep fgrep rg file stat du df which type true false basename dirname"
    " realpath readlink uname whoami nproc cut tr diff cmp comm nl tac rev column jq seq sleep test"
)
_REFUSED = {
    "rg": ("--pr", "--ho", "-z", "--se"),
    "file": ("-C", "--co", "-m", "--ma"),
    "jq": ("-n", "--from", "-f", "-L"),
    "ls": (),
    "test": ("-v", "-R"),
}
"""Options, by how they begin, with which a reader runs, writes or reads more than its words."""
_SOURCES = frozenset(
    (
        *(".py", ".pyi", ".ts", ".tsx", ".js", ".jsx", ".mjs", ".go", ".rs", ".java", ".kt", ".rb", ".php", ".c", ".h"),
        *(".cc", ".cpp", ".hpp", ".cs", ".swift", ".scala", ".vue", ".svelte", ".css", ".scss", ".html", ".md", ".mdx"),
        *(".txt", ".toml", ".yaml", ".yml", ".json", ".sql", ".sh", ".tf", ".ex", ".exs", ".lua", ".proto"),
    )
)
"""Endings of files that a pattern may name, since none of them is a key's."""
_AWK = (">", "|", "system", "getline", "@", "ENVIRON", "ARGV", "close", "printf", "\\")
"""What lets a script of awk do more than print what it read."""
_FIND = _set("-name -iname -type -maxdepth -mindepth -path -ipath -not -o -a -size -mtime -mmin -print -empty")
_GIT_READS = _set("status diff log show rev-parse ls-files blame shortlog describe merge-base cat-file")
_GIT_REFUSED = ("--ou", "--ex", "--te", "-O", "--op", "--up", "--con", "--fi", "--ba")
_LISTING = _set("-a -r -v -vv --all --list --show-current --remotes -l --no-color")
_WORK = _set("pytest ruff mypy pyright tsc eslint jest vitest")
_WORK_VERBS = {
    "cargo": _set("build check test clippy fmt"),
    "go": frozenset(["build", "test", "vet", "fmt"]),
    "npm": frozenset(("test",)),
    "bun": frozenset(("test",)),
    "make": frozenset(("test", "lint", "check", "build", "all", "format", "typecheck")),
    "pnpm": frozenset(("test", "lint", "build", "typecheck")),
    "yarn": frozenset(("test", "lint", "build", "typecheck")),
}
_WORK_REFUSED = ("-exec", "--exec", "-toolexec", "-overlay", "-vettool", "-o", "--config", "-Z", "-C", "-modfile", "-C")
"""Options, by how they begin, with which a build runs what is not the project's, or writes where it is told."""
_SCRIPTS = _set("test build lint typecheck type-check check format")
_MODULES = frozenset(["pytest", "mypy", "unittest", "ruff"])
_NOWHERE = frozenset(("2>&1", ">/dev/null", "2>/dev/null", "1>/dev/null", "&>/dev/null"))


def plainly_benign(line: str, top: str = "") -> bool:
    """Say whether a line does nothing but read, or work as every run does; `top` is the run's directory.

    Its effects are then among fs.read, fs.write, vcs.read, vcs.write and exec.project.
    """
    return _plain(line, top, True)


def plainly_read(line: str, top: str = "") -> bool:
    """Say whether a line does nothing but read: its effects are then among fs.read and vcs.read."""
    return _plain(line, top, False)


def _plain(line: str, top: str, works: bool) -> bool:
    if not line or len(line) > _LONGEST:
        return False
    lowered = line.lower()
    for sign in _SENSITIVE:
        if sign in lowered:
            return False
    parts = _parts(line)
    if not parts:
        return False
    for words in parts:
        if not _harmless(words, works):
            return False
        for word in words:
            if not _inside(word, top):
                return False
    return True


def _parts(line: str) -> list[list[str]] | None:
    """Take a line apart into simple commands; None where it holds anything that is not plain."""
    parts: list[list[str]] = []
    words: list[str] = []
    at, end = 0, len(line)
    while at < end:
        letter = line[at]
        if letter == " ":
            at += 1
        elif letter in ";|\n" or (letter == "&" and not line.startswith("&>", at)):
            both = line.startswith(("&&", "||"), at)
            if not words or (letter == "&" and not both):
                return None
            parts.append(words)
            words = []
            at += 2 if both else 1
        else:
            start = at
            at = _past_word(line, at)
            if at <= start:
                return None
            word = line[start:at]
            if word in _NOWHERE:
                continue
            if word in (">", "2>", "1>", "&>") and line.startswith(" /dev/null", at):
                at += 10
                if at < end and line[at] not in " ;|\n":
                    return None
                continue
            word = _bare(word)
            if word is None:
                return None
            words.append(word)
    if words:
        parts.append(words)
    return parts


def _past_word(line: str, at: int) -> int:
    """Give the place behind a word, 0 where it is not plain; a quoted text is all of a word, or follows a `=`."""
    end = len(line)
    while at < end and line[at] not in " ;|\n":
        letter = line[at]
        if letter in "'\"":
            close = line.find(letter, at + 1)
            if close < 0 or (close + 1 < end and line[close + 1] not in " ;|\n"):
                return 0
            return close + 1
        if letter == "&" and line[at - 1 : at] != ">" and line[at + 1 : at + 2] != ">":
            return at
        at += 1
    return at


def _bare(word: str) -> str | None:
    """Give a word without its quotes, None where a letter of it is not plain."""
    for quote in "'\"":
        at = word.find(quote)
        if at < 0:
            continue
        if at and word[at - 1] != "=":
            return None
        inner = word[at + 1 : -1]
        if not _QUOTABLE.issuperset(inner) or (quote == '"' and not _literal(inner)):
            return None
        if not _SAFE.issuperset(word[:at]):
            return None
        return word[:at] + inner
    if _SAFE.issuperset(word):
        return word
    wild, _, ending = word.rpartition("*")
    return word if ending in _SOURCES and wild[:1].isalnum() and _SAFE.issuperset(wild.replace("*", "")) else None


def _literal(inner: str) -> bool:
    """Say whether a text in double quotes stands for itself: a backslash before a letter does."""
    if "$" in inner or "`" in inner or "!" in inner or inner.endswith("\\"):
        return False
    return "\\\\" not in inner and "\\\n" not in inner


def _inside(word: str, top: str) -> bool:
    """Say whether a word names no place outside the run's directory, as a path or as an option's value."""
    if word[:1] == "~" or "../" in word or word == ".." or word.endswith("/..") or "=/" in word or "=~" in word:
        return False
    if word[:1] == "-":
        return "/" not in word
    if ":/" in word or ":~" in word:
        return False
    return word[:1] != "/" or (top != "" and (word == top or word.startswith(f"{top}/")))


def _harmless(words: list[str], works: bool) -> bool:
    name, rest = words[0], words[1:]
    if name in _READS:
        refused = _REFUSED.get(name)
        return refused is None or not any(word.startswith(refused) for word in rest)
    if name == "git":
        return _git(rest, works)
    if name == "cd":
        return len(rest) == 1 and rest[0][:1] != "-"
    if name == "find":
        return all(word in _FIND for word in rest if word[:1] == "-")
    if name == "sort":
        return not any(word[:1] == "-" and not set(word) <= set("-bdfghnruVk0123456789,") for word in rest)
    if name == "uniq":
        return all(word[:1] == "-" for word in rest)
    if name == "sed":
        return len(rest) > 1 and rest[0] == "-n" and set(rest[1]) <= set("0123456789,$p;") and "-" not in rest[2:3]
    if name == "awk":
        if rest[:1] != [] and rest[0][:2] == "-F":
            rest = rest[1:]
        return len(rest) > 0 and rest[0][:1] != "-" and not any(sign in rest[0] for sign in _AWK)
    return works and _works(name, rest)


def _git(rest: list[str], works: bool) -> bool:
    if rest[:1] == ["--no-pager"]:
        rest = rest[1:]
    if not rest:
        return False
    verb, words = rest[0], rest[1:]
    if any(word.startswith(_GIT_REFUSED) for word in words):
        return False
    if verb in _GIT_READS:
        return True
    if verb == "branch":
        return all(word in _LISTING for word in words)
    if verb in ("stash", "worktree"):
        return words == ["list"]
    if verb == "remote":
        return words in ([], ["-v"])
    if not works:
        return False
    if verb == "add":
        return all(word[:1] != "-" or word in ("-A", "-u", "--all") for word in words)
    if verb in ("checkout", "switch"):
        return len(words) == 2 and words[0] in ("-b", "-c") and words[1][:1] != "-"
    return verb == "commit" and len(words) == 2 and words[0] in ("-m", "-am")


def _works(name: str, rest: list[str]) -> bool:
    if name in ("mkdir", "touch"):
        return all(word[:1] != "-" or word == "-p" for word in rest)
    if name in ("python", "python3"):
        return rest[:1] == ["-m"] and rest[1:2] != [] and rest[1] in _MODULES
    if name == "uv":
        return rest[:1] == ["run"] and rest[1:2] != [] and rest[1] in _WORK
    if name in ("npm", "pnpm", "yarn", "bun") and rest[:1] == ["run"]:
        return len(rest) == 2 and rest[1] in _SCRIPTS
    if name in _WORK_VERBS:
        if not rest or rest[0] not in _WORK_VERBS[name] or any(word.startswith(_WORK_REFUSED) for word in rest):
            return False
        return name in ("cargo", "go") or len(rest) == 1
    return name in _WORK
