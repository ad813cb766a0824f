"""What a bad line makes of an answer: bytes and the pauses before them."""

from collections.abc import Callable
from typing import Final

from notanker_lab.at_switches import NOISE, Switch, Switches

Chunks = list[tuple[bytes, float]]

_FOREIGN: Final = b"AT+CSQ\r\r\n+CSQ: 13,99\r\n\r\nOK\r\n"


def _whole(change: Callable[[bytes], bytes]) -> Callable[[bytes, Switch], Chunks]:
    return lambda body, _: [(change(body), 0.0)]


def _bytewise(body: bytes, switch: Switch) -> Chunks:
    pause_s = switch.number("pause_s", 0.002)
    return [(body[at : at + 1], pause_s) for at in range(len(body))]


def _paused(body: bytes, switch: Switch) -> Chunks:
    cut = _middle(body)
    return [(body[:cut], 0.0), (body[cut:], switch.number("pause_s", 1.0))]


def _halved(body: bytes) -> bytes:
    return body[: _middle(body)] + body[body.find(b"\r\n", 2) :]


def _middle(body: bytes) -> int:
    """Give a place in the middle of the first line."""
    return 2 + max(1, (body.find(b"\r\n", 2) - 2) // 2)


_BAD: Final[dict[str, Callable[[bytes, Switch], Chunks]]] = {
    "bytewise": _bytewise,
    "garbage": _whole(lambda body: NOISE + body),
    "nul": _whole(lambda body: body.replace(b"\r\n", b"\r\n\0")),
    "pause_in_line": _paused,
    "half_line": _whole(_halved),
    "bare_lf": _whole(lambda body: body.replace(b"\r\n", b"\n")),
    "bare_cr": _whole(lambda body: body.replace(b"\r\n", b"\r")),
    "doubled_cr": _whole(lambda body: body.replace(b"\r\n", b"\r\r\n")),
    "boot_flood": _whole(lambda body: b"\r\n^BOOT:35323129,0,0,0,26\r\n" + body),
    "rssi_flood": _whole(lambda body: b"\r\n^RSSI:14\r\n" * 10 + body),
}


def mangled(switches: Switches, body: bytes, command: str) -> Chunks:
    """Give what arrives of an answer to ``command``."""
    taken = switches.take(*_BAD, command=command)
    return _BAD[taken.name](body, taken) if taken else [(body, 0.0)]


def shared(chunks: Chunks, count: int) -> Chunks:
    """Mix in another program's answer; every second one of ours goes to that program."""
    return [(_FOREIGN, 0.0), *([] if count % 2 else chunks)]
