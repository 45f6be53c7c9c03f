"""The words of what numbers of the money screen are made of that are no outcomes."""

from state.money.forecast import Forecast
from tui.wording import many
from tui.wording_money import forecast_said

SOURCE = "the calls in the agents' logs, by the hour"
OVER_TIME = "each column is what the calls of its hours cost, at the prices of their own times; empty ones are left out"
FORECAST = "spent this month, and how it is likely to end"
LOW, HIGH = "likely end, P25", "likely end, P75"


def forecast_note(one: Forecast) -> str:
    """Say how a forecast was made."""
    left = many(one.left, "working day")
    return f"{forecast_said(one)}: for each of the {left} left the middle half of these days is added to it"
