"""The labelled table of runs: what is true of each, what is shown of it, and the two against each other.

`python -m tests.state_matrix` prints the table. A case of `tests/fixtures/states/*.toml` has these fields:

- `agent`: the adapter's name; `folder`: the corpus folder of `logs`, each of them a directory (else files from here);
- `lines`: how many lines of the log there were at that moment (else all);
- `alive`, `gone`: the words that are right while the run's process lives, and once it is gone;
- `lives`: which of both it was in truth, which is what a reader who knows no process is judged by;
- `moments`: seconds after the newest record at which it is judged (else just after it, ten minutes and a day later);
- `registry`: what the process says of itself while it lives (`status`, `waiting_for`) and whether it is `held`;
- `moved`: the process is gone from this run because it went on in another session.

"unknown" is never wrong: it claims nothing. Whoever adds an agent adds its cases here.
"""

import asyncio
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, get_args

from adapters.agents.agent import Agent, LogPlace
from adapters.agents.known import AGENTS
from adapters.registry import MOVED_ON
from state.runs import event as ev
from state.runs.card import State
from state.runs.fold import fold
from state.runs.run import Origin, Run
from state.runs.status import Status, status
from tests.adapters.opencode_kept import take
from tests.adapters.opencode_world import Home

HERE = Path(__file__).parent / "fixtures" / "states"
CORPUS = Path(__file__).parents[2] / "shared" / "corpus"
FILES = ("own", "live", "others", "others_live")
"""The files of the table: own logs and the corpus of Claude Code and Codex, then the same of the other agents."""
MOMENTS = (2.0, 600.0, 86400.0)
WORDS: tuple[State, ...] = get_args(State)


@dataclass(frozen=True)
class Case:
    """A row of the table, for one log."""

    agent: str
    log: str
    alive: tuple[str, ...]
    gone: tuple[str, ...]
    why: str
    folder: str = ""
    lives: bool = False
    moved: bool = False
    lines: int | None = None
    moments: tuple[float, ...] = MOMENTS
    registry: dict[str, Any] = field(default_factory=dict[str, Any])

    @property
    def path(self) -> Path:
        """The log: of a directory of the corpus its main one, or the directory where a database is made of it."""
        if not self.folder:
            return (HERE / f"{self.log}.jsonl").resolve()
        found = sorted((CORPUS / self.folder / self.log).glob("*.jsonl"))
        main = [one for one in found if one.name.startswith(("transcript", "rollout", "session-"))]
        return main[0] if main else CORPUS / self.folder / self.log

    @property
    def name(self) -> str:
        """How the case is called where something is wrong with it."""
        cut = f" up to line {self.lines}" if self.lines else ""
        return f"{self.agent} {self.folder or 'own'} {self.log}{cut}"


@dataclass(frozen=True)
class Judged:
    """What was shown of a case at a moment to one who knew this much of its process, and what is true."""

    case: Case
    process: str
    moment: float
    truth: tuple[str, ...]
    told: Status

    @property
    def right(self) -> bool:
        """Whether the word is one of the true ones, or claims nothing."""
        return self.told.state in self.truth or self.told.state == "unknown"

    def __str__(self) -> str:
        sure = "" if self.told.certain else "?"
        shown = f"shown {self.told.state}{sure} ({self.told.because}), true {'|'.join(self.truth)}"
        return f"{self.case.name}, {self.moment:g} s later, process {self.process}: {shown}: {self.case.why}"


def cases(name: str) -> list[Case]:
    """Give the cases of one file of the table, a case for each log."""
    rows: list[dict[str, Any]] = tomllib.loads((HERE / f"{name}.toml").read_text())["case"]
    return [_case(dict(row), log) for row in rows for log in row["logs"]]


def _case(row: dict[str, Any], log: str) -> Case:
    del row["logs"]
    lists = {name: tuple(row.pop(name)) for name in ("alive", "gone", "moments") if name in row}
    return Case(log=log, **lists, **row)


def run_of(case: Case) -> Run:
    """Read the log of a case as far as it goes; whole lines only, as the source gives them."""
    if case.agent == "opencode":
        return _run_of_rows(case)
    (agent,) = (one for one in AGENTS if one.name == case.agent)
    lines = case.path.read_bytes().split(b"\n")[:-1][: case.lines]
    return _folded(agent, str(case.path), lines)


def _run_of_rows(case: Case) -> Run:
    with TemporaryDirectory() as folder:
        home = Home(Path(folder))
        session = take(home, case.log)
        asyncio.run(home.catch_up())
        return home.run(session)


def _folded(agent: Agent, path: str, lines: Sequence[bytes]) -> Run:
    place = LogPlace(path, None)
    reader = agent.reader(place, agent.head(place, lines), "")
    run, offset = Run(reader.run, agent.name, ""), 0
    for line in lines:
        for event in reader.read(line, offset):
            run = fold(run, event)
        offset += len(line) + 1
    return run


def judged(case: Case) -> Iterator[Judged]:
    """Show a case at its moments to one who sees its process live, one who saw it go, and one who knows of none."""
    run = run_of(case)
    seen = run.seen or 0.0
    known = {"alive": _alive(run, case, seen), "gone": _gone(run, case, seen), "not known": run}
    truths = {"alive": case.alive, "gone": case.gone, "not known": case.alive if case.lives else case.gone}
    for process, then in known.items():
        for moment in case.moments:
            yield Judged(case, process, moment, truths[process], status(then, seen + moment))


def _alive(run: Run, case: Case, seen: float) -> Run:
    at = seen + 0.5 if "status" in case.registry else None
    return fold(run, ev.ProcessSeen(run.key, Origin("registry", 0, at), 7, noticed=seen + 0.5, **case.registry))


def _gone(run: Run, case: Case, seen: float) -> Run:
    there = _alive(run, case, seen)
    gone = fold(there, ev.ProcessGone(run.key, Origin("registry", 0), seen + 1))
    return fold(gone, ev.RunEnded(run.key, Origin("registry", 0), MOVED_ON)) if case.moved else gone


def table(rows: Sequence[Judged]) -> str:
    """Print truth against what was shown; of each pair how often it was certain and how often not."""
    counts = Counter(("|".join(row.truth), row.told.state, row.told.certain) for row in rows)
    truths = sorted({truth for truth, _, _ in counts})
    lines = [f"{'true / shown':16}" + "".join(f"{word:>12}" for word in WORDS) + "     (certain + not certain)"]
    for truth in truths:
        cells = [(counts[truth, word, True], counts[truth, word, False]) for word in WORDS]
        lines.append(f"{truth:16}" + "".join(f"{f'{yes}+{no}' if yes or no else '.':>12}" for yes, no in cells))
    wrong = [row for row in rows if not row.right]
    sure = sum(row.told.certain for row in wrong)
    silent = sum(row.told.state == "unknown" for row in rows)
    ends = f"{len(rows)} judgements: {sure} certain and wrong, {len(wrong) - sure} not certain and wrong, "
    return "\n".join([*lines, f"{ends}{silent} unknown"])


if __name__ == "__main__":
    for name in FILES:
        there = [case for case in cases(name) if case.path.exists()]
        rows = [row for case in there for row in judged(case)]
        print(name, table(rows), *(str(row) for row in rows if not row.right), sep="\n", end="\n\n")
