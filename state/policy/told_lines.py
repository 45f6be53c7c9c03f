"""The lines that a command is told to run: shells and `eval`, `find -exec`, git's aliases, editors, crontabs and more.

Which programs these are is the programs' own manuals' word; what the lines do is read by `state.policy.command`.
"""

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from state.policy.named import named
from state.policy.scripted import SEDS, runs
from state.policy.scripts import SHELLS, as_lines
from state.policy.wrappers import past

if TYPE_CHECKING:
    from state.policy.command import Command

_TOLD = frozenset({"su", "runuser", "flock", "script", "pwsh", "powershell", "sg", "capsh"})
"""Programs that are told a line behind `-c`."""
_SHELL_VALUES = frozenset({"--rcfile", "--init-file", "-o", "+o", "-O", "+O"})
_TMUX_VALUES = frozenset({"-s", "-n", "-t", "-c", "-x", "-y", "-e", "-F", "-l", "-p"})
_TMUX_RUNS = ("new", "split", "run", "respawn", "send", "if", "pipe")
SQL_CLIENTS = named("psql mysql mariadb sqlite3 sqlite duckdb clickhouse-client sqlcmd cockroach snowsql usql")
ENTERED = (
    SHELLS
    | _TOLD
    | named("eval alias mapfile readarray vim vi nvim ex view emacs ed crontab at batch watch trap make gmake")
    | named("tmux ssh find git env gh complete bind less more dc parallel")
    | SEDS
    | SQL_CLIENTS
)
"""Programs that can be told a line, in a way that `lines_of` knows."""


def reads_input(one: "Command") -> bool:
    """Say whether a shell or an interpreter runs what stands on its input."""
    rest = one.words[1:]
    return all(word.startswith("-") or word == "/dev/stdin" for word in rest) or (one.name in SHELLS and "-s" in rest)


def lines_of(one: "Command") -> Iterator[str]:
    """Give the lines that a command is told to run."""
    words = one.words
    if one.name in SHELLS:
        yield from _shell_lines(one)
    elif one.name == "eval":
        yield " ".join(words[1:])
        yield from (word for word in words[1:] if len(words) > 2 and " " in word)
    elif one.name == "alias":
        yield from (word.partition("=")[2] for word in words[1:] if "=" in word)
    elif one.name in ("mapfile", "readarray"):
        yield from (words[at + 1] for at, word in enumerate(words[:-1]) if word == "-C")
    elif one.name in ("make", "gmake") and one.fed is not None and "-" in words:
        yield as_lines(words, one.fed)[0]
    elif one.name in SEDS:
        yield from runs(one)
    elif one.name in SQL_CLIENTS:
        yield from _client_lines(one)
    elif one.name == "gh" and words[1:3] == ("alias", "set"):
        yield from (word[1:] if word[:1] == "!" else f"gh {word}" for word in words[3:] if word[:1] != "-")
    elif one.name in ("complete", "bind"):
        yield from (words[at + 1] for at, word in enumerate(words[:-1]) if word == "-C")
        yield from (words[at + 1].partition(":")[2].strip("\"'") for at, word in enumerate(words[:-1]) if word == "-x")
    elif one.name in ("vim", "vi", "nvim", "ex", "view", "emacs", "ed", "less", "more", "dc"):
        yield from _editor_lines(one)
    elif one.name in ("crontab", "at", "batch") and one.fed is not None:
        yield from (_task(line) for line in one.fed.split("\n"))
    elif one.name == "watch":
        yield " ".join(words[past(words, 1, frozenset({"-n", "--interval"})) :])
    elif one.name == "parallel":
        yield from (one.fed or "").split("\n")
    elif one.name == "trap":
        yield from words[past(words, 1) :][:1]
    elif one.name in _TOLD:
        yield from _told_lines(words)
    elif one.name == "tmux":
        yield from _tmux_lines(words)
    elif one.name == "ssh":
        rest = past(words, 1, frozenset({"-p", "-i", "-l", "-o", "-F", "-J", "-L", "-R", "-D"}))
        if len(words) > rest + 1:
            yield " ".join(words[rest + 1 :])
        if one.fed is not None and (len(words) == rest + 1 or words[rest + 1].rpartition("/")[2] in SHELLS):
            yield one.fed
    elif one.name == "find":
        yield from _find_lines(words)
    elif one.name == "git":
        yield from _git_lines(words)
    elif one.name == "env":
        for at, word in enumerate(words):
            if word in ("-S", "--split-string") and at + 1 < len(words):
                yield " ".join(words[at + 1 :])
            elif word.startswith("--split-string=") or (word.startswith("-S") and len(word) > 2):
                yield " ".join((word.removeprefix("--split-string=").removeprefix("-S"), *words[at + 1 :]))


def _shell_lines(one: "Command") -> Iterator[str]:
    """Give the line behind `-c`, which other options may part from it, or what stands on a shell's input."""
    told, at, words = False, 1, one.words
    while at < len(words) and words[at].startswith(("-", "+")):
        word = words[at]
        short = not word.startswith("--")
        told |= (short and "c" in word) or word == "--command"
        at += 2 if word in _SHELL_VALUES or (short and word.endswith("o")) else 1
    if told:
        yield from words[at : at + 1]
    elif one.fed is not None and reads_input(one):
        yield one.fed


def _told_lines(words: Sequence[str]) -> Iterator[str]:
    for at, word in enumerate(words[1:], 1):
        if word.startswith("--command="):
            yield word.partition("=")[2]
        elif word in ("--command", "-Command") or (word[:1] == "-" and word[1:2] != "-" and word.endswith("c")):
            yield from words[at + 1 : at + 2]
            return
    if words[0] == "script":
        yield " ".join(map(_requoted, words[past(words, 1) + 1 :]))


def _tmux_lines(words: Sequence[str]) -> Iterator[str]:
    verb = past(words, 1, frozenset({"-L", "-S", "-f", "-c"}))
    if verb < len(words) and words[verb].startswith(_TMUX_RUNS):
        at = past(words, verb + 1, _TMUX_VALUES)
        yield " ".join(";" if word in ("Enter", "C-m") else word for word in words[at:])


_SHELLS_OUT = re.compile(r"(?m)(?:^|;)\s{0,9}(?:\.shell|\.system|system|\\!)\s{0,9}([^\n]{1,4000})")


def _client_lines(one: "Command") -> Iterator[str]:
    """Give the lines that a database's client is told to hand to a shell: `.shell`, `system`, `\\!`."""
    for text in (*one.words[1:], one.fed or ""):
        yield from (found[1] for found in _SHELLS_OUT.finditer(text))


def _find_lines(words: Sequence[str]) -> Iterator[str]:
    start = words[1] if len(words) > 1 and words[1][:1] not in ("-", "(", "!") else "."
    for at, word in enumerate(words):
        if word in ("-exec", "-execdir", "-ok", "-okdir"):
            end = next((to for to in range(at, len(words)) if words[to] in (";", "+")), len(words))
            yield " ".join(_requoted(part.replace("{}", f"{start.rstrip('/')}/found")) for part in words[at + 1 : end])


def _git_lines(words: Sequence[str]) -> Iterator[str]:
    for at, word in enumerate(words[:-1]):
        if word == "-c" and words[at + 1].startswith("alias.") and "=!" in words[at + 1]:
            yield words[at + 1].partition("=!")[2]
        if word == "-c" and words[at + 1].startswith("alias.") and "=!" not in words[at + 1]:
            yield f"git {words[at + 1].partition('=')[2]}"
        if word in ("-x", "--exec") and "rebase" in words[:at]:
            yield words[at + 1]
        if word == "foreach" and "submodule" in words[:at]:
            yield " ".join(word for word in words[at + 1 :] if word != "--recursive")
        if word == "run" and words[at - 1] == "bisect":
            yield " ".join(map(_requoted, words[at + 1 :]))
        if word.startswith("alias.") and "config" in words[:at]:
            yield words[at + 1].removeprefix("!") if words[at + 1][:1] == "!" else f"git {words[at + 1]}"
    yield from (word[7:] for word in words if word.startswith("--exec=") and "rebase" in words)


def _editor_lines(one: "Command") -> Iterator[str]:
    """Give what an editor is told to run: `!command`, `:!command`, `:r !command`, behind `-c` or on its input."""
    words = one.words
    told = [words[at + 1] for at, word in enumerate(words[:-1]) if word in ("-c", "--cmd", "--eval", "--command", "-e")]
    told += [word[1:] for word in words[1:] if word[:1] == "+"]
    for text in (*told, *((one.fed or "").split("\n"))):
        head, sign, line = text.partition("!")
        if sign and set(head.strip()) <= set(":%rwsilent "):
            yield "$EDITOR_TEXT" if "w" in head else line
        elif "system(" in text or "shell-command" in text or "py3" in text:
            yield "$EDITOR_TEXT"


def _task(line: str) -> str:
    """Give the command of a line of a crontab, or of a job's text."""
    fields = line.split(None, 5)
    return fields[5] if len(fields) == 6 and all(set(field) <= _TIMES for field in fields[:5]) else line


_TIMES = frozenset("0123456789*/,-")


def _requoted(word: str) -> str:
    return "'" + word.replace("'", "'\\''") + "'"
