"""What can be wrong when a plan is taken into force or kept there, in German and English."""

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
        "clock-ahead": Entry(
            "warning",
            (
                "Die Uhr zeigt mehr als {days} Tage nach der letzten sicheren Zeit ({at}) und wird nicht geglaubt (CLK-02).",
                "Die Zeitquelle prüfen. Geht sie richtig, bestätigt ein neu unterschriebener Plan die Zeit.",
            ),
            (
                "The clock shows more than {days} days after the last time that is certain ({at}), and is not believed (CLK-02).",
                "Check its source. If it is right, a plan that is signed anew confirms the time.",
            ),
        ),
        "odd-path": Entry(
            "error",
            (
                "Das Manifest nennt einen Pfad, der nicht erlaubt ist ({path}).",
                "Den Plan neu packen.",
            ),
            ("The manifest names a path that is not allowed ({path}).", "Pack the plan anew."),
        ),
        "listed-too-large": Entry(
            "error",
            (
                "Die Dateien des Manifests haben zusammen mehr als {limit} Bytes.",
                "Große Dateien verkleinern oder entfernen.",
            ),
            (
                "The files of the manifest have more than {limit} bytes together.",
                "Shrink or remove large files.",
            ),
        ),
        "too-new": Entry(
            "error",
            (
                "Dieser Plan braucht notanker {needed} oder neuer, hier läuft {own}.",
                "notanker aktualisieren, oder den Plan für diese Version packen.",
            ),
            (
                "This plan needs notanker {needed} or newer, here {own} runs.",
                "Update notanker, or pack the plan for this version.",
            ),
        ),
        "file-not-read": Entry(
            "error",
            ("Das ist nicht lesbar ({reason}).", "Datenträger und Rechte prüfen, neu übertragen."),
            ("This cannot be read ({reason}).", "Check medium and permissions, transfer it anew."),
        ),
        "not-shown": Entry(
            "error",
            (
                "Das Portal zeigt die Seite {page} dieses Plans nicht ({reason}).",
                "Diesen Plan mit „notanker plan check“ prüfen und den Fehler melden.",
            ),
            (
                "The portal does not show the page {page} of this plan ({reason}).",
                "Check this plan with 'notanker plan check', and report the fault.",
            ),
        ),
        "under-way": Entry(
            "error",
            ("Gerade wird schon ein Plan übernommen.", "Kurz warten und noch einmal versuchen."),
            ("A plan is being accepted just now.", "Wait a moment and try again."),
        ),
        "not-remembered": Entry(
            "warning",
            (
                "Die Nummer des Plans ließ sich nicht merken ({reason}); er gilt trotzdem.",
                "Platz und Rechte des Ablageordners prüfen; bis dahin wäre ein älterer Plan wieder möglich.",
            ),
            (
                "The number of the plan could not be remembered ({reason}); it is in force all the same.",
                "Check space and permissions of the store; until then an older plan would be possible again.",
            ),
        ),
        "no-word": Entry(
            "error",
            (
                "Die Übernahme endete ohne Auskunft (Status {status}); der bisherige Plan gilt weiter.",
                "Platz auf dem Datenträger und Arbeitsspeicher prüfen, dann den Plan noch einmal übernehmen.",
            ),
            (
                "Accepting ended without a word (status {status}); the plan before stays in force.",
                "Check the space on the disk and the memory, then accept the plan again.",
            ),
        ),
        "too-slow": Entry(
            "error",
            (
                "Die Übernahme war nach {limit} Sekunden nicht fertig und wurde beendet; der bisherige Plan gilt weiter.",
                "Prüfen, ob Datenträger und allowed_signers lesbar sind, dann den Plan noch einmal übernehmen.",
            ),
            (
                "Accepting was not done after {limit} seconds and was ended; the plan before stays in force.",
                "Check that disk and allowed_signers can be read, then accept the plan again.",
            ),
        ),
        "bad-heartbeat": Entry(
            "warning",
            (
                "Das Lebenszeichen der Planverteilung gilt nicht ({reason}).",
                "Mit dem Schlüssel für heartbeat@notanker neu unterschreiben.",
            ),
            (
                "The heartbeat of the plan's distribution does not count ({reason}).",
                "Sign it anew with the key for heartbeat@notanker.",
            ),
        ),
        "newer-exists": Entry(
            "warning",
            (
                "Es gibt schon den Plan Nummer {seq}; hier ist er nicht in Kraft.",
                "Prüfen, warum er nicht ankommt oder abgelehnt wird.",
            ),
            (
                "There is already a plan number {seq}; it is not in force here.",
                "Find out why it does not arrive, or is refused.",
            ),
        ),
    }
)
