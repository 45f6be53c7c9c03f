"""What the form of a start says before it is sent: the lane and envelope that it comes to, and what that likely costs.

The history is read beside the board when the form opens; until it is there, the form says so and can be sent.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING

from state.money.preferring import Choice
from tui import wording_estimates as words
from tui.panes.line import Line, labelled

if TYPE_CHECKING:
    from state.money.estimate import History

Choose = Callable[[Mapping[str, str]], Choice]
"""Gives what a start of these words comes to. Raises `ValueError`."""


class Expected:
    """What is known of a start that is being filled in."""

    def __init__(self, choose: Choose, read: Callable[[], Awaitable[History]]) -> None:
        self._choose, self._read = choose, read
        self._history: History | None = None

    async def learn(self) -> None:
        """Read the history. Raises `BoardUnreadable`."""
        self._history = await self._read()

    def refusal(self, values: Mapping[str, str]) -> str:
        """Say why these words name no lane or preference that there is; "" where they do."""
        try:
            self._choose(values)
        except ValueError as refused:
            return str(refused)
        return ""

    def lines(self, values: Mapping[str, str]) -> list[Line]:
        """Give the lane that the start comes to, and what it is likely to cost and take."""
        given = {name: text.strip() for name, text in values.items()}
        try:
            choice = self._choose(given)
        except ValueError:
            return []
        role = given.get("role", "").casefold() or "implementer"
        lines = [labelled("  lane", (words.chosen(choice), "dim"))]
        if self._history is None:
            return [*lines, labelled(f"  {words.LIKELY}", (words.READING_HISTORY, "dim"))]
        told = self._history.likely(role, choice.lane, given.get("task", "")).of("", 0.0)
        lines.append(labelled(f"  {words.LIKELY}", (words.likely(told), "strong" if told.n else "dim")))
        if rests := words.rests_on(told):
            lines.append(labelled("", (rests, "dim")))
        return lines
