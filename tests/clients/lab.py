"""Real coding agents, offline: a temporary home, a scripted model on 127.0.0.1, and what the model was told.

Nothing of the machine's own configuration is read: every client begins with an empty environment, a fresh home and a
dummy key.
"""

import importlib.util
import json
import os
import signal
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from tests.clients.found import MODEL_SERVER, version
from tests.world import World

DESTRUCTIVE = "find build -delete"
"""Codex refuses `rm -rf` by itself, hook or not."""
SECONDS = 240.0
"""How long a client may take on a machine that does much besides."""


def _server() -> ModuleType:
    spec = importlib.util.spec_from_file_location("fake_model_server", MODEL_SERVER)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@dataclass
class Ended:
    """How a client's turn ended."""

    status: int
    out: str
    err: str


class Lab:
    """One worktree with a `build/` that a scripted model wants to delete, and a real client that works there."""

    def __init__(self, folder: Path, client: tuple[str, str], *turns: dict[str, Any]) -> None:
        self.agent, self.program = agent, _ = client
        self.world = World(folder)
        self.worktree = self.world.worktrees["one"]
        self.build = self.worktree / "build"
        self.build.mkdir()
        (self.build / "artifact.o").write_text("x")
        self._log = folder / "requests.jsonl"
        self._server = _server().serve([self.scenario(turns)], 0, str(self._log))
        self._base = f"http://127.0.0.1:{self._server.server_address[1]}/r/lab"
        self.children: list[subprocess.Popen[str]] = []
        self.environment = {
            **self.world.environment,
            "LAB": str(folder),
            "TMPDIR": str(folder),
            "XDG_CONFIG_HOME": str(self.world.home / ".config"),
            "XDG_DATA_HOME": str(self.world.home / ".local/share"),
            "XDG_CACHE_HOME": str(self.world.home / ".cache"),
            "XDG_STATE_HOME": str(self.world.home / ".local/state"),
        }
        getattr(self, f"_prepare_{agent.replace('-', '_')}")()

    def scenario(self, turns: Sequence[dict[str, Any]]) -> dict[str, Any]:
        """Give the model's script: by default it deletes `build` and says what the tool told it."""
        given = turns or ({"text": "I clean up.", "tool": {"kind": "bash", "command": DESTRUCTIVE}},)
        return {"name": "lab", "turns": [*given, {"text": "FINAL <<{{last_tool_result}}>>"}]}

    def _prepare_claude_code(self) -> None:
        home = Path(self.environment["CLAUDE_CONFIG_DIR"])
        home.mkdir()
        allowed = {"permissions": {"allow": ["Bash", "Edit", "Write", "Read"]}}
        (home / "settings.json").write_text(json.dumps(allowed, indent=2) + "\n")
        self.environment |= {
            "ANTHROPIC_BASE_URL": self._base,
            "ANTHROPIC_API_KEY": "sk-ant-dummy",
            "DISABLE_TELEMETRY": "1",
            "DISABLE_ERROR_REPORTING": "1",
            "DISABLE_AUTOUPDATER": "1",
            "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
        }
        self.words = ["-p", "go on", "--output-format", "stream-json", "--verbose", "--model", "claude-sonnet-4-5"]

    def _prepare_codex(self) -> None:
        home = Path(self.environment["CODEX_HOME"])
        home.mkdir()
        (home / "config.toml").write_text(
            f'model = "gpt-5.5"\nmodel_provider = "fake"\ncheck_for_update_on_startup = false\n\n'
            f'[model_providers.fake]\nname = "fake"\nbase_url = "{self._base}/v1"\nenv_key = "FAKE_KEY"\n'
            f'wire_api = "responses"\n\n[analytics]\nenabled = false\n\n'
            f'[projects."{self.worktree}"]\ntrust_level = "trusted"\n'
        )
        self.environment["FAKE_KEY"] = "sk-dummy"
        self.words = ["exec", "--json", "--dangerously-bypass-approvals-and-sandbox", "go on"]

    def _prepare_gemini_cli(self) -> None:
        home = self.world.home / ".gemini"
        home.mkdir()
        settings = {
            "security": {"auth": {"selectedType": "gemini-api-key"}, "folderTrust": {"enabled": False}},
            "privacy": {"usageStatisticsEnabled": False},
            "general": {"enableAutoUpdate": False},
            "telemetry": {"enabled": False},
        }
        (home / "settings.json").write_text(json.dumps(settings, indent=2) + "\n")
        self.environment |= {"GEMINI_API_KEY": "dummy", "GOOGLE_GEMINI_BASE_URL": self._base}
        self.words = ["-y", "--skip-trust", "-o", "stream-json", "-m", "gemini-2.5-pro", "-p", "go on"]

    def _prepare_opencode(self) -> None:
        home = self.world.home / ".config" / "opencode"
        home.mkdir(parents=True)
        model = {"name": "Fake", "tool_call": True, "limit": {"context": 200000, "output": 8000}}
        options = {"baseURL": f"{self._base}/v1", "apiKey": "sk-dummy"}
        provider = {"npm": "@ai-sdk/openai-compatible", "name": "fake", "options": options}
        settings = {
            "autoupdate": False,
            "share": "disabled",
            "model": "fake/fake-model",
            "small_model": "fake/fake-model",
            "permission": {"bash": "allow"},
            "provider": {"fake": {**provider, "models": {"fake-model": model}}},
        }
        (home / "opencode.json").write_text(json.dumps(settings, indent=2) + "\n")
        names = ("OPENCODE_DISABLE_AUTOUPDATE", "OPENCODE_DISABLE_MODELS_FETCH", "OPENCODE_DISABLE_LSP_DOWNLOAD")
        self.environment |= dict.fromkeys(names, "1")
        # It would fetch the parts of a plugin at its first start, which ours needs none of: so nothing is fetched.
        plugin, at = "@opencode-ai/plugin", version(self.program)
        needs = {"dependencies": {plugin: at}}
        kept = {"": needs, f"node_modules/{plugin}": {"version": at}}
        parts = home / "node_modules" / plugin
        parts.mkdir(parents=True)
        (parts / "package.json").write_text(json.dumps({"name": plugin, "version": at}))
        (home / "package.json").write_text(json.dumps(needs))
        (home / "package-lock.json").write_text(json.dumps({"lockfileVersion": 3, "packages": kept}))
        self.words = ["run", "--format", "json", "go on"]

    def start(self, *more: str) -> subprocess.Popen[str]:
        """Start the client on its turn and do not wait for it."""
        child = subprocess.Popen(
            [self.program, *self.words, *more],
            cwd=self.worktree,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.children.append(child)
        return child

    def run(self, *more: str, seconds: float = SECONDS) -> Ended:
        """Let the client work until it ends."""
        return self.end_of(self.start(*more), seconds)

    def end_of(self, child: subprocess.Popen[str], seconds: float = SECONDS) -> Ended:
        """Wait for a client that was started."""
        out, err = child.communicate(timeout=seconds)
        return Ended(child.returncode, out, err)

    def asked(self) -> list[dict[str, Any]]:
        """Give what the model was asked so far, its side jobs left out."""
        if not self._log.exists():
            return []
        told = [json.loads(line) for line in self._log.read_text().splitlines()]
        return [one for one in told if "answer" in one and not one.get("side")]

    def keep_bodies(self) -> None:
        """Let the model note all that it is told, whole."""
        self._server.RequestHandlerClass.store.bodies = True

    def rewrite(self, *turns: dict[str, Any]) -> None:
        """Give the model another script from here on."""
        self._server.RequestHandlerClass.store.register("lab", {"scenario": self.scenario(turns)})

    def told(self) -> str:
        """Give what the tools last told the model."""
        return next((one["last_tool_result"] for one in reversed(self.asked()) if one["last_tool_result"]), "")

    @property
    def survived(self) -> bool:
        """Say whether the file that the model wanted gone is still there."""
        return (self.build / "artifact.o").exists()

    def close(self) -> None:
        """End what still runs, and the model."""
        for child in self.children:
            if child.poll() is None:
                child.kill()
            for stream in (child.stdout, child.stderr):
                if stream is not None:
                    stream.close()
            child.wait()
        self._end(f"HEADGATE_STATE_DIR={self.world.state}")
        self._server.shutdown()
        self._server.server_close()
        self._server.RequestHandlerClass.store.log.close()

    def kill(self) -> None:
        """Kill the client with what it left in sessions of its own, and nothing of Headgate's."""
        self._end(f"LAB={self.world.folder}")

    def _end(self, mark: str) -> None:
        """End whatever carries this lab's own folder in its environment."""
        own = mark.encode()
        for home in Path("/proc").iterdir():
            try:
                if home.name.isdecimal() and own in (home / "environ").read_bytes().split(b"\0"):
                    os.kill(int(home.name), signal.SIGKILL)
            except (OSError, ProcessLookupError):
                continue
