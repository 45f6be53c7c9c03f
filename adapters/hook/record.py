"""Writes down that a call passed: one line a call, in one write, before the agent is answered."""

import json
import time

from adapters.hook import files
from adapters.hook.exchange import Heard
from state.gate_files import CallSeen, run_name


class Record:
    """What becomes of one event, as the line in `spool/calls` will say it."""

    __slots__ = ("began", "folder", "heard", "outcome", "request", "rule", "written")

    def __init__(self, heard: Heard, folder: str | None, began: float) -> None:
        """Begin the record; `began` is of the monotonic clock, `folder` None where there is no house to keep it."""
        self.heard = heard
        self.folder = folder
        self.began = began
        self.rule: str | None = None
        self.request: str | None = None
        self.outcome = "none"
        self.written = False

    def prepare(self) -> None:
        """Make sure that the line can be written, before a human is asked in vain. Raises `OSError`."""
        files.append(self._path(), "")

    def write(self, verdict: str) -> None:
        """Write the line. Raises `OSError` where it cannot be kept."""
        self.written = True
        if self.folder is None or not self.heard.session:
            return
        heard, call = self.heard, self.heard.call
        seen: CallSeen = {
            "at": time.time(),
            "agent": heard.agent,
            "session": heard.session,
            "event": heard.event,
            "call": None if call is None else call.call,
            "tool": "" if call is None else call.tool,
            "sha": "" if call is None else call.sha,
            "verdict": verdict,  # pyright: ignore[reportAssignmentType]
            "rule": self.rule,
            "request": self.request,
            "outcome": self.outcome,  # pyright: ignore[reportAssignmentType]
            "ms": round((time.monotonic() - self.began) * 1000, 1),
        }
        files.append(self._path(), json.dumps(seen, separators=(",", ":")) + "\n")

    def _path(self) -> str:
        return f"{self.folder}/spool/calls/{run_name(self.heard.agent, self.heard.session)}.jsonl"
