"""Reaches the models of runs with what this machine has: tmux, the agents' programs, the hook, and the logs."""

import asyncio
import shlex
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from adapters.agents.agent import Agent
from adapters.launch import last_line
from adapters.messages.detached import start_detached
from adapters.messages.last_words import last_said
from adapters.messages.pane import Tmux, one_line
from adapters.messages.ways import line_of
from adapters.messages.witness import Witness
from adapters.processes import started, verify
from state.control.messenger import Pane, Resumed, Way
from state.runs.run import Run
from state.spool import make_private, read_whole
from state.text import clean

_OF_ANOTHER_RUN = frozenset(
    (
        *("CLAUDECODE", "CLAUDE_CODE_ENTRYPOINT", "CLAUDE_CODE_SESSION_ID", "CLAUDE_PID", "CLAUDE_PROJECT_DIR"),
        *("CODEX_SESSION_ID", "CODEX_THREAD_ID", "GEMINI_CLI", "GEMINI_SESSION_ID", "GEMINI_PROJECT_DIR"),
        *("OPENCODE", "OPENCODE_PID", "TMUX", "TMUX_PANE", "STY", "HEADGATE_RUN"),
    )
)
"""What an agent or a multiplexer leaves in its tools' environment, if the core was started in one."""


class AgentMessenger:
    """The messenger of one repository, whose state lies in `folder`."""

    def __init__(self, folder: Path, agents: Sequence[Agent], environment: Mapping[str, str]) -> None:
        self._folder, self._environment = folder, dict(environment)
        self._agents = {agent.name: agent for agent in agents}
        self._tmux, self._witness = Tmux(environment), Witness()

    async def pane_of(self, run: Run, clients: Sequence[int]) -> Pane | None:
        """Find the pane in whose foreground one of these clients is; None where nothing proves one."""
        return await self._tmux.pane_of(clients)

    async def paste(self, run: Run, pane: Pane, text: str, mark: str) -> str:
        """Paste one line and then its mark, and press Enter once the pane shows the mark and nothing asks leave.

        The mark goes in by itself, because a client shows a long paste as a word of its own; a dialog shows neither.
        """
        if why := await self._tmux.refusal(pane) or self._asks(run, pane):
            return why
        if await self._tmux.shows(pane, mark, 0.0):
            return "the pane shows this text already"
        name = f"headgate-{mark}"
        put = await self._tmux.put(pane, name, one_line(text))
        if not (put and await self._tmux.put(pane, name, f" [headgate {mark}]")):
            return "tmux did not take it"
        if not await self._tmux.shows(pane, mark):
            return "its pane did not show what was pasted, so Enter was not pressed: look at it"
        await self._tmux.settled()
        if why := await self._tmux.refusal(pane) or self._asks(run, pane):
            return f"{why}: it was pasted, and Enter was not pressed"
        return "" if await self._tmux.enter(pane) else "tmux did not press Enter: look at its pane"

    def way_back(self, run: Run, model: str | None = None) -> Way | str:
        """Say how the session is taken up again with a prompt, or why it is not."""
        found = self._line(run, model)
        if isinstance(found, str):
            return found
        command, _, lossy = found
        shown = ["..." if word is None else word for word in command]
        return Way(clean(shlex.join(shown)), lossy)

    async def resume(self, run: Run, act: str, text: str, model: str | None = None) -> Resumed | str:
        """Take the session up again with a prompt, as a process that is nobody's child."""
        found = self._line(run, model)
        if isinstance(found, str):
            return found
        command, folder, lossy = found
        logs = self._folder / "started"
        make_private(logs)
        log = logs / f"{act}.log"
        words = [text if word is None else word for word in command]
        pid = await start_detached(words, folder, log, self._clean_environment())
        if isinstance(pid, str):
            return pid
        start = started(pid)
        if start is None:
            return f"its client ended at once: {clean(last_line(log), 300)}"
        return Resumed(pid, start, str(log), clean(shlex.join(["..." if w is None else w for w in command])), lossy)

    def lives(self, pid: int, start: int) -> bool:
        """Say whether that very process still runs."""
        return verify(pid, str(start)) == "alive"

    def last_words(self, log: str) -> str:
        """Give the last line of what a resumed client printed."""
        return clean(last_line(Path(log)), 300)

    def hooked(self, agent: str) -> bool:
        """Say whether Headgate's hook is registered with an agent."""
        return agent in (read_whole(self._folder.parent / "hooks.json") or {})

    def handed(self, act: str) -> float | None:
        """Say when a hook handed a correction out."""
        try:
            return (self._folder / "spool" / "corrections" / act).lstat().st_mtime
        except OSError:
            return None

    def written(self, run: Run) -> int:
        """Give how far a run's log is written now."""
        return self._witness.written(run.log) if run.log else 0

    async def reached(self, run: Run, mark: str, since: int) -> float | None:
        """Say when the model was given what holds `mark`."""
        if run.log is None:
            return None
        return await asyncio.to_thread(self._witness.reached, run.agent, run.log, mark, since)

    async def last_said(self, run: Run) -> str:
        """Give the whole of what a run's model said last."""
        return await asyncio.to_thread(last_said, run.agent, run.log) if run.log else ""

    def _asks(self, run: Run, pane: Pane) -> str:
        """Ask the agent's own registry once more, right before keys are pressed, whether the client waits."""
        agent = self._agents.get(run.agent)
        for root in agent.roots(self._environment) if agent else ():
            for seen in agent.presences(root) if agent else ():
                if seen.pid == pane.client and seen.status == "waiting":
                    return "it waits for leave, and a correction must not answer a dialog"
        return ""

    def _line(self, run: Run, model: str | None) -> tuple[list[str | None], str, str] | str:
        """Give the command line, with None for the prompt, where it runs, and what is lossy; or why there is none."""
        line = line_of(run, model)
        if isinstance(line, str):
            return line
        agent = self._agents[run.agent]
        program = shutil.which(agent.program, path=self._environment.get("PATH", ""))
        if program is None or not program.startswith("/"):
            return f"{agent.program} is not on the PATH of the core"
        folder = next((place for place in (run.cwd, run.worktree) if place and Path(place).is_dir()), None)
        if folder is None:
            return "the directory that it worked in is gone"
        return [program, *line.before, None, *line.after], folder, line.lossy

    def _clean_environment(self) -> dict[str, str]:
        """Give the user's environment without what would make the client take itself for a part of another run."""
        return {name: word for name, word in self._environment.items() if name not in _OF_ANOTHER_RUN}
