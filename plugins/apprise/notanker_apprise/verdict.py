"""What became of a message: apprise says only yes or no, so what its transport saw is judged as well.

A plain "no" of the library may mean that the name of the server is wrong, that the password is, or that the
server took the message and its answer was lost. The outbox has to know which.
"""

from __future__ import annotations

from typing import Final, Literal

import msgspec

Stage = Literal["connect", "exchange", "answer"]
Fate = Literal["sent", "retry", "permanent", "unknown"]

AGAIN_S: Final = 30.0
LATER_S: Final = 120.0
MOST_WAIT_S: Final = 3600.0

_UNSURE: Final = frozenset({502, 504})
"""A gateway that lost its back end: that one may have taken the message (RFC 9110, 15.6.3 and 15.6.5)."""
_LATER: Final = frozenset({408, 425, 429, 500, 503})


class Seen(msgspec.Struct, frozen=True):
    """One thing that the transport saw.

    Attributes:
        stage: `connect`: nothing was handed over; `exchange`: it broke off in the middle; `answer`.
        code: HTTP or SMTP status, 0 for none.
        reason: In the words of the library below.
        after_s: What the server asks to wait for.
    """

    stage: Stage
    code: int = 0
    reason: str = ""
    after_s: float | None = None


class Verdict(msgspec.Struct, frozen=True):
    """What the outbox is told."""

    fate: Fate
    reason: str = ""
    after_s: float = 0.0


def judge(*, notified: bool, seen: tuple[Seen, ...], said: str) -> Verdict:
    """Return what became of the message.

    Args:
        notified: What apprise returned.
        seen: What its transport saw, in order; a log-in may come before the message itself.
        said: The last warning of the library.
    """
    if notified:
        return Verdict("sent", f"status {seen[-1].code}" if seen and seen[-1].code else "accepted")
    if not seen:
        return Verdict("permanent", said or "the service's address cannot be used")
    last = seen[-1]
    if last.stage == "connect":
        return Verdict("retry", last.reason, AGAIN_S)
    if last.stage == "exchange":
        return Verdict("unknown", last.reason)
    return _by_code(last, said)


def _by_code(seen: Seen, said: str) -> Verdict:
    reason = " ".join(filter(None, (f"status {seen.code}", seen.reason or said)))
    if seen.code in _UNSURE:
        return Verdict("unknown", reason)
    # SMTP: 4yz is transient, 5yz permanent (RFC 5321, 4.2.1). HTTP: 4xx is the client's fault but for some.
    smtp_transient = 400 <= seen.code < 500 and seen.reason.startswith("SMTP")
    if seen.code in _LATER or smtp_transient:
        wait_s = LATER_S if seen.after_s is None else min(max(seen.after_s, 1.0), MOST_WAIT_S)
        return Verdict("retry", reason, wait_s)
    return Verdict("permanent", reason)
