"""The words of the first line of the board, in few cells."""

from tui.wording import UNKNOWN

BURN_UNKNOWN = f"{UNKNOWN}/h"
NO_HOOKS = "no hook heard"
LEFT_UNKNOWN = f"budget {UNKNOWN}"


def counted(count: int, unknown: int) -> str:
    """Say a count of which some are not known: 2, ≥2, ?."""
    return (f"≥{count}" if count else UNKNOWN) if unknown else str(count)


def conflicts_said(count: int, unknown: int) -> tuple[str, str]:
    """Say how many worktrees conflict, and the same in fewer cells."""
    told = counted(count, unknown)
    return f"{told} in conflict", f"{told} conf"


def stale_said(count: int, unknown: int) -> str:
    """Say how many runs are stale."""
    return f"{counted(count, unknown)} stale"


def hooks_said(heard: int, calling: int, inert: int, unknown: int) -> str:
    """Say of how many runs that make calls a hook noted them; where none noted any, that in words."""
    if not (heard or inert or unknown):
        return NO_HOOKS
    told = [f"hooks {heard}/{calling}", *([f"{inert} INERT"] if inert else []), *([f"{unknown} ?"] if unknown else [])]
    return ", ".join(told)


def hooks_brief(heard: int, calling: int, inert: int, unknown: int) -> str:
    """Say the same in fewer cells: what is grave, else the count."""
    if not (heard or inert or unknown):
        return NO_HOOKS
    return f"{inert} INERT" if inert else f"hook {heard}/{calling}{UNKNOWN if unknown else ''}"
