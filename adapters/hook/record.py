"""Writes down that a call passed: one line before the agent is answered, and one before that where it has to wait."""

import json
import time

from adapters.hook import files
from adapters.hook.exchange import Answer, Heard
from state.gate_files import CallSeen, Correction, run_name


class Record:
    """What becomes of one event, as the line in `spool/calls` will say it."""

    __slots__ = ("began", "corrections", "folder", "handed", "heard", "outcome", "request", "rule", "told", "written")

    def __init__(self, heard: Heard, folder: str | None, began: float) -> None:
        """Begin the record; `began` is of the monotonic clock, `folder` None where there is no house to keep it."""
        self.heard = heard
        self.folder = folder
        self.began = began
        self.rule: str | None = None
        self.request: str | None = None
        self.outcome = "none"
        self.written = False
        self.corrections: list[Correction] = []
        """What waits to be handed out with a call that is let go."""
        self.handed: Answer | None = None
        """The answer that hands corrections out, in the place of the one that lets the call go."""
        self.told: list[str] = []

    def wait(self) -> None:
        """Write that the call waits for a human, so that nobody takes it for one that passed no hook.

        Raises `OSError` where it cannot be kept, before a human is asked in vain.
        """
        self._append("seen", "none")

    def write(self, verdict: str) -> None:
        """Write the line. Raises `OSError` where it cannot be kept."""
        self.written = True
        if self.corrections and verdict == "allow":
            from adapters.hook.correcting import hand_out

            hand_out(self)
            return
        self._append(verdict, self.outcome)

    def note(self, verdict: str) -> None:
        """Write the line of a call with which `told` was handed out. Raises `OSError` where it cannot be kept."""
        self._append(verdict, self.outcome)

    def _append(self, verdict: str, outcome: str) -> None:
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
            # A word of the verdict, and the hook loads no type for it.
            "verdict": verdict,  # pyright: ignore[reportAssignmentType]
            "rule": self.rule,
            "request": self.request,
            "outcome": outcome,  # pyright: ignore[reportAssignmentType] - the same of what came of it
            "ms": round((time.monotonic() - self.began) * 1000, 1),
        }
        line = {**seen, "corrections": self.told} if self.told else seen
        files.append(self._path(), json.dumps(line, separators=(",", ":")) + "\n")

    def _path(self) -> str:
        return f"{self.folder}/spool/calls/{run_name(self.heard.agent, self.heard.session)}.jsonl"
