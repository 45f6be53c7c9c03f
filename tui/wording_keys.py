"""Sentences of the board that name keys: the keys that are really bound, whatever the user gave them."""

from tui.bound_keys import key


def role_unknown() -> str:
    """Say that nothing tells a run's role, and the key that does."""
    return f"nothing tells; {key('edit')} says it"


def key_does_nothing(pressed: str) -> str:
    """Answer a key that is bound to nothing."""
    return f"{pressed} does nothing here; {key('help')} shows the keys"
