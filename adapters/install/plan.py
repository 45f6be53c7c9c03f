"""What `headgate init` and `headgate uninstall` would do for each agent, before anything is written."""

import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from adapters.agents.agent import Agent
from adapters.agents.found import version_of
from adapters.install import claude_settings, codex_settings, codex_trust, gemini_settings, opencode_plugin
from adapters.install.change import FileChange, Placement, Registration
from adapters.install.files import read, target_of, write
from adapters.install.json_scan import Unsure
from adapters.install.record import Record
from adapters.install.skills import skills

Environment = Mapping[str, str]
SYSTEM = Path("/etc")
Step = Callable[[Registration, list[str]], tuple[FileChange, bytes | None]]
HOOKED = ("claude-code", "codex", "gemini-cli", "opencode")
"""The agents whose hooks Headgate speaks."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be changed for one agent. `originals` are the files without ours, one for each change.

    `notes` are said with the change; `refusal` says why nothing is done at all.
    """

    agent: str
    placement: Placement
    command: tuple[str, ...]
    changes: tuple[FileChange, ...] = ()
    originals: tuple[bytes | None, ...] = ()
    notes: tuple[str, ...] = ()
    refusal: str | None = None
    version: str | None = None

    @property
    def open(self) -> bool:
        """Say whether there is anything to write."""
        return self.refusal is None and any(change.changes for change in self.changes)


@dataclass(slots=True)
class Installer:
    """Plans and carries out, in one environment. `commands` gives the argument list of an agent's hook."""

    environment: Environment
    root: Path
    agents: Sequence[Agent]
    commands: Callable[[str], list[str]]
    system: Path = SYSTEM
    skilled: bool = True
    """Whether the agent is also taught to hand in evidence."""
    record: Record = field(init=False)

    def __post_init__(self) -> None:
        self.record = Record(self.root)

    def present(self) -> list[str]:
        """Name the agents with hooks that are on this machine: their program, or their directory."""
        return [
            agent.name
            for agent in self.agents
            if agent.name in HOOKED
            and (self._program(agent.name) or any(root.is_dir() for root in agent.roots(self.environment)))
        ]

    def plan(self, agent: str, placement: Placement) -> Plan:
        """Plan to register the hook."""
        return self._planned(agent, placement, self._put)

    def plan_removal(self, agent: str) -> Plan:
        """Plan to take the hook out, wherever it was registered."""
        placement = self.record.agents.get(agent, {}).get("placement")
        return self._planned(agent, "managed" if placement == "managed" else "user", self._take)

    def user_files(self, agent: str) -> list[Path]:
        """Give the files in which the agent's hook is registered for this user, where a place for them is known."""
        try:
            return [one.path for one in self._registrations(agent, "user", self.commands(agent))]
        except Unsure:
            return []

    def carry_out(self, plan: Plan) -> None:
        """Write what was planned: copies, the record, then each file. Raises `Unsure` and `OSError`."""
        told = {"command": list(plan.command), "at": time.time(), "version": plan.version}
        pairs = list(zip(plan.changes, plan.originals, strict=True))
        self.record.keep(plan.changes, plan.originals)
        self.record.remember(plan.agent, pairs, told, plan.placement)
        self._write(plan)

    def undo(self, plan: Plan) -> None:
        """Write what was planned, and forget the agent."""
        self._write(plan)
        self.record.forget(plan.agent)

    def _write(self, plan: Plan) -> None:
        for change in plan.changes:
            if change.changes:
                try:
                    write(change, 0o644 if plan.placement == "managed" else 0o600)
                except Unsure as unsure:
                    raise Unsure(f"{change.path}: {unsure}") from None

    def _planned(self, agent: str, placement: Placement, step: Step) -> Plan:
        command = tuple(self.commands(agent))
        program, notes = self._program(agent), list[str]()
        changes: list[tuple[FileChange, bytes | None]] = []
        try:
            for registration in self._registrations(agent, placement, command):
                changes.append(step(registration, notes))
                if agent == "codex" and registration.placement == "user":
                    trust = self._trust(changes[-1][0], program, step == self._put, notes)
                    changes += [step(trust, notes)] if trust else []
            changes += self._taught(agent, placement, step, notes)
        except Unsure as unsure:
            return Plan(agent, placement, command, refusal=str(unsure))
        version = version_of(program, self.environment)[0] if program else None
        first = tuple(change for change, _ in changes)
        return Plan(agent, placement, command, first, tuple(was for _, was in changes), tuple(notes), None, version)

    def _taught(
        self, agent: str, placement: Placement, step: Step, notes: list[str]
    ) -> list[tuple[FileChange, bytes | None]]:
        """Plan what teaches the agent to hand in evidence; a file of another's is left as it is, and the rest done."""
        changes: list[tuple[FileChange, bytes | None]] = []
        if placement != "user" or (step == self._put and not self.skilled):
            return changes
        for one in skills(agent, self._folders(agent), self.environment):
            try:
                changes.append(step(one, notes))
            except Unsure as unsure:
                notes.append(str(unsure))
        if step == self._put and any(change.changes for change, _ in changes):
            notes.append("it is also taught to hand in evidence, and a prompt for tasks; --no-skill leaves both out")
        return changes

    def _put(self, registration: Registration, notes: list[str]) -> tuple[FileChange, bytes | None]:
        def put(path: Path, current: bytes | None) -> tuple[bytes | None, bytes | None]:
            original, _ = self.record.before(registration, path, current)
            return original, registration.put(original)

        return self._changed(registration, notes, put)

    def _take(self, registration: Registration, notes: list[str]) -> tuple[FileChange, bytes | None]:
        def take(path: Path, current: bytes | None) -> tuple[bytes | None, bytes | None]:
            original, exact = self.record.before(registration, path, current)
            if not exact and original != current:
                notes.append(f"{path} changed since `headgate init`: only Headgate's own entries are taken out")
            return original, original

        return self._changed(registration, notes, take)

    def _changed(
        self,
        registration: Registration,
        notes: list[str],
        step: Callable[[Path, bytes | None], tuple[bytes | None, bytes | None]],
    ) -> tuple[FileChange, bytes | None]:
        try:
            path = target_of(registration.path)
            current = read(path)
            original, after = step(path, current)
        except Unsure as unsure:
            raise Unsure(f"{registration.path} is left as it is: {unsure}") from None
        if path != registration.path and registration.path.is_symlink():
            notes.append(f"{registration.path} is a link: the file that it names, {path}, is changed; the link stays")
        return FileChange(registration.agent, path, registration.path, current, after), original

    def _registrations(self, agent: str, placement: Placement, command: Sequence[str]) -> list[Registration]:
        folders = self._folders(agent)
        match agent, placement:
            case "claude-code", "user":
                return [one for folder in folders for one in claude_settings.user(folder, command)]
            case "claude-code", "managed":
                return claude_settings.managed(self.system, command)
            case "codex", "user":
                return [codex_settings.hooks_file(folder, command) for folder in folders]
            case "codex", "managed":
                return codex_settings.managed(self.system, command)
            case "gemini-cli", "user":
                return [one for folder in folders for one in gemini_settings.user(folder, command)]
            case "gemini-cli", "managed":
                return gemini_settings.managed(self.system, command)
            case "opencode", "user":
                return opencode_plugin.user(self.environment)
            case _:
                raise Unsure(f"Headgate has no {placement} placement for {agent}")

    def _folders(self, agent: str) -> list[Path]:
        """Give the agent's configuration directories: the first, and the others that exist or are named."""
        (known,) = [one for one in self.agents if one.name == agent]
        folders = known.roots(self.environment)
        if not folders:
            raise Unsure("no home directory is known: set HOME")
        named = self.environment.get({"claude-code": "CLAUDE_CONFIG_DIR", "codex": "CODEX_HOME"}.get(agent, ""), "")
        return [folder for at, folder in enumerate(folders) if not at or named or folder.is_dir()]

    def _trust(self, hooks: FileChange, program: str | None, wanted: bool, notes: list[str]) -> Registration | None:
        """Give the registration of the trust that goes with a `hooks.json`; None where Codex does not tell it."""
        folder = hooks.named.parent
        if not wanted or hooks.after is None:
            return codex_settings.trust_file(folder, {})
        try:
            if program is None:
                raise Unsure("Codex is not on the PATH and cannot be asked for its trust: trust the hook in its /hooks")
            digests = codex_trust.digests(program, hooks.after, hooks.named, self.environment)
        except Unsure as unsure:
            notes.append(f"{unsure}; until then Codex passes the hook over in silence")
            return None
        return codex_settings.trust_file(folder, _ours(digests))

    def _program(self, agent: str) -> str | None:
        (known,) = [one for one in self.agents if one.name == agent]
        return shutil.which(known.program, path=self.environment.get("PATH", ""))


def _ours(digests: Mapping[str, str]) -> dict[str, str]:
    """Keep the trust of our own entries: the last of each event's list, where `put` appends them."""
    last = {key.rsplit(":", 2)[0]: key for key in sorted(digests, key=_place)}
    return {key: digests[key] for key in last.values()}


def _place(key: str) -> tuple[int, int]:
    """Give the place of a hook in its event's list: a key is `file:event:entry:hook`."""
    entry, hook = key.rsplit(":", 2)[1:]
    return int(entry), int(hook)
