"""Whether a call that has no effect can be let go without asking the rules. Imports nothing, so that it costs nothing.

It says yes only where no rule, phase, plan or budget can speak of the call; a no means that `judge` is asked.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from state.gate_files import RunFile


def may_pass(
    policy: Mapping[str, Any],
    run: RunFile | None,
    tool: str,
    paths: Iterable[str] = (),
    command: str | None = None,
    minutes: float | None = None,
) -> bool:
    """Say whether nothing in a compiled policy can hold a plain read or a line that is known to be harmless.

    `policy` is the document of `state.policy.compiled`, `run` a run's file or None, `paths` the files that are read
    (with links followed where that is wanted), `minutes` how long the run has worked. Any doubt is a no.
    """
    quick: Mapping[str, Any] = policy.get("quick") or {"open": True}
    if quick["open"] or (run is not None and (run["phase"] != "executing" or run["plan"] is not None)):
        return False
    if _past(quick["minutes"], minutes) or _past(quick["usd"], run["usd"] if run else None):
        return False
    if _holds(quick["tools"], tool.lower()) or (command is not None and not _plain(quick, command)):
        return False
    return not any(_holds(quick["paths"], path.lower()) for path in paths)


def _plain(quick: Mapping[str, Any], command: str) -> bool:
    """Say whether a line neither expands to other words nor holds letters that a rule asks for."""
    if any(letter in command for letter in "*?[{$`~"):
        return False
    line = command.lower().replace('"', "").replace("'", "").replace("\\", "")
    return not (_holds(quick["commands"], line) or _holds(quick["paths"], line))


def _holds(wanted: Iterable[Iterable[str]], text: str) -> bool:
    """Say whether a text holds all the words of one of these."""
    return any(all(word in text for word in words) for words in wanted)


def _past(bound: float | None, spent: float | str | None) -> bool:
    """Say whether a bound is passed, or may be: what is no number is taken for passed."""
    if bound is None or spent is None:
        return False
    try:
        return float(spent) > bound
    except ValueError:
        return True
