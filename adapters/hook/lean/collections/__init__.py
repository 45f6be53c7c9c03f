"""Stands in for `collections`, of which the hook's modules need nothing but `collections.abc`."""

from adapters.hook.lean.genuine import given


def __getattr__(name: str) -> object:
    return given("collections", name)
