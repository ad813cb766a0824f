"""Alertmanager, API v2: every open incident as an alert, told again each minute because it forgets them.

Alertmanager resolves an alert by itself once its `endsAt` is over, so each is given three rounds; an incident
that ended is told with its end for ten minutes. https://prometheus.io/docs/alerting/latest/clients/
"""

from __future__ import annotations

import datetime as dt
import ssl
from typing import Final

import msgspec

from notanker_central.alarm.channels import post, secret_of
from notanker_central.alarm.views import IncidentView
from notanker_central.push.picture import Picture
from notanker_central.push.settings import Push

ROUNDS: Final = 3
_NAMES: Final = {
    "silent": "NotankerSiteSilent",
    "proof": "NotankerBackupUnproven",
    "deaf": "NotankerCentreDeaf",
}
_SEVERITY: Final = {"silent": "critical", "proof": "warning", "deaf": "critical"}


class AlertmanagerSender:
    """Posts alerts."""

    wants_changes = False

    def __init__(self, settings: Push, tls: ssl.SSLContext | None = None) -> None:
        self._url = f"{settings.url.rstrip('/')}/api/v2/alerts"
        self._secret = settings.secret
        self._life_s = ROUNDS * settings.every_s
        self._tls = tls

    def send(self, told: Picture) -> None:
        """Tell every incident; one alert at least says that the centre is there.

        Raises:
            ChannelError: Alertmanager did not take them.
        """
        alerts = [alert(one, told.now_s + self._life_s) for one in told.open]
        alerts += [alert(one, one.resolved_s or told.now_s) for one in told.resolved]
        headers = {}
        if self._secret is not None:
            headers["authorization"] = (
                f"Bearer {secret_of(self._secret).decode('utf-8', 'replace')}"
            )
        post(self._url, msgspec.json.encode(alerts), headers, tls=self._tls)


def alert(one: IncidentView, ends_s: float) -> dict[str, object]:
    """Return an incident as an alert: its labels are what never changes about it."""
    labels = {
        "alertname": _NAMES.get(one.kind, "NotankerIncident"),
        "incident": str(one.number),
        "severity": _SEVERITY.get(one.kind, "warning"),
    }
    if one.value:
        labels[one.dimension] = one.value
    summary = f"{one.where('en') or 'sites'}: {one.sites} of {one.of} ({one.kind})"
    annotations = {"summary": summary, "acknowledged_by": one.acknowledged_by}
    return {
        "labels": labels,
        "annotations": {key: text for key, text in annotations.items() if text},
        "startsAt": _time(one.opened_s),
        "endsAt": _time(ends_s),
    }


def _time(wall_s: float) -> str:
    return dt.datetime.fromtimestamp(wall_s, dt.UTC).isoformat(timespec="milliseconds")
