from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright
from tests.unit.portal.world import World, report, status

from notanker.core.names import Line
from notanker.portal import serve

CHROMIUM = "/usr/bin/chromium"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
expect.set_options(timeout=30_000)  # ms; as long as playwright waits for everything else


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, with a profile of its own.

    It ends with its module: while the driver lives, its event loop counts as running in this thread,
    and no later test could start one of its own.
    """
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a portal in an outage, on a socket of its own."""
    world = World(tmp_path_factory.mktemp("portal"))
    world.with_plan().with_status(status(Line.BACKUP)).with_report(report())
    # The world's own application has the clock that stands still.
    server = serve.make_server(world.files, "127.0.0.1", 0, app=world.app)
    thread = threading.Thread(target=server.run)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.close()
    thread.join(10)
