"""The centre beside the real Prometheus, Alertmanager and mosquitto of Debian, all on loopback."""

from __future__ import annotations

import contextlib
import functools
import json
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from notanker.core.heartbeat import Beat
from notanker.core.moment import Moment
from notanker.core.names import Line, Uplink, Verdict
from notanker_central.alarm.channels import RetryError
from notanker_central.clock import Clock
from notanker_central.config import Site
from notanker_central.push.mqtt import MqttSender
from notanker_central.push.picture import Change, Picture
from notanker_central.push.settings import Push
from notanker_central.store import Store
from notanker_lab.debian import unpacked
from notanker_lab.ports import free_port

DEPLOY = Path(__file__).parents[2] / "deploy"
RULES = DEPLOY / "prometheus" / "notanker.rules.yml"
DEADLINE_S = 40.0
RUN = """
import sys
from pathlib import Path
from notanker_central import load, serve
config, problems = load(Path(sys.argv[1]))
assert config is not None, problems
serve(config, lambda ports: print("ready", file=sys.stderr, flush=True))
"""


@contextlib.contextmanager
def running(words: list[str], folder: Path) -> Iterator[None]:
    log = (folder / f"{Path(words[0]).name}.log").open("wb")
    with log, subprocess.Popen(words, cwd=folder, stdout=log, stderr=log) as process:
        try:
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


def get(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=5) as answer:
        return json.loads(answer.read())


def until(ask: Callable[[], Any]) -> Any:
    """Ask until there is an answer that is not empty."""
    deadline_s = time.monotonic() + DEADLINE_S
    while time.monotonic() < deadline_s:
        with contextlib.suppress(OSError, ValueError):
            if found := ask():
                return found
        time.sleep(0.2)
    raise AssertionError("no answer in time")


def promtool(*words: str, told: bytes = b"") -> str:
    tool = str(unpacked("prometheus", "usr/bin/promtool"))
    done = subprocess.run([tool, *words], input=told, capture_output=True, check=False)
    assert done.returncode == 0, done
    return (done.stdout + done.stderr).decode()


def beat() -> Beat:
    now = Moment(1.0, Clock().wall_s(), trusted=True, boot="boot-1")
    return Beat(
        "nord", 1, now, Uplink.PRIMARY, 1.0, "0.1.0", Line.PRIMARY, now, Verdict.UP, Verdict.UP
    )


@pytest.fixture
def ports() -> dict[str, int]:
    return {
        name: free_port() for name in ("beats", "board", "metrics", "prometheus", "alertmanager")
    }


@pytest.fixture
def alertmanager(tmp_path: Path, ports: dict[str, int]) -> Iterator[str]:
    settings = tmp_path / "alertmanager.yml"
    settings.write_text("route: {receiver: none}\nreceivers: [{name: none}]\n")
    share = unpacked("prometheus-alertmanager", "usr/share")
    # Debian's build reads its templates from /usr/share alone: it gets a name space where they are.
    there = f'mount --bind {share} /usr/share && exec "$0" "$@"'
    words = [
        *("unshare", "--map-root-user", "--mount", "sh", "-c", there),
        str(unpacked("prometheus-alertmanager", "usr/bin/prometheus-alertmanager")),
        f"--config.file={settings}",
        f"--storage.path={tmp_path}/alertmanager",
        f"--web.listen-address=127.0.0.1:{ports['alertmanager']}",
        "--cluster.listen-address=",
    ]
    url = f"http://127.0.0.1:{ports['alertmanager']}"
    with running(words, tmp_path):
        until(lambda: get(f"{url}/api/v2/status"))
        yield url


@pytest.fixture
def centre(tmp_path: Path, ports: dict[str, int], alertmanager: str) -> Iterator[int]:
    """A centre with a site that has reported once and will not again."""
    url = f"sqlite:///{tmp_path}/central.sqlite"
    store = Store(url)
    store.list_sites([Site("nord", "Nord", 1.0, 1.0, "Küste")])
    store.take(beat(), Clock().wall_s())
    store.close()
    toml = tmp_path / "central.toml"
    toml.write_text(
        f"""
[listen]
host = "127.0.0.1"
port = {ports["beats"]}
insecure_http = true
[database]
url = "{url}"
[board]
listen = "127.0.0.1:{ports["board"]}"
[metrics]
listen = "127.0.0.1:{ports["metrics"]}"
per_site = true
[[push]]
name = "am"
kind = "alertmanager"
url = "{alertmanager}"
[[site]]
id = "nord"
name = "Nord"
region = "Küste"
interval_s = 1
grace_s = 1
"""
    )
    with running([sys.executable, "-c", RUN, str(toml)], tmp_path):
        yield ports["metrics"]


def test_the_rules_and_the_sample_are_what_prometheus_takes() -> None:
    assert "SUCCESS" in promtool("check", "rules", str(RULES))
    assert "SUCCESS" in promtool("check", "config", str(DEPLOY / "prometheus" / "prometheus.yml"))


@pytest.fixture
def prometheus(centre: int, ports: dict[str, int], tmp_path: Path) -> Iterator[str]:
    """A Prometheus that reads the centre each second; gives the address of what it may be asked."""
    settings = tmp_path / "prometheus.yml"
    settings.write_text(
        f"global: {{scrape_interval: 1s, evaluation_interval: 1s}}\n"
        f"rule_files: ['{RULES}']\n"
        "scrape_configs:\n"
        f"  - {{job_name: notanker, static_configs: [{{targets: ['127.0.0.1:{centre}']}}]}}\n"
    )
    words = [
        str(unpacked("prometheus", "usr/bin/prometheus")),
        f"--config.file={settings}",
        f"--storage.tsdb.path={tmp_path}/prometheus",
        f"--web.listen-address=127.0.0.1:{ports['prometheus']}",
    ]
    with running(words, tmp_path):
        yield f"http://127.0.0.1:{ports['prometheus']}/api/v1"


def ask(prometheus: str, expression: str) -> Any:
    return get(f"{prometheus}/query?{urlencode({'query': expression})}")["data"]["result"]


def test_prometheus_reads_the_figures_and_alertmanager_hears_of_a_silent_site(
    prometheus: str, centre: int, alertmanager: str
) -> None:
    (series,) = until(lambda: ask(prometheus, 'notanker_sites{state="silent"} > 0'))
    assert series["value"][1] == "1"
    groups = until(lambda: get(f"{prometheus}/rules")["data"]["groups"])
    assert {rule["health"] for group in groups for rule in group["rules"]} <= {"ok", "unknown"}
    (alert,) = until(lambda: get(f"{alertmanager}/api/v2/alerts"))
    assert alert["labels"]["alertname"] == "NotankerSiteSilent"
    assert alert["labels"]["site"] == "nord"
    with urllib.request.urlopen(f"http://127.0.0.1:{centre}/metrics", timeout=5) as answer:
        promtool("check", "metrics", told=answer.read())


def test_each_panel_of_the_dashboard_finds_data_and_names_it_by_labels_that_are_there(
    prometheus: str, ports: dict[str, int]
) -> None:
    rubbish = urllib.request.Request(
        f"http://127.0.0.1:{ports['beats']}/api/1/beat", data=b"no beat", method="POST"
    )
    until(lambda: ask(prometheus, "up == 1"))
    with pytest.raises(urllib.error.HTTPError):
        urllib.request.urlopen(rubbish, timeout=5)
    panels = json.loads((DEPLOY / "grafana" / "notanker.json").read_text("utf-8"))["panels"]
    for panel in panels:
        for target in panel["targets"]:
            found = until(functools.partial(ask, prometheus, target["expr"]))
            labels = re.findall(r"{{\s*(\w+)\s*}}", target["legendFormat"])
            for series in found:
                assert set(labels) == set(series["metric"]), (panel["title"], series)
                assert float(series["value"][1]) >= 0, (panel["title"], series)


PICTURE = Picture(
    1.8e9,
    {"ok": 1, "silent": 2},
    changes=(Change(1, "nord", "Nord", "", "ok", "silent", 1.8e9),),
)


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[int]:
    port = free_port()
    settings = tmp_path / "mosquitto.conf"
    settings.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\n")
    with running([str(unpacked("mosquitto", "usr/sbin/mosquitto")), "-c", str(settings)], tmp_path):
        yield port


def test_who_subscribes_late_still_finds_the_fleet_at_the_broker(broker: int) -> None:
    sender = MqttSender(Push("mq", "mqtt", f"mqtt://127.0.0.1:{broker}", per_site=True))

    def sent() -> bool:
        with contextlib.suppress(RetryError):
            sender.send(PICTURE)
            return True
        return False

    until(sent)
    found: dict[str, tuple[bytes, bool]] = {}
    client = Client(CallbackAPIVersion.VERSION2)
    client.on_connect = lambda client, *_rest: client.subscribe("notanker/fleet/#")

    def keep(_client: Client, _data: object, message: MQTTMessage) -> None:
        found[message.topic] = (bytes(message.payload), message.retain)

    client.on_message = keep
    client.connect("127.0.0.1", broker)
    client.loop_start()
    until(lambda: len(found) == 2)
    client.disconnect()
    client.loop_stop()
    assert json.loads(found["notanker/fleet/sites"][0]) == {"ok": 1, "silent": 2}
    assert json.loads(found["notanker/fleet/site/nord"][0])["state"] == "silent"
    assert all(retained for _, retained in found.values())
