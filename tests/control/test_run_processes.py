"""Whose a process is: found by what cannot lie, and never signalled where two could be meant."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters import process_walk
from adapters.processes import started
from adapters.run_processes import UNKNOWN, RunProcesses
from adapters.signalling import send
from state.control.hands import Crew, Member
from state.runs.run import Run
from tests.adapters.plain_agent import PlainAgent
from tests.control.sham import Sham
from tests.control_desk import run_of

NOBODY = 65534
AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="NOT TRIED: another user's process needs root to begin it")


def pids(crew: Crew) -> set[int]:
    return {one.pid for one in crew.members}


def clients(crew: Crew) -> set[int]:
    return {one.pid for one in crew.members if one.own}


def until(holds: object, seconds: float = 5.0) -> None:
    deadline = time.monotonic() + seconds
    while not holds():  # type: ignore[operator]
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.fixture
def begun() -> Iterator[list[subprocess.Popen[bytes]]]:
    """Take processes that a test began, and end them."""
    found: list[subprocess.Popen[bytes]] = []
    yield found
    for one in found:
        one.kill()
        one.wait()


def test_tools_that_left_their_session_are_found_by_the_label(sham: Sham) -> None:
    client = sham.begin("tool", "session", "daemon")
    crew = sham.crew()
    assert pids(crew) == set(sham.marked()) and len(crew.members) == 4
    assert clients(crew) == {client.pid} and crew.doubt == ""
    assert all(one.start == started(one.pid) for one in crew.members)


def test_another_runs_processes_are_not_found(sham: Sham) -> None:
    sham.begin("daemon", label="label-of-another")
    assert pids(sham.crew()) == set() and not sham.crew().apart
    for pid in sham.marked("label-of-another"):
        os.kill(pid, signal.SIGKILL)


def test_what_lost_its_label_is_found_while_it_descends_and_remembered_after(sham: Sham, begun: list) -> None:
    client = sham.begin()
    registry(sham, client.pid)
    tool = subprocess.Popen(["sleep", "60"], env={})
    begun.append(tool)
    seen = sham.processes.crew_now(sham.run(), None, [Member(tool.pid, started(tool.pid) or 0, "sleep", "child")])
    assert pids(seen) == {client.pid, tool.pid}
    # The same number and another start is another process.
    other = sham.processes.crew_now(sham.run(), None, [Member(tool.pid, 1, "sleep", "child")])
    assert pids(other) == {client.pid}


def registry(sham: Sham, pid: int, **more: object) -> None:
    """Let the agent's registry name a process as the session's."""
    folder = sham.folder / "home" / "sessions"
    folder.mkdir(parents=True, exist_ok=True)
    entry = {"session": "one", "waiting_for": None, "pid": pid, "start": str(started(pid)), **more}
    (folder / f"{pid}.json").write_text(json.dumps(entry))
    sham.processes = RunProcesses([sham.agent], {"PLAIN_HOME": str(sham.folder / "home")})


def test_a_registry_names_the_client_and_its_children_follow(sham: Sham) -> None:
    client = sham.begin("session")
    registry(sham, client.pid)
    crew = sham.processes.crew_now(sham.run())
    assert clients(crew) == {client.pid} and len(crew.members) == 2
    assert {one.known for one in crew.members} == {"registry", "child"}


def test_a_registry_that_names_a_stranger_is_a_doubt(sham: Sham, begun: list) -> None:
    stranger = subprocess.Popen(["sleep", "60"])
    begun.append(stranger)
    registry(sham, stranger.pid)
    crew = sham.processes.crew_now(sham.run())
    assert crew.members == () and f"names sleep (process {stranger.pid}), which does not run" in crew.doubt


def test_a_registry_that_names_a_number_given_again_names_nobody(sham: Sham) -> None:
    registry(sham, sham.begin().pid, start="1")
    assert sham.processes.crew_now(sham.run()) == Crew()
    registry(sham, sham.begun[0].pid, start=None, at=None)
    assert "nothing tells whether process" in sham.processes.crew_now(sham.run()).doubt


def test_two_that_share_only_a_directory_are_a_doubt(sham: Sham) -> None:
    first = sham.begin(label="x")
    run = sham.run(pid=first.pid, seen=time.time())
    assert clients(sham.processes.crew_now(run)) == {first.pid}
    second = sham.begin(label="x")
    crew = sham.processes.crew_now(run)
    assert crew.members == ()
    assert crew.doubt.endswith(f"share its directory and nothing more: {first.pid}, {second.pid}")
    first.kill()
    first.wait()
    # The one that is left is not the one that was seen: it may be anybody's.
    assert pids(sham.processes.crew_now(run)) == set()


def test_who_began_after_the_logs_last_line_did_not_write_it(sham: Sham) -> None:
    client = sham.begin(label="x")
    crew = sham.processes.crew_now(sham.run(pid=client.pid, seen=time.time() - 60))
    assert crew.members == () and "not known for certain" in crew.doubt


def test_the_holder_of_the_log_is_the_client_whatever_else_is_there(sham: Sham, begun: list) -> None:
    sham.begin(label="x")
    log = sham.folder / "log.jsonl"
    words = ["python3", "-I", "-S", str(sham.script), "client"]
    with log.open("ab") as held:
        holder = subprocess.Popen(words, executable=sys.executable, stdin=subprocess.DEVNULL, stdout=held, cwd="/")
    begun.append(holder)
    until(lambda: sham.processes.crew_now(sham.run(log=str(log))).members)
    assert clients(sham.processes.crew_now(sham.run(log=str(log)))) == {holder.pid}


def test_a_client_that_begins_itself_anew_is_the_innermost(sham: Sham, begun: list) -> None:
    again = sham.folder / "again"
    again.mkdir()
    script = again / sham.program
    script.write_text(
        "import subprocess, sys, time\n"
        "if len(sys.argv) == 1:\n    subprocess.run([sys.executable, '-I', '-S', __file__, 'worker'])\n"
        "else:\n    time.sleep(60)\n"
    )
    environment = {"PATH": os.environ["PATH"], "HEADGATE_RUN": sham.label}
    words = ["python3", "-I", "-S", str(script)]
    outer = subprocess.Popen(words, executable=sys.executable, env=environment, start_new_session=True)
    begun.append(outer)
    until(lambda: clients(sham.crew()) not in (set(), {outer.pid}))
    (worker,) = clients(sham.crew())
    assert worker != outer.pid and pids(sham.crew()) == {outer.pid, worker}
    assert [one.pid for one in sham.crew().members if one.around] == [outer.pid]
    os.kill(worker, signal.SIGKILL)


def test_a_client_that_is_known_stays_so_when_what_named_it_is_gone(sham: Sham) -> None:
    client = sham.begin("session", label="x")
    registry(sham, client.pid)
    seen = sham.processes.crew_now(sham.run())
    next((sham.folder / "home" / "sessions").iterdir()).unlink()
    assert sham.processes.crew_now(sham.run()) == Crew()
    again = sham.processes.crew_now(sham.run(pid=client.pid, seen=0.0), None, seen.members)
    assert pids(again) == pids(seen) and clients(again) == {client.pid} and again.doubt == ""


def test_two_clients_under_one_label_are_a_doubt(sham: Sham) -> None:
    one, other = sham.begin(), sham.begin()
    crew = sham.crew()
    assert crew.members == () and f"carry its label: {one.pid}, {other.pid}" in crew.doubt


def test_an_agent_of_its_own_that_the_run_began_is_set_apart(sham: Sham, begun: list) -> None:
    client = sham.begin()
    other = PlainAgent("other", f"{sham.program}-other")
    script = sham.folder / other.program
    script.symlink_to(sham.script.resolve())
    environment = {"PATH": os.environ["PATH"], "HEADGATE_RUN": sham.label}
    words = ["sh", "-c", f"exec -a python3 {sys.executable} -I -S {script} client tool & wait"]
    pipe = subprocess.PIPE
    words[0] = shutil.which("bash") or "sh"
    shell = subprocess.Popen(words, env=environment, stdout=pipe, start_new_session=True)
    begun.append(shell)
    assert shell.stdout is not None and shell.stdout.readline() == b"ready\n"
    shell.stdout.close()
    # The shell is the run's; the agent that it began is one of its own, and so is that one's tool.
    crew = RunProcesses([sham.agent, other], {}).crew_now(sham.run(), sham.label)
    assert pids(crew) == {client.pid, shell.pid}
    (nested,) = crew.apart
    assert nested.pid not in pids(crew) and "it is a" in nested.why
    os.kill(nested.pid, signal.SIGKILL)


@pytest.mark.skipif(shutil.which("tmux") is None, reason="NOT TRIED: tmux is not installed")
def test_a_terminal_multiplexer_with_the_label_is_set_apart_with_its_panes(sham: Sham) -> None:
    environment = {"PATH": os.environ["PATH"], "HEADGATE_RUN": sham.label, "TMUX_TMPDIR": str(sham.folder)}
    tmux = ["tmux", "-L", sham.program, "-f", "/dev/null"]
    subprocess.run([*tmux, "new-session", "-d", "sleep 60"], env=environment, check=True)
    try:
        until(lambda: len(sham.marked()) == 2)
        crew = sham.crew()
        assert crew.members == () and [one.program for one in crew.apart] == ["tmux: server"]
    finally:
        subprocess.run([*tmux, "kill-server"], env=environment, check=True)


def test_who_begins_while_the_table_is_read_is_in_it(monkeypatch: pytest.MonkeyPatch, begun: list) -> None:
    listed = process_walk._pids

    def listing(proc: Path) -> set[int]:
        found = listed(proc)
        if not begun:
            begun.append(subprocess.Popen(["sleep", "60"]))
        return found

    monkeypatch.setattr(process_walk, "_pids", listing)
    found = process_walk.walk()
    assert begun[0].pid in found.by_pid


def test_headgate_itself_and_what_it_runs_in_are_never_hit(sham: Sham) -> None:
    above = Member(os.getppid(), started(os.getppid()) or 0, "shell", "child", own=True)
    crew = sham.processes.crew_now(sham.run(), None, [above])
    assert crew.members == () and "which Headgate itself runs in" in crew.doubt
    me = Member(os.getpid(), started(os.getpid()) or 0, "headgate", "child")
    assert send(me, signal.SIGKILL) == send(Member(1, 1, "init", "child"), signal.SIGKILL) == "it is never signalled"


@AS_ROOT
def test_another_users_client_is_a_doubt_and_its_tool_is_told_apart(sham: Sham, begun: list) -> None:
    theirs = subprocess.Popen(["sleep", "60"], user=NOBODY)
    begun.append(theirs)
    registry(sham, theirs.pid)
    assert "belongs to another user" in sham.processes.crew_now(sham.run()).doubt
    tool = Member(theirs.pid, started(theirs.pid) or 0, "sleep", "child")
    crew = RunProcesses([sham.agent], {}).crew_now(sham.run(), None, [tool])
    assert crew.members == () and [(one.pid, one.why) for one in crew.foreign] == [
        (theirs.pid, "it belongs to another user")
    ]


def test_who_has_ended_is_no_member_but_is_named(sham: Sham, begun: list) -> None:
    tool = subprocess.Popen(["sleep", "60"])
    begun.append(tool)
    known = Member(tool.pid, started(tool.pid) or 0, "sleep", "child")
    tool.kill()
    os.waitid(os.P_PID, tool.pid, os.WEXITED | os.WNOWAIT)
    crew = sham.processes.crew_now(sham.run(), None, [known])
    assert crew.members == () and [one.pid for one in crew.dead] == [tool.pid] and not crew.lives


def test_what_only_works_in_its_directory_is_named_and_not_taken(sham: Sham) -> None:
    client = sham.begin("scrubbed")
    assert pids(sham.crew()) == {client.pid} and sham.crew().beside == ()
    client.kill()
    client.wait()
    beside = sham.crew().beside
    assert [one.program for one in beside] == ["sleep"] and sham.crew().members == ()
    os.kill(beside[0].pid, signal.SIGKILL)


def test_without_proc_nothing_is_known_and_nothing_is_signalled(tmp_path: Path) -> None:
    assert RunProcesses([PlainAgent()], {}, proc=tmp_path).crew_now(run_of("plain", "one", 7)) == Crew(doubt=UNKNOWN)


def test_a_signal_reaches_only_the_process_of_that_start(begun: list) -> None:
    one = subprocess.Popen(["sleep", "60"])
    begun.append(one)
    start = started(one.pid) or 0
    assert "another process has its number" in send(Member(one.pid, start - 1, "sleep", "child"), signal.SIGKILL)
    assert one.poll() is None
    assert send(Member(one.pid, start, "sleep", "child"), signal.SIGKILL) == ""
    assert one.wait() == -signal.SIGKILL
    assert send(Member(one.pid, start, "sleep", "child"), signal.SIGKILL) == "it has ended"


REUSE = """
import os, signal, subprocess, time
from adapters import process_walk
from adapters.processes import started
from adapters.signalling import send
from state.control.hands import Member
first = subprocess.Popen(["sleep", "60"])
member = Member(first.pid, started(first.pid), "sleep", "child")
first.kill(); first.wait()
time.sleep(0.05)
with open("/proc/sys/kernel/ns_last_pid", "w") as file:
    file.write(str(member.pid - 1))
second = subprocess.Popen(["sleep", "60"])
print(second.pid == member.pid, send(member, signal.SIGKILL), second.poll())
second.kill(); second.wait()
"""


def test_a_number_that_is_given_again_saves_the_stranger() -> None:
    # In a namespace of its own the next pid can be chosen: the stranger really gets the number.
    words = ["unshare", "-pf", "--mount-proc", sys.executable, "-c", REUSE]
    done = subprocess.run(words, capture_output=True, text=True, cwd=Path(__file__).parents[2], check=False)
    if done.returncode or not done.stdout.startswith("True"):
        pytest.skip(f"NOT TRIED: no pid namespace here: {done.stderr.strip()[-120:]}{done.stdout}")
    assert done.stdout.strip() == "True it has ended, and another process has its number now None"


def test_the_way_back_is_a_command_line_in_the_runs_directory() -> None:
    def back(agent: str, **facts: object) -> str | None:
        return RunProcesses([], {}).way_back(run_of(agent, "s-1", **facts))

    assert back("claude-code", worktree="/w/a b") == "cd '/w/a b' && claude --resume s-1"
    assert back("codex", cwd="/w") == "cd /w && codex resume s-1"
    assert back("opencode", worktree="/w") == "cd /w && opencode -s s-1"
    assert back("gemini-cli", worktree="/w") == "cd /w && gemini --resume s-1"
    assert back("pi", worktree="/w") is None


def test_a_run_that_nobody_knows_has_no_processes(sham: Sham) -> None:
    assert sham.processes.crew_now(Run(run_of("else", "x").key, "else", "x")) == Crew()
