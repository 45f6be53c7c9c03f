"""What was kept of the real runs of OpenCode, put into a home: their database, or one written from what was printed."""

import json
import shutil
from typing import Any

from tests.adapters.opencode_world import LIVE, ONE_SHOT, Database, Home

KEPT = ("o-basic", "o-plug-throw", "o-resume", "o-serve", "o-sig-int")
"""Experiments whose database was kept."""


def take(home: Home, experiment: str) -> str:
    """Put an experiment's database into the home, or one written from what the client printed; gives its session."""
    home.path.parent.mkdir(parents=True)
    if experiment in KEPT:
        shutil.copyfile(LIVE / experiment / "opencode.db", home.path)
        (session,) = (place.session for place in home.agent.logs(home.path.parent, []))
        return str(session)
    printed = [json.loads(line) for line in (LIVE / experiment / "out.stdout.jsonl").read_text().splitlines()]
    return written(Database(home.path), printed)


def written(database: Database, printed: list[dict[str, Any]]) -> str:
    """Write the rows of one session from the parts that `opencode run` printed."""
    session, begun = printed[0]["sessionID"], printed[0]["timestamp"] - 1000
    database.session(session, begun, permission=ONE_SHOT)
    database.prompt(session, begun, '"go"')
    for line in printed:
        part, at = line["part"], line["timestamp"]
        data = {name: value for name, value in part.items() if name not in ("id", "messageID", "sessionID")}
        database.part(part["id"], part["messageID"], session, at, **data)
        own: dict[str, Any] = {"role": "assistant", "agent": "build", "modelID": "fake-model", "providerID": "fake"}
        own["time"] = {"created": int(part["messageID"][4:16], 16) // 4096 + (at >> 36 << 36)}
        if part["type"] == "step-finish":
            own |= {"finish": part["reason"], "tokens": part["tokens"]}
            own["time"]["completed"] = at
        database.message(part["messageID"], session, own["time"]["created"], at, **own)
    if printed[-1]["type"] == "text" and "long" in printed[-1]["part"]["text"].lower():
        started = {"status": "running", "input": {"command": "sleep 25"}, "metadata": {"output": ""}}
        database.call(session, printed[-1]["part"]["messageID"], printed[-1]["timestamp"], "bash", **started)
    database.close()
    return session
