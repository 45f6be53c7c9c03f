"""A small world for the hook's tests: a repository, a house with the core's files in it, and the real executable."""

import json
import os
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from adapters.git.repository import find
from adapters.hook.command import hook_command
from adapters.install.command import line
from state.gate_files import Fleet, RunFile, run_name
from state.policy.compiled import to_document
from state.policy.document import read_policy
from state.policy.rule import Policy
from state.policy.shipped import default_policy
from state.spool import hang_bell
from tests.copied_trees import copied, rejoined

BLOB = "b10b"
SESSION = "11111111-2222-4333-8444-555555555555"
ASKING = """schema = 1
[[rule]]
id = "ask-first"
effects = ["git.push"]
then = "escalate"
severity = "high"
because = "What is pushed is seen by others."
[[rule]]
id = "never"
commands = ["shutdown"]
then = "deny"
because = "The machine stays on."
instead = "Leave it."
"""
PUSH = "git push origin topic"


@dataclass(frozen=True, slots=True)
class Done:
    """How a hook ended."""

    code: int
    out: str
    err: str

    @property
    def denied(self) -> bool:
        """Whether the client would take it for a denial."""
        if self.code == 2:
            return bool(self.err.strip())
        told = json.loads(self.out)["hookSpecificOutput"] if self.out.strip() not in ("", "{}") else {}
        decided = told.get("permissionDecision") or told.get("decision", {}).get("behavior")
        return self.code == 0 and decided == "deny" and bool(told.get("permissionDecisionReason", "said").strip())

    @property
    def allowed(self) -> bool:
        """Whether the client would go its ordinary way."""
        return self.code == 0 and self.out.strip() in ("", "{}")


def registered(agent: str) -> list[str]:
    """Give the command as a client starts it: the registered line, in a shell."""
    return ["/bin/sh", "-c", line(hook_command(agent))]


def waits(line: dict[str, Any]) -> bool:
    """Say whether a line is about a call that waits, and not about its end."""
    return line["verdict"] == "seen" and line["request"] is not None


def over(pid: int) -> bool:
    """Wait for the end of a process that somebody else reaps, and say whether it came."""
    until = time.monotonic() + 20
    while time.monotonic() < until:
        try:
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except (FileNotFoundError, ProcessLookupError):
            return True
        time.sleep(0.05)
    return False


class HookWorld:
    """A temporary home, a repository with one linked worktree, and the directory in which core and hook meet."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.state = folder, folder / "state"
        self.repository, self.worktree = folder / "repo", folder / "tree"
        self.environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "HEADGATE_STATE_DIR": str(self.state)}
        copied(HookWorld, self._make, folder)
        rejoined(self.repository, {"tree": self.worktree})
        self.house = self.state / find(str(self.repository)).id
        self._bells: list[int] = []

    def _make(self, folder: Path) -> None:
        repository = folder / "repo"
        self._git("init", "-q", "-b", "main", str(repository))
        (repository / "a.py").write_text("print(1)\n")
        self._git("add", ".", at=repository)
        self._git("commit", "-qm", "Begin", at=repository)
        self._git("worktree", "add", "-q", "-b", "topic", str(folder / "tree"), at=repository)

    def _git(self, *words: str, at: Path | None = None) -> None:
        who = {
            "GIT_AUTHOR_NAME": "t",
            "GIT_AUTHOR_EMAIL": "t@t",
            "GIT_COMMITTER_NAME": "t",
            "GIT_COMMITTER_EMAIL": "t@t",
        }
        subprocess.run(["git", *words], cwd=at, env={**self.environment, **who}, check=True, capture_output=True)

    def open_house(self, policy: str | None = ASKING, **fleet: Any) -> None:
        """Write what a core writes: the directories, the policy and the fleet's file."""
        for name in (
            "spool/calls",
            "spool/requests",
            "spool/answers",
            "spool/grants",
            "spool/boards",
            "spool/corrections",
            "runs",
            "policy",
        ):
            (self.house / name).mkdir(mode=0o700, parents=True, exist_ok=True)
        (self.house / "state.db").touch()
        compiled = default_policy() if policy is None else read_policy(policy, "test", BLOB, ())
        self.put(f"policy/{compiled.blob}.json", to_document(compiled))
        self.fleet(policy=compiled.blob, **fleet)

    def fleet(self, **words: Any) -> None:
        told: Fleet = {
            "format": 1,
            "repository": self.house.name,
            "base": "refs/heads/main",
            "protected": [],
            "worktrees": [str(self.worktree)],
            "frozen": None,
            "policy": BLOB,
            "at": time.time(),
        }
        self.put("fleet.json", {**told, **words})

    def run(self, agent: str = "claude-code", session: str = SESSION, **words: Any) -> None:
        told: RunFile = {
            "format": 1,
            "run": f"{agent}:{session}",
            "agent": agent,
            "session": session,
            "worktree": str(self.worktree),
            "branch": "refs/heads/topic",
            "phase": "executing",
            "frozen": None,
            "halted": None,
            "plan": None,
            "policy": BLOB,
            "context_version": None,
            "files": 0,
            "usd": None,
            "began": None,
            "denied": {},
            "corrections": [],
        }
        self.put(f"runs/{run_name(agent, session)}.json", {**told, **words})

    def put(self, name: str, document: Any) -> Path:
        """Write a file of the house whole."""
        path = self.house / name
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        aside = path.with_name(f".{path.name}.aside")
        aside.write_text(json.dumps(document))
        aside.rename(path)
        return path

    def listen(self) -> None:
        """Be a core that listens."""
        self._bells.append(hang_bell(self.house / "spool" / "core.bell"))

    def rung(self) -> bool:
        """Say whether somebody rang."""
        return bool(os.read(self._bells[0], 16))

    def close(self) -> None:
        """Listen no more."""
        for bell in self._bells:
            os.close(bell)
        self._bells.clear()

    def event(self, tool: str, words: dict[str, Any], agent: str = "claude-code", **more: Any) -> dict[str, Any]:
        """Give an event in an agent's dialect."""
        if agent == "opencode":
            told = {"event": "tool.execute.before", "tool": tool, "sessionID": SESSION, "callID": "c1", "args": words}
            return {**told, "directory": str(self.worktree), **more}
        name = "BeforeTool" if agent == "gemini-cli" else "PreToolUse"
        told = {"session_id": SESSION, "cwd": str(self.worktree), "hook_event_name": name, "tool_use_id": "toolu_1"}
        return {**told, "tool_name": tool, "tool_input": words, **more}

    def start(
        self, event: dict[str, Any] | bytes, agent: str = "claude-code", *, bare: bool = False, **more: Any
    ) -> subprocess.Popen[bytes]:
        """Start the hook as it is registered, or without the shell line about it, and give it the event."""
        data = event if isinstance(event, bytes) else json.dumps(event).encode()
        command = hook_command(agent) if bare else registered(agent)
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        environment = {**self.environment, **more.pop("environment", {})}
        hook = subprocess.Popen(command, env=environment, **{**pipes, "cwd": "/", **more})
        assert hook.stdin is not None
        try:
            with hook.stdin:
                hook.stdin.write(data)
        except BrokenPipeError:
            hook.stdin.raw.close()  # it heard enough, and answered
        hook.stdin = None
        return hook

    def ask(self, event: dict[str, Any] | bytes, agent: str = "claude-code", **more: Any) -> Done:
        """Run the hook to its end."""
        return ended(self.start(event, agent, **more))

    def bash(self, command: str, agent: str = "claude-code", **more: Any) -> Done:
        """Ask about a shell line."""
        return self.ask(self.event("Bash", {"command": command}, agent), agent, **more)

    def question(self, seconds: float = 20) -> dict[str, Any]:
        """Wait for the one question that stands."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if found := self.questions():
                return found[0]
            time.sleep(0.01)
        raise AssertionError("no question came")

    def questions(self) -> list[dict[str, Any]]:
        return [json.loads(path.read_text()) for path in sorted((self.house / "spool/requests").glob("[!.]*.json"))]

    def answer(self, question: dict[str, Any], answer: str = "approve", **words: Any) -> None:
        """Answer as the core does."""
        told = {"request": question["id"], "answer": answer, "by": "ana", "reason": "because", "at": time.time()}
        bound = {"sha": question["sha"], "policy": question["policy"]}
        self.put(f"spool/answers/{question['id']}.json", {**told, **bound, **words})

    def calls(self) -> list[dict[str, Any]]:
        """Give the lines in which hooks wrote down what became of events, in their order."""
        paths = sorted((self.house / "spool/calls").glob("*.jsonl"))
        lines = [json.loads(line) for path in paths for line in path.read_text().splitlines()]
        return sorted((line for line in lines if not waits(line)), key=lambda line: line["at"])

    def awaited(self) -> list[str]:
        """Give the ids of the calls that hooks wrote down as waiting."""
        paths = (self.house / "spool/calls").glob("*.jsonl")
        lines = [json.loads(line) for path in paths for line in path.read_text().splitlines()]
        return [line["call"] for line in lines if waits(line)]


def ended(hook: subprocess.Popen[bytes], seconds: float = 30) -> Done:
    """Wait for a hook's end."""
    try:
        out, err = hook.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        hook.kill()
        hook.communicate()
        raise
    return Done(hook.returncode, (out or b"").decode(), (err or b"").decode())


def policy_of(text: str) -> Policy:
    return read_policy(text, "test", BLOB, ())
