"""Whatever is broken, the hook denies everything but plain reads, and says why (reliability.md H1)."""

import json
import os
import resource
import shlex
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from adapters.install.command import line
from state.gate_files import run_name
from tests.hook.hook_world import PUSH, SESSION, Done, HookWorld, ended, over
from tests.promises import attacks

pytestmark = attacks("closed")

RUN = f"runs/{run_name('claude-code', SESSION)}.json"


def no_spool(house: HookWorld) -> None:
    shutil.rmtree(house.house / "spool")


def spool_is_a_file(house: HookWorld) -> None:
    no_spool(house)
    (house.house / "spool").write_text("")


def calls_are_a_link(house: HookWorld) -> None:
    place = house.house / "spool/calls" / f"{run_name('claude-code', SESSION)}.jsonl"
    place.symlink_to(house.folder / "elsewhere")


def calls_are_a_fifo(house: HookWorld) -> None:
    os.mkfifo(house.house / "spool/calls" / f"{run_name('claude-code', SESSION)}.jsonl")


def calls_are_a_directory(house: HookWorld) -> None:
    (house.house / "spool/calls" / f"{run_name('claude-code', SESSION)}.jsonl").mkdir()


def no_fleet(house: HookWorld) -> None:
    (house.house / "fleet.json").unlink()


def fleet_is_garbage(house: HookWorld) -> None:
    (house.house / "fleet.json").write_bytes(b"\x00\xff garbage")


def fleet_is_half_written(house: HookWorld) -> None:
    path = house.house / "fleet.json"
    path.write_text(path.read_text()[:40])


def fleet_is_a_fifo(house: HookWorld) -> None:
    no_fleet(house)
    os.mkfifo(house.house / "fleet.json")


def fleet_is_a_link(house: HookWorld) -> None:
    (house.house / "fleet.json").rename(house.folder / "real.json")
    (house.house / "fleet.json").symlink_to(house.folder / "real.json")


def fleet_is_of_another_version(house: HookWorld) -> None:
    house.fleet(format=99)


def fleet_is_of_another_shape(house: HookWorld) -> None:
    house.fleet(policy=None)


def run_is_garbage(house: HookWorld) -> None:
    house.put(RUN, {})
    (house.house / RUN).write_text("[")


def run_is_a_list(house: HookWorld) -> None:
    house.put(RUN, [])


def run_is_in_no_known_phase(house: HookWorld) -> None:
    house.run(phase="dancing")


def no_policy(house: HookWorld) -> None:
    shutil.rmtree(house.house / "policy")


def policy_is_garbage(house: HookWorld) -> None:
    (house.house / "policy/b10b.json").write_text('{"rules": 3}')


def policy_is_half(house: HookWorld) -> None:
    path = house.house / "policy/b10b.json"
    told = json.loads(path.read_text())
    del told["rules"][0]["then"], told["quick"]
    path.write_text(json.dumps(told))


def policy_is_of_another_name(house: HookWorld) -> None:
    house.fleet(policy="../../x")


BROKEN = [
    *(no_spool, spool_is_a_file, calls_are_a_link, calls_are_a_fifo, calls_are_a_directory, no_fleet, fleet_is_garbage),
    *(fleet_is_half_written, fleet_is_a_fifo, fleet_is_a_link, fleet_is_of_another_version, fleet_is_of_another_shape),
    *(run_is_garbage, run_is_a_list, run_is_in_no_known_phase, no_policy, policy_is_garbage, policy_is_half),
    policy_is_of_another_name,
]


@pytest.mark.parametrize("breaking", BROKEN, ids=lambda breaking: breaking.__name__)
def test_everything_but_plain_reads_is_denied(house: HookWorld, breaking: Callable[[HookWorld], None]) -> None:
    breaking(house)
    for done in (house.bash("ls"), house.bash("git push --force origin main")):
        assert done.denied, done
        assert done.code == 2
    assert house.bash("ls", "codex").denied or breaking.__name__.startswith(("run_", "calls_"))
    assert house.ask(house.event("Read", {"file_path": "a.py"})).allowed
    assert house.ask(house.event("Read", {"file_path": "/etc/shadow"})).denied


def test_a_full_disk_denies(house: HookWorld) -> None:
    def full() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

    assert house.bash("ls", preexec_fn=full).denied
    assert house.ask(house.event("Read", {"file_path": "a.py"}), preexec_fn=full).allowed


@pytest.mark.skipif(os.geteuid() != 0, reason="a disk of one page needs root to mount")
def test_a_disk_without_room_denies_the_question_and_leaves_nothing_half(house: HookWorld) -> None:
    mounted = house.house / "spool/requests"
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4k", "tmpfs", mounted], check=False)
    if done.returncode:
        pytest.skip("this machine mounts nothing")
    try:
        (mounted / "filler").write_bytes(b"x" * 4096)
        assert house.bash(PUSH).denied
        assert [path.name for path in mounted.iterdir()] == ["filler"]
    finally:
        subprocess.run(["umount", mounted], check=True)


def closed(*streams: int) -> Callable[[], None]:
    def close() -> None:
        for stream in streams:
            os.close(stream)

    return close


@pytest.mark.parametrize("agent", ["claude-code", "codex", "gemini-cli", "opencode"])
@pytest.mark.parametrize("streams", [(0,), (1,), (0, 1), (0, 1, 2)], ids=str)
def test_closed_streams_deny_by_exit_code(house: HookWorld, agent: str, streams: tuple[int, ...]) -> None:
    event = house.event("Bash", {"command": "shutdown now"}, agent)
    done = house.ask(event, agent, preexec_fn=closed(*streams))
    assert done.code == 2 or done.denied
    assert all(path.read_text() == "" or "{" in path.read_text()[:1] for path in house.house.glob("spool/calls/*"))


def bash(words: str, **more: object) -> bytes:
    told = {"hook_event_name": "PreToolUse", "session_id": "s", "cwd": "/", "tool_name": "Bash", **more}
    return json.dumps({**told, "tool_input": json.loads(words)}).encode()


ODD = {
    "nothing": b"",
    "no JSON": b"{",
    "a list": b"[]",
    "a number": b"7",
    "bad UTF-8": b'{"hook_event_name": "\xff\xfe"}',
    "no event": b'{"session_id": "x"}',
    "an event that is no text": b'{"hook_event_name": 7, "event": 7}',
    "no tool": bash("{}", tool_name=None),
    "an input that is no object": bash("[]"),
    "no session": bash("{}", session_id=""),
    "a command that is a number": bash('{"command": 7}'),
    "a deep nest": b"[" * 100_000,
    "a number too long": b'{"hook_event_name": ' + b"9" * 5000 + b"}",
    "5 MB": bash(json.dumps({"command": "ls " + "x" * 5_000_000})),
}


@pytest.mark.parametrize("what", ODD)
@pytest.mark.parametrize("agent", ["claude-code", "codex", "gemini-cli", "opencode"])
def test_what_is_no_event_is_denied(world: HookWorld, agent: str, what: str) -> None:
    done = world.ask(ODD[what], agent)
    assert done.denied, done
    assert done.err.strip()


@pytest.mark.parametrize("megabytes", [2, 8, 20, 40])
def test_too_little_memory_denies(house: HookWorld, megabytes: int) -> None:
    def little() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))

    try:
        done = house.bash("shutdown now", preexec_fn=little)
    except OSError:
        return  # not even `sh` starts, and the client is told so
    assert done.code not in (0, 1) or done.denied


def with_another_hook(house: HookWorld, *command: str) -> Done:
    started = subprocess.run(
        ["/bin/sh", "-c", line(command)],
        input=json.dumps(house.event("Bash", {"command": "ls"})).encode(),
        env=house.environment,
        capture_output=True,
        check=False,
    )
    return Done(started.returncode, started.stdout.decode(), started.stderr.decode())


@pytest.mark.parametrize(
    "hook", ["/nowhere/python", "false", "sh -c 'kill -9 $$'", "sh -c 'kill -SEGV $$'", "sh -c 'exit 137'"]
)
def test_the_registered_line_turns_a_hook_that_did_not_answer_into_a_denial(house: HookWorld, hook: str) -> None:
    done = with_another_hook(house, *shlex.split(hook))
    assert (done.code, done.out) == (2, "")


def test_a_broken_installation_denies(house: HookWorld, tmp_path: Path) -> None:
    lone = tmp_path / "start.py"
    lone.write_text((Path(__file__).parents[2] / "adapters/hook/start.py").read_text())
    done = with_another_hook(house, "/usr/bin/env", "python3", "-I", "-S", str(lone), "claude-code")
    assert done.code == 2 and "denies" in done.err


def test_nothing_of_the_work_tree_or_the_environment_is_imported(house: HookWorld, tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    planted = f"open({str(canary)!r}, 'w').close()\n"
    for name in ("json.py", "typing.py", "sitecustomize.py", "usercustomize.py", "state.py", "adapters.py", "posix.py"):
        (house.worktree / name).write_text(planted)
    environment = {"PYTHONPATH": str(house.worktree), "PYTHONSTARTUP": str(house.worktree / "json.py")}
    environment |= {"PYTHONHOME": str(house.worktree), "PYTHONINSPECT": "1"}
    event = house.event("Bash", {"command": "shutdown now"})
    assert house.ask(event, environment=environment, cwd=house.worktree).denied
    assert not canary.exists()


@pytest.fixture
def waiting(house: HookWorld) -> Iterator[tuple[HookWorld, "subprocess.Popen[bytes]"]]:
    hook = house.start(house.event("Bash", {"command": PUSH}))
    house.question()
    yield house, hook
    if hook.poll() is None:
        hook.kill()
        hook.communicate()


def test_a_hook_that_is_told_to_end_denies_and_marks(waiting: tuple[HookWorld, "subprocess.Popen[bytes]"]) -> None:
    house, hook = waiting
    os.kill(house.question()["pid"], signal.SIGTERM)
    assert ended(hook).denied
    assert house.questions() == []
    (seen,) = house.calls()
    assert (seen["verdict"], seen["outcome"]) == ("deny", "failed")


def test_a_client_that_ends_the_shell_line_leaves_no_hook(waiting: tuple[HookWorld, "subprocess.Popen[bytes]"]) -> None:
    house, hook = waiting
    pid = house.question()["pid"]
    hook.terminate()
    hook.communicate()
    assert over(pid) and house.questions() == []
    assert [one["verdict"] for one in house.calls()] == ["deny"]


def test_a_hook_whose_question_was_taken_away_denies(waiting: tuple[HookWorld, "subprocess.Popen[bytes]"]) -> None:
    house, hook = waiting
    shutil.rmtree(house.house / "spool")
    assert ended(hook).denied


def test_an_answer_that_is_garbage_denies(waiting: tuple[HookWorld, "subprocess.Popen[bytes]"]) -> None:
    house, hook = waiting
    (house.house / "spool/answers" / f"{house.question()['id']}.json").write_text("{")
    assert ended(hook).denied
