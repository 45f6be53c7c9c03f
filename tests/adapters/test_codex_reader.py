"""Codex rollouts read into events: who, where, turns, words, plans, limits."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from adapters.agents.agent import LogPlace
from adapters.agents.codex import Codex
from state.money.spending import Terms
from state.runs import event as ev
from state.runs.run import Step, Usage, run_key

FIXTURES = Path(__file__).parents[1] / "fixtures" / "codex"
PARENT = "0190aaaa-0000-7000-8000-000000000001"
CHILD = "0190aaab-0000-7000-8000-000000000002"
META = {"type": "session_meta", "payload": {"id": "s", "cwd": "/w", "source": "cli", "cli_version": "0.142.2"}}


def read(lines: Iterable[bytes]) -> list[ev.Event]:
    """Give the events of a log but those of its context, which have tests of their own."""
    kept, agent, place = list(lines), Codex(), LogPlace("/l/rollout.jsonl", None)
    reader = agent.reader(place, agent.head(place, kept), "")
    told: list[ev.Event] = []
    offset = 0
    for line in kept:
        told += (event for event in reader.read(line, offset) if not isinstance(event, ev.ContextPartNoted))
        offset += len(line) + 1
    return told


def read_file(name: str) -> list[ev.Event]:
    return read((FIXTURES / name).read_bytes().splitlines())


def read_records(*records: object, meta: object = META) -> list[ev.Event]:
    """Give the events after those of the first record."""
    lines = [json.dumps(record).encode() for record in (meta, *records)]
    return read(lines)[len(read(lines[:1])) :]


def note(type: str, **fields: object) -> dict[str, Any]:
    return {"timestamp": "2026-06-26T12:00:00Z", "type": "event_msg", "payload": {"type": type, **fields}}


def item(type: str, **fields: object) -> dict[str, Any]:
    return {"timestamp": "2026-06-26T12:00:00Z", "type": "response_item", "payload": {"type": type, **fields}}


def said(event: ev.Event) -> tuple[object, ...]:
    """Give an event as its name and its fields, without the run, the record, and the terms of a call."""
    hidden = ("run", "origin", "terms", "digest", "begun", "sha")
    told = (type(event).__name__, *(getattr(event, name) for name in event.__dataclass_fields__ if name not in hidden))
    return told[:-1] if isinstance(event, ev.TurnEnded) and event.certain else told


def test_a_calls_terms_say_that_no_record_named_a_tier() -> None:
    calls = [event for event in read_file("session.jsonl") if isinstance(event, ev.RequestMetered)]
    assert calls and {call.terms for call in calls} == {Terms(tier_known=False)}


def test_a_whole_session_is_told_in_order() -> None:
    digest, begun = "f945b66497ff4cf9", 1782475201.2
    events = read_file("session.jsonl")
    metered = Usage(fresh_input=11537, cache_read=4352, output=925, reasoning=800, requests=1)
    second = Usage(fresh_input=1463, cache_read=15648, output=275, reasoning=100, requests=1)
    assert [said(event) for event in events] == [
        ("RunFound", "codex", PARENT, None, False),
        ("VersionNoted", "0.142.2"),
        ("PlaceEntered", "/w/app-wt1", "feat/x"),
        ("TurnBegun",),
        ("ModelUsed", "gpt-5.3-codex"),
        ("ModeEntered", "on-request"),
        ("PromptGiven", "fix the flaky test"),
        ("AgentSpoke", "I run the tests first."),
        ("ToolBegun", "call_1", "exec_command", "pytest -q", False),
        ("ToolEnded", "call_1", True, "exit 1: 1 failed, 3 passed in 0.10s", False),
        ("TestsRan", "failed", "pytest", 3, 1, 0, (), digest, "pytest -q", "its summary", True, begun),
        ("RequestMetered", f"codex:{PARENT}:0.16814", "gpt-5.3-codex", metered, False),
        ("ContextMeasured", 16814, 121600),
        ("ToolBegun", "call_2", "update_plan", "update_plan Fix it", False),
        ("StepsSet", (Step("Find the race", "completed"), Step("Fix it", "in_progress"))),
        ("ToolEnded", "call_2", False, "Plan updated", False),
        ("ToolBegun", "call_3", "apply_patch", "apply_patch src/a.py", False),
        ("FileEdited", "/w/app-wt1/src/a.py"),
        ("ToolEnded", "call_3", False, "Success. Updated the following files:⏎M src/a.py", False),
        ("RequestMetered", f"codex:{PARENT}:0.34200", "gpt-5.3-codex", second, False),
        ("ContextMeasured", 17386, 121600),
        ("AgentSpoke", "Done."),
        ("TurnEnded", "done", "Done."),
    ]
    assert {event.run for event in events} == {run_key("codex", PARENT)}


def test_each_event_names_the_line_and_the_time_it_was_read_from() -> None:
    lines = (FIXTURES / "session.jsonl").read_bytes().splitlines()
    spoke = next(event for event in read(lines) if isinstance(event, ev.AgentSpoke))
    assert spoke.origin.offset == sum(len(line) + 1 for line in lines[:7])
    assert (spoke.origin.log, spoke.origin.at) == ("/l/rollout.jsonl", 1782475201.1)


def test_a_fork_tells_nothing_of_the_history_it_repeats() -> None:
    events = read_file("fork.jsonl")
    usage = Usage(fresh_input=500, cache_read=500, output=100, reasoning=50, requests=1)
    assert [said(event) for event in events] == [
        ("RunFound", "codex", CHILD, run_key("codex", PARENT), False),
        ("VersionNoted", "0.142.2"),
        ("PlaceEntered", "/w/app-wt2", "feat/y"),
        ("TurnBegun",),
        ("PlaceEntered", "/w/app-wt1", None),
        ("ModelUsed", "gpt-5.3-mini"),
        ("ModeEntered", "on-request"),
        ("PromptGiven", "look for other races"),
        ("ToolBegun", "call_9", "exec_command", "rg sleep", False),
        ("ToolEnded", "call_9", False, "none", False),
        ("RequestMetered", f"codex:{CHILD}:0.35300", "gpt-5.3-mini", usage, False),
        ("ContextMeasured", 1100, 121600),
        ("TurnEnded", "done", "None found."),
    ]


def test_a_subagent_tells_its_work_to_the_run_that_spawned_it_and_nothing_of_the_whole() -> None:
    events = read_file("subagent.jsonl")
    usage = Usage(fresh_input=500, cache_read=500, output=100, reasoning=50, requests=1)
    assert {event.run for event in events} == {run_key("codex", PARENT)}
    assert [said(event) for event in events] == [
        ("RunFound", "codex", PARENT, None, None),
        ("SubagentBegun", CHILD, "Anscombe"),
        ("ToolBegun", "call_9", "exec_command", "rg sleep", True),
        ("ToolEnded", "call_9", False, "none", True),
        ("RequestMetered", f"codex:{CHILD}:0.35300", "gpt-5.3-mini", usage, True),
        ("SubagentEnded", CHILD),
    ]


def test_a_subagent_that_is_spoken_to_again_begins_again() -> None:
    lines = (FIXTURES / "subagent.jsonl").read_bytes().splitlines()
    again = json.dumps(note("task_started", turn_id="0190aaab-0999-7000-8000-000000000003")).encode()
    assert said(read([*lines, again])[-1]) == ("SubagentBegun", CHILD, "")


def test_the_bare_schema_is_read() -> None:
    assert [said(event) for event in read_file("bare.jsonl")] == [
        ("RunFound", "codex", "5973b6c0-94b8-487b-a530-2aeb6098ae0e", None, None),
        ("PlaceEntered", "/w/old", None),
        ("PromptGiven", "tidy up"),
        ("ToolBegun", "call_1", "shell", "ls -a", False),
        ("ToolEnded", "call_1", True, "exit 2: a⏎b", False),
        ("AgentSpoke", "Tidied."),
    ]


def test_version_0_34_has_no_model_and_its_notes_are_no_prompts() -> None:
    events = [said(event) for event in read_file("v034.jsonl")]
    assert ("PromptGiven", "continue") in events and len([one for one in events if one[0] == "PromptGiven"]) == 1
    key = "codex:fa1ac8bf-348e-4b9a-a06d-767050fa1e10:0.110"
    assert ("RequestMetered", key, None, Usage(60, 40, 0, 0, 10, 4, 1), False) in events


@pytest.mark.parametrize(
    ("meta", "headless"),
    [
        ({"source": "exec"}, True),
        ({"originator": "codex_exec"}, True),
        ({"source": "vscode"}, False),
        ({"source": "mcp"}, None),
        ({}, None),
    ],
)
def test_a_session_without_a_human_at_it_is_headless(meta: dict[str, str], headless: bool | None) -> None:
    line = json.dumps({"type": "session_meta", "payload": {"id": "s", **meta}}).encode()
    assert [said(event) for event in read([line])] == [("RunFound", "codex", "s", None, headless)]


def test_standing_facts_are_told_when_they_change_and_only_then() -> None:
    context = {"cwd": "/w", "model": "gpt-5.5", "approval_policy": "never"}
    planning = {**context, "collaboration_mode": {"mode": "plan"}, "approval_policy": {"granular": {"rules": True}}}
    records = [{"type": "turn_context", "payload": fields} for fields in (context, context, planning)]
    assert [said(event) for event in read_records(*records, META)] == [
        ("ModelUsed", "gpt-5.5"),
        ("ModeEntered", "never"),
        ("ModeEntered", "granular, plan"),
    ]


def test_a_detached_head_is_no_branch_and_a_file_address_is_a_path() -> None:
    meta = {"type": "session_meta", "payload": {"id": "s", "cwd": "file:///w/a%20b", "git": {"branch": "HEAD"}}}
    assert said(read([json.dumps(meta).encode()])[-1]) == ("PlaceEntered", "/w/a b", None)


def test_a_prompt_is_told_once_whichever_records_hold_it() -> None:
    sent = item("message", role="user", content=[{"type": "input_text", "text": "do it"}])
    done = note("item_completed", item={"type": "UserMessage", "content": [{"type": "text", "text": "do it"}]})
    answer = note("agent_message", message="ok")
    prompt, spoke = ("PromptGiven", "do it"), ("AgentSpoke", "ok")
    assert [said(event) for event in read_records(sent, done, answer)] == [prompt, spoke]
    assert [said(event) for event in read_records(sent, note("user_message", message="do it"))] == [prompt]
    assert [said(event) for event in read_records(sent, answer)] == [prompt, spoke]
    again = read_records(
        note("user_message", message="do it"), sent, answer, sent, note("user_message", message="do it")
    )
    assert [said(event) for event in again] == [prompt, spoke, prompt]


@pytest.mark.parametrize(
    "text",
    ["<environment_context>\n</environment_context>", "# AGENTS.md instructions for /w\n", "<turn_aborted>\nx", " "],
)
def test_what_the_client_says_in_the_humans_place_is_no_prompt(text: str) -> None:
    sent = item("message", role="user", content=[{"type": "input_text", "text": text}])
    assert [said(event) for event in read_records(sent, note("agent_message", message="ok"))] == [("AgentSpoke", "ok")]


def test_the_notes_of_an_editor_around_a_prompt_are_left_out() -> None:
    wrapped = "# Context from my IDE setup:\n## Open tabs\n- a.py\n\n## My request for Codex:\nfix a.py"
    assert [said(event) for event in read_records(note("user_message", message=wrapped))] == [
        ("PromptGiven", "fix a.py")
    ]


def test_a_name_for_the_thread_is_its_title() -> None:
    assert [said(event) for event in read_records(note("thread_name_updated", thread_name=" Races "))] == [
        ("TitleGiven", "Races", "agent")
    ]


def test_a_proposed_plan_is_told_apart_and_waits_for_the_human_when_the_turn_ends() -> None:
    text = "Here.\n<proposed_plan>\n1. find\n2. fix\n</proposed_plan>"
    records = [
        note("task_started", turn_id="t1"),
        note("agent_message", message=text),
        note("item_completed", item={"type": "Plan", "text": "1. find\n2. fix"}),
        note("task_complete", turn_id="t1", last_agent_message=text),
        note("user_message", message="Implement the plan."),
    ]
    assert [said(event) for event in read_records(*records)] == [
        ("TurnBegun",),
        ("PlanShown", "proposed", "1. find⏎2. fix"),
        ("AgentSpoke", "Here."),
        ("TurnEnded", "done", "Here.⏎<proposed_plan>⏎1. find⏎2. fix⏎</proposed_plan>"),
        ("HumanAsked", "plan", "1. find⏎2. fix", None, True),
        ("HumanAnswered", None, True),
        ("PlanShown", "approved", None),
        ("PromptGiven", "Implement the plan."),
    ]


def test_another_answer_to_a_plan_approves_nothing() -> None:
    records = [note("agent_message", message="<proposed_plan>x"), note("user_message", message="smaller, please")]
    assert [said(event) for event in read_records(*records)][1:] == [
        ("HumanAnswered", None, None),
        ("PromptGiven", "smaller, please"),
    ]


@pytest.mark.parametrize(
    ("records", "end"),
    [
        ([note("turn_aborted", reason="interrupted")], ("interrupted", "interrupted")),
        ([note("turn_aborted", reason="replaced")], ("interrupted", "replaced")),
        ([note("turn_aborted", reason="review_ended")], ("done", "review_ended")),
        ([note("turn_aborted", reason="budget_limited")], ("limit", "budget_limited")),
        ([note("task_complete", last_agent_message="ok")], ("done", "ok")),
        ([{"type": "compacted", "payload": {}}, note("task_complete", last_agent_message=None)], ("done", "")),
        ([note("entered_review_mode"), note("task_complete")], ("done", "")),
    ],
)
def test_a_turn_ends_for_the_reason_its_record_gives(records: list[object], end: tuple[str, str]) -> None:
    assert said(read_records(note("task_started", turn_id="t"), *records)[-1]) == ("TurnEnded", *end)


def test_a_turn_that_ends_without_an_answer_failed_even_after_a_compaction() -> None:
    prompt, compacted = note("user_message", message="go"), {"type": "compacted", "payload": {"message": ""}}
    events = read_records(note("task_started", turn_id="t"), prompt, compacted, note("task_complete"))
    assert said(events[-1]) == ("TurnEnded", "failed", "it ended without an answer, and its log does not say why")
    assert ("ContextCompacted", "history replaced by a summary") in [said(event) for event in events]


def test_a_turn_that_was_never_ended_was_cut_off_when_the_next_begins() -> None:
    events = read_records(note("task_started", turn_id="a"), note("task_started", turn_id="b"))
    cut = ("TurnEnded", "interrupted", "its log breaks off in the middle of the turn")
    assert [said(event) for event in events] == [("TurnBegun",), cut, ("TurnBegun",)]


def test_a_reached_limit_is_told_once_a_turn_and_explains_an_end_without_an_answer() -> None:
    def limits(reached: object) -> dict[str, Any]:
        return note("token_count", info=None, rate_limits={"rate_limit_reached_type": reached})

    begin, end = note("task_started", turn_id="t"), note("task_complete", turn_id="t")
    full = limits("primary_window")
    assert [said(event) for event in read_records(begin, limits(None), full, full, end, begin, full, limits({}))] == [
        ("TurnBegun",),
        ("CallFailed", "rate_limit", "primary window", False),
        ("TurnEnded", "limit", "limit reached: primary_window"),
        ("TurnBegun",),
        ("CallFailed", "rate_limit", "primary window", False),
    ]


def test_errors_of_the_service_are_told_where_a_version_writes_them() -> None:
    events = read_records(
        note("stream_error", message="reconnecting 1/5"),
        note("error", message="You've hit your usage limit", codex_error_info="usage_limit_exceeded"),
    )
    assert [said(event) for event in events] == [
        ("CallFailed", "error", "reconnecting 1/5", True),
        ("CallFailed", "rate_limit", "You've hit your usage limit", False),
    ]


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        (b"{", "line"),
        (b"[1]", "line"),
        (b'"text"', "line"),
        (b'{"timestamp":"2026-06-26T12:00:00Z","type":"brand_new","payload":{}}', "brand_new"),
        (b'{"type":"event_msg","payload":{"type":"brand_new"}}', "event_msg/brand_new"),
        (b'{"type":"response_item","payload":{"type":"brand_new"}}', "response_item/brand_new"),
        (b'{"type":"event_msg","payload":[]}', "event_msg"),
        (b'{"type":"brand_new"}', "brand_new"),
        (b'{"type":7,"payload":{}}', "line"),
        (b'{"type":"response_item","payload":{"type":"function_call","name":"x"}}', "response_item/function_call"),
        (
            b'{"type":"event_msg","payload":{"type":"token_count","info":{"total_token_usage":{"input_tokens":-1}}}}',
            "event_msg",
        ),
    ],
)
def test_a_record_that_is_not_known_is_told_once_and_the_rest_goes_on(line: bytes, kind: str) -> None:
    spoke = json.dumps(note("agent_message", message="on")).encode()
    events = read([json.dumps(META).encode(), line, spoke])[3:]
    assert [event.kind for event in events if isinstance(event, ev.LineNotUnderstood)] == [kind]
    assert said(events[-1]) == ("AgentSpoke", "on")


@pytest.mark.parametrize(
    "record",
    [
        {"type": "world_state", "payload": {"full": True}},
        {"type": "inter_agent_communication", "payload": {}},
        item("reasoning", summary=[], encrypted_content="x"),
        item("ghost_snapshot", ghost_commit={}),
        item("message", role="developer", content=[{"type": "input_text", "text": "<permissions instructions>"}]),
        note("agent_reasoning", text="hm"),
        note("thread_settings_applied", thread_settings={}),
        note("collab_agent_spawn_end", new_thread_id="x"),
        note("item_completed", item={"type": "Reasoning"}),
        note("item_completed"),
        note("context_compacted"),
    ],
)
def test_records_that_are_known_and_of_no_use_are_passed_over(record: object) -> None:
    assert read_records(record) == []


def test_empty_and_padded_lines_are_no_records() -> None:
    spoke = json.dumps(note("agent_message", message="on")).encode()
    events = read([b"", b"\r", b"\0\0\0", b"\xef\xbb\xbf" + json.dumps(META).encode() + b"\r", b"\0\0" + spoke])
    assert [type(event).__name__ for event in events] == ["RunFound", "VersionNoted", "PlaceEntered", "AgentSpoke"]


def test_an_odd_field_hides_no_other_and_is_told() -> None:
    broken = {"type": "turn_context", "payload": {"cwd": 7, "model": "gpt-5.5"}}
    assert [said(event) for event in read_records(broken)] == [
        ("LineNotUnderstood", "turn_context", "unexpected shape of cwd"),
        ("ModelUsed", "gpt-5.5"),
    ]


def test_bad_utf8_and_lone_surrogates_are_read_and_shown_as_marks() -> None:
    bad = b'{"type":"event_msg","payload":{"type":"agent_message","message":"a\xff\\ud800b"}}'
    spoke = read([json.dumps(META).encode(), bad])[-1]
    assert said(spoke) == ("AgentSpoke", "a�⦃U+D800⦄b")


def test_control_characters_do_not_reach_an_event() -> None:
    text = "\x1b[2J\u202egone"
    assert [said(event) for event in read_records(note("user_message", message=text))] == [
        ("PromptGiven", "␛[2J⦃U+202E⦄gone")
    ]


def test_a_log_whose_first_record_is_lost_belongs_to_the_session_of_its_name() -> None:
    place = LogPlace("/l/rollout.jsonl", PARENT)
    reader = Codex().reader(place, Codex().head(place, [b"{"]), "")
    events = [*reader.read(b"{", 0), *reader.read(json.dumps(note("agent_message", message="on")).encode(), 2)]
    assert [type(event).__name__ for event in events] == ["RunFound", "LineNotUnderstood", "AgentSpoke"]
    assert reader.run == run_key("codex", PARENT)
