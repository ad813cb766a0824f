"""First paint of the portal's pages on a slow phone: Chromium, slowed down sixfold, at 1 Mbit/s."""

from typing import Final

from bench.table import aligned
from bench.web.servers import Server
from playwright.sync_api import Browser, sync_playwright

CHROMIUM: Final = "/usr/bin/chromium"
PAGES: Final = ("/de/", "/kontakte", "/szenario/internet-und-telefon-tot", "/druck")
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


def painted(server: Server, runs: int, goal_ms: float) -> int:
    """Print a table of the times; status 1 if the home page misses the goal."""
    rows, met = [["first paint, ms", "p50", "p95", f"<= {goal_ms:.0f}"]], True
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for path in PAGES:
            url = f"http://127.0.0.1:{server.port}{path}"
            took_ms = sorted(_once(browser, url) for _ in range(runs))
            half, most = took_ms[len(took_ms) // 2], took_ms[-(-len(took_ms) * 95 // 100) - 1]
            met = met and (most <= goal_ms or path != PAGES[0])
            rows.append([path, f"{half:.0f}", f"{most:.0f}", "yes" if most <= goal_ms else "NO"])
        browser.close()
    print(aligned(rows))
    return 0 if met else 1


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
