"""Stands in for `hashlib`: the two digests that the hook needs, from the modules that make them."""

import sys
from _blake2 import blake2s  # pyright: ignore - a module of C has no types

from adapters.hook.lean.genuine import given

if sys.version_info >= (3, 12):
    from _sha2 import sha256  # pyright: ignore - a module of C has no types
else:
    from _sha256 import sha256  # pyright: ignore - a module of C has no types

__all__ = ["blake2s", "sha256"]


def __getattr__(name: str) -> object:
    return given("hashlib", name)
