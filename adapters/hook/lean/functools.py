"""Stands in for `functools`: its cache, which is made in C, without the modules that the rest of it imports."""

import _functools  # pyright: ignore[reportMissingImports] - a module of C has no types
from typing import Any

from adapters.hook.lean.genuine import given

_engine: Any = _functools
cmp_to_key, partial, reduce = _engine.cmp_to_key, _engine.partial, _engine.reduce


def _counted(*counts: int) -> tuple[int, ...]:
    return counts


def lru_cache(maxsize: Any = 128, typed: bool = False) -> Any:
    """Keep what a function gave for its latest arguments."""
    if callable(maxsize):
        return _engine._lru_cache_wrapper(maxsize, 128, typed, _counted)

    def decorated(function: Any) -> Any:
        return _engine._lru_cache_wrapper(function, maxsize, typed, _counted)

    return decorated


def cache(function: Any) -> Any:
    """Keep all that a function gave."""
    return lru_cache(maxsize=None)(function)


def wraps(wrapped: Any, *_: Any) -> Any:
    """Give a function another's name."""

    def named(function: Any) -> Any:
        function.__name__, function.__doc__ = wrapped.__name__, wrapped.__doc__
        return function

    return named


def __getattr__(name: str) -> object:
    return given("functools", name)
