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

_NAT = """
table ip lab_nat
delete table ip lab_nat
table ip lab_nat {{
  chain postrouting {{
    type nat hook postrouting priority srcnat
    {rules}
  }}
}}
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
    """The namespaces of one lab.

    Args:
        prefix: keeps several labs of one capsule apart.
        lan: whether there is a LAN with a client behind the site, which then forwards.
        advertised: whether the site learns IPv6 from router advertisements alone.
    """

    def __init__(self, prefix: str, *, lan: bool = False, advertised: bool = False) -> None:
        self._prefix, self._lan, self._advertised = prefix, lan, advertised
        self.namespaces = addresses.NAMESPACES + ((addresses.CLIENT,) if lan else ())
        self._links = addresses.LINKS + (addresses.LAN_LINKS if lan else ())

    def namespace(self, ns: str) -> str:
        """Give the kernel's name of namespace ``ns`` ("site" -> "lab-site").

        Raises:
            LabError: the lab has no such namespace.
        """
        if ns not in (*addresses.NAMESPACES, addresses.CLIENT):
            known = ", ".join(self.namespaces)
            raise LabError(f"There is no namespace {ns!r}; the lab has {known}.")
        return f"{self._prefix}-{ns}"

    def build(self) -> None:
        """Make all of it."""
        check_tools()
        for ns in self.namespaces:
            command(["ip", "netns", "add", self.namespace(ns)])
        self._set_sysctls()
        for number, link in enumerate(self._links):
            self._add_link(*link, index=10 + 2 * number)
        if self._advertised:
            self._listen_to_routers()
        self._configure()
        self._wire_offloads()
        self.nft("inet", _INGRESS_FILTER)
        self.masquerade(on=True)
        if self._lan:
            self.nat("site", "masquerade")

    def destroy(self) -> None:
        """Delete the namespaces, and with them the interfaces."""
        for ns in self.namespaces:
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
        for ns in ("router", "lte"):
            self.nat(ns, "masquerade" if on else "none")

    def nat(self, ns: str, kind: str) -> None:
        """Let ``ns`` ("router", "lte", "site") hide the IPv4 addresses behind it.

        Args:
            ns: the site hides what it forwards, not itself.
            kind: "masquerade" (forgets a connection whose way out has changed), "snat" (does not)
                or "none".

        Raises:
            LabError: there is no such kind.
        """
        if kind not in ("masquerade", "snat", "none"):
            raise LabError(f"There is masquerade, snat and none, not {kind!r}.")
        rules = "".join(
            f'oifname "{interface}" {"masquerade" if kind == "masquerade" else f"snat to {shown}"}\n'
            for interface, shown in addresses.NATS[ns]
            if kind != "none"
        )
        self.nft(ns, _NAT.format(rules=rules))

    def _add_link(self, near: str, near_if: str, far: str, far_if: str, index: int) -> None:
        # The two ends must differ in their index: the kernel takes a veth whose peer has the same
        # one for a plain card and reports its link up to a second late (linkwatch_urgent_event()).
        one = [near_if, "index", str(index), "netns", self.namespace(near)]
        two = [far_if, "index", str(index + 1), "netns", self.namespace(far)]
        command(["ip", "link", "add", *one, "type", "veth", "peer", "name", *two])

    def _set_sysctls(self) -> None:
        forwarding = ("router", "lte", "inet") + (("site",) if self._lan else ())
        for ns in self.namespaces:
            values: tuple[str, ...] = _SYSCTLS
            values += _FORWARD if ns in forwarding else ()
            values = _SILENT if ns == "wire" else values
            self._exec(ns, ["sysctl", "-q", "-w", *values])

    def _listen_to_routers(self) -> None:
        """Let the site take IPv6 from advertisements, with the metrics of NetworkManager."""
        for _ns, _interface, _prefix, own, metric in addresses.ADVERTISERS:
            values = {"accept_ra": 2, "autoconf": 1, "ra_defrtr_metric": metric}
            names = [f"net.ipv6.conf.{own}.{name}={value}" for name, value in values.items()]
            self._exec("site", ["sysctl", "-q", "-w", *names])

    def _learned(self, ns: str, address: str) -> bool:
        """Say whether the site learns this address or route instead of being given it."""
        return self._advertised and ns == "site" and ":" in address

    def _interfaces(self) -> Iterable[tuple[str, str, list[str]]]:
        """Give each interface with the addresses that it is given."""
        more = addresses.LAN_INTERFACES if self._lan else ()
        for ns, interface, nets in (*addresses.INTERFACES, *more):
            yield ns, interface, [net for net in nets if not self._learned(ns, net)]

    def _routes(self) -> Iterable[tuple[str, str]]:
        more = addresses.LAN_ROUTES if self._lan else ()
        for ns, route in (*addresses.ROUTES, *more):
            if not self._learned(ns, route):
                yield ns, route

    def _all_interfaces(self) -> Iterable[tuple[str, str]]:
        yield from ((ns, "lo") for ns in self.namespaces)
        for near, near_if, far, far_if in self._links:
            yield near, near_if
            yield far, far_if

    def _configure(self) -> None:
        batches: defaultdict[str, list[str]] = defaultdict(list)
        for ns, interface, nets in self._interfaces():
            batches[ns] += [
                f"address add {net} dev {interface} nodad" for net in nets if ":" in net
            ]
            batches[ns] += [f"address add {net} dev {interface}" for net in nets if ":" not in net]
        for ns, interface, mac, _peer, _peers in addresses.WIRE_ENDS:
            batches[ns].append(f"link set {interface} address {mac}")
        for ns, interface in self._all_interfaces():
            batches[ns].append(f"link set {interface} up")
        for ns, interface, _mac, peer, peers in addresses.WIRE_ENDS:
            neighbour = f"lladdr {peer} dev {interface} nud permanent"
            batches[ns] += [f"neighbour replace {address} {neighbour}" for address in peers]
        for ns, route in self._routes():
            family = "-6 " if ":" in route else ""
            batches[ns].append(f"{family}route add {route}")
        for ns, lines in batches.items():
            _batch(self.namespace(ns), lines)

    def _wire_offloads(self) -> None:
        outer = [(end[0], end[1]) for end in addresses.WIRE_ENDS]
        ends = [*outer, *((ns, name) for ns, name in self._all_interfaces() if ns == "wire")]
        for ns in {ns for ns, _ in ends}:
            names = [name for end_ns, name in ends if end_ns == ns]
            self._exec(ns, _offload_command(names))

    def _exec(self, ns: str, argv: Sequence[str]) -> None:
        command(["ip", "netns", "exec", self.namespace(ns), *argv])


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
