"""Real clients in the middle of a long tool: held, resumed, frozen, thawed and stopped; and their sessions go on."""

import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from state.spool import Spool
from tests.clients.found import real
from tests.clients.lab import Lab
from tests.clients.supervised import Supervised, supervised
from tests.clients.table import shows
from tests.control.sham import environment_of

pytestmark = pytest.mark.timeout(600)
ALL = ("claude-code", "codex", "gemini-cli", "opencode")
LABEL = b"lab-of-control"
# Claude Code 2.1.330 refuses a `sleep` that stands alone and is long.
SLEEP = {"text": "I wait.", "tool": {"kind": "bash", "command": "env sleep 60"}}


def marked() -> dict[int, str]:
    """Give what carries the label of these tests and lives, with the letter of its state, asked of /proc alone."""
    found: dict[int, str] = {}
    for home in Path("/proc").iterdir():
        if home.name.isdecimal():
            try:
                if environment_of(int(home.name)).get(b"HEADGATE_RUN") == LABEL:
                    found[int(home.name)] = (home / "stat").read_text().rpartition(")")[2].split()[0]
            except OSError:
                continue
    return {pid: letter for pid, letter in found.items() if letter not in "ZX"}


def sleeping(seconds: str = "60") -> list[int]:
    """Give the tools among them."""
    return [pid for pid in marked() if _command(pid) == f"sleep\0{seconds}\0".encode()]


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def ordered(place: Supervised, verb: str, **words: str) -> dict[str, Any]:
    """Order something of the only run as a board does, and give the answer."""
    spool = Spool(place.house)
    order = spool.order(verb, by="ana", via="board", **words)
    return place.until(lambda: spool.take_answer(order), f"the core did not answer {verb}")


@contextmanager
def at_work(
    folder: Path, client: tuple[str, str], *turns: dict[str, Any], seconds: str = "60", hooked: bool = True
) -> Iterator[tuple[Supervised, str]]:
    """Let a client run `sleep` under a core that has seen it; gives its run."""
    with supervised(folder, client, "", *(turns or (SLEEP,))) as place:
        if not hooked:
            place.unregister()
        place.lab.environment["HEADGATE_RUN"] = LABEL.decode()
        place.lab.start()
        try:
            place.until(lambda: sleeping(seconds), "the tool never ran")
            shown = place.until(lambda: known(place), "the run's process was not found")
            yield place, shown
        finally:
            for pid in marked():
                os.kill(pid, signal.SIGKILL)


def known(place: Supervised) -> str | None:
    """Give the id of the run once its process is known to the core."""
    runs = place.world.told("status")["runs"]
    return next((one["id"] for one in runs if one["alive"]), None)


def shown(place: Supervised) -> dict[str, Any]:
    (one,) = place.world.told("status")["runs"]
    return one


@shows("stop", "resumed")
@real(*ALL)
def test_held_resumed_and_stopped_in_the_middle_of_a_tool(
    tmp_path: Path, client: tuple[str, str], record_property: Callable[[str, object], None]
) -> None:
    with at_work(tmp_path, client) as (place, run):
        (place.lab.worktree / "unsaved.txt").write_text("half a thought\n")
        held = ordered(place, "hold", run=run)
        assert held.get("state") == "confirmed", held
        awake = {pid for pid, letter in marked().items() if letter != "T"}
        # Gemini CLI starts itself anew as a child, and its first process only waits for that.
        assert awake <= ({place.lab.children[0].pid} if client[0] == "gemini-cli" else set())
        assert shown(place)["state"] == "held"
        resumed = ordered(place, "resume", run=run)
        assert resumed.get("state") == "confirmed", resumed
        assert "T" not in marked().values() and sleeping()
        before = time.monotonic()
        stopped = ordered(place, "stop", run=run, reason="wrong branch")
        took = time.monotonic() - before
        record_property("seen", f"stop confirmed after {took:.1f} s")
        assert stopped.get("state") == "confirmed", stopped
        assert marked() == {}
        told = shown(place)
        assert told["state"] == "stopped" and told["alive"] is False
        kept = place.world.git("show", f"refs/headgate/rescue/{run}/1:unsaved.txt")
        assert kept == "half a thought\n"
        intact(place, told)
        assert ordered(place, "resume", run=run).get("state") == "confirmed"
        resumes(place, told["session_id"])


def intact(place: Supervised, told: dict[str, Any]) -> None:
    """Check that every line of the log is a record still, and that Headgate understood each."""
    log = Path(told["source"]["log"])
    if log.suffix == ".jsonl":
        assert all(json.loads(line) for line in log.read_text().splitlines())
    assert [one for one in place.world.told("status")["problems"] if "not understood" in one["text"]] == []


def resumes(place: Supervised, session: str) -> None:
    """Take the session up again by its id: the model is asked with what it said before."""
    lab: Lab = place.lab
    words = lab.words
    try:
        asked = len(lab.asked())
        lab.words = resumed_words(lab.agent, words, session)
        ended = lab.run()
        assert ended.status == 0, ended.err[-2000:]
        assert "FINAL" in ended.out and len(lab.asked()) > asked
    finally:
        lab.words = words


def resumed_words(agent: str, words: list[str], session: str) -> list[str]:
    if agent == "codex":
        return [words[0], "resume", *words[1:-1], session, words[-1]]
    if agent == "opencode":
        return [*words[:-1], "-s", session, words[-1]]
    return ["--resume", session, *words]


@shows("freeze")
@real(*ALL)
def test_frozen_and_thawed_in_the_middle_of_a_tool(tmp_path: Path, client: tuple[str, str]) -> None:
    first, second = {"kind": "bash", "command": "sleep 8"}, {"kind": "bash", "command": "touch denied"}
    third = {"kind": "bash", "command": "touch allowed"}
    turns = ({"text": "I wait.", "tool": first}, {"text": "Now.", "tool": second}, {"text": "I stop: FINAL"})
    with at_work(tmp_path, client, *turns, {"text": "Again.", "tool": third}, seconds="8") as (place, run):
        frozen = ordered(place, "freeze", run=run, reason="look first")
        assert "error" not in frozen and sleeping("8") and "T" not in marked().values()
        ended = place.lab.end_of(place.lab.children[0])
        assert ended.status == 0 and "FINAL" in ended.out
        assert not (place.lab.worktree / "denied").exists()
        assert "ana froze this run: look first" in place.lab.told()
        assert "error" not in ordered(place, "thaw", run=run)
        resumes(place, shown(place)["session_id"])
        assert (place.lab.worktree / "allowed").exists()
