"""Leads to the next thing that needs the human, from whatever screen stands over the board, and on after a decision.

Where it leads the guard begins anew, so that no key that was meant for what stood there before decides anything here.
"""

from collections.abc import Collection
from typing import TYPE_CHECKING, TypeGuard

from tui.needs import Need, next_need
from tui.screens.commanded import CommandedScreen
from tui.wording_gates import ANSWER_ON_ITS_WAY
from tui.wording_needs import NOTHING_LEFT, next_said, nothing_left

if TYPE_CHECKING:
    from textual.screen import Screen

    from tui.screens.answering import AnsweringScreen
    from tui.screens.board import BoardScreen


class Leader:
    """Knows where it led to last, so that the next time goes on from there."""

    def __init__(self, board: "BoardScreen") -> None:
        self._board = board
        self._led: Need | None = None

    def lead_on(self) -> None:
        """Lead to the next need: from a request on, else from the run on which the board's cursor stands."""
        found, top = self._board.needs, self._board.app.screen
        if top is not self._board and _answers(top):
            self._lead_from(top, found)
        elif need := self._next_of_board(found):
            self._lead(need)
        elif isinstance(top, CommandedScreen):
            top.say(nothing_left(""))
        else:
            self._to_board(nothing_left(""))

    def decided(self, requests: Collection[str], told: str, then: str | None = None) -> None:
        """Go on after an answer: to the request `then`, else to the first need but these; else to the board.

        `told` is what became of the answer; it stands where the human is led.
        """
        left = [one for one in self._board.needs if one.request is None or one.request.id not in requests]
        wanted = next((one for one in left if one.request and one.request.id == then), None)
        if need := wanted or next_need(left, None):
            self._lead(need, told)
        else:
            self._to_board(nothing_left(told))

    def _lead_from(self, top: "AnsweringScreen", found: tuple[Need, ...]) -> None:
        asked = top.asking
        if asked is not None and asked.id in top.on_its_way:
            top.say(ANSWER_ON_ITS_WAY, "warn")
            return
        here = next((one for one in found if one.request and asked and one.request.id == asked.id), None)
        need = next_need(found, here)
        if need is None or (here is not None and need.cause == here.cause):
            top.say(NOTHING_LEFT)
        else:
            self._lead(need)

    def _next_of_board(self, found: tuple[Need, ...]) -> Need | None:
        cursor, led = self._board.table.cursor, self._led
        own = next((one for one in found if one.run == cursor), None)
        if led is not None and led.run == cursor:
            return next_need(found, led)
        return own if own is not None and own.request is not None else next_need(found, own)

    def _lead(self, need: Need, told: str = "") -> None:
        self._led = need
        board = self._board
        asks = need.card.next_text if need.card is not None and need.request is None else ""
        self._to_board(next_said(told, asks))
        board.go_to_run(need.run)
        if need.request is not None:
            board.decide_request(need.request.id)
            top = board.app.screen
            if top is not board and isinstance(top, CommandedScreen):
                top.message = told

    def _to_board(self, told: str) -> None:
        app = self._board.app
        while app.screen is not self._board:
            app.pop_screen()
        self._board.say(told)


def _answers(top: "Screen[object]") -> "TypeGuard[AnsweringScreen]":
    from tui.screens.answering import AnsweringScreen

    return isinstance(top, AnsweringScreen)
