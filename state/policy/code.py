"""Code of other languages on a shell line: nobody reads it here, so what it does is unknown."""

import re
from collections.abc import Iterator

from state.policy.command import Command

_TELLS = {
    "python": "-c",
    "pypy": "-c",
    "node": "-e --eval -p --print -pe",
    "bun": "-e --eval -p --print",
    "deno": "eval",
    "ruby": "-e",
    "perl": "-e -E",
    "php": "-r",
    "osascript": "-e",
    "lua": "-e",
    "Rscript": "-e",
}
_SHELLS = ("pwsh", "powershell", "cmd")
_ACTS = re.compile(
    r"(?i)system|subprocess|popen|exec|spawn|rmtree|unlink|remove|rmsync|rmdir|child_process|fork|eval|__import__|`|"
    r"do shell|\bpty\b|delete"
)
"""Words that stand in code which starts programs, deletes files or hides that it does."""


def code_effect(one: Command) -> Iterator[str]:
    """Give `opaque` for a program's text that may act on the machine, `opaque.code` for any other."""
    if _is_told_a_line(one):
        yield "opaque"
    elif (code := _code(one)) is not None:
        yield "opaque" if _ACTS.search(code) else "opaque.code"


def _is_told_a_line(one: Command) -> bool:
    if one.name in ("awk", "gawk", "mawk"):
        return any("system(" in word or '| "' in word for word in one.words)
    return one.name in _SHELLS and bool({"-c", "-command", "/c", "-enc", "-e"} & {*map(str.lower, one.words[1:2])})


def _code(one: Command) -> str | None:
    """Give the code that an interpreter is told in words or on its input, None where there is none."""
    tells = _TELLS.get(one.name.rstrip("0123456789."))
    if tells is None:
        return None
    options = tells.split()
    for at, word in enumerate(one.words[1:], 1):
        if word in options or (word[:1] == "-" and word[1:2] != "-" and f"-{word[-1]}" in options):
            return " ".join(one.words[at + 1 : at + 2])
        if not word.startswith("-"):
            return None
    return one.fed
