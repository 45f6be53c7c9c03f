"""Says of the words of one command whether they run tests, and whose output is to be expected."""

import re
from collections.abc import Sequence

from adapters.test_output.carriers import arguments, bare, name_of, past_options
from adapters.test_output.programs import CARGO, HELP, PACKAGERS, PATH, PROGRAMS, SCRIPT, Program

_PYTHON = re.compile(r"(?:python|pypy)[\d.]*|py")


def tested(words: Sequence[str]) -> Program | None:
    """Give the program that runs tests if these words are such a command."""
    if not words or HELP & set(words[1:]):
        return None
    name, rest = name_of(words[0]), list(words[1:])
    if name == "-m" or _PYTHON.fullmatch(name):
        return tested(_module(words if name == "-m" else rest))
    if name == "php" or (name == "ruby" and rest[:1] == ["-S"]):
        return tested(rest[-1:] if name == "ruby" else rest)
    if name == "ruby":
        return PROGRAMS["rake"] if any(re.search(r"(?:^|[/_])test_?|_test\.rb", word) for word in rest) else None
    if name in PACKAGERS:
        return _packaged(name, rest)
    if name == "cargo":
        plain = list(arguments(rest, frozenset({"--manifest-path", "-p", "--package", "--config"})))
        return tested(plain) if plain[:1] == ["nextest"] else _told(CARGO, rest)
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
        return bare(words[at + 1 :])
    script = list(words[at:])
    return script if script and name_of(script[0]) in ("manage.py", "run_tests.py", "runtests.py") else []


def _told(program: Program, given: Sequence[str]) -> Program | None:
    """Give `program` if its arguments make it run tests."""
    before = {word.split("=")[0] for word in given}
    if program.never & before or any(word.startswith("-Dmaven.test.skip") for word in given):
        return None
    if program.verb is None:
        return program
    plain = list(arguments(given, program.values))
    wanted = plain[:1] if program.first else plain
    skipped = "-x" in given and "test" in given[given.index("-x") :][:2]
    told = not skipped and any(program.verb.fullmatch(word) for word in wanted)
    return program if told else None


def _packaged(name: str, rest: Sequence[str]) -> Program | None:
    """Read what a package manager is told: a script that is a test by its name, or a program of the project."""
    at = 0
    while at < len(rest):
        at = past_options(rest, at, PACKAGERS[name])
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
    return None if left[0] in PACKAGERS else tested(bare(left))
