"""What a shell line does where it would run: what `state.policy.effects` finds in it, and its ordinary effects."""

from collections.abc import Iterator, Sequence

from state.policy.command import Command, commands, cut
from state.policy.effects import found
from state.policy.ground import Ground
from state.policy.ordinary import ordinary

_EVERYDAY = frozenset({"unknown", "fs.write", "fs.write.temp", "fs.write.unknown", "fs.delete", "fs.delete.temp"})
"""What is not said of a script that was there before the line."""


def line_effects(line: str, ground: Ground) -> tuple[list[tuple[str, str]], str | None]:
    """Give the effects of a line with the command that has each, and why it is opaque, None where it is not."""
    told = list(_read(line, ground))
    return told, next((reason for name, reason in told if name == "opaque"), None)


def _read(line: str, ground: Ground) -> Iterator[tuple[str, str]]:
    if reason := odd(line):
        yield "opaque", reason
    ran = commands(line, ground.cwd, ground.load)
    for name, who in found(ran, ground.top):
        yield name, _opaque(who) if name == "opaque" else said(who)
    for one in ran:
        for name, why in ordinary(one, ground):
            if not one.script or name not in _EVERYDAY:
                yield name, why


def odd(line: str) -> str | None:
    """Say why a line's letters alone make it unreadable: too many, or such that shells and readers differ on."""
    if cut(line):
        return "the line is too long, or holds a NUL"
    for letter in line:
        if letter == "\r" or (letter > "\x7f" and letter in _HIDDEN) or (letter < " " and letter not in "\n\t"):
            return f"the line holds a hidden character, U+{ord(letter):04X}"
    return None


_HIDDEN = frozenset(
    map(chr, (0x00AD, 0x061C, 0x180E, 0xFEFF, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x206A)))
)
"""Letters without a width and those that turn the direction of writing."""


def _opaque(who: Sequence[Command]) -> str:
    one = who[-1]
    if one.opaque:
        return f"what runs is decided only when it runs: {said(who)}"
    return f"program text that may act on the machine: {said(who)}"


def said(who: Sequence[Command]) -> str:
    """Give a pipeline's words as one text."""
    return " | ".join(" ".join((*one.words, *(f"> {path}" for path in one.written))) for one in who)
