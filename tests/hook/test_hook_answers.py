"""What passes, what is denied and what is written down, by the real executable as it is registered."""

import json
from typing import Any

import pytest

from tests.hook.hook_world import ASKING, PUSH, SESSION, HookWorld

CLIENTS = ("claude-code", "codex", "gemini-cli", "opencode")
SHELLS = {"claude-code": "Bash", "codex": "Bash", "gemini-cli": "run_shell_command", "opencode": "bash"}


@pytest.mark.parametrize("agent", CLIENTS)
def test_a_harmless_call_goes_silently_and_is_written_down(house: HookWorld, agent: str) -> None:
    done = house.ask(house.event(SHELLS[agent], {"command": "git status"}, agent), agent)
    assert (done.code, done.err) == (0, "")
    assert done.out == ("{}" if agent == "gemini-cli" else "")
    (seen,) = house.calls()
    assert (seen["agent"], seen["session"], seen["tool"], seen["verdict"]) == (agent, SESSION, SHELLS[agent], "allow")


@pytest.mark.parametrize("agent", CLIENTS)
def test_a_rule_denies_in_the_clients_own_dialect(house: HookWorld, agent: str) -> None:
    done = house.ask(house.event(SHELLS[agent], {"command": "shutdown now"}, agent), agent)
    assert done.denied
    assert done.code == (0 if agent == "codex" else 2)
    said = done.out if agent == "codex" else done.err
    assert "never" in said and "The machine stays on." in said and "Leave it." in said
    (seen,) = house.calls()
    assert (seen["verdict"], seen["outcome"], seen["rule"]) == ("deny", "rule", "never")


def test_codex_is_told_one_object_and_no_key_that_it_would_reject(house: HookWorld) -> None:

    told = json.loads(house.bash("shutdown now", "codex").out)
    assert set(told) == {"hookSpecificOutput"}
    assert set(told["hookSpecificOutput"]) == {"hookEventName", "permissionDecision", "permissionDecisionReason"}


@pytest.mark.parametrize("agent", ["claude-code", "codex"])
def test_a_permission_request_is_denied_by_a_decision_and_else_left_to_the_client(house: HookWorld, agent: str) -> None:
    asked = {"hook_event_name": "PermissionRequest"}
    denied = house.ask(house.event("Bash", {"command": "shutdown now"}, agent, **asked), agent)
    assert denied.code == 0 and '"behavior": "deny"' in denied.out
    left = house.ask(house.event("Bash", {"command": PUSH}, agent, **asked), agent)
    assert left.allowed and house.calls()[-1]["verdict"] == "native"


@pytest.mark.parametrize(
    "name", ["SessionStart", "UserPromptSubmit", "PostToolUse", "Stop", "ConfigChange", "NewEvent"]
)
def test_other_events_are_written_down_and_answered_with_silence(house: HookWorld, name: str) -> None:
    event = {"session_id": SESSION, "cwd": str(house.worktree), "hook_event_name": name}
    assert house.ask(event).allowed
    (seen,) = house.calls()
    assert (seen["event"], seen["verdict"], seen["call"]) == (name, "seen", None)


def test_a_frozen_run_is_denied_whatever_it_calls(house: HookWorld) -> None:
    house.run(frozen={"by": "ana", "reason": "look at this first", "at": 1.0})
    for done in (house.bash("ls"), house.ask(house.event("Read", {"file_path": "a.py"}))):
        assert done.denied and "ana" in done.err and "look at this first" in done.err
    assert {seen["outcome"] for seen in house.calls()} == {"frozen"}


def test_a_frozen_fleet_holds_runs_that_the_core_has_not_seen(house: HookWorld) -> None:
    house.fleet(frozen={"by": "ana", "reason": "", "at": 1.0})
    assert house.bash("ls").denied


def test_a_planning_run_reads_and_does_not_write(house: HookWorld) -> None:
    house.run(phase="planning")
    assert house.bash("git log -3").allowed
    assert house.ask(house.event("Write", {"file_path": "b.py", "content": "x"})).denied


def test_a_rule_on_a_plain_effect_holds_plain_calls(world: HookWorld) -> None:
    rule = '[[rule]]\nid = "no-commits"\neffects = ["vcs.write"]\nthen = "deny"\nbecause = "Humans commit."\n'
    world.open_house(ASKING + rule)
    assert "Humans commit." in world.bash("git commit -m x").err


def test_a_rule_on_a_command_holds_a_line_that_is_plain_else(world: HookWorld) -> None:
    rule = '[[rule]]\nid = "no-status"\ncommands = ["git status"]\nthen = "deny"\nbecause = "It is slow."\n'
    world.open_house(ASKING + rule)
    assert "It is slow." in world.bash("git status").err
    assert world.bash("git log").allowed


def test_leaving_the_repository_leaves_no_policy(house: HookWorld) -> None:
    event = house.event("Bash", {"command": "shutdown now"}, cwd=str(house.folder))
    done = house.ask(event, environment={"CLAUDE_PROJECT_DIR": str(house.worktree)})
    assert "never" in done.err


@pytest.mark.parametrize(
    ("command", "passes"), [("ls -la", True), ("python -m pytest -q", True), ("rm -rf /", False), ("$X -rf /", False)]
)
def test_where_no_house_knows_the_repository_the_shipped_policy_holds(
    world: HookWorld, command: str, passes: bool
) -> None:
    done = world.bash(command)
    assert (done.allowed, done.denied) == (passes, not passes)
    assert not world.house.exists()


def test_outside_any_repository_the_shipped_policy_holds(world: HookWorld) -> None:
    there: dict[str, Any] = {"cwd": str(world.folder)}
    assert world.ask(world.event("Bash", {"command": "rm -rf /"}, **there)).denied
    assert world.ask(world.event("Bash", {"command": "ls"}, **there)).allowed


def test_an_agent_that_nobody_speaks_is_denied(house: HookWorld) -> None:
    assert house.bash("ls", "nobody").denied
