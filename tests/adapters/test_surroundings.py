"""The files that an agent loads by itself, in real git worktrees: as git names their contents, and no others."""

import hashlib
import os
import pwd
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.agents.known import AGENTS
from adapters.surroundings import MOST_BYTES, AgentSurroundings
from state.runs.context import UNKNOWN
from state.runs.run import Plan, Run, run_key
from tests.world import World


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def run_of(world: World, agent: str = "claude-code", below: str = "") -> Run:
    top = str(world.worktrees["one"])
    home = world.home / (".claude" if agent == "claude-code" else ".codex")
    log = home / "logs" / "a.jsonl"
    log.parent.mkdir(parents=True, exist_ok=True)
    log.touch()
    cwd = f"{top}/{below}".rstrip("/")
    return Run(run_key(agent, "s"), agent, "s", log=str(log), worktree=top, cwd=cwd)


def ground(world: World) -> AgentSurroundings:
    return AgentSurroundings(AGENTS, world.environment, kept_seconds=0.0)


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def found(world: World, run: Run) -> dict[str, str]:
    return {f"{file.part} {file.name}": file.value for file in ground(world).look(run).files}


def test_claude_code_loads_its_hierarchy_as_git_names_it(world: World) -> None:
    top = world.worktrees["one"]
    named = {
        "instructions": ["CLAUDE.md", ".claude/CLAUDE.md", ".claude/rules/style.md", "pkg/sub/CLAUDE.md"],
        "skills": [".claude/skills/deploy/SKILL.md", ".claude/agents/reviewer.md"],
        "mcp": [".mcp.json"],
        "settings": [".claude/settings.json"],
    }
    for name in (name for names in named.values() for name in names):
        write(top / name, f"this is {name}\n")
    write(top / "AGENTS.md", "not read beside a CLAUDE.md\n")
    write(top / "other/CLAUDE.md", "not on the way\n")
    write(world.home / ".claude" / "CLAUDE.md", "mine\n")
    write(world.home / ".claude" / "skills" / "own" / "SKILL.md", "mine too\n")
    wanted = {
        f"{part} {name}": world.git("hash-object", name, at=top).strip()
        for part, names in named.items()
        for name in names
    }
    wanted["instructions ~/CLAUDE.md"] = world.git("hash-object", str(world.home / ".claude/CLAUDE.md")).strip()
    wanted["skills ~/skills/own/SKILL.md"] = world.git(
        "hash-object", str(world.home / ".claude/skills/own/SKILL.md")
    ).strip()
    assert found(world, run_of(world, below="pkg/sub")) == wanted


def test_claude_code_falls_back_to_agents_md_and_codex_prefers_an_override(world: World) -> None:
    top = world.worktrees["one"]
    write(top / "AGENTS.md", "all\n")
    assert list(found(world, run_of(world))) == ["instructions AGENTS.md"]
    write(top / "pkg/AGENTS.override.md", "mine\n")
    write(top / "pkg/AGENTS.md", "hidden by the override\n")
    run = run_of(world, "codex", "pkg")
    assert list(found(world, run)) == ["instructions pkg/AGENTS.override.md", "instructions AGENTS.md"]


def test_only_a_file_that_changed_is_read_again(world: World) -> None:
    top = world.worktrees["one"]
    write(top / "CLAUDE.md", "one\n")
    write(top / ".mcp.json", "{}\n")
    around, run = ground(world), run_of(world)
    before = around.look(run)
    assert (around.look(run), around.read) == (before, 2)
    write(top / "CLAUDE.md", "other\n")
    after = around.look(run)
    assert around.read == 3 and after.files[0].value != before.files[0].value
    (top / "CLAUDE.md").unlink()
    assert [file.name for file in around.look(run).files] == [".mcp.json"]


def test_a_link_counts_inside_the_worktree_and_never_out_of_it(world: World) -> None:
    top, secret = world.worktrees["one"], world.folder / "secret"
    secret.write_text("not yours\n")
    write(top / "docs/agents.md", "inside\n")
    (top / "CLAUDE.md").symlink_to("docs/agents.md")
    (top / ".mcp.json").symlink_to(secret)
    (top / ".claude").symlink_to(world.folder)
    write(world.folder / "rules/evil.md", "outside\n")
    assert found(world, run_of(world)) == {
        "instructions CLAUDE.md": world.git("hash-object", "docs/agents.md", at=top).strip()
    }


def test_what_is_no_small_file_is_unknown_or_left_out(world: World) -> None:
    top = world.worktrees["one"]
    write(top / "CLAUDE.md", "x" * (MOST_BYTES + 1))
    os.mkfifo(top / "CLAUDE.local.md")
    (top / ".mcp.json").mkdir()
    assert found(world, run_of(world)) == {"instructions CLAUDE.md": UNKNOWN}


def test_an_unknown_agent_is_taken_to_read_agents_md_and_has_no_home(world: World) -> None:
    write(world.worktrees["one"] / "AGENTS.md", "all\n")
    assert list(found(world, run_of(world, "newcomer"))) == ["instructions AGENTS.md"]


def test_the_account_is_the_logs_and_unknown_where_the_log_is_gone(world: World) -> None:
    run = run_of(world)
    assert ground(world).look(run).account == pwd.getpwuid(os.geteuid()).pw_name
    Path(run.log or "").unlink()
    assert ground(world).look(run).account is None


def test_the_account_of_a_session_in_a_database_is_the_databases(world: World) -> None:
    # Without it every run of OpenCode halted at its first call, because nobody was known who owns it.
    run = run_of(world)
    session = replace(run, log=f"{run.log}#ses_1")
    assert ground(world).look(session).account == pwd.getpwuid(os.geteuid()).pw_name


def test_a_plans_file_is_read_in_the_worktree_and_nowhere_else(world: World) -> None:
    top, text = world.worktrees["one"], "# Plan\n\nEdit `src/a.py`.\n"
    write(top / "PLAN.md", text)
    write(world.home / "PLAN.md", text)
    (top / "linked").symlink_to(world.home)
    told = ground(world).look(replace(run_of(world), plan=Plan("proposed", path=str(top / "PLAN.md")))).plan
    assert told is not None
    assert (told.text, told.sha) == ("# Plan⏎⏎Edit `src/a.py`.", hashlib.sha256(text.encode()).hexdigest())
    for path in (world.home / "PLAN.md", top / "linked" / "PLAN.md", top / "gone.md"):
        assert ground(world).look(replace(run_of(world), plan=Plan("proposed", path=str(path)))).plan is None
