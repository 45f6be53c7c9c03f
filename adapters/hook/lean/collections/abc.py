"""Stands in for `collections.abc`, which is `_collections_abc` by another name."""

# What the standard library's own module does.
from _collections_abc import *  # pyright: ignore[reportWildcardImportFromLibrary] # noqa: F403
