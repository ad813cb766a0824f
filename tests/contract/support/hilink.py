"""The Huawei plugin in its child, beside one emulated modem: what its tests share."""

from __future__ import annotations

from typing import Final

from notanker.plugin import Collected
from notanker_lab.hilink_session import TOKEN_MODES
from tests.contract.support.runner import Instance, Runner, eventually
from tests.contract.support.stick import Modem

KINDS: Final = [(tokens, login) for tokens in TOKEN_MODES for login in ("none", "sha256")]
LASTING: Final = frozenset(
    {
        "address_changed",
        "clock_ahead",
        "clock_behind",
        "connection_905",
        "multipart_hidden",
        "no_signal",
        "sim_missing",
        "sim_pin",
        "slow",
    }
)
"""These act on more than one request, so they end by the test's hand."""
QUICK_POLICY: Final = {
    "connect_timeout_s": 0.3,
    "read_timeout_s": 0.3,
    "connected_within_s": 0.3,
    "settle_s": 0.1,
    "sent_within_s": 2.0,
    "locked_pause_s": 0.1,
    "restart_after_s": 0.0,
}


def start(runner: Runner, modem: Modem, **options: object) -> Instance:
    """Start the plugin with short waits, and a password if the modem wants one."""
    values: dict[str, object] = {"url": modem.url, "other_urls": [modem.second_url]}
    if modem.stick.sessions.login_kind != "none":
        values["password"] = str(modem.secret)
    return runner.start("huawei_lte", {**values, **QUICK_POLICY, **options}, path=())


def collect(lte: Instance) -> Collected:
    """Return what the plugin has heard."""
    return lte.call("collect", answer=Collected)


def happenings(lte: Instance) -> list[str]:
    """Return what befell the modem since the last time, by name."""
    return [happening.what for happening in collect(lte).happenings]


def copies(modem: Modem, text: str) -> int:
    """Count how often this left."""
    return sum(sent == text for _, sent in modem.on_air)


def await_on_air(modem: Modem, text: str) -> None:
    """Wait until this left."""
    eventually(lambda: copies(modem, text) >= 1, f"on the air: {text}")
