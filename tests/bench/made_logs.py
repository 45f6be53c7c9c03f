"""Writes Claude Code logs for the ingest bench: many sessions, few huge lines, and the proportions of real ones.

Half of the bytes are tool results, which stand twice in a record; a message is spread over rows that repeat its usage.
"""

import json
import random
from datetime import UTC, datetime
from pathlib import Path

_SENTENCE = "the function returns value because test fails when index is stale → parser handles path naïve 日本語"
_WORDS = _SENTENCE.split()
_MODELS = ("claude-opus-4-5-20251101", "claude-sonnet-4-5-20250929", "claude-haiku-4-5-20251001")


class Maker:
    """Makes the sessions of one seed; `cwd` is where all of them work."""

    def __init__(self, root: Path, cwd: str, seed: int = 7) -> None:
        self._root, self._cwd, self._chance = root / "projects", cwd, random.Random(seed)
        chance = self._chance
        self._text = "".join(" ".join(chance.choices(_WORDS, k=12)) + chance.choice('.\n,\t"') for _ in range(40_000))
        self._seconds = 1_785_000_000

    def make(self, size: int, files: int) -> int:
        """Write `files` logs of about `size` bytes in all; gives the exact number of bytes."""
        shares = [self._chance.lognormvariate(0, 1.2) for _ in range(files)]
        return sum(self._log(number, int(share / sum(shares) * size)) for number, share in enumerate(shares))

    def _log(self, number: int, size: int) -> int:
        session = f"{number:08x}-2222-4333-8444-555555555555"
        folder = self._root / f"-made-{number % 20}"
        folder.mkdir(parents=True, exist_ok=True)
        written = 0
        with (folder / f"{session}.jsonl").open("wb") as file:
            while written < max(size, 1):
                lines = b"".join(_line(one) for one in self._step(session))
                written += file.write(lines)
        return written

    def _step(self, session: str) -> list[dict[str, object]]:
        """One message of the model's with its tool call, its result, and now and then a prompt or a program's note."""
        chance = self._chance
        key = f"{chance.getrandbits(80):020x}"
        usage = {
            "input_tokens": 3,
            "output_tokens": chance.randint(1, 900),
            "cache_read_input_tokens": chance.randint(0, 150_000),
            "cache_creation_input_tokens": 1200,
            "cache_creation": {"ephemeral_5m_input_tokens": 1200, "ephemeral_1h_input_tokens": 0},
            "service_tier": "standard",
        }
        message = {"id": f"msg_{key}", "role": "assistant", "model": chance.choice(_MODELS), "usage": usage}
        blocks: list[dict[str, object]] = [
            {"type": "thinking", "thinking": self._cut(900), "signature": "x" * 900},
            {"type": "text", "text": self._cut(350)},
            {"type": "tool_use", "id": f"toolu_{key}", "name": "Bash", "input": {"command": self._cut(120)}},
        ]
        out = self._cut(6000 if chance.random() > 0.01 else 300_000)
        result = {"type": "tool_result", "tool_use_id": f"toolu_{key}", "content": out, "is_error": False}
        records = [
            self._row(session, "assistant", requestId=f"req_{key}", message={**message, "content": [block]})
            for block in blocks[chance.randint(0, 2) :]
        ]
        told = {"stdout": out, "stderr": "", "interrupted": False}
        records.append(self._row(session, "user", message={"role": "user", "content": [result]}, toolUseResult=told))
        if chance.random() < 0.1:
            records.append(self._row(session, "user", message={"role": "user", "content": self._cut(300)}))
        if chance.random() < 0.3:
            records.append(self._row(session, "progress", data={"type": "hook_progress", "output": self._cut(400)}))
        return records

    def _row(self, session: str, kind: str, **words: object) -> dict[str, object]:
        self._seconds += 1
        stamp = datetime.fromtimestamp(self._seconds, UTC).isoformat().replace("+00:00", ".000Z")
        envelope = {"parentUuid": None, "isSidechain": False, "cwd": self._cwd, "sessionId": session}
        more = {"version": "2.1.200", "gitBranch": "feat/x", "type": kind, "uuid": f"u{self._seconds}"}
        return {**envelope, **more, "timestamp": stamp, **words}

    def _cut(self, about: int) -> str:
        length = int(self._chance.lognormvariate(0, 0.8) * about) + 1
        begin = self._chance.randrange(max(1, len(self._text) - length))
        return self._text[begin : begin + length]


def _line(record: dict[str, object]) -> bytes:
    """Write a record as Claude Code does, without blanks between its tokens: ccusage passes over any other line."""
    return json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
