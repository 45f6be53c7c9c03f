"""What the repositories of one board are called: as short as tells them apart."""

from collections.abc import Sequence


def distinct_names(roots: Sequence[str]) -> tuple[str, ...]:
    """Name each by its last directory, with as many above it as no other one ends with.

    Two roots that are one and the same have the same name; the name of a root without directories is the root itself.
    """
    parts = [[part for part in root.split("/") if part] or [root] for root in roots]
    return tuple("/".join(own[-_needed(own, parts) :]) for own in parts)


def _needed(own: list[str], parts: Sequence[list[str]]) -> int:
    """Count how many of the last directories no other root ends with."""
    others = [one for one in parts if one != own]
    return next((n for n in range(1, len(own)) if all(one[-n:] != own[-n:] for one in others)), len(own))
