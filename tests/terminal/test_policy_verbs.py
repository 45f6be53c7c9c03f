"""The policy's own tools, run as a human or a script would run them, on a real repository and real logs."""

import json
from pathlib import Path

import pytest

from tests import warm
from tests.world import World

GOOD = """\
schema = 1
[[rule]]
id = "no-deploy"
commands = ["make deploy"]
then = "deny"
because = "People deploy."
instead = "Ask Ana."
match = ["make deploy prod"]
not_match = ["make build"]
"""
BAD = GOOD.replace("because", "becuase")


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def commit(world: World, text: str) -> str:
    file = world.repository / ".headgate/policy.toml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(text)
    world.git("add", ".headgate")
    world.git("commit", "-qm", "policy")
    return world.git("rev-parse", "main:.headgate/policy.toml").strip()


def answer(world: World, *words: str, status: int) -> dict[str, object]:
    """Give the JSON of a verb that may say no."""
    done = warm.run(words, world.repository, world.environment)
    assert done.returncode == status, done.stderr or done.stdout
    return json.loads(done.stdout)


def test_the_shipped_policy_is_shown_and_sound_where_none_is_committed(world: World) -> None:
    assert world.told("policy", "show")["blob"] == "default"
    assert world.told("policy", "check")["ok"] is True
    assert world.told("policy", "test")["ok"] is True


def test_the_committed_policy_is_shown_with_its_blob_and_the_worktree_s_is_not(world: World) -> None:
    blob = commit(world, GOOD)
    (world.worktrees["one"] / ".headgate").mkdir(exist_ok=True)
    (world.worktrees["one"] / ".headgate/policy.toml").write_text('schema = 1\nshipped = "none"\n')
    told = json.loads(world.headgate("policy", "show", "--json", at=world.worktrees["one"]))
    assert (told["schema"], told["blob"], told["rules"][0]["id"]) == ("headgate/policy/1", blob, "no-deploy")
    assert "blob " + blob in world.headgate("policy", "show")


def test_a_bad_file_is_refused_with_line_and_remedy(world: World, tmp_path: Path) -> None:
    commit(world, GOOD)
    world.told("status")
    commit(world, BAD)
    told = answer(world, "policy", "check", "--json", status=1)
    (problem,) = told["problems"]  # type: ignore[misc]
    assert problem["line"] == 6 and "did you mean `because`" in problem["remedy"]  # type: ignore[index]
    (said,) = [one for one in world.told("status")["problems"] if "becuase" in one["text"]]
    assert "on main:6:" in said["text"] and "stays in force" in said["remedy"]
    assert world.told("policy", "show")["rules"][0]["because"] == "People deploy."
    (tmp_path / "new.toml").write_text(BAD)
    assert answer(world, "policy", "check", str(tmp_path / "new.toml"), "--json", status=1)["ok"] is False
    assert "name a policy file" in world.headgate("policy", "check", "gone.toml", status=2)
    assert "name a policy file" in world.headgate("policy", "check", "/dev/zero", status=2)
    assert "becuase" in world.headgate("policy", "test", status=2)


def test_a_failing_example_is_named_by_test(world: World, tmp_path: Path) -> None:
    (tmp_path / "new.toml").write_text(GOOD.replace("make build", "make deploy x"))
    told = answer(world, "policy", "test", str(tmp_path / "new.toml"), "--json", status=1)
    assert [one["example"] for one in told["examples"] if not one["ok"]] == ["make deploy x"]  # type: ignore[attr-defined,index]


def test_explain_says_effects_rules_and_verdict(world: World) -> None:
    blob = commit(world, GOOD)
    told = answer(world, "policy", "explain", "--json", "--", "make", "deploy", "prod", status=1)
    assert (told["outcome"], told["policy"]) == ("deny", blob)
    assert [hit["rule"] for hit in told["hits"]] == ["no-deploy"]  # type: ignore[attr-defined,index]
    assert world.told("policy", "explain", "git status && ls")["outcome"] == "allow"
    edit = answer(world, "policy", "explain", "--json", "--edit", ".claude/settings.json", status=1)
    assert edit["outcome"] == "deny"
    planning = answer(world, "policy", "explain", "--json", "--phase", "planning", "--", "pytest", status=1)
    assert [hit["rule"] for hit in planning["hits"]] == ["phase.planning"]  # type: ignore[attr-defined,index]
    assert "name a command" in world.headgate("policy", "explain", status=2)
    assert "--edit names no file" in world.headgate("policy", "explain", "--edit", "", status=2)


def test_explain_prints_no_control_character(world: World) -> None:
    shown = world.headgate("policy", "explain", "--", "echo \x1b[2J \x9b31m \u202e", status=None)
    assert not any(ord(letter) < 0x20 and letter != "\n" for letter in shown) and "\x9b" not in shown


def test_replay_judges_the_recorded_calls_of_a_run(world: World) -> None:
    blob = commit(world, GOOD)
    log = world.claude("s1")
    edit = {"type": "tool_use", "id": "toolu_e", "name": "Edit", "input": {"file_path": str(log.cwd) + "/AGENTS.md"}}
    message = {"id": "m", "role": "assistant", "model": "x", "content": [edit], "stop_reason": "tool_use"}
    log.append(log.prompt("go"), log.tool("make deploy"), log.tool("git status"), log.tool("git reset --hard HEAD~1"))
    log.append(log.tool("make deploy now"), log.record("assistant", message=message))
    told = world.told("policy", "replay", "s1")
    assert (told["policy"], told["calls"], told["problems"]) == (blob, 5, [])
    assert told["counts"] == {"allow": 3, "escalate": 0, "deny": 2}
    assert [one["call"] for one in told["held"]] == ["make deploy", "make deploy now"]
    assert all(one["log"] == str(log.path) for one in told["held"]) and told["held"][0]["offset"] > 0
    commit(world, 'shipped = "all"\n' + GOOD)
    counts = world.told("policy", "replay", "s1")["counts"]
    assert counts == {"allow": 1, "escalate": 2, "deny": 2}
    assert "no run is named" in world.headgate("policy", "replay", "nobody", status=2)


def test_an_agent_s_change_to_the_policy_is_a_finding_and_has_no_force(world: World) -> None:
    blob = commit(world, GOOD)
    log = world.claude("s1")
    log.append(log.prompt("widen it"))
    tree = world.worktrees["one"]
    (tree / ".headgate").mkdir(exist_ok=True)
    (tree / ".headgate/policy.toml").write_text('schema = 1\nshipped = "none"\n')
    world.git("add", ".", at=tree)
    world.git("commit", "-qm", "mine", at=tree)
    (run,) = world.told("status")["runs"]
    assert "policy_change" in [finding["kind"] for finding in run["findings"]]
    assert json.loads((world.house() / "policy/in-force.json").read_text()) == {"blob": blob}
    assert (world.house() / f"policy/{blob}.json").is_file()
