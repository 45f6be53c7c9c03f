"""What a fresh run is told of the one that it takes over from: plan, change, failures, and what was tried.

The order is fixed and every part stands there, so that what is missing is seen to be missing. What only the other model
said is marked as its claim; what Headgate read itself is marked as observed. Nothing of the conversation is in it.
"""

from collections.abc import Iterable

from state.runs.card import Card
from state.runs.run import Run
from state.text import lines_of

LONGEST = 7000
"""Characters of the whole: what a start's task may hold, less the words about it."""
_PLAN, _LINES = 2500, 20


def handover(run: Run, card: Card | None, reason: str) -> str:
    """Give the text of a hand-over, at most `LONGEST` characters."""
    task = (card.task_title if card else None) or run.title or run.prompt or "(missing)"
    parts = (
        ("Task", [run.prompt or task]),
        ("Why you take it over", [reason or "(missing)"]),
        ("Plan of the run before you (claimed)", _plan(run)),
        ("Its change (observed)", _change(run, card)),
        ("Its tests (claimed)", _tests(run)),
        ("What was tried (observed in its log)", _tried(run, card)),
        ("What is not handed over", ["its conversation, what it read, and anything that stands in no file"]),
    )
    told = "\n\n".join(f"## {title}\n" + "\n".join(lines or ["(missing)"]) for title, lines in parts)
    head = f"You take over from {run.agent}, run {run.key}. Check what is only claimed before you rely on it."
    text = f"{head}\n\n{told}"
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 12].rstrip()}\n(cut here)"


def summary(run: Run, card: Card | None) -> str:
    """Say in one clause what of a run a hand-over can give, for the human who decides on it."""
    given = {
        "a plan": bool(run.plan.text or run.plan.steps),
        "its change": bool(card and card.changed_files),
        "its tests": run.tests is not None,
        "what was tried": bool(run.repeats or run.compactions or (card and card.findings)),
    }
    missing = [name for name, there in given.items() if not there]
    lost = "its conversation is lost"
    return f"{lost}, and there is no record of {', '.join(missing)}" if missing else lost


def _plan(run: Run) -> list[str]:
    prose = list(lines_of(run.plan.text[:_PLAN]))
    marks = {"completed": "x", "in_progress": "~", "pending": " ", "cancelled": "-"}
    steps = [f"- [{marks[step.state]}] {step.text}" for step in run.plan.steps[:_LINES]]
    state = [f"(the plan is {run.plan.state})"] if prose or steps else []
    return [*prose, *steps, *state]


def _change(run: Run, card: Card | None) -> list[str]:
    lines: list[str] = []
    if card is not None and card.changed_files is not None:
        size = f"+{card.added or 0} -{card.deleted or 0}"
        lines.append(f"{card.changed_files} files, {size}, on {card.branch or 'no branch'}")
    files = [path.removeprefix(f"{run.worktree or run.cwd or ''}/") for path in run.edited]
    return [*lines, *_listed(files)]


def _tests(run: Run) -> list[str]:
    tests = run.tests
    if tests is None:
        return []
    counts = [f"{count} {name}" for name in ("passed", "failed") if (count := getattr(tests, name)) is not None]
    said = f"{tests.state}: {tests.command}" + (f" ({', '.join(counts)})" if counts else "")
    again = [f"they failed the same way {tests.repeats} times in a row"] if tests.repeats > 1 else []
    return [said, *again, *_listed(f"failing: {name}" for name in tests.failing)]


def _tried(run: Run, card: Card | None) -> list[str]:
    found = [f"{one.severity}: {one.text}" for one in (card.findings if card else ())]
    repeats = [f"{one.times} times with the same result: {one.text}" for one in run.repeats if one.times > 1]
    lost = [f"its history was summed up {run.compactions} times"] if run.compactions else []
    attempts = [f"{run.tests.attempts} test runs"] if run.tests and run.tests.attempts > 1 else []
    return [*_listed(found), *_listed(repeats), *attempts, *lost]


def _listed(lines: Iterable[str]) -> list[str]:
    every = [f"- {line}" for line in lines]
    return every if len(every) <= _LINES else [*every[:_LINES], f"- and {len(every) - _LINES} more"]
