"""The whole check of a plan at the desk: all that loading it finds, and its weak points.

The agent needs none of this: it takes a plan as it is. So nothing here is imported where plans are used, and
what the day has to do with is asked with the day as an argument.
"""

from notanker.plan.lint.whole import Linted, lint

__all__ = ["Linted", "lint"]
