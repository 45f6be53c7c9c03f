"""Where Claude Code's logs and registry lie, whose they are, and what may lie there instead."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from adapters.agents.agent import Head, LogPlace
from adapters.agents.claude_code import ClaudeCode
from adapters.small_file import read_small
from tests.adapters.claude_lines import PLACE, SESSION, SIDE, lines_of, user

OTHER = "99999999-2222-4333-8444-555555555555"
AGENT = ClaudeCode()


def laid(root: Path, *paths: str) -> None:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).touch()


def found(root: Path) -> dict[str, tuple[str | None, bool]]:
    unreadable: list[OSError] = []
    places = {
        Path(one.path).relative_to(root).as_posix(): (one.session, one.side) for one in AGENT.logs(root, unreadable)
    }
    assert unreadable == []
    return places


@pytest.mark.parametrize(
    ("environment", "roots"),
    [
        ({"HOME": "/h"}, ["/h/.claude", "/h/.config/claude"]),
        ({"HOME": "/h", "XDG_CONFIG_HOME": "/x"}, ["/h/.claude", "/x/claude"]),
        ({"HOME": "/h", "CLAUDE_CONFIG_DIR": "/a"}, ["/a"]),
        ({"HOME": "/h", "CLAUDE_CONFIG_DIR": "/a, ~/b/projects ,/a/projects/,"}, ["/a", "/h/b"]),
        ({"HOME": "/h", "CLAUDE_CONFIG_DIR": " "}, ["/h/.claude", "/h/.config/claude"]),
        ({}, []),
    ],
)
def test_the_roots_are_those_of_the_environment(environment: dict[str, str], roots: list[str]) -> None:
    assert [str(root) for root in AGENT.roots(environment)] == roots


def test_every_log_is_found_and_its_place_tells_whose_it_is(tmp_path: Path) -> None:
    below = f"projects/-w-app/{SESSION}"
    laid(
        tmp_path,
        f"{below}.jsonl",
        f"{below}/subagents/agent-a1.jsonl",
        f"{below}/subagents/agent-a1.meta.json",
        f"{below}/subagents/workflows/w1/agent-a2.jsonl",
        f"{below}/subagents/workflows/w1/journal.jsonl",
        f"{below}/tool-results/big.jsonl",
        "projects/-w-app/agent-b3.jsonl",
        "projects/-w-app/kept/copy.jsonl",
        "projects/-w-app/notes.txt",
        "history.jsonl",
    )
    assert found(tmp_path) == {
        f"{below}.jsonl": (SESSION, False),
        f"{below}/subagents/agent-a1.jsonl": (SESSION, True),
        f"{below}/subagents/workflows/w1/agent-a2.jsonl": (SESSION, True),
        "projects/-w-app/agent-b3.jsonl": (None, True),
        "projects/-w-app/kept/copy.jsonl": (None, False),
    }


def test_a_home_named_subagents_does_not_confuse(tmp_path: Path) -> None:
    laid(tmp_path / "subagents", f"projects/-w/{SESSION}.jsonl")
    assert found(tmp_path / "subagents") == {f"projects/-w/{SESSION}.jsonl": (SESSION, False)}


def test_links_and_other_things_are_no_logs(tmp_path: Path) -> None:
    laid(tmp_path, "elsewhere/x.jsonl", "projects/-w/real.jsonl")
    (tmp_path / "projects/-w/link.jsonl").symlink_to(tmp_path / "elsewhere/x.jsonl")
    (tmp_path / "projects/-linked").symlink_to(tmp_path / "elsewhere")
    os.mkfifo(tmp_path / "projects/-w/pipe.jsonl")
    assert list(found(tmp_path)) == ["projects/-w/real.jsonl"]


def test_a_directory_that_cannot_be_listed_is_reported_and_hides_no_other(tmp_path: Path) -> None:
    (tmp_path / "projects").touch()
    unreadable: list[OSError] = []
    assert list(AGENT.logs(tmp_path, unreadable)) == []
    assert [type(problem) for problem in unreadable] == [NotADirectoryError]
    assert unreadable[0].filename == str(tmp_path / "projects")


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read everything")
def test_a_closed_directory_is_reported(tmp_path: Path) -> None:
    laid(tmp_path, "projects/-a/x.jsonl", "projects/-b/y.jsonl")
    (tmp_path / "projects/-a").chmod(0)
    unreadable: list[OSError] = []
    places = [one.path for one in AGENT.logs(tmp_path, unreadable)]
    (tmp_path / "projects/-a").chmod(0o700)
    assert places == [str(tmp_path / "projects/-b/y.jsonl")]
    assert [problem.filename for problem in unreadable] == [str(tmp_path / "projects/-a")]


def test_what_is_missing_is_no_problem(tmp_path: Path) -> None:
    assert found(tmp_path / "nothing") == {}
    assert list(AGENT.folders(tmp_path / "nothing")) == []
    assert list(AGENT.presences(tmp_path / "nothing")) == []


def test_the_folders_are_those_in_which_logs_appear(tmp_path: Path) -> None:
    assert list(AGENT.folders(tmp_path)) == [str(tmp_path)]
    laid(
        tmp_path, f"projects/-w/{SESSION}/subagents/agent-a.jsonl", "sessions/1.json", f"projects/-w/{SESSION}/memory/m"
    )
    below = ["projects", "projects/-w", f"projects/-w/{SESSION}", f"projects/-w/{SESSION}/subagents", "sessions"]
    assert list(AGENT.folders(tmp_path)) == [str(tmp_path / path) for path in below]


def head(*records: Any, place: LogPlace = PLACE) -> Head:
    return AGENT.head(place, lines_of(records))


def test_the_first_records_tell_directory_and_time() -> None:
    meta = {"type": "permission-mode", "permissionMode": "default", "sessionId": SESSION}
    assert head(meta) == Head(SESSION, None, False, None, None)
    assert head(b"broken", meta, user("go", cwd="/w/x")) == Head(SESSION, "/w/x", False, None, 1780308000.0)
    assert head() == Head(SESSION, None, False, None, None)


def test_the_files_name_wins_over_the_records() -> None:
    assert head(user("copied", sessionId=OTHER)).session == SESSION


def test_a_log_of_another_name_is_of_the_session_that_its_records_name() -> None:
    kept = LogPlace("/c/projects/-w/kept/full.jsonl", None)
    assert head(user("go"), place=kept).session == SESSION
    assert head({"type": "user", "cwd": "/w"}, place=kept).session == "full"


def test_a_subagents_log_belongs_to_the_session_that_spawned_it() -> None:
    beside = LogPlace("/c/projects/-w/agent-b3.jsonl", None, side=True)
    record = user("look", sessionId=OTHER, isSidechain=True, agentId="b3")
    assert head(record, place=beside) == Head(OTHER, "/w/app", True, None, 1780308000.0)
    assert head(record, place=SIDE).session == SESSION
    assert head(record, place=LogPlace("/c/kept.jsonl", None)).side
    reader = AGENT.reader(beside, head(record, place=beside), "")
    assert reader.run == AGENT.reader(PLACE, Head(OTHER, None, False, None, None), "").run


def test_a_fork_names_its_parent() -> None:
    assert head(user("go", forkedFrom={"sessionId": OTHER})).parent == OTHER
    assert head({"type": "fork-context-ref", "parentSessionId": OTHER}, user("go")).parent == OTHER
    assert head(user("go", forkedFrom={"sessionId": SESSION})).parent is None


def registered(root: Path, name: str, **fields: Any) -> None:
    (root / "sessions").mkdir(exist_ok=True)
    (root / "sessions" / name).write_text(json.dumps(fields))


def test_a_live_session_is_read_from_the_registry(tmp_path: Path) -> None:
    registered(
        tmp_path,
        "4711.json",
        pid=4711,
        sessionId=SESSION,
        cwd="/w/\x1bapp",
        procStart="812345",
        kind="interactive",
        status="waiting",
        waitingFor="permission prompt",
        updatedAt=1780308001000,
        statusUpdatedAt=1780308000500,
    )
    (one,) = AGENT.presences(tmp_path)
    assert (one.session, one.pid, one.start, one.cwd) == (SESSION, 4711, "812345", "/w/␛app")
    assert (one.status, one.waiting_for, one.at) == ("waiting", "permission prompt", 1780308000.5)
    assert one.path == str(tmp_path / "sessions/4711.json")


@pytest.mark.parametrize(("word", "status"), [("busy", "busy"), ("shell", "busy"), ("idle", "idle"), ("new", None)])
def test_the_registrys_words_are_translated(tmp_path: Path, word: str, status: str | None) -> None:
    registered(
        tmp_path, "7.json", pid=7, sessionId=SESSION, procStart=55, status=word, updatedAt="2026-06-01T10:00:00Z"
    )
    (one,) = AGENT.presences(tmp_path)
    assert (one.status, one.start, one.at) == (status, "55", 1780308000.0)


def test_an_old_entry_says_less(tmp_path: Path) -> None:
    registered(tmp_path, "7.json", pid=7, sessionId=SESSION)
    (one,) = AGENT.presences(tmp_path)
    assert (one.start, one.cwd, one.status, one.waiting_for, one.at) == (None, None, None, None, None)


def test_what_is_no_entry_of_a_session_is_left_out(tmp_path: Path) -> None:
    registered(tmp_path, "pid-7.json", pid=7, sessionId=SESSION)
    registered(tmp_path, "8.json", pid=9, sessionId=SESSION)
    registered(tmp_path, "10.json", pid=10)
    registered(tmp_path, "11.json", pid=11, sessionId=SESSION, kind="daemon-worker")
    registered(tmp_path, "-12.json", pid=-12, sessionId=SESSION)
    (tmp_path / "sessions/13.json").write_bytes(b'{"pid":13,"sessi')
    (tmp_path / "sessions/14.json").write_bytes(b'{"pid":14,"sessionId":"s"}' + b" " * 70_000)
    os.mkfifo(tmp_path / "sessions/15.json")
    (tmp_path / "sessions/16.json").symlink_to(tmp_path / "sessions/8.json")
    (tmp_path / "sessions/17.json").mkdir()
    assert list(AGENT.presences(tmp_path)) == []


def test_a_small_file_is_read_and_nothing_else_is(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"12345")
    (tmp_path / "link").symlink_to(tmp_path / "file")
    os.mkfifo(tmp_path / "pipe")
    assert read_small(str(tmp_path / "file"), 5) == b"12345"
    assert read_small(str(tmp_path / "file"), 4) is None
    for other in ("link", "pipe", "gone", ".", "nul\0byte"):
        assert read_small(str(tmp_path / other), 5) is None
    assert read_small("/dev/zero", 5) is None
    assert read_small("/proc/self/status", 10) is None
