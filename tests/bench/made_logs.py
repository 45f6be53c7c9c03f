"""Writes Claude Code logs for the ingest bench, in the proportions of the set that its limits were measured with.

That set (research/performance.md, C) has 147,068 lines and 38,976 calls to the model over 87,924 rows of usage in
1,047.9 MB; the median line has 1.8 KB, nine in ten have less than 15 KB, 99 in 100 less than 64 KB, and the few of more
than 100 KB hold a quarter of the bytes. `python -m tests.bench.made_logs FOLDER` writes 200 MB and prints the same
figures of them. A call's usage is repeated on each of its rows, and a tool's result stands twice in its record.
"""

import json
import random
import statistics
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

_SENTENCE = "the function returns value because test fails when index is stale → parser handles path naïve 日本語"
_WORDS = _SENTENCE.split()
_MODELS = ("claude-opus-4-5-20251101", "claude-sonnet-4-5-20250929", "claude-haiku-4-5-20251001")
_TOOLS = ("Bash",) * 6 + ("Read",) * 6 + ("Edit",) * 4 + ("Grep",) * 2 + ("Write", "WebFetch")
_SMALLEST = 3000
"""Bytes of the shortest session, about."""


class Maker:
    """Makes the sessions of one seed; `cwd` is where all of them work."""

    def __init__(self, root: Path, cwd: str, seed: int = 7) -> None:
        self._root, self._cwd, self._chance = root / "projects", cwd, random.Random(seed)
        chance = self._chance
        self._text = "".join(" ".join(chance.choices(_WORDS, k=12)) + chance.choice('.\n,\t"') for _ in range(40_000))
        self._seconds = 1_770_000_000
        self._model = _MODELS[0]

    def make(self, size: int, files: int) -> int:
        """Write `files` logs of about `size` bytes in all; gives the exact number of bytes."""
        shares = [self._chance.lognormvariate(0, 1.5) for _ in range(files)]
        sizes = [max(_SMALLEST, int(share / sum(shares) * size)) for share in shares]
        return sum(self._log(number, one) for number, one in enumerate(sizes))

    def _log(self, number: int, size: int) -> int:
        self._model = self._chance.choice(_MODELS)
        session = f"{number:08x}-2222-4333-8444-555555555555"
        folder = self._root / f"-made-{number % 20}"
        folder.mkdir(parents=True, exist_ok=True)
        written = 0
        with (folder / f"{session}.jsonl").open("wb") as file:
            written += file.write(_line(self._prompt(session)))
            while written < size:
                written += file.write(b"".join(_line(one) for one in self._step(session)))
        return written

    def _step(self, session: str) -> list[dict[str, object]]:
        """A prompt, a note of the program's, or one message of the model's with its calls and their results."""
        chosen = self._chance.random()
        if chosen < 0.03:
            return [self._prompt(session)]
        if chosen < 0.08:
            return [self._row(session, "system", subtype="local_command", content=self._cut(80), level="info")]
        if chosen < 0.18:
            return [self._row(session, "progress", data={"type": "hook_progress", "output": self._cut(200)})]
        return self._message(session)

    def _prompt(self, session: str) -> dict[str, object]:
        return self._row(session, "user", message={"role": "user", "content": self._cut(300)})

    def _message(self, session: str) -> list[dict[str, object]]:
        chance, key = self._chance, f"{self._chance.getrandbits(80):020x}"
        calls = [f"toolu_{key}{number}" for number in range(chance.choice((0, 1, 1, 1, 1, 2, 2, 3)))]
        tools = [self._tool() for _ in calls]
        blocks: list[dict[str, object]] = []
        if chance.random() < 0.5:
            signature = "x" * int(chance.lognormvariate(0, 0.7) * 900)
            blocks.append({"type": "thinking", "thinking": self._cut(700), "signature": signature})
        if chance.random() < 0.5 or not calls:
            blocks.append({"type": "text", "text": self._cut(350)})
        for call, (name, asked, _, _) in zip(calls, tools, strict=True):
            blocks.append({"type": "tool_use", "id": call, "name": name, "input": asked})
        if chance.random() < 0.05:
            self._model = chance.choice(_MODELS)
        head = {"model": self._model, "id": f"msg_{key}", "type": "message", "role": "assistant"}
        tail = {"stop_reason": None if calls else "end_turn", "stop_sequence": None, "usage": self._usage()}
        said = [self._said(session, f"req_{key}", {**head, "content": [block], **tail}) for block in blocks]
        return said + [self._told(session, call, *tool[2:]) for call, tool in zip(calls, tools, strict=True)]

    def _usage(self) -> dict[str, object]:
        chance, written = self._chance, int(self._chance.lognormvariate(0, 1.2) * 1200)
        return {
            "input_tokens": chance.randint(1, 12),
            "cache_creation_input_tokens": written,
            "cache_read_input_tokens": chance.randint(15_000, 150_000),
            "cache_creation": {"ephemeral_5m_input_tokens": written, "ephemeral_1h_input_tokens": 0},
            "output_tokens": chance.randint(1, 900),
            "service_tier": "standard",
        }

    def _tool(self) -> tuple[str, Mapping[str, object], str, Mapping[str, object]]:
        """Give a call's tool and input, and its result as the model gets it and as the program keeps it."""
        chance, path = self._chance, f"{self._cwd}/src/part_{self._chance.randint(0, 99)}.py"
        name = chance.choice(_TOOLS)
        huge = chance.random() < 0.006
        match name:
            case "Bash":
                out = self._cut(400_000 if huge else 900, 1.6)
                return name, {"command": self._cut(120)}, out[:30_000], {"stdout": out, "stderr": ""}
            case "Read":
                out = self._cut(300_000 if huge else 5500, 0.9)
                return name, {"file_path": path}, out, {"type": "text", "file": {"filePath": path, "content": out}}
            case "Edit":
                old, new, patch = self._cut(500), self._cut(700), self._cut(1500).split(".")
                kept = {"originalFile": self._cut(9000), "structuredPatch": [{"oldStart": 12, "lines": patch}]}
                asked = {"file_path": path, "old_string": old, "new_string": new}
                return name, asked, self._cut(1200), {"filePath": path, "oldString": old, "newString": new, **kept}
            case "Write":
                content = self._cut(5000)
                return name, {"file_path": path, "content": content}, "created", {"type": "create", "content": content}
            case _:
                out = self._cut(1500, 1.2)
                return name, {"pattern": self._cut(10), "path": self._cwd}, out, {"mode": "content", "content": out}

    def _told(self, session: str, call: str, out: str, kept: Mapping[str, object]) -> dict[str, object]:
        result = {"tool_use_id": call, "type": "tool_result", "content": out, "is_error": False}
        return self._row(session, "user", message={"role": "user", "content": [result]}, toolUseResult=kept)

    def _said(self, session: str, request: str, message: dict[str, object]) -> dict[str, object]:
        """Give a row of the model's, whose type Claude Code writes behind the message."""
        row = self._row(session, "assistant")
        stamp = {name: row.pop(name) for name in ("type", "uuid", "timestamp")}
        return {**row, "message": message, "requestId": request, **stamp}

    def _row(self, session: str, kind: str, **words: object) -> dict[str, object]:
        self._seconds += 1
        stamp = datetime.fromtimestamp(self._seconds, UTC).isoformat().replace("+00:00", ".000Z")
        parent = f"{self._seconds - 1:08x}-1111-4222-8333-444444444444"
        envelope = {"parentUuid": parent, "isSidechain": False, "userType": "external", "cwd": self._cwd}
        more = {"sessionId": session, "version": "2.1.200", "gitBranch": "feat/x", "type": kind, **words}
        return {**envelope, **more, "uuid": f"{self._seconds:08x}-1111-4222-8333-444444444444", "timestamp": stamp}

    def _cut(self, about: int, spread: float = 1.0) -> str:
        length = int(self._chance.lognormvariate(0, spread) * about) + 1
        begin = self._chance.randrange(max(1, len(self._text) - length))
        return self._text[begin : begin + length]


def _line(record: dict[str, object]) -> bytes:
    """Write a record as Claude Code does, without blanks between its tokens: ccusage passes over any other line."""
    return json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def main() -> None:
    """Print the proportions of what is made, for one gigabyte."""
    folder = Path(sys.argv[1])
    size = Maker(folder, "/made").make(200_000_000, 80)
    lines = [line for path in folder.rglob("*.jsonl") for line in path.open("rb")]
    cuts = statistics.quantiles(map(len, lines), n=100)
    rows = [line for line in lines if b'"requestId"' in line]
    calls = {line.partition(b'"requestId":')[2][:32] for line in rows}
    each = 1_047_900_000 / size
    print(f"lines {len(lines) * each:.0f}, rows of usage {len(rows) * each:.0f}, calls {len(calls) * each:.0f}")
    print(f"p50 {cuts[49]:.0f}, p90 {cuts[89]:.0f}, p99 {cuts[98]:.0f}")
    print(f"over 100 KB {sum(len(one) for one in lines if len(one) > 100_000) / size:.0%} of the bytes")


if __name__ == "__main__":
    main()
