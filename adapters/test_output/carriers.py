"""Takes off what only carries a command: assignments, wrappers such as `timeout` and `uv run`, shells within shells."""

import re
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from adapters.test_output.programs import CARRIERS, PROGRAMS, SCRIPT, SCRIPTED, SHELLS, Carrier
from adapters.test_output.shell import Simple, split

_DEEPEST = 4
"""Shells within shells that are looked into."""
_MOST = 12
"""Carriers of carriers that are taken off."""
_BY_NAME: dict[str, list[tuple[str, ...]]] = {}
for _key in sorted(CARRIERS, key=len, reverse=True):
    _BY_NAME.setdefault(_key[0], []).append(_key)
_ASSIGNED = re.compile(r"[A-Za-z_]\w*\+?=")


def flat(line: str, depth: int) -> tuple[list[Simple], bool]:
    """Give the simple commands of a line, those of shells that it starts in their place."""
    script = split(line)
    commands: list[Simple] = []
    branches = script.branches
    for one in script.commands:
        words = bare(one.words)
        inner = _carried_line(words) if depth < _DEEPEST else None
        if inner is None:
            commands.append(Simple(words or one.words, one.join))
            continue
        below, odd = flat(inner, depth + 1)
        branches = branches or odd
        if below:
            below[-1].join = one.join if below[-1].join in ("", ";") else below[-1].join
            commands += below
    return commands, branches


def _carried_line(words: Sequence[str]) -> str | None:
    """Give the line that a shell is told to run, None where this is no shell or it is told none."""
    if not words or name_of(words[0]) not in SHELLS:
        return None
    if words[0] == "eval":
        return " ".join(words[1:])
    for at, word in enumerate(words[1:-1], 1):
        if word == "--run" or re.fullmatch(r"-[a-z]*c", word):
            return words[at + 1]
        if not word.startswith(("-", "+")) and words[at - 1] != "-o":
            return None
    return None


def bare(words: Sequence[str]) -> list[str]:
    """Take off assignments and the programs that only carry another one."""
    left = list(words)
    for _ in range(_MOST):
        while left and _ASSIGNED.match(left[0]):
            left.pop(0)
        if (rest := _carried(left)) is None:
            break
        left = rest
    return left


def _carried(words: Sequence[str]) -> list[str] | None:
    """Give the command behind a carrier; a script of the project behind it is given as a package script."""
    if not words:
        return None
    for key in _BY_NAME.get(name_of(words[0]), ()):
        rest = _behind(words, key, CARRIERS[key])
        if rest is not None:
            script = key in SCRIPTED and rest and rest[0] not in PROGRAMS and SCRIPT.fullmatch(rest[0])
            return ["npm", "run", "test"] if script else rest
    return None


def _behind(words: Sequence[str], key: tuple[str, ...], carrier: Carrier) -> list[str] | None:
    at = 1
    for verb in key[1:]:
        at = past_options(words, at, carrier.values)
        if at >= len(words) or words[at] != verb:
            return None
        at += 1
    at = past_options(words, at, carrier.values)
    for _ in range(carrier.skip):
        at = past_options(words, at + 1, carrier.values)
    return list(words[at:])


def past_options(words: Sequence[str], at: int, values: frozenset[str]) -> int:
    """Give the place after the options; `-m` stays, because it names a module to run."""
    while at < len(words) and words[at].startswith(("-", "+")) and words[at] != "-m":
        if words[at] == "--":
            return at + 1
        at += 2 if words[at] in values else 1
    while at < len(words) and _ASSIGNED.match(words[at]):
        at += 1
    return at


def arguments(words: Sequence[str], values: frozenset[str]) -> Iterator[str]:
    """Give the arguments that are no options and no values of options, up to `--`."""
    skip = False
    for word in words:
        if word == "--":
            return
        if skip:
            skip = False
        elif word.startswith(("-", "+")):
            skip = word in values
        else:
            yield word


def name_of(word: str) -> str:
    """Give a program's name without its directory and Windows ending."""
    if word.isalnum():
        return word
    return PurePosixPath(word.replace("\\", "/")).name.removesuffix(".exe").removesuffix(".cmd").removesuffix(".bat")
