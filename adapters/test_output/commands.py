"""Says of a shell line whether it runs tests, which runner's output to expect, and what its exit status proves.

A pipe, `; echo`, `|| true` and a trailing `&` hide the runner's exit status; that is the normal case in agents' logs.
"""

import re
from collections.abc import Sequence
from typing import Literal

import msgspec

from adapters.test_output.carriers import flat, name_of
from adapters.test_output.programs import KEEP_ALL, PACKAGERS, PROGRAMS, SCRIPTED, SETTING_UP
from adapters.test_output.shell import Simple
from adapters.test_output.tested import tested
from state.findings.lines import masked
from state.text import clean

LINE = 240
"""Characters kept of a command."""
_HINT = re.compile(
    r"test|spec|check|jest|mocha|\bava\b|\btox\b|\bnox\b|prove|verify|gradle|mvn|rake|phpunit|pest|cypress|playwright"
    r"|\btrial\b|npm t\b|\bnose|\bbats\b|\btap\b|e2e"
)

_CARRYING = frozenset({"py", "php", "ruby", "node", "cargo", *(key[0] for key in SCRIPTED)})
_HINTS = (
    *("test", "spec", "check", "jest", "mocha", "ava", "tox", "nox", "prove", "verify", "gradle", "mvn", "rake"),
    *("phpunit", "pest", "cypress", "playwright", "trial", "npm t", "nose", "bats", "tap", "e2e"),
)
"""What `_HINT` looks for, without its word boundaries: most lines have none, and this tells it ten times faster."""


_WORD = re.compile(r"[A-Za-z_][\w-]*")
_AIMS_AT_TEST = re.compile(r"/[\w.-]*[tT]est")
_NAMES = frozenset(name.partition(".")[0] for name in PROGRAMS) | PACKAGERS.keys() | _CARRYING
"""The first words of all names by which `tested` knows a program."""


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
    if not any(map(line.__contains__, _HINTS)) or _HINT.search(line) is None or not names_a_program(line):
        return None
    commands, branches = flat(line, 0)
    found = [(at, program) for at, one in enumerate(commands) if (program := tested(one.words)) is not None]
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
        line=clean(masked(line.strip()[: 2 * LINE]), LINE),
    )


def names_a_program(line: str) -> bool:
    """Say whether a line may name a program that runs tests: a quick look, because taking a line apart is dear.

    Quotes within a word hide a program's name from a search and not from a shell.
    """
    if "\\" in line or _AIMS_AT_TEST.search(line):
        return True
    words = _WORD.findall(line.replace("'", "").replace('"', ""))
    return not _NAMES.isdisjoint(words) or any(word.startswith(("python", "pypy")) for word in words)


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
        harmless = at in places or name_of(commands[at].words[0]) in SETTING_UP
        if commands[at].join != "&&" or not harmless:
            return False
    return True


def _sight(commands: Sequence[Simple], places: Sequence[int]) -> Literal["whole", "end", "part"]:
    """Say what pipes behind the tests leave of their output: all, only its end, or lines of their choice."""
    sights: set[str] = set()
    for at in places:
        while at + 1 < len(commands) and commands[at].join == "|":
            at += 1
            name = name_of(commands[at].words[0])
            sights.add("whole" if name in KEEP_ALL else "end" if name == "tail" else "part")
    return "part" if "part" in sights else "end" if "end" in sights else "whole"
