"""Hooks that are registered and do not run: calls that stand in a run's log and that no hook noted.

Compared by the agent's own id of the call, so only for agents whose hooks and logs both name it (real-clients.md 3).
A hook that never runs says nothing, so that a missing note is the only sign there is (control.md I).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from state.findings.finding import Finding, Severity
from state.gates.book import Book, Unhooked
from state.runs.event import Event, ToolBegun
from state.runs.run import Run, RunKey, spoken

LAG_SECONDS = 3.0
"""How long a note may come after the record of its call, and the other way round."""
SKEW_SECONDS = 1.0
_SIDE = frozenset({"claude-code"})
"""Agents whose subagents call under the session of the run itself."""
NAMED = frozenset({"claude-code", "codex", "opencode"})
"""Agents of which both the hook and the log give a call the same id."""
UNSEEN: Mapping[str, frozenset[str]] = {
    "codex": frozenset({"write_stdin", "web_search", "view_image", "wait", "wait_agent"}),
}
"""Tools that a client never asks its hooks about (real-clients.md 0.7, 6.3): worth a look, and no sign of tampering."""
UNNAMED: Mapping[str, frozenset[str]] = {"codex": frozenset({"exec"})}
"""Tools whose parts are asked about one by one under ids of their own (code mode), so that the whole has no note."""


@dataclass(frozen=True, slots=True)
class Awaited:
    """A call whose note is awaited; `read` is when the core read its record."""

    call: Unhooked
    read: float


def awaited(events: Iterable[Event], runs: Mapping[RunKey, Run], now: float) -> Iterator[Awaited]:
    """Give the calls in new records that a hook should have noted, if one is at work there."""
    for event in events:
        if not isinstance(event, ToolBegun) or event.run not in runs:
            continue
        agent, origin = runs[event.run].agent, event.origin
        named = agent in NAMED and event.tool not in UNNAMED.get(agent, ()) and (agent in _SIDE or not event.side)
        if named and event.call and origin.at is not None:
            text = spoken(event.tool, event.text)
            yield Awaited(Unhooked(event.run, event.call, event.tool, text, origin), now)


def missed(
    waiting: Iterable[Awaited], book: Book, installed: Mapping[str, float], runs: Mapping[RunKey, Run], now: float
) -> tuple[tuple[Unhooked, ...], tuple[Awaited, ...]]:
    """Give the calls that no hook noted in time, and those that are still to be waited for.

    A call counts from the first note of its run's hook on, or, where the hook is registered, from the run's beginning.
    """
    gone: list[Unhooked] = []
    left: list[Awaited] = []
    for one in waiting:
        call, at = one.call, one.call.origin.at or 0.0
        if call.call in book.calls.get(call.run, frozenset()):
            continue
        since = _since(book, installed, runs.get(call.run))
        if now < max(at, one.read) + LAG_SECONDS:
            left.append(one)
        elif since is not None and at >= since + SKEW_SECONDS:
            gone.append(call)
    return tuple(gone), tuple(left)


def inert(book: Book, run: RunKey, agent: str) -> Iterator[Finding]:
    """Find what ran past the hook: a stop where the newest call did, a warning where later ones were noted again."""
    noted = book.calls.get(run, frozenset())
    past = [one for one in book.unhooked.get(run, ()) if one.call not in noted]
    if not past:
        return
    last = max(past, key=lambda one: one.origin.at or 0.0)
    unseen = all(one.tool in UNSEEN.get(agent, ()) for one in past)
    again = book.heard.get(run, 0.0) > (last.origin.at or 0.0)
    severity: Severity = "warn" if unseen or again else "stop"
    calls = f"{len(past)} call{'' if len(past) == 1 else 's'}"
    why = "its client asks no hook about this tool" if unseen else "its hook did not run"
    text = f"{calls} passed no hook, {why}: {last.text}"
    yield Finding("hook_inert", severity, text, tuple(one.origin for one in reversed(past))[:10], last.origin.at)


def _since(book: Book, installed: Mapping[str, float], run: Run | None) -> float | None:
    """Say from when on a run's calls should pass a hook; None where none is known to be at work there."""
    if run is None:
        return None
    heard, at = book.first.get(run.key), installed.get(run.agent)
    begun = at if at is not None and run.started is not None and run.started >= at else None
    told = [moment for moment in (heard, begun) if moment is not None]
    return min(told, default=None)
