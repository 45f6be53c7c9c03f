"""The one timer of the screen: it rings when something reads differently by age alone."""

from collections.abc import Callable

from textual.message_pump import MessagePump
from textual.timer import Timer

LONGEST_SLEEP = 60.0
"""Seconds after which it rings in any case, because a timer does not count while a machine sleeps."""
_SHORTEST = 0.05


class Alarm:
    """Rings once at the earliest time that it was set to."""

    def __init__(self, owner: MessagePump, ring: Callable[[], None]) -> None:
        self._owner, self._ring = owner, ring
        self._timer: Timer | None = None
        self._due = 0.0

    def set(self, due: float, now: float) -> None:
        """Ring at `due`, or earlier where it is already set so; times are seconds since 1970."""
        due = min(due, now + LONGEST_SLEEP)
        if self._timer is not None and now < self._due <= due:
            return
        if self._timer is not None:
            self._timer.stop()
        self._due = due
        self._timer = self._owner.set_timer(max(due - now, _SHORTEST), self._rings)

    def _rings(self) -> None:
        self._timer = None
        self._ring()
