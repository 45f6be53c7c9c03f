"""Where Codex's rollouts lie, and whose they are."""

import errno
import json
import os
from pathlib import Path

import pytest

from adapters.agents.agent import Head, LogPlace
from adapters.agents.codex import Codex

FIXTURES = Path(__file__).parents[1] / "fixtures" / "codex"
PARENT = "0190aaaa-0000-7000-8000-000000000001"
CHILD = "0190aaab-0000-7000-8000-000000000002"


def rollout(root: Path, day: str, session: str, text: str = "{}\n", ending: str = ".jsonl") -> Path:
    path = root / day / f"rollout-2026-06-26T12-00-00-{session}{ending}"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def head(name: str) -> Head:
    path = FIXTURES / name
    return Codex().head(LogPlace(str(path), None), path.read_bytes().splitlines())


def head_of(*records: object) -> Head:
    return Codex().head(LogPlace("/l/x.jsonl", None), [json.dumps(record).encode() for record in records])


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"HOME": "/h"}, ("/h/.codex",)),
        ({"HOME": "/h", "CODEX_HOME": ""}, ("/h/.codex",)),
        ({"HOME": "/h", "CODEX_HOME": "/a, /b,,/a"}, ("/a", "/b")),
        ({"HOME": "/h", "CODEX_HOME": "~/c"}, ("/h/c",)),
        ({"CODEX_HOME": "/a"}, ("/a",)),
        ({}, ()),
    ],
)
def test_the_roots_come_from_the_environment(environment: dict[str, str], expected: tuple[str, ...]) -> None:
    assert Codex().roots(environment) == tuple(Path(path) for path in expected)


def test_rollouts_of_any_day_and_archived_ones_are_logs(tmp_path: Path) -> None:
    old = rollout(tmp_path, "sessions/2025/01/02", PARENT)
    archived = rollout(tmp_path, "archived_sessions", CHILD)
    (tmp_path / "sessions/2025/01/02/notes.jsonl").write_text("{}")
    (tmp_path / "auth.json").write_text("{}")
    unreadable: list[OSError] = []
    assert list(Codex().logs(tmp_path, unreadable)) == [LogPlace(str(old), PARENT), LogPlace(str(archived), CHILD)]
    assert unreadable == []


def test_the_place_of_a_thread_taken_back_names_the_thread_and_not_the_file(tmp_path: Path) -> None:
    rollout(tmp_path, "sessions/2026/06/26", f"{PARENT}_{CHILD}")
    assert [place.session for place in Codex().logs(tmp_path, [])] == [PARENT]


def test_of_a_rollout_in_both_places_the_longer_is_taken(tmp_path: Path) -> None:
    rollout(tmp_path, "sessions/2026/06/26", PARENT, "{}\n")
    longer = rollout(tmp_path, "archived_sessions", PARENT, "{}\n{}\n")
    assert [place.path for place in Codex().logs(tmp_path, [])] == [str(longer)]


def test_compressed_rollouts_are_named_once_and_not_read(tmp_path: Path) -> None:
    rollout(tmp_path, "sessions/2026/06/26", PARENT)
    rollout(tmp_path, "sessions/2026/06/26", PARENT, ending=".jsonl.zst")
    packed = rollout(tmp_path, "sessions/2026/06/26", CHILD, ending=".jsonl.zst")
    unreadable: list[OSError] = []
    assert [place.session for place in Codex().logs(tmp_path, unreadable)] == [PARENT]
    assert [(error.errno, error.filename) for error in unreadable] == [(errno.ENOTSUP, str(packed))]
    assert "zstd" in str(unreadable[0].strerror) and "1" in str(unreadable[0].strerror)


def test_links_are_not_followed(tmp_path: Path) -> None:
    rollout(tmp_path / "elsewhere", "sessions/2026/06/26", PARENT)
    root = tmp_path / "root"
    (root / "sessions").mkdir(parents=True)
    (root / "sessions" / "2026").symlink_to(tmp_path / "elsewhere" / "sessions" / "2026")
    target = tmp_path / "elsewhere" / "sessions" / "2026" / "06" / "26"
    (root / "sessions" / f"rollout-x-{CHILD}.jsonl").symlink_to(next(target.iterdir()))
    assert list(Codex().logs(root, [])) == []
    assert list(Codex().folders(root)) == [str(root / "sessions")]


def test_a_closed_directory_is_named_and_hides_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    open_one = rollout(tmp_path, "sessions/2026/06/26", PARENT)
    closed = rollout(tmp_path, "sessions/2026/06/25", CHILD).parent
    really = os.scandir

    def refuse(folder: str) -> object:
        if folder == str(closed):
            raise PermissionError(errno.EACCES, "Permission denied", folder)
        return really(folder)

    monkeypatch.setattr(os, "scandir", refuse)  # tests may run as root, whom no mode keeps out
    unreadable: list[OSError] = []
    assert [place.path for place in Codex().logs(tmp_path, unreadable)] == [str(open_one)]
    assert [error.filename for error in unreadable] == [str(closed)]
    assert str(closed) not in list(Codex().folders(tmp_path))


def test_a_missing_root_has_no_logs_and_no_errors(tmp_path: Path) -> None:
    unreadable: list[OSError] = []
    assert list(Codex().logs(tmp_path / "gone", unreadable)) == [] == unreadable
    assert list(Codex().folders(tmp_path / "gone")) == []


def test_the_folders_to_watch_are_those_where_rollouts_appear_or_grow(tmp_path: Path) -> None:
    assert list(Codex().folders(tmp_path)) == [str(tmp_path)]
    rollout(tmp_path, "sessions/2026/06/26", PARENT)
    rollout(tmp_path, "archived_sessions", CHILD)
    (tmp_path / "log").mkdir()
    expected = ["sessions", "sessions/2026", "sessions/2026/06", "sessions/2026/06/26", "archived_sessions"]
    assert list(Codex().folders(tmp_path)) == [str(tmp_path / name) for name in expected]


def test_the_first_session_meta_says_whose_the_log_is() -> None:
    assert head("session.jsonl") == Head(PARENT, "/w/app-wt1", False, None, 1782475200.0)


def test_a_fork_is_its_own_session_and_names_its_parent() -> None:
    assert head("fork.jsonl") == Head(CHILD, "/w/app-wt2", False, PARENT, 1782475230.0)


def test_a_subagent_belongs_to_the_session_that_spawned_it() -> None:
    assert head("subagent.jsonl") == Head(PARENT, "/w/app-wt1", True, PARENT, 1782475230.0)


def test_a_newer_subagent_names_the_root_of_its_tree() -> None:
    meta = {"id": "c", "session_id": "root", "parent_thread_id": "b", "thread_source": "subagent", "cwd": "/w"}
    assert head_of({"type": "session_meta", "payload": meta}) == Head("root", "/w", True, "b", None)


def test_a_subagent_of_an_older_subagent_is_traced_to_the_root_through_the_history_it_repeats() -> None:
    def spawned(own: str, parent: str) -> dict[str, object]:
        source = {"subagent": {"thread_spawn": {"parent_thread_id": parent, "depth": 2}}}
        return {"type": "session_meta", "payload": {"id": own, "source": source, "cwd": "/w"}}

    assert head_of(spawned("c", "b"), spawned("b", "a")) == Head("a", "/w", True, "b", None)


def test_a_review_without_a_parent_is_its_own_session() -> None:
    meta = {"id": "c", "source": {"subagent": "review"}, "cwd": "/w"}
    assert head_of({"type": "session_meta", "payload": meta}) == Head("c", "/w", False, None, None)


def test_the_cwd_of_a_turn_is_nearer_to_the_truth_than_the_first_one() -> None:
    meta = {"type": "session_meta", "payload": {"id": "c", "cwd": "/w"}}
    assert head_of(meta, {"type": "turn_context", "payload": {"cwd": "/w/tree"}}).cwd == "/w/tree"


def test_the_bare_schema_names_its_directory_in_a_message() -> None:
    assert head("bare.jsonl") == Head("5973b6c0-94b8-487b-a530-2aeb6098ae0e", "/w/old", False, None, 1746638661.597)


def test_a_log_without_a_first_record_belongs_to_the_session_of_its_name() -> None:
    found = Codex().head(LogPlace("/l/x.jsonl", PARENT), [b"\x00\x01", b'{"type":"session_me', b"[]"])
    assert found == Head(PARENT, None, False, None, None)


def test_codex_keeps_no_registry_of_live_sessions(tmp_path: Path) -> None:
    assert list(Codex().presences(tmp_path)) == []
