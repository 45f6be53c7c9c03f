"""How much harm a run's change and its commands can do: a floor set by rules, which nothing lowers.

Each fact (a changed file, a command that ran, a mark in an added line) is judged on its own and the gravest level wins,
so one fact more can raise the level and never lower it. What a model says of its own risk is not asked.
"""

import os.path
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from state.findings.finding import LEVELS, Risk, RiskLevel
from state.findings.lines import masked
from state.findings.pack import Rule, pack
from state.runs.run import Ran, Run
from state.runs.worktree import ChangedFile, Content, Kind, Marked, Worktree

LARGE = 500
"""Changed lines above which a change is hard to review in one sitting; generated files do not count."""
_SHOWN = 3
"""What matched a rule, as far as its reason names it."""


@dataclass(frozen=True, slots=True)
class _Match:
    """One rule that one fact matched, the level that it sets there, and the fact in words."""

    rule: str
    level: int
    what: str


class _Same:
    """A value that equals itself alone, so that large facts are judged once and not compared part by part."""

    __slots__ = ("value",)

    def __init__(self, value: object) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.value is other.value

    def __hash__(self) -> int:
        return id(self.value)


def risk(run: Run, worktree: Worktree | None) -> Risk:
    """Give the risk of a run; the level is None where no change and no command is known yet."""
    found: list[_Match] = []
    if worktree is not None:
        found += _of_files(_Same(worktree.files))
        found += _of_content(_Same(worktree.content))
    found += _of_edits(_Same(run.edited), worktree.path if worktree else run.worktree or run.cwd or "")
    found += (match for ran in run.ran for match in _of_command(ran))
    return _summed(found)


def _summed(found: Iterable[_Match]) -> Risk:
    """Put the matches of each rule together, the gravest rule first."""
    levels: dict[str, int] = {}
    whats: dict[str, dict[str, None]] = {}
    for one in found:
        levels[one.rule] = max(one.level, levels.get(one.rule, 0))
        whats.setdefault(one.rule, {})[one.what] = None
    if not levels:
        return Risk()
    order = sorted(levels, key=lambda rule: -levels[rule])
    reasons = tuple(f"{pack().rules[rule].reason} {_named(list(whats[rule]))}" for rule in order)
    return Risk(LEVELS[levels[order[0]]], tuple(order), reasons)


def _named(whats: list[str]) -> str:
    shown = ", ".join(whats[:_SHOWN])
    return f"{shown} and {len(whats) - _SHOWN} more" if len(whats) > _SHOWN else shown


@lru_cache(maxsize=512)
def _of_files(files: _Same) -> tuple[_Match, ...]:
    changed: Iterable[ChangedFile] = files.value or ()  # type: ignore[assignment] - the cache's key hides what it holds
    found = [match for one in changed for match in _of_path(one.path, one.kind)]
    lines = sum((one.added or 0) + (one.deleted or 0) for one in changed if not pack().generated.match(one.path))
    if lines > LARGE:
        found.append(_match(pack().rules["large-change"], f"{lines:,} lines".replace(",", " ")))
    return tuple(found)


@lru_cache(maxsize=512)
def _of_content(content: _Same) -> tuple[_Match, ...]:
    told = content.value
    if not isinstance(told, Content):
        return ()
    found = [match for mark in told.marks for match in _of_mark(mark)]
    return tuple([*found, _match(pack().rules["not-all-read"], told.cut)] if told.cut else found)


@lru_cache(maxsize=512)
def _of_edits(edited: _Same, top: str) -> tuple[_Match, ...]:
    """Judge files that the run's tools wrote, which git may not show: ignored ones and those of other directories."""
    found: list[_Match] = []
    paths: Iterable[str] = edited.value  # type: ignore[assignment] - the same
    for path in paths:
        inside = os.path.relpath(path, top) if top and f"{path}/".startswith(f"{top.rstrip('/')}/") else ""
        found += _of_path(inside, "modified") if inside else _of_outside(path) if top else ()
    return tuple(found)


@lru_cache(maxsize=16384)
def _of_path(path: str, kind: Kind) -> tuple[_Match, ...]:
    """Give every rule that a changed file of the worktree matches."""
    return tuple(
        _Match(rule.id, level, masked(path))
        for rule in pack().rules.values()
        if rule.paths and not rule.outside and (level := _level_at(rule, path)) is not None
        if (not rule.kinds or kind in rule.kinds) and rule.wanted.match(path) and not rule.spared.match(path)
    )


def _of_outside(path: str) -> Iterator[_Match]:
    for rule in pack().rules.values():
        if rule.outside and rule.wanted.match(path) and not rule.spared.match(path):
            yield _match(rule, masked(path))


def _level_at(rule: Rule, path: str) -> int | None:
    """Give the level of a rule for a file of this kind, None where the rule is not about such files."""
    if pack().tests.match(path):
        level: RiskLevel | None = rule.in_tests or (rule.level if rule.anywhere else None)
    else:
        level = rule.level if rule.anywhere or not pack().docs.match(path) else None
    return None if level is None else LEVELS.index(level)


def _of_mark(mark: Marked) -> Iterator[_Match]:
    rule = pack().rules.get(mark.rule)
    if rule is None or (level := _level_at(rule, mark.path)) is None:
        return
    tail = f" …{mark.tail}" if mark.tail else ""
    yield _Match(rule.id, level, f"{masked(mark.path)}:{mark.line}{tail}")


def _of_command(ran: Ran) -> Iterator[_Match]:
    for rule in pack().by_effect.get(ran.effect, ()):
        yield _match(rule, f"`{ran.text}`")


def _match(rule: Rule, what: str) -> _Match:
    return _Match(rule.id, LEVELS.index(rule.level), what)
