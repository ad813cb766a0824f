"""Command line of the stand: `python -m notanker_lab.booted up|run|cut|start|down|list` and more, as root.

What `up` made stays, also switched off, until `down`.
"""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from typing import Final

from notanker_lab.booted import cable, courier, image, keeper, places, recipe
from notanker_lab.booted.container import Container
from notanker_lab.booted.machine import Machine
from notanker_lab.booted.system import Booted
from notanker_lab.errors import LabError

_INNER: Final[dict[str, Callable[[Sequence[str]], int]]] = {
    "keeper": keeper.main,
    "courier": courier.main,
    "cable": cable.main,
}
"""What the stand itself runs in processes of their own."""
_KINDS: Final[dict[str, type[Booted]]] = {"container": Container, "machine": Machine}


def found(name: str) -> Booted:
    """Give a system that another process has made.

    Raises:
        LabError: there is none of this name.
    """
    try:
        told = json.loads((places.RUNNING / name / "system.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise LabError(f"There is no system {name!r}: `up` makes one.") from error
    return _KINDS[told["kind"]](name, told["suite"], told["links"], kept=True)


def _build(args: argparse.Namespace) -> int:
    for suite in args.suites or recipe.SUITES:
        print(image.root(suite))
    return 0


def _up(args: argparse.Namespace) -> int:
    if (places.RUNNING / args.name).exists():
        raise LabError(f"There is a system {args.name!r} already: `down` removes it.")
    links = [name for name in args.links.split(",") if name]
    system = _KINDS[args.kind](args.name, args.suite, links, kept=True).up()
    print(f"ssh -F {system.ssh_config} {system.name}")
    return 0


def _run(args: argparse.Namespace) -> int:
    system = found(args.name)
    print(system.run(" ".join(args.command), timeout_s=args.timeout_s), end="")
    return 0


def _list(_args: argparse.Namespace) -> int:
    for path in sorted(places.RUNNING.glob("*/system.json")):
        system = found(path.parent.name)
        state = "on" if system.running else "off"
        print(f"{system.name:<24} {system.kind:<10} {system.suite:<9} {state}")
    return 0


def _inventory(args: argparse.Namespace) -> int:
    print(json.dumps(found(args.name).inventory(), indent=2))
    return 0


def _act(act: Callable[[Booted], object]) -> Callable[[argparse.Namespace], int]:
    def run(args: argparse.Namespace) -> int:
        act(found(args.name))
        return 0

    return run


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m notanker_lab.booted", description=__doc__)
    commands = parser.add_subparsers(required=True)

    def add(
        name: str, run: Callable[[argparse.Namespace], int], text: str
    ) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=text)
        command.set_defaults(run=run)
        return command

    build = add("build", _build, "build the images that are missing, and print where they are")
    build.add_argument("suites", nargs="*", metavar="SUITE", help=", ".join(recipe.SUITES))
    up = add("up", _up, "make a system, boot it, and print how to reach it")
    up.add_argument("name")
    up.add_argument("--kind", choices=_KINDS, default="container")
    up.add_argument("--suite", choices=recipe.SUITES, default="bookworm")
    up.add_argument("--links", default="eth0,lte0", help="its cables, with commas (eth0,lte0,lan0)")
    run = add("run", _run, "run a shell command in it, as root")
    run.add_argument("name")
    run.add_argument("--timeout-s", type=float, default=600.0)
    run.add_argument("command", nargs="+")
    for name, act, text in (
        ("cut", Booted.cut, "take its power away"),
        ("start", Booted.start, "boot it again"),
        ("stop", Booted.stop, "shut it down in order"),
        ("down", Booted.down, "end it and remove all of it"),
        ("console", lambda system: print(system.console()), "print what it said on its console"),
    ):
        add(name, _act(act), text).add_argument("name")
    add("inventory", _inventory, "print an Ansible inventory with it").add_argument("name")
    add("list", _list, "list all systems")
    return parser


def main() -> int:
    """Command line of the stand."""
    inner = _INNER.get("".join(sys.argv[1:2]))
    try:
        if inner:
            return inner(sys.argv[2:])
        args = _parser().parse_args()
        status: int = args.run(args)
    except LabError as error:
        print(error, file=sys.stderr)
        return 1
    return status


if __name__ == "__main__":
    sys.exit(main())
