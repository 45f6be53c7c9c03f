"""Money at a fixed time: budgets, four weeks of cost, outcomes with few and many, and a port that serves them."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from state.findings.finding import Finding
from state.money.accounts import BudgetStands
from state.money.forecast import Forecast
from state.money.purse import Purse
from state.money.spending import NOTHING, Cost
from state.money.spent import Dimension, Spent
from state.outcomes.figure import Figure, Instance, Outcomes
from state.runs.card import Card
from state.runs.run import Origin, Usage
from tests.tui.fleet import LOGS, NOW, fleet

DAY = 86400.0
UNTIL = NOW + DAY / 2
"""The midnight after `NOW`, where the window of four weeks ends."""
LOG = f"{LOGS}/6b1d9a1e-0f0c-4f6e-9d53-0a7a3f1f9c10.jsonl"


def usd(text: str) -> Decimal:
    return Decimal(text)


def cost(amount: str, unpriced: int = 0) -> Cost:
    return Cost(usd(amount), unpriced, priced=int(amount != "0"), unpriced=int(bool(unpriced)))


def budget(name: str, spent: str, ceiling: str, step: str, text: str, guess: str | None = None) -> BudgetStands:
    scope, _, of = name.partition(":")
    since, until = NOW - 20 * DAY, NOW + 10 * DAY
    upper = usd(guess) if guess else None
    return BudgetStands(name, scope, of, since, until, usd(ceiling), usd(spent), upper, step, text)  # type: ignore[arg-type]


BUDGETS = (
    budget("envelope", "4615.20", "6500", "warn", "over 70 %: it is said", "5100"),
    budget("role:implementer", "2410", "3000", "warn", "over 80 %: it is said"),
    budget("role:reviewer", "212.40", "900", "ok", ""),
    budget("role:tester", "1080", "700", "pause_new", "over 150 %: no new run of this role"),
    budget("person:ada", "3900", "10000", "ok", ""),
    budget("run:f00d5a11e7", "52.10", "25", "pause_runs", "over 200 %: paused until a human gives it a new ceiling"),
)
PURSE = Purse(BUDGETS, Forecast(usd("6120"), usd("7480"), 9), ("5 % of the month in six hours: $341 by 3 runs",))

_A_DAY = (12, 40, 33, 51, 0, 0, 61, 72, 44, 39, 80, 2, 0, 66, 71, 54, 90, 120, 5, 3, 88, 99, 140, 61, 77, 4, 0, 35)
TIMES = tuple(
    (UNTIL - (28 - number) * DAY, NOTHING if not amount else cost(f"{amount}.25", 410_000 if number in (9, 22) else 0))
    for number, amount in enumerate(_A_DAY)
)
SPENT: Sequence[Spent] = (
    Spent(
        "implementer", Usage(61_000, 5_020_000, 30_000, 0, 77_300, 0, 120), cost("812.40"), usd("2400"), usd("610"), 31
    ),
    Spent("reviewer", Usage(9_000, 410_000, 10_000, 0, 9_000, 0, 30), cost("201.10"), usd("260"), usd("-4.10"), 12),
    Spent("unknown", Usage(80_000, 0, 0, 0, 5_000, 0, 9), cost("88.02", 410_000), usd("91"), None, 4),
    Spent("tester", Usage(70_000, 0, 0, 0, 9_000, 0, 9), Cost(unpriced_tokens=79_000, unpriced=9), None, None, 2),
)


def event(number: int, source: str = "ledger 41", amount: str | None = "4.10") -> Instance:
    text = f"accepted: Retry a failed payment, part {number}"
    return Instance(text, source, NOW - number * 3600, "9c1f04ab27", "task", usd(amount) if amount else None)


EVENTS = (event(1), event(2, f"{LOG}:1482113"), event(3, "commit 4be1c0d", None))
_SHARES = (("model", usd("184.20")), ("tools", usd("3.10")), ("attention", usd("612")), ("rework", None))
FIGURES = (
    Figure(
        "cost_fully_loaded",
        "cost per accepted diff with attention",
        "usd",
        usd("36.33"),
        22,
        usd("799.30"),
        usd("22"),
        True,
        parts=_SHARES,
        instances=EVENTS,
        before=usd("41.02"),
        before_n=19,
    ),
    Figure(
        "cost_per_shipped",
        "cost per reviewed and shipped change",
        "usd",
        usd("51.20"),
        14,
        before=usd("48"),
        before_n=8,
    ),
    Figure(
        "interventions_per_accepted",
        "interventions an accepted diff",
        "ratio",
        usd("1.43"),
        22,
        before=usd("2.10"),
        before_n=19,
    ),
    Figure("review_decision", "review latency, P50", "seconds", usd("2460"), 22, before=usd("3600"), before_n=19),
    Figure("attention", "attention", "seconds", usd("19080"), 40),
    Figure("escaped_defects", "escaped defects", "share", None, 0, note="no accepted diff is older than 30 days"),
    Figure("evidence_share", "with an evidence package", "share", usd("0.909"), 22),
    Figure("attempts_per_task", "repeated attempts a task", "ratio", usd("0.31"), 7),
    Figure(
        "wrong_route_corrections", "wrong-route corrections", "share", usd("0.12"), 25, before=usd("0.2"), before_n=20
    ),
    Figure("something_new", "a figure of a newer Headgate", "count", usd("3"), 3),
    Figure("duplicated_work", "duplicated work", "share", usd("0.042"), 3, instances=(event(7, amount="12.10"),)),
    Figure("failure_loops", "repeated-failure loops a run", "ratio", usd("0.20"), 41, before=usd("0.11"), before_n=38),
    Figure("redundant_context", "context read again", "tokens", usd("1240000"), 41, at_least=True),
    Figure("abandoned_spend", "abandoned attempts", "usd", usd("91.20"), 12, at_least=True),
    Figure("cache_breaks", "cache breaks", "count", usd("17"), 41, before=usd("9"), before_n=38),
    Figure("cache_hit", "cache hit rate", "share", usd("0.874"), 41, before=usd("0.91"), before_n=38),
)
OUTCOMES = Outcomes(UNTIL - 28 * DAY, UNTIL, FIGURES, ("4 runs belong to no task: $12.10 are in no figure of a task",))


def burning() -> list[Card]:
    """The fleet, of which five runs burn, one of them without a price."""
    cards = {card.id: card for card in fleet()}
    loops = Finding(
        "doom_loop", "warn", "the same call came back the same 3 times", (Origin(LOG, 1_470_544, NOW),), NOW
    )
    named = list(cards)
    for run, role, per_hour, lane in (
        (named[0], "implementer", "4.12", "top"),
        (named[1], "implementer", "1.31", "standard"),
        (named[3], "tester", "6.90", "top"),
        (named[4], "reviewer", None, None),
    ):
        seen = NOW - 60
        cards[run] = replace(cards[run], role=role, cost_per_hour=per_hour, lane_effective=lane, seen=seen)
    cards[named[3]] = replace(cards[named[3]], findings=(loops,))
    return list(cards.values())


class FakeMoneys:
    """Serves values, or the error that stands in their place, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[object, ...]] = []
        self.told_purse: Purse | Exception = PURSE
        self.told_outcomes: Outcomes | Exception = OUTCOMES

    async def spent(self, by: Dimension, since: float | None, until: float | None) -> tuple[Spent, ...]:
        self.asked.append(("spent", by, since, until))
        return tuple(SPENT)

    async def over_time(self, since: float, until: float, hours: int) -> tuple[tuple[float, Cost], ...]:
        self.asked.append(("over_time", since, until, hours))
        return TIMES

    async def purse(self) -> Purse:
        self.asked.append(("purse",))
        if isinstance(self.told_purse, Exception):
            raise self.told_purse
        return self.told_purse

    async def outcomes(self, since: float, until: float) -> Outcomes:
        self.asked.append(("outcomes", since, until))
        if isinstance(self.told_outcomes, Exception):
            raise self.told_outcomes
        return self.told_outcomes
