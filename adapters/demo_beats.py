"""The words that the demo's script is written in: beats, and stories made of them.

A beat says what happens and not how a log tells it; `adapters.demo_logs` writes the same beat as Claude Code or as
Codex would. All times are seconds of the story, which `--speed` divides.
"""

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from itertools import cycle
from random import Random
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Beat:
    """Something that happens so many seconds after what happened before it in the same run."""

    after: float = 2.0


@dataclass(frozen=True, slots=True)
class Prompt(Beat):
    """A human tells the agent what to do."""

    text: str


@dataclass(frozen=True, slots=True)
class Call(Beat):
    """The agent calls a tool. With `takes` None the call stays open until a `Reply`; `say` is told just before it.

    Where the hook is asked, `then` follows a call that it lets go, `otherwise` one that it denies.
    """

    takes: float | None = field(default=1.5, kw_only=True)
    say: str = field(default="", kw_only=True)
    then: "tuple[AnyBeat, ...]" = field(default=(), kw_only=True)
    otherwise: "tuple[AnyBeat, ...]" = field(default=(), kw_only=True)


@dataclass(frozen=True, slots=True)
class Shell(Call):
    """A command; with `leave` it waits for a human's permission, and that is the reason given."""

    command: str
    output: str = ""
    code: int = 0
    leave: str = field(default="", kw_only=True)


@dataclass(frozen=True, slots=True)
class Look(Call):
    """A file is read."""

    path: str


@dataclass(frozen=True, slots=True)
class Edit(Call):
    """`old` becomes `new` in a file, in the log and on the disk; with `old` empty the file is made."""

    path: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Commit(Call):
    """Everything that was changed is committed, really."""

    message: str


@dataclass(frozen=True, slots=True)
class Reach(Call):
    """So many steps of the story's plan are done, and the next one is begun."""

    done: int


@dataclass(frozen=True, slots=True)
class Ask(Call):
    """A question to the human, with the answers to choose from; it stays open until a `Reply`."""

    question: str
    options: tuple[str, ...]
    takes: None = field(default=None, init=False)


@dataclass(frozen=True, slots=True)
class Propose(Call):
    """A plan is shown to the human before any work; it stays open until a `Reply` approves it."""

    plan: str
    takes: None = field(default=None, init=False)


AnyCall = Shell | Look | Edit | Commit | Reach | Ask | Propose


@dataclass(frozen=True, slots=True)
class Reply(Beat):
    """The open call has its result, or its answer from the human."""

    text: str = ""
    code: int = 0


@dataclass(frozen=True, slots=True)
class Stumble(Beat):
    """The model's service breaks once, and the agent tries again by itself."""


@dataclass(frozen=True, slots=True)
class Limit(Beat):
    """The model's service refuses until later; the turn ends."""

    text: str


@dataclass(frozen=True, slots=True)
class Interrupt(Beat):
    """A human stops the turn."""


@dataclass(frozen=True, slots=True)
class End(Beat):
    """The agent has its say and puts its work down."""

    text: str


@dataclass(frozen=True, slots=True)
class Leave(Beat):
    """The human ends the session."""


AnyBeat = Prompt | AnyCall | Reply | Stumble | Limit | Interrupt | End | Leave


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One run: who works where on what, what happened before the curtain, what happens then, and what goes on after.

    `past` ends `quiet` seconds before the beginning. `calm` is played again and again once `live` is over. A story that
    `appears` later has no past and no worktree before. `lives`: a process stands for the run's.
    """

    agent: Literal["claude-code", "codex"]
    branch: str
    title: str
    model: str
    steps: tuple[str, ...] = ()
    past: tuple[AnyBeat, ...] = ()
    quiet: float = 1.0
    live: tuple[AnyBeat, ...] = ()
    calm: tuple[AnyBeat, ...] = ()
    appears: float = 0.0
    plans_first: bool = False
    headless: bool = False
    lives: bool = False
    behind: bool = False
    """Its branch began one commit before the newest of main."""
    weight: int = 1
    """How many times the tokens of a small call each of its calls writes to the cache and answers with."""
    supervised: bool = False
    """Its agent asks the real hook before each call; such a run is Claude Code's, and appears later."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A beat at its time, in seconds from the beginning; a call has a second one, `closing`, when its result comes."""

    at: float
    beat: AnyBeat
    closing: bool = False


Future = Generator[Moment, bool | None, None]
"""What happens to a run from the beginning on; it is told whether each call may run."""


def past(story: Story) -> list[Moment]:
    """Give what happened before the beginning, at times below zero."""
    moments = list(_timed(story.past, 0.0, None))
    last = moments[-1].at if moments else 0.0
    return [Moment(moment.at - last - story.quiet, moment.beat, moment.closing) for moment in moments]


def future(story: Story, pace: Random) -> Future:
    """Give what happens from the beginning on, for ever if the story has a calm part; `pace` makes it less even.

    What is sent behind a call says whether it may run; without a word it may.
    """
    at = yield from _timed(story.live, story.appears, pace)
    for beat in cycle(story.calm):
        at = yield from _timed((beat,), at, pace)


def _timed(beats: Sequence[AnyBeat], at: float, pace: Random | None) -> Generator[Moment, bool | None, float]:
    """Give the moments of beats, and in the end the time of the last one."""
    for beat in beats:
        stretch = pace.uniform(0.9, 1.1) if pace else 1.0
        at += beat.after * stretch
        allowed = yield Moment(at, beat)
        if not isinstance(beat, Call):
            continue
        if allowed is False:
            at = yield from _timed(beat.otherwise, at, pace)
            continue
        if beat.takes is not None:
            at += beat.takes * stretch
            yield Moment(at, beat, closing=True)
        at = yield from _timed(beat.then, at, pace)
    return at
