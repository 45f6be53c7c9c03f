"""Writes many Claude Code logs at a rate, as so many agents would: `python -m tests.bench.stream_writer WORDS`.

WORDS is JSON: the `home` of the agents, the `trees` that they work in, how many `streams`, the `rate` of lines a second
of each, and for how many `seconds`. It says "ready" when each log has its prompt, begins at the next line of its input,
and ends with one line of JSON: the time of each beat, and how many calls each session made. A beat is a tenth of a
second; lines are calls of a tool and their results by turns, and each call is one request of 10 output tokens.
"""

import json
import sys
import time
from pathlib import Path

from tests.world import instant

BEATS = 10
"""A second."""
OUTPUT = 10


class Stream:
    """One session's log, open to be appended to."""

    def __init__(self, home: Path, cwd: str, number: int) -> None:
        name = "".join(letter if letter.isalnum() and letter.isascii() else "-" for letter in cwd)
        self.session = f"{number:08x}-1111-4222-8333-444444444444"
        path = home / ".claude/projects" / name / f"{self.session}.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file, self.lines, self._cwd = path.open("ab", buffering=0), 0, cwd
        self._write(
            self._line("user", instant(time.time()), {"role": "user", "content": f"stream {number:03} of the load"})
        )
        usage = {"input_tokens": 3, "cache_read_input_tokens": 100, "output_tokens": OUTPUT}
        asked = {"type": "tool_use", "id": "toolu_@", "name": "Bash", "input": {"command": "pytest -q step_@.py"}}
        said = {"id": "msg_@", "role": "assistant", "model": "claude-opus-4-7", "content": [asked], "usage": usage}
        heard = {"type": "tool_result", "tool_use_id": "toolu_@", "content": "1 passed in 0.01s", "is_error": False}
        call = self._line("assistant", "~", {**said, "stop_reason": "tool_use"}, requestId="req_@")
        self._forms = call, self._line("user", "~", {"role": "user", "content": [heard]})

    def beat(self, lines: int, now: str) -> None:
        """Append so many lines in one write."""
        stamp, made = now.encode(), list[bytes]()
        for at in range(self.lines, self.lines + lines):
            name = f"{self.session[:8]}-{at // 2}".encode()
            made.append(self._forms[at % 2].replace(b"@", name).replace(b"~", stamp))
        self._write(b"".join(made))
        self.lines += lines

    def calls(self, lines: int | None = None) -> int:
        """Give how many of the first lines were calls."""
        return ((self.lines if lines is None else lines) + 1) // 2

    def close(self) -> None:
        """Let go of the log."""
        self._file.close()

    def _line(self, kind: str, at: str, message: dict[str, object], **more: str) -> bytes:
        envelope = {"parentUuid": None, "isSidechain": False, "userType": "external", "cwd": self._cwd}
        said = {"sessionId": self.session, "version": "2.1.185", "gitBranch": "feat/x", "type": kind}
        written = {**envelope, **said, "uuid": f"{self.session}-{kind}-@", "timestamp": at, "message": message, **more}
        return json.dumps(written, separators=(",", ":")).encode() + b"\n"

    def _write(self, data: bytes) -> None:
        assert self._file.write(data) == len(data)


def main() -> None:
    """Write until the seconds are over; a late beat is made up for, so that the rate is kept."""
    words = json.loads(sys.argv[1])
    trees, rate, beats = words["trees"], words["rate"], int(words["seconds"] * BEATS)
    streams = [Stream(Path(words["home"]), trees[one % len(trees)], one) for one in range(words["streams"])]
    print("ready", flush=True)
    sys.stdin.readline()
    began, told = time.time(), list[float]()
    for beat in range(beats):
        time.sleep(max(0.0, began + beat / BEATS - time.time()))
        lines, now = (beat + 1) * rate // BEATS - beat * rate // BEATS, instant(time.time())
        for stream in streams:
            stream.beat(lines, now)
        told.append(time.time())
    print(json.dumps({"beats": told, "calls": {one.session: one.calls() for one in streams}}), flush=True)


if __name__ == "__main__":
    main()
