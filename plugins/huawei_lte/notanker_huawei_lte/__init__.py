"""Huawei HiLink modems (E3372h and kin): data session, state, and SMS with proof of sending."""

import logging
import sys
import warnings
from importlib import import_module

# These log passwords, tokens and message texts at DEBUG; no setting of the root logger undoes this.
for _name in ("huawei_lte_api", "urllib3", "requests"):
    logging.getLogger(_name).setLevel(logging.WARNING)


def _import_requests() -> None:
    """Import requests without what guesses a text's encoding: 3 MiB, and a HiLink stick speaks UTF-8.

    requests knows how to do without, and warns of it; nothing here asks it for a text.
    """
    hidden = {"chardet", "charset_normalizer"} - sys.modules.keys()
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]  # None: "not to be had"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import_module("requests")
    finally:
        for name in hidden:
            del sys.modules[name]


_import_requests()

from notanker_huawei_lte.plugin import HuaweiLte  # noqa: E402 - only after the above

__all__ = ["HuaweiLte"]
