"""Imports huawei-lte-api without what a stick on the site's own wire never needs: 6 MiB of resident memory.

| left out | it is for | measured (RSS, Python 3.11) |
|---|---|---|
| OpenSSL (`ssl`, `_hashlib`) | https; Python has SHA-256 of its own | 4.8 MiB |
| Cryptodome | the SIM's PIN, sent encrypted | 1.3 MiB |
| chardet, charset_normalizer | guessing a text's encoding | 3 MiB |

A module that something else has imported already is left alone.
"""

from __future__ import annotations

import sys
import warnings
from importlib import import_module
from types import ModuleType
from typing import Final

_NOT_TO_BE_HAD: Final = ("chardet", "charset_normalizer", "ssl", "_ssl", "_hashlib")
_EMPTY: Final = (
    "Cryptodome",
    "Cryptodome.Cipher",
    "Cryptodome.PublicKey",
    "Cryptodome.PublicKey.RSA",
)
_CIPHERS: Final = ("PKCS1_OAEP", "PKCS1_v1_5")


def import_library() -> None:
    """Import what this plugin uses of requests and huawei-lte-api.

    requests and urllib3 know how to do without each of these; requests warns of the first two.
    """
    hidden: dict[str, ModuleType | None] = dict.fromkeys(_NOT_TO_BE_HAD)
    hidden |= {name: _empty(name) for name in _EMPTY}
    hidden = {name: module for name, module in hidden.items() if name not in sys.modules}
    sys.modules.update(hidden)  # type: ignore[arg-type]  # None is the import system's "not to be had"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import_module("huawei_lte_api.Connection")
    finally:
        for name in hidden:
            del sys.modules[name]


def load_encryption() -> None:
    """Give huawei-lte-api the ciphers that it was imported without."""
    tools = vars(import_module("huawei_lte_api.Tools"))
    tools.update({name: import_module(f"Cryptodome.Cipher.{name}") for name in _CIPHERS})
    tools["construct"] = import_module("Cryptodome.PublicKey.RSA").construct


def _empty(name: str) -> ModuleType:
    module = ModuleType(name)
    module.__path__ = []
    vars(module).update(dict.fromkeys((*_CIPHERS, "construct")))
    return module
