"""Foreign text made safe to print: the one door between a log's bytes and a terminal.

Everything that an agent, a branch name, a path or a tool wrote passes `clean` where it enters. What comes out holds no
control, format, surrogate or line-separator character, so no terminal sequence, no bidi trick and no hidden text.
"""

import re
import unicodedata

LONGEST = 4096
"""Characters kept of one text; a line of a log can be megabytes, and no screen shows that."""

_BREAK = "⏎"
_MARKS_IN_A_ROW = 2
_MAY_COMBINE = re.compile(
    "[\u0300-\u036f\u0483-\u0487\u0591-\u1dff\u20d0-\u20f0\u2cef-\u2cf1\u2d7f\u2de0-\u2dff\u302a-\u302f\u3099\u309a"
    "\ua66f-\uabff\ufb1e\ufe20-\ufe2f\U00010000-\U0010ffff]"
)
"""Every range that holds combining marks, and more: most texts have none of it, and are spared a look at each."""


def clean(text: str, longest: int = LONGEST) -> str:
    """Give `text` as one printable line of at most `longest` characters, each unsafe character shown as a mark.

    The marks stay visible because a reader who decides must see that something was hidden there. A cut is shown by `…`.
    """
    if len(text) > longest:
        text = text[: longest - 1] + "…"
    elif text.isascii() and text.isprintable():
        return text
    if not text.isprintable():
        text = text.replace("\r", "").replace("\n", _BREAK).replace("\t", " ")
        if not text.isprintable():
            text = "".join(character if character.isprintable() else _mark(character) for character in text)
    return text if text.isascii() or not _MAY_COMBINE.search(text) else _few_marks(text)


def lines_of(cleaned: str) -> tuple[str, ...]:
    """Give the lines that `clean` made one, for text that is read as a page, such as a plan."""
    return tuple(line.rstrip() for line in cleaned.split(_BREAK)) if cleaned else ()


def _mark(character: str) -> str:
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "␡"
    if unicodedata.category(character) == "Zs":
        return " "
    return f"⦃U+{code:04X}⦄"


def _few_marks(text: str) -> str:
    """Cap combining marks in a row, because a pile of them paints over neighbouring rows."""
    kept: list[str] = []
    in_a_row = 0
    for character in text:
        in_a_row = in_a_row + 1 if unicodedata.combining(character) else 0
        if in_a_row <= _MARKS_IN_A_ROW:
            kept.append(character)
    return "".join(kept)
