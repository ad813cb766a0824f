"""Makes the senders that central.toml names."""

from __future__ import annotations

import ssl

from notanker.certificates import trusting
from notanker_central.clock import Clock
from notanker_central.push.alertmanager import AlertmanagerSender
from notanker_central.push.icinga import IcingaSender
from notanker_central.push.mqtt import MqttSender
from notanker_central.push.sending import Pusher, Sender
from notanker_central.push.settings import Push
from notanker_central.push.webhook import WebhookSender
from notanker_central.push.zabbix import ZabbixSender
from notanker_central.store import Store


def pushers(store: Store, settings: tuple[Push, ...], clock: Clock) -> tuple[Pusher, ...]:
    """Return a pusher for each receiver.

    Raises:
        OSError: the certificates that one trusts cannot be read.
    """
    return tuple(Pusher(store, one, _sender(one, clock), clock) for one in settings)


def _sender(one: Push, clock: Clock) -> Sender:
    tls = _tls(one)
    match one.kind:
        case "alertmanager":
            return AlertmanagerSender(one, tls)
        case "zabbix":
            return ZabbixSender(one, tls)
        case "icinga":
            return IcingaSender(one, tls)
        case "mqtt":
            return MqttSender(one, tls)
        case "webhook":
            return WebhookSender(one, clock.wall_s, tls)


def _tls(one: Push) -> ssl.SSLContext | None:
    scheme = one.url.partition("://")[0]
    if one.ca is not None:
        return trusting(one.ca)
    # For Zabbix, naming the certificates is what turns TLS on.
    return trusting() if scheme in ("https", "mqtts") else None
