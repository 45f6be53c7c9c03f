"""An app whose screens lie over each other: what lies beneath paints nothing, and what is left reads nothing more."""

from __future__ import annotations

from typing import Any

from textual.await_complete import AwaitComplete
from textual.screen import Screen
from textual.worker import active_worker

from tui.themed import ThemedApp


class StackedApp(ThemedApp, inherit_bindings=False):
    """Textual's stack of screens, without two costs of it."""

    @property
    def _background_screens(self) -> list[Screen[Any]]:
        """Give the screens that shine through the topmost one: none where it is opaque.

        Textual 8 paints the whole topmost screen anew whenever the one beneath changes, whether it is seen or not.
        """
        beneath = super()._background_screens
        return [] if beneath and self.screen.styles.background.a == 1 else beneath

    def pop_screen(self) -> AwaitComplete:
        """Leave a screen and what it reads: Textual takes its lines away long before it ends what would show there."""
        here = active_worker.get(None)
        for worker in self.workers:
            if worker.node is self.screen and worker is not here:
                worker.cancel()
        return super().pop_screen()
