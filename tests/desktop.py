"""A desk with one run on it, and a messenger of which the test says what it can: what the tests of control stand on."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from state.control.act import Act, Acts
from state.control.desk import Desk, Duty
from state.control.hands import Crew, Hands
from state.control.messenger import Pane, Resumed, Way
from state.control.sending import Sending
from state.runs.card import Card
from state.runs.fleet import Fleet
from state.runs.run import Process, Run, RunKey
from state.spool import Order

KEY = RunKey("0123456789")
RUN = Run(KEY, "claude-code", "s-1", log="/logs/one.jsonl", process=Process(77, alive=True, status="busy"))
PANE = Pane("%3", "/tmp/t", 77)
ORDER = Order("0a1b2c3d4e5f", "send", {"run": "01234", "text": "use pytest", "by": "ana"})


@dataclass
class Messages:
    """A messenger of which the test says what it can."""

    pane: Pane | None = None
    refuses: str = ""
    back: Way | str = "no way"
    begins: Resumed | str = "no"
    hook: bool = True
    handed_at: float | None = None
    reached_at: float | None = None
    alive: bool = True
    said: str = ""
    did: list[Any] = field(default_factory=list[Any])

    async def pane_of(self, run: Run, clients: Sequence[int]) -> Pane | None:
        return self.pane if tuple(clients) == (77,) else None

    async def paste(self, run: Run, pane: Pane, text: str, mark: str) -> str:
        self.did.append(("paste", pane.id, text, mark))
        return self.refuses

    def way_back(self, run: Run, model: str | None = None) -> Way | str:
        return self.back

    async def resume(self, run: Run, act: str, text: str, model: str | None = None) -> Resumed | str:
        self.did.append(("resume", text, model))
        return self.begins

    def lives(self, pid: int, start: int) -> bool:
        return self.alive

    def last_words(self, log: str) -> str:
        return "no credit"

    def hooked(self, agent: str) -> bool:
        return self.hook

    def handed(self, act: str) -> float | None:
        return self.handed_at

    def written(self, run: Run) -> int:
        return 512

    async def last_said(self, run: Run) -> str:
        return self.said

    async def reached(self, run: Run, mark: str, since: int) -> float | None:
        assert (mark, since) == ("0a1b2c3d", 512)
        return self.reached_at


class Procs:
    """Processes of which the test says which there are."""

    def __init__(self, crew: Crew) -> None:
        self._crew = crew

    async def crew(self, run: Run, label: str | None = None) -> Crew:
        return self._crew


class Desktop:
    """A desk with one run on it, which keeps every act that was recorded."""

    def __init__(self, run: Run, messages: Messages | None, **card: Any) -> None:
        self.run, self.now, self.acts, self.recorded = run, 1000.0, Acts(), list[Act]()
        self.more: Mapping[RunKey, Run] = {}
        shown = {"state": "working", "because": "", "need": 0, **card}
        self.cards: Mapping[RunKey, Card] = {run.key: Card(run.key, run.agent, run.session, **shown)}
        self.hands(Hands(messenger=messages), Sending)

    def hands(self, hands: Hands, duty: Callable[[Desk], Duty]) -> None:
        """Put other hands and another duty at the desk."""
        self.desk = Desk(
            lambda: Fleet({self.run.key: self.run, **self.more}),
            lambda: self.cards,
            lambda: self.acts,
            lambda: self.now,
            self.record,
            self.freeze,
            hands,
        )
        self.duty = duty(self.desk)

    async def record(self, act: Act) -> None:
        self.recorded.append(act)
        self.acts = self.acts.after([act])

    async def freeze(self, order: Order) -> str:
        raise AssertionError("a correction freezes nothing")
