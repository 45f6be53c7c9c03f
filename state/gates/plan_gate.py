"""The plan gate: a run plans until a human approves its plan, and plans again once the plan is another.

The phase is what the gates know, never the agent's mode, which a resumed session forgets. A plan comes with a hook's
question (ExitPlanMode, update_plan), or, where a client has no such call, with the end of a turn in plan mode: then the
core asks by itself, and the run is resumed with leave to write once the plan is approved (research/control.md E).
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from shlex import quote

from state.gate_files import Approved
from state.gates.book import Book, Gated
from state.gates.hard_stops import supervised
from state.gates.request import Request
from state.policy.verdict import Hit
from state.runs.card import Card
from state.runs.roles import role_of
from state.runs.run import Run, RunKey
from state.runs.scope import names_in
from state.text import lines_of

PREFIX = "plan-"
_BUDGET = re.compile(r"\b(?:budget|at most|no more than|limit(?:ed)? to)\b", re.IGNORECASE)
_FILES = re.compile(r"\b(\d{1,5})\s+files?\b", re.IGNORECASE)
_MINUTES = re.compile(r"\b(\d{1,5})\s*(min(?:ute)?s?|h(?:ours?)?)\b", re.IGNORECASE)
_USD = re.compile(r"(?:\$\s?|USD\s?)(\d{1,6}(?:\.\d{1,2})?)|\b(\d{1,6}(?:\.\d{1,2})?)\s?USD\b")
_MODE, _READ_ONLY = "plan", "read-only"
_PLANNERS = (None, "planner", "implementer")
_RESUMED = {
    "codex": 'codex exec resume -c sandbox_mode="workspace-write" {session} "Plan approved"',
    "claude-code": 'claude -p --resume {session} --permission-mode acceptEdits "Plan approved"',
}
"""How a run is resumed with leave to write, as it was seen to work (research/real-clients.md 3d)."""


def approved(request: Request, before: Gated) -> Gated | None:
    """Give where a run stands once its plan was approved: bound to the plan, the files that it names, its budget."""
    if request.gate != "plan" or request.state != "approved" or request.decision is None:
        return None
    why = f"{request.decision.by} approved its plan"
    at, plan = request.decision.at, bound(request)
    return replace(before, phase="executing", why=why, since=at, plan=plan, request=request.id)


def bound(request: Request) -> Approved:
    """Give what an approval binds: the plan's digest, the paths that it names, and the budget that it states."""
    text = request.plan or ""
    files, minutes, usd = budget_of(text)
    names = names_in("⏎".join(text.splitlines()))
    return Approved(sha=request.sha, paths=list(names), files=files, minutes=minutes, usd=usd)


def budget_of(text: str) -> tuple[int | None, float | None, str | None]:
    """Read files, minutes and USD off the lines in which a plan bounds itself; None is without a bound."""
    lines = [line for line in text.splitlines() if _BUDGET.search(line)]
    files = next((int(found[1]) for line in lines if (found := _FILES.search(line))), None)
    times = (found for line in lines if (found := _MINUTES.search(line)))
    minutes = next((float(found[1]) * (60 if found[2].lower().startswith("h") else 1) for found in times), None)
    usd = next((found[1] or found[2] for line in lines if (found := _USD.search(line))), None)
    return files, minutes, usd


ANOTHER_PLAN = "its plan is another than the one that was approved"
"""Why a run whose plan was approved plans again."""


def moved(
    book: Book, runs: Mapping[RunKey, Run], asked: Mapping[str, Request], now: float, policy: str
) -> Iterator[Gated]:
    """Give the runs whose phase changes by what they did: they asked for approval, plan, or left the approved plan.

    One whose hook was not heard before is pinned to `policy`, the one in force.
    """
    changed = {one.run: one for one in _moved(book, runs, asked, now)}
    heard = (book.gated.get(key, Gated(key)) for key in book.calls if key not in changed)
    for gated in (*changed.values(), *(one for one in heard if not one.policy)):
        yield replace(gated, policy=gated.policy or policy)


def _moved(book: Book, runs: Mapping[RunKey, Run], asked: Mapping[str, Request], now: float) -> Iterator[Gated]:
    planning = {one.run: one for one in asked.values() if one.gate == "plan" and one.state == "open"}
    for key, request in planning.items():
        gated = book.gated.get(key, Gated(key))
        same = gated.plan is not None and gated.plan["sha"] == request.sha
        if gated.phase != "planning" and not same:
            yield replace(gated, phase="planning", why="it asks for approval of its plan", since=now, plan=None)
    for key in (*book.calls, *(key for key in book.gated if key not in book.calls)):
        run, gated = runs.get(key), book.gated.get(key, Gated(key))
        if run is None or key in planning:
            continue
        if gated.plan is not None and _changed(run, book.requests.get(gated.request or ""), gated):
            yield replace(gated, phase="planning", why=ANOTHER_PLAN, since=now, plan=None)
        elif gated.phase == "executing" and gated.plan is None and plans(run) and supervised(book, key):
            yield replace(gated, phase="planning", why="it works in plan mode", since=now)


def proposals(book: Book, runs: Mapping[RunKey, Run], cards: Mapping[RunKey, Card], now: float) -> Iterator[Request]:
    """Give the questions that the core asks by itself: a run that plans, ended its turn, and showed no plan to a hook.

    One that its agent took back by going on is moot.
    """
    for key in book.calls:
        run, gated = runs.get(key), book.gated.get(key)
        if run is None or key not in cards or gated is None or gated.phase != "planning" or run.skimmed:
            continue
        text = _plan_text(run)
        sha = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
        waiting = [one for one in book.of(key) if one.gate == "plan" and one.state == "open"]
        resting = not run.turn.open and run.turn.end == "done"
        for one in waiting:
            if one.id.startswith(PREFIX) and (one.sha != sha or not resting):
                yield replace(one, state="moot")
        known = any(one.sha == sha and one.state != "moot" for one in book.of(key) if one.gate == "plan")
        if text and resting and not known and not any(not one.id.startswith(PREFIX) for one in waiting):
            yield _proposal(run, text, sha, now, len(book.of(key)))


def plans(run: Run) -> bool:
    """Say whether the agent's own mode is one in which it plans and changes nothing.

    Codex has its sandbox for that; a reviewer and others who only look work in it too, and hand in no plan.
    """
    words = {word.strip() for word in (run.mode or "").split(",")}
    return _MODE in words or (_READ_ONLY in words and role_of(run)[0] in _PLANNERS)


def outlives(request: Request) -> bool:
    """Say whether a request waits on after its run has ended.

    A plan that the core asks about is resumed with leave, and a change is merged or released when its run is over.
    """
    return request.id.startswith(PREFIX) or request.gate in ("merge", "release")


def _plan_text(run: Run) -> str:
    """Give what a run proposes: the plan that it wrote or showed, else the last words of its turn in plan mode."""
    if run.plan.text:
        return "\n".join(lines_of(run.plan.text))
    said = "\n".join(lines_of(run.turn.text)) if plans(run) else ""
    steps = "\n".join(f"{number}. {step.text}" for number, step in enumerate(run.plan.steps, 1))
    return f"{steps}\n\n{said}".strip() if said and (steps or _READ_ONLY not in (run.mode or "")) else ""


def _changed(run: Run, request: Request | None, gated: Gated) -> bool:
    """Say whether the run's log shows another plan since the approval; words cut off in the log are not compared."""
    origin = run.origins.get("plan")
    if request is None or not run.plan.text or origin is None or origin.at is None or gated.since is None:
        return False
    return origin.at > gated.since and run.plan.sha != request.sha and _differ(run.plan.text, request.plan or "")


def _differ(one: str, other: str) -> bool:
    """Say whether two plans differ in letters and digits, as far as either was kept."""
    first, second = _letters(one), _letters(other)
    cut = one.endswith("…") or other.endswith("…")
    longest = min(len(first), len(second)) if cut else max(len(first), len(second))
    return first[:longest] != second[:longest]


def _letters(text: str) -> str:
    return "".join(character for character in text if character.isalnum())


def _held_by(run: Run) -> Hit:
    """Say what this gate holds in the agent's client, which is nothing, and how the run goes on from here."""
    because = "Its client hands in no plan that a hook could hold; its phase denies every write until you approve."
    way = _RESUMED.get(run.agent, "resume {session} with leave to write and say that the plan is approved")
    go_on = f"Once approved: {way.format(session=quote(run.session))} . Denied: its session is resumed with your words."
    return Hit("gate.plan", "escalate", because, go_on)


def _proposal(run: Run, text: str, sha: str, now: float, number: int) -> Request:
    first = next((line.strip("# ").strip() for line in text.splitlines() if line.strip("# ")), "its plan")
    return Request(
        id=f"{PREFIX}{run.key}-{sha[:12]}-{number}",
        run=run.key,
        gate="plan",
        text=f"approve its plan, then resume it with leave to write: {first}"[:400],
        sha=sha,
        opened=now,
        plan=text,
        hits=(_held_by(run),),
        context_version=run.context_version,
        agent=run.agent,
        session=run.session,
    )
