"""Beats to seal, and ChaCha20-Poly1305 by a library that is not the agent's."""

from __future__ import annotations

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESCCM, ChaCha20Poly1305

from notanker.core.budget import Band
from notanker.core.heartbeat import (
    Beat,
    BeatBox,
    BeatCause,
    BeatEvent,
    BeatIncident,
    OrderAnswer,
)
from notanker.core.moment import Moment
from notanker.core.names import Cause, Confidence, Line, Uplink, Verdict

BOOT = "0b1d53ab-9e0f-4e70-93b5-4b25cd3f0f0e"
NOW = Moment(3_200_000.0, 1_795_000_000.0)

CALM = Beat(
    site="nord",
    counter=1_795_000_000,
    sent=NOW,
    over=Uplink.BACKUP,
    interval_s=60.0,
    version="",
    line=Line.BACKUP,
    line_since=Moment(0.0, NOW.wall_s - 80_000),
    primary=Verdict.DOWN,
    backup=Verdict.UP,
    signal_dbm=-93.0,
    lte_used_bytes=304_687 * 1024,
    lte_proven=Moment(0.0, NOW.wall_s - 700),
    findings=2,
    journal=70_000,
    same=True,
)
"""Nothing has changed; its numbers are as long as they get in a year."""

FULL = Beat(
    site="nord",
    counter=17,
    sent=Moment(12.0, NOW.wall_s, trusted=False),
    over=Uplink.PRIMARY,
    interval_s=900.0,
    version="0.1.0",
    line=Line.WAIT_TO_RESTORE,
    line_since=Moment(0.0, NOW.wall_s + 5, trusted=False),
    primary=Verdict.UP,
    backup=Verdict.UNKNOWN,
    cause=Cause.PROVIDER,
    incident=17,
    known=BeatCause("hop 3", Confidence.LIKELY, ("Kassen", "Tills"), Moment(0.0, 5.0), 4),
    operator="Beispiel Mobil",
    signal_dbm=-110.0,
    lte_used_bytes=1024,
    lte_limit_bytes=10**9,
    lte_band=Band.SCARCE,
    lte_proven=Moment(0.0, NOW.wall_s - 3600, trusted=False),
    plan_seq=12,
    plan_fingerprint="ab" * 32,
    degraded=("mail", "lte1"),
    findings=3,
    journal=1234,
    events=(
        BeatEvent(
            1233, "Started", Moment(1.25, NOW.wall_s, trusted=False, boot=BOOT), '{"a": "ä"}'
        ),
        BeatEvent(1234, "Mitigated", Moment(2.001, NOW.wall_s + 1.5, boot="boot-1"), "{}"),
    ),
    open=(BeatIncident(17, "anna"), BeatIncident(18)),
    answers=(OrderAnswer(2**53 - 1, taken=True), OrderAnswer(2, taken=False, reason="had")),
    box=BeatBox(
        on_mains=False, battery_pct=40, temperature_c=-3, card_worn_pct=20, drilled=Moment(0.0, 9.0)
    ),
)
"""All that a beat can say."""


class Aead:
    """What the codec asks of a library."""

    def __init__(self, key: bytes) -> None:
        self._cipher: ChaCha20Poly1305 | AESCCM = ChaCha20Poly1305(key)

    def seal(self, nonce: bytes, plaintext: bytes, aad: bytes) -> bytes:
        return self._cipher.encrypt(nonce, plaintext, aad)

    def open(self, nonce: bytes, ciphertext: bytes, aad: bytes) -> bytes | None:
        try:
            return self._cipher.decrypt(nonce, ciphertext, aad)
        except InvalidTag:
            return None
