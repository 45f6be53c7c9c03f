"""The canary, with a stand-in for the client: whether a hook fires is told by what the client did, and by no more."""

import sys
import textwrap
from pathlib import Path

import pytest

from adapters.agents.known import AGENTS
from adapters.hook.command import hook_command
from adapters.hook_canary import fly
from tests.promises import attacks

pytestmark = attacks("closed")

_PROGRAM = """\
#!{python} -IS
import json, os, re, subprocess, sys, urllib.request
def ask(messages):
    told = json.dumps({{"stream": True, "tools": [{{"name": "Bash"}}], "messages": messages}}).encode()
    with urllib.request.urlopen(os.environ["ANTHROPIC_BASE_URL"] + "/v1/messages", told) as answer:
        return answer.read().decode()
kind = {kind!r}
if kind == "silent":
    sys.exit("no model answers")
offered = re.search(r'"partial_json": (".*?[^\\\\\\\\]")', ask([]))
command = json.loads(json.loads(offered[1]))["command"]
with open(os.path.join(os.environ["CLAUDE_CONFIG_DIR"], "settings.json")) as file:
    hooks = json.load(file)["hooks"]["PreToolUse"]
event = {{"session_id": "s-1", "cwd": os.getcwd(), "hook_event_name": "PreToolUse", "tool_use_id": "t-1",
         "tool_name": "Bash", "tool_input": {{"command": command}}}}
said = "Permission to use Bash was denied." if kind == "timid" else ""
if kind == "obeys":
    told, hook = json.dumps(event).encode(), hooks[0]["hooks"][0]["command"]
    asked = subprocess.run(["sh", "-c", hook], input=told, capture_output=True)
    said = asked.stderr.decode() if asked.returncode == 2 else ""
if not said:
    said = subprocess.run(["sh", "-c", command], capture_output=True, text=True).stdout
ask([{{"role": "user", "content": [{{"type": "tool_result", "tool_use_id": "t-1", "content": said}}]}}])
"""


@pytest.mark.parametrize(
    ("kind", "fires", "why"),
    [
        ("obeys", True, "asked the hook, and the denial reached the model"),
        ("runs", False, "ran a command that a rule denies"),
        ("timid", None, "not because of the hook: "),
        ("silent", None, "no model answers"),
    ],
)
def test_a_canary_tells_what_the_client_did(tmp_path: Path, kind: str, fires: bool | None, why: str) -> None:
    program = tmp_path / "claude"
    program.write_text(textwrap.dedent(_PROGRAM).format(python=Path(sys.executable).resolve(), kind=kind))
    program.chmod(0o755)
    flown = fly("claude-code", str(program), AGENTS, hook_command, "/usr/bin:/bin")
    assert flown.fires is fires and why in flown.why, flown
