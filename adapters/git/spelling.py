r"""Spells a path so that it is exact, safe to print and can stand in JSON, and reads such a spelling back.

A path of git is any bytes without NUL. What is printable stands as it is; a backslash is doubled; each byte of anything
else (a control or format character, bytes that are no UTF-8) is `\x` and two hexadecimal digits. Two paths are the same
if and only if their spellings are.
"""

import re

_ESCAPED = re.compile(rb"\\(?:x([0-9a-f]{2})|\\)")


def spelt(raw: bytes) -> str:
    """Give the spelling of a path."""
    text = raw.decode("utf-8", "surrogateescape")
    if text.isprintable() and "\\" not in text:
        return text
    return "".join(_spelt(letter) for letter in text)


def _spelt(letter: str) -> str:
    if letter == "\\":
        return "\\\\"
    if letter.isprintable():
        return letter
    return "".join(f"\\x{byte:02x}" for byte in letter.encode("utf-8", "surrogateescape"))


def unspelt(path: str) -> bytes:
    """Give the path that is spelt so; what is no spelling stands for itself."""
    return _ESCAPED.sub(lambda found: bytes.fromhex(found[1].decode()) if found[1] else b"\\", path.encode())
