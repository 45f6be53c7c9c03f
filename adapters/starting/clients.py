"""How each client is started: its words for model, effort and mode, with a terminal of its own and without one.

Source: `--help` of Claude Code 2.1.330, Codex 0.169, Gemini CLI 0.61 and opencode 1.18; research/real-clients.md 1.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from state.control.launching import Wanted
from state.money.lane import Mode

PROGRAMS: Mapping[str, str] = {
    "claude-code": "claude",
    "codex": "codex",
    "gemini-cli": "gemini",
    "opencode": "opencode",
}


@dataclass(frozen=True, slots=True)
class CommandLine:
    """The words of a client, with the program first, and what the client cannot be told, as sentences."""

    words: tuple[str, ...]
    notes: tuple[str, ...] = ()


def command_of(wanted: Wanted, program: str, *, terminal: bool) -> CommandLine:
    """Give the command line: the client at its terminal with the prompt given, or its form for scripts."""
    words, notes = _MADE[wanted.agent](wanted, terminal)
    return CommandLine((program, *words), notes)


_Made = tuple[list[str], tuple[str, ...]]


def _option(name: str, value: str | None) -> list[str]:
    return [name, value] if value else []


_CLAUDE: Mapping[Mode, str] = {"plan": "plan", "ask": "default", "edit": "acceptEdits", "all": "bypassPermissions"}


def _claude(wanted: Wanted, terminal: bool) -> _Made:
    words = [] if terminal else ["-p"]
    words += ["--session-id", wanted.session, "--permission-mode", _CLAUDE[wanted.mode]]
    words += [*_option("--model", wanted.model), *_option("--effort", wanted.effort)]
    return [*words, wanted.prompt], ()


_CODEX: Mapping[Mode, tuple[str, str]] = {
    "plan": ("read-only", "on-request"),
    "ask": ("workspace-write", "untrusted"),
    "edit": ("workspace-write", "on-request"),
    "all": ("danger-full-access", "never"),
}


def _codex(wanted: Wanted, terminal: bool) -> _Made:
    sandbox, asks = _CODEX[wanted.mode]
    words = [] if terminal else ["exec"]
    words += ["-s", sandbox, *(["-a", asks] if terminal else [])]
    words += [*_option("-m", wanted.model)]
    words += ["-c", f'model_reasoning_effort="{wanted.effort}"'] if wanted.effort else []
    return [*words, wanted.prompt], ()


_GEMINI: Mapping[Mode, str] = {"plan": "plan", "ask": "default", "edit": "auto_edit", "all": "yolo"}


def _gemini(wanted: Wanted, terminal: bool) -> _Made:
    words = ["--session-id", wanted.session, "--approval-mode", _GEMINI[wanted.mode], *_option("-m", wanted.model)]
    notes = ("Gemini CLI takes no effort, so it has its own",) if wanted.effort else ()
    if not terminal and wanted.mode in ("ask", "edit"):
        notes = (*notes, "without a terminal Gemini CLI offers the model no shell, because nobody could be asked")
    return [*words, "-i" if terminal else "-p", wanted.prompt], notes


def _opencode(wanted: Wanted, terminal: bool) -> _Made:
    words = [] if terminal else ["run"]
    words += ["--agent", "plan" if wanted.mode == "plan" else "build", *_option("-m", wanted.model)]
    words += ["--auto"] if wanted.mode == "all" else []
    words += [] if terminal else _option("--variant", wanted.effort)
    notes: list[str] = []
    if wanted.mode in ("ask", "edit"):
        notes.append("opencode asks what its own settings of permissions say")
    if terminal and wanted.effort:
        notes.append("opencode takes no effort at a terminal, so it has its own")
    return [*words, *(["--prompt"] if terminal else []), wanted.prompt], tuple(notes)


_MADE: Mapping[str, Callable[[Wanted, bool], _Made]] = {
    "claude-code": _claude,
    "codex": _codex,
    "gemini-cli": _gemini,
    "opencode": _opencode,
}
