"""Huawei HiLink modems (E3372h and kin): data session, state, and SMS with proof of sending."""

import logging

from notanker_huawei_lte.lean import import_library

# These log passwords, tokens and message texts at DEBUG; no setting of the root logger undoes this.
for _name in ("huawei_lte_api", "urllib3", "requests"):
    logging.getLogger(_name).setLevel(logging.WARNING)

import_library()

from notanker_huawei_lte.plugin import HuaweiLte  # noqa: E402 - only after the above

__all__ = ["HuaweiLte"]
