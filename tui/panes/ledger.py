"""Entries of the ledger as lines: number, time, who, and what was recorded, the words of others behind a gutter."""

import time
from collections.abc import Iterator, Sequence

from state.ledger.entry import ActorKind, Entry
from state.ledger.story import sentence
from tui.panes.foreign import quoted, shown
from tui.panes.line import Line
from tui.spans import Span, cut, fit, spans

_NUMBER, _TIME, _WHO = 6, 13, 14
ACTORS: dict[ActorKind, tuple[str, str]] = {
    "human": ("▸", "strong"),
    "tool": ("◆", "dim"),
    "hook": ("■", "held"),
    "agent": ("░", "unknown"),
}
"""Who said or did it: a human, Headgate by itself, a hook, a model's words. The word stands beside the sign."""


def entry_line(entry: Entry, repository: str = "") -> Line:
    """Give one entry, with its repository where there are several; what `y` would copy is its number and digest."""
    sign, role = ACTORS[entry.actor_kind]
    when = time.strftime("%m-%d %H:%M", time.localtime(entry.ts_ms / 1000)) if 0 <= entry.ts_ms < 1 << 46 else "?"
    who = entry.actor if entry.actor_kind == "human" else f"{entry.actor_kind}"
    label = (
        *fit(spans((f"{entry.seq}", "faint")), _NUMBER, "right"),
        Span("  "),
        *fit(spans((when, "dim")), _TIME),
        *fit((Span(f"{sign} ", role), *cut(shown(who, role), _WHO - 3)), _WHO),
    )
    body = (*shown(sentence(entry), role if entry.actor_kind != "tool" else "text"), *_of_run(entry))
    body = (*body, *spans((f"  {repository}" if repository else "", "dim")))
    return Line(body, label, copy=f"{entry.seq} {entry.hash}", what="entry")


def _of_run(entry: Entry) -> tuple[Span, ...]:
    """Name its run as the board does, in one piece: a word before it would stay behind where the line breaks."""
    return spans((f"  {entry.run[:10]}", "faint")) if entry.run else ()


def story_lines(told: Sequence[str]) -> Iterator[Line]:
    """Give a story; every line of it holds words of others, and so each stands behind the gutter."""
    for one in told:
        yield from quoted(one)
