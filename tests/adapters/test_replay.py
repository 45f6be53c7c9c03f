"""Recorded logs that are played: whose they are, what is altered in them, at which pace, and where they lie."""

import asyncio
import json
import os
import time
from pathlib import Path

import pytest

from adapters.agents.claude_code import ClaudeCode
from adapters.agents.codex import Codex
from adapters.demo import clear_away, surroundings
from adapters.opening import Unreadable
from adapters.relevance import introduce
from adapters.replay import chosen, play, prepare
from adapters.replay_log import Recorded, Unplayable, agent_of, altered, gap, place_of, told_at
from tests.adapters.claude_lines import CORPUS

pytestmark = pytest.mark.usefixtures("home")

CLAUDE = [
    {"type": "summary", "summary": "Fix", "leafUuid": "u"},
    {
        "type": "user",
        "sessionId": "0f0e0d0c-0b0a-4908-8706-050403020100",
        "cwd": "/home/ana/shop",
        "timestamp": "2025-01-02T03:04:05.000Z",
        "message": {"role": "user", "content": "Fix /home/ana/shop/a.py, not /home/ana/shop-2 or /mnt/home/ana/shop."},
    },
    {"type": "user", "timestamp": "2025-01-02T04:04:05.000Z", "message": {"role": "user", "content": "Go on"}},
]
CODEX = [
    {
        "timestamp": "2025-01-02T03:04:05.000Z",
        "type": "session_meta",
        "payload": {"id": "0199a213-81c0-7800-8aa1-bbab2a035a53", "cwd": "/home/ana/shop", "cli_version": "0.142.0"},
    },
    {"timestamp": "2025-01-02T03:04:06.000Z", "type": "event_msg", "payload": {"type": "user_message", "message": "x"}},
]


def written(path: Path, records: list[dict[str, object]]) -> str:
    path.write_text("".join(f"{json.dumps(one)}\n" for one in records))
    return str(path)


@pytest.mark.parametrize(
    ("record", "agent"),
    [
        (CLAUDE[1], "claude-code"),
        (CODEX[0], "codex"),
        ({"sessionId": "s", "projectHash": "0" * 64, "startTime": "2026-01-01T00:00:00Z"}, "gemini-cli"),
        ({"type": "session.start", "data": {"sessionId": "s"}}, "copilot-cli"),
        ({"type": "session", "id": "s", "cwd": "/w"}, "pi"),
        ({"type": "user", "sessionId": "s", "message": {"role": "user", "parts": []}}, None),
        ({"type": "thread.started", "thread_id": "t"}, None),
        ([1], None),
    ],
)
def test_a_log_is_known_by_what_only_its_agent_writes(record: object, agent: str | None) -> None:
    assert agent_of([b"{", json.dumps(CLAUDE[0]).encode(), json.dumps(record).encode()]) == agent


def test_a_pause_is_as_long_as_it_was_but_for_long_ones_and_the_speed() -> None:
    assert [gap(10.0, at, 2.0) for at in (10.0, 13.0, 10_000.0, 9.0, None)] == [0.0, 1.5, 2.5, 0.0, 0.0]
    assert gap(None, 10.0, 1.0) == 0.0
    assert told_at(b'{"timestamp":"1970-01-01T00:01:00Z"}') == told_at(b'{"timestamp":60}') == 60.0
    assert told_at(b'{"timestamp":1700000000500}') == 1700000000.5, "some agents count milliseconds"
    assert [told_at(line) for line in (b'{"timestamp":true}', b"[]", b"{", b"{}")] == [None] * 4


def test_only_directory_and_times_of_a_record_are_altered() -> None:
    line = json.dumps(CLAUDE[1], separators=(",", ":")).encode()
    told = json.loads(altered(line, "/home/ana/shop", "/tmp/x/w", 86_400.0))
    assert told["cwd"] == "/tmp/x/w" and told["timestamp"] == "2025-01-03T03:04:05.000Z"
    assert told["message"]["content"] == "Fix /tmp/x/w/a.py, not /home/ana/shop-2 or /mnt/home/ana/shop."
    assert altered(line, None, "/tmp/x/w", 0.0) == line
    assert altered(b'{"cwd":"/","f":"/etc"}', "/", "/w", 1.0) == b'{"cwd":"/w","f":"/etc"}'
    quoted = b'{"a":"\\"2025-01-02T03:04:05Z\\"","started_at":1700000000,"timestamp":1700000000000}'
    moved = b'{"a":"\\"2025-01-02T03:04:05Z\\"","started_at":1700000002,"timestamp":1700000002000}'
    assert altered(quoted, None, "/w", 2.0) == moved, "a time that a text quotes is the text's"


def test_no_name_that_a_log_tells_leads_out_of_the_home() -> None:
    for agent in ("claude-code", "codex", "gemini-cli", "copilot-cli", "pi"):
        for side in (False, True):
            place = place_of(Recorded("/l", agent, "../../x", "/w", side, "agent-1.jsonl"), "w")
            assert not {"..", ""} & set(place.split("/")), place


def test_what_cannot_be_played_is_said_with_the_file_and_what_to_do(tmp_path: Path) -> None:
    nowhere = written(tmp_path / "nowhere.jsonl", [{"type": "user", "message": {"content": "x"}}])
    odd = written(tmp_path / "odd.jsonl", [{"a": 1}])
    twice = written(tmp_path / "one.jsonl", CLAUDE)
    for files, said in (
        ((f"{tmp_path}/none",), "none cannot be read: there is no such file; name a session's log of Claude Code"),
        ((str(tmp_path),), "cannot be read: "),
        ((odd,), "odd.jsonl is no log that is known here; name a session's log of Claude Code"),
        ((nowhere,), "nowhere.jsonl names no directory that its run worked in; play a log whose records do"),
        ((twice, twice), "are logs of the same session; name one of them"),
    ):
        with pytest.raises(Unplayable) as why:
            chosen(files)
        assert said in str(why.value) and "\n" not in str(why.value)


async def test_logs_are_played_into_a_home_in_which_their_agents_find_them(tmp_path: Path) -> None:
    logs = chosen([written(tmp_path / "a.jsonl", CLAUDE), written(tmp_path / "b.jsonl", CODEX)])
    folder = tmp_path / "played"
    prepare(folder, logs, time.time())
    leash, end = os.pipe()
    playing = asyncio.create_task(play(folder, 1000.0, leash))
    parts = json.loads((folder / "replay.json").read_text())
    targets = [Path(part["target"]) for part in parts]
    for _ in range(2000):
        if sum(one.read_text().count("\n") for one in targets if one.exists()) == 5:
            break
        await asyncio.sleep(0.01)
    assert not playing.done(), "what was played stays until the board is left"
    os.close(end)
    assert await playing == 0
    inside, tree = surroundings(folder, {}), folder / "replayed.worktrees" / "shop"
    for agent, log in ((ClaudeCode(), CLAUDE), (Codex(), CODEX)):
        (place,) = (one for root in agent.roots(inside) for one in agent.logs(root, []))
        found = introduce(agent, place)
        assert not isinstance(found, Unreadable)
        head = found.head
        assert (head.cwd, head.session) == (str(tree), log[1].get("sessionId") or CODEX[0]["payload"]["id"])
        assert abs((head.at or 0.0) - time.time()) < 60.0
        lines = Path(place.path).read_text().splitlines()
        assert [json.loads(line)["type"] for line in lines] == [one["type"] for one in log]
    assert (tree / ".git").is_file()
    clear_away(folder)
    assert not folder.exists()
    os.close(leash)


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the shared corpus of real logs is not beside the repository")
def test_recorded_logs_of_four_agents_are_recognised() -> None:
    for agent in ("claude-code", "codex", "copilot-cli", "pi"):
        files = [str(one) for one in (CORPUS / agent).rglob("*.jsonl") if one.stat().st_size > 40_000][:3]
        assert {chosen([file])[0].agent for file in files} == {agent}
