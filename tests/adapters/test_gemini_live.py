"""Runs of the real client (0.61) against a scripted model: what was done to them is what is told, as far as it can be.

Nothing in its log says that a turn has ended or that a tool is at work, so most words here are inferences. What must
hold is that no wrong word is called certain, after any line.
"""

import json
import random
from pathlib import Path

import pytest

from adapters.agents.agent import LogPlace
from adapters.agents.gemini_cli import GeminiCli
from state.runs import event as ev
from state.runs.event import Event
from state.runs.run import Usage
from state.runs.status import Status
from tests.adapters.gemini_lines import Life, folded, kinds, used
from tests.adapters.plain_agent import append
from tests.adapters.witnessed import alone, living

LIVE = Path(__file__).parents[2].parent / "shared" / "corpus" / "live" / "gemini"
pytestmark = pytest.mark.skipif(not LIVE.is_dir(), reason="the shared corpus of real logs is not beside the repository")

RESTED, HALTED, AT_WORK = {"idle", "done"}, {"stopped"}, {"working", "stopped"}
ENDS = [
    ("g-beforemodel-stop", HALTED, "stopped", True),
    ("g-block-afteragent", RESTED, "idle", False),
    ("g-deny", RESTED, "idle", False),
    ("g-etc", RESTED, "idle", False),
    ("g-etc-projoff", RESTED, "idle", False),
    ("g-exit1", RESTED, "idle", False),
    ("g-missing", RESTED, "idle", False),
    ("g-projoff", RESTED, "idle", False),
    ("g-sig-child-int", AT_WORK, "idle", False),
    ("g-sig-int", RESTED, "idle", False),
    ("g-sig-kill", RESTED, "idle", False),
    ("g-stop", HALTED, "stopped", True),
    ("g-system-projoff", RESTED, "idle", False),
    ("g-wait20-deny", RESTED, "idle", False),
    ("g-wait75-default", RESTED, "idle", False),
]
"""What was done, what was then true of the run, and what is said of it: a wrong word stands only where it is unsure."""


def lines_of(experiment: str) -> list[bytes]:
    return sorted((LIVE / experiment).glob("session-*.jsonl"))[0].read_bytes().splitlines()


def lived(lines: list[bytes]) -> list[Event]:
    agent, place = GeminiCli(), LogPlace("/h/.gemini/tmp/shop/chats/session-x.jsonl", None)
    reader = agent.reader(place, agent.head(place, lines), "")
    return [event for number, line in enumerate(lines) for event in reader.read(line, number)]


def word(events: list[Event], later: float) -> Status:
    return alone(folded(events), later)


def test_the_table_names_every_experiment() -> None:
    assert [row[0] for row in ENDS] == sorted(path.name for path in LIVE.iterdir())


@pytest.mark.parametrize(("experiment", "true", "state", "certain"), ENDS)
def test_how_a_run_ended(experiment: str, true: set[str], state: str, certain: bool) -> None:
    events = lived(lines_of(experiment))
    found = word(events, 5.0)
    assert (found.state, found.certain) == (state, certain)
    for later in (5.0, 300.0, 4000.0, 90000.0):
        found = word(events, later)
        assert not found.certain or found.state in true
        seen = living(folded(events), later)
        assert not seen.certain or seen.state in true


@pytest.mark.parametrize("experiment", [row[0] for row in ENDS])
def test_in_the_middle_of_a_turn_no_word_is_certain(experiment: str) -> None:
    lines = lines_of(experiment)
    answers = [number for number, line in enumerate(lines) if json.loads(line).get("type") == "gemini"]
    prompt = next(number for number, line in enumerate(lines) if json.loads(line).get("type") == "user")
    for cut in range(prompt + 1, answers[-1] if answers else prompt + 1):
        run = folded(lived(lines[:cut]))
        told, seen = alone(run, 5.0), living(run, 5.0)
        # A call stands in the log only once it is over: the same lines are there while leave is asked for it.
        assert not told.certain and not seen.certain, (cut, told, seen)


def test_a_run_killed_in_the_middle_of_a_call_is_not_called_done_when_its_process_is_gone() -> None:
    events = lived(lines_of("g-sig-child-int"))
    gone = word([*events, ev.ProcessGone(events[0].run, events[-1].origin)], 5.0)
    assert gone.state in ("done", "stopped") and not gone.certain


def test_everything_that_the_client_wrote_is_understood() -> None:
    for experiment, *_ in ENDS:
        events = lived(lines_of(experiment))
        run = folded(events)
        said = (LIVE / experiment / "out.stdout.jsonl").read_bytes().splitlines()
        assert (run.not_understood, run.cwd) == (0, f"/home/dev/lab/{experiment}/wt")
        told = [json.loads(line) for line in said if b'"tool_use"' in line]
        calls = [event.text for event in events if isinstance(event, ev.ToolBegun)]
        assert calls[: len(told)] == [one["parameters"]["command"] for one in told][: len(calls)]


def test_tokens_are_those_that_the_client_itself_summed() -> None:
    for experiment in ("g-deny", "g-block-afteragent", "g-stop", "g-wait20-deny"):
        last = (LIVE / experiment / "out.stdout.jsonl").read_bytes().splitlines()[-1]
        stats, usage = json.loads(last)["stats"], used(lived(lines_of(experiment)))
        assert usage == Usage(stats["input"], stats["cached"], output=stats["output_tokens"], requests=usage.requests)


def test_a_resume_after_a_signal_goes_on_and_counts_nothing_twice() -> None:
    events = lived(lines_of("g-sig-kill"))
    assert kinds(events, ev.PromptGiven, ev.ToolEnded) == ["PromptGiven", "ToolEnded", "PromptGiven"]
    assert used(events).requests == 3
    assert folded(events).models == ("gemini-2.5-pro", "gemini-2.5-flash")


@pytest.mark.parametrize("experiment", ["g-sig-int", "g-deny", "g-beforemodel-stop"])
async def test_a_log_that_grows_in_pieces_tells_what_it_tells_at_once(experiment: str, tmp_path: Path) -> None:
    data, cuts = b"\n".join(lines_of(experiment)) + b"\n", random.Random(7)
    told: list[list[Event]] = []
    for name, ends in (("a", sorted(cuts.randrange(len(data)) for _ in range(9))), ("b", [])):
        life = Life(tmp_path / name)
        log = life.chats / "session-1.jsonl"
        for end in [*ends, len(data)]:
            append(log, data[log.stat().st_size if log.exists() else 0 : end])
            await life.go_on()
        told.append(life.events)
    assert [plain(event) for event in told[0]] == [plain(event) for event in told[1]]


def plain(event: Event) -> str:
    return repr(event).replace("/a/.gemini", "/b/.gemini")
