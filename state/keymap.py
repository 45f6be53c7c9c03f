"""Which keys each command has: the shipped ones, and what a user's `[keys]` gives in their place, judged first.

A key that could decide by accident, mean two things on one screen or shut the way out is refused with a sentence, and
its command keeps the shipped keys. `esc` and `ctrl+c` are never given away, so that every screen can be left.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from state.key_names import is_plain, key_of, shown_key, why_not_a_key
from state.screens import SCREENS, Keyed

if TYPE_CHECKING:
    from state.command import Command

Keymap = Mapping[str, tuple[str, ...]]
"""The keys that were set, by the command's id; a command that is not in it has the shipped ones."""
ALWAYS = ("escape", "ctrl+c")
"""Keys that stay with the commands that they are shipped with."""

_COMMANDS: Mapping[str, Command] = {one.id: one for screen in SCREENS for one in screen.commands}
_LEADING = ("open", "open_diff", "decide", "change", "back")
_MOVES = tuple(
    one
    for one in _COMMANDS.values()
    if one.group == "Move" or one.id in _LEADING or one.id.startswith(("leave_", "close_"))
)
"""What is pressed again and again, and leads to where something is decided."""
_GUARDED = tuple(one for one in _COMMANDS.values() if one.danger != "none")


def keys_in(command: Command, keymap: Keymap) -> tuple[str, ...]:
    """Give the keys of a command, the one to show first; none where it was unbound."""
    if command.id not in keymap:
        return command.keys
    own = keymap[command.id]
    return (*own, *(key for key in command.keys if key in ALWAYS and key not in own))


def judged(wanted: Keymap) -> tuple[Keymap, list[tuple[str, str]]]:
    """Give what of a user's keys is in force, and for each id that is refused the sentence why."""
    kept: dict[str, tuple[str, ...]] = {}
    refused: list[tuple[str, str]] = []
    for name, words in wanted.items():
        keys = tuple(dict.fromkeys(key_of(word) for word in words))
        if why := _why_not(name, keys):
            refused.append((name, why))
        else:
            kept[name] = tuple(key for key in keys if key not in ALWAYS)
    while clash := next(_clashes(kept), None):
        name, why = clash
        refused.append((name, why))
        del kept[name]
    return kept, refused


def _why_not(name: str, keys: tuple[str, ...]) -> str:
    """Say why a command cannot have these keys, whatever the others have."""
    command = _COMMANDS.get(name)
    if command is None:
        return "is no command: docs/keys.md lists their ids"
    for key in keys:
        if key in ALWAYS and key in command.keys:
            continue
        if why := why_not_a_key(key):
            return f"names {shown_key(key)}, which {why}"
        if command.danger != "none" and not is_plain(key):
            return f"names {shown_key(key)}, and what decides or asks twice has a letter, a digit or a sign"
    return ""


def _clashes(kept: Keymap) -> Iterator[tuple[str, str]]:
    """Give each set command whose key means something else already: of two that were set, the later one."""
    order = list(kept)
    for screen in SCREENS:
        for one, other, key in _pairs(screen.commands, screen.commands, kept):
            yield (
                _later(order, one, other),
                _both(one, other, key, screen),
            )
    for one, other, key in _pairs(_GUARDED, _MOVES, kept):
        if key not in one.keys or key not in other.keys:
            text = f"names {shown_key(key)}, by which {other.id} moves and {one.id} decides: keys are typed ahead"
            yield _later(order, one, other), text


def _pairs(
    some: tuple[Command, ...], others: tuple[Command, ...], kept: Keymap
) -> Iterator[tuple[Command, Command, str]]:
    """Give each two commands of which at least one was set, with the key that both would have."""
    owners: dict[str, list[Command]] = {}
    for other in others:
        for key in keys_in(other, kept):
            owners.setdefault(key, []).append(other)
    for one in some:
        for key in keys_in(one, kept):
            for other in owners.get(key, ()):
                if other.id != one.id and (one.id in kept or other.id in kept):
                    yield one, other, key


def _later(order: list[str], one: Command, other: Command) -> str:
    return max((name for name in (one.id, other.id) if name in order), key=order.index)


def _both(one: Command, other: Command, key: str, screen: Keyed) -> str:
    return f"names {shown_key(key)}, which would be both {one.id} and {other.id} {screen.title.lower()}"
