"""Starts a node of RabbitMQ by exactly the files of deploy/rabbitmq, and writes down what is in force.

Called in name spaces of its own (mounts and network), where /etc is a copy: the files name certificates in
/etc/rabbitmq, and ports that may be in use here.

    shipped_rabbitmq.py FOLDER      # has ca.pem, node.pem, node.key; gets what the node writes
"""

from __future__ import annotations

import json
import re
import shutil
import socket
import ssl
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any, Final

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from notanker_central.bus.relay import Relay
from notanker_lab.rabbitmq import Node, as_installed

DEPLOY: Final = Path(__file__).parents[3] / "deploy" / "rabbitmq"
ETC: Final = Path("/etc/rabbitmq")
HOST: Final = "mq-1"
WAIT_S: Final = 20.0
KEYS: Final = {
    "durable_queue_type": "application:get_env(rabbitmq_mqtt, durable_queue_type)",
    "exchange": "application:get_env(rabbitmq_mqtt, exchange)",
    "allow_anonymous": "application:get_env(rabbitmq_mqtt, allow_anonymous)",
    "partitions": "application:get_env(rabbit, cluster_partition_handling)",
    "peers": "application:get_env(rabbit, cluster_nodes)",
    "discovery": "application:get_env(rabbit, cluster_formation)",
    "largest": "application:get_env(rabbit, max_message_size)",
    "channels": "application:get_env(rabbit, channel_max)",
    "disk": "rabbit_disk_monitor:get_disk_free_limit()",
    "memory": "vm_memory_monitor:get_vm_memory_high_watermark()",
}


def main(folder: Path) -> None:
    """Print what was found as JSON."""
    with_etc_of_its_own(folder)
    with as_installed(f"rabbit@{HOST}", folder) as node:
        found: dict[str, Any] = in_force(node)
        found["open"] = [port for port in (1883, 5671, 5672, 8883) if listens(port)]
        node.ctl("add_user", "sites", "word")
        sites = r"^(mqtt-subscription-.*|amq\.topic)$"
        node.ctl("set_permissions", "sites", "^mqtt-subscription-.*", sites, sites)
        found["anonymous"] = connected(folder, "")
        found["site"] = connected(folder, "sites")
        found["queues"] = node.ctl("list_queues", "name", "type", "durable").splitlines()
        found["relay"] = relayed(folder)
        found["beats"] = beats(node)
    print(json.dumps(found))


def in_force(node: Node) -> dict[str, Any]:
    """Ask the node for all settings at once: each call of rabbitmqctl takes seconds."""
    asked = ", ".join(KEYS.values())
    told = node.ctl("eval", f'[list_to_binary(io_lib:format("~0p", [X])) || X <- [{asked}]].')
    found = re.findall(r'<<"((?:[^"\\]|\\.)*)">>', told)
    return {name: one.replace('\\"', '"') for name, one in zip(KEYS, found, strict=True)}


def with_etc_of_its_own(folder: Path) -> None:
    """Lay a folder over /etc that has all that was there, the files under test, and the node's name."""
    old = folder / "etc"
    old.mkdir()
    for words in (
        ["mount", "--rbind", "/etc", str(old)],
        ["mount", "-t", "tmpfs", "none", "/etc"],
        ["ip", "link", "set", "lo", "up"],
    ):
        subprocess.run(words, check=True)
    for entry in old.iterdir():
        if entry.name not in ("hosts", "rabbitmq"):
            Path("/etc", entry.name).symlink_to(entry)
    Path("/etc/hosts").write_text(f"127.0.0.1 localhost {HOST}\n", encoding="ascii")
    ETC.mkdir()
    for name in ("rabbitmq.conf", "enabled_plugins"):
        shutil.copyfile(DEPLOY / name, ETC / name)
    for name in ("ca.pem", "node.pem", "node.key"):
        shutil.copyfile(folder / name, ETC / name)


def listens(port: int) -> bool:
    """Return whether somebody takes connections there."""
    try:
        socket.create_connection((HOST, port), timeout=2).close()
    except OSError:
        return False
    return True


def connected(folder: Path, user: str) -> str:
    """Return how the broker answers a site that wants to hear its answers for longer than one connection."""
    told: list[str] = []
    done = threading.Event()
    client = Client(CallbackAPIVersion.VERSION2, "site-nord", clean_session=False)
    client.tls_set_context(ssl.create_default_context(cafile=str(folder / "ca.pem")))
    if user:
        client.username_pw_set(user, "word")

    def on_connect(*args: Any) -> None:
        told.append(str(args[3]))
        if args[3].is_failure:
            done.set()
        else:
            client.subscribe("notanker/1/nord/answer", qos=1)

    client.on_connect = on_connect
    client.on_subscribe = lambda *_: done.set()
    client.connect(HOST, 8883)
    client.loop_start()
    done.wait(WAIT_S)
    client.disconnect()
    client.loop_stop()
    return told[0] if told else "no answer"


def relayed(folder: Path) -> bool:
    """Return whether a receiver gets its connection, by TLS alone and only with the right authority."""
    relay = Relay([f"amqps://guest:guest@{HOST}"], str(folder / "ca.pem"))
    relay.start()
    well = relay.ready.wait(WAIT_S)
    relay.close()
    stranger = Relay([f"amqps://guest:guest@{HOST}"])
    stranger.start()
    fooled = stranger.ready.wait(2.0)
    stranger.close()
    return well and not fooled


def beats(node: Node) -> str:
    """Return of what kind the queue of beats is that the receiver has declared."""
    lines = node.ctl("list_queues", "name", "type", "arguments").splitlines()
    return next(line for line in lines if line.startswith("notanker.beats"))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
