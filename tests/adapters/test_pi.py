"""What Pi's log tells of a session: turns, tools, tests, usage that equals Pi's own reckoning, forks."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from adapters.agents.agent import LogPlace
from adapters.agents.pi import Pi
from adapters.prices import GenaiPrices
from state.money.meter import count
from state.money.pricing import priced
from state.runs import event as ev
from state.runs.fold import fold
from state.runs.run import Run, Usage, run_key
from tests.adapters.witnessed import both, living, overstated

SESSION = Path(__file__).parents[1] / "fixtures" / "pi" / "session.jsonl"
CORPUS = Path(__file__).parents[2].parent / "shared" / "corpus" / "pi"
LINES = SESSION.read_bytes().splitlines()


def read(lines: list[bytes], name: str = "/l/s.jsonl") -> list[ev.Event]:
    agent, place = Pi(), LogPlace(name, None)
    reader = agent.reader(place, agent.head(place, lines), "")
    return [event for number, line in enumerate(lines) for event in reader.read(line, number)]


def folded(events: list[ev.Event]) -> Run:
    run = Run(events[0].run, "pi", "s")
    for event in events:
        run = fold(run, event)
    return run


def only(events: list[ev.Event], kind: type[Any]) -> list[Any]:
    return [event for event in events if isinstance(event, kind)]


def spent(*logs: list[ev.Event]) -> Usage:
    calls = count([event for log in logs for event in log], lambda keys: {})[0]
    return sum((call.usage for call in calls), Usage())


def message(**words: Any) -> bytes:
    return json.dumps({"type": "message", "timestamp": "2026-04-24T20:35:00Z", "message": words}).encode()


def test_a_session_tells_its_place_model_title_and_turns() -> None:
    run = folded(read(LINES))
    assert (run.session, run.cwd, run.model) == ("0c0c0c0c-1111-4222-8333-444444444444", "/w/one", "claude-opus-4-7")
    assert (run.title, run.title_from) == ("Parser fix", "human")
    assert (run.compactions, run.context_used, run.not_understood) == (1, 754, 0)
    assert run.edited == ("/w/one/a.py",)
    ends = [(one.end, one.text) for one in only(read(LINES), ev.TurnEnded)]
    assert ends == [("done", ""), ("interrupted", "Request was aborted."), ("failed", "529 overloaded"), ("done", "")]


def test_prompts_are_blocks_or_plain_text() -> None:
    prompts = [one.text for one in only(read(LINES), ev.PromptGiven)]
    assert prompts == ["Fix the parser", "And the docs", "Go on"]


def test_each_call_counts_once_with_its_parts_disjoint() -> None:
    events = read(LINES)
    assert spent(events) == Usage(27, 6094, 3677, 0, 224, 0, 5)
    assert spent(events, read(LINES)) == spent(events)
    terms = only(events, ev.RequestMetered)[0].terms
    assert (terms.provider, terms.plan, terms.lifetime_known, terms.tier_known) == ("anthropic", False, False, False)


def test_a_fork_and_a_file_that_was_given_new_ids_count_what_they_repeat_once() -> None:
    header = json.loads(LINES[0]) | {"id": "fork", "parentSession": "/h/x_0c0c0c0c-1111-4222-8333-444444444444.jsonl"}
    fork = read([json.dumps(header).encode(), *LINES[1:]], "/l/fork.jsonl")
    assert spent(read(LINES), fork) == spent(read(LINES))
    assert only(fork, ev.RunFound)[0].parent == run_key("pi", "0c0c0c0c-1111-4222-8333-444444444444")
    renamed = [json.dumps(json.loads(line) | {"id": f"new{at}"}).encode() for at, line in enumerate(LINES)]
    assert spent(read(LINES), read(renamed)) == spent(read(LINES))


@pytest.mark.parametrize(
    ("provider", "sold", "plan"),
    [("github-copilot", None, True), ("openai-codex", "openai", True), ("amazon-bedrock", "aws", False)],
)
def test_who_sold_a_call_is_named_as_the_price_book_names_it(provider: str, sold: str | None, plan: bool) -> None:
    usage = {"input": 1, "output": 1, "cacheRead": 0, "cacheWrite": 0}
    said = message(role="assistant", content=[], provider=provider, model="m", usage=usage, stopReason="stop")
    terms = only(read([said]), ev.RequestMetered)[0].terms
    assert (terms.provider, terms.plan) == (sold, plan)


def test_tests_are_told_by_their_summary_and_their_exit_status() -> None:
    ran = only(read(LINES), ev.TestsRan)
    assert [(one.state, one.failed, one.passed) for one in ran] == [("failed", 1, 2), ("passed", 0, 3)]
    call = {"type": "toolCall", "id": "c", "name": "bash", "arguments": {"command": "pytest"}}
    begun = message(role="assistant", content=[call], stopReason="toolUse")
    for end, states in (("Command aborted", ["unverified"]), ("Validation failed", [])):
        ended = message(role="toolResult", toolCallId="c", content=[{"type": "text", "text": end}], isError=True)
        assert [one.state for one in only(read([begun, ended]), ev.TestsRan)] == states, end


@pytest.mark.parametrize(
    ("upto", "word", "with_process"),
    [
        (4, ("working", False), ("working", True)),
        (5, ("working", False), ("working", False)),
        (6, ("working", False), ("working", True)),
        (10, ("idle", False), ("idle", True)),
        (15, ("stopped", True), ("stopped", True)),
        (17, ("blocked", False), ("blocked", True)),
        (18, ("idle", False), ("idle", True)),
    ],
)
def test_each_moment_of_a_session_has_its_state(
    upto: int, word: tuple[str, bool], with_process: tuple[str, bool]
) -> None:
    assert both(folded(read(LINES[:upto]))) == (word, with_process)


def test_what_is_not_known_or_does_not_fit_is_told() -> None:
    odd = message(role="assistant", content="hello", model=7, stopReason="mystery")
    events = read([b"{torn", b'{"type":"hologram"}', message(role="ghost"), odd])
    told = [(one.kind, one.why[:20]) for one in only(events, ev.LineNotUnderstood)]
    assert [kind for kind, _ in told] == [
        *("malformed", "hologram", "message/ghost", "message/assistant", "message/assistant")
    ]
    assert only(events, ev.AgentSpoke)[0].text == "hello"


def test_an_extension_s_tool_may_mean_other_things_by_the_same_names() -> None:
    call = {"type": "toolCall", "id": "c", "name": "subagent", "arguments": {"task": {"deep": 1}, "path": "x"}}
    events = read([message(role="assistant", content=[call], stopReason="toolUse")])
    assert only(events, ev.ToolBegun)[0].text == "x" and not only(events, ev.LineNotUnderstood)


def real() -> Path:
    found = sorted(CORPUS.rglob("*.jsonl"))
    if not found:
        pytest.skip("the shared corpus is not beside this checkout")
    return found[0]


def test_what_a_real_session_cost_is_what_pi_itself_reckoned(tmp_path: Path) -> None:
    lines = real().read_bytes().splitlines()
    book = GenaiPrices(tmp_path / "prices.toml")
    calls = count(read(lines), lambda keys: {}, lambda call: priced(book, call))[0]
    ours = sum((call.cost.usd for call in calls), Decimal(0))
    said = (json.loads(line, parse_float=Decimal).get("message", {}) for line in lines)
    theirs = sum((one["usage"]["cost"]["total"] for one in said if one.get("role") == "assistant"), Decimal(0))
    assert abs(ours - theirs) < Decimal("0.000001") and ours > 30


def test_no_moment_of_a_real_session_is_shown_wrong_as_certain() -> None:
    lines = real().read_bytes().splitlines()
    agent, place = Pi(), LogPlace("/l/s.jsonl", None)
    reader = agent.reader(place, agent.head(place, lines), "")
    run, last, certain = Run(reader.run, "pi", "s"), "unknown", 0
    ends = {"stop": "idle", "aborted": "stopped", "error": "blocked", "toolUse": "working"}
    for number, line in enumerate(lines):
        for event in reader.read(line, number):
            run = fold(run, event)
        said = json.loads(line).get("message", {})
        last = {"assistant": ends.get(said.get("stopReason"), ""), "user": "working", "toolResult": "working"}.get(
            said.get("role"), last
        )
        assert not overstated(run, last), (number, overstated(run, last), last)
        certain += living(run).certain
    assert run.not_understood == 0 and certain > len(lines) / 2


def test_the_root_is_that_of_the_environment() -> None:
    agent = Pi()
    assert agent.roots({"HOME": "/h"}) == (Path("/h/.pi/agent/sessions"),)
    assert agent.roots({"HOME": "/h", "PI_CODING_AGENT_DIR": "/p"}) == (Path("/p/sessions"),)
    both = {"HOME": "/h", "PI_CODING_AGENT_DIR": "/p", "PI_CODING_AGENT_SESSION_DIR": "~/s"}
    assert agent.roots(both) == (Path("/h/s"),)
    assert agent.roots({}) == ()


def test_logs_lie_in_a_directory_for_each_worktree_or_in_the_one_that_was_named(tmp_path: Path) -> None:
    agent, name = Pi(), "2026-04-24T20-34-00-000Z_0c0c0c0c-1111-4222-8333-444444444444.jsonl"
    (tmp_path / "--w-one--").mkdir()
    (tmp_path / "--w-one--" / name).touch()
    (tmp_path / "own.jsonl").touch()
    (tmp_path / "link").symlink_to(tmp_path / "--w-one--")
    (tmp_path / "notes.txt").touch()
    places = {(Path(one.path).relative_to(tmp_path).as_posix(), one.session) for one in agent.logs(tmp_path, [])}
    assert places == {(f"--w-one--/{name}", "0c0c0c0c-1111-4222-8333-444444444444"), ("own.jsonl", None)}
    assert list(agent.folders(tmp_path)) == [str(tmp_path), str(tmp_path / "--w-one--")]
    head = agent.head(LogPlace("/l/own.jsonl", None), LINES)
    assert (head.session, head.cwd) == ("0c0c0c0c-1111-4222-8333-444444444444", "/w/one")
    assert agent.head(LogPlace("/l/own.jsonl", None), [b"x"]).session == "own"
