"""The sentences on a plan's pictures and links."""

from __future__ import annotations

from typing import Final

from notanker.errors import Catalogue, Entry

CATALOGUE: Final = Catalogue(
    {
        "lonely-synonym": Entry(
            "warning",
            (
                "„{words}“ ist ein einziges Wort und hilft der Suche nicht.",
                "Dazuschreiben, wie es im Plan heißt: „Zuse Telefonanlage“.",
            ),
            (
                "'{words}' is a single word and does not help the search.",
                "Add what the plan calls it: 'Zuse telephone'.",
            ),
        ),
        "asset-too-large": Entry(
            "error",
            ("Das Bild hat {size} Bytes, erlaubt sind {limit}.", "Verkleinern, am besten als SVG."),
            ("The picture has {size} bytes, {limit} are allowed.", "Shrink it, best as SVG."),
        ),
        "no-picture": Entry(
            "error",
            ("Das ist kein Bild der Art, die der Name sagt.", "Als SVG oder PNG neu speichern."),
            ("This is no picture of the kind that its name says.", "Save it anew as SVG or PNG."),
        ),
        "asset-active": Entry(
            "error",
            (
                "Im Bild steht „{found}“: nichts darin darf laufen oder nachladen.",
                "Entfernen, etwa durch „als einfaches SVG speichern“.",
            ),
            (
                "The picture has '{found}' in it: nothing in it may run or load anything.",
                "Remove it, for example by 'save as plain SVG'.",
            ),
        ),
        "unused-asset": Entry(
            "warning",
            ("Dieses Bild zeigt keine Seite.", "Einbinden oder entfernen."),
            ("No page shows this picture.", "Show it or remove it."),
        ),
        "no-alt": Entry(
            "error",
            (
                "Zum Bild {target} fehlt, was darauf zu sehen ist.",
                "In die eckigen Klammern davor schreiben, was zu sehen ist.",
            ),
            (
                "Nothing says what the picture {target} shows.",
                "Write what is to be seen into the brackets before it.",
            ),
        ),
        "dead-link": Entry(
            "warning",
            ("„{target}“ gibt es im Plan nicht.", "Den Pfad berichtigen oder die Datei anlegen."),
            ("There is no '{target}' in the plan.", "Correct the path or create the file."),
        ),
        "form-unknown": Entry(
            "warning",
            (
                "Der Text nennt das Formular {id}, das es nicht gibt.",
                "In forms/ anlegen oder ändern; vorhanden: {known}.",
            ),
            (
                "The text names form {id}, which there is not.",
                "Add it to forms/ or change it; there are: {known}.",
            ),
        ),
        "no-such-text": Entry(
            "warning",
            (
                "Den Text {id} gibt es nicht.",
                "In templates/ anlegen oder ändern; es gibt T1 bis T15.",
            ),
            ("There is no text {id}.", "Add it to templates/ or change it; there are T1 to T15."),
        ),
        "no-such-state": Entry(
            "warning",
            (
                "„{id}“ ist kein Zustand der Leitung, das Szenario wird davon nie gewählt.",
                "Möglich sind: {known}.",
            ),
            (
                "'{id}' is no state of the line, it never selects this scenario.",
                "Possible are: {known}.",
            ),
        ),
        "no-bridge": Entry(
            "error",
            (
                "Stufe {order} ruft in die Telefonkonferenz, aber es gibt keine.",
                "[bridge] anlegen oder on_no_ack ändern.",
            ),
            (
                "Step {order} calls into the conference, but there is none.",
                "Add [bridge] or change on_no_ack.",
            ),
        ),
        "lonely-twin": Entry(
            "warning",
            (
                "Auf Deutsch gibt es „{id}“ nicht; die englischen Wörter stehen nutzlos da.",
                "Entfernen oder umbenennen.",
            ),
            (
                "There is no '{id}' in German; these English words are of no use.",
                "Remove or rename them.",
            ),
        ),
        "odd-file-name": Entry(
            "warning",
            ("Die Datei heißt nicht wie ihre Kennung „{id}“.", "Datei oder id umbenennen."),
            ("The file is not called like its id '{id}'.", "Rename the file or the id."),
        ),
    }
)
