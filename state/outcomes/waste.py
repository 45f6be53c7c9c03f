"""Where money and reading were in vain: abandoned work, duplicates, caches that broke, files read again."""

from collections.abc import Iterator
from decimal import Decimal

from state.findings.duplicate import shared
from state.money.spending import NOTHING
from state.outcomes.closing import DAY
from state.outcomes.figure import Figure, Instance
from state.outcomes.journal import NOW, Read
from state.outcomes.making import amount, quotient, unknown
from state.outcomes.period import Period, doubtful, of_task, rule_of
from state.outcomes.work import NO_INTERVENTIONS
from state.runs.run import Usage

WEEK = 7 * DAY
TOKEN = 4
"""Characters a token, about; a size for a human, never a cost."""
OWNERSHIP = "unclear_ownership"
SAID = ("task", "gate", "answer", "correction", "re-explain")
"""What of a human's words is a message, and not a key."""


def abandoned(period: Period) -> Figure:
    """Money of tasks that ended without a diff on their target branch: stopped by a human, or left for two weeks."""
    tasks = [task for task in period.decided if task.how in ("stopped", "idle")]
    costs = {task.task: period.cost(task.runs) for task in tasks}
    whole = sum(costs.values(), NOTHING)
    parts = tuple((how, sum((costs[one.task].usd for one in tasks if one.how == how), Decimal(0)))
                  for how in ("stopped", "idle"))  # fmt: skip
    head = ("abandoned_spend", "spent on tasks that were abandoned", "usd")
    return amount(head, whole.known if tasks else 0, len(tasks), parts=parts, at_least=doubtful(whole),
                  instances=(of_task(task, costs[task.task].known) for task in tasks))  # fmt: skip


def duplicated(period: Period) -> Figure:
    """Of each two runs that wrote the same code, the cheaper one's money by the part that is the same."""
    found: dict[frozenset[str], tuple[Decimal, Instance]] = {}
    for run in period.at_work:
        for one in run.findings:
            told = shared(one)
            if told is None or told[1] not in period.runs:
                continue
            share, other = told
            lost = min(period.spent(run.run).usd, period.spent(other).usd) * share
            place = one.evidence[0].log if one.evidence else run.source
            instance = Instance(f"{run.title}: {one.text}", place, one.since, run.run, run.task, lost)
            pair = frozenset((run.run, other))
            found[pair] = max(found.get(pair, (Decimal(-1), instance)), (lost, instance), key=lambda each: each[0])
    whole = sum((one.cost for one in period.paid_here()), NOTHING)
    return quotient(
        ("duplicated_work", "duplicated agent work", "share"), sum((lost for lost, _ in found.values()), Decimal(0)),
        whole.usd, of="money", n=len(found), instances=(one for _, one in found.values()), at_least=True,
        note="as their worktrees stood when they were compared last; two tries declared as such are not told apart",
    )  # fmt: skip


def cache_hit(period: Period) -> Figure:
    """Input that came out of the cache, by all input, in tokens of the main threads."""
    runs: dict[str, Usage] = {}
    for one in period.paid_here():
        if one.main:
            runs[one.run] = runs.get(one.run, Usage()) + one.usage
    usage = sum(runs.values(), Usage())
    written = usage.cache_write_5m + usage.cache_write_1h
    whole = usage.fresh_input + usage.cache_read + written
    parts = (("read", Decimal(usage.cache_read)), ("fresh", Decimal(usage.fresh_input)), ("written", Decimal(written)))
    head = ("cache_hit", "cache hit rate", "share")
    instances = (_of_cache(period, run, runs[run]) for run in sorted(runs))
    return quotient(head, usage.cache_read, whole, of="input", n=len(runs), parts=parts, instances=instances)


def cache_net(period: Period) -> Figure:
    """What the cache saved against fresh input, less what it cost to fill; negative where it loses money."""
    net, left = Decimal(0), 0
    runs: dict[str, Decimal] = {}
    for one in period.paid_here():
        net, left = net + one.net, left + one.unlisted
        runs[one.run] = runs.get(one.run, Decimal(0)) + one.net
    instances = (Instance(f"cache of {_named(period, run)}", _source(period, run), None, run, amount=saved)
                 for run, saved in sorted(runs.items(), key=lambda each: -abs(each[1])))  # fmt: skip
    note = f"{left} calls without known rates are left out" if left else ""
    return amount(("cache_net", "saved by the cache", "usd"), net, len(runs), instances=instances, note=note)


def cache_breaks(period: Period) -> Figure:
    """Hours of a run in which the share out of the cache fell by more than a fifth against its hour before."""
    found = [one for one in period.journal.broken if period.holds(one.at)]
    instances = (
        Instance(
            f"from {one.before:.0%} to {one.after:.0%} out of the cache", _source(period, one.run), one.at, one.run
        )
        for one in found
    )
    note = "told by the hour; another model or effort, edited instructions or a pause can break it"
    return amount(("cache_breaks", "caches that broke", "count"), len(found), len(period.at_work),
                  instances=instances, note=note)  # fmt: skip


def reread_tokens(period: Period) -> Figure:
    """What runs read again although it stood unchanged in their context, in tokens, estimated."""
    head = ("redundant_context", "redundant context loading", "tokens")
    if not period.journal.readings_of:
        return unknown(head, "no run's readings are known")
    found = [one for one in period.journal.readings if one.again and period.holds(one.at)]
    instances = (_of_reading(period, one, Decimal(one.again // TOKEN)) for one in found)
    return amount(
        head, sum(one.again // TOKEN for one in found), period.journal.readings_of, at_least=True, instances=instances,
        note="~ a quarter of the characters; of the last files in each run's context; no total of all that was read",
    )  # fmt: skip


def rereads(period: Period) -> Figure:
    """Readings of a file that another run had read with the same content within a week, by readings."""
    known = [one for one in period.journal.readings if period.holds(one.at)]
    again = list(_again(known))
    return quotient(
        ("repeated_reads", "files that another run had read", "share"), len(again), len(known), of="reading",
        instances=(_of_reading(period, one, None) for one in again), at_least=True,
        note="of the last files in each run's context",
    )  # fmt: skip


def explanations(period: Period) -> Figure:
    """Messages of humans that say again what one said to another run, by messages."""
    head = ("repeated_explanations", "repeated explanations", "share")
    if "intervention" not in period.journal.kept:
        return unknown(head, NO_INTERVENTIONS)
    said = [one for one in period.journal.interventions if one.kind in SAID and period.holds(one.at)]
    again = [one for one in said if one.kind == "re-explain"]
    instances = (Instance(one.text, f"{one.log}:{one.offset}", one.at, one.run) for one in again)
    return quotient(head, len(again), len(said), of="message of a human", instances=instances)


def conflicting(period: Period) -> Figure:
    """Pairs of worktrees that do not merge, by pairs compared: as of now, since earlier comparisons are not kept."""
    head = ("conflicting_branches", "conflicting branches", "share")
    if period.span != NOW or not period.journal.clashing:
        return unknown(head, "only the last comparison is kept, and none is of this window")
    pairs = [(each.at, *pair) for each in period.journal.clashing for pair in each.pairs]
    compared = sum(one.compared for one in period.journal.clashing)
    instances = (Instance(f"{a} and {b}: {kinds}", "headgate conflicts", at) for at, a, b, kinds in pairs)
    note = "as compared last; for how many hours they conflicted is not kept"
    return quotient(head, len(pairs), compared, of="pair", instances=instances, note=note)


def ownership(period: Period) -> Figure:
    """Runs that a human stopped because nobody was known to answer for them, by runs stopped."""
    stops = [one for one in period.told("act") if one.actor_kind == "human" and one.word("act") == "stop" and one.run]
    found = [one for one in stops if _unowned(period, one.run) or "owner" in one.word("reason").casefold()]
    shown = (Instance(one.word("reason") or "stopped", one.source, one.at, one.run) for one in found)
    head = ("stopped_ownership", "runs stopped for unclear ownership", "share")
    note = "by a hard stop on ownership, or by the reason that was given"
    return quotient(head, len(found), len(stops), of="stopped run", instances=shown, note=note)


def _unowned(period: Period, run: str) -> bool:
    told = period.entries.get(run, ())
    return any(one.kind == "request" and rule_of(one) == OWNERSHIP for one in told)


def _again(known: list[Read]) -> Iterator[Read]:
    last: dict[tuple[str, str], dict[str, float]] = {}
    for one in sorted((each for each in known if each.at is not None), key=lambda each: each.at or 0.0):
        at, before = one.at or 0.0, last.setdefault((one.path, one.digest), {})
        if any(run != one.run and at - seen <= WEEK for run, seen in before.items()):
            yield one
        before[one.run] = at


def _of_reading(period: Period, one: Read, tokens: Decimal | None) -> Instance:
    return Instance(f"{one.path}, read {one.times} times", one.source, one.at, one.run, amount=tokens)


def _of_cache(period: Period, run: str, usage: Usage) -> Instance:
    text = f"{usage.cache_read:,} tokens out of the cache, {usage.fresh_input:,} fresh"
    return Instance(text, _source(period, run), None, run, amount=Decimal(usage.cache_read))


def _named(period: Period, run: str) -> str:
    known = period.runs.get(run)
    return f"{known.title} (run {run})" if known is not None and known.title else f"run {run}"


def _source(period: Period, run: str) -> str:
    known = period.runs.get(run)
    return known.source if known is not None else f"run {run}"
