"""Stands in for `collections`, of which the hook's modules need nothing but `collections.abc`."""

from genuine import given  # pyright: ignore[reportMissingImports, reportUnknownVariableType]


def __getattr__(name: str) -> object:
    return given("collections", name)
