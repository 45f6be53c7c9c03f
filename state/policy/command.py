"""The commands that a shell line really runs: wrappers taken off, shells within shells entered, substitutions too.

This answers "which programs with which arguments", and nothing about harm (`state.policy.effects`). What cannot be
known without running something is `opaque`, and never guessed. Bypasses that this knows: research/control.md 6.2.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from state.policy.followed import MOVES, Followed
from state.policy.git import GIT_VALUES
from state.policy.shell import DEEPEST, LONGEST, Simple, split
from state.policy.wrappers import bare, base, past

SHELLS: Final = frozenset({"sh", "bash", "zsh", "dash", "ksh", "fish", "ash"})
_MOST_COMMANDS = 500
_BRACKETS = frozenset({"[", "[[", "{", "{}"})
"""Programs and placeholders that are written with letters of a pattern."""


@dataclass(frozen=True, slots=True)
class Command:
    """A program and its arguments. `words[0]` is its name without directory; `carriers` what it was wrapped in.

    `join` is the operator behind it, `written` and `read` the targets of redirections, `fed` the text on its input and
    `inside` the lines that substitutions among its words run. `opaque`: which program runs is decided by an expansion.
    `place` is where it runs, as a path from the directory that the line began in; `moves`: its shell is the line's own;
    `program` is `words[0]` with its directory.
    """

    words: tuple[str, ...]
    join: str = ""
    written: tuple[str, ...] = ()
    read: tuple[str, ...] = ()
    fed: str | None = None
    inside: tuple[str, ...] = ()
    carriers: tuple[str, ...] = ()
    opaque: bool = False
    place: str = ""
    moves: bool = True
    program: str = ""

    @property
    def name(self) -> str:
        """The program, or "" where only redirections stand."""
        return self.words[0] if self.words else ""


_EXPANDED = frozenset("$`*?{}[]()'\" \\")
_TOLD = frozenset({"su", "runuser", "flock", "script", "pwsh", "powershell"})
"""Programs that are told a line behind `-c`."""
_BOTH = frozenset({"git", "find", "ssh", "su", "runuser", "pwsh", "powershell"})
"""Programs that run a line and have effects of their own."""
_SHELL_VALUES = frozenset({"--rcfile", "--init-file", "-o", "+o", "-O", "+O"})
_TMUX_VALUES = frozenset({"-s", "-n", "-t", "-c", "-x", "-y", "-e", "-F", "-l", "-p"})
_TMUX_RUNS = ("new", "split", "run", "respawn", "send", "if", "pipe")


def commands(line: str, place: str = "") -> tuple[Command, ...]:
    """Give every command of a line that begins in `place`, in order; those that a substitution runs come before the
    one that holds it.
    """
    found: list[Command] = []
    for one in _within(line, 0, place):
        found.append(one)
        if len(found) == _MOST_COMMANDS:
            break
    return tuple(found)


def cut(line: str) -> bool:
    """Say whether a line is too long or too odd to be read to its end."""
    return len(line) > LONGEST or "\0" in line


def _within(line: str, depth: int, place: str = "") -> Iterator[Command]:
    at, before = Followed(place), ""
    said: str | None = None
    for simple in split(line):
        at.pass_brackets(simple.ends, simple.begins)
        for inner in simple.inside:
            if depth < DEEPEST:
                yield from (replace(one, join=one.join or ";") for one in _within(inner, depth + 1, at.here))
        piped = before == "|"
        if piped and simple.fed is None:
            simple.fed = said
        made = list(_of_simple(simple, depth, at.here, piped and simple.fed is None))
        yield from made
        said = _said(simple)
        if not piped and simple.join not in ("|", "&"):
            for one in made:
                if one.name in MOVES and one.moves:
                    at.follow(one.words, before == "||")
        before = simple.join


def _said(simple: Simple) -> str | None:
    """Give the text that a command writes into its pipe, where it can be known."""
    words, _ = bare(simple.texts)
    if words[:1] in (["echo"], ["printf"]):
        told = words[past(words, 1) :]
        each = told[1:] if words[0] == "printf" else []
        return "\n".join([" ".join(told), *each]).replace("\\n", "\n")
    return simple.fed if words[:1] == ["cat"] and {*words[1:]} <= {"-"} else None


def _of_simple(simple: Simple, depth: int, place: str, blind: bool) -> Iterator[Command]:
    """Give what a simple command runs; `blind` where something unknown is piped into it."""
    words, carriers = bare(simple.texts)
    unsure = {word.text for word in simple.words if word.open or word.wild} - _BRACKETS
    opaque = bool(words) and ((words[0] in unsure and not _plain_end(words[0])) or _verb(words) in unsure)
    written, read = (tuple(word.text for word in some) for some in (simple.written, simple.read))
    one = Command((), simple.join, written, read, simple.fed, tuple(simple.inside), tuple(carriers), opaque)
    program = words[0] if words else ""
    if words:
        words = [words[0] if opaque else base(words[0]), *words[1:]]
    one = replace(one, words=tuple(words), program=program, place="/" if "chroot" in carriers else place)
    if one.name in SHELLS and (
        (blind and reads_input(one)) or any(word.startswith("<(") for word in (*words[1:2], *read))
    ):
        one = replace(one, opaque=True)
    yield from _entered(one, depth)


def _plain_end(program: str) -> bool:
    """Say whether only the directory of a program is expanded, as in `$HOME/bin/x`."""
    directory, slash, name = program.rpartition("/")
    return bool(slash and name) and directory[:1] == "$" and _EXPANDED.isdisjoint(name)


def _verb(words: Sequence[str]) -> str:
    """Give the subcommand of git, "" for other programs."""
    if words[0].rpartition("/")[2] != "git":
        return ""
    at = past(words, 1, GIT_VALUES)
    return words[at] if at < len(words) else ""


def reads_input(one: Command) -> bool:
    """Say whether a shell or an interpreter runs what stands on its input."""
    rest = one.words[1:]
    return all(word.startswith("-") or word == "/dev/stdin" for word in rest) or (one.name in SHELLS and "-s" in rest)


def _entered(one: Command, depth: int) -> Iterator[Command]:
    """Give the commands that this one runs in its place, and itself where what it does is its own."""
    lines = [*_lines_of(one)] if depth < DEEPEST else []
    for line in lines:
        inner = list(_within(line, depth + 1, one.place))
        if inner:
            inner[-1] = replace(inner[-1], join=inner[-1].join or one.join or ";")
        own = one.name in ("eval", "function")
        for each in inner:
            yield replace(each, carriers=(*one.carriers, *each.carriers), moves=own and each.moves)
    if not lines or one.inside or one.opaque or one.name in _BOTH:
        yield one


def _lines_of(one: Command) -> Iterator[str]:
    """Give the lines that a command is told to run."""
    words = one.words
    if one.name in SHELLS:
        yield from _shell_lines(one)
    elif one.name == "eval":
        yield " ".join(words[1:])
    elif one.name == "watch":
        yield " ".join(words[past(words, 1, frozenset({"-n", "--interval"})) :])
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
    elif one.name == "find":
        yield from _find_lines(words)
    elif one.name == "git":
        yield from _git_lines(words)
    elif one.name == "env":
        for at, word in enumerate(words):
            if word in ("-S", "--split-string") and at + 1 < len(words):
                yield " ".join(words[at + 1 :])


def _shell_lines(one: Command) -> Iterator[str]:
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


def _find_lines(words: Sequence[str]) -> Iterator[str]:
    for at, word in enumerate(words):
        if word in ("-exec", "-execdir", "-ok", "-okdir"):
            end = next((to for to in range(at, len(words)) if words[to] in (";", "+")), len(words))
            yield " ".join(_requoted(part) for part in words[at + 1 : end])


def _git_lines(words: Sequence[str]) -> Iterator[str]:
    for at, word in enumerate(words[:-1]):
        if word == "-c" and words[at + 1].startswith("alias.") and "=!" in words[at + 1]:
            yield words[at + 1].partition("=!")[2]
        if word in ("-x", "--exec") and "rebase" in words[:at]:
            yield words[at + 1]


def _requoted(word: str) -> str:
    return "'" + word.replace("'", "'\\''") + "'"
