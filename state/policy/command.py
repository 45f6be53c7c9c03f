"""The commands that a shell line really runs: wrappers taken off, shells within shells entered, substitutions too.

This answers "which programs with which arguments", and nothing about harm (`state.policy.effects`). What cannot be
known without running something is `opaque`, and never guessed. Bypasses that this knows: research/control.md 6.2.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from state.policy.code import code_of, hidden, lines_in
from state.policy.followed import MOVES, Followed
from state.policy.git import GIT_VALUES
from state.policy.scripts import SHELLS as SHELLS
from state.policy.scripts import Load, Scripts, as_lines
from state.policy.shell import DEEPEST, LONGEST, Simple, split
from state.policy.variables import Variables
from state.policy.wrappers import bare, base, past

_MOST_COMMANDS = 500
_BRACKETS = frozenset({"[", "[[", "{", "{}"})
"""Programs and placeholders that are written with letters of a pattern."""


@dataclass(frozen=True, slots=True)
class Command:
    """A program and its arguments. `words[0]` is its name without directory; `carriers` what it was wrapped in.

    `join` is the operator behind it, `written` and `read` the targets of redirections, `fed` the text on its input and
    `inside` the lines that substitutions among its words run. `opaque`: which program runs is decided by an expansion.
    `place` is where it runs, as a path from the directory that the line began in; `moves`: its shell is the line's own;
    `program` is `words[0]` with its directory, and `sets` the assignments before it. `script` is the file that it
    stands in where that was there before the line, and "" elsewhere.
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
    sets: tuple[str, ...] = ()
    script: str = ""

    @property
    def name(self) -> str:
        """The program, or "" where only redirections stand."""
        return self.words[0] if self.words else ""


_EXPANDED = frozenset("$`*?{}[]()'\" \\")
_TOLD = frozenset({"su", "runuser", "flock", "script", "pwsh", "powershell"})
"""Programs that are told a line behind `-c`."""
_BOTH = frozenset(
    {
        "crontab",
        "at",
        "batch",
        "make",
        "gmake",
        "mapfile",
        "readarray",
        "alias",
        "git",
        "find",
        "ssh",
        "su",
        "runuser",
        "pwsh",
        "powershell",
    }
)
"""Programs that run a line and have effects of their own."""
_SHELL_VALUES = frozenset({"--rcfile", "--init-file", "-o", "+o", "-O", "+O"})
_TMUX_VALUES = frozenset({"-s", "-n", "-t", "-c", "-x", "-y", "-e", "-F", "-l", "-p"})
_TMUX_RUNS = ("new", "split", "run", "respawn", "send", "if", "pipe")


class _Kit:
    """What is known while a line is read: its variables, and the files that it wrote or may be read."""

    __slots__ = ("scripts", "variables")

    def __init__(self, load: Load | None) -> None:
        self.variables, self.scripts = Variables(), Scripts(load)


def commands(line: str, place: str = "", load: Load | None = None) -> tuple[Command, ...]:
    """Give every command of a line that begins in `place`, in order, those of substitutions before their holder.

    `load` reads the files that the line runs. Behind the most that are looked at stands one that is opaque.
    """
    found: list[Command] = []
    for one in _within(line, 0, place, _Kit(load)):
        if len(found) == _MOST_COMMANDS - 1:
            found.append(Command(("…",), opaque=True))
            break
        found.append(one)
    return tuple(found)


def cut(line: str) -> bool:
    """Say whether a line is too long or too odd to be read to its end."""
    return len(line) > LONGEST or "\0" in line


def _within(line: str, depth: int, place: str, kit: _Kit) -> Iterator[Command]:
    at, before = Followed(place), ""
    said: str | None = None
    for simple in split(line):
        at.pass_brackets(simple.ends, simple.begins)
        kit.variables.fill(simple)
        yield from _inside(simple, depth, at.here, kit)
        piped = before == "|"
        if piped and simple.fed is None:
            simple.fed = said
        made = list(_of_simple(simple, depth, at.here, piped and simple.fed is None, kit))
        yield from made
        said = _said(simple)
        _keep(simple, said, at.here, kit)
        if not piped and simple.join not in ("|", "&"):
            for one in made:
                if one.name in MOVES and one.moves:
                    at.follow(one.words, before == "||")
        before = simple.join


def _inside(simple: Simple, depth: int, place: str, kit: _Kit) -> Iterator[Command]:
    """Give the commands of a command's substitutions; one that is opaque where they lie too deep."""
    if depth >= DEEPEST and simple.inside:
        yield Command(("…",), ";", opaque=True)
        return
    for inner in simple.inside:
        yield from (replace(one, join=one.join or ";") for one in _within(inner, depth + 1, place, kit))


def _keep(simple: Simple, said: str | None, place: str, kit: _Kit) -> None:
    """Keep the text that a command writes into files."""
    words = simple.texts
    if words[:1] == ["tee"]:
        kit.scripts.note(place, [word for word in words[1:] if word[:1] != "-"], simple.fed)
    elif simple.written:
        kit.scripts.note(place, [word.text for word in simple.written], said if words else simple.fed)


def _said(simple: Simple) -> str | None:
    """Give the text that a command writes into its pipe, where it can be known."""
    words, _ = bare(simple.texts)
    if words[:1] in (["echo"], ["printf"]):
        told = words[past(words, 1) :]
        each = told[1:] if words[0] == "printf" else []
        return "\n".join([" ".join(told), *each]).replace("\\n", "\n")
    return simple.fed if words[:1] == ["tee"] or (words[:1] == ["cat"] and {*words[1:]} <= {"-"}) else None


def _of_simple(simple: Simple, depth: int, place: str, blind: bool, kit: _Kit) -> Iterator[Command]:
    """Give what a simple command runs; `blind` where something unknown is piped into it."""
    sets: list[str] = []
    words, carriers = bare(simple.texts, sets)
    unsure = {word.text for word in simple.words if word.open or word.wild} - _BRACKETS
    opaque = bool(words) and ((words[0] in unsure and not _plain_end(words[0])) or _verb(words) in unsure)
    written, read = (tuple(word.text for word in some) for some in (simple.written, simple.read))
    one = Command((), simple.join, written, read, simple.fed, tuple(simple.inside), tuple(carriers), opaque)
    program = words[0] if words else ""
    if words:
        words = [words[0] if opaque else base(words[0]), *words[1:]]
    at = "/" if "chroot" in carriers else place
    one = replace(one, words=tuple(words), program=program, place=at, sets=tuple(sets))
    if one.name in SHELLS and (
        (blind and reads_input(one)) or any(word.startswith("<(") for word in (*words[1:2], *read))
    ):
        one = replace(one, opaque=True)
    yield from _entered(one, depth, kit)


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


def _entered(one: Command, depth: int, kit: _Kit) -> Iterator[Command]:
    """Give the commands that this one runs in its place, and itself where what it does is its own."""
    lines = [*_lines_of(one)]
    if lines and depth >= DEEPEST:
        one, lines = replace(one, opaque=True), []
    own = one.name in ("eval", "function")
    for line in lines:
        for each in _joined(_within(line, depth + 1, one.place, kit), one):
            yield replace(each, carriers=(*one.carriers, *each.carriers), moves=own and each.moves)
    if depth < DEEPEST and one.words and not one.opaque:
        yield from _of_texts(one, depth, kit)
    if not lines or one.inside or one.opaque or one.name in _BOTH or code_of(one.name, one.words, one.fed) is not None:
        yield one


def _joined(inner: Iterator[Command], one: Command) -> list[Command]:
    """End a line that a command runs as the command itself ends."""
    found = list(inner)
    if found:
        found[-1] = replace(found[-1], join=found[-1].join or one.join or ";")
    return found


def _of_texts(one: Command, depth: int, kit: _Kit) -> Iterator[Command]:
    """Give what the code that a command is told does, and the script that it runs."""
    code = code_of(one.name, one.words, one.fed)
    told = None if code is not None else kit.scripts.lines(one.words, one.program, one.place)
    if code is not None:
        yield from _of_code(code, one, depth, kit)
    if told is None:
        return
    path, text, mine = told
    if "\0" in text:
        yield replace(one, opaque=True, inside=(), join=";")
        return
    text, foreign = as_lines(one.words, text)
    ran = _of_code(text, one, depth, kit) if foreign else _within(text, depth + 1, one.place, kit)
    if mine and foreign and hidden(text):
        yield replace(one, opaque=True, inside=(), join=";")
    for each in _joined(ran, one):
        yield replace(each, carriers=(*one.carriers, *each.carriers), moves=False, script="" if mine else path)


def _of_code(code: str, one: Command, depth: int, kit: _Kit) -> Iterator[Command]:
    for line in lines_in(code):
        for each in _joined(_within(line, depth + 1, one.place, kit), one):
            yield replace(each, join=each.join if each.join == "|" else ";", moves=False)


def _lines_of(one: Command) -> Iterator[str]:
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
    elif one.name in ("vim", "vi", "nvim", "ex", "view", "emacs", "ed"):
        yield from _editor_lines(one)
    elif one.name in ("crontab", "at", "batch") and one.fed is not None:
        yield from (_task(line) for line in one.fed.split("\n"))
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


def _editor_lines(one: Command) -> Iterator[str]:
    """Give what an editor is told to run: `!command`, `:!command`, `:r !command`, behind `-c` or on its input."""
    words = one.words
    told = [words[at + 1] for at, word in enumerate(words[:-1]) if word in ("-c", "--cmd", "--eval", "--command")]
    told += [word[1:] for word in words[1:] if word[:1] == "+"]
    for text in (*told, *((one.fed or "").split("\n"))):
        head, sign, line = text.partition("!")
        if sign and set(head.strip()) <= set(":%rwsilent "):
            yield line
        elif "system(" in text or "shell-command" in text or "py3" in text:
            yield "$EDITOR_TEXT"


def _task(line: str) -> str:
    """Give the command of a line of a crontab, or of a job's text."""
    fields = line.split(None, 5)
    return fields[5] if len(fields) == 6 and all(set(field) <= _TIMES for field in fields[:5]) else line


_TIMES = frozenset("0123456789*/,-")


def _requoted(word: str) -> str:
    return "'" + word.replace("'", "'\\''") + "'"
