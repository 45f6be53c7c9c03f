"""Rows of the hook: its event in each dialect, and each file of the spool that it believes."""

import atexit
import functools
import json
import os
import posix
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from adapters.hook import gate
from adapters.hook.budget import _record
from adapters.hook.exchange import Answer
from adapters.hook.files import read
from state.gate_files import run_name
from tests.hook.hook_world import PUSH, SESSION, Done, HookWorld
from tests.parsers.agents import in_file
from tests.parsers.row import SHARED, Parser

DENYING = """schema = 1
[[rule]]
id = "never"
effects = ["git.push"]
then = "deny"
because = "What is pushed is seen by others."
"""
AGENTS = ("claude-code", "codex", "gemini-cli", "qwen-code", "opencode")
LIVE = {"claude-code": "claude", "codex": "codex", "gemini-cli": "gemini"}


@functools.cache
def _world() -> HookWorld:
    folder = Path(tempfile.mkdtemp(prefix="headgate-fuzz-hook-")).resolve()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    world = HookWorld(folder)
    world.open_house(DENYING)
    return world


def answered(agent: str, data: bytes) -> Answer:
    """Let the gate answer an event in this process, as its own would."""
    world, before, here = _world(), os.dup(0), Path.cwd()
    event = os.memfd_create("event")
    os.write(event, data)
    os.lseek(event, 0, os.SEEK_SET)
    os.dup2(event, 0)
    kept = dict(posix.environ)
    posix.environ.clear()
    posix.environ.update({name.encode(): word.encode() for name, word in world.environment.items()})
    try:
        return gate.answered(agent, time.monotonic())
    finally:
        posix.environ.clear()
        posix.environ.update(kept)
        os.dup2(before, 0)
        os.close(before)
        os.close(event)
        os.chdir(here)


def _event(agent: str) -> Callable[[bytes], Any]:
    def reads(data: bytes) -> object:
        answer = answered(agent, data)
        done = Done(answer.code, answer.out, answer.err)
        assert done.denied or done.allowed, f"neither a denial nor a way to go on: {answer}"
        assert done.denied or _is_event(data), "what is no event was let go"
        assert not (PUSH.encode() in data and data in samples(agent)) or done.denied, "a denied call was let go"
        for line in answer.err.split("\n"):
            assert line.isprintable(), f"not safe to print: {line[:200]!r}"
        return answer.code

    return reads


def _is_event(data: bytes) -> bool:
    try:
        return isinstance(json.loads(data.decode("utf-8")), dict)
    except (ValueError, RecursionError):
        return False


@functools.cache
def samples(agent: str) -> tuple[bytes, ...]:
    """Give events as clients send them; with the words of `PUSH` in them they are denied."""
    world = _world()
    names = {"opencode": ("tool.execute.before", "bash"), "gemini-cli": ("BeforeTool", "run_shell_command")}
    event, tool = names.get("gemini-cli" if agent == "qwen-code" else agent, ("PreToolUse", "Bash"))
    words: dict[str, Any] = {"hook_event_name": event, "session_id": SESSION, "cwd": str(world.worktree)}
    made = [
        json.dumps({**words, "tool_name": tool, "tool_use_id": "t1", "tool_input": given}).encode()
        for given in ({"command": PUSH}, {"command": "ls"}, {"file_path": "a.py", "content": "x"})
    ]
    for path in sorted((SHARED / "corpus" / "live" / LIVE.get(agent, "none")).glob("*/hooks.jsonl"))[:3]:
        made += [json.dumps(json.loads(line)["stdin"]).encode() for line in path.read_text().splitlines()[:8]]
    return tuple(made)


def _believed(name: str) -> Callable[[bytes], Any]:
    """Give what takes bytes for a file of the house and asks the hook about a call that it must then not let go.

    The call is one that is denied; whatever stands in the file, only a whole policy that allows it may let it go.
    """

    def reads(data: bytes) -> object:
        world = _world()
        path = world.house / name
        kept = path.read_bytes() if path.exists() else None
        path.write_bytes(data)
        try:
            answer = answered("claude-code", samples("claude-code")[0])
        finally:
            path.unlink() if kept is None else path.write_bytes(kept)
        done = Done(answer.code, answer.out, answer.err)
        assert done.denied or done.allowed, f"neither a denial nor a way to go on: {answer}"
        assert done.denied or _is_event(data), "a file that cannot be read opened the gate"
        return answer.code

    return reads


def _kept(name: str) -> tuple[bytes, ...]:
    path = _world().house / name
    return (path.read_bytes(),) if path.exists() else (b"{}",)


def rows() -> Sequence[Parser]:
    """Give the rows."""
    policies = [path.name for path in (_world().house / "policy").glob("*.json")]
    run = f"runs/{run_name('claude-code', SESSION)}.json"
    told = b'{"message":{"id":"m","model":"x","usage":{"input_tokens":1,"output_tokens":2}},"requestId":"r","uuid":"u"}'
    return (
        *(Parser(f"event of {agent}", _event(agent), samples(agent)) for agent in AGENTS),
        *(Parser(f"hook's {name}", _believed(name), _kept(name)) for name in ("fleet.json", run)),
        *(Parser("hook's policy", _believed(f"policy/{name}"), _kept(f"policy/{name}")) for name in policies[:1]),
        Parser("hook's file", in_file(lambda p: read(str(p)) is None), (b'{"a":1}',), (ValueError, RecursionError)),
        Parser("usage that the hook counts", lambda data: _record(data) and None, (told,)),
    )
