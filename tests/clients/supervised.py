"""A real client under Headgate: its hook registered as `headgate init` does it, a policy on the base branch, a core."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from adapters.agents.known import AGENTS
from adapters.hook.command import hook_command
from adapters.install.change import Placement
from adapters.install.plan import SYSTEM, Installer, Plan
from state.spool import Order, Spool, ring
from tests.clients.found import PROGRAMS
from tests.clients.lab import DESTRUCTIVE, Ended, Lab
from tests.terminal.on_a_pty import Terminal, shown
from tests.world import ROOT

BECAUSE, INSTEAD = "The build is evidence of a failure.", "Leave it and say so."
SECONDS = 240.0


def policy(then: str, *, sla: str = "10m", unattended: str = "wait") -> str:
    """Give a policy with one rule, on the command that the scripted model wants to run."""
    return (
        f'schema = 1\nwhen_unattended = "{unattended}"\n\n[[rule]]\nid = "build-stays"\ncommands = ["{DESTRUCTIVE}"]\n'
        f'then = "{then}"\nbecause = "{BECAUSE}"\ninstead = "{INSTEAD}"\n'
        + (f'sla = "{sla}"\n' if then == "escalate" else "")
    )


class Supervised:
    """A lab in which the client is supervised."""

    def __init__(self, folder: Path, client: tuple[str, str], rules: str, *turns: dict[str, Any]) -> None:
        self.lab = Lab(folder, client, *turns)
        self.world = self.lab.world
        programs = folder / "programs"
        programs.mkdir()
        (programs / PROGRAMS[self.lab.agent]).symlink_to(self.lab.program)
        if self.lab.agent == "codex":
            # npm's wrapper puts the name by which Codex enters its own sandbox on the PATH; the program alone does not.
            (programs / "codex-linux-sandbox").symlink_to(self.lab.program)
        self.lab.environment["PATH"] = f"{programs}:{self.lab.environment['PATH']}"
        self._core: subprocess.Popen[bytes] | None = None
        if rules:
            self.commit_policy(rules)
        self.world.headgate("index")
        self.house = self.world.house()
        self.plan = self.register()

    def commit_policy(self, text: str) -> None:
        """Put a policy on the base branch."""
        file = self.world.repository / ".headgate" / "policy.toml"
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
        self.world.git("add", ".")
        self.world.git("commit", "-qm", "policy")

    def register(self, placement: Placement = "user", system: Path = SYSTEM) -> Plan:
        """Register the hook as `headgate init` does once it was told yes."""
        installer = Installer(self.lab.environment, self.world.state, AGENTS, hook_command, system)
        plan = installer.plan(self.lab.agent, placement)
        beside = [note for note in plan.notes if not note.startswith("it is also taught")]
        assert plan.refusal is None and not beside, (plan.refusal, beside)
        installer.carry_out(plan)
        return plan

    def unregister(self) -> None:
        """Take the hook out again as `headgate uninstall` does."""
        installer = Installer(self.lab.environment, self.world.state, AGENTS, hook_command)
        installer.undo(installer.plan_removal(self.lab.agent))

    def start_core(self) -> None:
        """Start the core, with no board."""
        self._core = subprocess.Popen(
            [sys.executable, "-m", "tui", "watch", "--json"],
            cwd=self.world.repository,
            env={**self.world.environment, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.until(self.listens, "no core came up")

    def listens(self) -> bool:
        """Say whether a core is at work."""
        return ring(self.house / "spool" / "core.bell", softly=True) and (self.house / "fleet.json").exists()

    @contextmanager
    def board(self) -> Iterator[Terminal]:
        """Open a board on a terminal; it starts a core. Both end."""
        environment = {**self.world.environment, "PYTHONPATH": str(ROOT)}
        board = Terminal([], environment, self.world.repository)
        try:
            board.until_text("nothing needs you")
            yield board
        finally:
            board.close()
            self.until(lambda: not self.listens(), "the core outlived its last board")

    def kill_core(self) -> None:
        """Kill the core between any two of its lines."""
        assert self._core is not None
        self._core.kill()
        self._core.wait()
        self._core = None

    def until(self, holds: Callable[[], Any], otherwise: str | Callable[[], str], seconds: float = SECONDS) -> Any:
        """Wait until something holds, and give it; `otherwise` says how things stand where it never does."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if found := holds():
                return found
            time.sleep(0.05)
        raise AssertionError(otherwise if isinstance(otherwise, str) else otherwise())

    def question(self) -> dict[str, Any]:
        """Wait for the question of a hook."""
        folder = self.house / "spool" / "requests"

        def asked() -> dict[str, Any] | None:
            for path in folder.glob("[!.]*.json"):
                return json.loads(path.read_text())
            return None

        return self.until(asked, "no hook asked")

    def decide(self, answer: str, reason: str, question: dict[str, Any]) -> dict[str, Any]:
        """Order a decision as a board does, again while the core has not read the question yet; gives its answer."""
        spool = Spool(self.house)
        words = {"request": question["id"], "sha": question["sha"], "answer": answer, "reason": reason}
        seen = {"by": "ana", "via": "board", "dwell": "2.0", "opened": "true"}

        def decided() -> dict[str, Any] | None:
            order: Order = spool.order("decide", **words, **seen)
            told = self.until(lambda: spool.take_answer(order), "the core did not answer")
            return None if "no request" in str(told.get("error", "")) else told

        told = self.until(decided, "the core never knew the request")
        assert "error" not in told, told
        return told

    def calls(self) -> list[dict[str, Any]]:
        """Give the calls that passed the hook and were more than seen."""
        files = (self.house / "spool" / "calls").glob("*.jsonl")
        lines = [line for path in files for line in path.read_text().splitlines()]
        return [one for one in map(json.loads, lines) if one["verdict"] != "seen"]

    def run_shown(self) -> dict[str, Any]:
        """Give the run as `status --json` shows it."""
        (shown,) = self.world.told("status")["runs"]
        return shown

    def close(self) -> None:
        """End the client and the core."""
        self.lab.close()
        if self._core is not None:
            self._core.terminate()
            self._core.wait()


@contextmanager
def supervised(
    folder: Path, client: tuple[str, str], rules: str, *turns: dict[str, Any], core: bool = True
) -> Iterator[Supervised]:
    """Set everything up, and end it."""
    place = Supervised(folder, client, rules, *turns)
    try:
        if core:
            place.start_core()
        yield place
    finally:
        place.close()


@contextmanager
def in_own_mounts(place: Supervised, script: str) -> Iterator[None]:
    """Let the client see other mounts than the rest: `script` makes them in a namespace of its own."""
    tried = subprocess.run(["unshare", "-m", "true"], capture_output=True, check=False)
    if tried.returncode != 0 or os.geteuid() != 0:
        pytest.skip("NOT TRIED: a full or read-only spool needs leave to mount in a namespace of its own")
    words, program = place.lab.words, place.lab.program
    place.lab.program = "/usr/bin/unshare"
    place.lab.words = ["-m", "sh", "-c", f'{script} && exec "$@"', "sh", program, *words]
    try:
        yield
    finally:
        place.lab.words, place.lab.program = words, program


def pressed(board: Terminal, key: str, text: str = "", gone: str = "") -> None:
    """Press a key of a decision when a hand would, and again while the board says that it came too early.

    It counted once the board shows `text`, or shows `gone` no more.
    """

    def counted(lines: list[str]) -> bool:
        return shown(lines, text) if text else not shown(lines, gone)

    lines = list[str]()
    while not lines or not counted(lines):
        board.quiet(1.5)
        board.press(key)
        lines = board.until(lambda now: counted(now) or shown(now, "too quick: look first"))


def kill(pid: int) -> None:
    """Kill a process that this test's own client started."""
    os.kill(pid, signal.SIGKILL)


def ended_well(place: Supervised, ended: Ended) -> None:
    """Check that the client went on to the end of its turn: a denial is no crash."""
    assert ended.status == 0, ended.err[-2000:]
    assert "FINAL" in ended.out, ended.out[-2000:]
