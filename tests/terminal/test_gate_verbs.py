"""`headgate queue|approve|deny|freeze|thaw` as a human types them, and as an agent's shell would try to."""

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from adapters.process_table import ProcessTable
from state.spool import write_whole
from tests.gates_world import asked
from tests.terminal.on_a_pty import Terminal
from tests.world import ROOT, World

NAME = "q-0001"


@pytest.fixture
def world(tmp_path: Path) -> World:
    made = World(tmp_path)
    made.headgate("status")
    ask(made)
    return made


def house(world: World) -> Path:
    (found,) = (path.parent for path in world.state.glob("*/state.db"))
    return found


def ask(world: World, name: str = NAME, **words: Any) -> None:
    question = asked(name, time.time(), session="s-1", **words)
    write_whole(house(world) / "spool" / "requests" / f"{name}.json", dict(question))


def typed(world: World, *words: str, **environment: str) -> Terminal:
    given = {**world.environment, "PYTHONPATH": str(ROOT), **environment}
    return Terminal(words, given, world.repository)


def code_of(terminal: Terminal) -> str:
    lines = terminal.until_text("type ", " to decide")
    (line,) = (line for line in lines if " to decide" in line)
    return line.split()[1]


def test_the_queue_names_what_waits_and_why(world: World) -> None:
    document = json.loads(world.headgate("queue", "--json"))
    (waiting,) = document["requests"]
    assert document["schema"] == "headgate/queue/1"
    assert (waiting["id"], waiting["gate"], waiting["rule"], waiting["risk"]) == (
        NAME,
        "exception",
        "destructive",
        "high",
    )
    assert "rm -rf build" in world.headgate("queue")
    assert [one["id"] for one in world.told("status")["requests"]] == [NAME]


def test_a_human_approves_by_typing_the_code(world: World) -> None:
    terminal = typed(world, "approve", NAME, "--reason", "the directory is mine", "--by", "ada")
    code = code_of(terminal)
    # What was on the screen for less than half a second does not count.
    terminal.quiet(0.8)
    terminal.press(code + "\n")
    assert terminal.wait() == 0
    told = " ".join(terminal.lines())
    # Nobody touches the question here, so a slow machine finds nobody listening: both are right.
    assert "approved" in told or "kept as leave for one call" in told
    terminal.close()
    assert json.loads(world.headgate("queue", "--json"))["requests"] == []


def test_a_code_that_is_typed_at_once_was_not_read(world: World) -> None:
    terminal = typed(world, "approve", NAME, "--reason", "yes")
    terminal.press(code_of(terminal) + "\n")
    assert terminal.wait() == 1
    assert "half a second" in " ".join(terminal.lines())
    terminal.close()
    assert len(json.loads(world.headgate("queue", "--json"))["requests"]) == 1


def test_a_wrong_code_records_nothing(world: World) -> None:
    terminal = typed(world, "deny", NAME, "--reason", "no")
    code_of(terminal)
    terminal.press("yes\n")
    assert terminal.wait() == 1
    terminal.close()
    assert len(json.loads(world.headgate("queue", "--json"))["requests"]) == 1


@pytest.mark.parametrize("verb", ["approve", "deny"])
def test_nobody_decides_without_a_terminal(world: World, verb: str) -> None:
    assert "at a terminal" in world.headgate(verb, NAME, "--reason", "yes", status=2)


def test_nobody_decides_in_an_agents_shell(world: World) -> None:
    terminal = typed(world, "approve", NAME, "--reason", "yes", CLAUDECODE="1")
    assert terminal.wait() == 2
    assert "CLAUDECODE" in " ".join(terminal.lines())
    terminal.close()


def test_a_program_of_an_agent_is_found_above_a_process(tmp_path: Path) -> None:
    script = tmp_path / "claude"
    script.write_text("import subprocess\nsubprocess.run(['sh', '-c', 'echo $$; read x'])\n")
    with subprocess.Popen(
        [sys.executable, str(script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as agent:
        assert agent.stdout is not None and agent.stdin is not None
        shell = int(agent.stdout.readline())
        assert ProcessTable(["claude"]).above(shell) == "claude"
        assert ProcessTable(["another"]).above(shell) is None
        agent.stdin.write("\n")
        agent.stdin.close()


def test_a_freeze_needs_a_run_or_all_and_a_thaw_needs_a_human(world: World) -> None:
    assert "name one run" in world.headgate("freeze", status=2)
    assert "every run is frozen" in world.headgate("freeze", "--all", "--reason", "fire drill")
    fleet = json.loads((house(world) / "fleet.json").read_text())
    assert fleet["frozen"]["reason"] == "fire drill"
    assert "at a terminal" in world.headgate("thaw", "--all", status=2)
    terminal = typed(world, "thaw", "--all")
    terminal.press(code_of(terminal) + "\n")
    terminal.until_text("every run is thawed")
    assert terminal.wait() == 0
    terminal.close()
    assert json.loads((house(world) / "fleet.json").read_text())["frozen"] is None


def test_a_request_that_does_not_exist_is_refused(world: World) -> None:
    terminal = typed(world, "approve", "nothing", "--reason", "yes")
    assert terminal.wait() == 2
    assert "there is no request nothing" in " ".join(terminal.lines())
    terminal.close()
