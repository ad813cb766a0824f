"""What can be wrong with a plan's signatures and its manifest, in German and English."""

from __future__ import annotations

from typing import Final

from notanker.errors import Catalogue, Entry

CATALOGUE: Final = Catalogue(
    {
        "not-signed": Entry(
            "error",
            (
                "Der Plan ist nicht unterschrieben: manifest.json fehlt.",
                "Mit „notanker plan pack“ und „notanker plan sign“ unterschreiben.",
            ),
            (
                "The plan is not signed: there is no manifest.json.",
                "Sign it with 'notanker plan pack' and 'notanker plan sign'.",
            ),
        ),
        "bad-manifest": Entry(
            "error",
            (
                "Das Manifest ist nicht lesbar ({reason}).",
                "Den Plan neu packen und unterschreiben.",
            ),
            ("The manifest cannot be read ({reason}).", "Pack and sign the plan anew."),
        ),
        "bad-signature": Entry(
            "error",
            (
                "Diese Unterschrift gilt nicht ({reason}).",
                "Mit einem Schlüssel aus allowed_signers neu unterschreiben.",
            ),
            (
                "This signature does not count ({reason}).",
                "Sign anew with a key of allowed_signers.",
            ),
        ),
        "too-few-signers": Entry(
            "error",
            (
                "Gültig unterschrieben haben {count} von {needed} Personen; der bisherige Plan gilt weiter.",
                "Den Plan von den fehlenden Personen unterschreiben lassen.",
            ),
            (
                "{count} of {needed} people have signed validly; the plan before stays in force.",
                "Have the missing people sign the plan.",
            ),
        ),
        "other-site": Entry(
            "error",
            (
                "Das ist der Plan von „{id}“, hier gilt der von „{own}“.",
                "Den Plan dieses Standorts nehmen.",
            ),
            (
                "This is the plan of '{id}', here that of '{own}' counts.",
                "Take the plan of this site.",
            ),
        ),
        "older-number": Entry(
            "error",
            (
                "Die Nummer {seq} ist kleiner als eine schon übernommene; der bisherige Plan gilt weiter.",
                "Auch ein zurückgenommener Plan bekommt eine neue, höhere seq.",
            ),
            (
                "The number {seq} is lower than one accepted before; the plan before stays in force.",
                "A plan that is taken back gets a new, higher seq as well.",
            ),
        ),
        "same-number": Entry(
            "error",
            (
                "Unter der Nummer {seq} wurde schon ein anderer Plan übernommen: jemand hat zwei verschiedene unterschrieben.",
                "Klären, wer unterschrieben hat; dann seq erhöhen und neu unterschreiben.",
            ),
            (
                "Another plan has been accepted under the number {seq}: somebody signed two different ones.",
                "Find out who signed; then raise seq and sign anew.",
            ),
        ),
        "file-not-there": Entry(
            "error",
            ("Diese Datei steht im Manifest und fehlt.", "Den Plan vollständig übertragen."),
            ("This file is listed in the manifest and missing.", "Transfer the whole plan."),
        ),
        "file-not-listed": Entry(
            "error",
            (
                "Diese Datei steht nicht im Manifest.",
                "Entfernen, oder den Plan neu packen und unterschreiben.",
            ),
            (
                "This file is not listed in the manifest.",
                "Remove it, or pack and sign the plan anew.",
            ),
        ),
        "file-changed": Entry(
            "error",
            (
                "Diese Datei ist nicht die unterschriebene.",
                "Den Plan neu übertragen, oder neu packen und unterschreiben.",
            ),
            (
                "This file is not the signed one.",
                "Transfer the plan anew, or pack and sign it anew.",
            ),
        ),
        "clock-behind": Entry(
            "warning",
            (
                "Die Uhr geht nach: sie zeigt eine Zeit vor der dieser Version (CLK-01).",
                "Die Zeitquelle prüfen; Unterschriften werden bis dahin mit der letzten sicheren Zeit geprüft.",
            ),
            (
                "The clock is behind: it shows a time before this version was made (CLK-01).",
                "Check its source; until then signatures are checked for the last time that is certain.",
            ),
        ),
    }
)
