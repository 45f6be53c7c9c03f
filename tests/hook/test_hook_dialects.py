"""What real clients sent to hooks is understood, and whatever is sent is answered in the client's own dialect."""

import contextlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.hook.dialects import of
from adapters.hook.exchange import Heard, NotUnderstood, plainly_named
from adapters.hook.patch import touched
from adapters.hook.tools import KINDS
from tests.hook.hook_world import SESSION, Done, HookWorld
from tests.tries import tries

LIVE = Path(__file__).parents[3] / "shared" / "corpus" / "live"
FOLDERS = {"claude": "claude-code", "claude-2.1.197": "claude-code", "codex": "codex", "gemini": "gemini-cli"}
BEFORE = {"PreToolUse", "BeforeTool"}


def sent(folder: str) -> list[dict[str, Any]]:
    """Give every event that a real client sent in the recorded runs."""
    if not LIVE.is_dir():
        pytest.skip(f"the recorded runs are not at {LIVE}")
    told: list[dict[str, Any]] = []
    for path in sorted((LIVE / folder).glob("*/hooks.jsonl")):
        told += [json.loads(line)["stdin"] for line in path.read_text().splitlines()]
    return told


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_event_that_a_real_client_sent_is_understood(folder: str) -> None:
    agent, kinds = FOLDERS[folder], set[str]()
    events = sent(folder)
    assert events
    for event in events:
        heard = of(agent).hear(agent, event, {})
        assert heard.session == event["session_id"]
        assert (heard.call is not None) == (event["hook_event_name"] in {*BEFORE, "PermissionRequest"})
        if heard.call is None:
            continue
        assert heard.call.kind != "other", event["tool_name"]
        assert json.loads(heard.input) == event["tool_input"]
        kinds.add(heard.call.kind)
        if heard.call.kind == "shell":
            assert heard.call.command == event["tool_input"]["command"]
        if heard.call.kind == "edit":
            assert heard.call.paths and heard.call.added
    assert "shell" in kinds


def test_an_odd_name_becomes_a_plain_one_and_two_of_them_stay_two() -> None:
    odd = ["s\x1b[2J", "s\x1b[3J", "é", "x" * 201, "\ud800"]
    named = [plainly_named({"session_id": name})["session_id"] for name in odd]
    assert len({*named}) == len(odd)
    assert all(name.isascii() and name.isprintable() and len(name) < 100 for name in named)
    assert plainly_named({"session_id": SESSION, "tool_name": "Bash"}) == {"session_id": SESSION, "tool_name": "Bash"}


def test_the_same_call_has_the_same_digest_before_it_and_when_the_client_asks() -> None:
    by_words: dict[tuple[str, str], set[str]] = {}
    for event in sent("claude"):
        heard = of("claude-code").hear("claude-code", event, {})
        if heard.call is not None:
            by_words.setdefault((event["session_id"], heard.input), set()).add(heard.call.sha)
    assert by_words and all(len(found) == 1 for found in by_words.values())


@pytest.mark.parametrize(
    ("tool", "words", "kind"),
    [
        ("Bash", {"command": "ls"}, "shell"),
        ("shell", {"command": ["bash", "-lc", "ls 'a b'"]}, "shell"),
        ("exec_command", {"cmd": "ls"}, "shell"),
        ("Monitor", {"command": "tail -f x"}, "shell"),
        ("apply_patch", {"command": "*** Begin Patch\n*** Delete File: a\n*** End Patch"}, "edit"),
        ("NotebookEdit", {"notebook_path": "a.ipynb", "new_source": "x"}, "edit"),
        ("mcp__db__query", {"sql": "select 1"}, "mcp"),
        ("TaskCreate", {"subject": "x"}, "plan"),
        ("Agent", {"prompt": "x"}, "agent"),
        ("AskUserQuestion", {}, "question"),
        ("CronCreate", {"prompt": "x"}, "other"),
        ("exec", {"input": "await tools.exec_command({})"}, "other"),
        ("Bash", {}, "other"),
        ("SomethingNew", {}, "other"),
    ],
)
def test_a_tool_is_of_the_kind_that_its_name_says(tool: str, words: dict[str, Any], kind: str) -> None:
    event = {"hook_event_name": "PreToolUse", "session_id": "s", "cwd": "/w", "tool_name": tool, "tool_input": words}
    heard = of("codex").hear("codex", event, {})
    assert heard.call is not None and heard.call.kind == kind


def test_words_of_a_command_are_quoted_for_the_shell_that_reads_them() -> None:
    words = {"command": ["bash", "-lc", "rm -rf 'a b'"]}
    event = {"hook_event_name": "PreToolUse", "session_id": "s", "cwd": "/w", "tool_name": "shell", "tool_input": words}
    heard = of("codex").hear("codex", event, {})
    assert heard.call is not None and heard.call.command == "bash -lc 'rm -rf '\"'\"'a b'\"'\"''"


def test_a_patch_names_all_that_it_touches_and_adds() -> None:
    patch = (
        "*** Begin Patch\n*** Update File: a.py\n*** Move to: b.py\n@@\n-old\n+new\n"
        "*** Add File: c/d.py\n+one\n+two\n*** Delete File: e.py\n*** End Patch\n"
    )
    assert touched(patch) == (("a.py", "b.py", "c/d.py", "e.py"), "new\none\ntwo")
    with pytest.raises(NotUnderstood):
        touched("*** Begin Patch\n*** End Patch")


WORDS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=4,
)
NAMES = ["command", "file_path", "path", "paths", "edits", "content", "plan", "cwd", "patch"]


@given(
    agent=st.sampled_from(["claude-code", "codex", "gemini-cli", "opencode"]),
    event=st.dictionaries(
        st.sampled_from(
            ["hook_event_name", "event", "session_id", "sessionID", "cwd", "directory", "tool_name", "tool"]
        ),
        WORDS | st.sampled_from(["PreToolUse", "BeforeTool", "PermissionRequest", "tool.execute.before", *KINDS]),
    ),
    words=st.dictionaries(st.sampled_from(NAMES), WORDS, max_size=4) | WORDS,
)
@settings(max_examples=tries(60, 1000))
def test_any_event_is_heard_or_said_to_be_none(agent: str, event: dict[str, Any], words: object) -> None:
    heard: Heard | None = None
    with contextlib.suppress(NotUnderstood):
        heard = of(agent).hear(agent, {**event, "tool_input": words, "args": words}, {})
    assert heard is None or heard.call is None or (heard.call.session and heard.call.cwd and heard.call.tool)
    refused = of(agent).refuse(heard, "no")
    assert Done(refused.code, refused.out, refused.err).denied


SENT = st.one_of(
    st.binary(max_size=200),
    st.tuples(st.sampled_from(sorted(KINDS)), st.dictionaries(st.sampled_from(NAMES), WORDS, max_size=3)),
    st.tuples(st.just("Bash"), st.fixed_dictionaries({"command": st.text(max_size=30)})),
)


@settings(max_examples=tries(12, 500))
@given(told=SENT, agent=st.sampled_from(["claude-code", "codex", "gemini-cli", "opencode"]))
def test_whatever_comes_is_let_go_by_a_written_line_or_denied(
    told: bytes | tuple[str, dict[str, Any]], agent: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    world = WORLDS.get("one") or WORLDS.setdefault("one", HookWorld(tmp_path_factory.mktemp("any").resolve()))
    if not world.house.exists():
        world.open_house()
    data = told if isinstance(told, bytes) else json.dumps(world.event(told[0], told[1], agent)).encode()
    before = len(world.calls())
    done = world.ask(data, agent)
    lines = world.calls()[before:]
    assert done.denied or done.allowed
    if done.allowed and not isinstance(told, bytes):
        assert [line["verdict"] for line in lines] == ["allow"]
        assert lines[0]["session"] == SESSION


WORLDS: dict[str, HookWorld] = {}
