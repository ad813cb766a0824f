"""The shipped words that no alarm needs: for the hotline, the staff, the management and outside."""

from typing import Final

from notanker.plan.words_shipped.inside import INSIDE
from notanker.plan.words_shipped.outside import OUTSIDE

TABLE: Final = {**INSIDE, **OUTSIDE}
"""By template id and language; the dearest part of each SMS first."""
