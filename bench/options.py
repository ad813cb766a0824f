"""The command line of the bench."""

import argparse
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bench import peers, rows


@dataclass(frozen=True, slots=True)
class Options:
    """What is to be measured.

    Attributes:
        runs: How often each row is measured.
        short: Whether the quick form is wanted.
        rows: Names of rows, in the order of the table.
        peers: Names of peers, the product first.
        at_once: How many labs run at the same time.
        wait_to_restore_s: How long notanker waits before it goes back to the primary.
        json: Where all single figures go as JSON; "" for nowhere.
    """

    runs: int
    short: bool
    rows: tuple[str, ...]
    peers: tuple[str, ...]
    at_once: int
    wait_to_restore_s: float
    json: str


def parse() -> Options:
    """Read the command line; a wrong one ends the program with status 2."""
    args = _parser().parse_args()
    short_rows = tuple(name for name, row in rows.ROWS.items() if row.in_short)
    return Options(
        runs=max(1, args.runs or (1 if args.short else 5)),
        short=args.short,
        rows=args.only or (short_rows if args.short else tuple(rows.ROWS)),
        peers=args.peers,
        at_once=max(1, args.at_once),
        wait_to_restore_s=args.wait_to_restore,
        json=args.json,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bench/failover.py", description="See bench/README.md.")
    add = parser.add_argument
    known_rows, known_peers = ", ".join(rows.ROWS), ", ".join(peers.PEERS)
    wait_s = peers.WAIT_TO_RESTORE_S
    add("--runs", type=int, default=0, help="runs of each row (5; short form: 1)")
    add("--short", action="store_true", help="the quick rows, once, for CI")
    add("--only", type=_names(rows.ROWS), default=(), metavar="ROW,ROW", help=f"of {known_rows}")
    add(
        "--peers",
        type=_names(peers.PEERS),
        default=tuple(peers.PEERS),
        metavar="PEER,PEER",
        help=f"of {known_peers}",
    )
    add("--at-once", type=int, default=3, help="labs at the same time (3)")
    add("--json", default="", metavar="FILE", help="write every single figure there")
    text = f"notanker's wait to restore ({wait_s:g}; as shipped 30)"
    add("--wait-to-restore", type=float, default=wait_s, metavar="S", help=text)
    return parser


def _names(known: Mapping[str, object]) -> Callable[[str], tuple[str, ...]]:
    def read(text: str) -> tuple[str, ...]:
        wanted = [name.strip() for name in text.split(",") if name.strip()]
        unknown = [name for name in wanted if name not in known]
        if unknown or not wanted:
            raise argparse.ArgumentTypeError(f"{text!r}: known are {', '.join(known)}")
        return tuple(name for name in known if name in wanted)

    return read
