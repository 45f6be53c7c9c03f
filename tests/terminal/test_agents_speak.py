"""An agent's shell says nothing in a human's name."""

from pathlib import Path

import pytest

from tests.world import World


@pytest.mark.parametrize("name", ["CLAUDECODE", "HEADGATE_RUN"])
def test_an_agents_shell_neither_corrects_a_run_nor_answers_for_a_person(tmp_path: Path, name: str) -> None:
    world = World(tmp_path)
    log = world.claude("s1")
    log.append(log.prompt("mend it"))
    (run,) = world.told("status")["runs"]
    world.headgate("escalate", run["id"], "--to", "person:ada", "--reason", "look")
    world.environment[name] = "1"
    for words in (("send", run["id"], "all is well"), ("escalate", run["id"], "--to", "answered", "--reason", "go")):
        assert f"{name} is set, so this is an agent's shell" in world.headgate(*words, status=2)
    del world.environment[name]
    assert world.headgate("escalate", run["id"], "--to", "answered", "--reason", "go")
