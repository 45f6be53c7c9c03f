"""What the Copilot CLI's log tells of a session: turns, tools, leave, tests, subagents, usage, the session's end."""

import json
from pathlib import Path
from typing import Any

import pytest

from adapters.agents.agent import LogPlace
from adapters.agents.copilot_cli import CopilotCli
from state.money.meter import Metered, count
from state.money.spending import Terms
from state.runs import event as ev
from state.runs.fold import fold
from state.runs.run import Run, Step, Usage
from tests.adapters.witnessed import alone, both, living, overstated

SESSION = Path(__file__).parents[1] / "fixtures" / "copilot" / "session.jsonl"
CORPUS = Path(__file__).parents[2].parent / "shared" / "corpus" / "copilot-cli"
LINES = SESSION.read_bytes().splitlines()


def read(lines: list[bytes]) -> list[ev.Event]:
    agent, place = CopilotCli(), LogPlace("/l/events.jsonl", "s")
    reader = agent.reader(place, agent.head(place, lines), "")
    return [event for number, line in enumerate(lines) for event in reader.read(line, number)]


def folded(events: list[ev.Event]) -> Run:
    run = Run(events[0].run, "copilot-cli", "s")
    for event in events:
        run = fold(run, event)
    return run


def spent(events: list[ev.Event]) -> dict[str | None, Usage]:
    calls: dict[str | None, Usage] = {}
    for call in count(events, lambda keys: {})[0]:
        calls[call.model] = calls.get(call.model, Usage()) + call.usage
    return calls


def record(kind: str, **data: Any) -> bytes:
    return json.dumps({"type": kind, "data": data, "timestamp": "2026-06-24T01:05:00Z"}).encode()


def only(events: list[ev.Event], kind: type[Any]) -> list[Any]:
    return [event for event in events if isinstance(event, kind)]


def test_a_session_tells_its_place_version_models_and_mode() -> None:
    run = folded(read(LINES))
    assert (run.session, run.cwd, run.branch) == ("0b0b0b0b-1111-4222-8333-444444444444", "/w/one", "one")
    assert (run.version, run.model, run.mode) == ("1.0.68", "claude-sonnet-4.5", "plan")
    assert run.models == ("claude-sonnet-4.5", "gpt-5.4-mini")
    assert (run.title, run.not_understood, run.compactions) == ("Fix the parser", 0, 1)


def test_prompts_are_the_human_s_and_skills_and_subagents_are_not() -> None:
    skill = record("user.message", content="Do it so", source="skill-pdf")
    side = json.dumps({"type": "user.message", "data": {"content": "Find uses"}, "agentId": "t4"}).encode()
    prompts = only(read([*LINES, skill, side]), ev.PromptGiven)
    assert [one.text for one in prompts] == ["Fix the parser", "And the docs"]


def test_leave_is_asked_and_given_for_the_call_that_waits() -> None:
    events = read(LINES)
    asked, question = only(events, ev.HumanAsked)
    assert (asked.kind, asked.text, asked.call, asked.certain) == ("permission", "pytest -q", "t1", True)
    assert (question.kind, question.text, question.call) == ("question", "README or guide?", "t6")
    assert [(one.call, one.accepted) for one in only(events, ev.HumanAnswered)] == [("t1", True)]
    denied = read([*LINES[:8], record("permission.completed", requestId="r1", result={"kind": "denied-by-rules"})])
    assert only(denied, ev.HumanAnswered)[0].accepted is False


def test_leave_that_a_hook_gave_asks_nobody() -> None:
    asked = record("permission.requested", requestId="r", permissionRequest={"kind": "shell"}, resolvedByHook=True)
    assert not only(read([*LINES[:7], asked]), ev.HumanAsked)


@pytest.mark.parametrize(
    ("request_", "text"),
    [
        ({"kind": "write", "fileName": "/w/a.py", "intention": "edit"}, "write: /w/a.py"),
        ({"kind": "mcp", "toolName": "search"}, "mcp: search"),
        ({"kind": "url", "url": "https://x.invalid"}, "url: https://x.invalid"),
        ({"kind": "shell", "fullCommandText": "rm -r x"}, "rm -r x"),
        ({"kind": "custom"}, "custom"),
        ({}, "a tool"),
    ],
)
def test_what_leave_is_asked_for_stands_in_one_line(request_: dict[str, str], text: str) -> None:
    asked = record("permission.requested", requestId="r", permissionRequest=request_)
    assert only(read([*LINES[:7], asked]), ev.HumanAsked)[0].text == text


def test_a_plan_is_proposed_and_answered() -> None:
    shown = record("tool.execution_start", toolCallId="p", toolName="exit_plan_mode", arguments={"summary": "1. do"})
    asked = record("exit_plan_mode.requested", requestId="q", summary="1. do", planContent="1. do it\n2. test")
    answered = record("exit_plan_mode.completed", requestId="q", approved=True)
    events = read([*LINES[:5], shown, asked, answered])
    assert {(one.kind, one.call) for one in only(events, ev.HumanAsked)} == {("plan", "p")}
    assert [one.state for one in only(events, ev.PlanShown)] == ["proposed", "proposed", "approved"]
    run = folded(events)
    assert (run.asks, run.plan.state, run.plan.text) == ((), "approved", "1. do it⏎2. test")


def test_edits_steps_subagents_and_context_are_told() -> None:
    events = read(LINES)
    assert [one.path for one in only(events, ev.FileEdited)] == ["/w/one/a.py"]
    assert only(events, ev.StepsSet)[0].steps == (Step("read", "completed"), Step("write", "pending"))
    assert [one.name for one in only(events, ev.SubagentBegun)] == ["t4"]
    assert [one.name for one in only(events, ev.SubagentEnded)] == ["t4"]
    assert [one.side for one in only(events, ev.ToolBegun) if one.call == "t5"] == [True]
    assert only(events, ev.ContextMeasured)[0].used == 13000


def test_a_patch_names_the_files_that_it_writes() -> None:
    patch = "*** Begin Patch\n*** Update File: src/x.py\n@@\n-1\n+2\n*** End Patch"
    for given in (patch, {"input": patch}):
        begun = record("tool.execution_start", toolCallId="p", toolName="apply_patch", arguments=given)
        ended = record("tool.execution_complete", toolCallId="p", success=True, result={"content": "ok"})
        assert [one.path for one in only(read([*LINES[:5], begun, ended]), ev.FileEdited)] == ["/w/one/src/x.py"]
        failed = record("tool.execution_complete", toolCallId="p", success=False, error={"message": "no match"})
        events = read([*LINES[:5], begun, failed])
        assert not only(events, ev.FileEdited) and only(events, ev.ToolEnded)[0].text == "no match"


def test_tests_are_told_by_their_summary_and_their_exit_status() -> None:
    (ran,) = only(read(LINES), ev.TestsRan)
    assert (ran.state, ran.runner, ran.failed, ran.passed) == ("failed", "pytest", 1, 2)
    assert ran.failing == ("tests/test_a.py::test_one",)


def test_tests_that_run_on_in_their_shell_are_told_when_a_look_shows_their_end() -> None:
    start = record("tool.execution_start", toolCallId="b", toolName="bash", arguments={"command": "pytest -q"})
    away = "<command with shellId: 7 is still running after 30 seconds. Use read_bash to read more.>"
    on = record("tool.execution_complete", toolCallId="b", success=True, result={"content": f"..\n{away}"})
    assert not only(read([*LINES[:5], start, on]), ev.TestsRan)
    look = record("tool.execution_start", toolCallId="l", toolName="read_bash", arguments={"shellId": "7"})
    text = "3 passed in 9s\n<shellId: 7 completed with exit code 0>"
    seen = record("tool.execution_complete", toolCallId="l", success=True, result={"content": text})
    (ran,) = only(read([*LINES[:5], start, on, look, seen]), ev.TestsRan)
    assert (ran.state, ran.passed) == ("passed", 3)


def test_usage_is_the_process_s_own_sum_and_what_answers_told_is_part_of_it() -> None:
    used = spent(read(LINES))
    assert used["claude-sonnet-4.5"] == Usage(6000, 20000, 4000, 0, 110 + 21, 30, 4)
    assert used["gpt-5.4-mini"] == Usage(400, 100, 0, 0, 7, 0, 1)


def test_a_life_of_the_process_that_told_no_sum_is_partly_known() -> None:
    calls = {call.key: call for call in count(read(LINES), lambda keys: {})[0]}
    partial = {(call.model, call.usage.requests): call.terms.partial for call in calls.values()}
    assert partial == {("claude-sonnet-4.5", 3): False, ("gpt-5.4-mini", 1): False, ("claude-sonnet-4.5", 1): True}
    assert {call.terms.plan for call in calls.values()} == {True}


def test_a_sum_without_any_input_is_no_sum() -> None:
    metrics = {"m": {"requests": {"count": 1, "cost": 0}, "usage": {"inputTokens": 0, "outputTokens": 0}}}
    told = only(read([record("session.shutdown", modelMetrics=metrics)]), ev.RequestMetered)
    assert [one.terms for one in told] == [Terms(plan=True, tier_known=False, partial=True)]


def test_a_log_that_is_read_twice_counts_once() -> None:
    known: dict[str, Metered] = {}
    for _ in range(2):
        calls, _counted = count(read(LINES), lambda keys: {key: known[key] for key in keys if key in known})
        known.update({call.key: call for call in calls})
    assert sum((call.usage for call in known.values()), Usage()) == sum(spent(read(LINES)).values(), Usage())


@pytest.mark.parametrize(
    ("upto", "word", "with_process"),
    [
        (4, ("working", False), ("working", True)),
        (7, ("working", False), ("working", False)),
        (8, ("waiting", False), ("waiting", True)),
        (9, ("working", False), ("working", True)),
        (11, ("working", False), ("working", True)),
        (30, ("idle", False), ("idle", True)),
        (31, ("done", True), ("idle", False)),
        (32, ("idle", False), ("idle", True)),
        (33, ("working", False), ("working", True)),
        (36, ("waiting", False), ("waiting", True)),
        (37, ("working", False), ("working", True)),
        (40, ("stopped", True), ("stopped", True)),
    ],
)
def test_each_moment_of_a_session_has_its_state(
    upto: int, word: tuple[str, bool], with_process: tuple[str, bool]
) -> None:
    assert both(folded(read(LINES[:upto]))) == (word, with_process)


def test_a_call_that_was_not_let_run_is_not_said_to_run() -> None:
    denied = record("permission.completed", requestId="r1", result={"kind": "denied-interactively-by-user"})
    assert both(folded(read([*LINES[:8], denied]))) == (("working", False), ("working", False))


@pytest.mark.parametrize(
    ("kind", "state", "failure"), [("query", "blocked", "query"), ("quota", "blocked", "rate_limit")]
)
def test_an_error_ends_the_turn_and_blocks(kind: str, state: str, failure: str) -> None:
    error = record("session.error", errorType=kind, message="it broke")
    run = folded(read([*LINES[:5], error]))
    assert alone(run).because == f"{failure.replace('_', ' ')}: it broke"
    assert both(run) == ((state, False), (state, True))


def test_what_does_not_follow_the_record_before_it_is_told_as_damage() -> None:
    def gaps(lines: list[bytes]) -> list[str]:
        return [one.kind for one in only(read(lines), ev.LineNotUnderstood)]

    assert gaps(LINES) == []
    assert gaps([*LINES[:5], *LINES[6:]]) == ["gap"]
    assert gaps([*LINES[:5], LINES[6], LINES[5], *LINES[7:]]) == ["gap", "gap", "gap"]
    assert gaps([*LINES[:6], LINES[5], *LINES[6:]]) == [], "a record that was written twice tells nothing new"
    assert spent(read([*LINES[:6], LINES[5], *LINES[6:]])) == spent(read(LINES))
    assert gaps([*LINES[:5], b"{torn", *LINES[6:]]) == ["malformed"], "one damage is told once"


def test_a_type_that_is_not_known_is_counted_and_a_shape_that_does_not_fit_is_told() -> None:
    kinds = [one.kind for one in only(read([record("session.hologram"), record("x")]), ev.LineNotUnderstood)]
    assert kinds == ["session.hologram", "x"]
    odd = record("assistant.message", model=7, content="hello", outputTokens=5)
    events = read([odd])
    assert only(events, ev.AgentSpoke)[0].text == "hello" and only(events, ev.RequestMetered)[0].usage.output == 5
    assert [one.kind for one in only(events, ev.LineNotUnderstood)] == ["assistant.message"]


def label(lines: list[dict[str, Any]]) -> str:
    """Say what a session does after these records, by their types alone."""
    state, tools = "unknown", False
    for line in lines:
        kind, data = line["type"], line["data"]
        if kind in ("user.message", "assistant.turn_start", "assistant.message"):
            state = "working"
            tools = bool(data.get("toolRequests")) if kind == "assistant.message" else tools
        elif kind == "tool.execution_start" and data["toolName"] == "ask_user":
            state = "waiting"
        elif kind == "tool.execution_complete":
            state = "working"
        elif kind == "assistant.turn_end" and not tools:
            state = "idle"
        elif kind in ("abort", "session.shutdown"):
            state = "stopped" if kind == "abort" else "done"
    return state


@pytest.mark.parametrize("log", sorted(CORPUS.rglob("*.jsonl")) or [None], ids=lambda log: log and log.parts[-3])
def test_no_moment_of_a_real_session_is_shown_wrong_as_certain(log: Path | None) -> None:
    if log is None:
        pytest.skip("the shared corpus is not beside this checkout")
    lines = log.read_bytes().splitlines()
    agent, place = CopilotCli(), LogPlace(str(log), "s")
    reader = agent.reader(place, agent.head(place, lines), "")
    run, seen = Run(reader.run, "copilot-cli", "s"), list[dict[str, Any]]()
    certain = 0
    for number, line in enumerate(lines):
        for event in reader.read(line, number):
            run = fold(run, event)
        seen.append(json.loads(line))
        assert not overstated(run, label(seen)), (number, overstated(run, label(seen)), label(seen))
        certain += living(run).certain
    assert run.not_understood == 0 and certain > len(lines) / 2


def test_the_root_is_that_of_the_environment(tmp_path: Path) -> None:
    agent = CopilotCli()
    assert agent.roots({"HOME": "/h"}) == (Path("/h/.copilot"),)
    assert agent.roots({"HOME": "/h", "COPILOT_HOME": "/c"}) == (Path("/c"),)
    assert agent.roots({"HOME": "/h", "COPILOT_HOME": "~/c"}) == (Path("/h/c"),)
    assert agent.roots({}) == ()
    assert list(agent.folders(tmp_path)) == [str(tmp_path)] and list(agent.logs(tmp_path, [])) == []


def test_logs_of_both_layouts_are_found_and_nothing_else_is_opened(tmp_path: Path) -> None:
    agent, top = CopilotCli(), tmp_path / "session-state"
    (top / "one" / "files").mkdir(parents=True)
    (top / "one" / "events.jsonl").write_bytes(SESSION.read_bytes())
    (top / "one" / "workspace.yaml").touch()
    (top / "two.jsonl").touch()
    (top / "three").mkdir()
    (top / "three" / "events.jsonl").symlink_to(top / "two.jsonl")
    (tmp_path / "config.json").write_text("{}")
    unreadable: list[OSError] = []
    places = list(agent.logs(tmp_path, unreadable))
    assert {(Path(one.path).relative_to(top).as_posix(), one.session) for one in places} == {
        ("one/events.jsonl", "one"),
        ("two.jsonl", "two"),
    }
    assert set(agent.folders(tmp_path)) == {str(top), str(top / "one"), str(top / "three")} and not unreadable
    head = agent.head(places[0], LINES)
    assert (head.session, head.cwd, head.side) == ("0b0b0b0b-1111-4222-8333-444444444444", "/w/one", False)
    assert agent.head(places[1], [b"{torn"]).session == "two"
