"""The hook is registered in real files and taken out again: byte for byte, and never where that is not certain."""

import json
import os
from pathlib import Path

import pytest

from adapters.agents.known import AGENTS
from adapters.hook.command import hook_command
from adapters.install.json_scan import Unsure
from adapters.install.plan import Installer, Plan
from state.guarantee import HookFound, guarantee_of

THEIRS = '{"PreToolUse": [ {"hooks": [{"type": "command", "command": "mine"}]} ]}'
ODD = f'{{\r\n\t"model": "opus", // mine\r\n\t"hooks": {THEIRS}\r\n}}'


def installer(folder: Path, **more: str) -> Installer:
    """Make an installer in a home of its own, in which no client is on the PATH."""
    (folder / "home").mkdir(exist_ok=True)
    environment = {"HOME": str(folder / "home"), "PATH": str(folder / "none"), **more}
    return Installer(environment, folder / "state", AGENTS, hook_command, system=folder / "etc", skilled=False)


def settings(folder: Path, text: str | None = ODD, mode: int = 0o640) -> Path:
    file = folder / "home" / ".claude" / "settings.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    if text is not None:
        file.write_bytes(text.encode())
        file.chmod(mode)
    return file


def registered(folder: Path, agent: str = "claude-code", **more: str) -> Plan:
    at = installer(folder, **more)
    plan = at.plan(agent, "user")
    assert plan.refusal is None, plan.refusal
    at.carry_out(plan)
    return plan


def taken_out(folder: Path, agent: str = "claude-code", **more: str) -> Plan:
    at = installer(folder, **more)
    plan = at.plan_removal(agent)
    assert plan.refusal is None, plan.refusal
    at.undo(plan)
    return plan


@pytest.mark.parametrize("text", [ODD, "{}", "", "{ }\n", None])
def test_uninstall_gives_back_every_byte_and_the_mode(tmp_path: Path, text: str | None) -> None:
    file = settings(tmp_path, text)
    registered(tmp_path)
    assert "start.py claude-code || exit 2" in file.read_text()
    if text is not None:
        assert file.stat().st_mode & 0o777 == 0o640
    taken_out(tmp_path)
    assert (file.read_bytes() if file.exists() else None) == (None if text is None else text.encode())
    assert text is None or file.stat().st_mode & 0o777 == 0o640
    assert [path.name for path in (tmp_path / "state").iterdir()] == ["hooks.json"]


def test_directories_that_init_made_go_with_it(tmp_path: Path) -> None:
    registered(tmp_path)
    assert (tmp_path / "home" / ".claude" / "settings.json").stat().st_mode & 0o777 == 0o600
    taken_out(tmp_path)
    assert not (tmp_path / "home" / ".claude").exists()


def test_registering_twice_changes_nothing(tmp_path: Path) -> None:
    file = settings(tmp_path)
    registered(tmp_path)
    once = file.read_bytes()
    assert not installer(tmp_path).plan("claude-code", "user").open
    registered(tmp_path)
    assert file.read_bytes() == once
    taken_out(tmp_path)
    assert file.read_bytes() == ODD.encode()


def test_what_its_owner_changed_since_stays(tmp_path: Path) -> None:
    file = settings(tmp_path, '{\n  "model": "opus"\n}\n')
    registered(tmp_path)
    file.write_text(file.read_text().replace('"opus"', '"sonnet"'))
    plan = taken_out(tmp_path)
    assert file.read_text() == '{\n  "model": "sonnet"\n}\n'
    assert any("changed since" in note for note in plan.notes)


def test_a_hook_of_another_installation_is_replaced_and_not_doubled(tmp_path: Path) -> None:
    file = settings(tmp_path, '{\n  "model": "opus"\n}\n')
    at = installer(tmp_path)
    at.commands = lambda agent: ["/old/python", "-I", "-S", "/old/adapters/hook/start.py", agent]
    at.carry_out(at.plan("claude-code", "user"))
    (tmp_path / "state" / "hooks.json").unlink()
    registered(tmp_path)
    assert "/old/" not in file.read_text() and file.read_text().count("PreToolUse") == 1
    taken_out(tmp_path)
    assert file.read_text() == '{\n  "model": "opus"\n}\n'


def test_every_named_configuration_directory_is_registered(tmp_path: Path) -> None:
    named = f"{tmp_path}/one,{tmp_path}/two"
    registered(tmp_path, CLAUDE_CONFIG_DIR=named)
    record = json.loads((tmp_path / "state" / "hooks.json").read_text())["claude-code"]
    assert [one["file"] for one in record["files"]] == [f"{tmp_path}/{name}/settings.json" for name in ("one", "two")]
    assert record["command"] == hook_command("claude-code") and record["command"][-1] == "claude-code"
    taken_out(tmp_path, CLAUDE_CONFIG_DIR=named)
    assert not (tmp_path / "one").exists() and not (tmp_path / "two").exists()


def test_a_link_is_followed_and_stays_a_link(tmp_path: Path) -> None:
    kept = tmp_path / "dotfiles.json"
    kept.write_text("{}\n")
    file = settings(tmp_path, None)
    file.symlink_to(kept)
    plan = registered(tmp_path)
    assert any("is a link" in note and str(kept) in note for note in plan.notes)
    assert file.is_symlink() and "PreToolUse" in kept.read_text()
    taken_out(tmp_path)
    assert file.is_symlink() and kept.read_text() == "{}\n"


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("dangling", "leads nowhere"),
        ("loop", "leads nowhere"),
        ("directory", "no regular file"),
        ("fifo", "no regular file"),
        ("huge", "larger than 1 MiB"),
        ("broken", "line 1 is not valid JSON"),
    ],
)
def test_what_is_not_understood_is_left_as_it_is(tmp_path: Path, fault: str, said: str) -> None:
    file = settings(tmp_path, None)
    match fault:
        case "dangling":
            file.symlink_to(tmp_path / "nowhere")
        case "loop":
            file.symlink_to(file)
        case "directory":
            file.mkdir()
        case "fifo":
            os.mkfifo(file)
        case "huge":
            file.write_text(json.dumps({"a": "x" * (1 << 20)}))
        case _:
            file.write_text("{a}")
    plan = installer(tmp_path).plan("claude-code", "user")
    assert plan.refusal is not None and said in plan.refusal and str(file) in plan.refusal
    assert not plan.open and not (tmp_path / "state").exists()


def test_a_file_that_changes_while_the_human_reads_is_not_written(tmp_path: Path) -> None:
    file = settings(tmp_path)
    at = installer(tmp_path)
    plan = at.plan("claude-code", "user")
    file.write_text("{}")
    with pytest.raises(Unsure, match="changed while you read"):
        at.carry_out(plan)
    assert file.read_text() == "{}"
    assert [path.name for path in file.parent.iterdir()] == ["settings.json"]


def test_codex_that_cannot_be_asked_for_its_trust_is_said(tmp_path: Path) -> None:
    plan = registered(tmp_path, "codex")
    assert any("passes the hook over in silence" in note for note in plan.notes)
    assert [change.path.name for change in plan.changes] == ["hooks.json"]
    taken_out(tmp_path, "codex")
    assert not (tmp_path / "home" / ".codex").exists()


@pytest.mark.parametrize("agent", ["gemini-cli", "opencode", "codex", "claude-code"])
def test_every_agent_is_registered_and_taken_out(tmp_path: Path, agent: str) -> None:
    plan = registered(tmp_path, agent)
    (written, *_) = plan.changes
    text = written.path.read_text()
    assert (all(word in text for word in hook_command(agent)) and "86400" in text) or agent == "opencode"
    taken_out(tmp_path, agent)
    assert not written.path.exists()


@pytest.mark.parametrize("agent", ["claude-code", "codex", "gemini-cli"])
def test_the_managed_file_is_our_own_and_never_laid_over_another(tmp_path: Path, agent: str) -> None:
    at = installer(tmp_path)
    plan = at.plan(agent, "managed")
    at.carry_out(plan)
    (change,) = plan.changes
    assert change.path.is_relative_to(tmp_path / "etc") and change.path.stat().st_mode & 0o777 == 0o644
    taken_out(tmp_path, agent)
    assert not change.path.exists()
    change.path.parent.mkdir(parents=True, exist_ok=True)
    change.path.write_text("theirs")
    refused = installer(tmp_path).plan(agent, "managed")
    assert refused.refusal is not None and "not Headgate's" in refused.refusal


def test_the_change_is_shown_as_a_diff_with_nothing_hidden(tmp_path: Path) -> None:
    settings(tmp_path, '{\n  "a": "\x1b[31m"\n}\n'.replace("\x1b", "\\u001b"))
    (change,) = installer(tmp_path).plan("claude-code", "user").changes
    shown = change.diff()
    assert shown[:2] == [f"--- {change.path}", f"+++ {change.path}"]
    assert not [line for line in shown if line.startswith("-") and not line.startswith("---") and "u001b" not in line]
    assert not any("\x1b" in line for line in shown)


COMMAND = tuple(hook_command("codex"))
FOUND = HookFound("codex", "1.0", COMMAND, file="/h")


@pytest.mark.parametrize(
    ("hook", "guarantee", "why"),
    [
        (HookFound("codex", "1.0", COMMAND), "observe", "no hook is registered"),
        (FOUND, "observe", "unverified"),
        (HookFound("codex", "1.0", COMMAND, file="/h", checked_version="0.9"), "observe", "flew for 0.9"),
        (HookFound("codex", "1.0", COMMAND, file="/h", fires=True, complaint="it is off"), "observe", "it is off"),
        (HookFound("codex", "1.0", COMMAND, file="/h", fires=False, canary="it ran"), "observe", "it ran"),
        (HookFound("codex", "1.0", COMMAND, file="/h", fires=True), "guardrail", "can switch it off"),
        (HookFound("codex", "1.0", COMMAND, file="/h", fires=True, sandboxed=True), "confined", "not tried"),
        (HookFound("codex", "1.0", COMMAND, file="/h", fires=True, managed=True), "guardrail", "can write"),
        (HookFound("codex", "1.0", COMMAND, file="/h", fires=True, managed=True, guarded=True), "managed", "another"),
    ],
)
def test_nothing_is_promised_that_was_not_seen(hook: HookFound, guarantee: str, why: str) -> None:
    assert guarantee_of(hook)[0] == guarantee and why in guarantee_of(hook)[1]
