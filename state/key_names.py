"""The names of keys: what stands on the keyboard, what a user may write for it, and which keys are never given away.

A key's own name is Textual's: a letter or a digit is itself, a sign has its Unicode name with underscores.
"""

import string
import unicodedata
from collections.abc import Mapping

_FRIENDLY: Mapping[str, str] = {
    "solidus": "slash",
    "reverse_solidus": "backslash",
    "commercial_at": "at",
    "hyphen_minus": "minus",
    "plus_sign": "plus",
    "low_line": "underscore",
}
"""Signs whose name is shorter than their Unicode name. Source: textual.keys.KEY_NAME_REPLACEMENTS."""


def _name(sign: str) -> str:
    name = unicodedata.name(sign).lower().replace("-", "_").replace(" ", "_")
    return _FRIENDLY.get(name, name)


SIGNS: Mapping[str, str] = {sign: _name(sign) for sign in string.punctuation}
"""The signs of a keyboard, and the names of their keys."""
_SHOWN: Mapping[str, str] = {
    **{name: sign for sign, name in SIGNS.items()},
    "escape": "esc",
    "pagedown": "pgdn",
    "pageup": "pgup",
    "down": "↓",
    "up": "↑",
    "left": "←",
    "right": "→",
}
LETTERS = frozenset(string.ascii_letters + string.digits)
"""Keys that are a letter or a digit."""
_MOVING = ("up", "down", "left", "right", "home", "end", "pageup", "pagedown", "enter", "tab", "shift+tab", "space")
_EDITING = frozenset(("backspace", "delete", "insert", *(f"ctrl+{one}" for one in "defkuwxv")))
_TAKEN = frozenset(f"ctrl+{letter}" for letter in "abhijmoqsz")
"""Keys that tmux, screen, zellij or the terminal keep, or that are tab, enter and backspace by another name."""
_KNOWN = frozenset(
    (
        *LETTERS,
        *SIGNS.values(),
        *_MOVING,
        *(f"f{number}" for number in range(1, 13)),
        *(f"ctrl+{letter}" for letter in string.ascii_lowercase),
    )
)


def shown_key(key: str) -> str:
    """Give a key as it stands on the keyboard."""
    return _SHOWN.get(key, key)


def key_of(word: str) -> str:
    """Give the key that a user's word names: its own name, its sign, or what the screen shows for it."""
    folded = word if len(word) == 1 else word.lower()
    shown = {shown: key for key, shown in _SHOWN.items()}
    return SIGNS.get(word) or shown.get(folded) or folded


def why_not_a_key(key: str) -> str:
    """Say why no command can have a key; "" where one can."""
    if key == "escape":
        return "always leads one level back"
    if key == "ctrl+c":
        return "always closes the board"
    if key in _EDITING:
        return "edits text where words are typed"
    if key in _TAKEN:
        return "is kept by terminals and multiplexers"
    return "" if key in _KNOWN else "is no key: write a letter, a digit, a sign, or a name such as tab"


def is_plain(key: str) -> bool:
    """Say whether a key types one character that can be seen: what decides or asks twice has no other."""
    return key in LETTERS or key in SIGNS.values()
