"""An input whose keys act in the order in which they come, however fast the hand: where the board takes text."""

from collections.abc import Iterable, Mapping
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.widgets import Input


def actions_of(bindings: Iterable[BindingType]) -> dict[str, str]:
    """Give what each key of these bindings does, by the key."""
    return {
        key.strip(): binding.action
        for binding in bindings
        if isinstance(binding, Binding)
        for key in binding.key.split(",")
    }


class Prompt(Input):
    """An input that does at once what a key means in it.

    A binding of Textual's acts only once the key has gone up to the app, and of a fast hand the next letters would be
    in the field before it.
    """

    ACTIONS: ClassVar[Mapping[str, str]] = actions_of(Input.BINDINGS)
    """What each key does that is no text."""

    async def _on_key(self, event: events.Key) -> None:
        action = self.ACTIONS.get(event.key)
        if action is None:
            await super()._on_key(event)
            return
        event.prevent_default()
        event.stop()
        await self.run_action(action)
