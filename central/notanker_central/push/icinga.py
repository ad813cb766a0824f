"""Icinga 2: passive check results by its API, each with a time to live, so that silence of ours is noticed.

`POST /v1/actions/process-check-result` with `ttl`: the result counts for so long, then Icinga runs the
service's own check, which should say that nothing was heard (icinga.com/docs, "process-check-result").
"""

from __future__ import annotations

import base64
import ssl
from typing import Final

import msgspec

from notanker_central.alarm.channels import PermanentError, UnknownError, post, secret_of
from notanker_central.push.picture import Picture
from notanker_central.push.settings import Push

ROUNDS: Final = 3
OK, WARNING, CRITICAL = 0, 1, 2
SERVICE: Final = "notanker"
_STATUS: Final = {
    "ok": OK,
    "backup": WARNING,
    "isolated": CRITICAL,
    "silent": CRITICAL,
    "never": WARNING,
}


class _Result(msgspec.Struct, frozen=True):
    code: float = 0.0
    status: str = ""


class _Answer(msgspec.Struct, frozen=True):
    results: tuple[_Result, ...] = ()


class IcingaSender:
    """Sends check results."""

    def __init__(self, settings: Push, tls: ssl.SSLContext | None = None) -> None:
        self._url = f"{settings.url.rstrip('/')}/v1/actions/process-check-result"
        self._user = settings.user
        self._secret = settings.secret
        self._host = settings.host
        self._ttl_s = int(ROUNDS * settings.every_s)
        self._tls = tls
        self.wants_changes = settings.per_site

    def send(self, told: Picture) -> None:
        """Send the fleet's result, and each site's where its state changed.

        Raises:
            ChannelError: not all of them were taken.
        """
        self._send(self._host, fleet_status(told), fleet_text(told), perfdata(told))
        for change in told.changes:
            status = _STATUS.get(change.after, WARNING)
            self._send(change.site, status, f"{change.name}: {change.after}", [], ttl_s=0)

    def _send(
        self, host: str, status: int, text: str, figures: list[str], ttl_s: int | None = None
    ) -> None:
        asked = {
            "type": "Service",
            "filter": "host.name==wanted_host && service.name==wanted_service",
            "filter_vars": {"wanted_host": host, "wanted_service": SERVICE},
            "exit_status": status,
            "plugin_output": text,
            "performance_data": figures,
            "check_source": "notanker central",
        }
        life_s = self._ttl_s if ttl_s is None else ttl_s
        if life_s:
            asked["ttl"] = life_s
        judge(post(self._url, msgspec.json.encode(asked), self._headers(), tls=self._tls), host)

    def _headers(self) -> dict[str, str]:
        password = secret_of(self._secret) if self._secret is not None else b""
        pair = base64.b64encode(self._user.encode() + b":" + password).decode()
        return {"accept": "application/json", "authorization": f"Basic {pair}"}


def fleet_status(told: Picture) -> int:
    """Return the fleet's status: critical while nobody has an incident, a warning once somebody does."""
    if any(not one.acknowledged_by for one in told.open):
        return CRITICAL
    return WARNING if told.open else OK


def fleet_text(told: Picture) -> str:
    """Return the fleet in one line."""
    states = ", ".join(f"{number} {state}" for state, number in told.counts.items() if number)
    incidents = f"; {len(told.open)} incidents open" if told.open else ""
    return f"{told.total} sites: {states or 'none'}{incidents}"


def perfdata(told: Picture) -> list[str]:
    """Return the figures as performance data."""
    return [*(f"{state}={number}" for state, number in told.counts.items())]


def judge(raw: bytes, host: str) -> None:
    """Take the answer.

    Raises:
        UnknownError: it cannot be read.
        PermanentError: Icinga does not know the service, or did not take the result.
    """
    try:
        answer = msgspec.json.decode(raw, type=_Answer)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise UnknownError("the answer is none of Icinga") from error
    if not answer.results:
        raise PermanentError(f"there is no service '{SERVICE}' of host '{host[:64]}'")
    bad = [one for one in answer.results if not 200 <= one.code < 300]
    if bad:
        raise PermanentError(f"{bad[0].code:.0f} {bad[0].status[:100]}")
