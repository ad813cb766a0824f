"""What dnsmasq does in the lab: made-up names, nothing of the host's; router advertisements."""

from notanker_lab import addresses

_TTL_S = 5
_COMMON = [
    "dnsmasq",
    "--keep-in-foreground",
    "--conf-file=/dev/null",
    "--no-resolv",
    "--no-hosts",
    "--no-poll",
    "--bind-interfaces",
    "--cache-size=0",
    "--user=root",
    "--group=root",
    "--pid-file=",
    "--log-facility=-",
    f"--local-ttl={_TTL_S}",
]


def authority() -> list[str]:
    """Command line of the server behind every anchor and the provider's resolver."""
    listen = [*addresses.ANCHORS, *addresses.ANCHORS6, addresses.ISP_DNS]
    records = [f"--host-record={name},{','.join(ips)}" for name, ips in addresses.NAMES.items()]
    # "#" is any domain: what is not listed does not exist, and nobody is asked.
    return [*_COMMON, "--local=/#/", *_listening(listen), *records]


def advertiser(interface: str, prefix: str) -> list[str]:
    """Command line of a sender of router advertisements (RFC 4861): prefix, router, MTU.

    One each 10 s, each good for 60 s; a site that asks is answered at once.
    """
    return [
        *_COMMON,
        "--port=0",
        f"--interface={interface}",
        "--leasefile-ro",
        "--enable-ra",
        f"--dhcp-range={prefix},ra-only,64,600",
        f"--ra-param={interface},mtu:{addresses.RA_MTU_BYTES},10,60",
    ]


def lease(interface: str, address: str, resolver: str = "") -> list[str]:
    """Command line of a DHCP server that has one address (/24) to give, and is the way out."""
    told = [f"--dhcp-option=option:dns-server,{resolver}"] if resolver else []
    return [
        *_COMMON,
        "--port=0",
        f"--interface={interface}",
        "--leasefile-ro",
        "--dhcp-authoritative",
        f"--dhcp-range={address},{address},255.255.255.0,1h",
        *told,
    ]


def _listening(addresses_: list[str]) -> list[str]:
    return [f"--listen-address={address}" for address in addresses_]
