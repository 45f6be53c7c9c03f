"""Processes that are values: which signal ends which of them after how long, who forks, who is held. No clock runs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from signal import Signals

from state.control.hands import Crew, Member, Rescue
from state.runs.run import Run

DEAF = frozenset({Signals.SIGKILL, Signals.SIGSTOP, Signals.SIGCONT})
CLIENT = Member(10, 100, "claude", "registry", own=True)
TOOL = Member(11, 101, "sleep", "environment")
OTHER = Member(12, 102, "sleep", "environment")


@dataclass
class Clock:
    """Time that passes only while someone sleeps."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds


@dataclass
class Pretended:
    """A `Processes` of values. `obeys` are the signals that end a process, and after how many seconds."""

    clock: Clock
    members: dict[int, Member] = field(default_factory=dict)
    obeys: dict[int, dict[Signals, float]] = field(default_factory=dict)
    takes_along: dict[int, tuple[int, ...]] = field(default_factory=dict)
    refuses: dict[int, str] = field(default_factory=dict)
    unstoppable: set[int] = field(default_factory=set)
    own_way: Callable[[], str] | None = None
    told: Crew = field(default_factory=Crew)
    forks: int = 0
    again: bool = False
    """A shell stops its client again as soon as it was let go on."""
    sent: list[tuple[int, str]] = field(default_factory=list)
    before: list[tuple[int, ...]] = field(default_factory=list)
    labels: list[str | None] = field(default_factory=list)
    _ends: dict[int, float] = field(default_factory=dict)

    def add(self, *members: Member, **obeys: float) -> "Pretended":
        """Let processes live that end so many seconds after these signals."""
        for one in members:
            self.members[one.pid] = one
            self.obeys[one.pid] = {Signals[name]: seconds for name, seconds in obeys.items()}
        return self

    async def crew(self, run: Run, label: str | None = None, before: Sequence[Member] = ()) -> Crew:
        self.before.append(tuple(one.pid for one in before))
        self.labels.append(label)
        gone = {pid for pid, at in self._ends.items() if at <= self.clock.now}
        gone |= {pid for one in gone for pid in self.takes_along.get(one, ())}
        for pid in gone:
            self.members.pop(pid, None)
        return replace(self.told, members=() if self.told.doubt else tuple(self.members.values()))

    async def signal(self, members: Sequence[Member], number: Signals) -> Mapping[int, str]:
        failed: dict[int, str] = {}
        for one in members:
            if one.pid in self.refuses:
                failed[one.pid] = self.refuses[one.pid]
            elif one.pid in self.members and self.members[one.pid].start == one.start:
                self.sent.append((one.pid, number.name))
                self._take(one.pid, number)
        return failed

    def _take(self, pid: int, number: Signals) -> None:
        if self.forks and number is Signals.SIGSTOP:
            self.forks -= 1
            child = Member(pid + 100, 500 + self.forks, "sleep", "child")
            self.members[child.pid] = child
        if number is Signals.SIGSTOP and pid not in self.unstoppable:
            self.members[pid] = replace(self.members[pid], stopped=True)
        elif number is Signals.SIGCONT and not self.again:
            self.members[pid] = replace(self.members[pid], stopped=False)
        elif number is Signals.SIGKILL:
            self._ends[pid] = self.clock.now + 0.01
        elif number in self.obeys.get(pid, {}):
            self._ends[pid] = self.clock.now + self.obeys[pid][number]

    async def interrupt(self, run: Run, crew: Crew) -> str:
        return self.own_way() if self.own_way else ""

    def way_back(self, run: Run) -> str | None:
        return f"cd /w && claude --resume {run.session}"

    def signals(self) -> list[str]:
        """Give the signals that were sent, once each in a row."""
        names = [name for _, name in self.sent]
        return [name for at, name in enumerate(names) if not at or names[at - 1] != name]


@dataclass
class Keeps:
    """A `Rescuer` that gives what it was given, or never answers."""

    told: Rescue | str | None = None
    asked: list[tuple[str, str]] = field(default_factory=list)

    async def keep(self, worktree: str, name: str) -> Rescue | str | None:
        self.asked.append((worktree, name))
        return self.told
