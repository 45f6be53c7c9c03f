"""A screen that is left once, however often it is told to.

Textual 8's `dismiss` takes away whatever is on top. Of two keys that come at once the first leaves the screen and the
second would leave the one beneath it, or the board itself.
"""

from textual.await_complete import AwaitComplete
from textual.screen import Screen, ScreenResultType


class LeftOnce(Screen[ScreenResultType], inherit_bindings=False):
    """Under every screen that stands over the board."""

    def dismiss(self, result: ScreenResultType | None = None) -> AwaitComplete:
        """Leave, unless it was left already or something stands over it."""
        return super().dismiss(result) if self.is_current else AwaitComplete.nothing()
