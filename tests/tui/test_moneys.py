"""The money screen reads the history of all its houses together, and says in a sentence where it cannot."""

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

import pytest

from state.money.meter import Metered
from state.money.spending import Quote, Rates
from state.runs.run import RunKey, Usage
from state.settings import shipped
from state.spool import Spool
from state.store.writer import Store
from tui.moneys import MoneyUnreadable
from tui.wiring_moneys import HousesMoneys

HOUR = 3600.0


@dataclass
class Place:
    """As much of a house as is asked here."""

    spool: Spool


def house(folder: Path, *usd: str) -> Any:
    folder.mkdir()
    spool = Spool(folder)
    store = Store(spool.database)
    with store.transaction() as transaction:
        transaction.count(
            Metered(
                str(number), RunKey("r"), number * HOUR, "opus", False, Usage(output=1, requests=1), "", 0,
                quote=Quote(Decimal(one), "priced", 0, Rates(output=Decimal(1))),
            )
            for number, one in enumerate(usd)
        )  # fmt: skip
    store.close()
    return cast("Any", Place(spool))


async def test_rows_of_one_name_are_added_up_over_houses(tmp_path: Path) -> None:
    moneys = HousesMoneys([house(tmp_path / "a", "1.5", "2"), house(tmp_path / "b", "0.25")], shipped)
    (row,) = await moneys.spent("model", None, None)
    assert (row.key, row.cost.usd, row.usage.output, row.runs) == ("opus", Decimal("3.75"), 3, 2)
    over = await moneys.over_time(0.0, 3 * HOUR, 1)
    assert [(at, cost.usd) for at, cost in over] == [(0.0, Decimal("1.75")), (HOUR, Decimal(2)), (2 * HOUR, Decimal(0))]
    told = await moneys.purse()
    assert told.budgets == () and told.forecast.repositories == 2


async def test_a_house_without_a_database_is_said_to_be_unreadable(tmp_path: Path) -> None:
    with pytest.raises(MoneyUnreadable, match="cannot be read"):
        await HousesMoneys([cast("Any", Place(Spool(tmp_path / "none")))], shipped).spent("day", None, None)
