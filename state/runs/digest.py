"""A short name of a text, the same wherever the text is met: of a task's title, and of a plan without a digest."""

import hashlib


def digest(text: str) -> str:
    """Give sixteen hexadecimal digits that stand for a text."""
    return hashlib.blake2s(text.encode("utf-8", "replace"), digest_size=8).hexdigest()
