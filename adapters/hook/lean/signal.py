"""Stands in for `signal`: its functions and numbers from the module in C, without the enumerations around them."""

from _signal import *  # pyright: ignore[reportMissingImports, reportWildcardImportFromLibrary] # noqa: F403

from genuine import given  # pyright: ignore[reportMissingImports, reportUnknownVariableType]


def __getattr__(name: str) -> object:
    return given("signal", name)
