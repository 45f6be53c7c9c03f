"""What the agents' logs tell of a context: each part once, and again only when it says something else."""

import hashlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.agents.agent import LogPlace
from adapters.agents.codex import Codex
from adapters.small_file import blob_id
from state.runs import event as ev
from state.runs.event import Event
from tests.adapters.claude_lines import CORPUS, corpus_lines, events_of, read, reader_of

LIVE = CORPUS / "live"
real_logs = pytest.mark.skipif(not LIVE.is_dir(), reason="the shared corpus of real logs is not beside the repository")
ENVELOPE = {"sessionId": "s", "cwd": "/w", "timestamp": "2026-06-01T10:00:00Z", "version": "2.1.330"}
PLACE = LogPlace("/l/rollout.jsonl", None)


def parts(events: list[Event]) -> list[tuple[str, str, str | None, str]]:
    noted = [event for event in events if isinstance(event, ev.ContextPartNoted)]
    assert not any(event.observed for event in noted)
    return [(event.part, event.name, event.value, event.began) for event in noted]


def attached(**attachment: Any) -> dict[str, Any]:
    return {**ENVELOPE, "type": "attachment", "attachment": attachment}


def answer(**words: Any) -> dict[str, Any]:
    message = {"id": "m", "role": "assistant", "model": "opus", "content": words.pop("content", [])}
    return {**ENVELOPE, "type": "assistant", "message": message, **words}


def codex(*records: object) -> list[Event]:
    lines = [json.dumps(record).encode() for record in records]
    agent = Codex()
    reader = agent.reader(PLACE, agent.head(PLACE, lines), "")
    return [event for number, line in enumerate(lines) for event in reader.read(line, number * 1000)]


def test_instructions_of_claude_code_are_told_whole_and_then_by_what_changed() -> None:
    root, rule = {"path": "/w/CLAUDE.md", "type": "Project", "content": "a\n"}, {"path": "/w/r.md", "content": "b\n"}
    told = parts(
        events_of(
            attached(type="instructions", files=[root, rule]),
            attached(type="instructions", files=[root, rule]),
            attached(type="instructions", changed=True, files=[{**root, "content": "c\n"}], removed=["/w/r.md"]),
            attached(type="nested_memory", path="/w/sub/CLAUDE.md", content={"path": "x", "content": "d\n"}),
        )
    )
    assert told == [
        ("loaded", "/w/CLAUDE.md", blob_id(b"a\n"), "same"),
        ("loaded", "/w/r.md", blob_id(b"b\n"), "same"),
        ("loaded", "/w/CLAUDE.md", blob_id(b"c\n"), "absent"),
        ("loaded", "/w/r.md", None, "same"),
        ("loaded", "/w/sub/CLAUDE.md", blob_id(b"d\n"), "absent"),
    ]


def test_servers_and_skills_of_claude_code_that_come_later_were_not_there() -> None:
    first = attached(type="deferred_tools_delta", addedNames=["TodoWrite", "mcp__git__log", "mcp__git__show"])
    later = attached(type="deferred_tools_delta", addedNames=["mcp__web__get"], removedNames=["mcp__git__log"])
    call = {"type": "tool_use", "id": "t", "name": "mcp__db__ask", "input": {}}
    told = parts(
        events_of(
            attached(type="skill_listing", content="- a: b", isInitial=True), first, later,
            answer(content=[call]), answer(content=[call]),
        )
    )  # fmt: skip
    assert told == [
        ("skills", "listed", blob_id(b"- a: b"), "same"),
        ("mcp", "git", "offered", "same"),
        ("mcp", "web", "offered", "absent"),
        ("mcp", "git", None, "absent"),
        ("mcp", "db", "used", "same"),
    ]


def test_effort_thinking_and_definition_of_claude_code() -> None:
    said = {**ENVELOPE, "type": "user", "message": {"role": "user", "content": "go"}}
    told = parts(
        events_of(
            {**said, "thinkingMetadata": {"level": "high", "disabled": False}},
            answer(effort="high"), answer(effort="high"), answer(effort="max"),
            {**said, "thinkingMetadata": {"level": "none", "disabled": True}},
            {**said, "thinkingMetadata": {"maxThinkingTokens": 31999}},
            {"type": "agent-setting", "agentSetting": "code-reviewer", "sessionId": "s"},
            {"type": "agent-setting", "agentSetting": "code-reviewer", "sessionId": "s"},
        )
    )  # fmt: skip
    assert told == [
        ("effort", "thinking", "high", "same"),
        ("effort", "effort", "high", "same"),
        ("effort", "effort", "max", "same"),
        ("effort", "thinking", "off", "same"),
        ("effort", "thinking", "31999 tokens", "same"),
        ("agent", "", "code-reviewer", "same"),
    ]


def test_a_subagent_tells_nothing_of_the_runs_context() -> None:
    side = {"isSidechain": True}
    assert not parts(events_of({**attached(type="instructions", files=[{"path": "a", "content": "b"}]), **side}))
    assert not parts(events_of({**answer(effort="high"), **side}))


def test_codex_tells_effort_sandbox_texts_servers_and_a_review() -> None:
    meta = {"type": "session_meta", "payload": {"id": "s", "cwd": "/w", "base_instructions": {"text": "You are"}}}
    turn = {"cwd": "/w", "model": "gpt", "effort": "high", "sandbox_policy": {"type": "workspace-write"}}
    wide = {**turn, "effort": None, "sandbox_policy": {"mode": "read-only", "network_access": True}}
    wide |= {"collaboration_mode": {"mode": "default", "settings": {"reasoning_effort": "low"}}}
    text = "# AGENTS.md instructions for /w\n\n<INSTRUCTIONS>\nbe kind\n</INSTRUCTIONS>"

    def item(**words: Any) -> dict[str, Any]:
        return {"type": "response_item", "payload": words}

    def said(role: str, words: str) -> dict[str, Any]:
        return item(type="message", role=role, content=[{"type": "input_text", "text": words}])

    def note(**words: Any) -> dict[str, Any]:
        return {"type": "event_msg", "payload": words}

    told = parts(
        codex(
            meta, said("developer", "<skills_instructions>x"), said("user", text), said("user", text),
            {"type": "turn_context", "payload": turn}, {"type": "turn_context", "payload": turn},
            note(type="user_message", message="go"), said("user", text.replace("kind", "rude")),
            item(type="function_call", namespace="mcp__git", name="log", arguments="{}", call_id="c"),
            {"type": "turn_context", "payload": wide},
            note(type="entered_review_mode"), note(type="exited_review_mode"),
        )
    )  # fmt: skip
    assert told == [
        ("loaded", "base instructions", blob_id(b"You are"), "same"),
        ("skills", "listed", blob_id(b"<skills_instructions>x"), "same"),
        ("loaded", "AGENTS.md for /w", blob_id(b"be kind\n"), "same"),
        ("effort", "effort", "high", "same"),
        ("settings", "sandbox", "workspace-write", "same"),
        ("mcp", "git", "used", "same"),
        ("effort", "effort", "low", "same"),
        ("settings", "sandbox", "read-only, network", "same"),
        ("agent", "", "review", "same"),
        ("agent", "", None, "same"),
    ]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["path", "content", "a"]), inner),
    max_leaves=6,
)
KINDS = ("instructions", "nested_memory", "skill_listing", "deferred_tools_delta", "mcp_instructions_delta")


@given(st.sampled_from(KINDS), st.dictionaries(st.sampled_from(["files", "content", "addedNames", "removed"]), JSON))
def test_an_attachment_of_any_shape_tells_clean_words_or_nothing(kind: str, fields: dict[str, Any]) -> None:
    for _, name, value, _ in parts(events_of(attached(type=kind, **fields))):
        assert name.isprintable() and (value is None or value.isprintable())


def test_a_text_has_the_id_that_git_gives_it() -> None:
    assert blob_id(b"hello\n") == "ce013625030ba8dba906f756967f9e9ca394464a"
    assert blob_id(b"") == hashlib.sha1(b"blob 0\0").hexdigest()


@real_logs
def test_what_the_real_clients_logs_tell() -> None:
    (path,) = (LIVE / "codex" / "x-basic").glob("rollout-*.jsonl")
    lines = corpus_lines(path)
    agent, place = Codex(), LogPlace(str(path), None)
    reader = agent.reader(place, agent.head(place, lines), "")
    told = {(part, name) for part, name, *_ in parts([one for line in lines for one in reader.read(line, 0)])}
    assert {("loaded", "base instructions"), ("skills", "listed"), ("settings", "sandbox")} <= told
    (path,) = (LIVE / "claude" / "s-claude-int").glob("transcript.*.jsonl")
    lines = corpus_lines(path)
    claude = parts(list(read(lines, reader_of(lines, LogPlace(str(path), None)))))
    assert ("effort", "effort", "high", "same") in claude
