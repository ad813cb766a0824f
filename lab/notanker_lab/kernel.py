"""What the lab asks of the kernel directly: namespaces, mounts, offloads, priorities."""

import contextlib
import ctypes
import fcntl
import os
import socket
import struct
import subprocess
from collections.abc import Iterator

CLONE_NEWNS = 0x00020000
CLONE_NEWUTS = 0x04000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000

MS_NOSUID = 0x2
MS_NODEV = 0x4
MS_NOEXEC = 0x8
MS_BIND = 0x1000
MS_REC = 0x4000
MS_PRIVATE = 0x40000

_PR_SET_PDEATHSIG = 1
_PR_SET_TIMERSLACK = 29

_SIOCGIFFLAGS = 0x8913
_SIOCSIFFLAGS = 0x8914
_SIOCETHTOOL = 0x8946
_IFF_UP = 0x1
# linux/ethtool.h: the single-value "set" commands for checksums, scatter-gather, TSO, GSO, GRO.
_ETHTOOL_SET = {"rx": 0x15, "tx": 0x17, "sg": 0x19, "tso": 0x1F, "gso": 0x24, "gro": 0x2C}

_libc = ctypes.CDLL(None, use_errno=True)


def _check(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def unshare(flags: int) -> None:
    """Leave the namespaces named by ``flags`` (CLONE_NEW*) for new ones.

    Raises:
        OSError: the kernel refuses.
    """
    _check(_libc.unshare(ctypes.c_int(flags)), "unshare")


@contextlib.contextmanager
def in_network(namespace: str) -> Iterator[None]:
    """Put this thread into the named network namespace; sockets opened there stay there.

    Raises:
        OSError: there is none of this name.
    """
    here = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
    there = os.open(f"/run/netns/{namespace}", os.O_RDONLY | os.O_CLOEXEC)
    try:
        _check(_libc.setns(there, CLONE_NEWNET), f"setns {namespace}")
        try:
            yield
        finally:
            _check(_libc.setns(here, CLONE_NEWNET), "setns back")
    finally:
        os.close(here)
        os.close(there)


def mount(source: str, target: str, kind: str, flags: int = 0, data: str = "") -> None:
    """Mount as mount(2) does.

    Raises:
        OSError: the kernel refuses.
    """
    args = (source.encode(), target.encode(), kind.encode(), ctypes.c_ulong(flags), data.encode())
    _check(_libc.mount(*args), f"mount {target}")


def die_with_parent(signum: int) -> None:
    """Let the kernel send ``signum`` to this process as soon as its parent is gone."""
    _check(_libc.prctl(_PR_SET_PDEATHSIG, signum, 0, 0, 0), "prctl")


def sharp_timers() -> None:
    """Wake this thread within microseconds of its time-outs, and before ordinary work.

    Without it a busy machine would add its own delay to the simulated line's.
    """
    _libc.prctl(_PR_SET_TIMERSLACK, 1000, 0, 0, 0)
    # Not allowed in every container; the lab is only less exact then.
    with contextlib.suppress(OSError):
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))


def interface_up(name: str) -> None:
    """Set interface ``name`` of this namespace up."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        request = struct.pack("16sh14x", name.encode(), 0)
        answer = fcntl.ioctl(sock, _SIOCGIFFLAGS, request)
        flags = struct.unpack("16sh14x", answer)[1] | _IFF_UP
        fcntl.ioctl(sock, _SIOCSIFFLAGS, struct.pack("16sh14x", name.encode(), flags))


def offloads_off(name: str) -> None:
    """Turn checksum, TSO, GSO and GRO offload of interface ``name`` off.

    A frame that leaves the kernel through a packet socket must be whole: with offload on, the
    checksum is only promised and frames may be far longer than the MTU.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        for command in _ETHTOOL_SET.values():
            value = ctypes.create_string_buffer(struct.pack("II", command, 0))
            request = struct.pack("16sP16x", name.encode(), ctypes.addressof(value))
            with contextlib.suppress(OSError):
                fcntl.ioctl(sock, _SIOCETHTOOL, request)


def has_netem() -> bool:
    """Say whether this kernel has the netem queueing discipline (the lab does not need it)."""
    command = ["tc", "qdisc", "add", "dev", "lo", "root", "netem", "delay", "1ms"]
    try:
        added = subprocess.run(command, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False
    if added:
        subprocess.run(["tc", "qdisc", "del", "dev", "lo", "root"], check=False)
    return added


if __name__ == "__main__":
    import sys

    for _interface in sys.argv[1:]:
        offloads_off(_interface)
