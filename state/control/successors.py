"""Runs that an escalation begins: one that takes over with a hand-over, or a reviewer that may only read."""

from dataclasses import replace

from state.control.act import Act, Step
from state.control.advice import ASKED
from state.control.desk import Desk
from state.control.handover import handover, summary
from state.control.hands import Rescue
from state.control.starting import Starting
from state.runs.run import Run
from state.spool import Order

_FAMILIES = {"claude-code": "anthropic", "codex": "openai", "gemini-cli": "google", "opencode": "any"}
"""Whose models each agent runs; OpenCode's may be anybody's, so that it is never surely of another family."""
_REVIEWERS = ("codex", "claude-code", "gemini-cli")
"""Agents in the order in which they are asked to review."""


class Successors:
    """Starts them by the duty that starts every run, so that they have worktree, lane, role and label as any other."""

    def __init__(self, desk: Desk) -> None:
        self._desk, self._starting = desk, Starting(desk)

    def lossy(self, run: Run) -> str:
        """Say what a fresh run does not know of the one that it takes over from."""
        return summary(run, self._desk.cards().get(run.key))

    async def fresh(self, run: Run, act: Act, lane: str) -> Act:
        """Start a fresh run of the same agent in another lane. Raises `ValueError` with the sentence why not."""
        card = self._desk.cards().get(run.key)
        base, note = await self._ground(run, act)
        words = {"agent": run.agent, "task": handover(run, card, act.reason), "lane": lane, "base": base}
        role = {"role": card.role} if card is not None and card.role else {}
        return await self._started(act, {**words, **role}, note, "start a fresh run with a hand-over")

    async def reviewer(self, run: Run, act: Act, agent: str) -> Act:
        """Start a reviewer of another family on what the run has changed. Raises `ValueError`."""
        chosen = [agent] if agent else [one for one in _REVIEWERS if one != run.agent and _differ(run.agent, one)]
        if agent and not _differ(run.agent, agent):
            raise ValueError(f"{agent} is not surely of another model family than {run.agent}; nothing was done")
        base, note = await self._ground(run, act)
        why: list[str] = []
        for one in chosen:
            words = {"agent": one, "task": self._task(run, act, base), "role": "reviewer", "base": base}
            begun = replace(act, facts={**act.facts, "reviewer": one, "head": base})
            try:
                return await self._started(begun, {**words, "terminal": "detached"}, note, f"start {one} as a reviewer")
            except ValueError as refused:
                why.append(str(refused))
        raise ValueError("; ".join(why) or f"no reviewer of another family than {run.agent} is known; nothing was done")

    def _task(self, run: Run, act: Act, base: str) -> str:
        card = self._desk.cards().get(run.key)
        since = f"git diff {card.base_head}...HEAD" if card is not None and card.base_head else "git log -p"
        told = handover(run, card, act.reason)
        return f"Review the change of this branch (`{since}`), made by {run.agent}.\n\n{told[:5000]}\n\n{ASKED}"

    async def _ground(self, run: Run, act: Act) -> tuple[str, str]:
        """Give the commit on which to begin, and what a human should know; a rescue has what is not committed."""
        card, rescuer = self._desk.cards().get(run.key), self._desk.hands.rescue
        head = card.head if card is not None else None
        if rescuer is not None and run.worktree:
            kept = await rescuer.keep(run.worktree, f"{run.key}-{act.id[:8]}")
            if isinstance(kept, Rescue):
                return kept.commit, f"with its {kept.files} uncommitted files, kept as {kept.ref}"
            if kept is None and head:
                return head, ""
        if not head and run.branch:
            # What it committed stands on its branch, if that is there still.
            return f"refs/heads/{run.branch}", "its worktree is gone with what was in no commit: from its branch"
        if not head:
            raise ValueError("its worktree has no commit to begin from; nothing was done")
        dirty = card is not None and card.changed_files
        return head, "what it has not committed is not in it" if dirty else ""

    async def _started(self, act: Act, words: dict[str, str], note: str, what: str) -> Act:
        order = Order(f"{act.id}-started", "start", words)
        lossy = act.facts.get("lossy", "")
        text = "; ".join(part for part in (lossy, note, f"{words['agent']} is being started") if part)
        asked = replace(
            act, text=text, steps=(Step(what, self._desk.clock()),), facts={**act.facts, "started": order.id}
        )
        if note:
            asked = replace(asked, facts={**asked.facts, "note": note})
        begun = await self._starting.carry_out(order)
        if begun.state == "failed":
            asked = replace(asked, state="failed", text=f"not escalated: {begun.text}", ended=self._desk.clock())
        await self._desk.record(asked)
        return asked


def _differ(one: str, other: str) -> bool:
    families = _FAMILIES.get(one, one), _FAMILIES.get(other, "any")
    return families[0] != families[1] and "any" not in families
