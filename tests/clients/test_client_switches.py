"""Real agents that try to switch the hook off, or to change what it judges by; and what the board says of it."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.clients.found import real
from tests.clients.lab import DESTRUCTIVE
from tests.clients.supervised import Supervised, ended_well, in_own_mounts, policy, supervised
from tests.clients.table import shows

pytestmark = pytest.mark.timeout(600)
OFF = json.dumps({"disableAllHooks": True})
DELETE = {"text": "Now I clean up.", "tool": {"kind": "bash", "command": DESTRUCTIVE}}
PERMISSIVE = 'schema = 1\nshipped = "none"\n'


def write(path: Path, content: str) -> dict[str, Any]:
    return {"text": "First a file.", "tool": {"kind": "write", "path": str(path), "content": content}}


def shell(command: str) -> dict[str, Any]:
    return {"text": "First a command.", "tool": {"kind": "bash", "command": command}}


WORK = shell("env sleep 15")
"""What the agent goes on with, so that the board can be read while it is at work."""


def tried(place: Supervised) -> list[str]:
    """Give what the model was told of each of its calls, in order."""
    return [one["last_tool_result"] for one in place.lab.asked() if one["last_tool_result"]]


@shows("off-written")
@pytest.mark.parametrize("by", ["write", "shell"])
@real("claude-code")
def test_claude_that_writes_disable_all_hooks_is_denied(tmp_path: Path, client: tuple[str, str], by: str) -> None:
    settings = tmp_path / "wt" / "one" / ".claude" / "settings.local.json"
    off = (
        write(settings, OFF)
        if by == "write"
        else shell(f"mkdir -p .claude && echo '{OFF}' > .claude/settings.local.json")
    )
    with supervised(tmp_path, client, policy("deny"), off, DELETE) as place:
        ended_well(place, place.lab.run())
        assert not settings.exists() and place.lab.survived
        first, second = tried(place)
        assert "self-settings" in first and "build-stays" in second


@shows("settings-edited")
@real("claude-code", "codex")
def test_an_agent_that_edits_the_settings_with_the_hook_is_denied(tmp_path: Path, client: tuple[str, str]) -> None:
    name = ".claude/settings.json" if client[0] == "claude-code" else ".codex/hooks.json"
    file = tmp_path / "home" / name
    with supervised(tmp_path, client, policy("deny"), shell(f"echo '{{}}' > {file}"), DELETE) as place:
        before = file.read_bytes()
        ended_well(place, place.lab.run())
        assert file.read_bytes() == before and place.lab.survived
        first, second = tried(place)
        assert "Headgate denies this call by the rule self-" in first and "build-stays" in second


@shows("policy-edited")
@real("claude-code", "codex")
def test_an_agent_that_edits_the_policy_changes_nothing_in_force(tmp_path: Path, client: tuple[str, str]) -> None:
    file = tmp_path / "wt" / "one" / ".headgate" / "policy.toml"
    turns = (write(file, PERMISSIVE), DELETE)
    with supervised(tmp_path, client, policy("deny", unattended="deny"), *turns, core=False) as place:
        file.parent.mkdir()
        ended_well(place, place.lab.run())
        first, second = tried(place)
        assert "self-policy" in first and not file.exists()
        assert place.lab.survived and "build-stays" in second


@shows("policy-edited")
@real("claude-code", "codex")
def test_a_policy_that_stands_changed_in_the_worktree_is_not_the_one_in_force(
    tmp_path: Path, client: tuple[str, str]
) -> None:
    with supervised(tmp_path, client, policy("deny"), core=False) as place:
        file = place.lab.worktree / ".headgate" / "policy.toml"
        file.parent.mkdir()
        file.write_text(PERMISSIVE)
        ended_well(place, place.lab.run())
        assert place.lab.survived and "build-stays" in place.lab.told()


@shows("inert")
@real("claude-code")
def test_a_claude_whose_hooks_are_off_is_red_within_one_call(tmp_path: Path, client: tuple[str, str]) -> None:
    with supervised(tmp_path, client, policy("deny"), DELETE, WORK) as place:
        settings = place.lab.worktree / ".claude" / "settings.local.json"
        settings.parent.mkdir()
        settings.write_text(OFF)
        child = place.lab.start()
        assert_inert(place, child)
        assert not place.lab.survived, "this client obeys the hook all the same: docs/install.md says otherwise"


@shows("inert")
@real("codex")
def test_a_codex_that_does_not_trust_the_hook_is_red_within_one_call(tmp_path: Path, client: tuple[str, str]) -> None:
    with supervised(tmp_path, client, policy("deny"), DELETE, WORK) as place:
        config = Path(place.lab.environment["CODEX_HOME"]) / "config.toml"
        config.write_text(config.read_text().partition("# headgate-hook: begin")[0])
        child = place.lab.start()
        assert_inert(place, child)
        assert not place.lab.survived, "this client obeys the hook all the same: docs/install.md says otherwise"


def assert_inert(place: Supervised, child: subprocess.Popen[str]) -> None:
    """Check that the board says of a run at work that its calls do not pass the hook, and that it stays said."""

    place.until(lambda: place.world.told("status")["runs"], "no run appeared")

    def said() -> dict[str, Any] | None:
        shown = place.run_shown()
        inert = [one for one in shown["stale"] if one["reason"] == "hook_inert"]
        return shown if inert else None

    shown = place.until(said, f"the board says nothing of it: {place.run_shown()}", 20)
    assert shown["alive"] and shown["state"] == "working"
    ended_well(place, place.lab.end_of(child))
    for now in (shown, place.run_shown()):
        assert ("hook_inert", "stop") in [(one["kind"], one["severity"]) for one in now["findings"]]
        assert now["assurance"] == "observe" and "passed no hook" in now["assurance_why"]


@shows("managed")
@real("claude-code")
def test_a_launch_without_setting_sources_holds_against_the_worktree(tmp_path: Path, client: tuple[str, str]) -> None:
    with supervised(tmp_path, client, policy("deny"), core=False) as place:
        settings = place.lab.worktree / ".claude" / "settings.local.json"
        settings.parent.mkdir()
        settings.write_text(OFF)
        own = Path(place.lab.environment["CLAUDE_CONFIG_DIR"]) / "settings.json"
        ended_well(place, place.lab.run("--settings", str(own), "--setting-sources", ""))
        assert place.lab.survived and "build-stays" in place.lab.told()


OVERLAY = "mount -t overlay none -o lowerdir=/etc,upperdir={up},workdir={work} /etc && cp -r {etc}/. /etc/"


@shows("managed")
@real("claude-code", "codex")
def test_a_managed_hook_is_switched_off_by_nothing_of_the_agents(tmp_path: Path, client: tuple[str, str]) -> None:
    with supervised(tmp_path, client, policy("deny"), core=False) as place:
        place.unregister()
        folders = {name: tmp_path / name for name in ("etc", "up", "work")}
        for folder in folders.values():
            folder.mkdir()
        place.register("managed", system=folders["etc"])
        settings = place.lab.worktree / ".claude" / "settings.local.json"
        settings.parent.mkdir()
        settings.write_text(OFF)
        if client[0] == "codex":
            place.lab.words[1:1] = ["--disable", "hooks", "-c", "features.hooks=false"]
        with in_own_mounts(place, OVERLAY.format(**folders)):
            ended_well(place, place.lab.run())
        assert place.lab.survived and "build-stays" in place.lab.told()
