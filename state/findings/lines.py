"""Reads the lines that a change adds: secrets and risky patterns in them, and assertions that were taken out.

A secret never leaves this module: what comes out names the rule, the file, the line and at most its last four letters.
"""

import math
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from state.findings.passwords import hidden
from state.runs.worktree import Marked
from state.text import clean

if TYPE_CHECKING:
    from state.findings.pack import LinePattern, Pack

LONGEST_LINE = 4000
"""Characters read of one line."""
MOST_MARKS = 200
"""Marks kept of one worktree, and `MOST_OF_A_RULE` of one rule in one file."""
MOST_OF_A_RULE = 5
_GUESSED = "secret/assigned-secret"
"""The one form that is a guess: it says nothing new of a line in which a secret was recognised."""
_TAIL = 4
_LEAST_FOR_TAIL = 12
_ASSERTS = re.compile(r"\b(?:assert\w{0,30}|expect|should|refute)\b")
_PLACEHOLDER = re.compile(
    r"(?i)example|placeholder|changeme|change_me|your[_-]|dummy|fake|redacted|x{5}|\*{3}|<[a-z]|\$\{|%\(|\{\{|0{8}|test"
)
_LEAST_ENTROPY = 3.0
_SHORT = 480
"""Characters of a text that is worth remembering for a moment."""
_RUN = re.compile(r"[A-Za-z0-9_-]{20,}")
_DIGIT = re.compile(r"\d")
_SIGNS = (
    "PRIVATE KEY",
    "AccountKey=",
    "hf_",
    "assw",
    "ecret",
    "SECRET",
    "PASSW",
    "_key",
    "_KEY",
    "Key",
    "oken",
    "TOKEN",
    *(f"{kind}_{use}_" for kind in ("sk", "rk") for use in ("live", "test", "prod")),
)
"""What stands near a secret that is no long run of letters and digits."""


def pack() -> "Pack":
    """Give the forms of secrets, which take a third of a second to load: most logs hold nothing that asks for them."""
    from state.findings.pack import pack as read

    return read()


@dataclass(frozen=True, slots=True)
class AddedFile:
    """The lines that a change adds to one file, with their numbers in it, and those that it takes out.

    `path` is relative to the worktree and raw; each line is at most `LONGEST_LINE` characters long.
    """

    path: str
    lines: Sequence[str]
    numbers: Sequence[int]
    removed: Sequence[str] = ()


def worst(found: Iterable[Marked]) -> tuple[Marked, ...]:
    """Give the marks of all files, secrets first, `MOST_MARKS` at most."""
    return tuple(sorted(found, key=lambda one: not one.rule.startswith("secret/"))[:MOST_MARKS])


def marks(file: AddedFile) -> tuple[Marked, ...]:
    """Give what the rules find in the lines that are added to one file."""
    found = [*_searched(file)]
    known = {mark.line for mark in found if mark.rule.startswith("secret/") and mark.rule != _GUESSED}
    return (*(mark for mark in found if mark.rule != _GUESSED or mark.line not in known), *_fewer_asserts(file))


def _searched(file: AddedFile) -> Iterator[Marked]:
    text = "\n".join(file.lines)
    lowered = text.lower()
    starts: list[int] = []
    for searched in pack().patterns:
        if not any(keyword in lowered for keyword in searched.keywords):
            continue
        starts = starts or _starts(file.lines)
        seen: set[int] = set()
        for match in searched.pattern.finditer(text):
            at = bisect_right(starts, match.start()) - 1
            if at in seen or not _counts(searched, match):
                continue
            seen.add(at)
            tail = _tail(match) if searched.secret else ""
            yield Marked(searched.rule, clean(file.path), file.numbers[at], tail)
            if len(seen) == MOST_OF_A_RULE:
                break


def _starts(lines: Sequence[str]) -> list[int]:
    """Give the place in the joined text at which each line begins."""
    places, at = [0], 0
    for line in lines[:-1]:
        at += len(line) + 1
        places.append(at)
    return places


def _fewer_asserts(file: AddedFile) -> Iterator[Marked]:
    if not file.removed or not pack().tests.match(file.path):
        return
    gone, come = (sum(_ASSERTS.search(line) is not None for line in some) for some in (file.removed, file.lines))
    if gone > come:
        yield Marked("assertions-removed", clean(file.path), file.numbers[0] if file.numbers else 1)


def _counts(searched: "LinePattern", match: re.Match[str]) -> bool:
    """Say whether a match is meant: known samples of documentation are not, nor placeholders."""
    if not searched.secret:
        return True
    secret = _secret(match)
    if secret.endswith("EXAMPLE") or "EXAMPLEKEY" in secret:
        return False
    return not searched.plausible or (_PLACEHOLDER.search(secret) is None and _entropy(secret) >= _LEAST_ENTROPY)


def _secret(match: re.Match[str]) -> str:
    return next((group for group in match.groups() if group is not None), match[0])


def _tail(match: re.Match[str]) -> str:
    """Give the last four letters of a secret; nothing where they would be much of it, or are none of it."""
    secret = _secret(match)
    return clean(secret[-_TAIL:]) if match.re.groups and len(secret) >= _LEAST_FOR_TAIL else ""


def _entropy(text: str) -> float:
    """Give Shannon's entropy of the letters, in bits a letter."""
    counts = Counter(text).values()
    return -sum(count / len(text) * math.log2(count / len(text)) for count in counts)


def masked(text: str) -> str:
    """Give `text` without its secrets: one known by its form shows its last four letters, one by its place nothing."""
    return _masked_just_now(text) if len(text) <= _SHORT else hidden(_unformed(text))


@lru_cache(maxsize=8)
def _masked_just_now(text: str) -> str:
    """Do so once for a command that its call, its tests and its effects show one after the other."""
    return hidden(_unformed(text))


def _unformed(text: str) -> str:
    if not _may_hold(text):
        return text
    lowered = text.lower()
    for searched in pack().patterns:
        if not searched.secret or not any(keyword in lowered for keyword in searched.keywords):
            continue
        if not searched.pattern.groups:  # the secret is what follows, to an end that may not be there
            begin = searched.pattern.search(text)
            text = text if begin is None else f"{text[: begin.start()]}⟨{searched.rule.removeprefix('secret/')}⟩"
        else:
            text = searched.pattern.sub(lambda match, one=searched: _hidden(one, match), text)
    return text


def _may_hold(text: str) -> bool:
    """Say whether a secret may stand in a text: a quick look, because every line of a log's calls is asked."""
    if any(map(text.__contains__, _SIGNS)) or ("://" in text and "@" in text):
        return True
    return _DIGIT.search(text) is not None and any(_DIGIT.search(run) for run in _RUN.findall(text))


def _hidden(searched: "LinePattern", match: re.Match[str]) -> str:
    if not _counts(searched, match):
        return match[0]
    tail = f" …{_tail(match)}" if _tail(match) else ""
    return match[0].replace(_secret(match), f"⟨{searched.rule.removeprefix('secret/')}{tail}⟩")
