"""Real clients under the policy: what ran, what did not, and which words reached the model."""

import os
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from tests.clients.found import real
from tests.clients.lab import DESTRUCTIVE
from tests.clients.supervised import BECAUSE, INSTEAD, ended_well, kill, policy, supervised
from tests.clients.table import shows

pytestmark = pytest.mark.timeout(600)
MAIN = ("claude-code", "codex")
ALL = (*MAIN, "gemini-cli", "opencode")


@shows("bare")
@real(*ALL)
def test_without_a_rule_the_client_does_what_its_model_wants(tmp_path: Path, client: tuple[str, str]) -> None:
    # The measure of the tests below: without this, a file survives because the client would not have touched it.
    with supervised(tmp_path, client, "") as place:
        ended_well(place, place.lab.run())
        assert not place.lab.survived
        assert [(one["verdict"], one["outcome"]) for one in place.calls()] == [("allow", "none")]


@shows("rule")
@real(*ALL)
def test_a_rule_denies_and_its_words_reach_the_model(tmp_path: Path, client: tuple[str, str]) -> None:
    with supervised(tmp_path, client, policy("deny")) as place:
        ended_well(place, place.lab.run())
        assert place.lab.survived
        assert all(words in place.lab.told() for words in ("build-stays", BECAUSE, INSTEAD))
        assert [(one["verdict"], one["rule"]) for one in place.calls()] == [("deny", "build-stays")]


@shows("approve")
@real(*ALL)
def test_a_call_waits_and_runs_once_it_is_approved(tmp_path: Path, client: tuple[str, str]) -> None:
    with supervised(tmp_path, client, policy("escalate")) as place:
        child = place.lab.start()
        question = place.question()
        assert DESTRUCTIVE in question["input"] and [hit["rule"] for hit in question["hits"]] == ["build-stays"]
        time.sleep(1)
        assert place.lab.survived and child.poll() is None
        place.decide("approve", "it is rebuilt anyway", question)
        ended_well(place, place.lab.end_of(child))
        assert not place.lab.survived
        assert [(one["verdict"], one["outcome"]) for one in place.calls()] == [("allow", "human")]


@shows("deny")
@real(*ALL)
def test_a_humans_no_reaches_the_model_in_his_words(tmp_path: Path, client: tuple[str, str]) -> None:
    with supervised(tmp_path, client, policy("escalate")) as place:
        child = place.lab.start()
        place.decide("deny", "the auditors want it", place.question())
        ended_well(place, place.lab.end_of(child))
        assert place.lab.survived
        assert "ana denied this call: the auditors want it" in place.lab.told()


@shows("deadline")
@real(*MAIN)
def test_nobody_answers_until_the_deadline(tmp_path: Path, client: tuple[str, str]) -> None:
    with supervised(tmp_path, client, policy("escalate", sla="2s")) as place:
        ended_well(place, place.lab.run())
        assert place.lab.survived
        assert "No human answered in time" in place.lab.told()
        assert [(one["verdict"], one["outcome"]) for one in place.calls()] == [("deny", "expired")]


@shows("closed")
@real(*MAIN)
def test_with_the_board_closed_a_rule_still_denies(tmp_path: Path, client: tuple[str, str]) -> None:
    with supervised(tmp_path, client, policy("deny"), core=False) as place:
        ended_well(place, place.lab.run())
        assert place.lab.survived and "build-stays" in place.lab.told()


@shows("closed")
@real(*MAIN)
def test_with_the_board_closed_what_escalates_is_denied_at_once(tmp_path: Path, client: tuple[str, str]) -> None:
    with supervised(tmp_path, client, policy("escalate", unattended="deny"), core=False) as place:
        ended_well(place, place.lab.run())
        assert place.lab.survived and "build-stays" in place.lab.told()


@shows("core-killed")
@real(*MAIN)
def test_a_core_that_was_killed_leaves_the_question_to_the_next(tmp_path: Path, client: tuple[str, str]) -> None:
    with supervised(tmp_path, client, policy("escalate")) as place:
        child = place.lab.start()
        question = place.question()
        place.kill_core()
        time.sleep(1)
        assert place.lab.survived and child.poll() is None
        place.start_core()
        place.decide("approve", "after the restart", question)
        ended_well(place, place.lab.end_of(child))
        assert not place.lab.survived


@shows("hook-killed")
@real(*MAIN)
def test_a_hook_that_is_killed_while_it_waits_denies(tmp_path: Path, client: tuple[str, str]) -> None:
    with supervised(tmp_path, client, policy("escalate")) as place:
        child = place.lab.start()
        kill(place.question()["pid"])
        ended_well(place, place.lab.end_of(child))
        assert place.lab.survived


@shows("client-killed")
@real(*MAIN)
def test_a_client_that_is_killed_leaves_no_hook_behind(tmp_path: Path, client: tuple[str, str]) -> None:
    with supervised(tmp_path, client, policy("escalate")) as place:
        child = place.lab.start()
        hook = Path(f"/proc/{place.question()['pid']}")
        child.kill()
        place.until(lambda: not hook.exists(), "the hook goes on waiting for nobody")
        assert place.lab.survived


@shows("hook-missing")
@pytest.mark.parametrize("gone", ["interpreter", "script"])
@real(*MAIN)
def test_a_hook_that_cannot_start_denies(tmp_path: Path, client: tuple[str, str], gone: str) -> None:
    with supervised(tmp_path, client, policy("deny")) as place:
        for change in place.plan.changes:
            text = change.path.read_text()
            word = place.plan.command[0 if gone == "interpreter" else 3]
            change.path.write_text(text.replace(word, "/nowhere/hook.py"))
        if client[0] == "codex":
            place.lab.words.insert(1, "--dangerously-bypass-hook-trust")
        ended_well(place, place.lab.run())
        assert place.lab.survived


@shows("stalled")
@real(*MAIN)
def test_a_board_that_stalls_decides_nothing_and_delays_nothing(tmp_path: Path, client: tuple[str, str]) -> None:
    with supervised(tmp_path, client, policy("escalate"), core=False) as place, place.board() as board:
        place.until(lambda: place.listens(), "the board started no core")
        os.kill(board.pid, signal.SIGSTOP)
        child = place.lab.start()
        question = place.question()
        time.sleep(1)
        assert place.lab.survived and child.poll() is None
        # A second board, or the verb, answers while the first one hangs.
        place.decide("deny", "not while that hangs", question)
        ended_well(place, place.lab.end_of(child))
        assert place.lab.survived and "not while that hangs" in place.lab.told()


@shows("doctor")
@real(*MAIN)
def test_doctor_sees_the_hook_fire_and_says_what_follows(tmp_path: Path, client: tuple[str, str]) -> None:
    with supervised(tmp_path, client, "", core=False) as place:
        place.world.environment["PATH"] = place.lab.environment["PATH"]

        def hook(document: dict[str, Any]) -> dict[str, Any]:
            return next(one for one in document["agents"] if one["agent"] == client[0])["hook"]

        # The first look at a version that was never tried sends the canary by itself; the next only remembers it.
        first = hook(place.world.told_within(200, "doctor"))
        assert (first["installed"], first["fires"], first["guarantee"]) == (True, True, "guardrail")
        assert first["version"] == place.plan.version
        assert hook(place.world.told("doctor"))["fires"] is True
        after = hook(place.world.told_within(200, "doctor", "--canary"))
        assert (after["fires"], after["guarantee"]) == (True, "guardrail")
