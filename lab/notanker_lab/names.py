"""Name servers of the lab: dnsmasq with made-up names and nothing of the host's."""

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


def _listening(addresses_: list[str]) -> list[str]:
    return [f"--listen-address={address}" for address in addresses_]
