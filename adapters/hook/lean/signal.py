"""Stands in for `signal`: its functions and numbers from the module in C, without the enumerations around them."""

# What the standard library's own module does.
from _signal import *  # pyright: ignore[reportMissingImports, reportWildcardImportFromLibrary] # noqa: F403

from adapters.hook.lean.genuine import given


def __getattr__(name: str) -> object:
    return given("signal", name)
