"""The logs of one run are read again, whole and beside whoever follows them."""

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.agents.claude_code import ClaudeCode
from adapters.agents.codex import Codex
from adapters.run_history import RunHistories
from state.evidence.history import History
from state.runs.run import Run, run_key
from state.store.shares import shares_of
from tests.adapters.claude_lines import SESSION, call, lines_of, model, result, text, user

KEY = run_key("claude-code", SESSION)


def logs(folder: Path) -> RunHistories:
    """Lay a log, one of a subagent, and one of another session down."""
    place = folder / "projects" / "-w-app"
    (place / SESSION / "subagents").mkdir(parents=True)
    main = [
        user("mend it"),
        model(call("Bash", "t1", command="uv run pytest -q")),
        result("===== 3 passed in 0.1s =====", "t1"),
        model(call("Bash", "t2", command="ruff check .")),
        result("Exit code 1\nbad", "t2", failed=True),
        model(call("Edit", "t3", file_path="/w/app/a.py", old_string="a", new_string="b")),
        result("done", "t3"),
        model(call("Bash", "t4", command="git push --force")),
        model(text("# Summary\nAll 3 tests pass."), stop="end_turn"),
    ]
    side = [model(call("Bash", "s1", command="npm test"), isSidechain=True, agentId="a1b2c3d")]
    for name, records in ((f"{SESSION}.jsonl", main), (f"{SESSION}/subagents/agent-a1b2c3d.jsonl", side)):
        (place / name).write_bytes(b"".join(line + b"\n" for line in lines_of(records)))
    (place / "99999999-2222-4333-8444-555555555555.jsonl").write_bytes(
        b"".join(line + b"\n" for line in lines_of([user("x")]))
    )
    return RunHistories(
        folder, (ClaudeCode(), Codex()), {"CLAUDE_CONFIG_DIR": str(folder), "HOME": str(folder / "none")}
    )


def a_run(folder: Path) -> Run:
    return Run(KEY, "claude-code", SESSION, log=str(folder / "projects" / "-w-app" / f"{SESSION}.jsonl"))


async def test_commands_tests_edits_and_last_words_are_told(tmp_path: Path) -> None:
    told = await logs(tmp_path).of(a_run(tmp_path))
    assert isinstance(told, History)
    assert [(one.text, one.failed, one.side) for one in told.commands if one.shell] == [
        ("uv run pytest -q", False, False),
        ("ruff check .", True, False),
        ("git push --force", None, False),
        ("npm test", None, True),
    ]
    assert [(one.state, one.passed) for one in told.tests] == [("passed", 3)]
    assert [path for path, _ in told.edits] == ["/w/app/a.py"] and told.tools == {"Bash": 4, "Edit": 1}
    assert told.words == "# Summary\nAll 3 tests pass." and told.run is None and told.whole


async def test_a_run_that_was_only_skimmed_is_folded_from_its_whole_log(tmp_path: Path) -> None:
    run = replace(a_run(tmp_path), skimmed=100, worktree="/w/app")
    told = await logs(tmp_path).of(run)
    assert isinstance(told, History) and told.run is not None
    assert told.run.edited == ("/w/app/a.py",) and told.run.prompt == "mend it" and not told.run.skimmed
    assert told.run.worktree == "/w/app" and told.run.tests is not None


async def test_a_log_that_is_gone_or_cannot_be_read_is_said(tmp_path: Path) -> None:
    histories, run = logs(tmp_path), a_run(tmp_path)
    assert run.log is not None
    Path(run.log).unlink()
    assert await histories.of(run) == "its log is gone"
    Path(run.log).mkdir()
    assert isinstance(await histories.of(run), str)
    assert await histories.of(replace(run, agent="nobody")) == "its log is gone"


def test_shares_are_summed_by_model_and_a_database_that_is_not_there_gives_none(tmp_path: Path) -> None:
    assert shares_of(tmp_path / "state.db", KEY) == ()
    with sqlite3.connect(tmp_path / "state.db") as connection:
        columns = (
            "model, usd, unpriced_tokens, requests, fresh_input, cache_read, cache_write_5m, cache_write_1h, output"
        )
        connection.execute(f"CREATE TABLE usage (run, {columns})")
        rows = [
            (KEY, "a", "1.5", 0, 1, 1, 2, 3, 4, 5),
            (KEY, "a", "0.5", 0, 1, 1, 0, 0, 0, 0),
            (KEY, None, None, 7, 1, 7, 0, 0, 0, 0),
        ]
        connection.executemany("INSERT INTO usage VALUES (?,?,?,?,?,?,?,?,?,?)", rows)
    connection.close()
    first, second = shares_of(tmp_path / "state.db", KEY)
    assert (first.model, str(first.usd), first.calls, first.tokens) == ("a", "2.0", 2, 16)
    assert (second.model, second.usd, second.unpriced) == ("unknown", None, 7)


@pytest.mark.parametrize("words", ["", "x" * 100_000])
async def test_last_words_are_bounded(tmp_path: Path, words: str) -> None:
    histories = logs(tmp_path)
    with (tmp_path / "projects" / "-w-app" / f"{SESSION}.jsonl").open("ab") as file:
        file.write(lines_of([model(text(words), stop="end_turn")])[0] + b"\n")
    told = await histories.of(a_run(tmp_path))
    assert isinstance(told, History) and len(told.words) <= 40_000
