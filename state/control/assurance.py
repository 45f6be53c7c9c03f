"""How much stands between a run and what it may not do, and what shows that: never said higher than it was seen to be.

A level needs all that is below it: a sandbox without a hook that fires asks nobody, and a hook without a sandbox is a
checkpoint that a run can go round. Source of the levels: research/control.md A.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import cast, get_args

from state.control.act import Act
from state.findings.finding import Finding
from state.guarantee import Guarantee
from state.runs.card import Assurance, Card
from state.runs.run import Run

Held = tuple[Assurance, str]
"""A level, and in one sentence what shows it."""
_HALVES = ("hook", "sandbox")


@dataclass(frozen=True, slots=True)
class Promise:
    """What doctor last said of an agent's hook, for one version of the client."""

    guarantee: Guarantee
    why: str
    version: str | None


def joined(hook: Held, sandbox: Held | None) -> Held:
    """Give what a hook and a sandbox come to together; `sandbox` is what Headgate's own may claim at most."""
    level, why = hook
    if level == "observe":
        return "observe", why if sandbox is None else f"{why}; its sandbox holds all the same: {sandbox[1]}"
    if level == "confined":
        level, why = "guardrail", f"{why}, and Headgate did not start it in one of its own"
    if sandbox is None or level in ("managed", "separated"):
        return level, why
    return sandbox if sandbox[0] == "confined" else (level, f"{why}; {sandbox[1]}")


def assurance_of(run: Run, start: Act | None, promise: Promise | None, findings: Iterable[Finding]) -> Held:
    """Give the level of a run. `start` is the act that started its present process, None where Headgate did not."""
    past = next((one for one in findings if one.kind == "hook_inert" and one.severity == "stop"), None)
    if past is not None:
        return "observe", past.text
    return joined(_noted(start, "hook") or _promised(run, promise), _noted(start, "sandbox"))


def facts_of(hook: Held, sandbox: Held | None) -> dict[str, str]:
    """Give what the act of a start says of it, so that each half can be lowered later."""
    level, why = joined(hook, sandbox)
    told = {"assurance": level, "assurance_why": why, "hook": hook[0], "hook_why": hook[1]}
    return told if sandbox is None else {**told, "sandbox": sandbox[0], "sandbox_why": sandbox[1]}


def outside(start: Act) -> Act:
    """Give the act of a start without its sandbox: its session was heard of from outside."""
    return replace(start, facts={name: word for name, word in start.facts.items() if not name.startswith(_HALVES)})


def stamped(act: Act, card: Card | None) -> Act:
    """Give an act with the level that its run had when it was asked for."""
    if card is None or card.assurance is None or "assurance" in act.facts:
        return act
    return replace(act, facts={**act.facts, "assurance": card.assurance})


def _noted(start: Act | None, name: str) -> Held | None:
    level = None if start is None else start.facts.get(name)
    if start is None or level not in get_args(Assurance):
        return None
    return cast(Assurance, level), start.facts.get(f"{name}_why", "")


def _promised(run: Run, promise: Promise | None) -> Held:
    if promise is None:
        return "observe", "no hook of its agent was tried: `headgate doctor` tries it"
    if run.version is None or promise.version is None:
        return "observe", "the version of its client is not known, so that nothing shows that its hook fires"
    if run.version != promise.version:
        return "observe", f"its client is {run.version}, and doctor tried {promise.version}: run `headgate doctor`"
    return promise.guarantee, promise.why
