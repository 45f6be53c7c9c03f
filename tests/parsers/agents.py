"""Rows of what reads the logs and files of coding agents."""

import functools
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from adapters.agents.agent import Agent, Head, LogPlace
from adapters.agents.claude_code import ClaudeCode
from adapters.agents.found import _packaged
from adapters.agents.gemini_cli import _named, _registered
from adapters.agents.generic import Generic
from adapters.agents.generic_file import Description, Unusable, read_description
from adapters.agents.known import AGENTS
from adapters.agents.opencode import OpenCode
from adapters.document import read_document
from adapters.log_excerpt import excerpt_of
from adapters.messages.last_words import last_said
from adapters.messages.witness import _record
from adapters.record_text import laid_out
from adapters.recorded_calls import _of_log
from adapters.replay_log import Unplayable, agent_of, altered, recorded, told_at
from adapters.rows import _progress
from adapters.tail import Chunk, is_object, read_on
from state.ports import LogMark
from state.runs.fold import fold
from state.runs.run import Origin, Run
from state.text import clean
from tests.adapters.opencode_world import ANSWERED, NOW, Database, tokens
from tests.parsers.row import FIXTURES, SHARED, Parser

LOG = "/h/.x/tmp/p/chats/log.jsonl"
HEAD = Head("s", "/w", False, "p", None)
_MORE = {
    "claude-code": (
        b'{"type":"attachment","uuid":"u","sessionId":"s","attachment":{"type":"queued_command","prompt":[{"type":"text",'
        b'"text":"use pytest"}],"content":{"a":["b"]},"files":["a.py"]}}',
        b'{"type":"attachment","uuid":"u","sessionId":"s","attachment":{"type":"nested_memory","path":"/w/CLAUDE.md",'
        b'"content":{"path":"/w/CLAUDE.md","content":"x"}}}',
    ),
    "pi": (
        b'{"type":"message","id":"m","timestamp":"2026-01-01T00:00:00Z","message":{"role":"assistant","content":[{"type":'
        b'"toolCall","id":"t","name":"bash","arguments":{"command":"pytest -q"}}],"stopReason":"toolUse"}}',
    ),
    "copilot-cli": (
        b'{"type":"tool.execution_start","data":{"toolCallId":"t","toolName":"apply_patch","arguments":'
        b'"*** Begin Patch\\n*** Add File: a\\n+x\\n*** End Patch"}}',
    ),
}
"""Records of kinds that no fixture holds."""
FOLDERS = {
    "claude-code": ("claude", "claude-code"),
    "codex": ("codex", "codex"),
    "gemini-cli": ("gemini", "gemini-cli"),
    "copilot-cli": ("copilot", "copilot-cli"),
    "pi": ("pi", "pi"),
    "qwen-code": ("qwen", "qwen"),
}


@functools.cache
def _opencode() -> tuple[bytes, tuple[bytes, ...]]:
    """Give a database as OpenCode writes it, and its rows as they are read."""
    with tempfile.TemporaryDirectory(prefix="headgate-fuzz-") as folder:
        path = Path(folder) / "opencode.db"
        database = Database(path, wal=False)
        database.session("ses_1")
        database.prompt("ses_1", NOW, "Fix it")
        message = database.answer("ses_1", NOW + 1000, tokens=tokens(), cost=0.1, **ANSWERED)
        state = {"status": "completed", "input": {"command": "pytest"}, "output": "1 passed in 1s", "title": "t"}
        times = {"start": NOW + 1000, "end": NOW + 2000}
        database.call("ses_1", message, NOW + 1000, "bash", **state, metadata={"exit": 0}, time=times)
        database.close()
        found = _rows_of(path)
        return path.read_bytes(), tuple(line for line in found if isinstance(line, bytes))


def _rows_of(path: Path) -> list[object]:
    """Read every session of a database."""
    agent, found, wrong = OpenCode(), list[object](), list[OSError]()
    for place in agent.logs(path.parent, wrong):
        assert place.rows is not None
        told = place.rows.read_on(LogMark(place.path, agent.name))
        found += (
            [piece[1] for piece in told.pieces if isinstance(piece, tuple)] if isinstance(told, Chunk) else [told.why]
        )
    return [*found, *(str(one.strerror) for one in wrong)]


def _samples(name: str) -> tuple[bytes, ...]:
    """Give small logs: ours, and the beginnings of real ones where the corpus lies beside the repository."""
    if name == "opencode":
        lines = _opencode()[1]
        return (*lines, b"\n".join(lines))
    own, real = FOLDERS[name]
    found = [path.read_bytes() for path in sorted((FIXTURES / own).glob("*.json*"))]
    for path in sorted((SHARED / "corpus" / real).rglob("*.json*"))[:6]:
        lines = path.read_bytes()[: 1 << 17].split(b"\n")[:40]
        found += [b"\n".join(line for line in lines if len(line) < 8000)]
    lines = [line for log in found for line in log.split(b"\n") if line]
    return (*_MORE.get(name, ()), *found, *lines[:200])


def _log(agent: Agent, *, side: bool = False) -> Callable[[bytes], Any]:
    """Give what reads a log whole, with a restart after each of its lines, and folds what it tells."""

    def reads(data: bytes) -> object:
        place = LogPlace(LOG, None if side else "s", side)
        lines = data.split(b"\n")
        head = agent.head(place, lines)
        reader = agent.reader(place, HEAD, "")
        run, told, saved = Run(reader.run, agent.name, "s"), list[object](), ""
        for number, line in enumerate(lines):
            events = reader.read(line, number)
            told += events
            for event in events:
                run = fold(run, event) if event.run == run.key else run
            if number % 7 == 3:
                saved = reader.save()
                saved.encode()
                reader = agent.reader(place, HEAD, saved)
        return (head.session or "", head.at, told, run)

    return reads


def _memory(agent: Agent) -> Callable[[bytes], Any]:
    """Give what takes any bytes for what was kept of a reader."""

    def reads(data: bytes) -> object:
        reader = agent.reader(LogPlace(LOG, "s"), HEAD, data.decode("utf-8", "surrogateescape"))
        return tuple(reader.read(_samples(agent.name)[-1], 0)) if agent.name in {*FOLDERS, "opencode"} else ()

    return reads


def _kept(agent: Agent) -> tuple[bytes, ...]:
    reader = agent.reader(LogPlace(LOG, "s"), HEAD, "")
    for number, line in enumerate(b"\n".join(_samples(agent.name)[:3]).split(b"\n")):
        reader.read(line, number)
    return (reader.save().encode(),)


def in_file(reads: Callable[[Path], Any], name: str = "file.jsonl") -> Callable[[bytes], Any]:
    """Give what reads bytes from a file of this name."""

    def reading(data: bytes) -> object:
        with tempfile.TemporaryDirectory(prefix="headgate-fuzz-") as folder:
            path = Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            return reads(path)

    return reading


def _skimmed(data: bytes) -> object:
    from adapters.agents.agent import Unskimmable

    agent = ClaudeCode()
    skimmer = agent.skimmer(LogPlace(LOG, "s"), HEAD)
    try:
        skimmer.feed(data if data.endswith(b"\n") else data + b"\n", 0)
        return skimmer.end(len(data)).events
    except Unskimmable as why:
        return clean(str(why)) == str(why)


def _document(path: Path) -> object:
    found = read_document(str(path), LogMark(str(path), "x"))
    return [len(piece) for piece in found.pieces if isinstance(piece, tuple)] if isinstance(found, Chunk) else found.why


def _tailed(path: Path) -> object:
    found = read_on(str(path), LogMark(str(path), "x"))
    assert isinstance(found, Chunk)
    return [is_object(piece[1]) for piece in found.pieces if isinstance(piece, tuple)], found.mark.offset


def _calls(agent: str) -> Callable[[Path], Any]:
    def reads(path: Path) -> object:
        found: Iterator[Any] = _of_log(LogPlace(str(path), "s"), LogMark(str(path), agent), "s", set())
        return [one.text if hasattr(one, "text") else one[1].sha for one in found]

    return reads


def _excerpt(path: Path) -> object:
    data = path.read_bytes()
    begins = [0, *(at + 1 for at, byte in enumerate(data[:4000]) if byte == 10)][:8]
    return [_shown(excerpt_of(Origin(str(path), at, 1.0))) for at in (*begins, len(data) // 2)]


def _shown(found: Any) -> object:
    return found.lines, found.before, found.after, found.problem


def _described(path: Path) -> object:
    found = read_description(path)
    if isinstance(found, Unusable):
        return found.why
    agent = Generic(found)
    return [agent.reader(LogPlace("/l", "s"), HEAD, "").read(b'{"type":"prompt","text":"x"}', 0)]


def _replayed(path: Path) -> object:
    lines = path.read_bytes().split(b"\n")
    name = agent_of(lines)
    at = [told_at(line) for line in lines]
    made = [len(altered(line, "/w/one", "/other", 5.0)) for line in lines]
    log = recorded(str(path))
    assert "/" not in log.name and ".." not in log.name.split("/")
    return name, made, [one for one in at if one is not None and one != one] == []


def _whole_record(data: bytes) -> object:
    return laid_out(data)


def rows() -> Sequence[Parser]:
    """Give the rows."""
    described = Generic(Description(name="plain", root="/p", logs=("*",)))
    generic = tuple((FIXTURES / "generic" / "session.jsonl").read_bytes().split(b"\n"))
    everything = tuple(sample for agent in AGENTS for sample in _samples(agent.name)[:6])
    toml = b'name="plain"\nroot="~/p"\nlogs=["*.jsonl"]\n[fields]\nsession="session"\n[tokens]\ninput="usage.input"\n'
    registry = b'{"projects":{"/w/one":"x"}}'
    return (
        *(Parser(f"log of {agent.name}", _log(agent), _samples(agent.name), lines=True) for agent in AGENTS),
        Parser("log of a subagent of claude-code", _log(AGENTS[0], side=True), _samples("claude-code"), lines=True),
        Parser("log of codex, no session", _log(AGENTS[1], side=True), _samples("codex"), lines=True),
        Parser("log of a described agent", _log(described), (b"\n".join(generic), *generic), lines=True),
        *(Parser(f"memory of {agent.name}", _memory(agent), _kept(agent)) for agent in AGENTS),
        Parser("database of opencode", in_file(lambda p: len(_rows_of(p)), "opencode.db"), (_opencode()[0],)),
        Parser("memory of rows", lambda data: _progress(data.decode("utf-8", "replace")) and None, (b"{}",)),
        Parser("skim of claude-code", _skimmed, _samples("claude-code"), lines=True),
        Parser("log in one document", in_file(_document), ((FIXTURES / "gemini" / "document.json").read_bytes(),)),
        Parser("tail of a log", in_file(_tailed), everything, lines=True),
        *(
            Parser(f"calls recorded by {agent.name}", in_file(_calls(agent.name)), _samples(agent.name))
            for agent in AGENTS
        ),
        Parser("record, laid out", _whole_record, (*everything, b'{"arguments":"{\\"command\\":\\"ls\\"}"}')),
        Parser("excerpt of a log", in_file(_excerpt), everything, lines=True),
        Parser("excerpt of a text file", in_file(_excerpt, "AGENTS.md"), everything, lines=True),
        *(
            Parser(
                f"last words of {name}",
                in_file(lambda path, name=name: bool(last_said(name, str(path)))),
                _samples(name),
            )
            for name in ("claude-code", "codex", "gemini-cli")
        ),
        Parser("record that a message awaits", lambda data: _record(data) is None, everything),
        Parser("description of an agent", in_file(_described, "agent.toml"), (toml,)),
        Parser("replay", in_file(_replayed), everything, (Unplayable,)),
        Parser(
            "package of a program",
            in_file(lambda p: _packaged(p.parent / "x"), "package.json"),
            (b'{"version":"1.2.3","bin":{"x":"x"}}', b'{"version":"1.2.3","bin":"./x"}'),
        ),
        Parser(
            "registry of gemini-cli",
            in_file(lambda p: _registered(str(p.parent / "tmp/x/chats/s.jsonl")), "projects.json"),
            (registry,),
        ),
        Parser(
            "root of gemini-cli",
            in_file(lambda p: _registered(str(p.parent / "chats/s.jsonl")), ".project_root"),
            (b"/w/one\n",),
        ),
        Parser(
            "directory that gemini-cli was told",
            lambda data: _named(data.decode("utf-8", "replace")),
            _samples("gemini-cli"),
        ),
    )
