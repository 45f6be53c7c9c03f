"""How properties are tried in every room: by counts alone, because a clock would fail them on a busy machine.

The examples are the same at each run, so that a change is judged and not the dice; `HEADGATE_DICE=1` throws them anew.
"""

import os

from hypothesis import HealthCheck, settings

settings.register_profile(
    "headgate",
    deadline=None,
    max_examples=50,
    derandomize="HEADGATE_DICE" not in os.environ,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.load_profile("headgate")
