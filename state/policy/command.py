"""The commands that a shell line really runs: wrappers taken off, shells within shells entered, substitutions too.

This answers "which programs with which arguments", and nothing about harm (`state.policy.effects`). What cannot be
known without running something is `opaque`, and never guessed. Bypasses that this knows: research/control.md 6.2.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from state.policy.shell import DEEPEST, LONGEST, Simple, split

SHELLS: Final = frozenset({"sh", "bash", "zsh", "dash", "ksh", "fish", "ash"})
_MOST_COMMANDS = 500
_MOST_WRAPPERS = 8


@dataclass(frozen=True, slots=True)
class Command:
    """A program and its arguments. `words[0]` is its name without directory; `carriers` what it was wrapped in.

    `join` is the operator behind it, `written` and `read` the targets of redirections, `fed` the text on its input and
    `inside` the lines that substitutions among its words run. `opaque`: which program runs is decided by an expansion.
    """

    words: tuple[str, ...]
    join: str = ""
    written: tuple[str, ...] = ()
    read: tuple[str, ...] = ()
    fed: str | None = None
    inside: tuple[str, ...] = ()
    carriers: tuple[str, ...] = ()
    opaque: bool = False

    @property
    def name(self) -> str:
        """The program, or "" where only redirections stand."""
        return self.words[0] if self.words else ""


@dataclass(frozen=True, slots=True)
class _Wrapper:
    """How a wrapper is taken off: options that take a value, and how many words behind the options are its own."""

    values: frozenset[str] = frozenset()
    own: int = 0


def _wrapper(values: str = "", own: int = 0) -> _Wrapper:
    return _Wrapper(frozenset(values.split()), own)


_WRAPPERS: Mapping[tuple[str, ...], _Wrapper] = {
    ("sudo",): _wrapper("-u -g -C -D -h -p -R -r -t -T -U --user --group --chdir --host --prompt"),
    ("doas",): _wrapper("-u -C"),
    ("env",): _wrapper("-u -C --unset --chdir"),
    ("command",): _wrapper(),
    ("builtin",): _wrapper(),
    ("exec",): _wrapper("-a"),
    ("time",): _wrapper("-f -o"),
    ("nice",): _wrapper("-n --adjustment"),
    ("ionice",): _wrapper("-c -n -p"),
    ("nohup",): _wrapper(),
    ("setsid",): _wrapper(),
    ("caffeinate",): _wrapper("-t -w"),
    ("stdbuf",): _wrapper("-i -o -e"),
    ("timeout",): _wrapper("-k -s --kill-after --signal", 1),
    ("gtimeout",): _wrapper("-k -s", 1),
    ("xargs",): _wrapper("-I -n -P -L -d -E -s -a --max-args --max-procs --replace --delimiter"),
    ("parallel",): _wrapper("-j --jobs"),
    ("npx",): _wrapper("-p --package"),
    ("bunx",): _wrapper(),
    ("uvx",): _wrapper("--from --with -p --python"),
    ("pnpm", "dlx"): _wrapper(),
    ("pnpm", "exec"): _wrapper(),
    ("yarn", "dlx"): _wrapper(),
    ("npm", "exec"): _wrapper(),
    ("uv", "run"): _wrapper("--with --python -p --extra --group --project --directory --env-file"),
    ("poetry", "run"): _wrapper("-C"),
    ("pipenv", "run"): _wrapper(),
    ("hatch", "run"): _wrapper("-e"),
    ("bundle", "exec"): _wrapper(),
    ("mise", "x"): _wrapper("-C"),
    ("mise", "exec"): _wrapper("-C"),
    ("direnv", "exec"): _wrapper("", 1),
    ("docker", "exec"): _wrapper("-e -u -w --env --user --workdir", 1),
    ("podman", "exec"): _wrapper("-e -u -w --env --user --workdir", 1),
    ("docker", "compose", "exec"): _wrapper("-e -u -w --env --user --workdir --index", 1),
    ("docker-compose", "exec"): _wrapper("-e -u -w --env --user --workdir --index", 1),
    ("kubectl", "exec"): _wrapper("-n -c --namespace --container --context", 1),
}
_LINES = frozenset({"watch", "eval"})
"""Programs whose words, joined, are a line."""


def commands(line: str) -> tuple[Command, ...]:
    """Give every command of a line, in order; those that a substitution runs come before the one that holds it."""
    found: list[Command] = []
    for one in _within(line, 0):
        found.append(one)
        if len(found) == _MOST_COMMANDS:
            break
    return tuple(found)


def cut(line: str) -> bool:
    """Say whether a line is too long or too odd to be read to its end."""
    return len(line) > LONGEST or "\0" in line


def _within(line: str, depth: int) -> Iterator[Command]:
    for simple in split(line):
        for inner in simple.inside:
            if depth < DEEPEST:
                yield from (replace(one, join=one.join or ";") for one in _within(inner, depth + 1))
        yield from _of_simple(simple, depth)


def _of_simple(simple: Simple, depth: int) -> Iterator[Command]:
    words, carriers = bare(simple.texts)
    known = {word.text: word.open for word in simple.words}
    opaque = bool(words) and known.get(words[0], False)
    written, read = (tuple(word.text for word in some) for some in (simple.written, simple.read))
    one = Command((), simple.join, written, read, simple.fed, tuple(simple.inside), tuple(carriers), opaque)
    if words:
        words = [words[0] if opaque else _base(words[0]), *words[1:]]
    yield from _entered(replace(one, words=tuple(words)), depth)


def _entered(one: Command, depth: int) -> Iterator[Command]:
    """Give the commands that this one runs in its place, and itself where what it does is its own."""
    lines = [*_lines_of(one)] if depth < DEEPEST else []
    for line in lines:
        inner = list(_within(line, depth + 1))
        if inner:
            inner[-1] = replace(inner[-1], join=inner[-1].join or one.join or ";")
        yield from (replace(each, carriers=(*one.carriers, *each.carriers)) for each in inner)
    if not lines or one.inside or one.name in ("git", "find", "ssh"):
        yield one


def _lines_of(one: Command) -> Iterator[str]:
    """Give the lines that a command is told to run."""
    words = one.words
    if one.name in SHELLS:
        yield from _shell_lines(one)
    elif one.name in _LINES:
        yield " ".join(words[1:])
    elif one.name == "ssh":
        rest = _past(words, 1, frozenset({"-p", "-i", "-l", "-o", "-F", "-J", "-L", "-R", "-D"}))
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
    for at, word in enumerate(one.words[1:-1], 1):
        if word.startswith("-") and not word.startswith("--") and word.endswith("c"):
            yield one.words[at + 1]
            return
        if not word.startswith(("-", "+")):
            return
    if one.fed is not None and all(word.startswith("-") for word in one.words[1:]):
        yield one.fed


def _find_lines(words: Sequence[str]) -> Iterator[str]:
    for at, word in enumerate(words):
        if word in ("-exec", "-execdir", "-ok"):
            end = next((to for to in range(at, len(words)) if words[to] in (";", "+")), len(words))
            yield " ".join(_requoted(part) for part in words[at + 1 : end])


def _git_lines(words: Sequence[str]) -> Iterator[str]:
    for at, word in enumerate(words[:-1]):
        if word == "-c" and words[at + 1].startswith("alias.") and "=!" in words[at + 1]:
            yield words[at + 1].partition("=!")[2]
        if word in ("-x", "--exec") and "rebase" in words[:at]:
            yield words[at + 1]


def bare(words: Sequence[str]) -> tuple[list[str], list[str]]:
    """Take off assignments and wrappers: what is left, and the wrappers' names."""
    left, carriers = list(words), list[str]()
    for _ in range(_MOST_WRAPPERS):
        while left and _assigns(left[0]):
            left.pop(0)
        rest = _unwrapped(left)
        if rest is None:
            break
        carriers.append(_base(left[0]))
        left = rest
    return left, carriers


def _unwrapped(words: Sequence[str]) -> list[str] | None:
    if not words:
        return None
    name = _base(words[0])
    for length in (3, 2, 1):
        wrapper = _WRAPPERS.get((name, *words[1:length]))
        if wrapper is None or len(words) <= length:
            continue
        if name == "env" and any(word in ("-S", "--split-string") for word in words[1:3]):
            return None
        at = _past(words, length, wrapper.values) + wrapper.own
        at += words[at : at + 1] == ["--"]
        return list(words[at:]) or None
    return None


def _past(words: Sequence[str], at: int, values: frozenset[str]) -> int:
    """Give the place after the options."""
    while at < len(words) and words[at].startswith("-") and words[at] != "-":
        if words[at] == "--":
            return at + 1
        at += 2 if words[at] in values else 1
    return at


def _assigns(word: str) -> bool:
    name, sign, _ = word.partition("=")
    return bool(sign) and name.rstrip("+").isidentifier()


def _base(word: str) -> str:
    return word.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1].removesuffix(".exe") or word


def _requoted(word: str) -> str:
    return "'" + word.replace("'", "'\\''") + "'"
