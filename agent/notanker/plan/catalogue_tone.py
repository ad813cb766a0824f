"""What can be wrong with the wording of a text, in German and English."""

from __future__ import annotations

from typing import Final

from notanker.errors import Catalogue, Entry

CATALOGUE: Final = Catalogue(
    {
        "alarm-too-long": Entry(
            "error",
            (
                (
                    "Mit den längsten Werten dieses Plans braucht der Alarm {segments} SMS-Teile; "
                    "dann gilt der mitgelieferte Text."
                ),
                "Um {over} Zeichen kürzen; am meisten Platz braucht {name} ({units}).",
            ),
            (
                (
                    "With the longest values of this plan the alarm takes {segments} SMS parts; "
                    "the shipped text is used then."
                ),
                "Shorten it by {over} characters; most room is taken by {name} ({units}).",
            ),
        ),
        "may-be-too-long": Entry(
            "warning",
            (
                (
                    "Mit den längsten Werten dieses Plans braucht der Text {segments} SMS-Teile "
                    "statt {limit}; dann gilt der mitgelieferte Text."
                ),
                "Um {over} Zeichen kürzen; am meisten Platz braucht {name} ({units}).",
            ),
            (
                (
                    "With the longest values of this plan the text takes {segments} SMS parts "
                    "instead of {limit}; the shipped text is used then."
                ),
                "Shorten it by {over} characters; most room is taken by {name} ({units}).",
            ),
        ),
        "released-too-easily": Entry(
            "error",
            (
                "Dieser Text darf nicht mit weniger Freigaben hinausgehen als vorgesehen.",
                'release = "{release}" eintragen; bis dahin gilt das ohnehin.',
            ),
            (
                "This text must not go out with fewer releases than its kind asks for.",
                'Write release = "{release}"; it holds anyway.',
            ),
        ),
        "odd-audience": Entry(
            "warning",
            ("„{found}“ ist hier kein Empfängerkreis.", "Eintragen: {expected}."),
            ("'{found}' is no audience here.", "Write: {expected}."),
        ),
        "odd-stage": Entry(
            "warning",
            ("„{found}“ ist hier keine Phase.", "Eintragen: {expected}."),
            ("'{found}' is no stage here.", "Write: {expected}."),
        ),
        "lacks-affected": Entry(
            "warning",
            ("Es steht nicht da, was betroffen ist.", "Sagen, was nicht oder nur teils geht."),
            ("It does not say what is affected.", "Say what does not work, or only partly."),
        ),
        "lacks-works": Entry(
            "warning",
            (
                "Es steht nicht da, was noch geht.",
                "Sagen, was weiter läuft, etwa mit {{fallback}}.",
            ),
            ("It does not say what still works.", "Say what goes on, for example by {{fallback}}."),
        ),
        "lacks-we_do": Entry(
            "warning",
            ("Es steht nicht da, was wir tun.", "Ergänzen, etwa: Wir arbeiten daran."),
            ("It does not say what we do.", "Add it, such as: We are working on it."),
        ),
        "lacks-you_do": Entry(
            "warning",
            ("Es steht nicht da, was die Leser tun sollen.", "Ergänzen, mit „bitte“."),
            ("It does not say what the readers are to do.", "Add it, with 'please'."),
        ),
        "lacks-next": Entry(
            "warning",
            (
                "Es steht nicht da, wann es die nächste Info gibt.",
                "Ergänzen: Nächste Info {{next_update}}.",
            ),
            ("It does not say when the next update comes.", "Add: Next update {{next_update}}."),
        ),
        "lacks-reach": Entry(
            "warning",
            (
                "Es steht nicht da, wie man uns erreicht.",
                "Eine Nummer oder einen Weg nennen, etwa {{bridge}} oder {{callback}}.",
            ),
            (
                "It does not say how to reach us.",
                "Name a number or a way, such as {{bridge}} or {{callback}}.",
            ),
        ),
        "lacks-signoff": Entry(
            "warning",
            ("Niemand unterschreibt.", "Mit {{brand.signoff}} schließen."),
            ("Nobody signs.", "End with {{brand.signoff}}."),
        ),
        "lacks-sorry": Entry(
            "warning",
            (
                "Es fehlt ein Satz, der mitfühlt.",
                "Einen ergänzen, etwa: Bitte entschuldigen Sie die Unterbrechung.",
            ),
            (
                "A sentence that feels with the reader is missing.",
                "Add one, such as: Please accept our apologies for the interruption.",
            ),
        ),
        "sorry-twice": Entry(
            "warning",
            ("Der Text bittet {count}-mal um Nachsicht.", "Ein solcher Satz genügt."),
            ("The text is sorry {count} times.", "One such sentence is enough."),
        ),
        "blame": Entry(
            "warning",
            ("„{found}“ sucht Schuldige.", "Sagen, was gestört ist, nicht durch wen."),
            ("'{found}' looks for culprits.", "Say what is disturbed, not by whom."),
        ),
        "guess": Entry(
            "warning",
            ("„{found}“ ist eine Vermutung.", "Nach außen nur sagen, was feststeht."),
            ("'{found}' is a guess.", "Tell people outside nothing but what is certain."),
        ),
        "exclamations": Entry(
            "warning",
            ("„{found}“ klingt aufgeregt.", "Ein Ausrufezeichen genügt, meist reicht der Punkt."),
            ("'{found}' sounds excited.", "One exclamation mark is enough, mostly a full stop is."),
        ),
        "all-caps": Entry(
            "warning",
            ("„{found}“ in Großbuchstaben schreit.", "Normal schreiben."),
            ("'{found}' in capitals shouts.", "Write it as usual."),
        ),
        "promise": Entry(
            "warning",
            (
                "„{found}“ verspricht ein Ende.",
                "Streichen, oder im Kopf unter source nennen, wer das zugesagt hat.",
            ),
            (
                "'{found}' promises an end.",
                "Remove it, or name under source in the head who has promised that.",
            ),
        ),
        "jargon": Entry(
            "warning",
            ("„{found}“ versteht außerhalb der Technik niemand.", "Mit Alltagsworten sagen."),
            ("Nobody outside of technology knows '{found}'.", "Say it in everyday words."),
        ),
        "personal": Entry(
            "warning",
            (
                "„{found}“ gehört einer Person oder einem Konto.",
                "Streichen; Nummern setzen Platzhalter wie {{callback}} ein.",
            ),
            (
                "'{found}' belongs to a person or an account.",
                "Remove it; placeholders such as {{callback}} put numbers in.",
            ),
        ),
        "long-sentence": Entry(
            "warning",
            ("Der Satz „{found}“ hat {count} Wörter.", "In Sätze bis {limit} Wörter teilen."),
            ("The sentence '{found}' has {count} words.", "Cut it into sentences up to {limit}."),
        ),
        "forbidden-word": Entry(
            "warning",
            ("„{found}“ ist in brand.toml als verboten genannt.", "Anders sagen."),
            ("'{found}' is forbidden in brand.toml.", "Say it in other words."),
        ),
        "wrong-salutation": Entry(
            "warning",
            ("„{found}“ passt nicht zur Anrede „{salutation}“.", "So anreden wie in brand.toml."),
            ("'{found}' does not fit the salutation '{salutation}'.", "Use that of brand.toml."),
        ),
        "light-too-early": Entry(
            "warning",
            ("Die heitere Zeile steht hier zur falschen Zeit.", "Nur in T13 verwenden."),
            ("The light line stands here at the wrong time.", "Use it in T13 alone."),
        ),
        "spoken-too-long": Entry(
            "warning",
            (
                "Gesprochen sind das {words} Wörter in {seconds} Sekunden.",
                "Auf höchstens {max_words} Wörter und {max_seconds} Sekunden kürzen.",
            ),
            (
                "Spoken these are {words} words in {seconds} seconds.",
                "Shorten it to at most {max_words} words and {max_seconds} seconds.",
            ),
        ),
        "brand-too-long": Entry(
            "warning",
            ("Die Zeile hat mehr als {limit} Zeichen.", "Kürzen: sie steht auch in einer SMS."),
            ("The line has more than {limit} characters.", "Shorten it: an SMS has it too."),
        ),
        "brand-too-many": Entry(
            "warning",
            ("Es sind mehr als {limit} Wörter, die weiteren zählen nicht.", "Kürzen."),
            ("There are more than {limit} words, the others do not count.", "Shorten the list."),
        ),
        "brand-at-odds": Entry(
            "warning",
            ("Hier steht das verbotene Wort „{word}“.", "Eines von beiden ändern."),
            ("The forbidden word '{word}' stands here.", "Change one of the two."),
        ),
    }
)
