"""What teaches agents to hand in evidence: a skill where the client has skills, a block of its instructions otherwise,
and a prompt of one's own that begins a task with plan and evidence asked for.

Places: https://code.claude.com/docs/en/skills, https://developers.openai.com/codex/prompts,
https://geminicli.com/docs/cli/custom-commands, https://opencode.ai/docs/commands. They hold nothing that decides: an
agent that does not read them hands in less, and what is missing is shown as missing.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from adapters.install.change import Registration
from adapters.install.json_scan import Unsure
from state.control.prompts import SKELETONS
from state.evidence.asking import instructions, short

NAME = "headgate-evidence"
TASK = "headgate-task"
BEGIN, END = f"<!-- {NAME}: begin -->", f"<!-- {NAME}: end -->"
_ABOUT = "Hand in the evidence of a change: before saying that work is done, and before asking for a review or a merge"


def skills(agent: str, folders: Sequence[Path], environment: Mapping[str, str]) -> list[Registration]:
    """Give the files for one agent's user; nothing where no place for them is known."""
    match agent:
        case "claude-code":
            return [one for folder in folders for one in _claude(folder)]
        case "codex":
            of_all = [
                (_block(agent, one / "AGENTS.md"), _own(agent, one / "prompts" / f"{TASK}.md", _task()))
                for one in folders
            ]
            return [one for both in of_all for one in both]
        case "gemini-cli":
            homes = [folder if folder.name == ".gemini" else folder / ".gemini" for folder in folders]
            return [one for home in homes for one in _gemini(home)]
        case "opencode" if (home := _opencode(environment)) is not None:
            return [_block(agent, home / "AGENTS.md"), _own(agent, home / "command" / f"{TASK}.md", _task())]
        case _:
            return []


def skill_text() -> str:
    """Give the skill as Claude Code reads it."""
    return f"---\nname: {NAME}\ndescription: {_ABOUT}.\n---\n\n# Evidence\n\n{instructions()}"


def _claude(folder: Path) -> list[Registration]:
    return [
        _own("claude-code", folder / "skills" / NAME / "SKILL.md", skill_text()),
        _own("claude-code", folder / "commands" / f"{TASK}.md", _task()),
    ]


def _gemini(home: Path) -> list[Registration]:
    prompt = json.dumps(SKELETONS["implement"].replace("{task}", "{{args}}"), ensure_ascii=False)
    text = f"# {NAME}\ndescription = {json.dumps(_DESCRIBED)}\nprompt = {prompt}\n"
    return [_block("gemini-cli", home / "GEMINI.md"), _own("gemini-cli", home / "commands" / f"{TASK}.toml", text)]


def _opencode(environment: Mapping[str, str]) -> Path | None:
    config, home = environment.get("XDG_CONFIG_HOME", ""), environment.get("HOME", "")
    if config.startswith("/"):
        return Path(config, "opencode")
    return Path(home, ".config", "opencode") if home.startswith("/") else None


_DESCRIBED = "Begin a task with a plan, and end it with evidence"


def _task() -> str:
    """Give the prompt of one's own: the implementer's skeleton, with the task where the client puts what was typed."""
    text = SKELETONS["implement"].replace("{task}", "$ARGUMENTS")
    return f"---\ndescription: {_DESCRIBED}\n---\n\n<!-- {NAME} -->\n\n{text}\n"


def _own(agent: str, path: Path, text: str) -> Registration:
    """Register a file of our own; one of that name which is another's is left alone."""

    def put(found: bytes | None) -> bytes:
        if found is not None and NAME.encode() not in found:
            raise Unsure("it is there already and not Headgate's")
        return text.encode()

    def take(found: bytes | None) -> bytes | None:
        return None if found is not None and NAME.encode() in found else found

    return Registration(agent, path, "user", put, take)


def _block(agent: str, path: Path) -> Registration:
    """Register by a block between two marks at the end of a file that others write as well."""

    def put(found: bytes | None) -> bytes:
        before = _without(found) or b""
        gap = b"" if not before else b"\n" if before.endswith(b"\n") else b"\n\n"
        return before + gap + f"{BEGIN}\n{short()}{END}\n".encode()

    return Registration(agent, path, "user", put, _without)


def _without(found: bytes | None) -> bytes | None:
    """Cut our block out, from mark to mark; where the marks are gone, nothing is cut."""
    if found is None or found.count(BEGIN.encode()) != 1 or found.count(END.encode()) != 1:
        return found
    head, _, rest = found.partition(BEGIN.encode())
    _, _, tail = rest.partition(END.encode())
    left = head.removesuffix(b"\n") + tail.removeprefix(b"\n")
    return left or None
