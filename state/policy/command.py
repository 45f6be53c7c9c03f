"""The commands that a shell line really runs: wrappers taken off, shells within shells entered, substitutions too.

This answers "which programs with which arguments", and nothing about harm (`state.policy.effects`). What cannot be
known without running something is `opaque`, and never guessed. Bypasses that this knows: research/control.md 6.2.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from state.policy.carried import carried
from state.policy.code import code_of, hidden, lines_in
from state.policy.followed import MOVES, Followed
from state.policy.git import GIT_VALUES
from state.policy.listed import filters, lists
from state.policy.scripted import SEDS
from state.policy.scripts import SHELLS as SHELLS
from state.policy.scripts import Load, Scripts, as_lines
from state.policy.shell import DEEPEST, LONGEST, Simple, split
from state.policy.taken import take_in
from state.policy.told_lines import ENTERED, SQL_CLIENTS, lines_of
from state.policy.told_lines import reads_input as reads_input
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
_BOTH = frozenset(
    {
        "crontab",
        "tmux",
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
    | SEDS
    | SQL_CLIENTS
    | {"gh", "less", "more", "vim", "vi", "nvim", "ex", "view", "emacs", "ed", "dc", "parallel"}
)
"""Programs that run a line and have effects of their own."""


class _Kit:
    """What is known while a line is read: its variables, and the files that it wrote or may be read."""

    __slots__ = ("scripts", "start", "variables")

    def __init__(self, load: Load | None, start: str) -> None:
        self.start = start
        self.variables, self.scripts = Variables(), Scripts(load)


def commands(line: str, place: str = "", load: Load | None = None) -> tuple[Command, ...]:
    """Give every command of a line that begins in `place`, in order, those of substitutions before their holder.

    `load` reads the files that the line runs. Behind the most that are looked at stands one that is opaque.
    """
    found: list[Command] = []
    for one in _within(line, 0, place, _Kit(load, place)):
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
    listed = False
    for simple in split(line):
        at.pass_brackets(simple.ends, simple.begins)
        piped = before == "|"
        kit.variables.fill(simple, piped and listed)
        yield from _inside(simple, depth, at.here, kit)
        if piped and simple.fed is None:
            simple.fed = said
        take_in(simple, piped and listed)
        listed = (listed and filters(simple.texts)) if piped else lists(simple.texts, at.here, kit.start)
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
    program = words[0] if words else ""
    opaque = bool(words and unsure) and ((program in unsure and not _plain_end(program)) or _verb(words) in unsure)
    if words and not opaque:
        words[0] = base(program)
        if words[0].startswith("git-"):
            words[:1] = ["git", words[0][4:]]
    one = Command(
        tuple(words),
        simple.join,
        tuple([word.text for word in simple.written]),
        tuple([word.text for word in simple.read]),
        simple.fed,
        tuple(simple.inside),
        tuple(carriers),
        opaque,
        "/" if "chroot" in carriers else place,
        program=program,
        sets=tuple(sets),
    )
    if one.name in (*SHELLS, "parallel") and (
        (blind and reads_input(one)) or any(word.startswith("<(") for word in (*words[1:2], *one.read))
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


def _entered(one: Command, depth: int, kit: _Kit) -> Iterator[Command]:
    """Give the commands that this one runs in its place, and itself where what it does is its own."""
    name = one.name
    lines = [*lines_of(one)] if name in ENTERED else []
    hints = [*carried(one)] if one.words and not lines and not one.opaque else []
    code = code_of(name, one.words, one.fed)
    if lines and depth >= DEEPEST:
        one, lines = replace(one, opaque=True), []
    own = name in ("eval", "function")
    for line in (*lines, *hints) if depth < DEEPEST else ():
        for each in _joined(_within(line, depth + 1, one.place, kit), one):
            carriers, sets = (*one.carriers, *each.carriers), (*one.sets, *each.sets)
            yield replace(each, carriers=carriers, moves=own and each.moves, sets=sets)
    if depth < DEEPEST and one.words and not one.opaque:
        yield from _of_texts(one, code, depth, kit)
    if not lines or one.inside or one.opaque or name in _BOTH or code is not None:
        yield one


def _joined(inner: Iterator[Command], one: Command) -> list[Command]:
    """End a line that a command runs as the command itself ends."""
    found = list(inner)
    if found:
        found[-1] = replace(found[-1], join=found[-1].join or one.join or ";")
    return found


def _of_texts(one: Command, code: str | None, depth: int, kit: _Kit) -> Iterator[Command]:
    """Give what the code that a command is told does, and the script that it runs."""
    told = None if code is not None else kit.scripts.lines(one.words, one.program, one.place, one.read)
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
