"""The signs of the screen in ASCII: each has a twin that takes the same one cell, so that nothing moves.

Signs are named once, in Unicode, and exchanged where they are painted. Text that a human decides on letter by letter (a
call, a plan, a diff) has the role `exact` and keeps its letters, because a twin would let two names look alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from tui.marks import EXACT

if TYPE_CHECKING:
    from state.board_setting import BoardSetting

TWINS: Mapping[str, str] = {
    # states, steps, evidence
    "▲": "^",
    "■": "#",
    "●": "*",
    "○": "o",
    "◧": "%",
    "□": "_",
    "◆": "@",
    "◇": "/",
    "◌": "?",
    "◦": ":",
    "◷": "~",
    "▸": ">",
    # answers, tests
    "✓": "v",
    "✗": "x",
    "✔": "V",
    "✘": "X",
    # heights, bars and what they stand on
    "▁": "_",
    "▂": ".",
    "▃": "-",
    "▄": ":",
    "▅": "=",
    "▆": "+",
    "▇": "#",
    "█": "#",
    "▉": "#",
    "▊": "#",
    "▋": "#",
    "▌": "#",
    "▍": "#",
    "▎": "#",
    "▏": "#",
    "░": ":",
    "╱": "/",
    "━": "=",
    "╌": "-",
    "─": "-",
    "│": "|",
    "┃": "|",
    "┊": ":",
    "┤": "+",
    "└": "`",
    "⤷": "`",
    # between words
    "…": ">",
    "·": ".",
    "–": "-",
    "−": "-",
    "→": ">",
    "←": "<",
    "↑": "^",
    "↓": "_",
    "“": '"',
    "”": '"',
    "×": "x",
    "±": "~",
    "≈": "~",
    "≥": ">",
    "⟨": "<",
    "⟩": ">",
    # marks of what hides in foreign text
    "⏎": "\\",
    "⦃": "{",
    "⦄": "}",
    "�": "?",
    **{chr(code): "?" for code in range(0x2400, 0x2422)},
}
"""Every sign of the screen that is not ASCII, and its twin."""

_IN_ASCII = str.maketrans(dict(TWINS))
_PLAIN_TERMINALS = ("linux", "dumb", "vt")
"""How the names of terminals begin that have no such signs: the console of Linux has a font of 512."""


def settled(setting: BoardSetting, environment: Mapping[str, str], encoding: str | None) -> BoardSetting:
    """Choose the signs where the user left it to us: ASCII where the terminal or its encoding shows no more."""
    if setting.glyphs != "auto":
        return setting
    narrow = encoding is not None and not encoding.lower().startswith("utf")
    plain = narrow or environment.get("TERM", "").startswith(_PLAIN_TERMINALS)
    return replace(setting, glyphs="ascii" if plain else "unicode")


def in_ascii(text: str, role: str) -> str:
    """Give text of ours with the twin of every sign; foreign letters that are no signs stay."""
    return text if text.isascii() or EXACT in role.split("+") else text.translate(_IN_ASCII)
