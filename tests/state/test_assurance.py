"""How much stands between a run and what it may not do: never said higher than it was seen to be."""

from collections.abc import Callable
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import get_args

import pytest

from state.control.act import Act, Acts
from state.control.assurance import Held, Promise, assurance_of, facts_of, joined, stamped
from state.findings.finding import Finding
from state.gates.book import Book
from state.gates.standing import Standing, standings
from state.promises import keep_promises, promises_in
from state.runs import event as ev
from state.runs.card import Assurance
from state.runs.display import card
from state.runs.run import Run, RunKey
from state.spool import write_whole

Happen = Callable[..., Run]
LEVELS: tuple[Assurance, ...] = get_args(Assurance)
BOX: Held = ("confined", "bubblewrap: it holds")
SHY: Held = ("guardrail", "Landlock: it holds less")
HOOK: Held = ("guardrail", "it fires")
PROMISE = Promise("guardrail", "it fires", "2.1.0")


@pytest.mark.parametrize(
    ("hook", "sandbox", "level", "why"),
    [
        (HOOK, None, "guardrail", "it fires"),
        (HOOK, BOX, "confined", "bubblewrap: it holds"),
        (HOOK, SHY, "guardrail", "it fires; Landlock: it holds less"),
        (("observe", "no hook"), None, "observe", "no hook"),
        (("observe", "no hook"), BOX, "observe", "no hook; its sandbox holds all the same: bubblewrap: it holds"),
        (("confined", "its settings say so"), None, "guardrail", "its settings say so, and Headgate did not start it"),
        (("confined", "its settings say so"), BOX, "confined", "bubblewrap: it holds"),
        (("managed", "no setting switches it off"), BOX, "managed", "no setting switches it off"),
    ],
)
def test_a_level_needs_all_that_is_below_it(hook: Held, sandbox: Held | None, level: str, why: str) -> None:
    assert joined(hook, sandbox)[0] == level
    assert joined(hook, sandbox)[1].startswith(why)


def test_nothing_is_higher_than_the_better_of_its_halves() -> None:
    for hook, sandbox in product(LEVELS, (None, BOX, SHY)):
        level = LEVELS.index(joined((hook, ""), sandbox)[0])
        assert level <= max(LEVELS.index(hook), LEVELS.index(sandbox[0]) if sandbox else 0)
        assert hook != "observe" or level == 0


@pytest.mark.parametrize(
    ("version", "promise", "level", "why"),
    [
        ("2.1.0", PROMISE, "guardrail", "it fires"),
        ("2.1.1", PROMISE, "observe", "its client is 2.1.1, and doctor tried 2.1.0"),
        (None, PROMISE, "observe", "the version of its client is not known"),
        ("2.1.0", None, "observe", "no hook of its agent was tried"),
    ],
)
def test_a_hook_counts_for_the_version_that_was_tried(
    happen: Happen, version: str | None, promise: Promise | None, level: str, why: str
) -> None:
    run = replace(happen((ev.PromptGiven, 100.0, {"text": "go"})), version=version)
    held = assurance_of(run, None, promise, ())
    assert held[0] == level and held[1].startswith(why)


def test_calls_that_pass_no_hook_leave_nothing_but_a_look(happen: Happen) -> None:
    run = happen((ev.PromptGiven, 100.0, {"text": "go"}))
    start = Act("s", run.key, "start", "ana", 1.0, facts=facts_of(HOOK, BOX))
    assert assurance_of(run, start, None, ())[0] == "confined"
    past = Finding("hook_inert", "stop", "3 calls passed no hook", (), 1.0)
    assert assurance_of(run, start, None, (past,)) == ("observe", "3 calls passed no hook")
    assert assurance_of(run, start, None, (replace(past, severity="warn"),))[0] == "confined"


def test_a_session_that_goes_on_outside_its_sandbox_is_not_confined(happen: Happen) -> None:
    run = happen(
        (ev.PromptGiven, 100.0, {"text": "go"}),
        (ev.ProcessSeen, 101.0, {"pid": 9}),
    )
    facts = {**facts_of(HOOK, BOX), "pid": "7"}
    start = Act("s", run.key, "start", "ana", 1.0, facts=facts)
    assert card(run, None, 110.0, stands=Standing(start=start)).assurance == "observe"
    assert (
        card(run, None, 110.0, stands=Standing(start=replace(start, facts={**facts, "pid": "9"}))).assurance
        == "confined"
    )
    # A guess by program and directory may well be a process within the sandbox.
    unsure = happen((ev.ProcessSeen, 101.0, {"pid": 9, "sure": False}))
    assert card(unsure, None, 110.0, stands=Standing(start=start)).assurance == "confined"


def test_a_hook_that_is_heard_outside_the_sandbox_takes_its_level_away(happen: Happen) -> None:
    run = happen((ev.PromptGiven, 100.0, {"text": "go"}))
    start = Act("s", run.key, "start", "ana", 1.0, facts={**facts_of(HOOK, BOX), "label": "r1"})
    acts, runs = Acts().after([start]), {run.key: run}
    for file, level in (("r1/claude-code-one", "confined"), ("claude-code-one", "observe")):
        stands = standings(Book(marks={file: (1, 2)}), runs, acts)[run.key]
        assert card(run, None, 110.0, stands=stands).assurance == level


def test_whether_a_hook_heard_a_run_is_no_question_before_its_first_call(happen: Happen) -> None:
    quiet = happen((ev.PromptGiven, 100.0, {"text": "go"}))
    called = happen((ev.ToolBegun, 101.0, {"call": "c", "tool": "Bash", "text": "make"}))
    heard = standings(Book(heard={called.key: 101.0}), {called.key: called}, Acts())[called.key]
    assert card(quiet, None, 110.0).hooked is None and card(called, None, 110.0).hooked is False
    assert card(called, None, 110.0, stands=heard).hooked is True
    assert card(replace(called, skimmed=9), None, 110.0).hooked is None, "a skim does not tell of calls"


def test_an_act_says_what_its_run_was_at_when_it_was_asked(happen: Happen) -> None:
    shown = card(happen((ev.PromptGiven, 100.0, {"text": "go"})), None, 110.0)
    act = Act("a", RunKey("r"), "stop", "ana", 1.0, facts={"label": "r1"})
    assert stamped(act, shown).facts == {"label": "r1", "assurance": "observe"}
    assert stamped(stamped(act, shown), replace(shown, assurance="managed")).facts["assurance"] == "observe"
    assert stamped(act, None) is act


def test_what_doctor_said_holds_until_the_hook_is_registered_anew_or_taken_out(tmp_path: Path) -> None:
    keep_promises(tmp_path, {"codex": PROMISE}, 100.0)
    assert promises_in(tmp_path) == {}
    write_whole(tmp_path / "hooks.json", {"codex": {"at": 90.0}})
    assert promises_in(tmp_path) == {"codex": PROMISE}
    write_whole(tmp_path / "hooks.json", {"codex": {"at": 110.0}})
    assert promises_in(tmp_path) == {}
    keep_promises(tmp_path, {"codex": replace(PROMISE, guarantee="managed")}, 120.0)
    (tmp_path / "hooks.json").unlink()
    assert promises_in(tmp_path)["codex"].guarantee == "managed"


@pytest.mark.parametrize(
    "odd", ["[]", '{"codex": 1}', '{"codex": {"guarantee": "safe", "at": 1, "version": "1"}}', "{"]
)
def test_an_odd_file_promises_nothing(tmp_path: Path, odd: str) -> None:
    (tmp_path / "guarantees.json").write_text(odd)
    assert promises_in(tmp_path) == {}
