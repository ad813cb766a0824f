"""Debian on a 64-bit Arm, in emulation: the wheelhouse installs, the agent starts, the unit tests pass.

    sudo .venv/bin/python tools/arm64.py                       # all of it on Debian 12, an hour and more
    sudo .venv/bin/python tools/arm64.py --suite trixie        # Debian 13
    sudo .venv/bin/python tools/arm64.py tests/unit/core       # only these tests
    sudo .venv/bin/python tools/arm64.py --no-tests            # install and start alone

Once per release. The unit tests are those of the box (LEFT_OUT says which are not). An image of Debian's
own packages is made in .cache/arm64; its programs run by qemu-aarch64 (packages mmdebstrap, arch-test,
qemu-user-static), which the kernel is told to do for as long as this runs. What is installed are the wheels
of dist/wheelhouse, without any network, as on a box. It is the processor's instructions, libraries and
wheels that are tried here; the kernel stays this machine's own.
"""

from __future__ import annotations

import argparse
import contextlib
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from importlib import metadata
from pathlib import Path
from typing import Final

from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from tools import wheelhouse
from tools.wheelhouse import HOUSE, ROOT, Target

CACHE: Final = ROOT / ".cache" / "arm64"
TARGETS: Final = {"bookworm": Target("aarch64", "3.11"), "trixie": Target("aarch64", "3.13")}
PACKAGES: Final = (
    *(
        "python3-venv",
        "ca-certificates",
        "iproute2",
        "nftables",
        "openssh-client",
        "openssl",
        "tzdata",
    ),
    *("procps", "libcap2-bin"),
    *("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0"),
)
TOOLS: Final = ("pytest", "pytest-timeout", "hypothesis", "cbor2", "cwt", "phonenumberslite")
"""What the unit tests need beside the product and its extras."""
TESTED: Final = (
    "tests",
    "bench",
    "lab",
    "examples",
    "docs",
    "plugins",
    "deploy",
    "requirements",
    "tools",
)
LEFT_OUT: Final = (
    # The centre is no Raspberry Pi, and some of its tests want peers.
    "--ignore=tests/unit/central",
    # Looks at the repository by git, not at the machine.
    "--ignore=tests/unit/plan/test_numbers_are_fiction.py",
    # Ask the kernel for what the emulator of single programs does not hand on to it: what a connection has
    # carried (TCP_INFO), netlink's sockets for diagnosis and filter, namespaces.
    "--deselect=tests/unit/shell/carriage/test_https.py::test_the_second_beat_resumes_and_costs_less",
    "--deselect=tests/unit/shell/test_counting.py::test_a_connection_costs_its_bytes_and_its_headers",
    "--deselect=tests/unit/shell/test_flows.py::test_the_kernel_lists_an_own_connection_and_its_way",
    "--deselect=tests/unit/shell/test_flows.py::test_what_the_kernel_refuses_is_told_and_nothing_is_raised",
    "--deselect=tests/unit/shell/test_frames.py::test_a_probe_takes_no_more_frames_and_bytes_than_it_must",
    "--deselect=tests/unit/shell/test_netlink.py::test_the_kernel_tells_of_its_own_rules_and_of_the_loopback",
    "--deselect=tests/unit/shell/test_netlink.py::test_rules_routes_and_addresses_are_read_back_from_a_real_kernel",
)
TESTS: Final = ("tests/unit", *LEFT_OUT)
VENV: Final = "/opt/notanker/current"
EMULATOR: Final = Path("/usr/bin/qemu-aarch64-static")
TOOLS_HERE: Final[dict[str | Path, str]] = {
    "mmdebstrap": "mmdebstrap",
    "arch-test": "arch-test",
    EMULATOR: "qemu-user-static",
}
"""What has to be installed here, and by which package."""
BINFMT: Final = Path("/proc/sys/fs/binfmt_misc")
RULE: Final = (
    rb":notanker-aarch64:M::\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00"
    rb":\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff"
    rb":/usr/bin/qemu-aarch64-static:F"
)
"""An ELF file for AArch64, begun by this emulator, which is opened now (F) and so works in every folder."""

CONFIG: Final = """\
[site]
id = "arm"
[primary]
interface = "eth0"
[backup]
interface = "lte0"
[[anchor]]
kind = "icmp"
address = "203.0.113.1"
[paths]
state = "/var/lib/notanker"
run = "/run/notanker"
[[plugin]]
name = "lte1"
kind = "huawei_lte"
"""
START: Final = """\
set -eu
mkdir -p /etc/notanker/plan /run/notanker /var/lib/notanker
for name in eth0 lte0; do
  ip link add $name type veth peer name far-$name; ip link set $name up; ip link set far-$name up
done
ip address add 192.0.2.10/24 dev eth0
ip address add 192.168.8.100/24 dev lte0
/opt/notanker/current/bin/notanker run & agent=$!
for _ in $(seq 60); do
  sleep 2
  if /opt/notanker/current/bin/notanker status; [ $? -le 1 ]; then found=yes; break; fi
done
kill $agent; wait $agent
[ "${found:-}" = yes ]
"""


def main() -> int:
    """Do what was asked for, and say how long each part took."""
    arguments = _arguments()
    for tool, package in TOOLS_HERE.items():
        if shutil.which(tool) is None:
            print(f"{tool} is missing: apt install {package}", file=sys.stderr)
            return 2
    target = TARGETS[arguments.suite]
    root = CACHE / arguments.suite
    with emulated():
        with told("image of Debian"):
            make_image(arguments.suite, root)
        with told("wheelhouse"):
            wheelhouse.main([target.name])
        with told("installing the release"):
            install(root, HOUSE / target.name, clear=True)
        with told("starting the agent"):
            (root / "etc/notanker").mkdir(exist_ok=True)
            (root / "etc/notanker/notanker.toml").write_text(CONFIG, "utf-8")
            inside(root, ["sh", "-c", START], unshare=True)
        if not arguments.no_tests:
            with told("unit tests"):
                run_tests(root, target, arguments.tests)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Try everything on a 64-bit Arm, in emulation.")
    parser.add_argument("--suite", choices=tuple(TARGETS), default="bookworm")
    parser.add_argument("--no-tests", action="store_true", help="install and start alone")
    parser.add_argument("tests", nargs="*", default=TESTS, help="what pytest is given")
    return parser.parse_args()


@contextlib.contextmanager
def told(what: str) -> Iterator[None]:
    """Say what is done, and how long it took."""
    began_s = time.monotonic()
    print(f"== {what} ...", flush=True)
    yield
    print(f"== {what}: {time.monotonic() - began_s:.0f} s", flush=True)


@contextlib.contextmanager
def emulated() -> Iterator[None]:
    """Have the kernel run programs for AArch64 meanwhile, and forget it afterwards."""
    mounted = not (BINFMT / "register").exists()
    if mounted:
        subprocess.run(["mount", "-t", "binfmt_misc", "binfmt_misc", BINFMT], check=True)
    rule = BINFMT / "notanker-aarch64"
    if not rule.exists():
        (BINFMT / "register").write_bytes(RULE)
    try:
        yield
    finally:
        rule.write_bytes(b"-1")
        if mounted:
            subprocess.run(["umount", BINFMT], check=False)


def make_image(suite: str, root: Path) -> None:
    """Make the image, if it is not there, whole and of these packages."""
    mark, made_of = root / ".whole", " ".join(PACKAGES)
    if mark.exists() and mark.read_text("utf-8") == made_of:
        return
    shutil.rmtree(root, ignore_errors=True)
    root.parent.mkdir(parents=True, exist_ok=True)
    command = [
        *("mmdebstrap", "--quiet", "--mode=root", "--variant=minbase", "--architectures=arm64"),
        *("--aptopt=APT::Install-Recommends false", f"--include={','.join(PACKAGES)}"),
        *(suite, str(root)),
    ]
    subprocess.run(command, check=True)
    mark.write_text(made_of, "utf-8")


def inside(root: Path, command: Sequence[str], *, unshare: bool = False) -> None:
    """Run a command in the image; with `unshare` in a network of its own, which has its loopback alone.

    Raises:
        CalledProcessError: it failed.
    """
    # /proc of its own, so that what is found there are the image's processes alone.
    enter = [
        "unshare",
        "--fork",
        "--pid",
        "--kill-child",
        "--mount",
        "--mount-proc=" + f"{root}/proc",
    ]
    network = ["--net"] if unshare else []
    ready = ["sh", "-c", 'ip link set lo up; exec "$@"', "sh"] if unshare else []
    environment = ["env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "LANG=C.UTF-8"]
    line = [*enter, *network, *ready, "chroot", str(root), *environment, *command]
    subprocess.run(line, check=True)


def install(root: Path, house: Path, *, clear: bool) -> None:
    """Install a folder of wheels as a box does."""
    wheels = root / "opt/wheels"
    shutil.rmtree(wheels, ignore_errors=True)
    shutil.copytree(house, wheels)
    if clear:
        inside(root, ["python3", "-m", "venv", "--clear", VENV])
    options = ["--quiet", "--no-index", "--no-cache-dir", "--no-deps", "--require-hashes"]
    where = ["--find-links", "/opt/wheels", "--requirement", "/opt/wheels/requirements.txt"]
    inside(root, [f"{VENV}/bin/python", "-m", "pip", "install", *options, *where])


def run_tests(root: Path, target: Target, tests: Sequence[str]) -> None:
    """Add the centre and the tools of the tests, bring the tests, run them."""
    install(root, HOUSE / f"{target.name}-centre", clear=False)
    install(root, tools_of(target), clear=False)
    place = root / "srv/notanker"
    shutil.rmtree(place, ignore_errors=True)
    for name in TESTED:
        shutil.copytree(ROOT / name, place / name, symlinks=True)
    for name in ("pyproject.toml", "Makefile", "CHANGELOG.md"):
        shutil.copy(ROOT / name, place / name)
    pytest = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "-o", "timeout=3600", *tests]
    environment = ["env", "--chdir=/srv/notanker", "PYTHONPATH=/srv/notanker:/srv/notanker/lab"]
    inside(root, [*environment, f"{VENV}/bin/python", *pytest], unshare=True)


def tools_of(target: Target) -> Path:
    """Fetch the wheels of the tests' tools, as they are locked, and return their folder."""
    wanted = needed_by(TOOLS, target.environment)
    lines = wheelhouse.locked(
        (ROOT / "requirements/dev.lock").read_text("utf-8"), target.environment
    )
    asked = CACHE / f"{target.name}.txt"
    asked.write_text("".join(line for line in lines if _name(line) in wanted), "utf-8")
    folder = CACHE / f"wheels-{target.name}"
    shutil.rmtree(folder, ignore_errors=True)
    wheelhouse.pip("download", *wheelhouse.foreign(target), "-r", str(asked), "-d", str(folder))
    shutil.copy(asked, folder / "requirements.txt")
    return folder


def _name(line: str) -> NormalizedName:
    return canonicalize_name(line.partition("==")[0])


def needed_by(names: Sequence[str], environment: dict[str, str]) -> set[NormalizedName]:
    """Return what these packages need, themselves among it, as far as this machine has them installed."""
    done: set[NormalizedName] = set()
    ahead = {canonicalize_name(name) for name in names}
    while ahead:
        name = ahead.pop()
        done.add(name)
        with contextlib.suppress(metadata.PackageNotFoundError):
            for text in metadata.requires(name) or ():
                need = Requirement(text)
                if need.marker is None or need.marker.evaluate(environment):
                    ahead |= {canonicalize_name(need.name)} - done
    return done


if __name__ == "__main__":
    sys.exit(main())
