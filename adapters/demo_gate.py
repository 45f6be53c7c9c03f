"""The demo's way to the gates: the real hook, called as an agent's client calls it, and waited for as that waits.

A hook that fails is told as what it is, a denial, so that nothing of a demo hangs and nothing fails unseen.
"""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path

from adapters.demo_logs import Record
from adapters.hook.command import hook_command
from state.text import clean

CORE_SECONDS = 30.0
"""How long a supervised run waits for a core, without which its hook would deny every call."""
_STEP = 0.1
_NOTHING_SAID = "the hook denied it and said nothing"


async def gated(folder: Path) -> None:
    """Return when a core has said what holds in the demo in `folder`, or when none did in time."""
    for _ in range(round(CORE_SECONDS / _STEP)):
        if any(folder.glob("state/*/fleet.json")):
            return
        await asyncio.sleep(_STEP)


async def first_denial(events: Sequence[Record]) -> str | None:
    """Ask the hook about each call, and give why the first one was denied; None where all may run."""
    for event in events:
        why = await _asked(event)
        if why is not None:
            return why
    return None


async def _asked(event: Record) -> str | None:
    pipe = asyncio.subprocess.PIPE
    words = hook_command("claude-code")
    process = await asyncio.create_subprocess_exec(*words, cwd="/", stdin=pipe, stdout=pipe, stderr=pipe)
    try:
        _, said = await process.communicate(json.dumps(event).encode())
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    match process.returncode:
        case 0:
            return None
        case 2:
            why = clean(said.decode(errors="replace").strip(), 2000) or _NOTHING_SAID
            return f"PreToolUse:{event['tool_name']} hook error: [headgate-hook]: {why}"
        case status:
            return f"the hook ended with {status} and answered nothing, so the call is denied"
