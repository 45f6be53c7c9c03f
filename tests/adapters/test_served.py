"""A server of many sessions is nobody's own process: each run has its own terminal, and no signal reaches another's."""

import fcntl
import os
import pty
import subprocess
import termios
import uuid
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from adapters.process_table import ProcessTable, serves
from adapters.run_processes import RunProcesses
from state.runs.event import ProcessGone, ProcessSeen
from state.runs.run import run_key
from tests.adapters.plain_agent import PROGRAM, PlainAgent, World, line
from tests.control_desk import run_of
from tests.promises import attacks

pytestmark = [
    pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="this system has no /proc"),
    attacks("stop"),
]
Begin = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
def begin(tmp_path: Path) -> Iterator[Begin]:
    """Begin a program in a directory, as a server that holds logs open or as a client on a terminal of its own."""
    begun: list[subprocess.Popen[bytes]] = []

    def process(
        *logs: Path, at: Path = tmp_path, program: str = PROGRAM, terminal: int | None = None
    ) -> subprocess.Popen[bytes]:
        held = "".join(f'exec {number}>>"{log}"; ' for number, log in enumerate(logs, 5))
        shut = "".join(f"exec {number}>&-; " for number, _ in enumerate(logs, 5))
        words = [program, "-c", f"{held}echo ready; read line; {shut}echo shut; read line; :"]
        one = subprocess.Popen(
            [*words, "app-server"] if logs else words,
            executable="/bin/sh",
            cwd=at,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
            preexec_fn=None if terminal is None else lambda: fcntl.ioctl(terminal, termios.TIOCSCTTY, 0),
        )
        begun.append(one)
        assert one.stdout is not None and one.stdout.readline() == b"ready\n"
        return one

    yield process
    for one in begun:
        one.kill()
        with one:
            assert one.stdin is not None
            one.stdin.close()


def shut(server: subprocess.Popen[bytes]) -> None:
    """Let a server close its logs and live on."""
    assert server.stdin is not None and server.stdout is not None
    server.stdin.write(b"\n")
    server.stdin.flush()
    assert server.stdout.readline() == b"shut\n"


def seen(world: World) -> list[tuple[str, int]]:
    return [(event.run, event.pid) for event in world.kinds(ProcessSeen) if isinstance(event, ProcessSeen)]


def directories(folder: Path) -> Sequence[Path]:
    found = folder / "a", folder / "b"
    for one in found:
        one.mkdir()
    return found


@pytest.mark.parametrize(
    ("words", "is_one"),
    [
        ("codex app-server --listen unix://", True),
        ("codex -c a=1 --enable x app-server daemon pid-update-loop", True),
        ("node /opt/opencode serve", True),
        ("codex exec --json app-server", False),
        ("codex --yolo", False),
        ("", False),
    ],
)
def test_a_server_is_told_by_the_command_that_it_was_given(tmp_path: Path, words: str, is_one: bool) -> None:
    (tmp_path / "cmdline").write_bytes(words.encode().replace(b" ", b"\0") + b"\0")
    assert serves(tmp_path) is is_one


async def test_each_session_of_a_server_has_the_terminal_of_its_own_directory(begin: Begin, tmp_path: Path) -> None:
    first, second = directories(tmp_path)
    world = World(tmp_path / "home", everything=True)
    logs = world.log("s", line(1, cwd=str(first))), world.log("t", line(1, cwd=str(second)))
    server, one, two = begin(*logs, at=first), begin(at=first), begin(at=second)
    assert [found.serves for found in ProcessTable([PROGRAM]).running() if found.pid == server.pid] == [True]
    await world.catch_up()
    assert sorted(seen(world)) == sorted([(run_key("plain", "s"), one.pid), (run_key("plain", "t"), two.pid)])
    one.communicate(b"\n\n")
    await world.catch_up()
    assert run_key("plain", "s") in [event.run for event in world.kinds(ProcessGone)]


async def test_a_session_that_its_server_let_go_has_no_process_though_the_server_lives(
    begin: Begin, tmp_path: Path
) -> None:
    world = World(tmp_path / "home", everything=True)
    server = begin(world.log("s", line(1, cwd=str(tmp_path))))
    await world.catch_up()
    assert seen(world) == [(run_key("plain", "s"), server.pid)]
    shut(server)
    await world.catch_up()
    assert server.poll() is None and [event.run for event in world.kinds(ProcessGone)] == [run_key("plain", "s")]


def test_a_server_with_another_sessions_log_gets_no_signal(begin: Begin, tmp_path: Path) -> None:
    program = f"sham-{uuid.uuid4().hex[:8]}"
    processes = RunProcesses([PlainAgent("sham", program)], {"PLAIN_HOME": str(tmp_path / "none")})
    logs = tmp_path / "rollout-1.jsonl", tmp_path / "rollout-2.jsonl"
    alone = begin(logs[0], program=program)
    run = run_of("sham", "one", cwd=str(tmp_path), log=str(logs[0]))
    assert [one.pid for one in processes.crew_now(run).members] == [alone.pid]
    alone.communicate(b"\n\n")
    shared = begin(*logs, program=program)
    crew = processes.crew_now(run)
    assert crew.members == () and f"(process {shared.pid}) works for other sessions too" in crew.doubt


def test_a_server_before_which_two_terminals_sit_gets_no_signal(begin: Begin, tmp_path: Path) -> None:
    program = f"sham-{uuid.uuid4().hex[:8]}"
    processes = RunProcesses([PlainAgent("sham", program)], {"PLAIN_HOME": str(tmp_path / "none")})
    log, places = tmp_path / "rollout-1.jsonl", directories(tmp_path)
    terminals = [pty.openpty() for _ in places]
    try:
        server = begin(log, at=places[0], program=program)
        one = begin(at=places[0], program=program, terminal=terminals[0][1])
        run = run_of("sham", "one", cwd=str(places[0]), log=str(log))
        assert {found.pid for found in processes.crew_now(run).members} == {server.pid, one.pid}
        begin(at=places[1], program=program, terminal=terminals[1][1])
        assert processes.crew_now(run).members == (), "an idle session's log is not held open"
    finally:
        for pair in terminals:
            for end in pair:
                os.close(end)
