"""The verbs of the real program, run as a script would run them."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.world import ROOT, World

RUN_KEYS = {
    "id", "agent", "agent_version", "session_id", "parent", "worktree", "branch", "head", "base_head", "task", "owner",
    "role", "model", "models", "lane", "context_version", "state", "since", "because", "seen", "alive", "plan", "tests",
    "blockers", "risk", "stale", "findings", "changed_files", "added", "deleted", "attempts", "subagents", "usage",
    "context", "cost", "next", "source",
}  # fmt: skip
HOSTILE = "\x1b]52;c;aGk=\x07\x1b[2J [@click=app.quit]x[/] [/nope] \u202e\u200b\x9b31m\x00 end"


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Give a world whose repository is known already; only what changes nothing in it may use it."""
    known = World(tmp_path_factory.mktemp("known"))
    known.headgate("status")
    return known


def test_status_has_the_shape_of_the_contract(world: World) -> None:
    log = world.claude("s1")
    log.append(log.prompt("mend the parser"), log.tool("pytest -q"))
    (next(iter(world.worktrees.values())) / "new.py").write_text("one\ntwo\n")
    document = world.told("status")
    assert document["schema"] == "headgate/status/1"
    assert set(document) >= {"at", "repo", "runs", "requests", "conflicts", "unassigned", "problems", "totals"}
    assert set(document["repo"]) == {"id", "root", "base"}
    (run,) = document["runs"]
    assert set(run) >= RUN_KEYS
    assert set(run["usage"]) == {
        "fresh_input", "cache_read", "cache_write_5m", "cache_write_1h", "output", "reasoning", "requests",
    }  # fmt: skip
    assert (run["state"], run["task"]["title"], run["branch"]) == ("working", "mend the parser", "feat/one")
    assert (run["changed_files"], run["added"], run["deleted"]) == (1, 2, 0)
    assert run["worktree"] == os.path.realpath(world.worktrees["one"])
    assert run["seen"].endswith("Z") and run["source"]["log"] == str(log.path)
    assert document["totals"]["runs"] == 1


def test_unknown_is_null_and_never_zero(world: World) -> None:
    log = world.claude("s1")
    log.append(log.prompt("nothing is known of my cost"))
    (run,) = world.told("status")["runs"]
    assert run["risk"]["level"] is None and run["tests"]["claimed"] is None and run["alive"] is None
    assert run["cost"] == {"usd": None, "state": "unpriced", "unpriced_tokens": 0, "per_hour": None}
    assert run["context"]["used"] is None


def test_only_the_logs_of_this_repository_are_read_and_the_others_are_named(world: World, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    ours, theirs = world.claude("ours"), world.claude("theirs", tmp_path / "elsewhere")
    ours.append(ours.prompt("in here"))
    theirs.append(theirs.prompt("out there"), *(theirs.tool(f"echo {n}") for n in range(20)))
    document = world.told("status")
    assert [run["session_id"] for run in document["runs"]] == ["ours"]
    assert [Path(one["log"]).name for one in document["unassigned"]] == ["theirs.jsonl"]
    assert document["unassigned"][0]["why"]
    assert {row["key"] for row in world.told("usage")["rows"]} == {"theirs"}


def test_a_worktree_and_a_log_that_appear_later_are_seen(world: World, tmp_path: Path) -> None:
    early = world.claude("early", tmp_path / "wt" / "later")
    early.append(early.prompt("before its worktree"))
    assert world.told("status")["runs"] == []
    world.add_worktree("later")
    assert [run["session_id"] for run in world.told("status")["runs"]] == ["early"]


def test_show_gives_every_fact_with_its_source(world: World) -> None:
    log = world.claude("s1")
    log.append(log.prompt("mend the parser"), log.tool("pytest -q"))
    document = world.told("show", "s1")
    assert document["sources"]["title"] == {"log": str(log.path), "offset": 0, "at": document["sources"]["title"]["at"]}
    assert [line["kind"] for line in document["story"]] == ["prompt", "tool"]
    assert world.told("show", document["id"][:5])["id"] == document["id"]
    assert "mend the parser" in world.headgate("show", "s1")


def test_usage_needs_no_repository_and_counts_by_what_is_asked(world: World, tmp_path: Path) -> None:
    log = world.claude("s1")
    log.append(log.prompt("count"), log.tool("a", 5), log.tool("b", 7))
    (tmp_path / "nowhere").mkdir()
    for by, key in (("session", "s1"), ("model", "claude-opus-4-7"), ("agent", "claude-code"), ("task", "count")):
        printed = world.headgate("usage", "--by", by, "--json", at=tmp_path / "nowhere")
        (row,) = json.loads(printed)["rows"]
        assert (row["key"], row["output"], row["requests"], row["fresh_input"]) == (key, 12, 2, 6)
        assert (row["usd"], row["state"], row["unpriced_tokens"]) == ("0.00043", "priced", 0)
    assert world.told("usage", "--since", "2099-01-01")["rows"] == []
    assert "12" in world.headgate("usage")


def test_doctor_names_the_agents_and_where_it_looked(world: World) -> None:
    log = world.claude("s1")
    log.append(log.prompt("hello"))
    document = world.told("doctor")
    found = {agent["agent"]: agent for agent in document["agents"]}
    assert (found["claude-code"]["logs"], found["codex"]["logs"]) == (1, 0)
    assert found["claude-code"]["log_roots"] == [str(world.home / ".claude")]
    hook = found["claude-code"]["hook"]
    assert (hook["installed"], hook["fires"], hook["guarantee"]) == (False, None, "observe")
    assert document["hook_command"][-1] == "claude-code"
    assert str(world.house()) in world.headgate("doctor")


def test_doctor_shows_copilot_and_pi_where_the_environment_puts_them(world: World) -> None:
    copilot, pi = world.folder / "copilot", world.folder / "pi"
    (copilot / "session-state" / "s1").mkdir(parents=True)
    (copilot / "session-state" / "s1" / "events.jsonl").touch()
    pi.mkdir()
    world.environment |= {"COPILOT_HOME": str(copilot), "PI_CODING_AGENT_SESSION_DIR": str(pi)}
    found = {agent["agent"]: (agent["logs"], agent["log_roots"]) for agent in world.told("doctor")["agents"]}
    assert (found["copilot-cli"], found["pi"]) == ((1, [str(copilot)]), (0, [str(pi)]))


def test_doctor_names_agents_that_the_user_describes_and_what_is_wrong_with_a_file(world: World) -> None:
    agents = world.folder / "config" / "agents"
    agents.mkdir(parents=True)
    (agents / "otter.toml").write_text('name = "otter"\nroot = "~/.otter"\nlogs = "*.jsonl"\n')
    (agents / "wrong.toml").write_text('name = "wrong"\nrot = "~/.wrong"\n')
    (world.home / ".otter").mkdir()
    (world.home / ".otter" / "s.jsonl").write_text('{"type": "prompt", "text": "hi"}\n')
    found = {agent["agent"]: agent for agent in world.told("doctor")["agents"]}
    assert {"gemini-cli", "qwen-code", "otter", "wrong.toml"} <= found.keys()
    assert (found["otter"]["logs"], found["otter"]["problem"]) == (1, None)
    assert f"{agents}/wrong.toml cannot be read: line 1: `root` is missing" in found["wrong.toml"]["problem"]


def test_doctor_asks_a_program_for_its_version_and_survives_one_that_fails(world: World) -> None:
    programs = world.folder / "bin"
    programs.mkdir()
    for name, text in (("claude", "echo '2.1.330 (Claude Code)'"), ("codex", "exit 3")):
        (programs / name).write_text(f"#!/bin/sh\n{text}\n")
        (programs / name).chmod(0o755)
    world.environment["PATH"] = f"{programs}:{world.environment['PATH']}"
    found = {agent["agent"]: agent for agent in world.told("doctor")["agents"]}
    assert (found["claude-code"]["version"], found["codex"]["version"]) == ("2.1.330", None)
    assert "named no version" in found["codex"]["problem"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["status", "--repo", "/nonexistent"], "is not a directory"),
        (["show", "nobody"], "no run is named nobody"),
        (["show", "x\x1b[31m"], "no run is named x␛[31m"),
        (["usage", "--since", "yesterday"], "is no time"),
        ([], "needs a terminal"),
        (["--all"], "needs a terminal"),
        (["--all", "queue"], "queue takes no other than --repo DIR"),
    ],
)
def test_bad_input_is_one_sentence_and_exit_2(known: World, words: list[str], says: str) -> None:
    said = known.headgate(*words, status=2)
    assert says in said and said.count("\n") == 1


def test_no_repository_no_commit_and_bare_are_each_said(world: World, tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    assert "headgate demo" in world.headgate("status", at=tmp_path / "plain", status=2)
    world.git("init", "-q", str(tmp_path / "unborn"), at=tmp_path)
    world.git("init", "-q", "--bare", str(tmp_path / "bare.git"), at=tmp_path)
    for name, says in (("unborn", "no commit yet"), ("bare.git", "git worktree add")):
        done = json.loads(world.headgate("status", "--json", at=tmp_path / name))
        assert any(says in f"{problem['text']} {problem['remedy']}" for problem in done["problems"])


def test_a_deleted_worktree_keeps_its_runs_and_is_said(world: World) -> None:
    log = world.claude("s1")
    log.append(log.prompt("mend the parser"), log.said("done"))
    world.headgate("status")
    for path in sorted(world.worktrees["one"].rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    world.worktrees["one"].rmdir()
    document = world.told("status")
    assert [run["task"]["title"] for run in document["runs"]] == ["mend the parser"]
    assert document["runs"][0]["changed_files"] is None
    assert any("is gone" in problem["text"] for problem in document["problems"])


def test_a_live_session_that_cannot_be_told_from_another_is_no_proof_of_life(world: World) -> None:
    log = world.claude("s1")
    log.append(log.prompt("am I alive"))
    registry = world.home / ".claude" / "sessions"
    registry.mkdir()
    (registry / "1.json").write_text(json.dumps({"pid": 1, "sessionId": "s1", "cwd": log.cwd, "kind": "interactive"}))
    (run,) = world.told("status")["runs"]
    assert run["alive"] is None


def test_nothing_that_a_log_holds_reaches_the_terminal_raw(world: World) -> None:
    log = world.claude("s1")
    log.append(
        log.prompt(HOSTILE), log.tool(HOSTILE), b'{"type": "' + b"\xff\xfe" + b'\x1b[31m"}\n', b"\x00\x1b]0;x\x07\n"
    )
    for words in (
        ["status"],
        ["status", "--json"],
        ["show", "s1"],
        ["show", "s1", "--json"],
        ["usage", "--by", "task"],
    ):
        printed = world.headgate(*words)
        assert all(character.isprintable() or character == "\n" for character in printed), words
    assert "␛]52;c;aGk=␇" in world.headgate("show", "s1")


def test_a_reader_that_goes_away_is_no_traceback(world: World) -> None:
    log = world.claude("s1")
    log.append(log.prompt("x"), *(log.tool(f"echo {n} {'y' * 500}") for n in range(300)))
    shown = subprocess.Popen(
        [sys.executable, "-m", "tui", "show", "s1", "--json"],
        cwd=world.repository,
        env={**world.environment, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert shown.stdout is not None and shown.stderr is not None
    shown.stdout.close()
    said = shown.stderr.read()
    shown.stderr.close()
    assert (shown.wait(), said) == (141, b"")


def test_a_full_disk_behind_standard_output_is_one_sentence(world: World) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "tui", "status"],
            cwd=world.repository,
            env={**world.environment, "PYTHONPATH": str(ROOT)},
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 2
    assert "standard output takes nothing" in done.stderr and done.stderr.count("\n") == 1


def test_a_file_in_place_of_the_state_directory_is_said_with_its_remedy(world: World) -> None:
    world.state.write_text("in the way")
    said = world.headgate("status", status=2)
    assert "set HEADGATE_STATE_DIR to another" in said and said.count("\n") == 1


def test_watch_streams_one_object_a_change_until_interrupted(world: World) -> None:
    log = world.claude("s1")
    log.append(log.prompt("watch me"))
    child = subprocess.Popen(
        [sys.executable, "-m", "tui", "watch", "--json"],
        cwd=world.repository,
        env={**world.environment, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None and child.stderr is not None
    seen: list[str] = []
    for line in child.stdout:
        change = json.loads(line)
        if change["kind"] != "run":
            continue
        seen.append(change["run"]["because"])
        if len(seen) == 1:
            log.append(log.tool("echo streamed"))
        if "echo streamed" in seen:
            break
    child.send_signal(signal.SIGINT)
    child.stdout.close()
    said = child.stderr.read()
    child.stderr.close()
    assert child.wait(timeout=20) == 0, said
    assert "Traceback" not in said


def test_no_verb_loads_textual(world: World) -> None:
    log = world.claude("s1")
    log.append(log.prompt("light"))
    verbs = (["status"], ["index"], ["usage"], ["show", "s1"], ["doctor"])
    program = (
        "import sys\n"
        f"for words in {verbs!r}:\n"
        "    sys.argv[1:] = words\n"
        "    from tui.__main__ import main\n"
        "    try:\n        main()\n"
        "    except SystemExit as ended:\n        assert not ended.code, (words, ended.code)\n"
        "    assert 'textual' not in sys.modules, words\n"
        "    print('ended', words[0])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=world.repository,
        env={**world.environment, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert [line for line in done.stdout.splitlines() if line in {f"ended {words[0]}" for words in verbs}] == [
        f"ended {words[0]}" for words in verbs
    ]


def test_an_interrupt_while_modules_load_is_no_traceback(tmp_path: Path) -> None:
    (tmp_path / "pydantic.py").write_text(
        "import os, signal\n"
        "class Rung:\n"
        "    def __set_name__(self, owner, name): os.kill(os.getpid(), signal.SIGINT)\n"
        "class Model:\n"
        "    field = Rung()\n"
    )
    environment = {**os.environ, "PYTHONPATH": f"{tmp_path}:{ROOT}"}
    command = [sys.executable, "-m", "tui", "check", "x"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (130, "")
