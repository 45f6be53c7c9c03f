"""Whatever happens to a run, in whatever order and at whatever times: one of the words, and no dead run at work."""

from dataclasses import replace
from typing import Any, get_args

from hypothesis import given
from hypothesis import strategies as st

from state.runs import event as ev
from state.runs.card import State
from state.runs.fold import fold
from state.runs.run import Origin, Run, run_key
from state.runs.status import LAG, status

KEY = run_key("claude-code", "one")
WORDS = set(get_args(State))
TIMES = st.none() | st.floats(min_value=0, max_value=200_000)
CALLS = st.sampled_from(["a", "b"])
WORD = st.sampled_from(["busy", "idle", "waiting", "shell", None])


def _happening(event: Any, /, **words: st.SearchStrategy[Any]) -> st.SearchStrategy[ev.Event]:
    return st.builds(lambda at, **given: event(KEY, Origin("log", 0, at), **given), TIMES, **words)


SIGNS = (
    _happening(ev.PromptGiven, text=st.just("go")),
    _happening(ev.TurnBegun),
    _happening(ev.ToolBegun, call=CALLS, tool=st.sampled_from(["Bash", "Edit", "Agent"]), text=st.just("x")),
)
PROCESS = _happening(
    ev.ProcessSeen,
    pid=st.just(7),
    status=WORD,
    waiting_for=st.sampled_from(["permission prompt", None]),
    held=st.booleans(),
    sure=st.booleans(),
    noticed=TIMES,
)
REST = (
    _happening(ev.RunFound, agent=st.just("claude-code"), session=st.just("one"), headless=st.booleans() | st.none()),
    _happening(ev.ModeEntered, mode=st.sampled_from(["default", "never, plan", "acceptEdits"])),
    _happening(ev.ToolEnded, call=CALLS, failed=st.booleans(), text=st.just("")),
    _happening(ev.ToolBegun, call=CALLS, tool=st.just("Bash"), text=st.just("x"), side=st.just(True)),
    _happening(ev.AgentSpoke, text=st.just("words")),
    _happening(ev.EndsUntold),
    _happening(ev.TurnEnded, end=st.sampled_from(["done", "interrupted", "failed", "limit"]), text=st.just("")),
    _happening(ev.HumanAsked, kind=st.sampled_from(["plan", "permission"]), text=st.just("?"), certain=st.booleans()),
    _happening(ev.HumanAnswered, call=st.none() | CALLS),
    _happening(ev.CallFailed, kind=st.just("overloaded"), text=st.just("529"), retrying=st.booleans()),
    _happening(ev.ContextCompacted, why=st.just("auto")),
    _happening(ev.RunEnded, why=st.just("/exit")),
    _happening(ev.ClosingWritten, why=st.just("costs")),
    _happening(ev.LogRestarted, why=st.just("truncated")),
)
GONE = _happening(ev.ProcessGone, noticed=TIMES)
ANYTHING = st.lists(st.one_of(*SIGNS, *REST, PROCESS, GONE), max_size=12)
NOW = st.floats(min_value=0, max_value=400_000)


def after(events: list[ev.Event], run: Run | None = None) -> Run:
    run = run or Run(KEY, "claude-code", "one")
    for event in events:
        run = fold(run, event)
    return run


@given(ANYTHING, NOW)
def test_any_history_yields_one_word_with_its_reason(events: list[ev.Event], now: float) -> None:
    told = status(after(events), now)
    assert told.state in WORDS and told.because
    assert told.state != "unknown" or not told.certain


@given(ANYTHING, GONE, st.lists(st.one_of(*REST), max_size=6), NOW)
def test_a_run_whose_process_is_gone_neither_works_nor_waits_until_a_sign_of_life(
    events: list[ev.Event], gone: ev.ProcessGone, rest: list[ev.Event], now: float
) -> None:
    assert status(after([*events, gone, *rest]), now).state in ("stopped", "done")


@given(ANYTHING, st.one_of(*SIGNS), st.floats(min_value=0, max_value=200_000), NOW)
def test_a_record_from_before_the_death_is_no_sign_of_life_and_a_later_one_is(
    events: list[ev.Event], sign: ev.Event, at: float, now: float
) -> None:
    gone = after([*events, ev.ProcessGone(KEY, Origin("registry", 0), at)])
    early = replace(sign, origin=Origin("log", 0, at - 1))
    late = replace(sign, origin=Origin("log", 0, at + 1))
    assert status(fold(gone, early), now).state in ("stopped", "done")
    assert fold(gone, late).process is None


@given(ANYTHING, NOW)
def test_what_goes_on_is_certain_only_with_a_process_known(events: list[ev.Event], now: float) -> None:
    run = after(events)
    told = status(run, now)
    if told.certain and told.state in ("working", "waiting", "idle", "blocked", "held"):
        assert run.process is not None and run.process.alive and run.process.sure


@given(ANYTHING, NOW)
def test_a_held_process_is_shown_as_held(events: list[ev.Event], now: float) -> None:
    held = ev.ProcessSeen(KEY, Origin("registry", 0), 7, held=True, noticed=1.0)
    assert status(after([*events, held]), now).state == "held"


@given(ANYTHING, st.sampled_from(["busy", "idle"]), NOW)
def test_a_registry_is_not_contradicted_without_a_word(events: list[ev.Event], word: str, now: float) -> None:
    run = after([*events, ev.ProcessSeen(KEY, Origin("registry", 0, 300_000.0), 7, word)])
    told = status(run, max(now, 300_000.0 + 2 * LAG))
    opposite = {"busy": "idle", "idle": "working"}[word]
    assert told.state != opposite or not told.certain
