"""What figures are measured with, as the settings have it, in one place for the report and the screens."""

from state.money.wrong_routes import Lanes
from state.outcomes.period import Measure
from state.settings import Settings


def measure_of(settings: Settings) -> Measure:
    """Give the rate of an hour of attention and the lanes, from the cheapest to the dearest."""
    lanes = Lanes(tuple(settings.lanes), {name: lane.max_risk for name, lane in settings.lanes.items()})
    return Measure(rate=settings.attention.rate_per_hour, lanes=lanes)
