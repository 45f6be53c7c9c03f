"""What a state looks like: a glyph, a word and a role, so that no two states differ by colour alone.

The glyphs are one cell wide and from the block Geometric Shapes, which every terminal font has.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, get_args

from state.runs.card import Card, EvidenceState, State

if TYPE_CHECKING:
    from state.board import CallLine
    from state.findings.finding import RiskLevel, Severity
    from state.runs.run import StepState, TestState


@dataclass(frozen=True, slots=True)
class Mark:
    """A glyph, its word, and the role that colours both."""

    glyph: str
    word: str
    role: str


STATES: dict[State, Mark] = {
    "waiting": Mark("▲", "waiting", "waiting"),
    "blocked": Mark("■", "blocked", "blocked"),
    "working": Mark("●", "working", "working"),
    "idle": Mark("○", "idle", "idle"),
    "held": Mark("◧", "held", "held"),
    "stopped": Mark("□", "stopped", "stopped"),
    "done": Mark("◆", "done", "done"),
    "unknown": Mark("◌", "unknown", "unknown"),
}

STEPS: dict[StepState, Mark] = {
    "completed": Mark("◆", "done", "done"),
    "in_progress": Mark("●", "now", "working"),
    "pending": Mark("○", "to do", "idle"),
    "cancelled": Mark("□", "dropped", "stopped"),
}

TESTS: dict[TestState, Mark] = {
    "passed": Mark("✓", "passed", "plus"),
    "failed": Mark("✗", "failed", "minus"),
    "none_ran": Mark("○", "none ran", "warn"),
    "not_run": Mark("□", "not run", "warn"),
    "unverified": Mark("?", "unverified", "unknown"),
    "truncated": Mark("?", "cut off", "unknown"),
}

SEVERITY: dict[Severity, Mark] = {
    "stop": Mark("■", "stop", "blocked"),
    "warn": Mark("!", "look", "warn"),
    "note": Mark("·", "note", "dim"),
}

RISKS: dict[RiskLevel, Mark] = {
    "low": Mark("▁", "low", "faint"),
    "medium": Mark("▃", "med", "dim"),
    "high": Mark("▅", "high", "warn"),
    "critical": Mark("▇", "crit", "blocked"),
}
"""The higher the block, the graver; the words are short because a column holds them."""

EVIDENCE: dict[EvidenceState, Mark] = {
    "complete": Mark("◆", "whole", "plus"),
    "incomplete": Mark("◇", "part", "warn"),
    "stale": Mark("◌", "stale", "unknown"),
}

VERIFIED: dict[str, Mark] = {
    "passed": Mark("✔", "passed", "plus"),
    "failed": Mark("✘", "failed", "blocked"),
    "running": Mark("●", "running", "working"),
}
"""Heavier signs than those of tests by a log: Headgate ran these itself."""

STORY: dict[str, Mark] = {
    "prompt": Mark("▸", "prompt", "strong"),
    "said": Mark(" ", "said", "text"),
    "tool": Mark("●", "tool", "working"),
    "result": Mark("└", "result", "dim"),
    "asked": Mark("▲", "asked", "waiting"),
    "answered": Mark("▸", "answered", "strong"),
    "plan": Mark("◇", "plan", "strong"),
    "turn": Mark("─", "turn", "faint"),
    "error": Mark("■", "error", "blocked"),
    "compacted": Mark("◌", "compacted", "unknown"),
    "subagent": Mark("◦", "subagent", "dim"),
    "unread": Mark("◌", "unread", "unknown"),
    "ended": Mark("□", "ended", "stopped"),
}

CURSOR = "▸"
EXACT = "exact"
"""The role of text whose letters are never exchanged for a sign's twin: what a human decides on letter by letter."""
FAILED = Mark("■", "failed", "blocked")

ROLES: tuple[str, ...] = (
    "text",
    "strong",
    "dim",
    "faint",
    "rule",
    "title",
    "badge",
    "key",
    "plus",
    "minus",
    "warn",
    "tab",
    "tab-open",
    EXACT,
    "cursor",
    "cursor-away",
    *("added", "deleted", "word", "code-key", "code-name", "code-text", "code-number", "code-note"),
    *get_args(State),
)
"""Every role that a span may have; the themes give each a look."""


def state_mark(card: Card) -> Mark:
    """Give the mark of a run's state; a question mark says that the state was inferred, not told."""
    mark = STATES[card.state]
    return mark if card.certain or card.state == "unknown" else Mark(mark.glyph, f"{mark.word}?", mark.role)


def story_mark(line: CallLine) -> Mark:
    """Give the mark of a line of a run's story; a kind that this screen does not know keeps its own word."""
    if line.failed:
        return FAILED
    return STORY.get(line.kind, Mark(" ", line.kind, "dim"))
