"""All sentences of the check at the desk."""

from __future__ import annotations

from typing import Final

from notanker.errors import Catalogue
from notanker.plan.lint.catalogue_dates import CATALOGUE as DATES
from notanker.plan.lint.catalogue_people import CATALOGUE as PEOPLE
from notanker.plan.lint.catalogue_texts import CATALOGUE as TEXTS

CATALOGUE: Final = Catalogue(PEOPLE.entries | TEXTS.entries | DATES.entries)
