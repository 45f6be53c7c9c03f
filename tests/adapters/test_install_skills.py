"""What teaches agents to hand in evidence goes in with the hook and comes out with it, byte for byte."""

from pathlib import Path

import pytest

from adapters.agents.known import AGENTS
from adapters.hook.command import hook_command
from adapters.install.plan import Installer
from adapters.install.skills import BEGIN, skill_text
from state.evidence.asking import ASKED, FILE, TITLES

PLACES = {
    "claude-code": (".claude/skills/headgate-evidence/SKILL.md", ".claude/commands/headgate-task.md"),
    "codex": (".codex/AGENTS.md", ".codex/prompts/headgate-task.md"),
    "gemini-cli": (".gemini/GEMINI.md", ".gemini/commands/headgate-task.toml"),
    "opencode": (".config/opencode/AGENTS.md", ".config/opencode/command/headgate-task.md"),
}


def installer(folder: Path) -> Installer:
    (folder / "home").mkdir(exist_ok=True)
    environment = {"HOME": str(folder / "home"), "PATH": str(folder / "none")}
    return Installer(environment, folder / "state", AGENTS, hook_command, system=folder / "etc")


def put(folder: Path, agent: str) -> list[str]:
    at = installer(folder)
    plan = at.plan(agent, "user")
    assert plan.refusal is None, plan.refusal
    at.carry_out(plan)
    return list(plan.notes)


def taken(folder: Path, agent: str) -> None:
    at = installer(folder)
    at.undo(at.plan_removal(agent))


@pytest.mark.parametrize("agent", PLACES)
def test_each_agent_is_taught_and_nothing_is_left_of_it(tmp_path: Path, agent: str) -> None:
    put(tmp_path, agent)
    skill, task = (tmp_path / "home" / name for name in PLACES[agent])
    assert FILE in skill.read_text() and TITLES["rollback"] in skill.read_text()
    assert ASKED["rollback"] in task.read_text() and "{task}" not in task.read_text()
    taken(tmp_path, agent)
    assert [path for path in (tmp_path / "home").rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("before", ["# Mine\n", "# Mine", "a\n\nb\n\n"])
def test_instructions_of_ones_own_keep_every_byte(tmp_path: Path, before: str) -> None:
    file = tmp_path / "home" / ".codex" / "AGENTS.md"
    file.parent.mkdir(parents=True)
    file.write_text(before)
    put(tmp_path, "codex")
    put(tmp_path, "codex")
    assert file.read_text().startswith(before) and file.read_text().count(BEGIN) == 1
    file.write_text(file.read_text() + "more\n")
    taken(tmp_path, "codex")
    assert file.read_text().replace("\n", "") == f"{before}more\n".replace("\n", "")


def test_a_skill_of_anothers_is_left_alone_and_the_hook_is_registered(tmp_path: Path) -> None:
    file = tmp_path / "home" / ".claude" / "commands" / "headgate-task.md"
    file.parent.mkdir(parents=True)
    file.write_text("mine\n")
    notes = put(tmp_path, "claude-code")
    assert any("already and not Headgate's" in note for note in notes) and file.read_text() == "mine\n"
    assert (tmp_path / "home" / ".claude" / "settings.json").exists()
    taken(tmp_path, "claude-code")
    assert file.read_text() == "mine\n"


def test_without_the_skill_the_hook_alone_is_planned(tmp_path: Path) -> None:
    at = installer(tmp_path)
    at.skilled = False
    assert [change.path.name for change in at.plan("claude-code", "user").changes] == ["settings.json"]


def test_a_skill_names_itself_as_claude_code_wants() -> None:
    head = skill_text().split("---\n")[1].splitlines()
    assert head[0] == "name: headgate-evidence" and head[1].startswith("description: ") and len(head[1]) < 200
