"""What all tests share."""

import pytest
from hypothesis import HealthCheck, settings

# The machines that run this are noisy: how long an example takes says nothing about the code.
settings.register_profile(
    "notanker", deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None
)
settings.load_profile("notanker")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the lab's options; here, because pytest reads them before it comes to the lab's folder."""
    parser.addoption("--long", action="store_true", help="the long forms of tests")
    parser.addoption("--lab-seed", type=int, help="the seed of random moments, as a run printed it")
    parser.addoption(
        "--cuts", type=int, default=6, help="how often a booted machine loses its power"
    )
