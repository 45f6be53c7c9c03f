"""Prints what was asked of a run and what was observed of it, step by step."""

from typing import Any

from state.contract import instant
from state.control.act import Act, Step
from state.control.estimating import ESTIMATED, of_act
from tui.verbs.estimates import estimate_document
from tui.verbs.printing import print_json, print_lines

_FOR_CORES = ("merge", ESTIMATED)
"""Facts by which a core goes on where another was killed: JSON of no use to who reads the steps."""


def print_act(act: Act, *, as_json: bool) -> int:
    """Print an act and give the exit status: 0 where what was asked for was observed.

    What goes to a model or a person is under way until they take it: that it was left for them is all that was asked.
    """
    if as_json:
        print_json(act_document(act))
    else:
        print_lines([*(_step(step) for step in act.steps), *(f"still running: {one}" for one in act.left), act.text])
        print_lines(f"{name}: {fact}" for name, fact in act.facts.items() if name not in _FOR_CORES)
    return 0 if act.state == "confirmed" or (act.state == "under_way" and act.kind in ("send", "escalate")) else 1


def act_document(act: Act) -> dict[str, Any]:
    """Give an act as JSON."""
    return {
        "schema": "headgate/act/1",
        "id": act.id,
        "run": act.run or None,
        "kind": act.kind,
        "state": act.state,
        "text": act.text,
        "by": act.by,
        "reason": act.reason,
        "at": instant(act.at),
        "ended": instant(act.ended),
        "steps": [
            {
                "what": step.what,
                "requested": instant(step.requested),
                "confirmed": instant(step.confirmed),
                "text": step.text,
            }
            for step in act.steps
        ],
        "left": list(act.left),
        "facts": dict(act.facts),
        **({"estimate": estimate_document(of_act(act))} if act.kind == "start" else {}),
    }


def _step(step: Step) -> str:
    confirmed = (
        "not confirmed" if step.confirmed is None else f"confirmed after {step.confirmed - step.requested:.1f} s"
    )
    return f"{step.what}: requested, {confirmed}" + (f": {step.text}" if step.text else "")
