"""The gate itself: hears one event, decides it or asks, writes it down and answers. Standard library only.

Whatever goes wrong on the way ends in a denial. The one way to let a call go is `_decided` saying so after the call was
written down.
"""

import json
import posix
import signal
import sys
import time
from typing import Any, Never, cast

from adapters.hook import files, plain, standing
from adapters.hook.dialects import of
from adapters.hook.exchange import Answer, Heard, NotUnderstood, plainly_named
from adapters.hook.house import house_of
from adapters.hook.record import Record

MOST_BYTES = 1 << 20
"""Bytes of an event; a larger one is denied."""
DENIED = 2
"""The exit code that every client takes for a denial."""
SECONDS = 15
"""How long a decision may take that waits for nobody. Under load 0.75 s was too short (research/control.md J)."""
_NAMES = (
    *(b"HEADGATE_STATE_DIR", b"XDG_STATE_HOME", b"HOME", b"CLAUDE_PROJECT_DIR", b"CLAUDE_CODE_ENTRYPOINT"),
    b"GEMINI_PROJECT_DIR",
)


class Ended(BaseException):
    """The hook was told to end, or took too long; the text says which."""


def main() -> None:
    """Answer the event on the standard input in the dialect of the agent that the last argument names."""
    began = time.monotonic()
    agent = sys.argv[-1] if len(sys.argv) > 1 else ""
    answer = Answer(DENIED, "", "headgate-hook: usage: headgate-hook AGENT; the call is denied")
    closed = _opened()
    try:
        _watch()
        answer = answered(agent, began)
    except BaseException as failure:  # noqa: BLE001 - a hook that ends otherwise lets the call run
        answer = Answer(DENIED, "", f"headgate-hook failed and denies the call: {_said(failure)}")
    end(answer, deaf=1 in closed)


def answered(agent: str, began: float) -> Answer:
    """Hear one event and give the answer to it; every failure here is still told in the agent's own dialect."""
    dialect = of(agent)
    heard: Heard | None = None
    record: Record | None = None
    try:
        event = _event()
        heard = dialect.hear(agent, event, _environment())
        house, worktree = house_of(heard, _environment())
        record = Record(heard, house, began)
        if heard.call is None:
            return _noted(record, dialect.let_go(heard))
        answer = _decided(heard, record, house, worktree)
        return answer if record.handed is None else record.handed
    except BaseException as failure:  # noqa: BLE001 - as above, and here the dialect is known
        if heard is not None and heard.call is None:
            return dialect.let_go(heard)
        return dialect.refuse(heard, _failed(record, failure)[: dialect.LONGEST])


def _decided(heard: Heard, record: Record, house: str | None, worktree: str | None) -> Answer:
    """Let a plain call go at once; leave every other to the modules that take longer to start.

    A plain read goes even where nothing can be known, or the call cannot be written down.
    """
    call = heard.call
    assert call is not None
    reads = plain.plain_read(call, worktree)
    try:
        fleet = None if house is None else standing.fleet_of(house)
        run = None if house is None else standing.run_of(house, call.agent, call.session)
        if run is not None and run.get("corrections") and heard.moment == "before" and call.subagent is None:
            record.corrections = run["corrections"]
        clear = (reads or plain.benign(call, worktree)) and plain.unhindered(call, house, fleet, run)
        if not clear:
            from adapters.hook.judging import judged

            return judged(heard, record, house, worktree, fleet, run)
    except standing.Unknown:
        if not reads:
            raise
    if reads:
        _kept(record, "allow")
    else:
        record.write("allow")
    return of(heard.agent).let_go(heard)


def _noted(record: Record, answer: Answer) -> Answer:
    """Write down an event that decides nothing; one that cannot be kept is lost, and harms no call."""
    _kept(record, "seen")
    return answer


def _kept(record: Record, verdict: str) -> bool:
    try:
        record.write(verdict)
    except OSError:
        return False
    return True


def _failed(record: Record | None, failure: BaseException) -> str:
    """Say why nothing could be decided, and write it down as far as that can be done."""
    if record is not None and not record.written:
        record.outcome = "failed"
        _kept(record, "deny")
    return f"Headgate cannot decide this call, and so denies it: {_said(failure)}"


def _said(failure: BaseException) -> str:
    if isinstance(failure, NotUnderstood | standing.Unknown | Ended):
        return str(failure)
    if isinstance(failure, MemoryError):
        return "there is not enough memory; free some, or raise the limit"
    where = "" if not isinstance(failure, OSError) else "; see that the state directory can be written and has room"
    return f"{type(failure).__name__}: {failure}{where}. `headgate doctor` says more"


def _event() -> dict[str, Any]:
    """Read the event. Raises `NotUnderstood` for what is none."""
    try:
        text = files.read_all(0, MOST_BYTES)
    except ValueError:
        raise NotUnderstood(f"the event is larger than {MOST_BYTES} bytes; make the call smaller") from None
    try:
        event = json.loads(text.decode("utf-8"))
    except (ValueError, RecursionError):
        raise NotUnderstood("the event is not JSON in UTF-8") from None
    if not isinstance(event, dict):
        raise NotUnderstood("the event is no JSON object")
    return plainly_named(cast("dict[str, Any]", event))


def _environment() -> dict[str, str]:
    told = posix.environ
    return {name.decode(): told[name].decode("utf-8", "surrogateescape") for name in _NAMES if name in told}


def _opened() -> set[int]:
    """Put something where a standard stream is closed, so that no file of the spool takes its number; say which."""
    closed: set[int] = set()
    for stream in (0, 1, 2):
        try:
            posix.fstat(stream)
        except OSError:
            closed.add(stream)
            posix.open("/dev/null", posix.O_RDWR)
    return closed


def _watch() -> None:
    """Turn a signal to end, and time that ran out, into a denial."""

    def ended(number: int, _: object) -> None:
        raise Ended("it took too long" if number == signal.SIGALRM else "the hook was told to end")

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGALRM):
        signal.signal(number, ended)
    signal.setitimer(signal.ITIMER_REAL, SECONDS)


def end(answer: Answer, *, deaf: bool) -> Never:
    """Write the answer and end the process; an answer that cannot be written is a denial by exit code."""
    code = answer.code
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGALRM):
        signal.signal(number, signal.SIG_IGN)
    if answer.out and (deaf or not _wrote(1, answer.out)):
        code = DENIED
    if answer.err:
        _wrote(2, f"{answer.err}\n")
    keep = getattr(sys.modules.get("re"), "keep", None)
    if keep is not None:
        keep()
    # Os has the same function, and loading it costs milliseconds.
    posix._exit(code)  # pyright: ignore[reportPrivateUsage]


def _wrote(stream: int, text: str) -> bool:
    left = text.encode("utf-8", "replace")
    try:
        while left:
            left = left[posix.write(stream, left) :]
    except OSError:
        return False
    return True
