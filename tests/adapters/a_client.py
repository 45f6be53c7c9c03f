"""A stand-in for a coding agent's client: it lives, writes a log like Claude Code's, and tells of it."""

import os
import sys
import textwrap
from pathlib import Path

_PROGRAM = """\
#!{python} -IS
import json, os, sys, time
words = sys.argv[1:]
if words == ["--version"]:
    print("2.1.330 (Claude Code)")
    sys.exit(0)
prompt = words[-1]
if "end at once" in prompt:
    sys.stderr.write("no such model\\n")
    open(os.path.join(os.environ["CLAUDE_CONFIG_DIR"], "ended-" + os.environ["HEADGATE_RUN"]), "w").close()
    sys.exit(7)
session = words[words.index("--session-id") + 1]
home, cwd = os.environ["CLAUDE_CONFIG_DIR"], os.getcwd()
folder = os.path.join(home, "projects", "".join(c if c.isalnum() else "-" for c in cwd))
os.makedirs(folder, exist_ok=True)
stamp = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime())
common = {{"parentUuid": None, "isSidechain": False, "userType": "external", "cwd": cwd, "sessionId": session,
          "version": "2.1.330", "gitBranch": "x", "timestamp": stamp}}
rows = [
    {{**common, "type": "user", "uuid": "u1", "message": {{"role": "user", "content": prompt}}}},
    {{**common, "type": "assistant", "uuid": "u2", "requestId": "r1", "message": {{"id": "m1", "role": "assistant",
      "model": "claude-opus-4-7", "stop_reason": "end_turn", "content": [{{"type": "text", "text": "done"}}],
      "usage": {{"input_tokens": 3, "cache_read_input_tokens": 100, "output_tokens": 7}}}}}},
]
with open(os.path.join(folder, session + ".jsonl"), "a") as log:
    for row in rows:
        log.write(json.dumps(row) + "\\n")
print("at work on:", prompt[:20], flush=True)
with open(os.path.join(home, "seen-" + session), "w") as seen:
    json.dump({{"words": words, "cwd": cwd, "pid": os.getpid(), "parent": os.getppid(), "environment": dict(os.environ),
               "stdin": os.readlink("/proc/self/fd/0")}}, seen)
time.sleep(60)
"""


def put_client(folder: Path, program: str = "claude") -> Path:
    """Put the stand-in into a folder for the PATH, and give the folder."""
    folder.mkdir(exist_ok=True)
    file = folder / program
    file.write_text(textwrap.dedent(_PROGRAM).format(python=Path(sys.executable).resolve()))
    file.chmod(0o755)
    return folder


def with_client(environment: dict[str, str], folder: Path) -> dict[str, str]:
    """Give an environment in which the stand-in is the first `claude` on the PATH."""
    return {**environment, "PATH": f"{folder}{os.pathsep}{environment['PATH']}"}
