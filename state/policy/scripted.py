"""What the scripts of `sed` and `awk` do beside printing: commands that they run, files that they write.

Sources: POSIX.1-2024 sed and awk; GNU sed 4.9 (`e`, the flags `e` and `w`); gawk 5.3 (`|&`, `@load`).
"""

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from state.policy.named import named

if TYPE_CHECKING:
    from state.policy.command import Command

SEDS, AWKS = named("sed gsed"), named("awk gawk mawk nawk")
UNREAD = "$SCRIPT"
"""A line that stands for a command which only a run would show."""
_LONGEST = 4000
_TEXTS = re.compile(r'"(?:[^"\\\n]|\\.)*"')
_PATTERNS = re.compile(r"(^|[(,!~{};&|\n])\s*/(?:[^/\\\n]|\\.)*/")
_RUNS = re.compile(r"\bsystem\s*\(|(?<!\|)\|&?(?!\|)|@load\b")
_PRINTS = re.compile(r'\bprintf?\b[^;}\n]{0,400}?>{1,2}\s{0,9}"([^"\n]{1,400})"')
_OPTIONS = named("-F -v -f -E --field-separator --assign --file --exec")


def runs(one: "Command") -> Iterator[str]:
    """Give the lines that a script runs; `UNREAD` where it makes them up."""
    if one.name in SEDS:
        for kind, text in _of_sed(one.words):
            if kind == "e":
                yield text or UNREAD
    elif one.name in AWKS and any(_RUNS.search(_plain(text)) for text in _of_awk(one.words)):
        yield UNREAD


def writes(one: "Command") -> Iterator[str]:
    """Give the files that a script writes by name."""
    if one.name in SEDS:
        yield from (text for kind, text in _of_sed(one.words) if kind == "w" and text)
    elif one.name in AWKS:
        yield from (found[1] for text in _of_awk(one.words) for found in _PRINTS.finditer(text))


def _plain(text: str) -> str:
    return _PATTERNS.sub(r"\1", _TEXTS.sub('""', text[:_LONGEST]))


def _of_awk(words: Sequence[str]) -> Iterator[str]:
    """Give awk's program: the first word that is no option and no option's value."""
    at = 1
    while at < len(words) and words[at][:1] == "-":
        if words[at] in ("-e", "--source"):
            yield from words[at + 1 : at + 2]
        if words[at] in ("-f", "--file"):
            return
        at += 2 if words[at] in (*_OPTIONS, "-e", "--source") else 1
    yield from words[at : at + 1]


def _of_sed(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    told = [words[at + 1] for at, word in enumerate(words[:-1]) if word in ("-e", "--expression")]
    told += [word.partition("=")[2] for word in words if word.startswith("--expression=")]
    told += [word[2:] for word in words if word.startswith("-e") and len(word) > 2]
    if not told and not any(word.startswith(("-f", "--file")) for word in words):
        told = [word for word in words[1:] if word[:1] != "-"][:1]
    for text in told:
        yield from _acts(text[:_LONGEST])


def _acts(script: str) -> Iterator[tuple[str, str]]:
    """Give each `e` and `w` of a script with what stands behind it."""
    at, end = 0, len(script)
    while at < end:
        letter = script[at]
        at += 1
        if letter in "/\\":
            at = _past(script, at + (letter == "\\"), script[at : at + 1] if letter == "\\" else "/")
        elif letter in "sy" and at < end:
            mark = script[at]
            at = _past(script, _past(script, at + 1, mark), mark)
            flags = re.compile(r"[gpiImMe0-9]*w?").match(script, at)
            at = flags.end() if flags else at
            if flags and "e" in flags[0]:
                yield "e", ""
            if flags and flags[0].endswith("w"):
                yield "w", _rest(script, at)
                at = script.find("\n", at) % (end + 1)
        elif letter in "ewWaicrRbtT:#":
            if letter in "ewW":
                yield letter.lower(), _rest(script, at)
            stops = [stop for mark in ("\n;}" if letter in "btT" else "\n") if (stop := script.find(mark, at)) >= 0]
            at = min(stops, default=end)


def _rest(script: str, at: int) -> str:
    return script[at:].partition("\n")[0].strip()


def _past(script: str, at: int, mark: str) -> int:
    """Give the place behind the next `mark` that no backslash stands before."""
    while at < len(script) and script[at] != mark:
        at += 2 if script[at] == "\\" else 1
    return at + 1
