"""Reads TOML that somebody else wrote: whatever is wrong with it is one kind of error. Standard library only."""

import tomllib
from collections.abc import Callable
from tomllib import TOMLDecodeError
from typing import Any


def toml_of(text: str, parse_float: Callable[[str], Any] = float) -> dict[str, Any]:
    """Give the tables of a text. Raises `TOMLDecodeError`, also where depth or a number is more than Python bears."""
    try:
        return tomllib.loads(text, parse_float=parse_float)
    except TOMLDecodeError:
        raise
    except RecursionError:
        raise TOMLDecodeError("its tables or lists lie too deep in each other") from None
    except (ValueError, ArithmeticError):  # int() refuses thousands of digits, and a date may be none
        raise TOMLDecodeError("a number or a date in it is out of all bounds") from None
