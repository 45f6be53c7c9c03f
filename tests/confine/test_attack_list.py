"""S1: whatever a confined run tries against what is not its own, the real files, refs, processes and sockets stay."""

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from adapters.hook.command import hook_command
from tests.confine import attacks
from tests.confine.sandbox import Sandbox, bubblewrap, picture, without_bubblewrap
from tests.promises import attacks as promises_attacked

pytestmark = promises_attacked("human", "worktree")

SECRET = "SECRET-of-another"
_SLEEP = (sys.executable, "-I", "-S", "-c", "import time; time.sleep(600)")


@dataclass
class Victims:
    """What the attacks are aimed at, all of it real: other processes, sockets, files of others."""

    sandbox: Sandbox
    facts: dict[str, Any]
    processes: dict[str, "subprocess.Popen[bytes]"]
    heard: list[str] = field(default_factory=list)

    def attacked(self, *names: str, inside: bool = True) -> dict[str, str | None]:
        """Try the attacks, and give what they believe to have reached."""
        file = self.sandbox.worktree / "facts.json"
        file.write_text(json.dumps(self.facts))
        script = self.sandbox.worktree / "attacks.py"
        shutil.copy(attacks.__file__, script)
        words = (sys.executable, "-I", "-S", str(script), str(file), *names)
        if inside:
            done = self.sandbox.run(*words)
        else:
            environment = self.sandbox.environment
            done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def dead(self) -> list[str]:
        """Name the processes that do not live as they should."""
        told = {name: Path(f"/proc/{one.pid}/stat") for name, one in self.processes.items()}
        states = {name: path.read_text().rpartition(")")[2].split()[0] for name, path in told.items()}
        return [name for name, state in states.items() if state in "TZtX"]


@pytest.fixture
def victims(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Victims]:
    """Set everything up that an attack could reach, and end it."""
    folder = tmp_path.resolve()
    sandbox = Sandbox(folder, getattr(request, "param", "claude-code"))
    home = sandbox.home
    for name, text in {
        ".ssh/id_ed25519": SECRET,
        ".ssh/authorized_keys": "",
        ".bashrc": "",
        "bin/git": "",
        ".config/systemd/user/x.service": "",
        ".claude/projects/other/s.jsonl": "",
    }.items():
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(text)
    sandbox.world.run()
    for name in ("spool/requests/other.json", "spool/requests/r2/other.json", "spool/calls/other.jsonl", "core.lock"):
        sandbox.world.put(name, {})
    (sandbox.house / "state.db").write_text("rows")
    environment = {**os.environ, "HEADGATE_TEST_TOKEN": SECRET}
    processes = {
        name: subprocess.Popen(_SLEEP, env=environment, cwd=home, start_new_session=True)
        for name in ("core", "board", "victim")
    }
    tmux = str(home / "tmux.socket")
    subprocess.run(["tmux", "-S", tmux, "new-session", "-d", "sleep 600"], check=True, cwd=home)
    facts: dict[str, Any] = {
        "house": str(sandbox.house),
        "home": str(home),
        "worktree": str(sandbox.worktree),
        "other": str(sandbox.world.worktree),
        "common": str(sandbox.common),
        "hook": hook_command("claude-code")[3],
        "tmux": tmux,
        "stream": str(home / "agent.socket"),
        "datagram": str(home / "notify.socket"),
        "home_socket": str(home / ".claude" / "control.socket"),
        "abstract": f"headgate-test-{os.getpid()}-{folder.name}",
        **{name: one.pid for name, one in processes.items()},
    }
    found = Victims(sandbox, facts, processes)
    sockets = [
        _heard(found, name, facts[name], kind)
        for name, kind in (
            ("stream", socket.SOCK_STREAM),
            ("datagram", socket.SOCK_DGRAM),
            ("home_socket", socket.SOCK_STREAM),
        )
    ]
    sockets.append(_heard(found, "abstract", "\0" + facts["abstract"], socket.SOCK_STREAM))
    try:
        yield found
    finally:
        for one in sockets:
            one.close()
        subprocess.run(["tmux", "-S", tmux, "kill-server"], check=False, capture_output=True)
        for process in processes.values():
            process.kill()
            process.wait()
        sandbox.world.close()


def _heard(found: Victims, name: str, address: str, kind: int) -> socket.socket:
    """Listen at an address, and note who is heard."""
    listener = socket.socket(socket.AF_UNIX, kind)
    listener.bind(address)
    if kind == socket.SOCK_STREAM:
        listener.listen()

    def hear() -> None:
        try:
            if kind == socket.SOCK_STREAM:
                with listener.accept()[0] as one:
                    one.recv(64)
            else:
                listener.recv(64)
            found.heard.append(name)
        except OSError:
            return

    threading.Thread(target=hear, daemon=True).start()
    return listener


def _own(sandbox: Sandbox) -> dict[Path, str]:
    """Give what the run may write."""
    common, refs = sandbox.common, "heads/headgate/r1"
    return {
        sandbox.worktree: "",
        common / "refs" / refs: "",
        common / "logs/refs" / refs: "",
        common / "worktrees/run": "",
        sandbox.house / "confined": "",
        sandbox.house / "spool/calls/r1": "",
        sandbox.house / "spool/requests/r1": "",
        sandbox.home / "headgate.lean": "",
    }


@bubblewrap
@pytest.mark.parametrize("victims", ["claude-code", "codex"], indirect=True)
def test_nothing_real_is_reached(victims: Victims) -> None:
    sandbox = victims.sandbox
    sandbox.made(["true"])  # makes the directories that a confined run has
    pinned = [sandbox.worktree / ".git", *(sandbox.common / "worktrees/run" / one for one in ("gitdir", "commondir"))]
    before, was = picture(sandbox.home, _own(sandbox)), [path.read_bytes() for path in pinned]
    believed = victims.attacked()
    assert picture(sandbox.home, _own(sandbox)) == before
    assert [path.read_bytes() for path in pinned] == was
    settings = sandbox.worktree / (".claude" if sandbox.agent == "claude-code" else ".codex")
    assert not list(settings.iterdir())
    assert victims.dead() == [] and victims.heard == []
    assert SECRET not in json.dumps(believed) and not [one for one in believed.values() if one and "SECRET" in one]
    assert len(believed) >= 60
    assert not (Path(victims.facts["hook"]).parent / "lean/attacked").exists()
    # In a user namespace of its own a run is root of nothing but what it makes itself.
    assert not [name for name in attacks.BEYOND if believed[name]], believed


def test_without_a_sandbox_the_same_attacks_reach_what_they_aim_at(victims: Victims) -> None:
    # The measure of the test above: without this, nothing might be reached because the attacks are no good.
    sandbox = victims.sandbox
    sandbox.made(["true"])
    before = picture(sandbox.home, _own(sandbox))
    last = ["settings_moved_away", "killed_by_pid", "killed_by_descriptor", "held", "database_unlinked"]
    names = [name for name in attacks.ATTACKS if name not in attacks.BEYOND and name not in last]
    believed = victims.attacked(*names, *last, inside=False)
    assert [name for name in names if not believed[name]] == []
    after = picture(sandbox.home, _own(sandbox))
    assert len([path for path in {*before, *after} if before.get(path) != after.get(path)]) >= 25
    assert sorted(victims.dead()) == ["board", "core", "victim"]
    assert sorted(victims.heard) == ["abstract", "datagram", "home_socket", "stream"]
    assert SECRET in json.dumps(believed)


NOT_CLAIMED = {
    "question_of_another": "the spool is one directory to it",
    "question_of_another_confined": "the same",
    "calls_of_another": "the same",
    "worktree_settings": "what lies in its worktree is its own",
    "own_git_file": "the same",
    "own_commondir": "its part of the git directory is its own",
    "alternates": "new objects go there",
    "key_read": "nothing is hidden",
    "environment_of_another": "root reads it whatever Landlock says (CAP_PERFMON)",
    "tmux_keys": "sockets with a path are reached",
    "agent_of_ssh": "the same",
    "notified": "the same",
    "socket_in_the_home": "the same",
}
"""What Landlock cannot hold, each with why: for these it is said to be a guardrail and no more."""


def test_landlock_holds_what_is_claimed_of_it(victims: Victims, monkeypatch: pytest.MonkeyPatch) -> None:
    sandbox = victims.sandbox
    with without_bubblewrap(monkeypatch):
        made = sandbox.tried(["true"])
        if isinstance(made, str):
            pytest.skip(f"NOT TRIED: {made}")
        assert (made.kind, made.level) == ("landlock", "guardrail")
        own = {**_own(sandbox), **{sandbox.home / ".claude" / name: "" for name in ("sessions", "debug", "todos")}}
        before = picture(sandbox.home, own)
        believed = victims.attacked(*(name for name in attacks.ATTACKS if name not in NOT_CLAIMED))
    assert picture(sandbox.home, own) == before
    assert victims.dead() == [] and victims.heard == []
    assert SECRET not in json.dumps(believed) and not [one for one in believed.values() if one and "SECRET" in one]
    assert len(believed) >= 45
