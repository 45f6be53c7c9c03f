"""Secrets in what an agent and its human say, in names of tests and files, reach no file of state and no screen."""

import json
from pathlib import Path

import pytest

from tests.promises import attacks
from tests.world import World

pytestmark = attacks("terminal")

TOKENS = (
    "ghp_" + "k3Jd92LmQpXz7RtYw1Nc5VbHg8SaEu4Fo6Ti",
    "AKIA" + "QYLPMN5HHHFPZAM2",
    "sk-ant-api03-" + "k3Jd92LmQpXz7RtYw1Nc5VbHg8SaEu4Fo6Ti" * 2 + "k3Jd92Lm",
)


def _leaks(world: World, token: str) -> list[str]:
    """Give every place that holds more of a token than its head."""
    needle = token[4:20]
    told = {"status": world.headgate("status", "--json")}
    for run in json.loads(told["status"])["runs"]:
        told[f"show {run['id']}"] = world.headgate("show", run["id"]) + world.headgate("show", run["id"], "--json")
    kept = [path for path in world.state.rglob("*") if path.is_file()]
    assert any(path.name == "state.db" for path in kept)
    return [name for name, text in told.items() if needle in text] + [
        path.name for path in kept if needle.encode() in path.read_bytes()
    ]


def _said(world: World, token: str) -> None:
    log = world.claude("s1")

    def block(name: str, **given: object) -> bytes:
        call = {"type": "tool_use", "id": f"t{log.count}", "name": name, "input": given}
        return log.record("assistant", message={"id": f"m{log.count}", "role": "assistant", "content": [call]})

    def result(text: str) -> bytes:
        output = {"type": "tool_result", "tool_use_id": f"t{log.count - 1}", "content": text, "is_error": True}
        return log.record("user", message={"role": "user", "content": [output]})

    words = [{"type": "text", "text": f"no {token}"}]
    error = {"id": "e", "role": "assistant", "model": "<synthetic>", "content": words}
    log.append(
        log.record("summary", summary=f"title {token}", leafUuid="s1-2"),
        log.record("ai-title", aiTitle=f"title {token}"),
        log.prompt(f"use {token}"),
        log.said(f"{'x ' * 130}{token} is it"),
        log.prompt("go on"),
        block("TodoWrite", todos=[{"content": f"try {token}", "status": "pending", "activeForm": "x"}]),
        block("Bash", command=f"pytest -k {token}"),
        result(f"Exit code 1\nFAILED t.py::test_x[{token}] - assert 0\n==== 1 failed in 0.1s ===="),
        block("ExitPlanMode", plan=f"# plan\nwith {token}"),
        log.record("assistant", isApiErrorMessage=True, error="x", message=error),
    )


@pytest.mark.parametrize("token", TOKENS)
def test_a_secret_in_what_is_said_is_kept_nowhere(tmp_path: Path, token: str) -> None:
    world = World(tmp_path)
    _said(world, token)
    (run,) = world.told("status")["runs"]
    assert "test_x[⟨" in world.headgate("show", run["id"], "--json")
    assert _leaks(world, token) == []
