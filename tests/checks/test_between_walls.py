"""A check runs between walls: what it may reach, what it may take, and that nothing of it lives on."""

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from adapters.checks import output, running, walls
from adapters.checks.runner import CheckRuns
from adapters.confine import landlock
from adapters.process_walk import walk
from tests.checks.exports import Checks
from tests.promises import attacks
from tests.world import ROOT

pytestmark = [
    pytest.mark.skipif(
        shutil.which("bwrap") is None,
        reason="NOT TRIED: bubblewrap is not installed, so that nothing shows what it holds",
    ),
    attacks("execution"),
]
KIND = pytest.mark.parametrize("kind", ["bubblewrap", "landlock", "none"])


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "_LOOK_SECONDS", 0.05)


def only(monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    """Let it seem that this machine holds no stronger walls."""
    if kind == "landlock" and landlock.abi() < landlock.NEEDED:
        pytest.skip("NOT TRIED: the kernel's Landlock is too old")
    monkeypatch.setattr("adapters.checks.runner.kinds", lambda environment: (kind,))


def labelled(house: Path) -> list[str]:
    """Name the processes that carry the label of any check of this house."""
    begin = f"{walls.LABEL}={house.name}:".encode()
    table = walk(names=[walls.LABEL])
    return [one.name for one in table.by_pid.values() if not one.dead and any(m.startswith(begin) for m in one.marks)]


async def until(seen: Callable[[], bool]) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(20):
        while not seen():  # noqa: ASYNC110 - what is waited for happens in the kernel
            await asyncio.sleep(0.02)


def killed_core(world: Checks, folder: Path, kind: str) -> None:
    """Be a core that runs a check, and kill it."""
    program = (
        "import asyncio; import adapters.checks.runner as r\n"
        "from pathlib import Path; from tests.checks import exports\n"
        f"r.kinds = lambda environment: ({kind!r},)\n"
        f"runs = r.CheckRuns(Path({str(world.house)!r}), {world.environment!r})\n"
        "one = exports.Check('it', 'setsid sleep 300 & echo begun; sleep 300', tests=False)\n"
        f"store = exports.Exports(Path({str(folder)!r}), {{'a': ''}}, {{}})\n"
        "asyncio.run(runs.run(one, store.proposal, store, lambda line: print(line, flush=True)))\n"
    )
    core = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert core.stdout is not None
    with core.stdout:
        assert core.stdout.readline() == "begun\n"
    assert labelled(world.house)
    os.kill(core.pid, signal.SIGKILL)
    core.wait()


def checks(folder: Path, house: str, **environment: str) -> Checks:
    found = Checks(folder, {"a.txt": "hello\n"}, **environment)
    own = found.house.with_name(f"{house}-{os.getpid()}")
    found.house.rename(own)
    found.house, found.runs = own, CheckRuns(own, found.environment)
    return found


async def test_it_sees_the_tree_and_none_of_the_humans_secrets(tmp_path: Path) -> None:
    world = checks(tmp_path, "sees", AWS_SECRET_ACCESS_KEY="S3CRET", SSH_AUTH_SOCK="/run/S3CRET", LANG="C")
    (world.home / ".ssh").mkdir()
    (world.home / ".ssh/id_ed25519").write_text("S3CRET")
    (world.house / "state.db").write_text("S3CRET")
    result = await world.run(f"cat a.txt; env; cat {world.home}/.ssh/* {world.house}/*; ls -a ~; echo $HOME")
    log = world.log(result)
    assert (result.state, result.exit, result.grade) == ("passed", 0, "E1"), log
    assert "hello" in log and "LANG=C" in log
    assert "S3CRET" not in log and "HOME=/tmp/headgate/home" in log
    assert "no network" in result.walls and result.log_sha
    assert not [one for one in (world.house / "checks").iterdir() if one.name != "logs"]


async def test_it_reaches_no_network_unless_the_policy_says_so(tmp_path: Path) -> None:
    world = checks(tmp_path, "net")
    with socket.create_server(("127.0.0.1", 0)) as server:
        command = f"bash -c 'exec 3<>/dev/tcp/127.0.0.1/{server.getsockname()[1]}'"
        assert (await world.run(command)).state == "failed"
        assert (await world.run(command, network=True)).state == "passed"


@KIND
async def test_it_writes_nowhere_but_in_its_own_folder(tmp_path: Path, monkeypatch, kind: str) -> None:
    only(monkeypatch, kind)
    world = checks(tmp_path, f"writes-{kind}")
    outside = tmp_path / "outside"
    result = await world.run(
        f"echo x > own && mkdir -p ~/d && echo x > ~/d/f && echo x > $TMPDIR/t; echo x > {outside}"
    )
    assert result.state == "failed" or kind == "none" or not outside.exists(), world.log(result)
    assert outside.exists() == (kind == "none")
    assert {"bubblewrap": "bubblewrap: ", "landlock": "Landlock only (", "none": "NO WALLS ("}[kind] in result.walls


@KIND
async def test_what_outlasts_its_time_is_ended_with_all_that_it_began(tmp_path: Path, monkeypatch, kind: str) -> None:
    only(monkeypatch, kind)
    world = checks(tmp_path, f"late-{kind}")
    result = await world.run("setsid sleep 300 & (trap '' TERM; sleep 300) & sleep 300", seconds=1.0)
    assert (result.state, result.why) == ("timed_out", "it was ended after 1 s")
    assert labelled(world.house) == []


@KIND
async def test_what_it_leaves_in_the_background_ends_with_it(tmp_path: Path, monkeypatch, kind: str) -> None:
    only(monkeypatch, kind)
    world = checks(tmp_path, f"left-{kind}")
    result = await world.run("setsid sleep 300 & sleep 0.2; exit 0")
    assert (result.state, result.exit) == ("passed", 0)
    assert labelled(world.house) == []


async def test_a_check_that_is_cancelled_leaves_no_process(tmp_path: Path) -> None:
    world = checks(tmp_path, "cancelled")
    under_way = asyncio.ensure_future(world.run("echo begun; setsid sleep 300 & sleep 300"))
    await until(lambda: "begun" in world.told)
    assert labelled(world.house)
    under_way.cancel()
    with pytest.raises(asyncio.CancelledError):
        await under_way
    assert labelled(world.house) == []


@pytest.mark.parametrize("kind", ["bubblewrap", "none"])
async def test_a_core_that_is_killed_leaves_nothing_to_the_next(tmp_path: Path, kind: str) -> None:
    world = checks(tmp_path, f"killed-{kind}")
    killed_core(world, tmp_path / "dying", kind)
    if kind == "bubblewrap":
        await until(lambda: labelled(world.house) == [])  # the kernel ends what is inside with the core
    else:
        assert labelled(world.house)
    await world.runs.end_left()
    assert labelled(world.house) == []
    assert list((world.house / "checks").iterdir()) == []


async def test_one_process_gets_no_more_memory_than_the_policy_says(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(running, "_LOOK_SECONDS", 60.0)  # the kernel alone
    result = await checks(tmp_path, "big").run("head -c 300M /dev/zero | tail", megabytes=64)
    assert result.state == "failed", result.why


async def test_all_processes_together_get_no_more_memory_either(tmp_path: Path) -> None:
    world = checks(tmp_path, "sum")
    command = "for i in 1 2 3; do (head -c 40M /dev/zero | tail | sleep 300) & done; wait"
    result = await world.run(command, megabytes=64)
    assert (result.state, result.why) == ("failed", "it was ended: it took more than 64 MB of memory")
    assert labelled(world.house) == []


async def test_a_fork_bomb_is_bounded(tmp_path: Path, monkeypatch) -> None:
    for module in (walls, running):
        monkeypatch.setattr(module, "PROCESSES", 40)
    world = checks(tmp_path, "bomb")
    # The kernel bounds every account but root's; root's is bounded by looking.
    result = await world.run("while :; do sleep 300 & done", seconds=20.0)
    assert result.state == "failed" and ("began more processes" in result.why or "fork" in world.log(result))
    assert labelled(world.house) == []


async def test_a_flood_of_output_keeps_its_beginning_and_its_end(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(output, "HEAD", 1 << 16)
    monkeypatch.setattr(output, "TAIL", 1 << 17)
    monkeypatch.setattr(running, "_PAUSE_SECONDS", 0.0)
    world = checks(tmp_path, "flood")
    result = await world.run("echo first; yes 0123456789abcdef | head -c 8M; echo last")
    log = world.log(result)
    assert result.state == "passed"
    assert "first\n" in log and "last\n" in log and "bytes left out]" in log
    assert len(log) < 1 << 18


def with_broken_sandbox(folder: Path, house: str) -> Checks:
    """Give a world in which bubblewrap is installed and refused by the kernel."""
    (folder / "bin").mkdir()
    program = folder / "bin/bwrap"
    program.write_text("#!/bin/sh\necho 'bwrap: setting up uid map: Permission denied' >&2\nexit 1\n")
    program.chmod(0o755)
    return checks(folder, house, PATH=f"{folder}/bin:/usr/bin:/bin")


async def test_what_cannot_be_begun_is_broken_and_not_failed(tmp_path: Path, monkeypatch) -> None:
    world = with_broken_sandbox(tmp_path, "broken")
    monkeypatch.setattr(world.runs, "_kind", ("bubblewrap", ""))
    result = await world.run("true")
    assert (result.state, result.exit) == ("broken", 1)
    assert result.why == "it could not be begun: bwrap: setting up uid map: Permission denied"


async def test_walls_that_do_not_hold_are_never_taken_for_walls(tmp_path: Path, monkeypatch) -> None:
    world = with_broken_sandbox(tmp_path, "none")
    monkeypatch.setattr(landlock, "abi", lambda: 0)
    result = await world.run("true")
    assert result.state == "passed"
    assert result.walls.startswith("NO WALLS (bwrap: setting up uid map: Permission denied): it ran as you")


def test_keys_of_the_account_are_hidden_also_where_home_is_another_or_unset(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".ssh").mkdir()
    (tmp_path / ".codex").mkdir()
    account = SimpleNamespace(pw_dir=str(tmp_path))
    monkeypatch.setattr("pwd.getpwuid", lambda number: account)
    for environment in ({}, {"HOME": str(tmp_path / "other")}):
        found = walls._hidden(environment)
        assert tmp_path.resolve() / ".ssh" in found and tmp_path.resolve() / ".codex" in found
