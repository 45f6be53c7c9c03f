"""A desk without a core: acts in memory, freezes and events noted, and hands as a test gives them."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from state.control.act import Act, Acts
from state.control.desk import Desk
from state.control.hands import Hands
from state.gates.standing import UNHELD
from state.runs.event import Event
from state.runs.fleet import Fleet
from state.runs.run import Process, Run, RunKey, run_key
from state.spool import Order


@dataclass
class Noted:
    """What a duty did: every state of every act, in the order of recording, what it froze, and what it told."""

    runs: dict[RunKey, Run]
    acts: Acts = field(default_factory=Acts)
    recorded: list[Act] = field(default_factory=list)
    froze: list[Order] = field(default_factory=list)
    told: list[Event] = field(default_factory=list)
    hooked: bool = True

    async def record(self, act: Act) -> None:
        self.recorded.append(act)
        self.acts = self.acts.after((act,))

    async def freeze(self, order: Order) -> str:
        self.froze.append(order)
        frozen = "its next tool call is denied" if self.hooked else f"it is frozen, but {UNHELD}"
        return frozen if order.verb == "freeze" else "its calls go again"

    async def tell(self, events: Sequence[Event]) -> None:
        fleet = Fleet(self.runs)
        self.told += events
        self.runs |= fleet.folded(events)


def desk_of(runs: Iterable[Run], hands: Hands, clock: Callable[[], float] = time.time) -> tuple[Desk, Noted]:
    """Make a desk on which these runs are known."""
    noted = Noted({run.key: run for run in runs})
    desk = Desk(
        fleet=lambda: Fleet(noted.runs),
        cards=dict,
        acts=lambda: noted.acts,
        clock=clock,
        record=noted.record,
        freeze=noted.freeze,
        hands=hands,
        tell=noted.tell,
    )
    return desk, noted


def run_of(agent: str, session: str, pid: int | None = None, **facts: object) -> Run:
    """Give a run whose process was seen, if one is named."""
    process = Process(pid, alive=True) if pid is not None else None
    return Run(run_key(agent, session), agent, session, process=process, **facts)  # type: ignore[arg-type]


def started(run: Run, label: str) -> Act:
    """Give the act by which Headgate started a run under a label."""
    return Act(f"start-{run.key}", run.key, "start", "ana", 1.0, state="confirmed", facts={"label": label})
