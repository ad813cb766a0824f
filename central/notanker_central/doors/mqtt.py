"""The door for beats by way of a broker: taken from `notanker/1/<site>/beat`, answered on `.../answer`.

The broker's word is no receipt in either direction: a beat is answered after the commit, and a site sends
it again until it is. So what the broker, or this process, loses in between costs a minute and no event.
Several receivers share the work by a shared subscription, which mosquitto has for MQTT 3.1.1 as well.
"""

from __future__ import annotations

import contextlib
import re
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import structlog

from notanker.certificates import trusting
from notanker_central.config import Mqtt
from notanker_central.reception import AT_ONCE, MOST_WAITING, Receiving

if TYPE_CHECKING:
    from paho.mqtt.client import Client, MQTTMessage

log: Final = structlog.get_logger(__name__)

CARRIER: Final = "mqtt"
MOST_BYTES: Final = 64 * 1024
BEATS: Final = "notanker/1/+/beat"
_TOPIC: Final = re.compile(r"(notanker/1/[a-z0-9][a-z0-9._-]{0,62})/beat")
_PORTS: Final = {"mqtts": 8883, "mqtt": 1883}
_KEEP_ALIVE_S: Final = 30
_AGAIN_S: Final = (1, 60)

_Came = tuple[str, bytes]
"""Where the answer goes, and the beat."""


class MqttDoor:
    """One connection to a broker with the reception behind it.

    Args:
        config: Which broker.
        reception: Takes the beats.
        connected: Called once the subscription stands.
    """

    def __init__(
        self,
        config: Mqtt,
        reception: Receiving,
        connected: Callable[[], None] = lambda: None,
    ) -> None:
        self._config = config
        self._reception = reception
        self._connected = connected
        self._waiting: list[_Came] = []
        self._came = threading.Condition()
        self._ending = False
        self._well: bool | None = None
        self._client: Client = self._made()
        self._thread = threading.Thread(target=self._run, name="mqtt", daemon=True)

    def start(self) -> None:
        """Begin to receive; a broker that is not there yet is tried until it is."""
        parts = urlsplit(self._config.url)
        self._client.connect_async(
            parts.hostname or "", parts.port or _PORTS[parts.scheme], _KEEP_ALIVE_S
        )
        self._client.loop_start()
        self._thread.start()

    def close(self, patience_s: float = 5.0) -> None:
        """Answer what has been received, and end."""
        with self._came:
            self._ending = True
            self._came.notify()
        if self._thread.is_alive():
            self._thread.join(patience_s)
        self._client.disconnect()
        self._client.loop_stop()

    def _made(self) -> Client:
        from paho.mqtt import client as paho  # few centres have a broker
        from paho.mqtt.enums import CallbackAPIVersion

        config = self._config
        client = paho.Client(CallbackAPIVersion.VERSION2, config.client, clean_session=False)
        client.reconnect_delay_set(*_AGAIN_S)
        if config.user:
            client.username_pw_set(config.user, password_in(config.password))
        if urlsplit(config.url).scheme == "mqtts":
            client.tls_set_context(trusting(config.ca))
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_disconnect = self._on_disconnect
        client.on_connect_fail = lambda *_: self._told(
            "not reached, or its certificate is not trusted"
        )
        client.on_message = self._on_message
        return client

    def _on_connect(self, client: Client, _: Any, __: Any, reason: Any, ___: Any) -> None:
        if reason.is_failure:
            self._told(str(reason))
            return
        share = self._config.share
        client.subscribe(f"$share/{share}/{BEATS}" if share else BEATS, qos=1)

    def _on_subscribe(self, _: Any, __: Any, ___: Any, reasons: Any, ____: Any) -> None:
        if any(reason.is_failure for reason in reasons):
            self._told("the broker refuses the topic")
            return
        self._told("")
        self._connected()

    def _on_disconnect(self, _: Any, __: Any, ___: Any, reason: Any, ____: Any) -> None:
        if reason.is_failure:
            self._told(str(reason))

    def _told(self, trouble: str) -> None:
        """Log how the broker does, on change only."""
        well = not trouble
        if well is self._well:
            return
        self._well = well
        if well:
            log.info("broker_connected", url=self._config.url)
        else:
            log.warning("broker_not_connected", url=self._config.url, reason=trouble)

    def _on_message(self, _: Any, __: Any, message: MQTTMessage) -> None:
        known = _TOPIC.fullmatch(message.topic)
        if known is None or len(message.payload) > MOST_BYTES or message.retain:
            self._reception.count(CARRIER, "bad-message")
            return
        with self._came:
            if len(self._waiting) >= MOST_WAITING:
                self._reception.count(CARRIER, "dropped")
                return
            self._waiting.append((f"{known[1]}/answer", bytes(message.payload)))
            self._came.notify()

    def _run(self) -> None:
        while (came := self._next()) is not None:
            try:
                self._round(came)
            except Exception:  # whatever one round brings about, the door stays open
                log.exception("mqtt_round_failed")

    def _next(self) -> list[_Came] | None:
        """Wait for a beat, and return it with those behind it; None at the end."""
        with self._came:
            while not self._waiting and not self._ending:
                self._came.wait()
            came, self._waiting = self._waiting[:AT_ONCE], self._waiting[AT_ONCE:]
            return came or None

    def _round(self, came: list[_Came]) -> None:
        def tell(place: int, answer: bytes) -> None:
            with contextlib.suppress(ValueError):  # paho's queue is full: the site comes again
                self._client.publish(came[place][0], answer, qos=0)

        self._reception.tell_each([beat for _, beat in came], CARRIER, tell)


def password_in(path: str) -> str | None:
    """Return the password that a file holds, None without a file.

    Raises:
        OSError: it cannot be read.
    """
    return Path(path).read_text(encoding="utf-8").strip() if path else None
