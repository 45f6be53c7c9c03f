"""The command by which agents' settings call the hook, and the guard that makes a hook that never ran a denial.

Claude Code and Codex let a call run when the hook is missing, crashes or cannot be started (research/real-clients.md
0.3), so a `sh` stands before it: whatever does not end as an answer ends as exit 2. That costs 1 to 2 ms of 12.
"""

import json
import os
import shlex
import sys
from pathlib import Path

AGENTS = ("claude-code", "codex", "gemini-cli", "opencode", "qwen-code")
TIMEOUT = 86_400
"""Seconds to register with a client as the hook's timeout; Gemini CLI counts in milliseconds. The hook waits less."""
GUARD = "headgate-hook.sh"
_PLUGIN = Path(__file__).with_name("opencode_plugin.js")
_MARKS = ("/*HOOK*/", "/*KOOH*/")
_GUARD = """\
#!/bin/sh
# Written by `headgate init`: calls Headgate's hook, and turns whatever is no answer of it into a denial (exit 2).
child=
trap 'test -n "$child" && kill -TERM "$child"' TERM HUP INT
exec 3<&0
{hook} "$@" <&3 3<&- &
child=$!
wait "$child"
code=$?
while kill -0 "$child" 2>/dev/null; do
  wait "$child"
  code=$?
done
case $code in 0 | 2) exit "$code" ;; esac
echo "headgate-hook ended with $code and answered nothing, so the call is denied; run: headgate doctor" >&2
exit 2
"""


def hook_command(agent: str, guard: Path | None = None) -> list[str]:
    """Give the argument list to register for an agent, its name last; `guard` is what `write_guard` gave.

    Every path is absolute and none is looked up. Without a guard a missing interpreter lets calls run.
    """
    return [*(_bare() if guard is None else ("/bin/sh", str(guard.absolute()))), agent]


def write_guard(folder: Path) -> Path:
    """Write the guard into the state directory, whole and for its owner alone, and give where it is."""
    place = folder / GUARD
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    aside = place.with_name(f".{GUARD}.{os.getpid()}")
    aside.write_text(guard_text(), encoding="utf-8")
    aside.chmod(0o700)
    aside.rename(place)
    return place


def guard_text() -> str:
    """Give the guard: POSIX `sh`, with no program of its own but the hook."""
    return _GUARD.format(hook=shlex.join(_bare()))


def plugin_text(guard: Path | None = None) -> str:
    """Give OpenCode's plugin with the command that it runs written into it, as JSON, which is JavaScript too."""
    text = _PLUGIN.read_text(encoding="utf-8")
    head, rest = text.split(_MARKS[0], 1)
    return f"{head}{json.dumps(hook_command('opencode', guard))}{rest.split(_MARKS[1], 1)[1]}"


def _bare() -> tuple[str, ...]:
    return _interpreter(), "-I", "-S", str(Path(__file__).resolve().with_name("start.py"))


def _interpreter() -> str:
    """Give this environment's interpreter by its own path, so that it finds what is installed beside it."""
    return str(Path(sys.executable).absolute())
