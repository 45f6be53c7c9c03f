"""A session taken up again by a process that is nobody's child, and the record of a log that shows what arrived."""

import json
import os
import sqlite3
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from adapters.agents.known import AGENTS
from adapters.messages.messenger import AgentMessenger
from adapters.messages.ways import Line, line_of
from adapters.messages.witness import Witness
from state.control.messenger import Resumed
from state.runs.run import ContextPart, Origin, Run, RunKey
from tests.world import SHARED

MARK = "0a1b2c3d"
LIVE = SHARED / "corpus" / "live"
RUN = Run(RunKey("0123456789"), "claude-code", "s-1", mode="acceptEdits", headless=True)


def put(folder: Path, program: str, text: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / program).write_text(text)
    (folder / program).chmod(0o755)


def messenger(folder: Path, **more: str) -> AgentMessenger:
    (folder / "state" / "r").mkdir(parents=True, exist_ok=True)
    told = {"PATH": f"{folder / 'bin'}:{os.environ['PATH']}", "HOME": str(folder), **more}
    return AgentMessenger(folder / "state" / "r", AGENTS, told)


def until(path: Path) -> str:
    deadline = time.monotonic() + 10
    while not (path.exists() and path.read_text().endswith("\n")):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return path.read_text()


async def test_a_client_is_started_as_nobodys_child_with_its_output_kept(tmp_path: Path) -> None:
    told = 'echo "$PPID $(cut -d" " -f6 /proc/$$/stat) $$" > told; echo "$PWD $CLAUDECODE. $MINE $*"; read x'
    put(tmp_path / "bin", "claude", f"#!/bin/sh\n{told}; exec sleep 60\n")
    tree = tmp_path / "tree"
    tree.mkdir()
    at = messenger(tmp_path, CLAUDECODE="1", MINE="mine")
    begun = await at.resume(replace(RUN, cwd=str(tree)), "0a1b2c3d4e", "go on; rm -rf $HOME", "opus")
    assert isinstance(begun, Resumed)
    try:
        parent, session, pid = until(tree / "told").split()
        assert int(parent) != os.getpid() and (session, pid) == (str(begun.pid), str(begun.pid))
        said = until(Path(begun.log))
        assert said.startswith(f"{tree} . mine -p go on; rm -rf $HOME --resume s-1 ") and "--model opus" in said
        assert begun.log == str(tmp_path / "state/r/started/0a1b2c3d4e.log")
        assert Path(begun.log).stat().st_mode & 0o77 == 0
        assert at.lives(begun.pid, begun.start) and not at.lives(begun.pid, begun.start + 1)
        assert at.last_words(begun.log) == said.strip()
        assert "rm -rf" not in begun.command
    finally:
        os.kill(begun.pid, 9)


async def test_what_cannot_start_is_one_sentence(tmp_path: Path) -> None:
    at, run = messenger(tmp_path, PATH="/nowhere"), replace(RUN, cwd=str(tmp_path))
    assert await at.resume(run, "a", "x") == "claude is not on the PATH of the core"
    put(tmp_path / "bin", "claude", "#!/nowhere/at/all\n")
    assert "claude does not start: " in str(await messenger(tmp_path).resume(run, "a", "x"))
    put(tmp_path / "bin", "claude", "#!/bin/sh\n")
    gone = await messenger(tmp_path).resume(replace(run, cwd="/gone"), "a", "x")
    assert gone == "the directory that it worked in is gone"
    assert "no way is known" in str(messenger(tmp_path).way_back(replace(run, agent="copilot-cli")))
    assert "no name" in str(messenger(tmp_path).way_back(replace(run, session="--evil")))
    assert "no model's name" in str(messenger(tmp_path).way_back(run, "--dangerously"))


def test_a_mode_in_which_nobody_is_asked_is_not_given_again() -> None:
    def words(run: Run, model: str | None = None) -> tuple[str, str]:
        line = line_of(run, model)
        assert isinstance(line, Line)
        return " ".join([*line.before, "...", *line.after]), line.lossy

    assert words(RUN)[0] == "-p ... --resume s-1 --output-format stream-json --verbose --permission-mode acceptEdits"
    command, lossy = words(replace(RUN, mode="bypassPermissions"))
    assert "permission-mode" not in command and "bypassPermissions, which is not given again" in lossy
    assert "nobody can be asked" in words(replace(RUN, headless=False))[1]
    sandbox = ContextPart("settings", "sandbox", "danger-full-access, network", None, Origin("", 0))
    command, lossy = words(replace(RUN, agent="codex", context=(sandbox,)), "gpt-6")
    assert command == 'exec --json -c sandbox_mode="workspace-write" -m gpt-6 resume s-1 ...'
    assert "it was danger-full-access" in lossy and "sums the session up" in lossy
    assert words(replace(RUN, agent="codex"))[0].startswith('exec --json -c sandbox_mode="read-only"')
    assert "dangerously" not in command


@pytest.mark.parametrize(
    ("agent", "log", "words"),
    [
        ("claude-code", "claude/c-inject/transcript.*", "SUPERVISOR CORRECTION: prefer pytest"),
        ("claude-code", "claude/c-ctx-pre/transcript.*", "SUPERVISOR NOTE: pre"),
        ("codex", "codex/x-ctx-pre/rollout*", "SUPERVISOR NOTE"),
    ],
)
def test_real_logs_show_what_the_model_was_given(tmp_path: Path, agent: str, log: str, words: str) -> None:
    found = list(LIVE.glob(log))
    if not found:
        pytest.skip(f"NOT TRIED: no {log} in the corpus beside this checkout")
    lines = found[0].read_text().splitlines(keepends=True)
    at = Witness().reached(agent, str(found[0]), words, 0)
    assert at is not None and 1_795_300_000 < at < 1_795_390_000
    copy = tmp_path / "log.jsonl"

    def shown(kept: int) -> bool:
        copy.write_text("".join(lines[:kept]))
        return Witness().reached(agent, str(copy), words, 0) is not None

    last = json.loads(next(lines[kept - 1] for kept in range(1, len(lines) + 1) if shown(kept)))
    assert last["type"] in ("attachment", "response_item"), "a queue alone is no proof"


def test_only_what_is_new_is_read_and_half_a_line_waits(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    old: dict[str, Any] = {"type": "user", "message": f"old {MARK}", "timestamp": "2026-11-21T22:00:00Z"}
    log.write_text(json.dumps(old) + "\n")
    witness, since = Witness(), Witness().written(str(log))
    assert witness.reached("claude-code", str(log), MARK, since) is None
    line = json.dumps({"type": "user", "message": f"[headgate {MARK}] x", "timestamp": "2026-11-21T22:00:10Z"})
    queue = json.dumps({"type": "queue-operation", "content": MARK}) + "\n"
    with log.open("a") as file:
        file.write(queue + "not json " + MARK + "\n" + line)
    assert witness.reached("claude-code", str(log), MARK, since) is None
    with log.open("a") as file:
        file.write("\n")
    assert witness.reached("claude-code", str(log), MARK, since) == 1_795_298_410.0
    assert witness.reached("claude-code", str(tmp_path / "gone"), MARK, 0) is None
    (tmp_path / "link").symlink_to(log)
    assert witness.reached("claude-code", str(tmp_path / "link"), MARK, 0) is None


def test_a_session_in_a_database_shows_it_too(tmp_path: Path) -> None:
    path = tmp_path / "opencode.db"
    with sqlite3.connect(path) as connection:
        for table, columns in (
            ("session", "id, parent_id, directory, title, time_created, time_updated"),
            ("message", "id, session_id, time_created, time_updated, data"),
            ("part", "id, message_id, session_id, time_created, time_updated, data"),
        ):
            connection.execute(f"CREATE TABLE {table} ({columns})")
        connection.execute("INSERT INTO part VALUES ('p', 'm', 's-1', 1, 1795300000000, ?)", (f'"[headgate {MARK}]"',))
    connection.close()
    witness = Witness()
    assert witness.reached("opencode", f"{path}#s-1", MARK, 0) == 1_795_300_000.0
    assert witness.reached("opencode", f"{path}#s-2", MARK, 0) is None
    assert witness.reached("opencode", f"{tmp_path / 'gone.db'}#s-1", MARK, 0) is None


def test_a_correction_that_a_hook_took_is_known_by_its_file(tmp_path: Path) -> None:
    at = messenger(tmp_path)
    assert at.handed("a1") is None
    (tmp_path / "state/r/spool/corrections").mkdir(parents=True)
    (tmp_path / "state/r/spool/corrections/a1").write_text("")
    os.utime(tmp_path / "state/r/spool/corrections/a1", (5.0, 5.0))
    assert at.handed("a1") == 5.0
    assert not at.hooked("codex")
    (tmp_path / "state" / "hooks.json").write_text('{"codex": {"at": 1}}')
    assert at.hooked("codex") and not at.hooked("gemini-cli")
