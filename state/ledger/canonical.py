"""JSON in the one form in which it is hashed and signed: sorted keys, no spaces, UTF-8, whole numbers only.

The form is RFC 8785's for values without fractions, so that one value has one text and one text one value.
"""

import hashlib
import json
from typing import Any, cast


def canonical(value: Any) -> bytes:
    """Give the canonical text. Raises `ValueError` for what has none: fractions, NaN, bytes, keys that are no text."""
    _sound(value)
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def digest(value: Any) -> str:
    """Give the SHA-256 of the canonical text, as lowercase hexadecimal digits."""
    return hashlib.sha256(canonical(value)).hexdigest()


def read(text: str) -> Any:
    """Give the value of a canonical text. Raises `ValueError` for every other text, of the same value too.

    So a key that stands twice, a blank, an escape that is not needed, a fraction or NaN is refused, never passed over.
    """
    try:
        value = json.loads(text, parse_float=_refused, parse_constant=_refused)
        if canonical(value) == text.encode():
            return value
    except (RecursionError, OverflowError) as error:
        raise ValueError("it lies too deep, or is too long") from error
    raise ValueError("it is not in canonical form")


def _refused(text: str) -> Any:
    raise ValueError(f"canonical JSON has no {text[:40]}")


def _sound(value: Any) -> None:
    match value:
        case None | bool() | int() | str():
            return
        case dict():
            for key, one in cast("dict[Any, Any]", value).items():
                if not isinstance(key, str):
                    raise ValueError("canonical JSON takes only text as keys")
                _sound(one)
        case list() | tuple():
            for one in cast("list[Any]", value):
                _sound(one)
        case _:
            raise ValueError(f"canonical JSON takes no {type(value).__name__}")
