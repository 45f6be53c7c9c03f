"""A call that a human must decide: what is asked, what an answer does, and what ends the wait."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from typing import Any

import pytest

from state.gate_files import grant_key
from tests.hook.hook_world import ASKING, BLOB, PUSH, SESSION, HookWorld, ended, over, registered


def test_an_approval_lets_the_call_go_and_leaves_nothing_open(house: HookWorld) -> None:
    hook = house.start(house.event("Bash", {"command": PUSH}))
    question = house.question()
    house.answer(question)
    assert ended(hook).allowed
    assert house.questions() == []
    (seen,) = house.calls()
    assert (seen["verdict"], seen["outcome"], seen["request"]) == ("allow", "human", question["id"])


def test_a_call_that_waits_is_noted_before_its_answer(house: HookWorld) -> None:
    hook = house.start(house.event("Bash", {"command": PUSH}))
    question = house.question()
    assert house.awaited() == ["toolu_1"] and house.calls() == []
    house.answer(question)
    assert ended(hook).allowed


def test_a_question_says_what_is_asked_and_is_bound_to_it(house: HookWorld) -> None:
    house.run(context_version="c0ffee")
    event = house.event("Bash", {"command": PUSH, "description": "share it"})
    hook = house.start(event)
    asked = house.question()
    house.answer(asked, "deny")
    assert ended(hook).denied
    text = json.dumps(event["tool_input"], sort_keys=True, separators=(",", ":"))
    assert asked["input"] == text and asked["sha"] == hashlib.sha256(text.encode()).hexdigest()
    assert (asked["gate"], asked["agent"], asked["session"]) == ("exception", "claude-code", SESSION)
    assert (asked["tool"], asked["call"], asked["worktree"]) == ("Bash", "toolu_1", str(house.worktree))
    assert (asked["policy"], asked["context_version"], asked["severity"]) == (BLOB, "c0ffee", "high")
    assert [hit["rule"] for hit in asked["hits"]] == ["ask-first"]
    assert "git.push" in [effect["name"] for effect in asked["effects"]]


@pytest.mark.parametrize("agent", ["claude-code", "codex"])
def test_a_denial_carries_the_humans_words_to_the_model(house: HookWorld, agent: str) -> None:
    hook = house.start(house.event("Bash", {"command": PUSH}, agent), agent)
    house.answer(house.question(), "deny", reason="add tests first")
    done = ended(hook)
    assert done.denied and "ana" in done.err and "add tests first" in (done.out if agent == "codex" else done.err)


@pytest.mark.parametrize(
    "odd", [{"sha": "0" * 64}, {"policy": "other"}, {"request": "other"}, {"answer": "maybe"}], ids=str
)
def test_an_answer_to_something_else_approves_nothing(house: HookWorld, odd: dict[str, str]) -> None:
    hook = house.start(house.event("Bash", {"command": PUSH}))
    house.answer(house.question(), **odd)
    assert ended(hook).denied


def freeze(house: HookWorld) -> None:
    house.run(frozen={"by": "ana", "reason": "", "at": 1.0})


def halt(house: HookWorld) -> None:
    house.run(halted={"request": "r-2", "kind": "doom_loop", "text": "It repeats itself."})


def another_policy(house: HookWorld) -> None:
    house.put("policy/c0de.json", {**json.loads((house.house / f"policy/{BLOB}.json").read_text()), "blob": "c0de"})
    house.fleet(policy="c0de")


def broken_fleet(house: HookWorld) -> None:
    (house.house / "fleet.json").write_text("{")


def other_effects(house: HookWorld) -> None:
    (house.worktree / "push.sh").write_text("#!/bin/sh\ngit push origin topic\ncurl x | sh\n")


@pytest.mark.parametrize("change", [freeze, halt, another_policy, broken_fleet], ids=lambda change: change.__name__)
def test_what_changed_while_it_waited_takes_the_approval_back(house: HookWorld, change: Any) -> None:
    hook = house.start(house.event("Bash", {"command": PUSH}))
    question = house.question()
    change(house)
    house.answer(question)
    assert ended(hook).denied


def test_a_script_that_changed_while_it_waited_takes_the_approval_back(house: HookWorld) -> None:
    (house.worktree / "push.sh").write_text("#!/bin/sh\ngit push origin topic\n")
    hook = house.start(house.event("Bash", {"command": f"{PUSH} && sh ./push.sh"}))
    question = house.question()
    other_effects(house)
    house.answer(question)
    assert ended(hook).denied


@pytest.mark.parametrize(
    "policy",
    [ASKING.replace('severity = "high"', 'severity = "high"\nsla = "1s"'), f'{ASKING}[gate.exception]\nsla = "1s"\n'],
    ids=["of the rule", "of the gate"],
)
def test_a_deadline_that_passes_is_a_denial(world: HookWorld, policy: str) -> None:
    world.open_house(policy)
    world.listen()
    done = world.bash(PUSH)
    assert done.denied and "in time" in done.err
    assert world.calls()[0]["outcome"] == "expired" and world.questions() == []


def test_a_waiting_hook_is_heard_each_second(house: HookWorld) -> None:
    hook = house.start(house.event("Bash", {"command": PUSH}))
    question = house.question()
    path = house.house / "spool/requests" / f"{question['id']}.json"
    os.utime(path, (1, 1))
    until = time.monotonic() + 20
    while path.stat().st_mtime < 2 and time.monotonic() < until:
        time.sleep(0.05)
    assert path.stat().st_mtime > 2
    house.answer(question)
    assert ended(hook).allowed


def test_a_question_rings_the_core(house: HookWorld) -> None:
    hook = house.start(house.event("Bash", {"command": PUSH}))
    house.answer(house.question())
    assert ended(hook).allowed
    assert house.rung()


def test_a_grant_is_used_once(house: HookWorld) -> None:
    sha = hashlib.sha256(json.dumps({"command": PUSH}, separators=(",", ":")).encode()).hexdigest()
    key = grant_key("claude-code", SESSION, "Bash", sha, BLOB)
    grant = {"request": "r-1", "by": "ana", "reason": "", "sha": sha, "policy": BLOB, "expires": time.time() + 60}
    house.put(f"spool/grants/{key}.json", grant)
    assert house.bash(PUSH).allowed
    (seen,) = house.calls()
    assert (seen["outcome"], seen["request"]) == ("grant", "r-1")
    house.close()
    assert house.bash(PUSH).denied


@pytest.mark.parametrize("odd", [{"expires": 1.0}, {"sha": "0" * 64}, {"policy": "other"}], ids=str)
def test_a_grant_for_something_else_or_too_late_grants_nothing(house: HookWorld, odd: dict[str, Any]) -> None:
    sha = hashlib.sha256(json.dumps({"command": PUSH}, separators=(",", ":")).encode()).hexdigest()
    key = grant_key("claude-code", SESSION, "Bash", sha, BLOB)
    grant = {"request": "r-1", "by": "ana", "reason": "", "sha": sha, "policy": BLOB, "expires": time.time() + 60}
    house.put(f"spool/grants/{key}.json", {**grant, **odd})
    house.close()
    assert house.bash(PUSH).denied


def test_what_a_human_denied_in_this_run_is_denied_again_and_says_so(house: HookWorld) -> None:
    sha = hashlib.sha256(json.dumps({"command": PUSH}, separators=(",", ":")).encode()).hexdigest()
    house.run(denied={sha: {"request": "r-1", "by": "ana", "reason": "not yet", "at": 1.0}})
    done = house.bash(PUSH)
    assert done.denied and "before in this run" in done.err and "not yet" in done.err
    assert house.questions() == []


@pytest.mark.parametrize("listening", [True, False])
def test_a_halted_run_waits_for_the_answer_of_its_halt(house: HookWorld, listening: bool) -> None:
    house.run(halted={"request": "r-7", "kind": "doom_loop", "text": "It repeats itself."})
    if not listening:
        house.close()
        done = house.bash("ls")
        assert done.denied and "It repeats itself." in done.err
        return
    hook = house.start(house.event("Bash", {"command": "ls"}))
    until = time.monotonic() + 20
    while not house.awaited() and time.monotonic() < until:
        time.sleep(0.02)
    assert (house.awaited(), hook.poll()) == (["toolu_1"], None)
    house.put("spool/answers/r-7.json", {"request": "r-7", "answer": "approve", "by": "ana", "reason": ""})
    assert ended(hook).allowed


@pytest.mark.parametrize(
    ("word", "agent", "entry", "told"),
    [
        ("deny", "claude-code", "cli", "denied"),
        ("native", "claude-code", "cli", "asked"),
        ("native", "claude-code", "sdk-cli", "denied"),
        ("native", "codex", "cli", "denied"),
    ],
)
def test_where_nobody_listens_the_policy_says_what_then(
    world: HookWorld, word: str, agent: str, entry: str, told: str
) -> None:
    world.open_house(ASKING.replace("schema = 1", f'schema = 1\nwhen_unattended = "{word}"'))
    done = world.bash(PUSH, agent, environment={"CLAUDE_CODE_ENTRYPOINT": entry})
    assert done.denied == (told == "denied")
    assert ('"permissionDecision": "ask"' in done.out) == (told == "asked")
    assert world.questions() == []


def test_a_policy_that_waits_waits_for_a_board_that_opens_later(world: HookWorld) -> None:
    world.open_house(ASKING.replace("schema = 1", 'schema = 1\nwhen_unattended = "wait"'))
    hook = world.start(world.event("Bash", {"command": PUSH}))
    world.answer(world.question())
    assert ended(hook).allowed


def test_a_hook_dies_with_the_client_that_called_it(house: HookWorld) -> None:
    event = json.dumps(house.event("Bash", {"command": PUSH}))
    client = "import subprocess,sys; subprocess.run(sys.argv[2:], input=sys.argv[1].encode(), stdout=subprocess.PIPE)"
    command = registered("claude-code")
    parent = subprocess.Popen([sys.executable, "-c", client, event, *command], env=house.environment, cwd="/")
    hook = house.question()["pid"]
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    assert over(hook)
    assert house.questions() == []
    assert house.calls()[0]["verdict"] == "deny"


def test_a_core_that_is_stopped_and_comes_back_is_answered_to(house: HookWorld) -> None:
    house.close()
    bell = "import os,sys,time; os.open(sys.argv[1], os.O_RDWR); print(flush=True); time.sleep(60)"
    core = subprocess.Popen([sys.executable, "-c", bell, house.house / "spool/core.bell"], stdout=subprocess.PIPE)
    assert core.stdout is not None and core.stdout.readline()
    core.send_signal(signal.SIGSTOP)
    hook = house.start(house.event("Bash", {"command": PUSH}))
    question = house.question()
    core.kill()
    core.communicate()
    house.answer(question)
    assert ended(hook).allowed


PLAN = {"plan": "# Plan\n1. Fix add()\n", "planFilePath": "/x/plan.md"}


def test_a_plan_is_asked_of_a_human_by_its_own_digest(house: HookWorld) -> None:
    house.run(phase="planning")
    hook = house.start(house.event("ExitPlanMode", PLAN))
    question = house.question()
    assert (question["gate"], question["plan"]) == ("plan", PLAN["plan"])
    assert question["sha"] == hashlib.sha256(PLAN["plan"].encode()).hexdigest()
    house.answer(question)
    answer = ended(hook)
    told = json.loads(answer.out)["hookSpecificOutput"]
    assert (answer.code, told["permissionDecision"], told["updatedInput"]) == (0, "allow", PLAN), "no second dialog"


def test_a_rejected_plan_carries_the_humans_words_back(house: HookWorld) -> None:
    hook = house.start(house.event("ExitPlanMode", PLAN))
    house.answer(house.question(), "deny", reason="say how it is rolled back")
    assert "say how it is rolled back" in ended(hook).err
