"""Which lane a model stands in, which it may not be in, and what is said when another one answers."""

import pytest

from state.control.act import Act
from state.control.assurance import facts_of
from state.findings.finding import Risk
from state.gates.standing import Standing
from state.money.lane import Lane, effective, misrouted, too_risky
from state.runs.display import card
from state.runs.fold import fold
from state.runs.life import RunAssigned
from state.runs.run import Origin, Process, Run, RunKey
from state.settings import shipped

LANES = shipped().lanes
KEY = RunKey("0a1b2c3d4e")
AT = Origin("/logs/one", 7, 50.0)


def run(**facts: object) -> Run:
    return Run(KEY, "claude-code", "s", **facts)  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(
    ("model", "lane"),
    [
        ("claude-haiku-4-5-20251001", "cheap"),
        ("claude-3-5-haiku-20241022", "cheap"),
        ("anthropic/claude-sonnet-4-6", "standard"),
        ("claude-opus-4-8", "top"),
        ("gpt-5.4", "standard"),
        ("GPT-5.4-mini", "cheap"),
        ("gpt-5.4-pro", "top"),
        ("gpt-5.5", "top"),
        ("gemini-3.5-flash", "cheap"),
        ("gemini-2.5-pro", None),
        ("llama-4-local", None),
        (None, None),
    ],
)
def test_a_model_stands_in_the_lane_that_names_it_best_or_in_none(model: str | None, lane: str | None) -> None:
    assert effective(LANES.values(), model) == lane


def test_where_two_lanes_name_a_model_equally_well_the_asked_one_counts() -> None:
    assert effective(LANES.values(), "gemini-2.5-pro", "top") == "top"
    assert effective(LANES.values(), "gemini-2.5-pro", "standard") == "standard"
    assert effective(LANES.values(), "gemini-2.5-pro", "cheap") is None


def test_high_risk_may_not_be_in_the_cheap_lane_and_the_rule_is_named() -> None:
    said = too_risky(LANES["cheap"], "high", ("database-migrations",))
    assert said == "the lane cheap takes work up to medium risk, and this is high by database-migrations"
    assert too_risky(LANES["cheap"], "medium", ("x",)) is None
    assert too_risky(LANES["cheap"], None, ()) is None
    assert too_risky(LANES["top"], "critical", ("x",)) is None


def test_the_row_shows_asked_and_effective_lane_and_finds_that_they_differ() -> None:
    asked = fold(run(model="claude-haiku-4-5", origins={"model": AT}), RunAssigned(KEY, AT, "lane", "top", "ada", True))
    shown = card(asked, None, 100.0, lanes=LANES)
    assert (shown.lane_asked, shown.lane_effective) == ("top", "cheap")
    (found,) = [one for one in shown.findings if one.kind == "lane_mismatch"]
    assert found.text == "claude-haiku-4-5 answers, of the lane cheap; asked was the lane top"
    assert (found.evidence, found.since) == ((AT,), 50.0)


def test_nothing_is_found_where_a_lane_is_unknown_or_takes_any_model() -> None:
    unknown = card(fold(run(model="llama"), RunAssigned(KEY, AT, "lane", "top", "ada")), None, 100.0, lanes=LANES)
    assert (unknown.lane_effective, unknown.findings) == (None, ())
    gated = fold(run(model="claude-haiku-4-5"), RunAssigned(KEY, AT, "lane", "human-gated", "ada"))
    assert card(gated, None, 100.0, lanes=LANES).findings == ()
    nobody = card(run(model="claude-haiku-4-5"), None, 100.0, lanes=LANES)
    assert (nobody.lane_asked, nobody.lane_effective, nobody.findings) == (None, "cheap", ())


def test_a_change_that_became_too_risky_for_its_lane_is_found() -> None:
    risky = run(model="claude-haiku-4-5", cwd="/w", worktree="/w", edited=("/w/db/migrate/20260101_drop.rb",))
    (found,) = [one for one in card(risky, None, 100.0, lanes=LANES).findings if one.kind == "lane_floor"]
    assert found.text.startswith("the lane cheap takes work up to medium risk, and this is high by ")
    high = Risk("high", ("x",))
    assert misrouted({"cheap": Lane("cheap")}, risky, "cheap", "cheap", high) == []


HELD = facts_of(("guardrail", "it fires"), ("confined", "bubblewrap"))
STARTED = Act(
    "o-1", KEY, "start", "ada", 10.0, state="confirmed",
    facts={**HELD, "pid": "77", "pids": "77 80", "attach": "tmux attach -t a", "resume": "r"},
)  # fmt: skip


def test_what_stands_around_a_started_run_holds_for_its_own_process_alone() -> None:
    alive = card(run(process=Process(77, True)), None, 100.0, stands=Standing(start=STARTED))
    assert (alive.assurance, alive.assurance_why, alive.terminal) == ("confined", "bubblewrap", "tmux attach -t a")
    inside = card(run(process=Process(80, True)), None, 100.0, stands=Standing(start=STARTED))
    assert (inside.assurance, inside.terminal) == ("confined", "tmux attach -t a")
    other = card(run(process=Process(78, True)), None, 100.0, stands=Standing(start=STARTED))
    assert (other.assurance, other.terminal) == ("observe", "r")
    ended = card(run(process=Process(77, False)), None, 100.0, stands=Standing(start=STARTED))
    assert (ended.assurance, ended.terminal) == ("confined", "r")


def test_what_was_said_where_a_run_was_started_gives_way_to_a_human_s_later_word() -> None:
    started = fold(run(), RunAssigned(KEY, AT, "role", "tester", "ada", started=True))
    assert (card(started, None, 1.0).role, card(started, None, 1.0).role_from) == ("tester", "start")
    said = fold(started, RunAssigned(KEY, AT, "role", "reviewer", "ada"))
    assert (card(said, None, 1.0).role, card(said, None, 1.0).role_from) == ("reviewer", "human")
    again = fold(said, RunAssigned(KEY, AT, "role", "tester", "ada", started=True))
    assert card(again, None, 1.0).role == "reviewer"
