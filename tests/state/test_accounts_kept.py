"""What is kept on money and attention comes back from the database as it was written."""

import sqlite3
from contextlib import closing
from decimal import Decimal
from pathlib import Path

from state.money.accounts import Accounted, Accounts, Attended, BudgetStands, Ceiling, Estimated, Intervention, Routed
from state.store.writer import Store

SPENT = Decimal("12.340000000001")
BUDGET = BudgetStands("role:tester", "role", "tester", 1.0, 2.0, Decimal(700), SPENT, None, "warn", "it has used 80 %")
NEWS = Accounted(
    attended=(Attended("o1", "r1", "t1", "decide", 10.0, 20.5, 7, "maya"),),
    interventions=(Intervention("r1", 11.0, "correction", "no, the other file", "log", 40),),
    routed=(
        Routed("r1", 1.0, "tester", "cheap", None, None, "human", "started so"),
        Routed("r1", 9.0, "tester", "top", "opus", "high", "rule", "three failures", SPENT, 4),
    ),
    estimated=(Estimated("r1", 1.0, 12, "testers of the cheap lane", Decimal("0.2"), Decimal("1.1"), 60.0, 600.0),),
    budgets=(BUDGET,),
    ceilings=(Ceiling("o2", "role:tester", Decimal(900), "maya", 12.0, "the release"),),
)


def test_what_was_kept_is_known_after_a_restart(tmp_path: Path) -> None:
    store = Store(tmp_path / "state.db")
    store.begin(0.0)
    for _ in range(2):
        with store.transaction() as transaction:
            transaction.account(NEWS)
    assert store.load().accounts == Accounts().after(NEWS)
    with closing(sqlite3.connect(store.path)) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_of_ceilings_told_twice_one_is_known() -> None:
    assert len(Accounts().after(NEWS).after(NEWS).ceilings) == 1
