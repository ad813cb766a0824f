"""MQTT: the fleet, each incident and each changed site as retained messages, known to who subscribes."""

from __future__ import annotations

import ssl
import time
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import msgspec

from notanker_central.alarm.channels import RetryError, UnknownError, secret_of
from notanker_central.push.picture import Picture
from notanker_central.push.settings import Push

if TYPE_CHECKING:
    from paho.mqtt.client import Client

LIMIT_S: Final = 15.0
_PORTS: Final = {"mqtt": 1883, "mqtts": 8883}


class MqttSender:
    """Publishes with QoS 1; what the broker has confirmed is told, nothing else."""

    def __init__(self, settings: Push, tls: ssl.SSLContext | None = None) -> None:
        parts = urlsplit(settings.url)
        self._host = parts.hostname or ""
        self._port = parts.port or _PORTS[parts.scheme]
        self._tls = tls if parts.scheme == "mqtts" else None
        self._user = settings.user
        self._secret = settings.secret
        self._topic = settings.topic
        self._shown: set[str] = set()
        self.wants_changes = settings.per_site

    def send(self, told: Picture) -> None:
        """Publish the picture over a connection of its own, each minute one: no ghost of one is kept.

        Raises:
            ChannelError: the broker did not confirm all of it.
        """
        messages = self.messages(told)
        client = self._connected()
        try:
            self._publish(client, messages)
        finally:
            client.disconnect()
            client.loop_stop()
        self._shown = {topic for topic, body in messages.items() if body and "/incident/" in topic}

    def messages(self, told: Picture) -> dict[str, bytes]:
        """Return what is published; an incident that is over is taken away by an empty message."""
        found = {f"{self._topic}/sites": msgspec.json.encode(told.counts)}
        gone = {f"{self._topic}/incident/{one.number}" for one in told.resolved}
        found |= dict.fromkeys(self._shown | gone, b"")
        found |= {
            f"{self._topic}/incident/{one.number}": msgspec.json.encode(one) for one in told.open
        }
        found |= {
            f"{self._topic}/site/{change.site}": msgspec.json.encode(
                {"state": change.after, "name": change.name, "since_s": change.at_s}
            )
            for change in told.changes
        }
        return found

    def _connected(self) -> Client:
        # paho is an extra weight that only a centre with a broker carries.
        from paho.mqtt.client import Client
        from paho.mqtt.enums import CallbackAPIVersion

        client = Client(CallbackAPIVersion.VERSION2)
        client.connect_timeout = LIMIT_S
        if self._user:
            password = secret_of(self._secret).decode("utf-8", "replace") if self._secret else None
            client.username_pw_set(self._user, password)
        if self._tls is not None:
            client.tls_set_context(self._tls)
        said: list[Any] = []
        client.on_connect = lambda _client, _data, _flags, reason, _properties: said.append(reason)
        try:
            client.connect(self._host, self._port, keepalive=30)
        except (OSError, ValueError) as error:
            raise RetryError(str(error)[:200] or type(error).__name__) from error
        client.loop_start()
        deadline_s = time.monotonic() + LIMIT_S
        while not said and time.monotonic() < deadline_s:
            time.sleep(0.01)
        if not said or said[0].is_failure:
            client.loop_stop()
            raise RetryError(f"refused: {said[0]}" if said else "the broker does not answer")
        return client

    def _publish(self, client: Client, messages: dict[str, bytes]) -> None:
        deadline_s = time.monotonic() + LIMIT_S
        sent = [client.publish(topic, body, 1, True) for topic, body in messages.items()]
        for one in sent:
            try:
                one.wait_for_publish(max(0.0, deadline_s - time.monotonic()))
            except (RuntimeError, ValueError) as error:
                raise UnknownError(str(error)[:200]) from error
            if not one.is_published():
                raise UnknownError("the broker confirmed not all messages")
