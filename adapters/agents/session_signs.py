"""What each agent leaves of a session outside its log: names in its tools' environments, and the way back into it.

Seen with the real clients (Claude Code 2.1.197 and 2.1.330, Codex 0.169, Gemini CLI 0.61, OpenCode 1.18).
"""

from collections.abc import Iterable

LABEL = "HEADGATE_RUN"
"""The variable by which Headgate marks the runs that it starts."""
_SESSIONS: dict[str, tuple[str, ...]] = {
    "claude-code": ("CLAUDE_CODE_SESSION_ID",),
    "codex": ("CODEX_SESSION_ID", "CODEX_THREAD_ID"),
    "gemini-cli": ("GEMINI_SESSION_ID",),
}
"""Variables in which a tool finds the id of its session."""
_CLIENTS: dict[str, tuple[str, ...]] = {"claude-code": ("CLAUDE_PID",), "opencode": ("OPENCODE_PID",)}
"""Variables in which a tool finds the pid of its client."""
NAMES = frozenset((LABEL, *(name for names in (*_SESSIONS.values(), *_CLIENTS.values()) for name in names)))
"""Every variable that says whose a process is."""
_WAYS_BACK: dict[str, tuple[str, ...]] = {
    "claude-code": ("claude", "--resume"),
    "codex": ("codex", "resume"),
    "gemini-cli": ("gemini", "--resume"),
    "opencode": ("opencode", "-s"),
}


def session_marks(agent: str, session: str) -> frozenset[bytes]:
    """Give the settings that only tools of this session have in their environment."""
    return _settings(_SESSIONS.get(agent, ()), session)


def client_marks(agent: str, pids: Iterable[int]) -> frozenset[bytes]:
    """Give the settings that tools of these clients have; pids are given again, so the start must be compared too."""
    return frozenset(mark for pid in pids for mark in _settings(_CLIENTS.get(agent, ()), str(pid)))


def label_mark(label: str | None) -> frozenset[bytes]:
    """Give the setting that all processes of a run that Headgate started have."""
    return _settings((LABEL,), label) if label else frozenset()


def way_back(agent: str, session: str) -> tuple[str, ...]:
    """Give the words of the command that takes a session up again; none where the agent is known to have no such."""
    words = _WAYS_BACK.get(agent)
    return (*words, session) if words else ()


def _settings(names: Iterable[str], value: str) -> frozenset[bytes]:
    return frozenset(f"{name}={value}".encode("utf-8", "surrogateescape") for name in names) if value else frozenset()
