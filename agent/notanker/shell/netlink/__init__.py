"""Netlink by hand (netlink(7), RFC 3549): questions to the kernel, and its news.

    wire.py     headers and attributes: values to bytes and back; knows no family
    channel.py  the sockets: `Netlink` asks, `News` listens
    route.py    rtnetlink(7): links, rules and routes as frozen values

A question is a plain call, not a coroutine: the kernel answers within `send`, in the caller's context, so
there is nothing to wait for. What it refuses is an `OSError` with the kernel's own number and words.
"""
