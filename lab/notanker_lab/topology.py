"""Builds the namespaces, veth pairs, addresses, routes and packet filters of one lab."""

import shutil
import subprocess
from collections import defaultdict
from collections.abc import Iterable, Sequence

from notanker_lab import addresses
from notanker_lab.errors import LabError

_SYSCTLS = (
    "net.ipv4.ping_group_range=0 2147483647",  # as Debian's systemd sets it
    "net.ipv4.conf.all.rp_filter=2",
    "net.ipv6.conf.all.accept_dad=0",
    "net.ipv6.conf.default.accept_dad=0",
    "net.ipv6.conf.default.dad_transmits=0",
    "net.ipv6.conf.default.accept_ra=0",
    "net.ipv6.conf.all.keep_addr_on_down=1",
    "net.ipv6.conf.default.keep_addr_on_down=1",
)
_FORWARD = ("net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1")
# The wire's ends shall say nothing of their own: no neighbour discovery, no address.
_SILENT = ("net.ipv6.conf.all.disable_ipv6=1", "net.ipv6.conf.default.disable_ipv6=1")

# Providers drop what does not bear an address of the line it comes from (BCP 38, RFC 2827).
_INGRESS_FILTER = """
table inet lab_ingress {
  chain prerouting {
    type filter hook prerouting priority raw
    iifname "primary" ip saddr != { 198.18.1.0/24, 192.0.2.0/24 } drop
    iifname "lte" ip saddr != { 198.18.2.0/24, 192.168.8.0/24 } drop
    iifname "primary" ip6 saddr != { 2001:db8:f1::/64, 2001:db8:1::/64, fe80::/10, ::/128 } drop
    iifname "lte" ip6 saddr != { 2001:db8:f2::/64, 2001:db8:2::/64, fe80::/10, ::/128 } drop
  }
}
"""


def command(argv: Sequence[str], text: str | None = None) -> str:
    """Run one configuration command and give what it printed.

    Raises:
        LabError: it failed; the text holds what it said.
    """
    done = subprocess.run(argv, input=text, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        said = (done.stderr or done.stdout).strip()
        raise LabError(f"{' '.join(argv)} failed: {said}.")
    return done.stdout


def check_tools() -> None:
    """Make sure every tool the lab calls is there.

    Raises:
        LabError: names the missing Debian packages.
    """
    path = "/usr/sbin:/usr/bin:/sbin:/bin"
    needed = addresses.REQUIRED_PACKAGES.items()
    missing = [package for package, tool in needed if shutil.which(tool, path=path) is None]
    if missing:
        raise LabError(f"These Debian packages are missing: {', '.join(missing)}.")


class Topology:
    """The namespaces of one lab; ``prefix`` keeps several labs of one capsule apart."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix

    def namespace(self, ns: str) -> str:
        """Give the kernel's name of namespace ``ns`` ("site" -> "lab-site").

        Raises:
            LabError: the lab has no such namespace.
        """
        if ns not in addresses.NAMESPACES:
            known = ", ".join(addresses.NAMESPACES)
            raise LabError(f"There is no namespace {ns!r}; the lab has {known}.")
        return f"{self._prefix}-{ns}"

    def build(self) -> None:
        """Make all of it."""
        check_tools()
        for ns in addresses.NAMESPACES:
            command(["ip", "netns", "add", self.namespace(ns)])
        self._set_sysctls()
        for number, link in enumerate(addresses.LINKS):
            self._add_link(*link, index=10 + 2 * number)
        self._configure()
        self._wire_offloads()
        self.nft("inet", _INGRESS_FILTER)
        self.masquerade(on=True)

    def destroy(self) -> None:
        """Delete the namespaces, and with them the interfaces."""
        for ns in addresses.NAMESPACES:
            name = self.namespace(ns)
            subprocess.run(["ip", "netns", "del", name], capture_output=True, check=False)

    def ip(self, ns: str, *args: str) -> str:
        """Run ``ip ARGS`` in ``ns`` and give what it printed."""
        return command(["ip", "-n", self.namespace(ns), *args])

    def nft(self, ns: str, ruleset: str) -> None:
        """Load nft commands in ``ns``."""
        command(["ip", "netns", "exec", self.namespace(ns), "nft", "-f", "-"], ruleset)

    def masquerade(self, *, on: bool) -> None:
        """Let the router and the stick hide the site's IPv4 addresses, or show them as they are."""
        for ns, interface in (("router", "wan"), ("lte", "radio")):
            rule = f'oifname "{interface}" masquerade' if on else ""
            self.nft(
                ns,
                f"""table ip lab_nat
                delete table ip lab_nat
                table ip lab_nat {{
                  chain postrouting {{
                    type nat hook postrouting priority srcnat
                    {rule}
                  }}
                }}""",
            )

    def _add_link(self, near: str, near_if: str, far: str, far_if: str, index: int) -> None:
        # The two ends must differ in their index: the kernel takes a veth whose peer has the same
        # one for a plain card and reports its link up to a second late (linkwatch_urgent_event()).
        one = [near_if, "index", str(index), "netns", self.namespace(near)]
        two = [far_if, "index", str(index + 1), "netns", self.namespace(far)]
        command(["ip", "link", "add", *one, "type", "veth", "peer", "name", *two])

    def _set_sysctls(self) -> None:
        for ns in addresses.NAMESPACES:
            values: tuple[str, ...] = _SYSCTLS
            values += _FORWARD if ns in ("router", "lte", "inet") else ()
            values = _SILENT if ns == "wire" else values
            self._exec(ns, ["sysctl", "-q", "-w", *values])

    def _configure(self) -> None:
        batches: defaultdict[str, list[str]] = defaultdict(list)
        for ns, interface, nets in addresses.INTERFACES:
            batches[ns] += [
                f"address add {net} dev {interface} nodad" for net in nets if ":" in net
            ]
            batches[ns] += [f"address add {net} dev {interface}" for net in nets if ":" not in net]
        for ns, interface, mac, _peer, _peers in addresses.WIRE_ENDS:
            batches[ns].append(f"link set {interface} address {mac}")
        for ns, interface in _all_interfaces():
            batches[ns].append(f"link set {interface} up")
        for ns, interface, _mac, peer, peers in addresses.WIRE_ENDS:
            neighbour = f"lladdr {peer} dev {interface} nud permanent"
            batches[ns] += [f"neighbour replace {address} {neighbour}" for address in peers]
        for ns, route in addresses.ROUTES:
            family = "-6 " if ":" in route else ""
            batches[ns].append(f"{family}route add {route}")
        for ns, lines in batches.items():
            _batch(self.namespace(ns), lines)

    def _wire_offloads(self) -> None:
        outer = [(end[0], end[1]) for end in addresses.WIRE_ENDS]
        ends = [*outer, *((ns, name) for ns, name in _all_interfaces() if ns == "wire")]
        for ns in {ns for ns, _ in ends}:
            names = [name for end_ns, name in ends if end_ns == ns]
            self._exec(ns, _offload_command(names))

    def _exec(self, ns: str, argv: Sequence[str]) -> None:
        command(["ip", "netns", "exec", self.namespace(ns), *argv])


def _all_interfaces() -> Iterable[tuple[str, str]]:
    yield from ((ns, "lo") for ns in addresses.NAMESPACES)
    for near, near_if, far, far_if in addresses.LINKS:
        yield near, near_if
        yield far, far_if


def _batch(namespace: str, lines: Iterable[str]) -> None:
    """Run many ip commands with one process: IPv4 and IPv6 differ by a flag, hence two."""
    plain: list[str] = []
    six: list[str] = []
    for line in lines:
        (six if line.startswith("-6 ") else plain).append(line.removeprefix("-6 "))
    command(["ip", "-n", namespace, "-batch", "-"], "\n".join(plain))
    command(["ip", "-6", "-n", namespace, "-batch", "-"], "\n".join(six))


def _offload_command(names: Iterable[str]) -> list[str]:
    from notanker_lab import processes

    return [*processes.module("kernel"), *names]
