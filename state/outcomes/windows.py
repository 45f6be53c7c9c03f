"""The stretches of time that figures are asked for, so that the report and the money screen mean the same by "28 days".

A period of days ends with the stretch of it that holds now: so many whole hours of the local clock, counted from
midnight. It reaches back a multiple of 24 hours from there.
"""

import math
import time
from collections.abc import Mapping

HOUR, DAY = 3600.0, 86400.0
HOURS: Mapping[int, int] = {1: 1, 7: 6, 28: 24}
"""For each usual period in days the hours of one stretch of it."""
USUAL_DAYS = 28
"""Days of the usual window, four weeks (research/economics.md 5.3)."""


def last_days(days: int, now: float) -> tuple[float, float]:
    """Give when a usual period begins and ends that holds `now`, in seconds since 1970."""
    stretch = HOURS[days] * HOUR
    there = time.localtime(now)
    midnight = time.mktime((there.tm_year, there.tm_mon, there.tm_mday, 0, 0, 0, 0, 0, -1))
    until = midnight + (math.floor((now - midnight) / stretch) + 1) * stretch
    return until - days * DAY, until
