"""Real processes of a made-up agent: a client and tools that leave it, found by Headgate as those of a real one are."""

import os
import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from adapters.run_processes import RunProcesses
from state.control.hands import Crew
from state.runs.run import Run
from tests.adapters.plain_agent import PlainAgent
from tests.control_desk import run_of

ESCAPE = Path(__file__).parents[1] / "fixtures" / "escape.py"


@dataclass
class Sham:
    """One made-up agent whose program is called like nothing else on this machine."""

    folder: Path
    program: str = field(default_factory=lambda: f"sham-{uuid.uuid4().hex[:8]}")
    begun: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.script = self.folder / self.program
        self.script.symlink_to(ESCAPE)
        self.label = f"label-{self.program}"
        self.agent = PlainAgent("sham", self.program)
        self.processes = RunProcesses([self.agent], {"PLAIN_HOME": str(self.folder / "none")})

    def begin(self, *kinds: str, label: str | None = None, **more: str) -> subprocess.Popen[bytes]:
        """Begin a client with a tool of each kind, and wait until it has begun them."""
        environment = {"PATH": os.environ["PATH"], "HEADGATE_RUN": label or self.label, **more}
        words = ["python3", "-I", "-S", str(self.script), "client", *kinds]
        one = subprocess.Popen(
            words,
            executable=sys.executable,
            cwd=self.folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        self.begun.append(one)
        assert one.stdout is not None and one.stdout.readline() == b"ready\n"
        return one

    def run(self, session: str = "one", pid: int | None = None, **facts: object) -> Run:
        """Give a run of this agent."""
        return run_of("sham", session, pid, cwd=str(self.folder), **facts)

    def crew(self, run: Run | None = None) -> Crew:
        """Look for the processes of a run under the label."""
        return self.processes.crew_now(run or self.run(), self.label)

    def marked(self, mark: str | None = None) -> dict[int, str]:
        """Give everything on this machine that carries the label, with its state, asked of /proc alone."""
        wanted = f"HEADGATE_RUN={mark or self.label}".encode()
        return {pid: letter for pid, letter, told in _all() if wanted in told}

    def end(self) -> None:
        """End whatever a test left, by its pid, and reap the clients."""
        for _ in range(3):
            for pid in self.marked():
                _kill(pid)
        for one in self.begun:
            if one.poll() is None:
                one.kill()
            one.wait()
            if one.stdout is not None:
                one.stdout.close()


def _all() -> Iterator[tuple[int, str, list[bytes]]]:
    for home in Path("/proc").iterdir():
        if home.name.isdecimal():
            try:
                told = (home / "environ").read_bytes().split(b"\0")
                letter = (home / "stat").read_text().rpartition(")")[2].split()[0]
            except OSError:
                continue
            yield int(home.name), letter, told


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def environment_of(pid: int) -> Mapping[bytes, bytes]:
    """Give what a process was told at its beginning."""
    told = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    return dict(word.partition(b"=")[::2] for word in told if word)
