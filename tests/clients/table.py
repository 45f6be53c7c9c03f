"""What the real clients are tried for, as one table of client and version against guarantee, printed with the results.

A test says by `shows` of which row it is a part. A row holds for a client when each of its tests passed;
docs/clients.md keeps the table as it was last printed.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import pytest

AGENTS = ("claude-code", "codex", "gemini-cli", "opencode")
HELD, FAILED, NOT_TRIED, NOTHING = "held", "**FAILED**", "not tried", "–"
ROWS: Mapping[str, str] = {
    "adopted": "a run that nobody started from here appears, with its process, which is the one whose end it tells",
    "states": "working, waiting for its human, idle and done are told as they come, each with its reason",
    "usage": "the tokens on the board are those that were served, to the token, however often the log is read",
    "bare": "no rule speaks of a call: it runs, and its hook was asked",
    "rule": "a rule denies: not run; rule, reason and remedy reach the model",
    "approve": "it waits for a human and is approved: it runs then",
    "board": "the same by the board's own keys; the board shows who asks, and that it was recorded",
    "deny": "a human says no: not run; the words reach the model",
    "deadline": "nobody answers until the deadline: not run",
    "eleven": "nobody answers for eleven minutes: it still waits, and obeys the answer then",
    "closed": "board closed: rules deny; what escalates follows `when_unattended`",
    "stalled": "board stalled: it waits, and another board or a verb answers",
    "core-killed": "core killed while a hook waits: it goes on waiting, and the next core takes the answer",
    "hook-killed": "hook killed while it waits: not run",
    "hook-missing": "interpreter or hook missing: not run",
    "client-killed": "client killed while it waits: its hook ends with it",
    "spool": "spool full or read-only: not run; the model is told that Headgate cannot decide",
    "spool-gone": "spool gone: not run; all of Headgate's own gone: the shipped policy holds",
    "reads": "plain reads go on while nothing can be written",
    "off-written": "agent writes `disableAllHooks`: denied, and the next call is asked about as before",
    "settings-edited": "agent edits the settings with the hook: denied",
    "policy-edited": "agent edits the policy in its worktree: denied; what is in force does not change",
    "inert": "hooks off or not trusted before the run began: it runs, and the board says so within one call",
    "managed": 'hooks off, but managed (or `--setting-sources ""`): denied',
    "budget": "a run crosses its envelope, board open or closed: paused within one tool call; one key lets it go on",
    "doctor": "`doctor` sees the hook fire and says *guardrail*",
    "plan": "a plan is approved on the board, and the run goes on with leave to write",
    "plan-denied": "a plan is denied in words: they reach the model, and nothing may be written",
    "told-by-hook": "a correction reaches the model with the next tool call",
    "told-by-resume": "a correction resumes a session that ended",
    "told-by-pane": "a correction is pasted into the client's own tmux pane",
    "stronger": "escalated to a stronger lane: the same session goes on under its model",
    "handed-over": "escalated where no session can be taken up: a fresh run begins with the hand-over",
    "reviewer": "escalated to a reviewer of another family: its findings come back as claimed",
    "started": "started by `headgate start`: its run is known with task, role, lane and branch",
    "stop": "held, resumed and stopped in the middle of `sleep 60`: no process of it lives, and its log is whole",
    "resumed": "after that stop the session goes on with its id",
    "freeze": "frozen and thawed in the middle of a tool: the next call is denied, after the thaw it runs",
    "apart": "two of its sessions at work: a stop of one never reaches the other, or says why it does not stop",
    "many": "started and stopped twenty times in a row: no process, lock or worktree is left",
    "evidence": "its change is told with who says each part, and its claims are held against what its log shows",
    "merge": "its change is checked, approved by a human and merged by `headgate merge`, and verified in a fresh clone",
    "laundered": "it merges its approved change itself, or changes it afterwards: nothing is merged",
    "confined": "works, commits and is asked inside Headgate's sandbox (level *confined*)",
    "unconfined": "cannot be confined by Headgate: the start says why, and the level is not claimed",
}
"""Every guarantee that is tried, in the order of the table."""


def shows(*rows: str) -> pytest.MarkDecorator:
    """Say which rows of the table a test is a part of. Raises `KeyError` for a row that is none."""
    assert all(ROWS[row] for row in rows)
    return pytest.mark.shows(*rows)


@dataclass
class Table:
    """What came of the tests so far: for each row and client the outcomes, and what they measured."""

    outcomes: dict[tuple[str, str], list[str]] = field(default_factory=lambda: defaultdict(list))
    seen: dict[tuple[str, str], list[str]] = field(default_factory=lambda: defaultdict(list))
    ran: int = 0

    def take(self, outcome: str, properties: Iterable[tuple[str, object]]) -> None:
        """Take one test's result; what is no part of the table is passed over."""
        told = [(name, str(value)) for name, value in properties]
        rows, seen = ([value for name, value in told if name == wanted] for wanted in ("shows", "seen"))
        self.ran += bool(rows) and outcome != "skipped"
        for row in rows:
            key = row, dict(told)["client"]
            self.outcomes[key].append(outcome)
            self.seen[key] += seen

    @property
    def clients(self) -> list[str]:
        """Give the clients with their versions, in the order of the agents; one that is not here has no version."""
        found = {client for _, client in self.outcomes}
        tried = {client.partition(" ")[0] for client in found if " " in client}
        kept = [client for client in found if " " in client or client not in tried]
        return sorted(kept, key=lambda client: (AGENTS.index(client.partition(" ")[0]), client))

    def cell(self, row: str, client: str) -> str:
        """Say what was seen of a guarantee with a client."""
        outcomes = self.outcomes.get((row, client), [])
        if not outcomes:
            return NOTHING
        if {"failed", "error"} & set(outcomes):
            return FAILED
        said = HELD if "passed" in outcomes else NOT_TRIED
        return ", ".join([said, *dict.fromkeys(self.seen.get((row, client), []))])

    def lines(self) -> Sequence[str]:
        """Give the table as lines of Markdown, of the rows that were tried."""
        clients = self.clients
        rows = [row for row in ROWS if any(row == tried for tried, _ in self.outcomes)]
        head = ["what is tried", *clients], ["---"] * (len(clients) + 1)
        body = ([ROWS[row], *(self.cell(row, client) for client in clients)] for row in rows)
        return [f"| {' | '.join(cells)} |" for cells in (*head, *body)]

    def tried(self) -> int:
        """Count the tests that ran with a real client."""
        return self.ran
