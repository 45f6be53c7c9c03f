"""The way from the board to the requests: which waits, which is a run's, and who must hear of news."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from textual.screen import Screen

if TYPE_CHECKING:
    from state.gates.request import Request
    from tui.pump import Pump


@runtime_checkable
class Told(Protocol):
    """A screen over the board that shows what the pump reads."""

    def take(self) -> None:
        """Take what was read."""
        ...


def waiting(pump: Pump) -> tuple[Request, ...]:
    """Give the requests that wait for a human, in the order of need."""
    return tuple(one for one in (pump.board.requests if pump.board else ()) if one.state == "open")


def asked_of(pump: Pump, run: str | None, *, others: bool = False) -> str | None:
    """Name the request of a run, of another run where `others` allows it and this one asks nothing."""
    found = waiting(pump)
    own = next((one.id for one in found if one.run == run), None)
    return own or (found[0].id if found and others else None)


def deciding(screens: Iterable[Screen[object]]) -> None:
    """Let the screens that lie over the board take what was read."""
    for one in screens:
        if isinstance(one, Told):
            one.take()
