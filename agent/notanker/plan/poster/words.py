"""The words of poster and card, German and English."""

from __future__ import annotations

from typing import Final

Pair = tuple[str, str]

QUESTION: Final[Pair] = ("Kein Internet? Kein Telefon?", "No internet? No phone?")
PROMISE: Final[Pair] = (
    "Ruhig bleiben. Was jetzt zu tun ist, steht auf deinem Handy.",
    "Stay calm. What to do now is on your phone.",
)
JOIN: Final[Pair] = ("Ins WLAN", "Join the Wi-Fi")
OPEN: Final[Pair] = ("Plan öffnen", "Open the plan")
NETWORK: Final[Pair] = ("WLAN", "Wi-Fi")
KEY: Final[Pair] = ("Schlüssel", "Key")
OPEN_NETWORK: Final[Pair] = ("ohne Schlüssel", "no key")
TYPE: Final[Pair] = ("oder im Browser eintippen", "or type it in the browser")
STEPS: Final[tuple[tuple[Pair, Pair], ...]] = (
    (("Kamera am", "Handy öffnen"), ("Open your", "phone's camera")),
    (("Code A scannen,", "verbinden"), ("Scan code A,", "connect")),
    (("„Verbunden", "bleiben“ tippen"), ("Tap “Stay", "connected”")),
    (("Code B scannen,", "Plan öffnen"), ("Scan code B,", "open the plan")),
    (("Schritt für", "Schritt folgen"), ("Follow it", "step by step")),
)
DONE: Final[Pair] = (
    "Fertig? WLAN verlassen, dann gehen mobile Daten wieder.",
    "Done? Leave the Wi-Fi, then mobile data works again.",
)
DANGER: Final[Pair] = ("Feuer, Unfall 112 · Polizei 110", "Fire, accident 112 · Police 110")
OWNER: Final[Pair] = ("Verantwortlich", "Responsible")
VERSION: Final[Pair] = ("Fassung", "Version")
FOLD: Final[Pair] = ("Notfallplan", "Emergency plan")
BRIDGE: Final[Pair] = ("Telefonkonferenz", "Conference")
