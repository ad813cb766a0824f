"""What all tests share."""

from hypothesis import HealthCheck, settings

# The machines that run this are noisy: how long an example takes says nothing about the code.
settings.register_profile(
    "notanker", deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None
)
settings.load_profile("notanker")
