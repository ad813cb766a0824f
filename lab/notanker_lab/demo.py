"""The demo: one site, from the cut line to the report, in the terminal and in the browser.

`python -m notanker_lab.demo` finds two free ports on 127.0.0.1, enters a capsule (with sudo where
needed) and tells the story there; nothing else of the machine is touched, and nothing is left.
"""

import argparse
import os
import select
import signal
import socket
import subprocess
import sys
import termios
import threading
import time
import tty
import urllib.request
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from notanker_lab import capsule
from notanker_lab.errors import LabError
from notanker_lab.lab import Lab
from notanker_lab.ports import free_port
from notanker_lab.stage import BOARD_PORT, PORTAL_PORT
from notanker_lab.story import Story
from notanker_lab.words import say

PORTAL_PORTS = range(8080, 8180)
BOARD_PORTS = range(8444, 8544)
BROWSER_S = 120.0
READING_S = 8.0
"""So long the outage lasts in front of an audience."""


def main() -> int:
    """Command line of the demo."""
    parser = argparse.ArgumentParser(prog="notanker demo", description=__doc__)
    parser.add_argument(
        "--once", action="store_true", help="end after the story; 0 if all was seen"
    )
    args = parser.parse_args()
    return inside(once=args.once) if capsule.inside() else outside(once=args.once)


def outside(*, once: bool) -> int:
    """Choose ports, enter the capsule, and open the browser when the pages answer."""
    portal, board = free_port(PORTAL_PORTS), free_port(BOARD_PORTS)
    keep = "--preserve-env=NOTANKER_LANG,LANG,LC_ALL,LC_MESSAGES,TERM"
    line = [
        *(["sudo", keep] if os.geteuid() != 0 else []),
        *(sys.executable, "-P", "-m", "notanker_lab.capsule"),
        *("--listen", f"{portal}=portal", "--listen", f"{board}=board", "--"),
        *(sys.executable, "-P", "-m", "notanker_lab.demo", *(["--once"] if once else [])),
    ]
    if not once and browser_there():
        pages = [f"http://127.0.0.1:{port}/" for port in (portal, board)]
        threading.Thread(target=open_when_ready, args=(pages,), daemon=True).start()
    # The terminal tells the capsule itself. A handler, for an ignored signal would be inherited.
    signal.signal(signal.SIGINT, lambda *_: None)
    return subprocess.run(line, check=False).returncode


def inside(*, once: bool) -> int:
    """Tell the story in the capsule."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    print(say("building"), flush=True)
    try:
        with Lab() as lab:
            return tell(lab, once=once)
    except LabError as error:
        print(say("missed", what=error), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    finally:
        print(say("gone"))


def tell(lab: Lab, *, once: bool) -> int:
    """Run the acts one after the other; then let people play."""
    story = Story(lab)
    for name, fd in capsule.listeners().items():
        port, ns = (PORTAL_PORT, "site") if name == "portal" else (BOARD_PORT, "centre")
        lab.forward(fd, ns, "127.0.0.1", port)
    story.prologue()
    story.outage()
    if not once:
        time.sleep(READING_S)
    story.recovery()
    print(say("seen"))
    if not once:
        play(story)
    return 0


def play(story: Story) -> None:
    """Leave everything running, and do what the keys say until q or Ctrl-C."""
    names = {name: socket.socket(fileno=os.dup(fd)).getsockname()[1] for name, fd in listeners()}
    pages = {name: f"http://127.0.0.1:{port}/" for name, port in names.items()}
    print("\n" + say("open", **{"portal": "-", "board": "-", **pages}))
    print(say("keys"), flush=True)
    actions: dict[str, Callable[[], None]] = {
        "d": story.cut,
        "s": lambda: story.cut(carrier=True),
        "w": story.restore,
        "b": story.report,
        "p": story.panel,
    }
    line = ""
    with single_keys() as read_key:
        while (key := read_key(0.5)) not in ("q", "\x03", "\x04"):
            actions.get(key, lambda: None)()
            story.tell_sms()
            if (now := story.line()) != line:
                line = now
                story.tell(line)


def listeners() -> list[tuple[str, int]]:
    """Give the sockets that the host's browser reaches."""
    return list(capsule.listeners().items())


@contextmanager
def single_keys() -> Iterator[Callable[[float], str]]:
    """Give a function that waits so many seconds for one key; "" if none came."""

    def read_key(wait_s: float) -> str:
        if not sys.stdin.isatty():
            time.sleep(wait_s)
            return ""
        ready, _, _ = select.select([sys.stdin], [], [], wait_s)
        return os.read(sys.stdin.fileno(), 1).decode(errors="replace") if ready else ""

    if not sys.stdin.isatty():
        yield read_key
        return
    before = termios.tcgetattr(sys.stdin)
    try:
        tty.setcbreak(sys.stdin)
        yield read_key
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)


def browser_there() -> bool:
    """Tell whether there is a screen to open a browser on."""
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def open_when_ready(pages: list[str]) -> None:
    """Open the pages in the user's browser as soon as they answer."""
    end_s = time.monotonic() + BROWSER_S
    for page in pages:
        while time.monotonic() < end_s:
            try:
                with urllib.request.urlopen(page, timeout=5):
                    break
            except OSError:
                time.sleep(1)
        webbrowser.open(page)


if __name__ == "__main__":
    sys.exit(main())
