"""Says of a shell line whether it runs tests, which runner's output to expect, and what its exit status proves.

A pipe, `; echo`, `|| true` and a trailing `&` hide the runner's exit status; that is the normal case in agents' logs.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from typing import Literal

import msgspec

from adapters.test_output.programs import (
    CARGO,
    CARRIERS,
    HELP,
    KEEP_ALL,
    PACKAGERS,
    PATH,
    PROGRAMS,
    SCRIPT,
    SCRIPTED,
    SETTING_UP,
    SHELLS,
    Carrier,
    Program,
)
from adapters.test_output.shell import Simple, split
from state.text import clean

LINE = 240
"""Characters kept of a command."""
_DEEPEST = 4
"""Shells within shells that are looked into."""
_HINT = re.compile(
    r"test|spec|check|jest|mocha|\bava\b|\btox\b|\bnox\b|prove|verify|gradle|mvn|rake|phpunit|pest|cypress|playwright"
    r"|\btrial\b|npm t\b|\bnose|\bbats\b|\btap\b|e2e"
)
_ASSIGNED = re.compile(r"[A-Za-z_]\w*\+?=")
_PYTHON = re.compile(r"(?:python|pypy)[\d.]*|py")


class Tried(msgspec.Struct, frozen=True):
    """A command that runs tests.

    `readers` name the runners to expect, none means any; `count` says how many of its commands are tests. `zero_tells`:
    exit status 0 proves that all tests passed; `other_tells`: any other one proves that a test command failed. `sight`
    says how much of the output the line itself let through.
    """

    readers: tuple[str, ...]
    count: int
    zero_tells: bool
    other_tells: bool
    sight: Literal["whole", "end", "part"]
    line: str


def tried(line: str) -> Tried | None:
    """Give what a shell line tries if it runs tests, else None."""
    if _HINT.search(line) is None:
        return None
    commands, branches = _flat(line, 0)
    found = [(at, program) for at, one in enumerate(commands) if (program := _tested(one.words)) is not None]
    if not found:
        return None
    places = [at for at, _ in found]
    readers = dict.fromkeys(name for _, program in found for name in program.readers)
    known = all(program.readers for _, program in found)
    piped = any("pipefail" in word for one in commands if one.words[:1] == ["set"] for word in one.words)
    return Tried(
        readers=tuple(readers) if known else (),
        count=len(found),
        zero_tells=not branches and all(_zero_tells(commands, at, piped) for at in places),
        other_tells=not branches and _other_tells(commands, places, piped),
        sight=_sight(commands, places),
        line=clean(line.strip(), LINE),
    )


def _flat(line: str, depth: int) -> tuple[list[Simple], bool]:
    """Give the simple commands of a line, those of shells that it starts in their place."""
    script = split(line)
    commands: list[Simple] = []
    branches = script.branches
    for one in script.commands:
        words = _bare(one.words)
        inner = _carried_line(words) if depth < _DEEPEST else None
        if inner is None:
            commands.append(Simple(words or one.words, one.join))
            continue
        below, odd = _flat(inner, depth + 1)
        branches = branches or odd
        if below:
            below[-1].join = one.join if below[-1].join in ("", ";") else below[-1].join
            commands += below
    return commands, branches


def _carried_line(words: Sequence[str]) -> str | None:
    """Give the line that a shell is told to run, None where this is no shell or it is told none."""
    if not words or _name(words[0]) not in SHELLS:
        return None
    if words[0] == "eval":
        return " ".join(words[1:])
    for at, word in enumerate(words[1:-1], 1):
        if word == "--run" or re.fullmatch(r"-[a-z]*c", word):
            return words[at + 1]
        if not word.startswith(("-", "+")) and words[at - 1] != "-o":
            return None
    return None


def _bare(words: Sequence[str]) -> list[str]:
    """Take off assignments and the programs that only carry another one."""
    left = list(words)
    for _ in range(12):
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
    for size in (3, 2, 1):
        for key in (key for key in CARRIERS if len(key) == size and key[0] == _name(words[0])):
            rest = _behind(words, key, CARRIERS[key])
            if rest is not None:
                script = key in SCRIPTED and rest and rest[0] not in PROGRAMS and SCRIPT.fullmatch(rest[0])
                return ["npm", "run", "test"] if script else rest
    return None


def _behind(words: Sequence[str], key: tuple[str, ...], carrier: Carrier) -> list[str] | None:
    at = 1
    for verb in key[1:]:
        at = _past_options(words, at, carrier.values)
        if at >= len(words) or words[at] != verb:
            return None
        at += 1
    at = _past_options(words, at, carrier.values)
    for _ in range(carrier.skip):
        at = _past_options(words, at + 1, carrier.values)
    return list(words[at:])


def _past_options(words: Sequence[str], at: int, values: frozenset[str]) -> int:
    """Give the place after the options; `-m` stays, because it names a module to run."""
    while at < len(words) and words[at].startswith(("-", "+")) and words[at] != "-m":
        if words[at] == "--":
            return at + 1
        at += 2 if words[at] in values else 1
    while at < len(words) and _ASSIGNED.match(words[at]):
        at += 1
    return at


def _name(word: str) -> str:
    """Give a program's name without its directory and Windows ending."""
    return PurePosixPath(word.replace("\\", "/")).name.removesuffix(".exe").removesuffix(".cmd").removesuffix(".bat")


def _tested(words: Sequence[str]) -> Program | None:
    """Give the program that runs tests if these words are such a command."""
    if not words or HELP & set(words[1:]):
        return None
    name, rest = _name(words[0]), list(words[1:])
    if name == "-m" or _PYTHON.fullmatch(name):
        return _tested(_module(words if name == "-m" else rest))
    if name == "php" or (name == "ruby" and rest[:1] == ["-S"]):
        return _tested(rest[-1:] if name == "ruby" else rest)
    if name == "ruby":
        return PROGRAMS["rake"] if any(re.search(r"(?:^|[/_])test_?|_test\.rb", word) for word in rest) else None
    if name in PACKAGERS:
        return _packaged(name, rest)
    if name == "cargo":
        plain = list(_arguments(rest, frozenset({"--manifest-path", "-p", "--package", "--config"})))
        return _tested(plain) if plain[:1] == ["nextest"] else _told(CARGO, rest)
    if name == "node":
        return Program(("node",)) if any(word.split("=")[0] == "--test" for word in rest) else None
    if (program := PROGRAMS.get(name)) is not None:
        return _told(program, rest)
    by_path = "/" in words[0] and PATH.fullmatch(name) and "--gtest_list_tests" not in rest
    return Program() if by_path else None


def _module(words: Sequence[str]) -> list[str]:
    """Give what `python` runs as a command: the module after `-m`, or a script that is a test program itself."""
    at = 0
    while at < len(words) and words[at].startswith("-") and words[at] != "-m":
        at += 2 if words[at] in ("-W", "-X") else 1
    if words[at : at + 1] == ["-m"]:
        return _bare(words[at + 1 :])
    script = list(words[at:])
    return script if script and _name(script[0]) in ("manage.py", "run_tests.py", "runtests.py") else []


def _told(program: Program, arguments: Sequence[str]) -> Program | None:
    """Give `program` if its arguments make it run tests."""
    before = {word.split("=")[0] for word in arguments}
    if program.never & before or any(word.startswith("-Dmaven.test.skip") for word in arguments):
        return None
    if program.verb is None:
        return program
    plain = list(_arguments(arguments, program.values))
    wanted = plain[:1] if program.first else plain
    skipped = "-x" in arguments and "test" in arguments[arguments.index("-x") :][:2]
    told = not skipped and any(program.verb.fullmatch(word) for word in wanted)
    return program if told else None


def _arguments(words: Sequence[str], values: frozenset[str]) -> Iterator[str]:
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


def _packaged(name: str, rest: Sequence[str]) -> Program | None:
    """Read what a package manager is told: a script that is a test by its name, or a program of the project."""
    at = 0
    while at < len(rest):
        at = _past_options(rest, at, PACKAGERS[name])
        word = rest[at] if at < len(rest) else ""
        if word in ("workspace", "--filter"):
            at += 2
        elif word in ("run", "run-script", "workspaces", "foreach", "recursive"):
            at += 1
        else:
            break
    left = list(rest[at:])
    if not left:
        return None
    if name == "bun" and left[0] == "test" and "run" not in rest[:at]:
        return Program(("bun",))
    if SCRIPT.fullmatch(left[0]) or (name == "npm" and left[0] in ("t", "tst")):
        return Program()
    return None if left[0] in PACKAGERS else _tested(_bare(left))


def _zero_tells(commands: Sequence[Simple], at: int, piped: bool) -> bool:
    """Say whether exit status 0 of the whole line proves 0 of the command at `at`."""
    fine = ("&&", "|") if piped else ("&&",)
    behind = [one.join for one in commands[at:-1]]
    first = at
    while first and commands[first - 1].join not in (";", "&"):
        first -= 1
    return (
        commands[-1].join in ("", ";")
        and all(join in fine for join in behind)
        and all(one.join != "||" for one in commands[first:at])
        and not (at and commands[at - 1].join == "|")
    )


def _other_tells(commands: Sequence[Simple], places: Sequence[int], piped: bool) -> bool:
    """Say whether an exit status that is not 0 proves that one of the test commands at `places` failed."""
    last = places[-1]
    behind = [one.join for one in commands[last:-1]]
    if commands[-1].join not in ("", ";") or any(join != "|" or not piped for join in behind):
        return False
    for at in range(last - 1, -1, -1):
        if commands[at].join in (";", "&"):
            return True
        harmless = at in places or _name(commands[at].words[0]) in SETTING_UP
        if commands[at].join != "&&" or not harmless:
            return False
    return True


def _sight(commands: Sequence[Simple], places: Sequence[int]) -> Literal["whole", "end", "part"]:
    """Say what pipes behind the tests leave of their output: all, only its end, or lines of their choice."""
    sights: set[str] = set()
    for at in places:
        while at + 1 < len(commands) and commands[at].join == "|":
            at += 1
            name = _name(commands[at].words[0])
            sights.add("whole" if name in KEEP_ALL else "end" if name == "tail" else "part")
    return "part" if "part" in sights else "end" if "end" in sights else "whole"
