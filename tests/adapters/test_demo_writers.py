"""Whatever a script says, both writers put it so that the real adapters understand every line of it."""

import json
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters import demo_beats as beats
from adapters.agents.agent import Agent, Head, LogPlace
from adapters.demo_beats import AnyBeat, Story
from adapters.demo_claude import ClaudeLog
from adapters.demo_codex import CodexLog
from adapters.demo_logs import Ids, Log
from state.runs.run import Run
from state.runs.status import Status, status
from tests.adapters.demo_reading import AGENTS, understood

NOW = 1_795_000_000.0
FILES = {"a.py": "print(1)\n"}
WRITERS: dict[str, Callable[[Story, str, Ids], Log]] = {"claude-code": ClaudeLog, "codex": CodexLog}
text = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30).filter(str.strip)
call = st.one_of(
    st.builds(beats.Shell, text, text, st.sampled_from([0, 1]), say=st.one_of(st.just(""), text)),
    st.builds(beats.Look, st.just("a.py")),
    st.builds(beats.Edit, st.just("a.py"), text, text.map(lambda words: f"{words}\nmore")),
    st.builds(beats.Edit, st.just("b.py"), st.just(""), text),
    st.builds(beats.Commit, text),
    st.builds(beats.Reach, st.integers(0, 3)),
)
asked = st.one_of(
    st.builds(beats.Ask, text, st.just(("yes", "no"))),
    st.builds(beats.Shell, text, takes=st.none(), leave=text),
).flatmap(lambda ask: text.map(lambda answer: (ask, beats.Reply(answer))))
turn = st.tuples(
    st.builds(beats.Prompt, text.map(lambda words: f"Do {words}")),
    st.lists(st.one_of(call.map(lambda one: (one,)), asked, st.just((beats.Stumble(),))), max_size=6).map(
        lambda parts: tuple(beat for part in parts for beat in part)
    ),
    st.one_of(st.builds(beats.End, text), st.just(beats.Interrupt()), st.just(beats.Limit("weekly_limit_reached"))),
)


def told(name: str, script: tuple[AnyBeat, ...], *, plans_first: bool = False, headless: bool = False) -> Run:
    """Write a script by the writer of one agent, and read it by that agent's adapter."""
    story = Story(
        agent="codex" if name == "codex" else "claude-code",
        branch="feat/x",
        title="A title",
        model="a-model",
        steps=("one", "two", "three"),
        past=script,
        plans_first=plans_first,
        headless=headless,
    )
    log = WRITERS[name](story, "/w/x", Ids(1, "feat/x"))
    lines = [
        json.dumps(record).encode()
        for moment in beats.past(story)
        for record in log.records(moment, NOW + moment.at, FILES)
    ]
    agent = next(one for one in AGENTS if one.name == name)
    return _read(agent, log.place(NOW), lines)


def _read(agent: Agent, path: str, lines: list[bytes]) -> Run:
    place = LogPlace(f"/home/{path}", None)
    head: Head = agent.head(LogPlace(place.path, path.rpartition("/")[2].removesuffix(".jsonl")), lines)
    assert head.cwd == "/w/x"
    return understood(agent.reader(place, head, ""), agent.name, lines)


def state(name: str, *script: AnyBeat, plans_first: bool = False) -> Status:
    return status(told(name, (beats.Prompt("Do it"), *script), plans_first=plans_first), NOW)


@pytest.mark.parametrize("name", WRITERS)
@given(turns=st.lists(turn, min_size=1, max_size=3), headless=st.booleans())
def test_every_script_is_understood_and_ends_as_it_says(
    name: str, turns: list[tuple[AnyBeat, tuple[AnyBeat, ...], AnyBeat]], headless: bool
) -> None:
    run = told(name, tuple(_beats(turns)), headless=headless)
    ends = {beats.End: "done", beats.Interrupt: "interrupted", beats.Limit: "limit"}
    assert (run.turn.open, run.turn.end) == (False, ends[type(turns[-1][2])])
    assert run.calls == () and run.asks == () and run.title == "A title"


def _beats(turns: list[tuple[AnyBeat, tuple[AnyBeat, ...], AnyBeat]]) -> Iterator[AnyBeat]:
    for prompt, doings, end in turns:
        yield from (prompt, *doings, end)


@pytest.mark.parametrize("name", WRITERS)
@given(line=st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1), done=st.integers(0, 3))
def test_an_open_call_is_the_one_of_the_script_and_steps_are_where_it_says(name: str, line: str, done: int) -> None:
    reached = [beats.Reach(number) for number in range(done + 1)]
    run = told(name, (beats.Prompt("Do it"), *reached, beats.Shell(line, takes=None)))
    assert [one.text for one in run.calls] == [line[:240]] or len(line) > 200
    assert sum(step.state == "completed" for step in run.plan.steps) == done
    assert len(run.plan.steps) == 3


@pytest.mark.parametrize("name", WRITERS)
def test_a_question_a_plan_and_a_limit_are_what_they_are(name: str) -> None:
    asks = state(name, beats.Ask("Which way?", ("left", "right")))
    assert (asks.state, asks.because, asks.certain) == ("waiting", "asks: Which way?", False)
    plan = beats.Propose("# The plan\n1. Go")
    assert state(name, plan, plans_first=True).state == "waiting"
    assert state(name, plan, beats.Reply(), plans_first=True).state == "working"
    assert told(name, (beats.Prompt("Do it"), plan, beats.Reply()), plans_first=True).plan.state == "approved"
    assert state(name, beats.Limit("weekly_limit_reached")).state == "blocked"
    assert state(name, beats.Shell("make", takes=None), beats.Interrupt()).state == "stopped"


def test_codex_asks_for_leave_in_its_log_and_claude_code_in_its_registry_alone() -> None:
    leave = beats.Shell("docker up", takes=None, leave="It needs the network")
    assert state("codex", leave).because == "asks leave: It needs the network"
    assert state("claude-code", leave).state == "working"


def test_claude_code_says_that_it_tries_again_and_that_its_session_ended() -> None:
    assert state("claude-code", beats.Stumble()).because == "tries again after overloaded"
    assert state("claude-code", beats.End("Done."), beats.Leave()).state == "done"


@pytest.mark.parametrize("name", WRITERS)
def test_a_context_that_is_full_is_summed_up(name: str) -> None:
    rounds = (beats.Prompt("Again"), *(beats.Shell("make") for _ in range(20)), beats.End("Done."))
    run = told(name, rounds * 12)
    assert run.compactions >= 1
    assert run.context_used is not None and run.context_used < 230_000


@pytest.mark.parametrize("name", WRITERS)
def test_an_answer_without_a_question_is_an_error_of_the_script(name: str) -> None:
    with pytest.raises(ValueError, match="not open"):
        told(name, (beats.Prompt("Do it"), beats.Reply("42")))
