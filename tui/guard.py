"""Keeps a key from deciding what nobody has looked at: time to read, and the difference between a hand and a paste.

A key decides only when what it decides has stood drawn, unchanged and in focus for `SETTLED` seconds, after `QUIET`
seconds without another key, and when none follows within `TOGETHER`. So keys that were typed ahead, a key that is held
down, mashed keys and pasted text decide nothing. A dropped key moves no limit; only a paste does, and `LONGEST` caps
that, so that no hand can keep the gate shut for ever. Source: research/reliability.md T7 and T8.
"""

from collections import deque
from collections.abc import Callable
from typing import Literal

SETTLED = 0.5
QUIET = 0.15
"""Longer than the pause between two repeats of a key that is held down, shorter than between two that are meant."""
TOGETHER = 0.03
"""Keys closer together than this come from no hand."""
PASTE = 4
"""So many keys within `TOGETHER` are a paste."""
LONGEST = 2.0
"""Seconds for which one series of pastes can put off a decision."""

Refusal = Literal["unseen", "quick", "burst"]


class Guard:
    """Times keys against what is drawn. `clock` gives seconds and never goes back."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._since: float | None = None
        self._keys: deque[float] = deque(maxlen=PASTE)
        self._pastes_began = self._pasted_last = self._shut_until = float("-inf")

    def cover(self) -> None:
        """What stood there stands there no more: nothing decides until `drawn`."""
        self._since = None

    def drawn(self) -> None:
        """What a key would decide was just drawn, changed, or came into focus again."""
        self._since = self._clock()

    def dwell(self, at: float) -> float | None:
        """Give how long it had stood there at a time, None where it was not drawn by then."""
        return None if self._since is None or at < self._since else at - self._since

    def typed(self, late: float = 0.0) -> float:
        """Take note of a key that was typed `late` seconds ago, and give the time at which it was."""
        at = self._clock() - max(0.0, late)
        self._keys.append(at)
        if len(self._keys) == PASTE and at - self._keys[0] < TOGETHER:
            self.pasted(at)
        return at

    def pasted(self, at: float | None = None) -> None:
        """Take note of pasted text: what follows it at once belongs to it."""
        at = self._clock() if at is None else at
        if at - self._pasted_last >= SETTLED:
            self._pastes_began = at
        self._pasted_last = at
        self._shut_until = min(at + SETTLED, self._pastes_began + LONGEST)

    def shut(self, at: float) -> bool:
        """Say whether a key belongs to pasted text, as far as that can be known."""
        return at < self._shut_until

    def refuses(self, at: float, quiet: float = QUIET) -> Refusal | None:
        """Say why the newest key, typed at `at`, decides nothing; None when it may."""
        dwell = self.dwell(at)
        if dwell is None:
            return "unseen"
        if dwell < SETTLED:
            return "quick"
        before = self._keys[-2] if len(self._keys) > 1 else float("-inf")
        return "burst" if self.shut(at) or at - before < quiet else None
