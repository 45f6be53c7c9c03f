"""Tool calls of Claude Code: what waits for the human, what the plan is, which files and subagents there are."""

from typing import Any

import pytest

from state.runs.run import Step
from tests.adapters.claude_lines import SIDE, call, model, result, row, text, told, user

PLAN = "# Add a retry\n\n1. wrap fetch"


def after_call(*records: Any) -> list[tuple[Any, ...]]:
    """The events of records but those of every call: that it began and that it ended."""
    return [one for one in told(*records) if one[0] not in ("ToolBegun", "ToolEnded", "TurnBegun")]


@pytest.mark.parametrize(
    ("tool", "given", "line"),
    [
        ("Bash", {"command": "rm -rf build\nls", "description": "clean"}, "rm -rf build⏎ls"),
        ("Read", {"file_path": "/w/a.py", "limit": 5}, "/w/a.py"),
        ("Grep", {"pattern": "def .*", "path": "src"}, "def .*"),
        ("WebFetch", {"url": "https://example.test", "prompt": "sum up"}, "https://example.test"),
        ("Agent", {"description": "map", "prompt": "long"}, "map"),
        ("LS", {"path": "/w"}, "/w"),
        ("AskUserQuestion", {"questions": [{"question": "Which?"}]}, "Which?"),
        ("TaskUpdate", {"taskId": "3", "status": "completed"}, "#3 completed"),
        ("mcp__x__y", {"anything": {"at": "all"}}, ""),
        ("Bash", {"command": "x" * 5000}, "x" * 239 + "…"),
        ("Bash", {"command": ["not", "text"]}, ""),
    ],
)
def test_a_call_is_told_in_one_line(tool: str, given: dict[str, Any], line: str) -> None:
    assert ("ToolBegun", "toolu_1", tool, line, False) in told(model(call(tool, **given)))


def test_a_call_without_a_name_or_an_input_is_told_too() -> None:
    assert told(model({"type": "tool_use", "input": "x"}))[-1] == ("ToolBegun", "?", "?", "", False)


def test_a_name_that_is_a_paragraph_is_cut_and_cleaned() -> None:
    name = 'Task" >\n<parameter name="' + "x" * 500
    (begun,) = [one for one in told(model(call(name))) if one[0] == "ToolBegun"]
    assert begun[2].startswith('Task" >⏎<parameter') and len(begun[2]) == 120


def test_a_result_shows_both_its_ends() -> None:
    (ended,) = told(result("start of it\n" + "." * 9000 + "\n3 failed, 9 passed in 1.20s\n"))
    assert ended[:3] == ("ToolEnded", "toolu_1", False)
    assert ended[3].startswith("start of it") and ended[3].endswith("3 failed, 9 passed in 1.20s")
    assert len(ended[3]) <= 240


def test_a_denied_call_has_failed() -> None:
    assert told(result("PreToolUse:Bash hook error: no", failed=True)) == [
        ("ToolEnded", "toolu_1", True, "PreToolUse:Bash hook error: no", False)
    ]


def test_a_plan_waits_for_the_human_until_it_is_approved() -> None:
    asked = model(call("ExitPlanMode", plan=PLAN))
    shown = "# Add a retry⏎⏎1. wrap fetch"
    waiting = [("PlanShown", "proposed", shown), ("HumanAsked", "plan", "Add a retry", "toolu_1", True)]
    assert after_call(asked) == waiting
    yes = result("User has approved your plan. You can now start coding.", told={"plan": "# Better", "isAgent": False})
    assert after_call(asked, yes) == [
        *waiting,
        ("PlanShown", "approved", "# Better"),
        ("ModeEntered", "unknown"),
        ("HumanAnswered", "toolu_1", True),
    ]


@pytest.mark.parametrize(
    ("words", "fields", "shown", "accepted"),
    [
        ("The user doesn't want to proceed with this tool use. The user said: smaller", {}, "rejected", False),
        ("not by this rule", {"toolDenialKind": "permission-rule"}, "rejected", False),
        ("<tool_use_error>No such tool available: ExitPlanMode</tool_use_error>", {}, "proposed", None),
    ],
)
def test_a_plan_that_is_not_approved(words: str, fields: dict[str, Any], shown: str, accepted: bool | None) -> None:
    events = after_call(model(call("ExitPlanMode", plan=PLAN)), result(words, failed=True, **fields))
    assert [one[1] for one in events if one[0] == "PlanShown"][-1] == shown
    assert events[-1] == ("HumanAnswered", "toolu_1", accepted)


def test_a_plan_in_a_mode_that_asks_nobody_is_no_certain_question() -> None:
    events = after_call(user("go", permissionMode="bypassPermissions"), model(call("ExitPlanMode")))
    assert events[-2:] == [("PlanShown", "proposed", None), ("HumanAsked", "plan", "a plan", "toolu_1", False)]


def test_a_plan_carried_into_a_new_session_is_approved() -> None:
    events = told(user("Implement the following plan:\n# Add", planContent="# Add"))
    assert events[0] == ("PlanShown", "approved", "# Add")


def test_a_question_waits_until_it_is_answered() -> None:
    asked = model(call("AskUserQuestion", questions=[{"question": "Which?", "options": []}]))
    assert after_call(asked) == [("HumanAsked", "question", "Which?", "toolu_1", True)]
    assert after_call(asked, result("User has answered your questions"))[-1] == ("HumanAnswered", "toolu_1", True)


def test_a_parked_call_waits_for_permission() -> None:
    parked = row(
        "attachment",
        attachment={"type": "hook_deferred_tool", "toolUseID": "toolu_1", "toolName": "Bash", "toolInput": {}},
    )
    asked = [model(call("Bash", command="rm -rf build")), parked]
    assert after_call(*asked) == [("HumanAsked", "permission", "Bash", "toolu_1", True)]
    refused = result("no", failed=True, toolDenialKind="user-rejected")
    assert after_call(*asked, refused)[-1] == ("HumanAnswered", "toolu_1", False)


def test_a_prompt_or_an_interruption_answers_what_waits() -> None:
    asked = model(call("AskUserQuestion", questions=[{"question": "Which?"}]))
    answered = [one for one in after_call(asked, user("never mind"), user("go on")) if one[0] == "HumanAnswered"]
    assert answered == [("HumanAnswered", None, None)]
    stopped = user([text("[Request interrupted by user]")])
    assert after_call(asked, stopped)[1:] == [("HumanAnswered", None, None), ("TurnEnded", "interrupted", "")]


def test_a_subagents_own_question_is_not_the_humans() -> None:
    for tool in ("AskUserQuestion", "ExitPlanMode"):
        events = told(model(call(tool, plan=PLAN, questions=[{"question": "Which?"}])), place=SIDE)
        assert [one[0] for one in events] == ["ToolBegun"]


def test_a_to_do_list_is_set_when_its_tool_has_ended() -> None:
    todos = [{"content": "a", "status": "completed"}, {"content": "b\x1b", "status": "odd"}, {"status": "pending"}]
    asked = model(call("TodoWrite", todos=todos))
    steps = (Step("a", "completed"), Step("b␛", "pending"), Step("", "pending"))
    assert after_call(asked) == []
    assert after_call(asked, result()) == [("StepsSet", steps)]
    assert after_call(asked, result(), asked, result()) == [("StepsSet", steps)]
    assert after_call(asked, result("TodoWrite is disabled", failed=True)) == []


def test_tasks_are_made_changed_and_removed_by_their_number() -> None:
    made = [
        model(call("TaskCreate", "t1", subject="find")),
        result("Task #1 created successfully: find", "t1", told={"task": {"id": "1", "subject": "find"}}),
        model(call("TaskCreate", "t2", subject="fix")),
        result("Task #2 created successfully: fix", "t2"),
    ]
    assert after_call(*made)[-1] == ("StepsSet", (Step("find", "pending"), Step("fix", "pending")))

    def changed(**fields: Any) -> tuple[Step, ...] | None:
        events = after_call(*made, model(call("TaskUpdate", "t3", **fields)), result("Updated", "t3"))
        return events[-1][1] if len(events) == 3 else None

    assert changed(taskId="1", status="in_progress") == (Step("find", "in_progress"), Step("fix", "pending"))
    assert changed(taskId="2", subject="fix it") == (Step("find", "pending"), Step("fix it", "pending"))
    assert changed(taskId="1", status="deleted") == (Step("fix", "pending"),)
    assert changed(taskId="9", status="completed") is None
    failed = [model(call("TaskCreate", "t4", subject="more")), result("No such tool", "t4", failed=True)]
    assert after_call(*made, *failed) == after_call(*made)


@pytest.mark.parametrize(
    ("tool", "field", "path", "edited"),
    [
        ("Edit", "file_path", "src/a.py", "/w/app/src/a.py"),
        ("Write", "file_path", "/w/app/../b.py", "/w/b.py"),
        ("MultiEdit", "file_path", "./a\x1b.py", "/w/app/a␛.py"),
        ("NotebookEdit", "notebook_path", "n.ipynb", "/w/app/n.ipynb"),
        ("Edit", "file_path", "C:\\w\\a.py", "C:\\w\\a.py"),
    ],
)
def test_a_file_is_edited_when_its_tool_succeeded(tool: str, field: str, path: str, edited: str) -> None:
    asked = model(call(tool, **{field: path}))
    assert after_call(asked, result()) == [("FileEdited", edited)]
    assert after_call(asked, result("String not found", failed=True)) == []
    assert ("FileEdited", edited) in told(asked, result(), place=SIDE)


def test_a_file_with_no_place_or_the_agents_own_plan_file_is_no_edit() -> None:
    nowhere = {"type": "assistant", "message": {"role": "assistant", "content": [call("Edit", file_path="a.py")]}}
    assert after_call(nowhere, result()) == []
    writing = [model(call("Write", file_path="/c/plans/a.md")), result()]
    assert after_call({"type": "permission-mode", "permissionMode": "plan"}, *writing) == [("ModeEntered", "plan")]
    entering = [model(call("EnterPlanMode", "t0")), result(id="t0")]
    assert after_call(*entering, *writing) == [("ModeEntered", "plan")]


def test_edits_after_an_approved_plan_are_edits() -> None:
    planned = [user("go", permissionMode="plan"), model(call("ExitPlanMode", "t0", plan=PLAN))]
    approved = result("User has approved your plan.", "t0")
    assert after_call(*planned, approved, model(call("Edit", file_path="a.py")), result())[-1] == (
        "FileEdited",
        "/w/app/a.py",
    )


@pytest.mark.parametrize("tool", ["Task", "Agent"])
def test_a_subagent_lasts_as_long_as_its_call(tool: str) -> None:
    began = model(call(tool, description="map callers", prompt="p"))
    assert after_call(began) == [("SubagentBegun", "toolu_1", "map callers")]
    assert after_call(began, result(told={"status": "completed", "agentId": "a1"}))[-1] == ("SubagentEnded", "toolu_1")
    assert after_call(began, result("Interrupted", failed=True))[-1] == ("SubagentEnded", "toolu_1")


@pytest.mark.parametrize(
    ("notice", "ended"),
    [
        ("<task-id>a1</task-id>\n<status>completed</status>", True),
        ("<task-id>zz</task-id><tool-use-id>toolu_1</tool-use-id><status>killed</status>", True),
        ("<task-id>a1</task-id><status>running</status>", False),
        ("<task-id>b7</task-id><tool-use-id>toolu_7</tool-use-id><status>completed</status>", False),
    ],
)
def test_a_subagent_in_the_background_lasts_until_its_notice(notice: str, ended: bool) -> None:
    began = model(call("Agent", description="map"))
    launched = result("Async agent launched", told={"isAsync": True, "status": "async_launched", "agentId": "a1"})
    words = f"<task-notification>\n{notice}\n</task-notification>"
    ways: list[Any] = [
        user(words),
        {"type": "queue-operation", "operation": "enqueue", "content": words},
        row("attachment", attachment={"type": "queued_command", "prompt": words}),
    ]
    assert after_call(began, launched) == [("SubagentBegun", "toolu_1", "map")]
    for way in ways:
        assert after_call(began, launched, way)[1:] == [("SubagentEnded", "toolu_1")] * ended
    assert after_call(began, launched, *ways)[1:] == [("SubagentEnded", "toolu_1")] * ended


@pytest.mark.parametrize(
    ("tool", "told_of", "ended"),
    [
        ("TaskOutput", {"retrieval_status": "success", "task": {"task_id": "a1", "status": "completed"}}, True),
        ("TaskOutput", {"retrieval_status": "timeout", "task": {"task_id": "a1", "status": "running"}}, False),
        ("TaskStop", {"message": "stopped"}, True),
    ],
)
def test_a_subagent_in_the_background_ends_where_a_look_at_it_says_so(tool: str, told_of: Any, ended: bool) -> None:
    launched = [model(call("Agent")), result(told={"isAsync": True, "agentId": "a1"})]
    looked = [model(call(tool, "t2", task_id="a1")), result("", "t2", told=told_of)]
    assert after_call(*launched, *looked)[1:] == [("SubagentEnded", "toolu_1")] * ended
    other = [model(call(tool, "t2", task_id="b7")), result("", "t2", told=told_of)]
    assert after_call(*launched, *other)[1:] == []


def test_an_agent_of_a_workflow_is_known_by_its_own_log() -> None:
    place = type(SIDE)(SIDE.path.replace("/agent-", "/workflows/w1/agent-"), SIDE.session, side=True)
    rows = [user("p"), model(text("a")), model(text("b"), id="msg_B", stop="end_turn")]
    assert told(*rows, place=place) == [("SubagentBegun", "agent-a1b2c3d", ""), ("SubagentEnded", "agent-a1b2c3d")]
