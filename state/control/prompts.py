"""What a run is told when Headgate starts it: one readable skeleton for each kind of work.

A skeleton says what the task is, what the plan must name (the nine parts that the plan gate reads,
`state.gates.plan_parts`), and what evidence is asked for (`state.evidence.asking`). `{task}` stands for what the human
typed. It asks; what the run may do is decided outside the model.
"""

from collections.abc import Mapping

from state.evidence.asking import request
from state.gates.plan_parts import NAMES

_ASKED_OF_PARTS: Mapping[str, str] = {
    "affected files and services": "every file and service that you will change",
    "assumptions": "what you take for granted",
    "open questions": "what a human must decide; write none where there is none",
    "sequencing": "the steps in their order",
    "expected tests": "which tests you will run or write",
    "risk areas": "what could break, and for whom",
    "migration": "data or schemas that change; write none where none do",
    "rollback": "how to undo it",
    "expected evidence": "what will show that it is done",
}

_PLAN = "Write a plan with these nine headings:\n" + "\n".join(f"- {name}: {_ASKED_OF_PARTS[name]}" for name in NAMES)
_EVIDENCE = request()
_STOP = (
    "Stop and ask instead of trying again when the same test fails three times, when the task is ambiguous, when nobody"
    " is named who owns what you would change, or when a step would delete, migrate, deploy or touch secrets. A denied"
    " tool call is a decision: do not work around it."
)
_READ_ONLY = "Change no file and run nothing that writes."

SKELETONS: Mapping[str, str] = {
    "plan": f"Task: {{task}}\n\nPlan this task; do not carry it out. {_READ_ONLY}\n\n{_PLAN}\n\n{_STOP}",
    "map": (
        f"Task: {{task}}\n\nMap the code that this task is about. {_READ_ONLY} Name each file and symbol with its line,"
        f" who calls it, what tests it, and what you did not look at.\n\n{_STOP}"
    ),
    "implement": (
        f"Task: {{task}}\n\nBegin with the plan and keep to it; say so when you leave it. {_PLAN}\n\nThen carry it out"
        f" in small commits on this branch, with tests.\n\n{_STOP}\n\n{_EVIDENCE}"
    ),
    "test": (
        "Task: {task}\n\nWrite and run tests for this; change no other code. A test must fail when what it guards is"
        f" broken: show that it does.\n\n{_PLAN}\n\n{_STOP}\n\n{_EVIDENCE}"
    ),
    "review": (
        f"Task: {{task}}\n\nReview this change as somebody who has to answer for it. {_READ_ONLY} Take nothing on"
        " the author's word. Give each finding a file and line, how grave it is, and what shows it; then architecture,"
        " maintainability, security, performance, effect on users, rollout and rollback. Your findings are advice to"
        " the human who decides."
    ),
    "security": (
        f"Task: {{task}}\n\nLook for what an attacker could do with this change. {_READ_ONLY} Give each finding a file"
        " and line, the way in, the harm, and a fix; say what you did not look at. Your findings are advice to the"
        " human who decides."
    ),
    "release": (
        f"Task: {{task}}\n\nPrepare the release; a human carries out each step that others will notice.\n\n{_PLAN}\n\n"
        f"{_STOP}\n\n{_EVIDENCE}"
    ),
    "watch": (
        f"Task: {{task}}\n\nWatch and report. {_READ_ONLY} Say what you saw, when, and where; tell apart what you saw"
        " from what you conclude."
    ),
    "record": (
        "Task: {task}\n\nTurn what was learnt into something that lasts: a regression test, a runbook, a rule for"
        f" prompts, a skill with an owner and a version.\n\n{_STOP}\n\n{_EVIDENCE}"
    ),
}


def prompt_of(skeleton: str | None, task: str) -> str:
    """Give what a run is told: a skeleton by its name, or the text of one; None is the implementer's."""
    text = SKELETONS["implement"] if skeleton is None else SKELETONS.get(skeleton, skeleton)
    return text.replace("{task}", task) if "{task}" in text else f"{text}\n\nTask: {task}"
