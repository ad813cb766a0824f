"""Every address of the simulated site; documentation ranges (RFC 5737, RFC 3849, RFC 2544)."""

NAMESPACES = ("site", "router", "lte", "wire", "inet", "centre")
CLIENT = "client"
"""The namespace of a computer behind the site, in a lab that has a LAN."""

# Debian 12 packages the lab calls; dnsmasq-base brings no service of its own.
REQUIRED_PACKAGES = {
    "iproute2": "ip",
    "nftables": "nft",
    "dnsmasq-base": "dnsmasq",
    "util-linux": "setpriv",
    "procps": "sysctl",
}

SITE_PRIMARY = "192.0.2.2"
SITE_PRIMARY6 = "2001:db8:1::2"
ROUTER = "192.0.2.1"
ROUTER6 = "2001:db8:1::1"
SITE_LTE = "192.168.8.100"
SITE_LTE6 = "2001:db8:2::2"
STICK = "192.168.8.1"
STICK_MOVED = "192.168.8.254"
STICK6 = "2001:db8:2::1"

ANCHORS = ("203.0.113.1", "203.0.113.2", "203.0.113.3")
ANCHORS6 = ("2001:db8:100::1", "2001:db8:100::2", "2001:db8:100::3")
ECHO = "203.0.113.100"
ECHO6 = "2001:db8:100::100"
ISP_DNS = "198.51.100.53"
CENTRE = "198.51.100.10"
CENTRE6 = "2001:db8:c::10"
_CENTRE_GATEWAY = "198.51.100.1"
_CENTRE_GATEWAY6 = "2001:db8:c::1"

# The address each uplink has on the internet (IPv4 behind masquerading, IPv6 as it is).
PUBLIC_PRIMARY = "198.18.1.2"
PUBLIC_LTE = "198.18.2.2"

ECHO_PORT = 7000
SINK_PORT = 7001
SOURCE_PORT = 7002
SITE_LAN = "192.168.50.1"
LAN_CLIENT = "192.168.50.10"
STICK_API = f"http://{STICK}/"

PRIMARY_DELAY_MS = 10.0
LTE_DELAY_MS = 30.0

NAMES = {
    **{f"anchor{i + 1}.example": (ANCHORS[i], ANCHORS6[i]) for i in range(3)},
    "echo.example": (ECHO, ECHO6),
    "centre.example": (CENTRE, CENTRE6),
    "centre6.example": (CENTRE6,),
}

# (namespace, interface, namespace, interface) of each veth pair
LINKS = (
    ("site", "eth0", "router", "lan"),
    ("site", "lte0", "lte", "usb"),
    ("router", "wan", "wire", "p-near"),
    ("wire", "p-far", "inet", "primary"),
    ("lte", "radio", "wire", "l-near"),
    ("wire", "l-far", "inet", "lte"),
    ("inet", "centre", "centre", "eth0"),
)

# One line for each namespace and interface, with its addresses.
INTERFACES = (
    ("site", "eth0", (f"{SITE_PRIMARY}/24", f"{SITE_PRIMARY6}/64")),
    ("site", "lte0", (f"{SITE_LTE}/24", f"{SITE_LTE6}/64")),
    ("router", "lan", (f"{ROUTER}/24", f"{ROUTER6}/64")),
    ("router", "wan", (f"{PUBLIC_PRIMARY}/24", "2001:db8:f1::2/64")),
    ("lte", "usb", (f"{STICK}/24", f"{STICK6}/64")),
    ("lte", "radio", (f"{PUBLIC_LTE}/24", "2001:db8:f2::2/64")),
    ("inet", "primary", ("198.18.1.1/24", "2001:db8:f1::1/64")),
    ("inet", "lte", ("198.18.2.1/24", "2001:db8:f2::1/64")),
    ("inet", "centre", (f"{_CENTRE_GATEWAY}/24", f"{_CENTRE_GATEWAY6}/64")),
    ("centre", "eth0", (f"{CENTRE}/24", f"{CENTRE6}/64")),
    (
        "inet",
        "lo",
        (
            *(f"{address}/32" for address in (*ANCHORS, ECHO, ISP_DNS)),
            *(f"{address}/128" for address in (*ANCHORS6, ECHO6)),
        ),
    ),
)

# (namespace, route as `ip route add` takes it); the site's as NetworkManager would set them
ROUTES = (
    ("site", f"default via {ROUTER} dev eth0 proto static metric 100"),
    ("site", f"default via {STICK} dev lte0 proto static metric 700"),
    ("site", f"default via {ROUTER6} dev eth0 proto static metric 100"),
    ("site", f"default via {STICK6} dev lte0 proto static metric 700"),
    ("router", "default via 198.18.1.1"),
    ("router", "default via 2001:db8:f1::1"),
    ("lte", "default via 198.18.2.1"),
    ("lte", "default via 2001:db8:f2::1"),
    ("inet", "192.0.2.0/24 via 198.18.1.2"),
    ("inet", "2001:db8:1::/64 via 2001:db8:f1::2"),
    ("inet", "192.168.8.0/24 via 198.18.2.2"),
    ("inet", "2001:db8:2::/64 via 2001:db8:f2::2"),
    ("centre", f"default via {_CENTRE_GATEWAY}"),
    ("centre", f"default via {_CENTRE_GATEWAY6}"),
)

# (namespace, interface, its MAC, the peer's MAC, the peer's addresses): the ends of each wire. They
# know each other for good, as on a DSL or radio link: with ARP and neighbour discovery a silent cut
# would betray itself, the router would answer "host unreachable" after three seconds.
WIRE_ENDS = (
    ("router", "wan", "02:00:00:00:01:02", "02:00:00:00:01:01", ("198.18.1.1", "2001:db8:f1::1")),
    ("inet", "primary", "02:00:00:00:01:01", "02:00:00:00:01:02", ("198.18.1.2", "2001:db8:f1::2")),
    ("lte", "radio", "02:00:00:00:02:02", "02:00:00:00:02:01", ("198.18.2.1", "2001:db8:f2::1")),
    ("inet", "lte", "02:00:00:00:02:01", "02:00:00:00:02:02", ("198.18.2.2", "2001:db8:f2::2")),
)

# What a LAN behind the site adds (IPv4 alone: providers route one IPv6 network to a site, no more).
LAN_LINKS = (("site", "lan", CLIENT, "eth0"),)
LAN_INTERFACES = (
    ("site", "lan", (f"{SITE_LAN}/24",)),
    (CLIENT, "eth0", (f"{LAN_CLIENT}/24",)),
)
LAN_ROUTES = ((CLIENT, f"default via {SITE_LAN}"),)

# Who hides whom: namespace, interface to the outside, the address that is shown there.
NATS = {
    "router": (("wan", PUBLIC_PRIMARY),),
    "lte": (("radio", PUBLIC_LTE),),
    "site": (("eth0", SITE_PRIMARY), ("lte0", SITE_LTE)),
}

# Who advertises IPv6 where, in a lab with router advertisements: namespace, interface, prefix,
# the site's interface, and the metric that NetworkManager would give the default route.
ADVERTISERS = (
    ("router", "lan", "2001:db8:1::", "eth0", 100),
    ("lte", "usb", "2001:db8:2::", "lte0", 700),
)
RA_MTU_BYTES = 1492
"""What router and stick advertise: Ethernet's 1500 less the 8 of PPPoE (RFC 2516)."""
