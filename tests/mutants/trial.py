"""Whether a mutant is noticed: the tests that call its function, run in a forked process in which it is in force.

The tests are loaded once, in the process that forks. A function is replaced by its code, so that whoever has imported
it meets the mutant; what was computed while modules were loaded is not computed again.
"""

import functools
import importlib
import json
import os
import resource
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any, Literal

import pytest

from tests.mutants.mutations import Mutant

Outcome = Literal["noticed", "survived", "not called"]
QUIET = ("-n", "0", "-x", "-q", "--no-header", "--no-summary", "-p", "no:cacheprovider", "--tb=no")
MOST_CPU, UNCHANGED_CPU = 30, 600
"""Processor seconds that a trial may take, and the run of all tests: a trial that takes more goes round for ever."""


@dataclass(slots=True)
class Calls:
    """A plugin of pytest: which functions of some files each test calls, and how long it takes."""

    files: frozenset[str]
    called: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    seconds: dict[str, float] = field(default_factory=dict[str, float])

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """Watch the calls while one test runs."""
        seen: set[str] = set()
        files, began = self.files, time.process_time()

        def look(frame: Any, event: str, _: object) -> None:
            if event == "call" and frame.f_code.co_filename in files:
                seen.add(_place(frame.f_code))

        threading.setprofile(look)
        sys.setprofile(look)
        try:
            return (yield)
        finally:
            sys.setprofile(None)
            threading.setprofile(None)  # pyright: ignore[reportArgumentType]  # how its documentation takes it away
            self.seconds[item.nodeid] = time.process_time() - began
            for place in seen:
                self.called.setdefault(place, []).append(item.nodeid)


def _place(code: CodeType) -> str:
    return f"{code.co_filename}:{code.co_qualname.partition('.<locals>')[0]}"


@dataclass(frozen=True, slots=True)
class Tests:
    """The tests of a room as they ran unchanged: by function which call it, the quickest first."""

    by_function: Mapping[str, Sequence[str]]

    def of(self, mutant: Mutant, root: Path) -> Sequence[str]:
        """Give the tests that call the mutant's function."""
        return self.by_function.get(f"{root / mutant.file}:{mutant.function}", ())


def watched(files: Iterable[Path], tests: Sequence[str]) -> Tests:
    """Run the tests once, unchanged, and see which functions each calls. Raises `RuntimeError` where one fails."""
    told = json.loads(_forked(lambda: _watch(frozenset(map(str, files)), tests), UNCHANGED_CPU) or "null")
    if told is None:
        raise RuntimeError("the tests do not pass by themselves: mend them first")
    seconds = told["seconds"]
    return Tests({place: sorted(some, key=seconds.__getitem__) for place, some in told["called"].items()})


def _watch(files: frozenset[str], tests: Sequence[str]) -> str:
    calls = Calls(files)
    status = pytest.main([*QUIET, *tests], plugins=[calls])
    return "" if status else json.dumps({"called": calls.called, "seconds": calls.seconds})


def tried(mutant: Mutant, tests: Sequence[str]) -> Outcome:
    """Say whether some test notices a mutant."""
    if not tests:
        return "not called"
    return "survived" if _forked(lambda: _try(mutant, tests)) == "0" else "noticed"


def _try(mutant: Mutant, tests: Sequence[str]) -> str:
    module = importlib.import_module(mutant.file.removesuffix(".py").replace("/", "."))
    owner: Any = module
    for name in mutant.function.split("."):
        owner = vars(owner)[name]
    _plain(owner).__code__ = mutant.code
    return str(int(pytest.main([*QUIET, *tests])))


def _plain(found: Any) -> FunctionType:
    """Give the function inside what its decorators made of it."""
    match found:
        case FunctionType() if not hasattr(found, "__wrapped__"):
            return found
        case property() if found.fget is not None:
            return _plain(found.fget)
        case staticmethod() | classmethod():
            return _plain(found.__func__)
        case functools.cached_property():
            return _plain(found.func)
        case _:
            return _plain(found.__wrapped__)


def _forked(do: Callable[[], str], most_cpu: int = MOST_CPU) -> str:
    """Do something in a process of its own without a word on the terminal; gives its answer, or "" where it died."""
    read, write = os.pipe()
    if child := os.fork():
        os.close(write)
        with os.fdopen(read) as answer:
            told = answer.read()
        os.waitpid(child, 0)
        return told
    resource.setrlimit(resource.RLIMIT_CPU, (most_cpu, most_cpu))
    signal.alarm(most_cpu * 20)
    with Path(os.devnull).open("w") as nothing:
        os.dup2(nothing.fileno(), 1)
        os.dup2(nothing.fileno(), 2)
        os.write(write, do().encode())
    os._exit(0)
