"""Finds the logs of a run, and opens them to be read."""

from collections.abc import Sequence

from state.board import BoardUnreadable, Detail
from state.runs.run import Origin
from state.text import clean
from tui import wording_reading as words
from tui.screens.commanded import CommandedScreen
from tui.screens.log import LogScreen


async def open_log(screen: CommandedScreen, run: str, sources: Sequence[Origin]) -> None:
    """Open the log of a run at the first of these records, else at its end; where that cannot be, say why."""
    logs = screen.headgate.reading.logs
    try:
        detail = await screen.headgate.detail(run)
    except BoardUnreadable as why:
        screen.say(clean(str(why)), "warn")
        return
    paths = logs_of(detail) if detail else []
    origin = next((one for one in sources if one.log in paths), None)
    if logs is None or detail is None or not paths:
        screen.say(words.NO_LOGS if logs is None else words.NO_LOG, "warn")
    else:
        screen.app.push_screen(LogScreen(logs, run, detail.card.agent, paths, origin))


def logs_of(detail: Detail) -> list[str]:
    """Give the logs that a run is known to have been read from, the one that its newest record stands in first."""
    named = (detail.card.source_log, *(line.log for line in reversed(detail.story)))
    return [one for one in dict.fromkeys((*named, *(origin.log for origin in detail.origins.values()))) if one]
