"""The whole product in a simulated site; see conftest.py for how to run it."""
