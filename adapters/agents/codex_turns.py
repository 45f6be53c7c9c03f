"""Who speaks in a Codex thread, and whether it is at work.

What a human typed stands in the log twice: as an event of the client's, and among what was sent to the model, where the
client's own notes stand in the human's place too. The event is believed; the other only where no event ever comes.
"""

import re
from collections.abc import Iterator

from msgspec import Struct

from adapters.agents.codex_records import Item, Note, text_of
from adapters.agents.codex_work import Where
from adapters.agents.plan_file import prose, sha, shows_plan
from adapters.agents.tool_calls import said_line
from state.runs import event as ev
from state.runs.run import TurnEnd
from state.text import clean

PROMPT = 2000
"""Characters kept of a prompt."""
SAID = 300
"""Characters kept of what the agent says, of a title and of an error."""
_ENDS: dict[str | None, TurnEnd] = {"review_ended": "done", "budget_limited": "limit"}
"""Why a turn was aborted, where that is not an interruption."""
_INJECTED = re.compile(r"\s*(?:<[a-zA-Z_][\w -]*>|# AGENTS\.md instructions)")
_WRAPPED = "## My request for Codex:"
"""What an editor writes between its own notes and the human's words."""
_PLAN = re.compile(r"<proposed_plan>(.*?)(?:</proposed_plan>|\Z)", re.DOTALL)
_AGREED = ("Implement the plan", "Plan approved")


class Turns(Struct):
    """The open turn and the words in it, between two records."""

    turn: str | None = None
    prompted: bool = False
    no_answer_due: bool = False
    """The turn is a task that ends without an answer: a compaction, a review, a command of the human's own."""
    limit: str | None = None
    planned: str | None = None
    """The plan proposed in this turn: at its end the human is asked for leave."""
    proposed: bool = False
    planning: bool = False
    """Its sandbox lets nothing be written: last words that read as a plan are one, for Codex has no call for it."""
    held: str | None = None
    """Words sent to the model in the human's place that no event has confirmed yet."""
    heard: bool = False

    def begin(self, note: Note, where: Where) -> Iterator[ev.Event]:
        """Begin a turn; one that is still open was cut off, because its client died."""
        turn = clean(note.turn_id or "?", SAID)
        if self.turn is not None and self.turn != turn:
            yield from self.end("interrupted", "its log breaks off in the middle of the turn", where)
        self.turn, self.limit, self.prompted, self.no_answer_due = turn, None, False, False
        yield ev.TurnBegun(where.run, where.origin)

    def complete(self, answer: str | None, where: Where) -> Iterator[ev.Event]:
        """End a turn. One without an answer broke, unless none was due; no record tells of the error itself."""
        if answer is not None or (self.no_answer_due and not self.prompted):
            if answer and self.planning and self.planned is None and shows_plan(answer):
                yield from self.propose(answer, where)
            yield from self.end("done", answer or "", where)
        elif self.limit:
            yield from self.end("limit", f"limit reached: {self.limit}", where)
        elif not self.prompted and self.held is None:
            # A hook that refuses the prompt or the start leaves a turn with neither prompt nor answer (0.169).
            yield from self.end("interrupted", "no prompt and no answer; a hook may have refused it", where)
        else:
            yield from self.end("failed", "it ended without an answer, and its log does not say why", where)

    def abort(self, reason: str | None, where: Where) -> Iterator[ev.Event]:
        """End a turn that did not come to its own end."""
        return self.end(_ENDS.get(reason, "interrupted"), reason or "", where)

    def end(self, end: TurnEnd, text: str, where: Where) -> Iterator[ev.Event]:
        """End a turn; a plan proposed in it now waits for the human."""
        yield ev.TurnEnded(where.run, where.origin, end, said_line(text, SAID))
        if self.planned is not None and end == "done":
            yield ev.HumanAsked(where.run, where.origin, "plan", self.planned)
        self.turn = self.planned = None

    def hear(self, text: str, where: Where) -> Iterator[ev.Event]:
        """Tell a human's words, as an event gave them."""
        self.heard = True
        return self._prompt(text.rpartition(_WRAPPED)[2].strip(), where)

    def _prompt(self, words: str, where: Where) -> Iterator[ev.Event]:
        self.held, self.prompted = None, True
        if self.proposed:
            agreed = words.startswith(_AGREED)
            yield ev.HumanAnswered(where.run, where.origin, None, True if agreed else None)
            if agreed:
                yield ev.PlanShown(where.run, where.origin, "approved")
        self.proposed = False
        yield ev.PromptGiven(where.run, where.origin, said_line(words, PROMPT))

    def hold(self, item: Item) -> None:
        """Keep words sent in the human's place until an event confirms them, or the agent answers without one."""
        text = text_of(item.content).strip()
        if text.startswith("<user_shell_command"):
            self.no_answer_due = True
        elif text and not self.heard and not _INJECTED.match(text):
            self.held = said_line(text.rpartition(_WRAPPED)[2].strip(), PROMPT)

    def release(self, where: Where) -> Iterator[ev.Event]:
        """Tell the words that were held: the agent has taken them up, and no event came."""
        words, self.held = self.held, None
        if words:
            yield from self._prompt(words, where)

    def speak(self, text: str, where: Where) -> Iterator[ev.Event]:
        """Tell the agent's words, and apart from them a plan that it proposes."""
        if plan := _PLAN.search(text):
            yield from self.propose(plan[1], where)
            text = _PLAN.sub("", text)
        if said := text.strip():
            yield ev.AgentSpoke(where.run, where.origin, said_line(said, SAID))

    def propose(self, plan: str, where: Where) -> Iterator[ev.Event]:
        """Tell a plan in prose; said twice in one turn (as words and as an item) it is told once."""
        text = prose(plan)
        if (first := said_line(text, SAID)) != self.planned:
            self.planned, self.proposed = first, True
            yield ev.PlanShown(where.run, where.origin, "proposed", text, sha(plan.strip()))

    def reach(self, limit: str | None, where: Where) -> Iterator[ev.Event]:
        """Tell of a limit of the service's when it is reached, once a turn."""
        if limit and limit != self.limit:
            yield ev.CallFailed(where.run, where.origin, "rate_limit", limit.replace("_", " "))
        self.limit = limit
