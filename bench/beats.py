"""What an acknowledged beat costs on the wire, by each carrier, and what a month of them comes to.

``sudo .venv/bin/python bench/beats.py`` enters a capsule by itself; a minute. The centre, the broker and the
site's own carriers are the real ones; a tap on the cable between them counts whole IP packets, both ways.
"""

import argparse
import asyncio
import json
import sys
import tempfile
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.wire.broker import broker
from bench.wire.cable import CENTRE, CENTRE6, MTU, NEAR, Tap, cable
from bench.wire.centre import NAME, PORT, centre, certificates
from bench.wire.month import month

from notanker.config.centre import CarrierName, CentreConfig
from notanker.core import state
from notanker.core.budget import Allowance, Band, Tally
from notanker.core.commands import Beat
from notanker.core.events import BeatDone, Event
from notanker.core.moment import Moment
from notanker.core.names import Carrier, Line, PluginHealth, Uplink, Verdict
from notanker.core.settings import Settings
from notanker.core.status import (
    BudgetStatus,
    ModemStatus,
    PlanStatus,
    PluginStatus,
    Status,
    UplinkStatus,
)
from notanker.shell import clock
from notanker.shell.carriage.mqtt import Mqtt
from notanker.shell.centre import Centre
from notanker.shell.journal import Journal
from notanker.shell.logs import QUIET
from notanker_lab import capsule

BEATS: Final = 20
SETTLE_S: Final = 0.4
"""So long after a beat the last packets of its connection are counted as its own."""
BARS_BYTES: Final = {"udp": 170, "https": 2_600}
BARS_MB: Final = {"udp": 0.5, "https": 8.0}


@dataclass(frozen=True, slots=True)
class Row:
    """One carrier: bytes and packets of an acknowledged beat, the median of all."""

    name: str
    size_bytes: float
    packets: float
    once_bytes: int = 0


def status(moment: Moment) -> Status:
    """Return what a calm site tells."""
    return Status(
        site="nord",
        written=moment,
        line=Line.PRIMARY,
        line_since=replace(moment, wall_s=moment.wall_s - 86_400),
        uplinks=(
            UplinkStatus(Uplink.PRIMARY, "eth0", Verdict.UP, carrier=True),
            UplinkStatus(Uplink.BACKUP, "lte0", Verdict.UP, carrier=True, proven=moment),
        ),
        modem=ModemStatus("lte1", "Beispielfunk", -71.0, connected=True, told=moment),
        budget=BudgetStatus("2026-11-01", 41_000_000, Tally(), None, 500_000_000, Band.PLENTY, Allowance()),
        plugins=(PluginStatus("lte1", "huawei_lte", PluginHealth.OK),),
        plan=PlanStatus("nord", 42, "42", "3f" * 32),
    )  # fmt: skip


class Site:
    """A site's way to the centre, and nothing else of it."""

    def __init__(self, folder: Path, store: Journal, carrier: CarrierName, address: str) -> None:
        self._carrier = Carrier(carrier)
        self._ends: list[BeatDone] = []
        config = CentreConfig(
            url=f"https://{NAME}:{PORT}",
            key=folder / "site.key",
            ca=folder / "ca.pem",
            addresses=(address,),
            carriers=(carrier,),
            mqtt=f"mqtts://{NAME}",
            mqtt_addresses=(address,),
        )
        calm = state.start(Settings("nord", ()), clock.Clock().now(), Uplink.PRIMARY)
        nobody: dict[Uplink, tuple[str, ...]] = dict.fromkeys(Uplink, ())
        self.centre = Centre(
            "nord",
            config, dict.fromkeys(Uplink, NEAR), nobody, store, folder, self._heard, lambda: calm, QUIET
        )  # fmt: skip

    async def beat(self) -> None:
        """Send one, and see it acknowledged."""
        command = Beat(Uplink.BACKUP, 900.0, self._carrier)
        await self.centre.beat(command, status(clock.Clock().now()))
        if not self._ends.pop().ok:
            sys.exit(f"{self._carrier}: {self.centre.status.reason}")

    def _heard(self, event: Event) -> None:
        if isinstance(event, BeatDone):
            self._ends.append(event)

    def idle(self) -> None:
        """Have a broker's connection end with each beat, as where the next one is far away."""
        found = self.centre._carriers.of(Carrier.MQTT)  # noqa: SLF001 - else each would wait three minutes
        assert isinstance(found, Mqtt)
        found._sent_s.clear()  # noqa: SLF001 - likewise


async def measured(
    tap: Tap, site: Site, name: str, *, fresh: bool = False, idle: bool = False
) -> Row:
    """Return what beats cost.

    Args:
        tap: What counts.
        site: Who sends them.
        name: Of the row.
        fresh: The carrier lets go of all that it kept before each.
        idle: Each is the first one for long.
    """
    tap.take()
    await site.beat()
    await asyncio.sleep(SETTLE_S)
    once = tap.take()
    counts = []
    for _ in range(BEATS):
        if fresh:
            await site.centre.close()
        if idle:
            site.idle()
        await site.beat()
        await asyncio.sleep(SETTLE_S)
        counts.append(tap.take())
    sizes = sorted(one.size_bytes for one in counts)
    packets = sorted(one.packets for one in counts)
    return Row(name, sizes[len(sizes) // 2], packets[len(packets) // 2], once.size_bytes)


async def rows(folder: Path, tap: Tap) -> list[Row]:
    """Measure all carriers."""
    store = Journal(folder / "journal.sqlite", lambda _: None)
    store.start()
    found = []
    for address, suffix in ((CENTRE, ""), (CENTRE6, ", IPv6")):
        https = Site(folder, store, "https", address)
        found.append(await measured(tap, https, f"https, new each time{suffix}", fresh=True))
        found.append(await measured(tap, https, f"https, resumed{suffix}"))
        udp = Site(folder, store, "udp", address)
        found.append(await measured(tap, udp, f"udp{suffix}"))
        mqtt = Site(folder, store, "mqtt", address)
        found.append(await measured(tap, mqtt, f"mqtt, kept{suffix}"))
        await mqtt.centre.close()
        seldom = Site(folder, store, "mqtt", address)
        found.append(await measured(tap, seldom, f"mqtt, resumed{suffix}", idle=True))
    await asyncio.to_thread(store.close)
    return found


def table(found: list[Row]) -> str:
    """Return the figures as a table, and what missed its bar."""
    lines = [
        "| carrier | B a beat | packets | first, B | month, MB | 8 h outage, MB | goal | met |",
        "|---|--:|--:|--:|--:|--:|---|---|",
    ]
    for row in found:
        carrier = row.name.partition(",")[0]
        calm_mb, outage_mb = month(Carrier(carrier)).megabytes(row.size_bytes)
        bar, bar_mb = BARS_BYTES.get(carrier), BARS_MB.get(carrier)
        barred = bar is not None and bar_mb is not None and not row.name.endswith(("time", "IPv6"))
        goal = f"{bar} B, {bar_mb} MB" if barred else ""
        met = (
            "yes" if row.size_bytes <= (bar or 0) and calm_mb <= (bar_mb or 0) else "NO"
        ) * barred
        figures = f"{row.size_bytes:,.0f} | {row.packets:.0f} | {row.once_bytes:,} | {calm_mb:.2f}"
        lines.append(f"| {row.name} | {figures} | {outage_mb:.2f} | {goal} | {met} |")
    return "\n".join(lines)


def main() -> int:
    """Run it, inside a capsule."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, help="write the figures there as well")
    options = parser.parse_args()
    if not capsule.inside():
        return capsule.run([sys.executable, str(Path(__file__).resolve()), *sys.argv[1:]])
    with tempfile.TemporaryDirectory() as name, cable() as tap:
        folder = Path(name)
        certificates(folder)
        with broker(folder), centre(folder):
            found = asyncio.run(rows(folder, tap))
    print(f"IP packets both ways, MTU {MTU}, {BEATS} beats each, medians; a month has 30 days.\n")
    print(table(found))
    if options.json:
        options.json.write_text(json.dumps([asdict(row) for row in found], indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
