"""Gemini CLI's sessions, record by record: who, where, what was done, and each call of the model counted once."""

from pathlib import Path

import pytest

from adapters.agents.agent import LogPlace
from adapters.agents.gemini_cli import GeminiCli
from adapters.agents.gemini_reader import GeminiReader
from adapters.relevance import hashed_path
from state.runs import event as ev
from state.runs.run import Step, Usage
from state.runs.status import status
from tests.adapters.gemini_lines import HEAD, SESSION, Life, answer, call, folded, kinds, line, read, shell, used, user

ONE = Usage(fresh_input=51, cache_read=50, output=15, reasoning=5, requests=1)


def test_a_session_is_found_with_its_place_its_prompt_and_its_model() -> None:
    run = folded(read([HEAD, user(1, "<session_context>\nx"), user(2, "fix it"), answer(3, "I will.")]))
    assert (run.session, run.cwd, run.title, run.model) == (SESSION, "/w/one", "fix it", "gemini-2.5-pro")
    assert (run.usage, run.context_used, run.not_understood) == (ONE, 100, 0)


def test_a_message_that_grows_tells_its_call_once_and_counts_once() -> None:
    grown = answer(3, "Looking.", call(4, "read_file", file_path="a.py"))
    events = read([HEAD, user(2, "go"), answer(3, "Looking."), grown, grown])
    assert kinds(events, ev.ToolBegun, ev.ToolEnded, ev.AgentSpoke) == ["AgentSpoke", "ToolBegun", "ToolEnded"]
    assert used(events) == ONE
    assert folded(events).turn.open


def test_tokens_that_come_later_are_the_ones_that_count() -> None:
    early = answer(3, "Hm.", tokens=40)
    assert used(read([HEAD, early, answer(3, "Hm.")])) == ONE
    without = {key: value for key, value in early.items() if key != "tokens"}
    assert used(read([HEAD, without, answer(3, "Hm.")])) == ONE


def test_what_was_taken_back_stays_counted_and_nobody_works_on_it() -> None:
    events = read([HEAD, user(2, "go"), answer(3, "No."), {"$rewindTo": user(2, "")["id"]}])
    run = folded(events)
    assert (run.usage, run.turn.open, run.turn.end, run.context_used) == (ONE, False, "interrupted", None)


def test_messages_that_are_written_again_at_a_resume_tell_nothing_new() -> None:
    told = [user(2, "go"), answer(3, "Look.", call(4, "read_file", file_path="a.py")), answer(5, "Done.")]
    first = read([HEAD, *told])
    assert read([HEAD, *told, {"$set": {"messages": told}}]) == first


def test_messages_that_were_lost_come_back_at_a_resume() -> None:
    told = [user(2, "go"), answer(3, "Look."), answer(5, "Done.")]
    events = read([HEAD, told[0], b'{"id": "torn', {"$set": {"messages": told}}])
    assert used(events) == ONE + ONE and kinds(events, ev.LineNotUnderstood) == ["LineNotUnderstood"]


def test_a_history_that_became_a_summary_was_compacted() -> None:
    short = [user(7, "<state_snapshot>all of it</state_snapshot>"), answer(8, "Got it.", tokens=0)]
    run = folded(read([HEAD, user(2, "go"), answer(3, "Done."), {"$set": {"messages": short}}]))
    assert (run.compactions, run.title, run.turn.end) == (1, "go", "done")


def test_a_prompt_that_was_taken_out_of_the_history_is_not_worked_on() -> None:
    first = user(1, "<session_context>x")
    run = folded(read([HEAD, first, user(2, "go"), {"$set": {"messages": [first]}}]))
    assert (run.turn.open, run.turn.end) == (False, "interrupted")


def test_a_last_word_is_the_end_of_a_turn_by_inference_only() -> None:
    run = folded(read([HEAD, user(2, "go"), answer(3, "A long command now.")]))
    found = status(run, (run.seen or 0) + 5)
    assert (found.state, found.certain) == ("idle", False)
    assert status(run, (run.seen or 0) + 86400).certain is False


@pytest.mark.parametrize(
    ("records", "end", "state"),
    [
        ([{**user(3, "Request cancelled."), "type": "info"}], "interrupted", "stopped"),
        ([{**user(3, "[API Error: 503]"), "type": "error"}], "failed", "blocked"),
        ([{**user(3, "429 RESOURCE_EXHAUSTED"), "type": "error"}], "limit", "blocked"),
        ([answer(3, "", call(4, "run_shell_command", "no", "cancelled", command="x"))], "interrupted", "stopped"),
    ],
)
def test_a_turn_ends_for_a_reason(records: list[object], end: str, state: str) -> None:
    run = folded(read([HEAD, user(2, "go"), *records]))
    assert (run.turn.end, status(run, (run.seen or 0) + 5).state) == (end, state)


def test_files_steps_plans_and_questions_are_told() -> None:
    todos = [{"description": "one", "status": "completed"}, {"description": "two", "status": "in_progress"}]
    calls = [
        call(4, "write_file", file_path="src/a.py", content="x"),
        call(4, "replace", file_path="/w/one/b.py") | {"id": "c5"},
        call(4, "write_file", "no", "error", file_path="c.py") | {"id": "c6"},
        call(4, "write_todos", todos=todos) | {"id": "c7"},
        call(4, "enter_plan_mode") | {"id": "c8"},
    ]
    run = folded(read([HEAD, user(2, "go"), answer(3, "", *calls)]))
    assert run.edited == ("/w/one/src/a.py", "/w/one/b.py")
    assert run.plan.steps == (Step("one", "completed"), Step("two", "in_progress"))
    assert (run.mode, run.asks, run.calls) == ("plan", (), ())
    shown = answer(9, "", call(9, "exit_plan_mode", plan_filename="p.md") | {"id": "c9"})
    assert folded(read([HEAD, user(2, "go"), answer(3, "", *calls), shown])).plan.state == "approved"


@pytest.mark.parametrize(
    ("output", "code", "state"),
    [("==== 3 passed in 0.1s ====", 0, "passed"), ("FAILED t.py::t - x\n==== 1 failed in 0.1s ====", 1, "failed")],
)
def test_tests_are_read_from_the_shell(output: str, code: int, state: str) -> None:
    run = folded(read([HEAD, user(2, "go"), answer(3, "", shell(4, "pytest -q", output, code))]))
    assert run.tests is not None and (run.tests.state, run.tests.runner) == (state, "pytest")
    assert run.tests.since == 1777626003.0 and run.tests.at == 1777626005.0


def test_tests_that_were_refused_were_not_run() -> None:
    refused = call(4, "run_shell_command", "Tool execution blocked: no", "error", command="pytest -q")
    assert folded(read([HEAD, user(2, "go"), answer(3, "", refused)])).tests is None


def test_parts_that_do_not_add_up_are_reported() -> None:
    odd = answer(3, "x")
    odd["tokens"]["input"] = 9
    assert kinds(read([HEAD, odd]), ev.LineNotUnderstood) == ["LineNotUnderstood"]


def test_short_ids_are_no_names_for_other_sessions() -> None:
    events = read([HEAD, answer(3, "x") | {"id": "a1"}])
    other = read([HEAD, answer(3, "x") | {"id": "a1"}], GeminiReader("/o", "other", "other", None, ""))
    assert used([*events, *other]) == ONE + ONE
    assert used([*read([HEAD, answer(3, "x")]), *read([HEAD, answer(3, "x")])]) == ONE


def test_the_memory_is_bounded_and_a_long_session_is_still_told_once() -> None:
    told = [answer(number, "x") for number in range(2, 1500)]
    reader = GeminiReader("/log.jsonl", SESSION, SESSION, "/w/one", "")
    read([HEAD, *told], reader)
    assert len(reader.save()) < 80_000
    assert read([{"$set": {"messages": told}}], reader) == []
    assert kinds(read([answer(1600, "new")], reader), ev.RequestMetered) == ["RequestMetered"]


def test_the_place_is_found_in_four_ways(tmp_path: Path) -> None:
    gemini, agent = tmp_path / ".gemini", GeminiCli()
    chats = gemini / "tmp" / "my-app" / "chats"
    chats.mkdir(parents=True)
    place = LogPlace(str(chats / "session-x.jsonl"), None)
    hashed = {**HEAD, "projectHash": hashed_path("/w/one").removeprefix("sha256:")}
    said = {"$set": {"messages": [user(1, "<session_context>\n- **Workspace Directories:**\n  - /w/said\n")]}}
    assert agent.head(place, [line(hashed)]).cwd == hashed_path("/w/one")
    assert agent.head(place, [line(hashed), line(said)]).cwd == "/w/said"
    (gemini / "projects.json").write_text('{"projects": {"/w/listed": "my-app"}}')
    assert agent.head(place, [line(hashed)]).cwd == "/w/listed"
    (chats.parent / ".project_root").write_text("/w/one\n")
    assert agent.head(place, [line(hashed), line(said)]).cwd == "/w/one"
    old = gemini / "tmp" / hashed["projectHash"] / "chats" / "session-x.json"
    assert agent.head(LogPlace(str(old), None, form="document"), [line(HEAD)]).cwd == hashed_path("/w/one")


def test_a_directory_that_the_records_name_replaces_its_digest() -> None:
    said = user(1, "<session_context>\n- **Workspace Directories:**\n  - /w/said\n- x")
    hashed = {**HEAD, "projectHash": "0" * 64}
    reader = GeminiReader("/log", SESSION, SESSION, None, "")
    places = [event for event in read([hashed, said, said], reader) if isinstance(event, ev.PlaceEntered)]
    assert [place.cwd for place in places] == [f"sha256:{'0' * 64}", "/w/said"]


async def test_a_subagents_log_is_its_parents_work(tmp_path: Path) -> None:
    life = Life(tmp_path)
    main = life.chats / f"session-2026-05-01T09-00-{SESSION[:8]}.jsonl"
    main.write_bytes(b"\n".join(map(line, [HEAD, user(2, "go"), answer(3, "Ask.")])) + b"\n")
    side = life.chats / SESSION / "sub-1.jsonl"
    side.parent.mkdir()
    head = {**HEAD, "sessionId": "sub-1", "kind": "subagent", "directories": ["/w/one"]}
    done = answer(6, "", call(6, "complete_task"))
    side.write_bytes(b"\n".join(map(line, [head, user(4, "help"), answer(5, "Yes."), done])) + b"\n")
    run = folded(await life.go_on())
    assert len({event.run for event in life.events}) == 1
    assert (run.usage, run.title, run.subagents, run.subagents_seen) == (ONE + ONE + ONE, "go", (), 1)
