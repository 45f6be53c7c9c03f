"""Reads an output with the runners' tables: which of them spoke, and what they counted and named."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import takewhile
from typing import Literal

from adapters.test_output.counts import Counts, counted, found
from adapters.test_output.lines import Sheet
from adapters.test_output.runners import RUNNERS, Runner
from adapters.test_output.special import leaf_names, read_go, read_prove, read_tap, step_names
from adapters.test_output.told import Told

_Words = list[tuple[str, int]]
_PLAIN = frozenset({"pytest", "go", "cargo", "gradle", "bun"})
"""Runners that are recognised by more than their summaries; the others' names alone could be anything."""


def told(sheet: Sheet, names: Sequence[str], commands: int, whole: bool) -> list[Told]:
    """Give what each runner of `names` (none: any) told; `commands` is how many test commands the output is of.

    `whole` says that no line is missing. Where any runner may have spoken each line is read for one of them only, and
    plain TAP counts only where no other did, because other runners print TAP too.
    """
    any_one = not names
    wanted = [runner for runner in RUNNERS if any_one or runner.name in names]
    heard: list[Told] = []
    taken: set[int] = set()
    for runner in wanted:
        if any_one and runner.name == "tap" and heard:
            continue
        one = _read(runner, sheet.lines, 0 if any_one else commands, whole, taken)
        if one is not None and not (any_one and one.level != "counts" and runner.name not in _PLAIN):
            heard.append(one)
    spoken = [one for one in heard if one.level == "counts"]
    return spoken or heard


def _read(runner: Runner, lines: Sequence[str], commands: int, whole: bool, taken: set[int]) -> Told | None:
    blocks = _blocks(runner, lines, taken)
    if not blocks and runner.special is not None:
        return _special(runner.special, lines, whole)
    alarm = _any(runner.alarms, lines)
    names = _names(runner, lines)
    if blocks:
        kept = blocks if runner.each or not commands else blocks[-commands:]
        counts = _counted(runner, lines, kept, whole)
        failed = bool(counts.failed) or alarm
        return Told(runner.name, "counts", failed, not failed and not counts.ran, counts, names if failed else ())
    if _any(runner.empty, lines):
        return Told(runner.name, "counts", alarm, not alarm, Counts(0, 0, 0))
    if names or alarm:
        return Told(runner.name, "names", True, counts=Counts(None, len(names) or None, None), names=names)
    return Told(runner.name, "packages", False) if _any(runner.good, lines) else None


def _special(which: Literal["go", "prove", "tap"], lines: Sequence[str], whole: bool) -> Told | None:
    match which:
        case "go":
            return read_go(lines, whole)
        case "prove":
            return read_prove(lines)
        case "tap":
            return read_tap(lines, whole)


def _any(patterns: Sequence[re.Pattern[str]], lines: Sequence[str]) -> bool:
    return any(pattern.search(line) for pattern in patterns for line in lines)


def _blocks(runner: Runner, lines: Sequence[str], taken: set[int]) -> list[_Words]:
    """Give the words of each summary; lines that belong together make one, until a word comes again."""
    blocks: list[_Words] = []
    growing = closed = False
    for at, line in enumerate(lines):
        if at in taken:
            continue
        for summary in runner.summaries:
            if (match := summary.pattern.match(line)) is None:
                continue
            words = found(line, match, summary.words_first)
            known = {word for word, _ in blocks[-1]} if blocks and growing else set[str]()
            if not growing or not summary.block or known & {word for word, _ in words}:
                blocks.append([])
            blocks[-1] += words
            growing = summary.block
            closed = closed or runner.closing is None or runner.closing.match(line) is not None
            taken.add(at)
            break
    return [block for block in blocks if block] if closed else []


def _counted(runner: Runner, lines: Sequence[str], blocks: Sequence[_Words], whole: bool) -> Counts:
    skips = sum(runner.skips.match(line) is not None for line in lines) if runner.skips else 0
    parts = [counted(words, runner.flaky, skips if at == 0 else 0) for at, words in enumerate(blocks)]
    # What a summary does not name is none, unless the runner leaves it out or the line may be missing.
    seen = 0 if (whole or not runner.summaries[0].block) and not runner.terse else None
    if runner.passes is not None and whole:
        seen = sum(runner.passes.match(line) is not None for line in lines)
    told = [replace(part, passed=seen) if part.passed is None else part for part in parts]
    total = told[0]
    for part in told[1:]:
        total = total + part
    return total


def _names(runner: Runner, lines: Sequence[str]) -> tuple[str, ...]:
    """Give the names of the failing tests, each once, by the first pattern that finds any."""
    for pattern in runner.names:
        if "not ok" in pattern.pattern:
            names = list(leaf_names(lines, pattern))
        elif runner.name == "mocha":
            names = list(step_names(_after_summary(runner, lines)))
        elif runner.name == "playwright":
            names = list(_final_failures(lines)) or [found[1] for line in lines if (found := pattern.match(line))]
        elif pattern.pattern.startswith("^✖"):
            below = list(lines)[lines.index("✖ failing tests:") :] if "✖ failing tests:" in lines else []
            names = [found[1] for line in below if (found := pattern.match(line))]
        else:
            names = [found[1] for line in lines if (found := pattern.match(line))]
        if names:
            return tuple(dict.fromkeys(name.strip() for name in names))
    return ()


def _after_summary(runner: Runner, lines: Sequence[str]) -> Sequence[str]:
    pattern = runner.summaries[0].pattern
    last = max((at for at, line in enumerate(lines) if pattern.match(line)), default=-1)
    return lines[last + 1 :]


def _final_failures(lines: Sequence[str]) -> Iterator[str]:
    """Give the tests that playwright lists below "N failed"; those below "N flaky" passed in the end."""
    for at, line in enumerate(lines):
        if line.strip().endswith(" failed") and line.strip().removesuffix(" failed").isdigit():
            yield from (one.rstrip(" ─") for one in takewhile(lambda one: " › " in one, lines[at + 1 :]))
