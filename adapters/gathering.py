"""What one wake-up has found so far: becomes one `Batch`, so that events and marks are committed together."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from state.ports import Batch, LogMark, Problem
from state.runs.event import Event


class KnownProblems:
    """The problems that stand, so that each is reported once and taken back once."""

    def __init__(self) -> None:
        self._standing: dict[str, Problem] = {}

    def __contains__(self, about: str) -> bool:
        return about in self._standing

    def stands(self, problem: Problem) -> bool:
        """Note a problem; says whether it is news."""
        news = self._standing.get(problem.about) != problem
        self._standing[problem.about] = problem
        return news

    def ends(self, about: str) -> bool:
        """Take a problem back; says whether there was one."""
        return self._standing.pop(about, None) is not None


@dataclass(slots=True)
class Gathering:
    """A batch in the making."""

    known: KnownProblems
    events: list[Event] = field(default_factory=list[Event])
    marks: dict[str, LogMark] = field(default_factory=dict[str, LogMark])
    problems: dict[str, Problem] = field(default_factory=dict[str, Problem])
    solved: set[str] = field(default_factory=set[str])
    stirred: set[str] = field(default_factory=set[str])
    worktrees_changed: bool = False
    bytes: int = 0
    reread: int = 0

    def __bool__(self) -> bool:
        """Whether there is anything to tell; bytes and rereads never come alone."""
        found = (self.events, self.marks, self.problems, self.solved, self.stirred, self.worktrees_changed)
        return any(found)

    def mark(self, mark: LogMark) -> None:
        """Put in a mark; the last one of a log counts."""
        self.marks[mark.path] = mark

    def report(self, problem: Problem) -> None:
        """Put in a problem, unless it was told before."""
        if self.known.stands(problem):
            self.problems[problem.about] = problem
            self.solved.discard(problem.about)

    def solve(self, about: str) -> None:
        """Take back a problem, if there was one."""
        if self.known.ends(about):
            self.problems.pop(about, None)
            self.solved.add(about)

    def add(self, problems: Sequence[Problem], solved: Iterable[str]) -> None:
        """Put in what another part has found out about problems."""
        for problem in problems:
            self.report(problem)
        for about in solved:
            self.solve(about)

    def batch(self, done: int = 0, backlog: int = 0) -> Batch:
        """Give what was gathered."""
        return Batch(
            events=tuple(self.events),
            marks=tuple(self.marks.values()),
            problems=tuple(self.problems.values()),
            solved=tuple(sorted(self.solved)),
            stirred=frozenset(self.stirred),
            worktrees_changed=self.worktrees_changed,
            bytes=self.bytes,
            reread=self.reread,
            done=done,
            backlog=backlog,
        )
