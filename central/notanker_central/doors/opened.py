"""The doors that central.toml names, open as long as the centre runs."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from notanker_central.config import CentralConfig
from notanker_central.doors import udp
from notanker_central.reception import Receiving


@contextlib.contextmanager
def opened(config: CentralConfig, reception: Receiving) -> Iterator[int | None]:
    """Open the doors for datagrams and to the broker; gives the port of the former.

    Raises:
        OSError: an address is taken, or a file cannot be read.
    """
    with contextlib.ExitStack() as doors:
        port = None
        if config.udp.listen:
            door = udp.UdpDoor(udp.listen(config.udp.host, config.udp.port), reception)
            door.start()
            doors.callback(door.close)
            port = door.port
        if config.mqtt.url:
            from notanker_central.doors import mqtt  # few centres have a broker

            broker = mqtt.MqttDoor(config.mqtt, reception)
            broker.start()
            doors.callback(broker.close)
        yield port
