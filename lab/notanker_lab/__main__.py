"""Command line of the lab; everything but ``faults`` and ``switches`` runs in a capsule.

``python -m notanker_lab.capsule -- python -m notanker_lab up`` builds a site and waits.
"""

import argparse
import os
import signal
import sys
from collections.abc import Callable
from typing import NoReturn

from notanker_lab import addresses, at_cli, capsule
from notanker_lab.errors import LabError
from notanker_lab.faults import FAULTS, Flapping
from notanker_lab.hilinkctl import SWITCHES
from notanker_lab.lab import Attached, Lab, processes_of

_TABLE = (
    ("site eth0 (primary)", addresses.SITE_PRIMARY, addresses.SITE_PRIMARY6),
    ("site lte0 (LTE)", addresses.SITE_LTE, addresses.SITE_LTE6),
    ("router", addresses.ROUTER, addresses.ROUTER6),
    ("stick, HiLink API", addresses.STICK, addresses.STICK6),
    *((f"anchor {i + 1}", addresses.ANCHORS[i], addresses.ANCHORS6[i]) for i in range(3)),
    ("echo, port 7000", addresses.ECHO, addresses.ECHO6),
    ("centre", addresses.CENTRE, addresses.CENTRE6),
)


def _up(args: argparse.Namespace) -> NoReturn:
    # Leaves by an exception: a handler that sets an Event may meet the Event's own lock.
    for signum in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signum, lambda *_: sys.exit(0))
    hilink = dict(pair.split("=", 1) for pair in args.hilink)
    at = None if args.at is None else dict(pair.split("=", 1) for pair in args.at)
    with Lab(args.prefix, hilink, at=at, lan=args.lan, advertised=args.advertised) as lab:
        for name, address, address6 in _TABLE:
            print(f"{name:<20} {address:<15} {address6}")
        for ns in lab.topology.namespaces:
            count = len(processes_of(lab.topology.namespace(ns)))
            print(f"namespace {ns:<10} {lab.topology.namespace(ns):<15} {count} processes")
        print(f"control sockets and logs: {lab.tmp}")
        outer = os.environ.get("NOTANKER_LAB_OUTER_PID", "?")
        print(f"from another terminal: sudo nsenter -t $(pgrep -P {outer}) -a -- COMMAND")
        print("Ctrl-C ends it all.", flush=True)
        while True:
            signal.pause()


def _list(table: dict[str, str]) -> int:
    width = max(map(len, table))
    for name, text in table.items():
        print(f"{name:<{width}}  {text}")
    return 0


def _faults(_args: argparse.Namespace) -> int:
    return _list({name: (fn.__doc__ or "").split("\n")[0] for name, fn in FAULTS.items()})


def _switches(_args: argparse.Namespace) -> int:
    return _list(SWITCHES)


def _shell(args: argparse.Namespace) -> NoReturn:
    name = Attached(args.prefix).topology.namespace(args.ns)
    shell = args.command or [os.environ.get("SHELL", "/bin/sh")]
    os.execvp("ip", ["ip", "netns", "exec", name, *shell])  # noqa: S606 - a shell is what was asked


def _break(args: argparse.Namespace) -> int:
    if args.name == "flapping":
        fault = Attached(args.prefix).faults.start(args.name, *args.values)
        assert isinstance(fault, Flapping)  # noqa: S101 - a promise to mypy
        fault.wait(86400)
        return 0
    Attached(args.prefix).faults.start(args.name, *args.values)
    return 0


def _heal(args: argparse.Namespace) -> int:
    Attached(args.prefix).faults.heal()
    return 0


def _switch(args: argparse.Namespace) -> int:
    Attached(args.prefix).hilink.fault(args.name, times=args.times)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m notanker_lab", description=__doc__)
    parser.add_argument("--prefix", default="lab", help="which lab of this capsule")
    commands = parser.add_subparsers(required=True)

    def add(
        name: str, run: Callable[[argparse.Namespace], int], text: str
    ) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=text)
        command.set_defaults(run=run)
        return command

    up = add("up", _up, "build a site, print what there is, and wait")
    up.add_argument("--hilink", action="append", default=[], metavar="KEY=VALUE")
    up.add_argument("--at", nargs="*", metavar="KEY=VALUE", help="with an AT modem")
    up.add_argument("--lan", action="store_true", help="with a client behind the site")
    up.add_argument("--advertised", action="store_true", help="IPv6 from router advertisements")
    add("faults", _faults, "list what can break")
    add("switches", _switches, "list the switches of the modem emulator")
    shell = add("shell", _shell, "run a shell or a command in a namespace of a running lab")
    shell.add_argument("ns", choices=(*addresses.NAMESPACES, addresses.CLIENT))
    shell.add_argument("command", nargs=argparse.REMAINDER)
    fault = add("fault", _break, "break something in a running lab")
    fault.add_argument("name", choices=FAULTS)
    fault.add_argument("values", nargs="*")
    add("heal", _heal, "mend everything in a running lab")
    switch = add("switch", _switch, "turn a switch of the modem emulator on; none turns all off")
    switch.add_argument("name", choices=SWITCHES)
    switch.add_argument("--times", type=int, default=0)
    at = add("at", at_cli.act, "do something to the AT modem of a running lab")
    at_cli.arguments(at)
    return parser


def main() -> int:
    """Command line of the lab."""
    args = _parser().parse_args()
    try:
        status: int = args.run(args)
    except (LabError, ValueError) as error:
        print(error, file=sys.stderr)
        if not capsule.inside():
            print("(This process is not in a capsule.)", file=sys.stderr)
        return 1
    return status


if __name__ == "__main__":
    sys.exit(main())
