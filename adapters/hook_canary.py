"""Flies a canary: a real client, told by a model of ours to run a command that a rule denies. Does its hook fire?

The client begins with an empty environment, in a temporary home with a dummy key, on a model at 127.0.0.1; the hook is
registered there as `headgate init` would register it. Nothing of the user's configuration is read, and where the hook
does not fire, what the command writes is a file in the temporary directory.
"""

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from adapters.agents.agent import Agent
from adapters.canary_model import CanaryModel
from adapters.install.json_scan import Unsure
from adapters.install.plan import Installer
from state.text import clean

COMMAND = "echo '{}' > .claude/settings.json"
RULE = "by the rule self-settings"
"""The words with which the hook names the rule of the shipped policy that denies it."""
FLYING = ("claude-code", "codex")
SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Flown:
    """What a canary showed: `fires` None where the client did not get as far as asking, and why."""

    fires: bool | None
    why: str


def fly(agent: str, program: str, agents: Sequence[Agent], commands: Callable[[str], list[str]], path: str) -> Flown:
    """Fly one canary. It takes some seconds and leaves nothing behind."""
    if agent not in FLYING:
        return Flown(None, "no canary is known for this agent")
    with tempfile.TemporaryDirectory(prefix="headgate-canary-", ignore_cleanup_errors=True) as made:
        folder = Path(made).resolve()
        (folder / "work" / ".claude").mkdir(parents=True)
        with CanaryModel(COMMAND) as model:
            environment = _environment(folder, Path(program).parent, path)
            words = (_claude if agent == "claude-code" else _codex)(environment, model)
            installer = Installer(environment, folder / "state", agents, commands, skilled=False)
            plan = installer.plan(agent, "user")
            if plan.refusal is not None or plan.notes:
                return Flown(None, plan.refusal or plan.notes[0])
            try:
                installer.carry_out(plan)
                complaint = _run([program, *words], folder / "work", environment)
            except (Unsure, OSError) as error:
                return Flown(None, clean(f"the canary could not be flown: {error}"))
            return _judged(model.told, (folder / "work" / ".claude" / "settings.json").exists(), complaint)


def _judged(told: str | None, ran: bool, complaint: str | None) -> Flown:
    if ran:
        return Flown(False, "the client ran a command that a rule denies: its hook does not hold")
    if told is not None and RULE in told:
        return Flown(True, "the client asked the hook, and the denial reached the model with its reason")
    if told is not None:
        return Flown(None, clean(f"the client did not run the command, and not because of the hook: {told}", 300))
    return Flown(None, complaint or "the client never asked for the command")


def _environment(folder: Path, programs: Path, path: str) -> dict[str, str]:
    home = folder / "home"
    (home / ".claude").mkdir(parents=True)
    (home / ".codex").mkdir()
    return {
        "PATH": f"{programs}:{path}",
        "LANG": "C.UTF-8",
        "TERM": "dumb",
        "HOME": str(home),
        "TMPDIR": str(folder),
        "XDG_CONFIG_HOME": str(home / ".config"),
        "XDG_DATA_HOME": str(home / ".data"),
        "XDG_CACHE_HOME": str(home / ".cache"),
        "XDG_STATE_HOME": str(home / ".state"),
        "CLAUDE_CONFIG_DIR": str(home / ".claude"),
        "CODEX_HOME": str(home / ".codex"),
        "HEADGATE_STATE_DIR": str(folder / "state"),
    }


def _claude(environment: dict[str, str], model: CanaryModel) -> list[str]:
    """Prepare Claude Code: https://code.claude.com/docs/en/settings names the variables."""
    allowed = '{"permissions": {"allow": ["Bash"]}}\n'
    (Path(environment["CLAUDE_CONFIG_DIR"]) / "settings.json").write_text(allowed)
    quiet = ("DISABLE_TELEMETRY", "DISABLE_ERROR_REPORTING", "DISABLE_AUTOUPDATER")
    environment |= dict.fromkeys((*quiet, "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC"), "1")
    environment |= {"ANTHROPIC_BASE_URL": model.address, "ANTHROPIC_API_KEY": "sk-ant-headgate-canary"}
    return ["-p", "go on", "--output-format", "stream-json", "--verbose", "--model", "claude-sonnet-4-5"]


def _codex(environment: dict[str, str], model: CanaryModel) -> list[str]:
    """Prepare Codex: https://developers.openai.com/codex/config-reference names the keys."""
    (Path(environment["CODEX_HOME"]) / "config.toml").write_text(
        'model = "gpt-5.5"\nmodel_provider = "canary"\ncheck_for_update_on_startup = false\n'
        f'[model_providers.canary]\nname = "canary"\nbase_url = "{model.address}/v1"\n'
        'env_key = "HEADGATE_CANARY_KEY"\nwire_api = "responses"\n[analytics]\nenabled = false\n'
    )
    environment["HEADGATE_CANARY_KEY"] = "canary"
    return ["exec", "--json", "--skip-git-repo-check", "--dangerously-bypass-approvals-and-sandbox", "go on"]


def _run(words: Sequence[str], at: Path, environment: Mapping[str, str]) -> str | None:
    """Run the client to its end, or end it; gives a complaint where it did not end well."""
    child = subprocess.Popen(
        words,
        cwd=at,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        _, said = child.communicate(timeout=SECONDS)
    except subprocess.TimeoutExpired:
        return f"the client did not end within {SECONDS:.0f} s"
    finally:
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGKILL)
            child.communicate()
    last = said.decode("utf-8", "replace").strip().splitlines()[-1:]
    return clean(f"the client ended with {child.returncode}: {last[0] if last else 'no word'}", 300)


def stamped(flown: Flown, version: str | None, command: Sequence[str]) -> dict[str, object]:
    """Give what is kept of a flight: it counts for this version of the client and this command alone."""
    return {"fires": flown.fires, "why": flown.why, "at": time.time(), "version": version, "command": list(command)}
