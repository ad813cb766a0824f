"""The status page as it is served: beside the centre's other doors, and beyond this machine over TLS."""

from __future__ import annotations

import http.client
import signal
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.unit.central.outside_desk import Journal
from tests.unit.central.test_serving import toml

from notanker_central.clock import Clock
from notanker_central.store import Store

__all__ = ["toml"]
RUN = """
import sys
from pathlib import Path
from notanker_central import load, serve
config, problems = load(Path(sys.argv[1]))
serve(config, lambda ports: print("ready", ports.status_page, file=sys.stderr, flush=True))
"""


@contextmanager
def centre(toml: Path) -> Iterator[int]:
    process = subprocess.Popen(
        [sys.executable, "-c", RUN, str(toml)], stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    try:
        line = next(line for line in process.stderr if line.startswith("ready "))
        yield int(line.split()[1])
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)
        process.stderr.close()


def got(connection: http.client.HTTPConnection, path: str) -> str:
    connection.request("GET", path)
    text = connection.getresponse().read().decode()
    connection.close()
    return text


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
def test_what_was_released_is_on_a_page_of_its_own(
    toml: Path, certificate: tuple[Path, Path], host: str
) -> None:
    table = f'[status_page]\nlisten = "{host}:0"\nurl = "https://status.example"\n'
    toml.write_text(toml.read_text() + table, encoding="utf-8")
    context = ssl.create_default_context(cafile=str(certificate[0]))
    context.check_hostname = False
    with centre(toml) as port:
        store = Store(f"sqlite:///{toml.parent}/central.sqlite")
        journal = Journal(store, now_s=Clock().wall_s() - 60)
        journal.opened()
        journal.drafted()
        journal.released("pia")
        journal.released("mara")
        store.close()
        if host == "127.0.0.1":
            connection = http.client.HTTPConnection(host, port, timeout=30)
        else:
            connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=30, context=context)
        page = got(connection, "/de/")
        assert "Unser Telefon ist gestört." in page
        assert "https://status.example/de/feed.atom" in got(connection, "/de/feed.atom")
