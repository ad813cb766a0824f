"""What a status report says became of a message (3GPP TS 23.040, 9.2.3.15)."""

from __future__ import annotations

from enum import Enum
from typing import Final

from notanker.errors import Language


class Fate(Enum):
    """What became of a message that the service centre took."""

    DELIVERED = "delivered"
    PENDING = "pending"
    FAILED_TEMPORARILY = "failed_temporarily"
    FAILED_PERMANENTLY = "failed_permanently"

    @property
    def is_final(self) -> bool:
        """Whether nothing more will happen to it."""
        return self is not Fate.PENDING


_FATES: Final = (
    Fate.DELIVERED,
    Fate.PENDING,
    Fate.FAILED_PERMANENTLY,
    Fate.FAILED_TEMPORARILY,
)
_SERVICE_REJECTED: Final = 0x63
_OWN_OF_CENTRE: Final = 0x10
"""From here on, in each group of 0x20, a value is the service centre's own."""

# What may pass is told alike whether the service centre goes on trying (0x20) or not (0x60).
_PASSING: Final = (
    ("Netz überlastet", "congestion"),
    ("Empfänger beschäftigt", "recipient busy"),
    ("keine Antwort vom Empfänger", "no answer from the recipient"),
    ("Dienst abgelehnt", "service rejected"),
    ("Dienstgüte nicht verfügbar", "quality of service not available"),
    ("Fehler im Gerät des Empfängers", "error in the recipient's device"),
)
_LASTING: Final = (
    ("Fehler im Netz", "remote procedure error"),
    ("unverträglicher Empfänger", "incompatible destination"),
    ("vom Empfänger abgewiesen", "connection rejected by the recipient"),
    ("Empfänger nicht erreichbar", "not obtainable"),
    ("Dienstgüte nicht verfügbar", "quality of service not available"),
    ("kein Übergang in das Netz des Empfängers", "no interworking available"),
    ("Gültigkeit abgelaufen", "validity period expired"),
    ("vom Absender gelöscht", "deleted by the sender"),
    ("vom Betreiber der Kurzmitteilungszentrale gelöscht", "deleted by the service centre"),
    ("Nachricht unbekannt", "message does not exist"),
)
_DONE: Final = (
    ("zugestellt", "delivered"),
    ("weitergegeben, Zustellung nicht bestätigt", "handed on, delivery not confirmed"),
    ("durch eine neuere ersetzt", "replaced by a newer one"),
)
_WORDS: Final = (_DONE, _PASSING, _LASTING, _PASSING)
_GROUP: Final = {
    Fate.DELIVERED: ("zugestellt", "delivered"),
    Fate.PENDING: ("wird weiter versucht", "still trying"),
    Fate.FAILED_PERMANENTLY: ("endgültig nicht zustellbar", "failed for good"),
    Fate.FAILED_TEMPORARILY: ("nicht zustellbar, kein weiterer Versuch", "failed, no more tries"),
}


def fate_of(status: int) -> Fate:
    """Return what became of the message. A reserved value counts as "service rejected" (9.2.3.15)."""
    return _FATES[_known(status) >> 5]


def words_for(status: int, language: Language) -> str:
    """Return the status in words, such as `still trying: no answer from the recipient`."""
    known = _known(status)
    which = 0 if language == "de" else 1
    words, index = _WORDS[known >> 5], known & 0x1F
    group = _GROUP[fate_of(status)][which]
    if index >= len(words):
        return f"{group} (0x{status:02X})"
    return words[index][which] if known >> 5 == 0 else f"{group}: {words[index][which]}"


def _known(status: int) -> int:
    group, index = status >> 5, status & 0x1F
    reserved = group >= len(_FATES) or len(_WORDS[group]) <= index < _OWN_OF_CENTRE
    return _SERVICE_REJECTED if reserved else status
