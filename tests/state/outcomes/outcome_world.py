"""A journal made by hand, on a real database: three tasks, one accepted after two attempts, one abandoned, one merged
outside Headgate. Everything is written by the core's own writer, so that reading it is tested as well.

The window is 24 October to 21 November 2026, noon to noon UTC. `on(d, h, m)` is d days after 24 October, at h:m UTC:
day 2 is a Monday.
"""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from state.approval.approval import Approval
from state.beside import Beside
from state.control.act import Act
from state.evidence.document import sealed
from state.evidence.package import Package
from state.evidence.proposal import FileChange, Proposal
from state.evidence.review import Reviewed
from state.evidence.seen import Seen
from state.findings.conflict import Clash, Matrix, Pair, Side
from state.findings.finding import Finding
from state.gates.book import Change
from state.gates.decision import Recorded
from state.gates.request import Answer, Decision, Gate, Request
from state.ledger.entry import Draft
from state.ledger.recording import drafts_of
from state.money.accounts import Accounted, Attended, Intervention, Routed, Surface, WordClass
from state.money.meter import Metered
from state.money.spending import CostState, Quote, Rates
from state.policy.verdict import Hit
from state.release.item import Item
from state.runs.card import Card
from state.runs.event import PromptGiven
from state.runs.run import Origin, Reading, Run, RunKey, Usage
from state.store.writer import Store

UNTIL = 1_795_262_400.0
SINCE = UNTIL - 28 * 86400
_MIDNIGHT = SINCE - 12 * 3600
HAIKU, SONNET, OPUS, GPT = "claude-haiku-4-5", "claude-sonnet-4-6", "claude-opus-4-8", "gpt-5.5"
RATES = Rates(input=Decimal(5), cache_read=Decimal("0.5"), cache_write_5m=Decimal("6.25"))
COMMIT, HEAD = "c" * 40, "b" * 40
A, B, C = "Retry payments", "Rename columns", "Mend a typo"


def on(day: int, hour: int, minute: int = 0) -> float:
    """Give a time of the window in seconds since 1970."""
    return _MIDNIGHT + day * 86400 + hour * 3600 + minute * 60


def of(run: str) -> RunKey:
    """Give the key of a run; every one has ten digits."""
    return RunKey(f"{run:0<10}")


def runs() -> Iterator[tuple[Run, Card]]:
    """Give the runs as they stand at the end: task A has four, B and C one each, x1 has no task."""
    yield _run("a0", A, "mapper", seen=on(-9, 9), lane=None, models=(HAIKU,))
    again = Reading("/w/a1/pay.py", "", "dg", 3, 8000, (Origin("/l/a1", 10, on(2, 12)),))
    yield _run("a1", A, "implementer", seen=on(2, 13), lane="cheap", models=(HAIKU,), readings=(again,))
    once = Reading("/w/a2/pay.py", "", "dg", 1, 0, (Origin("/l/a2", 10, on(3, 12, 10)),))
    yield _run("a2", A, "implementer", seen=on(4, 12), lane="top", models=(OPUS, SONNET), readings=(once,))
    yield _run("a3", A, "reviewer", seen=on(4, 11), lane=None, models=(GPT,))
    same = f"20% of the code that it adds is added by fix/typo (run {of('c1')}) too: a.py:1, there b.py:1"
    yield _run("b1", B, "implementer", seen=on(6, 10, 5), lane="standard", models=(SONNET,), said=same)
    same = f"60% of the code that it adds is added by feat/names (run {of('b1')}) too: b.py:1, there a.py:1"
    yield _run("c1", C, "implementer", seen=on(7, 10), lane="cheap", models=(HAIKU,), said=same, branch="fix/typo",
               risk="high")  # fmt: skip
    yield _run("x1", None, None, seen=on(7, 10), lane=None, models=(HAIKU,))


def _run(
    name: str, task: str | None, role: str | None, *, seen: float, lane: str | None, models: tuple[str, ...],
    readings: tuple[Reading, ...] = (), said: str = "", branch: str | None = None, risk: str | None = None,
) -> tuple[Run, Card]:  # fmt: skip
    key, found = of(name), (Finding("duplicate_work", "warn", said, (Origin("/w/a.py", 0),)),) if said else ()
    run = Run(key, "claude-code", name, log=f"/l/{name}", worktree=f"/w/{name}", seen=seen, readings=readings)
    card = Card(
        key, "claude-code", name, "done", "its log ended", 0, seen=seen, agent_version="2.1.4", owner="ada", role=role,
        task_id=task and f"id of {task}", task_title=task, models=models, lane_asked=lane, context_version="ab12cd34",
        worktree=f"/w/{name}", branch=branch, risk_level=risk, findings=found, source_log=f"/l/{name}",
    )  # fmt: skip
    return run, card


def calls() -> Iterator[Metered]:
    """Give the calls: run, when, model, USD, and tokens as fresh, read from the cache, written to it, output."""
    yield _call("a0", on(-9, 8), HAIKU, "0.90", 100, 0, 0, 10)
    yield _call("a1", on(2, 12, 5), HAIKU, "0.30", 1000, 3000, 0, 100)
    yield replace(_call("a1", on(2, 12, 6), HAIKU, "0.10", 500, 0, 0, 50), side=True)
    yield _call("a2", on(3, 12, 1), OPUS, "1.00", 10_000, 90_000, 0, 200, rates=RATES)
    yield _call("a2", on(3, 13, 1), SONNET, "0.50", 80_000, 10_000, 10_000, 200, rates=RATES)
    yield _call("a3", on(4, 11), GPT, "0.20", 4000, 0, 0, 100)
    yield _call("b1", on(4, 14), SONNET, "1.50", 2000, 1000, 0, 100)
    yield _call("b1", on(5, 10), SONNET, "2.50", 2000, 1000, 0, 100, state="lower_bound", unpriced=500)
    yield _call("c1", on(7, 9), HAIKU, "0.40", 1500, 500, 0, 40)
    yield _call("x1", on(7, 9), HAIKU, "0.05", 0, 500, 0, 10)


def _call(
    run: str, at: float, model: str, usd: str, fresh: int, read: int, written: int, output: int,
    rates: Rates | None = None, state: CostState = "priced", unpriced: int = 0,
) -> Metered:  # fmt: skip
    usage = Usage(fresh, read, written, 0, output, 0, 1)
    quote = Quote(Decimal(usd), state, unpriced, rates)
    return Metered(f"{run}-{at}", of(run), at, model, False, usage, f"/l/{run}", 1, quote=quote)


def words() -> Accounted:
    """Give what humans said and looked at, and the lanes that were chosen."""
    return Accounted(
        attended=(
            _attended("t1", "a2", A, "change", on(3, 14, 30), 600),
            _attended("t2", "a2", A, "diff", on(4, 12, 30), 1200),
            _attended("t3", "a2", A, "detail", on(4, 14), 300),
            _attended("t4", "b1", B, "decide", on(4, 14, 5), 900),
            _attended("t5", "a2", A, "detail", on(4, 14, 20), 60),
        ),
        interventions=(
            _word("a1", on(2, 11), "task"),
            _word("a1", on(2, 11, 10), "correction"),
            _word("a1", on(2, 12, 30), "correction"),
            _word("a2", on(3, 12), "task"),
            _word("a2", on(3, 12, 40), "deny"),
            _word("a2", on(3, 12, 50), "answer"),
            _word("a2", on(4, 15), "correction"),
            _word("b1", on(5, 9), "re-explain"),
        ),
        routed=(
            Routed(of("a1"), on(2, 11), "implementer", "cheap", None, None, "rule", "small"),
            Routed(of("a2"), on(3, 11), "implementer", "top", None, None, "human", "it drifts"),
            Routed(of("b1"), on(4, 13), "implementer", "standard", None, None, "rule", "usual"),
            Routed(of("c1"), on(7, 8), "implementer", "cheap", None, None, "rule", "small"),
        ),
    )


def _attended(name: str, run: str, task: str, surface: Surface, since: float, seconds: float) -> Attended:
    return Attended(name, of(run), f"id of {task}", surface, since, since + seconds, 3, "ada")


def _word(run: str, at: float, kind: WordClass) -> Intervention:
    return Intervention(of(run), at, kind, f"{kind} words", f"/l/{run}", round(at - SINCE))


def steps() -> Iterator[tuple[float, Beside]]:
    """Give what the core committed at the gates, by when."""
    plan = _asked("q1", "a1", "plan", "p" * 64, on(2, 11, 20))
    yield on(2, 11, 30), _decided(plan, "approve", on(2, 11, 30))
    first = package(on(3, 14), "1" * 40, lacking=("rollback",))
    yield on(3, 14), Beside(review=Reviewed((first,)))
    yield on(3, 15), _decided(_asked("q2", "a2", "merge", first.sha, first.built), "deny", on(3, 15))
    second = package(on(4, 12), "2" * 40)
    yield on(4, 12), Beside(review=Reviewed((second,)))
    yield on(4, 12, 20), Beside(review=Reviewed(seen=(Seen(of("a2"), "h1", "ada", on(4, 12, 20)),)))
    asked = _asked("q3", "a2", "merge", second.sha, second.built)
    yield on(4, 13), _decided(asked, "approve", on(4, 13))
    approval = Approval("e" * 64, of("a2"), "q3", "{}", "declared", "ada", on(4, 13), on(5, 13))
    yield on(4, 13, 1), Beside(review=Reviewed(approvals=(approval,)))
    yield on(4, 13, 10), Beside(review=Reviewed(approvals=(replace(approval, merge=COMMIT),)))
    loop = _asked("halt-1", "b1", "exception", "f" * 64, on(4, 14, 2), rule="repeated_failure")
    yield on(4, 14, 2), Beside(gates=Change(requests=(loop,)))
    stop = Act("o9", of("b1"), "stop", "ada", on(6, 10), "nobody is the owner of this", "confirmed", "it is stopped")
    yield on(6, 10), Beside(acts=(stop,))
    reflog = {"who": "ada", "words": "merge fix/typo: Fast-forward", "at": 0}
    body = {"ref": "refs/heads/main", "old": COMMIT, "new": "d" * 40, "commits": 1, "rewritten": False}
    moved = Draft("tool", "headgate", "ref_moved", on(8, 9), body={**body, "reflog": reflog, "worktree": ""})
    yield on(8, 9), Beside(review=Reviewed(drafts=(moved,)))
    defect = Item("i1", of("a2"), COMMIT, "defect", "charged twice", "confirmed", "ada", on(10, 9), "human")
    lasting = Item("i2", of("a2"), COMMIT, "artefact", "test: charges once", "done", "ada", on(11, 9), "human")
    yield on(11, 9), Beside(review=Reviewed(items=(defect, lasting)))


def package(built: float, patch: str, lacking: tuple[str, ...] = ()) -> Package:
    """Give the evidence of a2's change: 620 lines of high risk."""
    files = (FileChange("pay.py", "modified", added=590, deleted=20), FileChange("new.py", "added", added=10))
    change = Proposal(of("a2"), "feat/pay", "refs/heads/main", "a" * 40, "a" * 40, HEAD, "7" * 40, "7" * 40, "7" * 40,
                      patch, "8" * 64, files)  # fmt: skip
    told = Package(of("a2"), A, "ada", change, (), "high", "default", "ab12cd34", built, models=(OPUS,))
    return sealed(replace(told, lacking=lacking))  # pyright: ignore[reportArgumentType]


def _asked(name: str, run: str, gate: Gate, sha: str, opened: float, rule: str = "") -> Request:
    hits = (Hit(rule, "escalate", "it goes on"),) if rule else ()
    return Request(name, of(run), gate, f"the {gate} gate asks", sha, opened, hits=hits)


def _decided(request: Request, answer: Answer, at: float) -> Beside:
    said = Decision(request.id, answer, "ada", at, "read it", "board, declared", request.sha, 40.0, True)
    after = replace(request, state="approved" if answer == "approve" else "denied", decision=said)
    return Beside(gates=Change((after,), ((f"o-{request.id}", "ada", Recorded(said, after, "done")),)))


def lay(folder: Path) -> Path:
    """Write all of it as the core does, and give the database."""
    store = Store(folder / "state.db")
    store.begin(on(-10, 0))
    with store.transaction() as transaction:
        transaction.show(runs())
        transaction.count(calls())
        transaction.account(words())
        prompts = [
            PromptGiven(of(run), Origin(f"/l/{run}", 0, at), "go") for run, at in (("a1", on(2, 11)), ("a2", on(3, 11)))
        ]
        transaction.tell(prompts, {})
        sides = (Side("/w/a2", "", "", ""), Side("/w/b1", "", "", ""))
        clash = Pair("/w/a2", "/w/b1", (Clash("pay.py", "content"),), at=on(6, 9))
        transaction.pair(Matrix((clash,), sides, base="main", at=on(6, 9)))
    for now, beside in steps():
        with store.transaction() as transaction:
            if beside.gates is not None:
                transaction.gate(beside.gates)
            transaction.act(beside.acts)
            transaction.review(beside.review)
            transaction.record(drafts_of(beside, now), now)
    store.close()
    _roll_up(store.path)
    return store.path


def _roll_up(path: Path) -> None:
    import sqlite3
    from contextlib import closing

    rows: dict[tuple[str, int, str, int], list[int]] = {}
    for call in calls():
        hour = int((call.at or 0) // 3600)
        row = rows.setdefault((call.run, hour, call.model or "", int(call.side)), [0] * 17)
        u, q = call.usage, call.quote
        assert q is not None and q.usd is not None
        net = Decimal(0)
        if q.rates:
            net = (u.cache_read * (Decimal(5) - Decimal("0.5")) - u.cache_write_5m * Decimal("1.25")) / 1_000_000
        add = [u.fresh_input, u.cache_read, u.cache_write_5m, u.cache_write_1h, u.output, u.reasoning, u.requests,
               int(q.usd.scaleb(12)), 0, int(net.scaleb(12)), int(q.rates is None), q.unpriced_tokens,
               *(int(q.state == s) for s in ("priced", "plan", "assumed", "lower_bound", "unpriced"))]  # fmt: skip
        rows[(call.run, hour, call.model or "", int(call.side))] = [a + b for a, b in zip(row, add, strict=False)]
    with closing(sqlite3.connect(path)) as c, c:
        if c.execute("select count(*) from spending").fetchone()[0] == 0:
            c.executemany(f"INSERT INTO spending VALUES ({','.join('?' * 21)})", [(*k, *v) for k, v in rows.items()])
