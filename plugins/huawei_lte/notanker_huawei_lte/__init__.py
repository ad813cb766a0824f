"""Huawei HiLink modems (E3372h and kin): data session, state, and SMS with proof of sending."""

import logging

# These log passwords, tokens and message texts at DEBUG; no setting of the root logger undoes this.
for _name in ("huawei_lte_api", "urllib3", "requests"):
    logging.getLogger(_name).setLevel(logging.WARNING)

from notanker_huawei_lte.plugin import HuaweiLte  # noqa: E402 - only after the loggers are pinned

__all__ = ["HuaweiLte"]
