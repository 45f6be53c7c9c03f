"""What becomes of a request by itself: its hook dies, its deadline passes, its run goes on or ends; never approval."""

from dataclasses import dataclass, replace

from state.gate_files import SILENT_SECONDS
from state.gates.request import Request


@dataclass(frozen=True, slots=True)
class Signs:
    """What is known of a request's hook and run now.

    `heard` is when its hook last touched the question, None where the question is gone. `over`: the run has ended.
    `ended` is the outcome that its hook noted when it ended. `gone_on`: its log shows the call's end.
    `waiting`: a hook waits for this answer with a question of its own.
    """

    heard: float | None
    over: bool = False
    ended: str | None = None
    gone_on: bool = False
    waiting: bool = False


def aged(request: Request, now: float, signs: Signs) -> Request:
    """Give the request as it is now. A deadline that passed is a denial; what nobody needs any more is moot."""
    if request.state != "open":
        return replace(request, listening=False) if request.listening else request
    if signs.ended is not None:
        return replace(request, state="expired" if signs.ended == "expired" else "moot", listening=False)
    listening = signs.waiting or (signs.heard is not None and now - signs.heard <= SILENT_SECONDS)
    if request.deadline is not None and now >= request.deadline:
        return replace(request, state="expired", listening=False)
    if signs.over or (signs.gone_on and not listening):
        return replace(request, state="moot", listening=False)
    return request if request.listening == listening else replace(request, listening=listening)
