"""The settings of alarms and attention: as shipped, as documented, and what is wrong in them."""

import re
from decimal import Decimal
from pathlib import Path

from state.money.alarm_settings import SHIPPED_ALARMS, SHIPPED_ATTENTION, Pair
from state.settings import read_settings, shipped

DOC = (Path(__file__).parents[3] / "docs" / "settings.md").read_text()
EXAMPLES = dict(re.findall(r"<!-- test: (alarms|attention) -->\n```toml\n(.*?)```", DOC, re.DOTALL))


def test_the_shipped_file_says_what_holds_where_there_is_none() -> None:
    assert (shipped().alarms, shipped().attention) == (SHIPPED_ALARMS, SHIPPED_ATTENTION)
    assert SHIPPED_ALARMS.pairs[0] == Pair(Decimal("0.02"), 3600.0, 300.0, "warn")
    assert [one.long / one.short for one in SHIPPED_ALARMS.pairs] == [12.0] * 4


def test_the_documented_examples_hold() -> None:
    settings = read_settings("\n".join(EXAMPLES.values()), "config.toml")
    assert not settings.problems and settings.attention == SHIPPED_ATTENTION
    # A short window that is not set is a twelfth of the long one.
    assert (
        settings.alarms.pairs[1] == Pair(Decimal("0.1"), 86_400.0, 7200.0, "note") and len(settings.alarms.pairs) == 2
    )


def test_a_window_that_is_none_is_left_out_with_its_line() -> None:
    settings = read_settings('[alarms]\nmin_usd = 9\npairs = [{ burn_pct = 2, long = "soon" }]\n', "config.toml")
    assert settings.alarms.min_usd == 9 and settings.alarms.pairs == SHIPPED_ALARMS.pairs
    assert "line 3: `alarms.pairs`" in settings.problems[0].text
