"""Where the real coding agents are: in the folders that `HEADGATE_CLIENTS` names, and nowhere else.

`HEADGATE_CLIENTS` is a folder into which npm installed them, or several with `:` between; the word `PATH` among them
takes those of the PATH. Nothing is installed, and without the variable none is tried: the suite takes half an hour.
"""

import functools
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import pytest

from tests.world import SHARED

VARIABLE = "HEADGATE_CLIENTS"
MODEL_SERVER = SHARED / "tools" / "fake_model_server.py"
PLACES = {
    "claude-code": ("@anthropic-ai/claude-code-linux-x64/claude", "@anthropic-ai/claude-code-linux-arm64/claude"),
    "codex": ("@openai/codex-linux-x64/vendor/x86_64-unknown-linux-musl/bin/codex",),
    "gemini-cli": (".bin/gemini",),
    "opencode": ("opencode-linux-x64/bin/opencode",),
}
PROGRAMS = {"claude-code": "claude", "codex": "codex", "gemini-cli": "gemini", "opencode": "opencode"}


def programs(agent: str) -> list[str]:
    """Give every program of a real client that is here, one from each folder."""
    found: list[str] = []
    for folder in os.environ.get(VARIABLE, "").split(":"):
        if folder == "PATH":
            found += filter(None, [shutil.which(PROGRAMS[agent])])
        elif folder:
            places = (Path(folder, "node_modules", place) for place in PLACES[agent])
            found += [str(place) for place in places if place.is_file()]
    return found


@functools.cache
def version(agent: str, program: str) -> str:
    """Give the version that a client tells of itself, asked in an empty home; "?" where it tells none."""
    with tempfile.TemporaryDirectory() as home:
        plain = {"PATH": os.environ["PATH"], "HOME": home, "TMPDIR": home, "CODEX_HOME": home}
        asked = [program, "--version"]
        done = subprocess.run(asked, env=plain, cwd=home, capture_output=True, text=True, timeout=60, check=False)
    found = re.search(r"\d+\.\d+\.\d+", done.stdout)
    return found[0] if found else "?"


def real(*agents: str) -> Any:
    """Try a test with every real client of these agents, or skip it loudly where there is none."""
    missing = (
        {} if MODEL_SERVER.is_file() else dict.fromkeys(agents, f"{MODEL_SERVER.name} is not beside this checkout")
    )
    tried: list[Any] = []
    for agent in agents:
        if agent not in missing and not programs(agent):
            missing[agent] = f"name a folder into which npm installed it in {VARIABLE}"
        if agent in missing:
            skipped = pytest.mark.skip(reason=f"NOT TRIED WITH THE REAL {agent}: {missing[agent]}")
            tried.append(pytest.param((agent, ""), id=f"{agent}-missing", marks=skipped))
            continue
        for at, program in enumerate(programs(agent)):
            tried.append(pytest.param((agent, program), id=agent if not at else f"{agent}-{at + 1}"))
    return pytest.mark.parametrize("client", tried)
