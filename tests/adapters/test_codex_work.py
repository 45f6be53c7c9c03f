"""Tool calls in Codex rollouts: from the call to its result, the files it wrote, the human it waits for."""

import json
from typing import Any

import pytest

from adapters.agents.agent import LogPlace
from adapters.agents.codex import Codex
from adapters.agents.codex_calls import outcome
from state.runs import event as ev

META = {"type": "session_meta", "payload": {"id": "s", "cwd": "/w"}}
ASKING = {"type": "turn_context", "payload": {"cwd": "/w", "approval_policy": "on-request"}}
NEVER = {"type": "turn_context", "payload": {"cwd": "/w", "approval_policy": "never"}}
REVIEWED = {"type": "turn_context", "payload": {"approval_policy": "on-request", "approvals_reviewer": "auto_review"}}


def fields_of(event: ev.Event) -> list[str]:
    """The fields of an event, without the certainty of a turn's end, which Codex always writes."""
    certain = isinstance(event, ev.TurnEnded)
    return [name for name in event.__dataclass_fields__ if not (certain and name == "certain")]


def told(*records: object) -> list[tuple[object, ...]]:
    """Give the events of tool calls as name and fields, without the run and the record."""
    reader = Codex().reader(LogPlace("/l/rollout.jsonl", "s"), Codex().head(LogPlace("/l/x", "s"), []), "")
    events = [event for record in (META, *records) for event in reader.read(json.dumps(record).encode(), 0)]
    kinds = (ev.ToolBegun, ev.ToolEnded, ev.HumanAsked, ev.HumanAnswered, ev.FileEdited, ev.StepsSet, ev.TurnEnded)
    skipped = ("run", "origin", "side", "digest", "begun")
    return [
        (type(event).__name__, *(getattr(event, name) for name in fields_of(event) if name not in skipped))
        for event in events
        if isinstance(event, kinds)
    ]


def call(name: str, arguments: object, call_id: str = "c1", type: str = "function_call", **more: object) -> object:
    text = {"arguments": json.dumps(arguments)} if type == "function_call" else {"input": arguments}
    return {"type": "response_item", "payload": {"type": type, "name": name, "call_id": call_id, **text, **more}}


def output(text: object, call_id: str = "c1", type: str = "function_call_output") -> object:
    return {"type": "response_item", "payload": {"type": type, "call_id": call_id, "output": text}}


def note(type: str, **fields: object) -> object:
    return {"type": "event_msg", "payload": {"type": type, **fields}}


def done(**fields: object) -> object:
    return note("item_completed", item=fields)


def ran(code: int, text: str) -> str:
    return f"Chunk ID: 1\nWall time: 0.1 seconds\nProcess exited with code {code}\nOutput:\n{text}"


def runs_on(number: int, text: str = "") -> str:
    return f"Chunk ID: 1\nWall time: 9 seconds\nProcess running with session ID {number}\nOutput:\n{text}"


@pytest.mark.parametrize(
    ("record", "tool", "line"),
    [
        (call("exec_command", {"cmd": "pytest -q"}), "exec_command", "pytest -q"),
        (call("shell", {"command": ["bash", "-lc", "ls -a"]}), "shell", "ls -a"),
        (call("shell", {"command": ["rg", "a b"]}), "shell", "rg 'a b'"),
        (call("shell_command", {"command": "make test"}), "shell_command", "make test"),
        (call("view_image", {"path": "/w/a.png"}), "view_image", "view_image /w/a.png"),
        (call("fetch", {"id": 7}, namespace="mcp__docs"), "mcp__docs__fetch", 'mcp__docs__fetch {"id": 7}'),
        (call("_fetch_pr", {"repo": "o/r"}, namespace="mcp__hub"), "mcp__hub_fetch_pr", "mcp__hub_fetch_pr o/r"),
        (call("spawn_agent", {"agent_type": "x", "message": "look"}), "spawn_agent", "spawn_agent x"),
        (call("exec", "text(await tools.exec_command({}))", type="custom_tool_call"), "exec", "exec text(await "),
    ],
)
def test_a_call_is_told_in_one_line(record: object, tool: str, line: str) -> None:
    begun = told(record)[0]
    assert begun[:3] == ("ToolBegun", "c1", tool)
    assert str(begun[3]).startswith(line)


def test_a_local_shell_call_and_arguments_that_are_an_object_are_read() -> None:
    action = {"type": "exec", "command": ["bash", "-lc", "ls"]}
    local = {"type": "response_item", "payload": {"type": "local_shell_call", "call_id": "c1", "action": action}}
    given = {"type": "function_call", "name": "exec_command", "call_id": "c2", "arguments": {"cmd": "pwd"}}
    assert told(local, {"type": "response_item", "payload": given}) == [
        ("ToolBegun", "c1", "shell", "ls"),
        ("ToolBegun", "c2", "exec_command", "pwd"),
    ]


@pytest.mark.parametrize(
    ("text", "failed", "refused", "line"),
    [
        (ran(0, "4 passed"), False, False, "4 passed"),
        (ran(1, "1 failed, 3 passed"), True, False, "exit 1: 1 failed, 3 passed"),
        (ran(-1, ""), True, False, "exit -1"),
        ("Exit code: 0\nWall time: 0 seconds\nOutput:\nSuccess.", False, False, "Success."),
        ("Exit code: 2\nWall time: 0 seconds\nTotal output lines: 9\nOutput:\nno", True, False, "exit 2: no"),
        ('{"output":"a\\n","metadata":{"exit_code":0,"duration_seconds":0.1}}', False, False, "a"),
        ('{"output":"a\\n","metadata":{"exit_code":3}}', True, False, "exit 3: a"),
        ("exec command rejected by user", True, True, "exec command rejected by user"),
        ("patch rejected by user", True, True, "patch rejected by user"),
        ("Command blocked by PreToolUse hook: no. Command: rm", True, True, "Command blocked by PreToolUse hook: no."),
        ('exec_command failed: CreateProcess { message: "Rejected(x)" }', True, True, "exec_command failed"),
        ("unsupported call: update_plan", True, False, "unsupported call"),
        ("apply_patch verification failed: Failed to find", True, False, "apply_patch verification failed"),
        ("Wall time: 1.2 seconds\naborted by user", True, False, "Wall time: 1.2 seconds⏎aborted by user"),
        ({"content": "no such file", "success": False}, True, False, "no such file"),
        ({"content": "read", "success": True}, False, False, "read"),
        ([{"type": "input_text", "text": "Script failed\nWall time 0.2 seconds\nOutput:\n"}], True, False, ""),
        ([{"type": "input_text", "text": "a"}, {"type": "input_text", "text": "b"}], False, False, "a⏎b"),
        ("Nothing failed here", False, False, "Nothing failed here"),
        ("the log says\nProcess exited with code 1", False, False, "the log says⏎Process exited with code 1"),
        ("", False, False, ""),
        (None, False, False, ""),
    ],
)
def test_an_output_says_whether_the_call_failed_or_was_refused(
    text: object, failed: bool, refused: bool, line: str
) -> None:
    read = outcome(text)
    assert (read.failed, read.refused) == (failed, refused)
    assert read.text.startswith(line)


def test_what_a_command_prints_cannot_pass_for_its_exit_status() -> None:
    assert not outcome(ran(0, "Process exited with code 1\nOutput:\nno")).failed


def test_a_command_that_runs_on_ends_with_the_look_at_its_terminal_that_sees_its_end() -> None:
    records = [
        call("exec_command", {"cmd": "make test"}),
        output(runs_on(7)),
        call("write_stdin", {"session_id": 7, "chars": ""}, "c2"),
        output(runs_on(7, "..."), "c2"),
        call("write_stdin", {"session_id": 7, "chars": "q\n"}, "c3"),
        output(ran(2, "no rule"), "c3"),
    ]
    assert told(*records) == [
        ("ToolBegun", "c1", "exec_command", "make test"),
        ("ToolBegun", "c3", "write_stdin", "write_stdin 7: q"),
        ("ToolEnded", "c1", True, "exit 2: no rule"),
        ("ToolEnded", "c3", True, "exit 2: no rule"),
    ]


def test_a_command_may_end_in_a_later_turn_than_it_began_in() -> None:
    records = [
        call("exec_command", {"cmd": "serve"}),
        output(runs_on(7)),
        note("task_complete", last_agent_message="It runs."),
        call("write_stdin", {"session_id": 7}, "c2"),
        output(ran(0, "stopped"), "c2"),
    ]
    assert told(*records) == [
        ("ToolBegun", "c1", "exec_command", "serve"),
        ("TurnEnded", "done", "It runs."),
        ("ToolEnded", "c1", False, "stopped"),
    ]


def test_a_finished_item_ends_its_call_and_the_output_after_it_says_nothing_new() -> None:
    item = done(type="CommandExecution", id="c1", status="failed", exit_code=137, aggregated_output="killed\n")
    assert told(call("exec_command", {"cmd": "x"}), item, output(ran(137, "killed"))) == [
        ("ToolBegun", "c1", "exec_command", "x"),
        ("ToolEnded", "c1", True, "exit 137: killed"),
    ]
    assert told(item) == []


def test_calls_inside_a_script_are_told_by_their_finished_items() -> None:
    script = call("exec", "await tools.exec_command()", type="custom_tool_call")
    item = done(type="CommandExecution", id="exec-9", command=["/bin/bash", "-lc", "pytest"], exit_code=1)
    assert told(script, item)[1:] == [
        ("ToolBegun", "exec-9", "exec_command", "pytest"),
        ("ToolEnded", "exec-9", True, "exit 1"),
    ]
    assert told(call("exec_command", {"cmd": "x"}), item) == [("ToolBegun", "c1", "exec_command", "x")]


def test_a_search_is_told_when_it_is_over() -> None:
    pair = [("ToolBegun", "w1", "web_search", "weather"), ("ToolEnded", "w1", False, "")]
    assert told(note("web_search_end", call_id="w1", query="weather")) == pair
    assert told(done(type="WebSearch", id="w1", query="weather")) == pair


@pytest.mark.parametrize("result", [{"Err": "boom"}, {"Ok": {"isError": True, "content": [{"text": "boom"}]}}])
def test_a_failed_call_to_another_server_is_failed_though_its_output_does_not_say_so(result: object) -> None:
    records = [call("fetch", {}), note("mcp_tool_call_end", call_id="c1", result=result), output("Output:\nboom")]
    assert told(*records)[1:] == [("ToolEnded", "c1", True, "boom")]


def test_a_call_to_another_server_that_went_well_ends_with_its_output() -> None:
    good = note("mcp_tool_call_end", call_id="c1", result={"Ok": {"content": []}})
    assert told(call("fetch", {}), good, output("fine"))[1:] == [("ToolEnded", "c1", False, "fine")]


PATCH = "*** Begin Patch\n*** Add File: a.py\n+x\n*** Update File: /v/b.py\n*** Move to: sub/c.py\n*** End Patch\n"


def test_the_files_of_a_patch_are_told_as_the_client_wrote_them() -> None:
    changes = {"/w/a.py": {"type": "add"}, "/v/b.py": {"type": "update", "move_path": "/w/sub/c.py"}}
    begun = call("apply_patch", PATCH, type="custom_tool_call")
    ended = output("Exit code: 0\nOutput:\nSuccess.", type="custom_tool_call_output")
    edited = [("FileEdited", "/w/a.py"), ("FileEdited", "/v/b.py"), ("FileEdited", "/w/sub/c.py")]
    for wrote in (
        note("patch_apply_end", call_id="c1", success=True, changes=changes),
        done(type="FileChange", id="c1", status="completed", changes=changes),
    ):
        assert told(begun, wrote, ended)[1:] == [*edited, ("ToolEnded", "c1", False, "Success.")]


@pytest.mark.parametrize(
    ("record", "paths"),
    [
        (call("apply_patch", PATCH, type="custom_tool_call"), ["/w/a.py", "/v/b.py", "/w/sub/c.py"]),
        (call("apply_patch", {"patch": PATCH}), ["/w/a.py", "/v/b.py", "/w/sub/c.py"]),
        (
            call("shell", {"command": ["bash", "-lc", f"apply_patch <<'P'\n{PATCH}P"], "workdir": "/u"}),
            ["/u/a.py", "/v/b.py", "/u/sub/c.py"],
        ),
        (call("exec_command", {"cmd": "echo '*** Add File: a.py'"}), []),
    ],
)
def test_where_the_client_does_not_say_what_it_wrote_the_patch_itself_does(record: object, paths: list[str]) -> None:
    assert [one[1] for one in told(record, output("Success.")) if one[0] == "FileEdited"] == paths


@pytest.mark.parametrize(
    "records",
    [
        [output("patch rejected by user")],
        [
            note("patch_apply_end", call_id="c1", success=False, changes={"/w/a.py": {}}),
            output("Exit code: 1\nOutput:\n"),
        ],
        [
            done(type="FileChange", id="c1", status="declined", changes={"/w/a.py": {}}),
            output("patch rejected by user"),
        ],
    ],
)
def test_a_patch_that_was_not_applied_wrote_nothing(records: list[object]) -> None:
    events = told(call("apply_patch", PATCH, type="custom_tool_call"), *records)
    assert [one[0] for one in events] == ["ToolBegun", "ToolEnded"] and events[1][2] is True


@pytest.mark.parametrize(
    ("wish", "why"),
    [
        ({"sandbox_permissions": "require_escalated", "justification": "needs the network"}, "needs the network"),
        ({"with_escalated_permissions": True}, "curl x"),
    ],
)
def test_a_call_that_asks_to_leave_the_sandbox_waits_for_the_human_as_far_as_its_shape_shows(
    wish: dict[str, object], why: str
) -> None:
    wanted = call("exec_command", {"cmd": "curl x", **wish})
    asked = ("HumanAsked", "permission", why, "c1", False)
    begun = ("ToolBegun", "c1", "exec_command", "curl x")
    assert told(ASKING, wanted) == [begun, asked]
    assert told(NEVER, wanted) == [begun]
    assert told(REVIEWED, wanted) == [begun]
    assert told(ASKING, wanted, output(ran(0, "ok")))[2:] == [
        ("HumanAnswered", "c1", True),
        ("ToolEnded", "c1", False, "ok"),
    ]
    assert told(ASKING, wanted, output("exec command rejected by user"))[2] == ("HumanAnswered", "c1", False)
    looked = [call("write_stdin", {"session_id": 3}, "c2"), output(ran(0, "ok"), "c2")]
    assert told(ASKING, wanted, output(runs_on(3)), *looked)[2:] == [
        ("HumanAnswered", "c1", True),
        ("ToolEnded", "c1", False, "ok"),
    ]


def test_an_ordinary_call_waits_for_nobody() -> None:
    assert [
        one[0] for one in told(ASKING, call("exec_command", {"cmd": "ls", "sandbox_permissions": "use_default"}))
    ] == ["ToolBegun"]


@pytest.mark.parametrize(
    ("tool", "arguments", "text"),
    [
        ("request_user_input", {"questions": [{"question": "Which one?"}, {"question": "Why?"}]}, "Which one?"),
        ("request_permissions", {"reason": "to write /etc"}, "to write /etc"),
        ("request_user_input", {}, "request_user_input {}"),
    ],
)
def test_a_question_to_the_human_waits_for_certain(tool: str, arguments: dict[str, Any], text: str) -> None:
    assert told(NEVER, call(tool, arguments), output("the second"))[1:] == [
        ("HumanAsked", "question", text, "c1", True),
        ("HumanAnswered", "c1", True),
        ("ToolEnded", "c1", False, "the second"),
    ]


def test_a_step_list_replaces_the_last_one_and_an_unknown_state_is_pending() -> None:
    plan = [{"step": "a", "status": "completed"}, {"step": "b", "status": "dreaming"}, "odd"]
    steps = told(call("update_plan", {"plan": plan}))[1][1]
    assert [(step.text, step.state) for step in steps] == [("a", "completed"), ("b", "pending"), ("", "pending")]
    assert [one[0] for one in told(call("update_plan", {"explanation": "none"}))] == ["ToolBegun"]


@pytest.mark.parametrize("result", ["", runs_on(0)])
def test_many_calls_without_an_end_keep_the_memory_small(result: str) -> None:
    agent = Codex()
    reader = agent.reader(LogPlace("/l/x.jsonl", "s"), agent.head(LogPlace("/l/x", "s"), []), "")
    for number in range(2000):
        reader.read(json.dumps(call("exec_command", {"cmd": "x"}, f"c{number}")).encode(), number)
        if result:
            answer = result.replace("ID 0", f"ID {number}")
            reader.read(json.dumps(output(answer, f"c{number}")).encode(), number)
    assert len(reader.save()) < 30_000
    reader.read(json.dumps(note("task_complete")).encode(), 0)
    assert len(reader.save()) < 10_000
