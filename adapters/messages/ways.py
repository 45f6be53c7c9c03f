"""How each agent takes a session up again with a prompt, and what of the session is then not as it was.

A mode in which nobody is asked is never given again: it was a human's to give. Source: research/real-clients.md 3(f)
and 3(i), and the clients' own `--help`.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from state.runs.run import Run

_SESSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,120}")
_NOBODY = "nobody can be asked for leave in it: what needs leave is denied"
_KEPT_MODES = {
    "claude-code": frozenset({"default", "acceptEdits", "plan", "dontAsk"}),
    "codex": frozenset({"read-only", "workspace-write"}),
}
_CODEX_SUMS_UP = "where the families differ the old model first sums the session up, and only that goes to the new one"


@dataclass(frozen=True, slots=True)
class Line:
    """A command line about a prompt: the words before it and behind it, and what would not be as it was."""

    before: tuple[str, ...]
    after: tuple[str, ...] = ()
    lossy: str = ""


def line_of(run: Run, model: str | None = None) -> Line | str:
    """Give the words with which a run's agent takes its session up; or the sentence why it cannot."""
    if not _SESSION.fullmatch(run.session):
        return "its session has no name that can be given to its agent"
    if model is not None and (not model or model.startswith("-") or not model.isprintable()):
        return f"{model[:80]!r} is no model's name"
    make = _LINES.get(run.agent)
    if make is None:
        return f"no way is known in which {run.agent} takes a session up with a prompt"
    return make(run, model)


def _claude(run: Run, model: str | None) -> Line:
    kept = run.mode in _KEPT_MODES["claude-code"]
    mode = ("--permission-mode", run.mode) if kept and run.mode else ()
    named = ("--model", model) if model else ()
    behind = ("--resume", run.session, "--output-format", "stream-json", "--verbose", *mode, *named)
    return Line(("-p",), behind, _together(_lost_mode(run.mode, kept), "" if run.headless else _NOBODY))


def _codex(run: Run, model: str | None) -> Line:
    parts = [part.value for part in run.context if (part.part, part.name) == ("settings", "sandbox")]
    sandbox = (parts[-1] or "").partition(",")[0] if parts else ""
    kept = sandbox in _KEPT_MODES["codex"]
    given = sandbox if kept else "workspace-write" if sandbox else "read-only"
    lost = "" if kept else f"its sandbox is {given} now; it was {sandbox or 'not told by its log'}"
    named = ("-m", model) if model else ()
    words = ("exec", "--json", "-c", f'sandbox_mode="{given}"', *named, "resume", run.session)
    return Line(words, (), _together(lost, _CODEX_SUMS_UP if model else "", "" if run.headless else _NOBODY))


def _gemini(run: Run, model: str | None) -> Line:
    named = ("-m", model) if model else ()
    return Line(("--resume", run.session, "-o", "stream-json", *named, "-p"), (), _NOBODY)


def _opencode(run: Run, model: str | None) -> Line:
    named = ("-m", model) if model else ()
    return Line(("run", "-s", run.session, "--format", "json", *named), (), "" if run.headless else _NOBODY)


def _lost_mode(mode: str | None, kept: bool) -> str:
    return f"it ran in mode {mode}, which is not given again" if mode and not kept else ""


def _together(*losses: str) -> str:
    return "; ".join(loss for loss in losses if loss)


_LINES: dict[str, Callable[[Run, str | None], Line]] = {
    "claude-code": _claude,
    "codex": _codex,
    "gemini-cli": _gemini,
    "opencode": _opencode,
}
