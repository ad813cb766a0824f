"""Has outages taken on at the centre and by a mail's link, over LTE: when does the chain of alarms stop?

``python bench/acknowledged.py`` enters a capsule of its own; it needs root. See bench/README.md.
"""

import argparse
import random
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from notanker_lab.errors import LabError
from notanker_lab.stage import BEATS_PORT, BOARD_PORT

CHECKOUT: Final = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(CHECKOUT))

from bench.alerts.portions import figures  # noqa: E402 - found from the checkout
from bench.enclosed import enclosed  # noqa: E402
from bench.met import wait_for  # noqa: E402
from bench.table import aligned  # noqa: E402
from tests.lab.scene import Fact, Scene, on_stage, until  # noqa: E402

from notanker.beat import link_key  # noqa: E402
from notanker.core import acklink  # noqa: E402
from notanker.core.acklink import Told  # noqa: E402
from notanker.shell.sealing import read_key  # noqa: E402

BAR_S: Final = 10.0
BEAT_S: Final = 60.0
"""As a site has it: what is faster than this is the hurry while people are alarmed."""
ALARMED_S: Final = 60.0
QUIET_S: Final = 8.0
"""So long after the acknowledgement it is looked whether anybody else is alarmed."""
HEADS: Final = ["taken on", "outages", f"press to chain stopped, s (<= {BAR_S:.0f})",
                "called after it", "not stopped"]  # fmt: skip

# Prints the boot clock just before the press leaves, and the status of the answer.
_PRESS: Final = """
import ssl, sys, time, urllib.error, urllib.request
url, body, ca = sys.argv[1], sys.argv[2].encode(), sys.argv[3]
context = ssl.create_default_context(cafile=ca) if ca else None
class Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_): return None
handlers = [Stay(), *([urllib.request.HTTPSHandler(context=context)] if context else [])]
opener = urllib.request.build_opener(*handlers)
if ca:
    opener.open(url, timeout=20).read()  # whoever presses has looked at the page
print(time.clock_gettime(time.CLOCK_BOOTTIME), flush=True)
try:
    print(opener.open(url, body, timeout=20).status)
except urllib.error.HTTPError as error:
    print(error.code)
"""


@dataclass(frozen=True, slots=True)
class Row:
    """What one outage gave.

    Attributes:
        stopped_s: From the press to the acknowledgement in the site's record, None if none came.
        called: Whom an alarm went to after that.
    """

    way: str
    stopped_s: float | None
    called: int


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="bench/acknowledged.py", description="bench/README.md")
    parser.add_argument("--outages", type=int, default=6, help="half of them by a link")
    parser.add_argument("--seed", type=int, default=1, help="of the moments")
    return parser.parse_args()


def run(wanted: argparse.Namespace) -> int:
    """Have the outages, print the table."""
    chance = random.Random(wanted.seed)  # noqa: S311 - moments, no secrets
    ways = [("board", by_board), ("link", by_link)]
    with on_stage(beat_s=BEAT_S) as scene:
        rows = [
            one(scene, *ways[number % len(ways)], chance.uniform(0.0, 5.0))
            for number in range(wanted.outages)
        ]
    print(aligned([HEADS, *(line(way, rows) for way, _ in ways), line("", rows)]))
    return 0


def line(way: str, rows: list[Row]) -> list[str]:
    """Give the table's row of one way; of all for the empty one."""
    mine = [row for row in rows if way in ("", row.way)]
    missing = sum(row.stopped_s is None for row in mine)
    called = sum(row.called for row in mine)
    told = figures([row.stopped_s for row in mine])
    return [way or "all", str(len(mine)), told, str(called), str(missing)]


def one(scene: Scene, way: str, press: Callable[[Scene, Fact], float], wait_s: float) -> Row:
    """Have one outage, and somebody take it on at a moment that nobody has chosen."""
    before = max((fact.position for fact in scene.facts()), default=0)

    def since(*kinds: str) -> list[Fact]:
        return [fact for fact in scene.facts(*kinds) if fact.position > before]

    with scene.lab.faults.silent_cut():
        scene.wait_line("backup", timeout_s=ALARMED_S)
        until(lambda: since("Queued"), "somebody is alarmed", ALARMED_S)
        told = since("Queued")[0]
        number = told.fields["incident"]
        until(
            lambda: any(found["number"] == number for found in open_at_centre(scene)),
            "the centre knows of it",
            ALARMED_S,
        )
        time.sleep(wait_s)
        pressed_s = press(scene, told)
        wait_for(lambda: since("Acknowledged"), 2 * BAR_S)
        taken = since("Acknowledged")
        time.sleep(QUIET_S)
        late = [fact for fact in since("Queued") if taken and is_alarm_after(fact, taken[0])]
    scene.recover()
    stopped_s = taken[0].boot_s - pressed_s if taken else None
    print(f"{way}: {stopped_s} s", file=sys.stderr, flush=True)
    return Row(way, stopped_s, len(late))


def is_alarm_after(fact: Fact, taken: Fact) -> bool:
    """Say whether somebody is alarmed although somebody has it: T1 and T2 are calls, the rest is news."""
    is_call = fact.fields["template"].split("-")[0] in ("T1", "T2")
    return is_call and fact.position > taken.position


def open_at_centre(scene: Scene) -> list[dict[str, int]]:
    """Give the incidents that the centre has heard of."""
    beat = scene.site().get("beat") or {}
    found: list[dict[str, int]] = beat.get("open", [])
    return found


def by_board(scene: Scene, told: Fact) -> float:
    """Press the board's button."""
    path = f"/site/{site_of(scene)}/ack/{told.fields['incident']}"
    return sent(scene, "centre", f"http://127.0.0.1:{BOARD_PORT}{path}", "who=Ida", "")


def by_link(scene: Scene, told: Fact) -> float:
    """Open the link that a mail of this alarm has, somewhere on the internet, and press."""
    key = read_key(scene.stage.site / "site.key")
    now_s = int(time.clock_gettime(time.CLOCK_REALTIME))
    link = Told(site_of(scene), told.fields["incident"], told.fields["contact"], now_s)
    path = acklink.path_of(link, link_key.key_of(key.secret))
    url = f"https://centre.example:{BEATS_PORT}{path}"
    return sent(scene, "inet", url, "", str(scene.stage.centre / "ca.pem"))


def site_of(scene: Scene) -> str:
    """Give the site's id."""
    return str(scene.site()["id"])


def sent(scene: Scene, ns: str, url: str, body: str, ca: str) -> float:
    """Press, and give the boot clock of that moment.

    Raises:
        LabError: the centre has not taken it.
    """
    done = scene.lab.exec(ns, [sys.executable, "-c", _PRESS, url, body, ca])
    words = done.stdout.split()
    if words[1:] != ["303"]:
        raise LabError(f"{url}: {done.stdout}{done.stderr}")
    return float(words[0])


if __name__ == "__main__":
    sys.exit(enclosed(parse, run))
