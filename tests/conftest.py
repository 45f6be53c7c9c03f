"""How properties are tried in every room: by counts alone, because a clock would fail them on a busy machine."""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "headgate", deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
settings.load_profile("headgate")
