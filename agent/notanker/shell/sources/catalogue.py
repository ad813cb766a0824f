"""What can go wrong on the way of a plan, in German and English."""

from __future__ import annotations

from typing import Final

from notanker.errors import Catalogue, Entry

CATALOGUE: Final = Catalogue(
    {
        "not-reached": Entry(
            "warning",
            (
                "Die Quelle antwortet nicht ({reason}); der bisherige Plan gilt weiter.",
                "Leitung, Adresse und Zugang prüfen; es wird von selbst wieder versucht.",
            ),
            (
                "The source does not answer ({reason}); the plan before stays in force.",
                "Check line, address and access; it is tried again by itself.",
            ),
        ),
        "too-slow": Entry(
            "warning",
            (
                "Die Quelle war nach {limit} Sekunden nicht fertig; was da ist, bleibt liegen.",
                "Nichts tun: beim nächsten Mal geht es dort weiter.",
            ),
            (
                "The source was not done after {limit} seconds; what has come is kept.",
                "Do nothing: next time it goes on from there.",
            ),
        ),
        "not-let-in": Entry(
            "error",
            (
                "Die Quelle lässt diesen Standort nicht ein ({reason}).",
                "Schlüssel und Benutzer prüfen, hier und auf der Gegenseite.",
            ),
            (
                "The source does not let this site in ({reason}).",
                "Check key and user, here and at the other end.",
            ),
        ),
        "other-host": Entry(
            "error",
            (
                "Die Gegenseite ist nicht die, die sie sein soll ({reason}).",
                "Klären, ob der Rechner getauscht wurde; nur dann seinen neuen Schlüssel eintragen.",
            ),
            (
                "The other end is not whom it has to be ({reason}).",
                "Find out whether the machine was replaced; only then write its new key.",
            ),
        ),
        "odd-answer": Entry(
            "error",
            (
                "Die Quelle antwortet nicht wie eine Planablage ({reason}); der bisherige Plan gilt weiter.",
                "Adresse und Inhalt der Quelle prüfen.",
            ),
            (
                "The source does not answer as one of plans does ({reason}); the plan before stays in force.",
                "Check the source's address and content.",
            ),
        ),
        "other-content": Entry(
            "error",
            (
                "Die Quelle gibt für diese Datei anderes heraus als unterschrieben ist; der bisherige Plan gilt weiter.",
                "Den Plan dort vollständig neu ablegen; sonst klären, wer die Quelle verändert hat.",
            ),
            (
                "For this file the source gives something else than was signed; the plan before stays in force.",
                "Put the whole plan there anew; else find out who changed the source.",
            ),
        ),
        "nothing-there": Entry(
            "warning",
            (
                "Dort liegt kein Plan ({reason}).",
                "Den gepackten und unterschriebenen Plan ablegen.",
            ),
            ("There is no plan ({reason}).", "Put the packed and signed plan there."),
        ),
        "waits": Entry(
            "warning",
            (
                "Ein neuer Plan wartet auf die Hauptleitung: {size} Bytes sind über LTE zu viel (erlaubt {limit}).",
                "Nichts tun, oder einen Stick bringen.",
            ),
            (
                "A new plan waits for the primary line: {size} bytes are too much over LTE (allowed {limit}).",
                "Do nothing, or bring a stick.",
            ),
        ),
        "not-over-lte": Entry(
            "warning",
            (
                "Diese Quelle wird über LTE nicht gefragt.",
                "Nichts tun: sie kommt mit der Hauptleitung wieder dran.",
            ),
            (
                "This source is not asked over LTE.",
                "Do nothing: it has its turn with the primary line again.",
            ),
        ),
        "not-installed": Entry(
            "error",
            (
                "Für diese Quelle fehlt {what} auf diesem Rechner.",
                "Installieren: {how}.",
            ),
            ("For this source {what} is missing on this machine.", "Install it: {how}."),
        ),
        "not-kept": Entry(
            "error",
            (
                "Was ankam, ließ sich nicht ablegen ({reason}); der bisherige Plan gilt weiter.",
                "Platz und Rechte von {folder} prüfen.",
            ),
            (
                "What came could not be kept ({reason}); the plan before stays in force.",
                "Check space and permissions of {folder}.",
            ),
        ),
    }
)
