"""First paint of the portal's pages on a slow phone: Chromium, slowed down sixfold, at 1 Mbit/s.

A page that says "Hello" is the peer: no page can be sooner there. All take turns, so that what else the
machine has to do meets each alike.
"""

from pathlib import Path
from statistics import median
from typing import Final

from bench.table import aligned
from bench.web.servers import Nginx, Server
from playwright.sync_api import Browser, sync_playwright

CHROMIUM: Final = "/usr/bin/chromium"
PAGES: Final = ("/de/", "/kontakte", "/szenario/internet-und-telefon-tot", "/druck")
HELLO: Final = "/de/"
EMPTY: Final = b'<!doctype html><html lang="de"><title>Musterhafen</title><p>Hello'
SLOWER: Final = 6
LINE: Final = {
    "offline": False,
    "latency": 100,  # a round trip, in ms
    "downloadThroughput": 1_000_000 / 8,
    "uploadThroughput": 1_000_000 / 8,
}
_PAINT: Final = """() => new Promise(done => new PerformanceObserver(list => {
    const seen = list.getEntriesByName('first-contentful-paint');
    if (seen.length) done(seen[0].startTime);
}).observe({type: 'paint', buffered: true}))"""


def painted(server: Server, folder: Path, runs: int, goal_ms: float) -> int:
    """Print a table of the times; status 1 if the home page or the scenario misses the goal."""
    with Nginx(folder, {HELLO: EMPTY}) as nginx:
        urls = {"an empty page (nginx)": _url(nginx, HELLO)}
        urls |= {path: _url(server, path) for path in PAGES}
        took_ms = _measured(urls, runs)
    print(aligned(_table(took_ms, goal_ms)))
    return 0 if all(_most(took_ms[path]) <= goal_ms for path in (PAGES[0], PAGES[2])) else 1


def _url(server: Server, path: str) -> str:
    return f"http://127.0.0.1:{server.port}{path}"


def _measured(urls: dict[str, str], runs: int) -> dict[str, list[float]]:
    took_ms: dict[str, list[float]] = {name: [] for name in urls}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for url in urls.values():  # the browser itself is started, and the pages are made
            _once(browser, url)
        for _ in range(runs):
            for name, url in urls.items():
                took_ms[name].append(_once(browser, url))
        browser.close()
    return took_ms


def _table(took_ms: dict[str, list[float]], goal_ms: float) -> list[list[str]]:
    rows = [["first paint, ms", "p50", "p95", "p50 over an empty page", f"p95 <= {goal_ms:.0f}"]]
    floor_ms = median(next(iter(took_ms.values())))
    for name, took in took_ms.items():
        half, most = median(took), _most(took)
        met = "yes" if most <= goal_ms else "NO"
        rows.append([name, f"{half:.0f}", f"{most:.0f}", f"{half - floor_ms:+.0f}", met])
    return rows


def _most(took_ms: list[float]) -> float:
    return sorted(took_ms)[-(-len(took_ms) * 95 // 100) - 1]


def _once(browser: Browser, url: str) -> float:
    """Open the page in a fresh profile, and return when the first text was seen."""
    context = browser.new_context(viewport={"width": 360, "height": 740})
    try:
        page = context.new_page()
        session = context.new_cdp_session(page)
        session.send("Network.enable")
        session.send("Network.emulateNetworkConditions", LINE)
        session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        page.goto(url)
        return float(page.evaluate(_PAINT))
    finally:
        context.close()
