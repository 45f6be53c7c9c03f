"""What of an agent's own directory a confined run sees: its settings fixed, its log its own, the rest for itself.

An agent writes all over its directory; most of it is of no use after the run. So the directory is laid over with an
empty one, in which stand: what the client reads (read-only), copies of what it rewrites, and its log's real directory.
Seen with Claude Code 2.1.197 and Codex 0.169. Agents that keep every run's log in one file cannot be confined so.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_OWN_SANDBOX = {"codex": ("-s", "danger-full-access")}
"""The option of a client's own sandbox, and the word that leaves it out."""

_CODEX_OPENS = ("installation_id",)
"""What Codex opens to write although it only reads it, and ends where it cannot: seen with 0.169."""


def without_own_sandbox(agent: str, words: Sequence[str]) -> list[str]:
    """Give a client's words without its own sandbox: inside ours none can be made, and all its tools would fail."""
    option, off = _OWN_SANDBOX.get(agent, ("", ""))
    return [off if option and before == option else word for before, word in zip(("", *words), words, strict=False)]


@dataclass(frozen=True, slots=True)
class Home:
    """One agent's directory as a confined run sees it.

    `path` is the directory. `folders` are the directories in it that the run reads; of its plain files it reads all but
    those whose name ends like one of `dropped`. `rewritten` are files of which the run has a copy, each with where it
    is copied from; `written` are those that it writes for real, in place: a client renews its access there. `own` are
    directories that only this run writes, by where they seem to be. `empty` stand in for settings that are not there,
    so that the run cannot make them. `variables` must be set for the client. `settings` are the folders in a worktree
    that hold the agent's settings. Where nothing can be laid over anything, `scratch` are the directories that the
    client has to write, and `splits` is whether its log has a directory of its own all the same.
    """

    path: Path
    folders: tuple[str, ...]
    dropped: tuple[str, ...]
    rewritten: Mapping[str, Path]
    written: tuple[str, ...]
    own: Mapping[str, Path]
    empty: Mapping[str, str]
    variables: Mapping[str, str]
    settings: tuple[str, ...]
    scratch: tuple[str, ...] = ()
    splits: bool = False


def home_of(agent: str, label: str, worktree: Path, environment: Mapping[str, str]) -> Home | str:
    """Give the directory of the agent that will run; a sentence where it cannot be confined."""
    home = environment.get("HOME", "")
    if not home.startswith("/"):
        return "HOME is not set, so that it cannot be said what the agent may write there"
    if agent == "claude-code":
        return _claude(Path(home), worktree, environment)
    if agent == "codex":
        return _codex(Path(home), label, environment)
    return f"{agent} keeps the logs of all its runs in one place, so that none can be given a log of its own"


def _claude(home: Path, worktree: Path, environment: Mapping[str, str]) -> Home:
    """Claude Code writes a log into `projects/<its directory's name>`; `.claude.json` stands beside `~/.claude`."""
    named = environment.get("CLAUDE_CONFIG_DIR", "").split(",")[0].strip()
    path = Path(named.replace("~", str(home), 1) if named.startswith("~/") else named) if named else home / ".claude"
    path = path.parent if path.name == "projects" else path
    log = Path("projects") / "".join(one if one.isascii() and one.isalnum() else "-" for one in str(worktree))
    return Home(
        path=Path(os.path.realpath(path)),
        folders=("agents", "commands", "hooks", "output-styles", "plugins", "rules", "skills"),
        dropped=(".claude.json", "history.jsonl", ".lock", ".log", ".backup"),
        rewritten={".claude.json": path / ".claude.json" if named else home / ".claude.json"},
        written=(".credentials.json",),
        own={str(log): path / log},
        empty={"settings.json": "{}\n", "settings.local.json": "{}\n"},
        variables={"CLAUDE_CONFIG_DIR": os.path.realpath(path)},
        settings=(".claude",),
        scratch=("todos", "shell-snapshots", "session-env", "file-history", "debug", "sessions", "cache", "backups"),
        splits=True,
    )


def _codex(home: Path, label: str, environment: Mapping[str, str]) -> Home:
    """Codex writes a log into `sessions/<year>/<month>/<day>`, which all its runs share; this one gets its own."""
    named = environment.get("CODEX_HOME", "").split(",")[0].strip()
    path = Path(named.replace("~", str(home), 1) if named.startswith("~/") else named) if named else home / ".codex"
    return Home(
        path=Path(os.path.realpath(path)),
        folders=("agents", "packages", "plugins", "prompts", "rules", "skills"),
        dropped=(".sqlite", ".sqlite-shm", ".sqlite-wal", "history.jsonl", ".lock", ".log"),
        rewritten={name: path / name for name in _CODEX_OPENS},
        written=("auth.json",),
        own={"sessions": path / "sessions" / "headgate" / label},
        empty={"config.toml": "", "hooks.json": '{"hooks": {}}\n'},
        variables={"CODEX_HOME": str(path)} if named else {},
        settings=(".codex",),
    )
