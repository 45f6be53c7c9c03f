"""What a confined run must still be able to do: edit, commit, look at its history, ask and hear the answer."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from adapters.confine.choice import Confined, child_of
from adapters.confine.homes import home_of, without_own_sandbox
from adapters.confine.profile import linked
from adapters.hook.command import hook_command
from adapters.install.command import line
from state.gate_files import Grant, grant_key
from tests.confine.sandbox import LABEL, Sandbox, bubblewrap, without_bubblewrap
from tests.hook.hook_world import PUSH, SESSION, over

pytestmark = bubblewrap
WORK = (
    "set -e; echo 'print(2)' > b.py; echo 'print(3)' >> a.py; git diff | grep -q 'print(3)'; git add .; "
    "git commit -qm 'Add b'; git log --format=%s; git status --porcelain"
)


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    """Give a run's place in which a core listens."""
    found = Sandbox(tmp_path.resolve())
    found.listen()
    yield found
    found.world.close()


def _hook(sandbox: Sandbox, command: str) -> "subprocess.Popen[bytes]":
    """Call the hook inside as the client would."""
    hook = sandbox.start("/bin/sh", "-c", line(hook_command("claude-code")))
    event = sandbox.world.event("Bash", {"command": command}, cwd=str(sandbox.worktree))
    assert hook.stdin is not None
    with hook.stdin:
        hook.stdin.write(json.dumps(event).encode())
    hook.stdin = None
    return hook


def _told(hook: "subprocess.Popen[bytes]") -> tuple[int, str]:
    out, err = hook.communicate(timeout=30)
    return hook.returncode, (out + err).decode()


def _question(sandbox: Sandbox) -> dict[str, Any]:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        for name in sandbox.spool.questions():
            if (found := sandbox.spool.question(name)) is not None:
                return found
        time.sleep(0.01)
    raise AssertionError("no question came")


def test_it_edits_commits_and_sees_its_history(sandbox: Sandbox) -> None:
    done = sandbox.run("/bin/sh", "-c", WORK)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.split("\n") == ["Add b", "Begin", ""]
    assert sandbox.git("log", "-1", "--format=%s", "headgate/r1/topic") == "Add b\n"
    assert sandbox.git("fsck", "--no-dangling") == ""


def test_a_run_that_only_looks_changes_nothing(sandbox: Sandbox) -> None:
    made = sandbox.tried(["/bin/sh", "-c", "cat a.py; git log --format=%s; echo x > a.py; git tag x"], looks_only=True)
    assert isinstance(made, Confined)
    done = subprocess.run(made.command, env=sandbox.environment, capture_output=True, text=True, check=False)
    assert done.stdout.split("\n") == ["print(1)", "Begin", ""]
    assert (sandbox.worktree / "a.py").read_text() == "print(1)\n" and sandbox.git("tag") == ""


def test_codex_makes_no_sandbox_of_its_own_inside_ours() -> None:
    words = ["exec", "-s", "workspace-write", "-m", "gpt-5.5", "mend -s it"]
    assert without_own_sandbox("codex", words) == ["exec", "-s", "danger-full-access", *words[3:]]
    assert without_own_sandbox("claude-code", words) == words


def test_its_hook_asks_and_hears_the_answer(sandbox: Sandbox) -> None:
    hook = _hook(sandbox, PUSH)
    sandbox.world.answer(_question(sandbox))
    assert _told(hook) == (0, "")
    assert [one.name for one in (sandbox.house / "spool/calls").iterdir()] == [LABEL]
    lines = [json.loads(one.text) for one in sandbox.spool.new_lines({})]
    assert [(one["verdict"], one["outcome"]) for one in lines] == [("seen", "none"), ("allow", "human")]


def test_what_the_core_says_later_is_heard_inside(sandbox: Sandbox) -> None:
    # The core replaces its files by others of the same name; a sandbox that mounted files would see the old ones.
    hook = _hook(sandbox, PUSH)
    question = _question(sandbox)
    sandbox.publish(frozen={"by": "ana", "reason": "wait", "at": 1.0})
    sandbox.world.answer(question)
    code, said = _told(hook)
    assert code == 2 and "froze" in said


def test_no_leave_is_used_up_inside_and_none_can_be_forged(sandbox: Sandbox) -> None:
    key = _hook(sandbox, PUSH)
    question = _question(sandbox)
    sandbox.world.answer(question, "deny")
    assert _told(key)[0] == 2
    name = grant_key("claude-code", SESSION, "Bash", question["sha"], question["policy"])
    grant: Grant = {
        "request": "q",
        "by": "ana",
        "reason": "",
        "sha": question["sha"],
        "policy": question["policy"],
        "expires": time.time() + 900,
    }
    sandbox.spool.grant(name, grant)
    again = _hook(sandbox, PUSH)
    assert _question(sandbox)["id"] != question["id"]
    sandbox.world.answer(_question(sandbox))
    assert _told(again) == (0, "")
    assert (sandbox.house / "spool/grants" / f"{name}.json").exists()


def test_its_log_lies_where_it_always_does_and_no_other_is_seen(sandbox: Sandbox) -> None:
    other = sandbox.home / ".claude/projects/other"
    other.mkdir(parents=True)
    own = "".join(one if one.isalnum() else "-" for one in str(sandbox.worktree))
    script = f"ls ~/.claude/projects; echo x > ~/.claude/projects/{own}/s.jsonl; echo '{{}}' > ~/.claude/.claude.json"
    assert sandbox.run("/bin/sh", "-c", script).stdout.split() == [own]
    assert (sandbox.home / ".claude/projects" / own / "s.jsonl").read_text() == "x\n"
    assert not (sandbox.home / ".claude/.claude.json").exists()


def test_the_end_of_its_first_process_is_the_end_of_all(sandbox: Sandbox) -> None:
    made = sandbox.made(["/bin/sh", "-c", "(setsid sh -c 'trap : TERM; echo up; sleep 600' &) ; echo up; sleep 600"])
    outer = subprocess.Popen(made.command, env=sandbox.environment, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
    assert outer.stdout is not None
    assert [outer.stdout.readline(), outer.stdout.readline()] == [b"up\n", b"up\n"]
    first = child_of(made)
    assert first is not None
    inside = _below(first)
    assert len(inside) >= 3
    os.kill(first, signal.SIGKILL)
    assert outer.wait(20) != 0
    outer.stdout.close()
    assert all(over(pid) for pid in inside)


def _below(pid: int) -> list[int]:
    """Give the processes of the sandbox whose first process this is, by their namespace."""
    space = Path(f"/proc/{pid}/ns/pid").readlink()
    found: list[int] = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and (entry / "ns/pid").readlink() == space:
                found.append(int(entry.name))
        except OSError:
            continue
    return found


def test_the_humans_ways_to_other_programs_are_not_in_its_environment(sandbox: Sandbox) -> None:
    names = ("SSH_AUTH_SOCK", "DBUS_SESSION_BUS_ADDRESS", "TMUX", "LD_PRELOAD", "DISPLAY")
    sandbox.environment |= dict.fromkeys(names, "x") | {"HEADGATE_RUN": LABEL}
    told = sandbox.run("/usr/bin/env").stdout
    assert f"HEADGATE_RUN={LABEL}" in told
    assert not [name for name in names if f"{name}=" in told]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ({"branch": "refs/heads/topic"}, "name it headgate/FOLDER/NAME"),
        ({"branch": "refs/heads/headgate/topic"}, "name it headgate/FOLDER/NAME"),
        ({"branch": "refs/heads/headgate/r1/other"}, "in a folder of its own"),
        ({"agent": "opencode"}, "opencode keeps the logs of all its runs in one place"),
        ({"label": "../x"}, "names no directory"),
        ({"worktree": "/"}, "is no linked worktree"),
    ],
)
def test_what_cannot_be_confined_is_said_in_one_sentence(sandbox: Sandbox, words: dict[str, Any], why: str) -> None:
    told = sandbox.tried(["true"], **words)
    assert isinstance(told, str) and why in told and "\n" not in told


def test_a_sandbox_that_does_not_hold_is_not_promised(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    (sandbox.home / "bin").mkdir()
    broken = sandbox.home / "bin/bwrap"
    broken.write_text("#!/bin/sh\necho 'bwrap: No permissions to create a new namespace' >&2; exit 1\n")
    broken.chmod(0o755)
    sandbox.environment["PATH"] = f"{sandbox.home}/bin:{sandbox.environment['PATH']}"
    monkeypatch.setattr("adapters.confine.landlock.abi", lambda: 4)
    told = sandbox.tried(["true"])
    assert isinstance(told, str)
    assert "No permissions to create a new namespace" in told and "older than Linux 6.12" in told


def test_with_landlock_alone_no_more_is_claimed_than_holds(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    with without_bubblewrap(monkeypatch):
        made = sandbox.tried(["/bin/sh", "-c", WORK])
    if isinstance(made, str):
        pytest.skip(f"NOT TRIED: {made}")
    assert isinstance(made, Confined) and (made.kind, made.level) == ("landlock", "guardrail")
    done = subprocess.run(made.command, env=sandbox.environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.split("\n")) == (0, ["Add b", "Begin", ""]), done.stderr


def test_an_agents_directory_may_be_a_link_to_where_it_is_kept(sandbox: Sandbox) -> None:
    (sandbox.home / "dotfiles").mkdir()
    (sandbox.home / ".claude").rename(sandbox.home / "dotfiles/claude")
    (sandbox.home / ".claude").symlink_to(sandbox.home / "dotfiles/claude")
    (sandbox.home / ".ssh").symlink_to(sandbox.home / "dotfiles/ssh")
    (sandbox.home / "dotfiles/ssh").mkdir()
    (sandbox.home / "dotfiles/ssh/id").write_text("SECRET")
    script = 'cd "$CLAUDE_CONFIG_DIR"; cd projects/*; echo x > s.jsonl; echo x > ../../settings.json; cat ~/.ssh/id'
    done = sandbox.run("/bin/sh", "-c", script)
    assert "Read-only file system" in done.stderr and "SECRET" not in done.stdout
    assert (sandbox.home / "dotfiles/claude/settings.json").read_text() == "{}\n"
    assert [log.read_text() for log in (sandbox.home / ".claude/projects").glob("*/s.jsonl")] == ["x\n"]


def test_where_names_are_resolved_stays_to_be_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Under systemd /etc/resolv.conf is a link into /run, which is empty inside: without it no model is reached.
    monkeypatch.setattr("adapters.confine.profile.PRIVATE", (str(tmp_path / "run"),))
    (tmp_path / "run/resolve").mkdir(parents=True)
    (tmp_path / "etc").mkdir()
    for name in ("run/resolve/stub.conf", "run/hosts"):
        (tmp_path / name).touch()
    (tmp_path / "etc/resolv.conf").symlink_to(tmp_path / "run/resolve/stub.conf")
    (tmp_path / "etc/hosts").symlink_to(tmp_path / "run/hosts")
    found = [path for path in linked(tmp_path / "etc") if path != Path("/run/current-system")]
    assert found == [tmp_path / "run/resolve", tmp_path / "run/hosts"]


def test_codex_has_a_copy_of_what_it_opens_to_write(tmp_path: Path) -> None:
    home = home_of("codex", "r1", tmp_path, {"HOME": "/home/ana"})
    assert not isinstance(home, str)
    assert home.rewritten == {"installation_id": Path("/home/ana/.codex/installation_id")}
