"""`headgate approve|deny`, `freeze|thaw`: a human's answer from a terminal, and what keeps others from giving it.

None of it is a boundary: an agent that runs as the same user can forge whatever a terminal shows. It keeps a confused
agent from approving its own call (research/control.md K).
"""

import secrets
import sys
import time
from collections.abc import Callable, Iterator, Mapping

from state.gates.request import Request
from tui.verbs.printing import print_lines, say
from tui.verbs.queue import lines_of

OF_AGENTS = (
    *("HEADGATE_RUN", "CLAUDECODE", "CLAUDE_CODE_SESSION_ID", "CLAUDE_PID", "CLAUDE_CODE_ENTRYPOINT"),
    *("CODEX_SESSION_ID", "CODEX_THREAD_ID", "CODEX_SANDBOX", "GEMINI_CLI", "GEMINI_SESSION_ID"),
    *("OPENCODE", "OPENCODE_PID", "QWEN_CODE", "COPILOT_CLI"),
)
"""Variables that agents set for what they start (research/real-clients.md 3 and 4)."""
_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
_LENGTH = 4


def agents_shell(environment: Mapping[str, str]) -> str | None:
    """Say why a shell is an agent's by its environment; None where nothing in it says so."""
    named = next((name for name in OF_AGENTS if environment.get(name)), None)
    if named is None:
        return None
    return f"{named} is set, so this is an agent's shell: a human decides, in a terminal of their own"


def no_human(environment: Mapping[str, str], above: Callable[[], str | None]) -> str | None:
    """Say why whoever asks is not taken for a human at a terminal; None where nothing speaks against it."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return "a human decides, at a terminal: standard input and output must be one; use the board, or a terminal"
    if why := agents_shell(environment):
        return why
    if program := above():
        return f"{program} started this shell: a human decides, in a terminal of their own"
    return None


def confirmed(lines: Iterator[str] | list[str]) -> float | None:
    """Show what is decided and ask for a code that stands below it. Gives the seconds that it was read, or None."""
    code = "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
    print_lines([*lines, f"type {code} to decide, anything else to leave it:"])
    began = time.monotonic()
    typed = sys.stdin.readline().strip().upper()
    if typed != code:
        say("headgate: not confirmed; nothing was recorded")
        return None
    return time.monotonic() - began


def shown(request: Request, answer: str, now: float) -> Iterator[str]:
    """Give a request in full, as a terminal shows it before a human answers."""
    yield from lines_of(request, now)
    if request.advice:
        yield f"  the model says (advice, checked by nobody): {request.advice}"
    yield from (f"  | {line}" for line in (request.plan or request.input).splitlines())
    yield f"{answer} this?"
