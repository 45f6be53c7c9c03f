"""A human's correction reaches the model with its next call, once, and opens no gate."""

import json
from typing import Any

import pytest

from tests.hook.hook_world import PUSH, HookWorld, ended

ONE = {"id": "0a1b2c3d", "text": "[headgate 0a1b2c3d] A correction from ana: use pytest"}
TWO = {"id": "9f8e7d6c", "text": "[headgate 9f8e7d6c] A correction from ana: leave the docs"}


def context(out: str) -> str:
    told = json.loads(out)
    assert set(told) == {"hookSpecificOutput"}
    assert set(told["hookSpecificOutput"]) == {"hookEventName", "additionalContext"}, "no decision may stand beside it"
    return told["hookSpecificOutput"]["additionalContext"]


def handed(house: HookWorld) -> list[Any]:
    return [line.get("corrections") for line in house.calls()]


@pytest.mark.parametrize("agent", ["claude-code", "codex"])
@pytest.mark.parametrize("command", ["git status", "for f in *.py; do wc -l $f; done"])
def test_a_correction_stands_beside_the_next_call_once(house: HookWorld, agent: str, command: str) -> None:
    house.run(agent, corrections=[ONE, TWO])
    done = house.bash(command, agent)
    assert (done.code, done.err) == (0, "")
    assert context(done.out) == f"{ONE['text']}\n\n{TWO['text']}"
    assert house.bash(command, agent).allowed
    assert handed(house) == [["0a1b2c3d", "9f8e7d6c"], None]
    assert [line["verdict"] for line in house.calls()] == ["allow", "allow"]


@pytest.mark.parametrize("agent", ["gemini-cli", "opencode"])
def test_where_a_model_reads_only_denials_one_call_is_denied_for_it(house: HookWorld, agent: str) -> None:
    house.run(agent, corrections=[ONE])
    tool = {"gemini-cli": "run_shell_command", "opencode": "bash"}[agent]
    first = house.ask(house.event(tool, {"command": "git status"}, agent), agent)
    assert first.denied and ONE["text"] in first.err and "Make it again" in first.err
    assert house.ask(house.event(tool, {"command": "git status"}, agent), agent).allowed
    assert [line["verdict"] for line in house.calls()] == ["deny", "allow"]
    assert handed(house) == [["0a1b2c3d"], None]


def test_a_call_that_a_human_approved_is_not_spent_on_a_correction(house: HookWorld) -> None:
    house.run("gemini-cli", corrections=[ONE])
    hook = house.start(house.event("run_shell_command", {"command": PUSH}, "gemini-cli"), "gemini-cli")
    house.answer(house.question())
    assert ended(hook).allowed and handed(house) == [None]
    assert ONE["text"] in house.ask(house.event("read_file", {"file_path": "a.py"}, "gemini-cli"), "gemini-cli").err


def test_an_approved_call_carries_it_where_that_costs_nothing(house: HookWorld) -> None:
    house.run(corrections=[ONE])
    hook = house.start(house.event("Bash", {"command": PUSH}))
    house.answer(house.question())
    assert context(ended(hook).out) == ONE["text"]


def test_a_denied_call_a_subagents_call_and_a_permission_request_carry_none(house: HookWorld) -> None:
    house.run(corrections=[ONE])
    assert house.bash("shutdown now").denied
    assert house.ask(house.event("Bash", {"command": "ls"}, agent_id="a1")).allowed
    assert house.ask(house.event("Bash", {"command": "ls"}, hook_event_name="PermissionRequest")).allowed
    assert handed(house) == [None, None, None]
    assert context(house.bash("ls").out) == ONE["text"]


def test_many_hooks_at_once_hand_it_out_once(house: HookWorld) -> None:
    house.run(corrections=[ONE])
    hooks = [house.start(house.event("Bash", {"command": "ls"}), bare=True) for _ in range(6)]
    told = [ended(hook).out for hook in hooks]
    assert sorted(bool(out) for out in told) == [False] * 5 + [True]


def test_where_the_call_cannot_be_written_down_nothing_was_handed_out(house: HookWorld) -> None:
    house.run(corrections=[ONE])
    calls = house.house / "spool" / "calls"
    calls.rmdir()
    calls.write_text("")
    assert house.bash("for f in *.py; do wc -l $f; done").denied
    assert list((house.house / "spool" / "corrections").iterdir()) == []
    calls.unlink()
    assert context(house.bash("ls").out) == ONE["text"]


def test_a_correction_with_no_proper_name_or_without_room_stays_where_it_is(house: HookWorld) -> None:
    house.run(corrections=[{"id": "../x", "text": "odd"}])
    assert house.bash("ls").allowed
    house.run(corrections=[ONE, {"id": "77777777", "text": "x" * 8990}])
    assert context(house.bash("ls").out) == ONE["text"]
    house.run(corrections=[{"id": "77777777", "text": "x" * 8990}])
    assert len(context(house.bash("ls").out)) == 8990
