"""The command line of the bench."""

import argparse
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bench import peers, rows
from bench.scene import Length

_SHORT = Length(loss20_s=30.0, watch_s=10.0, calm_s=15.0)
_HOUR_S = 3600.0


@dataclass(frozen=True, slots=True)
class Options:
    """What is to be measured.

    Attributes:
        cuts: How often the product meets each row of cuts.
        peer_cuts: How often the others do.
        labs: How often each other row is measured, each time in a lab of its own.
        rows: Names of rows, in the order of the table.
        peers: Names of peers, the product first.
        at_once: How many labs run at the same time.
        length: How long the long rows last.
        short: Whether this is the quick form.
        json: Where all single figures go as JSON; "" for nowhere.
    """

    cuts: int
    peer_cuts: int
    labs: int
    rows: tuple[str, ...]
    peers: tuple[str, ...]
    at_once: int
    length: Length
    short: bool
    json: str


def parse() -> Options:
    """Read the command line; a wrong one ends the program with status 2."""
    args = _parser().parse_args()
    short: bool = args.short
    runs = args.runs or (3 if short else 20)
    return Options(
        cuts=runs,
        peer_cuts=min(runs, args.peer_runs),
        labs=args.labs or (1 if short or args.hour else 3),
        rows=args.only or _named(rows.ROWS, short),
        peers=args.peers or _named(peers.PEERS, short),
        at_once=max(1, args.at_once),
        length=_length(args),
        short=short,
        json=args.json,
    )


def _named(
    known: "Mapping[str, rows.Row] | Mapping[str, peers.Kind]", short: bool
) -> tuple[str, ...]:
    return tuple(name for name, entry in known.items() if entry.in_short or not short)


def _length(args: argparse.Namespace) -> Length:
    usual = _SHORT if args.short else Length()
    return Length(
        loss20_s=_HOUR_S if args.hour else usual.loss20_s,
        watch_s=usual.watch_s,
        calm_s=args.calm_s or usual.calm_s,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bench/failover.py", description="See bench/README.md.")
    add = parser.add_argument
    known_rows, known_peers = ", ".join(rows.ROWS), ", ".join(peers.PEERS)
    many = ", ".join(name for name, row in rows.ROWS.items() if row.many)
    add("--short", action="store_true", help="the quick rows and peers, once, for CI")
    add("--only", type=_names(rows.ROWS), default=(), metavar="ROW,ROW", help=f"of {known_rows}")
    add(
        "--peers",
        type=_names(peers.PEERS),
        default=(),
        metavar="PEER,PEER",
        help=f"of {known_peers}",
    )
    add("--runs", type=_count, default=0, help=f"notanker's runs of {many} (20; short form: 3)")
    add("--peer-runs", type=_count, default=5, help="the others' runs of these, at most (5)")
    add("--labs", type=_count, default=0, help="runs of each other row (3; short form: 1)")
    add("--at-once", type=_count, default=3, help="labs at the same time (3)")
    add("--calm-s", type=float, default=0.0, metavar="S", help="how long calm lasts (60)")
    add("--hour", action="store_true", help="20 %% loss for an hour, in one lab")
    add("--json", default="", metavar="FILE", help="write every single figure there")
    return parser


def _count(text: str) -> int:
    if not text.isdigit() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r}: a number from 1 on is wanted")
    return int(text)


def _names(known: Mapping[str, object]) -> Callable[[str], tuple[str, ...]]:
    def read(text: str) -> tuple[str, ...]:
        wanted = [name.strip() for name in text.split(",") if name.strip()]
        unknown = [name for name in wanted if name not in known]
        if unknown or not wanted:
            raise argparse.ArgumentTypeError(f"{text!r}: known are {', '.join(known)}")
        return tuple(name for name in known if name in wanted)

    return read
