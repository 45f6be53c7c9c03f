"""Lanes: classes of model that a task may be given to, the floor that risk sets, and asked lane against effective one.

The four are those of the essay that Headgate is built from; which model stands in which lane is the user's own word
(`state.settings`). A lane is never guessed: where no lane names the model that answers, the effective lane is unknown.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Literal

from state.findings.finding import LEVELS, Finding, Risk, RiskLevel
from state.runs.run import Origin, Run

Mode = Literal["plan", "ask", "edit", "all"]
"""What an agent may do unasked: `plan` reads only, `ask` asks before it writes or runs, `edit` writes files unasked,
`all` asks nothing. Each agent has words of its own for them (`adapters.starting.clients`)."""
MISMATCH = "lane_mismatch"


@dataclass(frozen=True, slots=True)
class Route:
    """How one agent is started in a lane: its model and effort in the agent's own words, None for the agent's default.

    `mode` None: the role says it.
    """

    model: str | None = None
    effort: str | None = None
    mode: Mode | None = None


@dataclass(frozen=True, slots=True)
class Lane:
    """One lane. `models` are patterns (`*` for anything) of the names that models have in logs, without a provider.

    `max_risk` is the highest risk that may go there. `asks` says that a human decides at the gates before anything is
    done: runs begin with a plan.
    """

    name: str
    models: tuple[str, ...] = ()
    max_risk: RiskLevel = "critical"
    asks: bool = False
    agents: Mapping[str, Route] = field(default_factory=dict[str, Route])

    def route(self, agent: str) -> Route:
        """Give how this agent is started here."""
        return self.agents.get(agent, Route())


def effective(lanes: Iterable[Lane], model: str | None, asked: str | None = None) -> str | None:
    """Name the lane that the model which answers stands in; the longest pattern counts, then the `asked` lane.

    None where no lane names it, or several name it equally well and none of them was asked for.
    """
    if not model:
        return None
    best = _best(tuple((lane.name, tuple(lane.models)) for lane in lanes), model)
    return asked if asked in best else next(iter(best)) if len(best) == 1 else None


@lru_cache(maxsize=1024)
def _best(lanes: tuple[tuple[str, tuple[str, ...]], ...], model: str) -> frozenset[str]:
    """Name the lanes whose longest pattern names a model; a first index asks for each of thousands of runs."""
    name = model.casefold().rpartition("/")[2]
    found = [
        (len(pattern), lane)
        for lane, patterns in lanes
        for pattern in patterns
        if fnmatchcase(name, pattern.casefold().rpartition("/")[2])
    ]
    longest = max((length for length, _ in found), default=0)
    return frozenset(lane for length, lane in found if length == longest)


def too_risky(lane: Lane, level: RiskLevel | None, rules: Iterable[str]) -> str | None:
    """Say why work of this risk may not be in this lane; None where it may, or where its risk is not known."""
    if level is None or LEVELS.index(level) <= LEVELS.index(lane.max_risk):
        return None
    named = ", ".join(dict.fromkeys(rules)) or "its risk"
    return f"the lane {lane.name} takes work up to {lane.max_risk} risk, and this is {level} by {named}"


def misrouted(
    lanes: Mapping[str, Lane], run: Run, asked: str | None, answering: str | None, risk: Risk
) -> list[Finding]:
    """Give what is wrong with the lane that a run is in: another one answers, or its risk is above what it may take."""
    floor = below_floor(lanes, run, answering if asked is None else asked, risk.level, risk.rules)
    return [*mismatch(lanes, run, asked, answering), *floor]


def mismatch(lanes: Mapping[str, Lane], run: Run, asked: str | None, answering: str | None) -> list[Finding]:
    """Find that another lane answers than was asked for; nothing where either is unknown.

    A lane that names no models, as the human-gated one, asks for a human and takes whichever model answers.
    """
    named = lanes[asked].models if asked is not None and asked in lanes else ()
    if answering is None or asked == answering or not named:
        return []
    at = run.origins.get("model", Origin(run.log or "", 0))
    text = f"{run.model} answers, of the lane {answering}; asked was the lane {asked}"
    return [Finding(MISMATCH, "warn", text, (at,), at.at)]


def below_floor(
    lanes: Mapping[str, Lane], run: Run, lane: str | None, level: RiskLevel | None, rules: tuple[str, ...]
) -> list[Finding]:
    """Find that a run's change is riskier than the lane that it is in may take."""
    found = lanes.get(lane or "")
    why = too_risky(found, level, rules) if found is not None else None
    return [Finding("lane_floor", "warn", why, (Origin(run.log or "", 0),))] if why else []
