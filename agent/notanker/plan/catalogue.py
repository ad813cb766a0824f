"""What can be wrong in a plan, in German and English."""

from __future__ import annotations

from typing import Final

from notanker.errors import Catalogue, Entry

CATALOGUE: Final = Catalogue(
    {
        "no-folder": Entry(
            "error",
            ("Der Ordner ist nicht lesbar ({reason}).", "Pfad und Rechte prüfen."),
            ("The folder cannot be read ({reason}).", "Check its path and permissions."),
        ),
        "too-many-files": Entry(
            "error",
            ("Der Plan hat mehr als {limit} Dateien.", "Dateien entfernen, die nicht dazugehören."),
            ("The plan has more than {limit} files.", "Remove files that are no part of it."),
        ),
        "plan-too-large": Entry(
            "error",
            ("Der Plan ist größer als {limit} Bytes.", "Große Dateien verkleinern oder entfernen."),
            ("The plan is larger than {limit} bytes.", "Shrink or remove large files."),
        ),
        "no-regular-file": Entry(
            "error",
            (
                "Das ist weder Datei noch Ordner, etwa eine Verknüpfung.",
                "Durch die Datei selbst ersetzen.",
            ),
            (
                "This is neither a file nor a folder, but a link for example.",
                "Put the file itself in its place.",
            ),
        ),
        "bad-name": Entry(
            "error",
            ("Der Dateiname {name} ist nicht erlaubt.", "Nur A-Z a-z 0-9 . _ - verwenden."),
            ("The file name {name} is not allowed.", "Use A-Z a-z 0-9 . _ - alone."),
        ),
        "unknown-file": Entry(
            "warning",
            ("Diese Datei gehört zu keinem Teil des Plans.", "Entfernen oder umbenennen."),
            ("This file is no part of a plan.", "Remove or rename it."),
        ),
        "missing-file": Entry(
            "error",
            ("Die Datei fehlt.", "Anlegen; sie enthält {holds}."),
            ("The file is missing.", "Create it; it holds {holds}."),
        ),
        "no-front-matter": Entry(
            "error",
            (
                "Der Kopf zwischen zwei Zeilen „+++“ fehlt.",
                "Die Datei mit „+++“, den Feldern und wieder „+++“ beginnen.",
            ),
            (
                "The head between two lines '+++' is missing.",
                "Begin the file with '+++', the fields and '+++' again.",
            ),
        ),
        "missing-field": Entry(
            "error",
            ("Das Pflichtfeld „{key}“ fehlt.", "In {file} ergänzen."),
            ("The mandatory field '{key}' is missing.", "Add it to {file}."),
        ),
        "no-such-zone": Entry(
            "error",
            ("Die Zeitzone „{zone}“ gibt es nicht.", "Etwa „Europe/Berlin“ eintragen."),
            ("There is no time zone '{zone}'.", "Name one such as 'Europe/Berlin'."),
        ),
        "review-too-late": Entry(
            "warning",
            (
                "Zwischen letzter und nächster Prüfung liegen {days} Tage.",
                "review_by auf höchstens 366 Tage nach reviewed_on setzen.",
            ),
            (
                "There are {days} days between the last and the next review.",
                "Set review_by to at most 366 days after reviewed_on.",
            ),
        ),
        "twice": Entry(
            "error",
            (
                "„{id}“ gibt es schon, die zweite Angabe zählt nicht.",
                "Umbenennen oder streichen.",
            ),
            ("'{id}' exists already, the second one does not count.", "Rename or remove it."),
        ),
        "no-such-contact": Entry(
            "error",
            ("Den Kontakt „{id}“ gibt es nicht.", "In contacts.toml anlegen oder ersetzen."),
            ("There is no contact '{id}'.", "Add it to contacts.toml or name another."),
        ),
        "no-such-role": Entry(
            "error",
            ("Die Rolle „{id}“ gibt es nicht.", "In roles.toml anlegen oder ersetzen."),
            ("There is no role '{id}'.", "Add it to roles.toml or name another."),
        ),
        "no-such-resource": Entry(
            "warning",
            (
                "„{id}“ ist keines der bekannten Betriebsmittel.",
                "Bekannt sind: {known}. Eigene in plan.toml unter resources nennen.",
            ),
            (
                "'{id}' is none of the known resources.",
                "Known are: {known}. Name your own in plan.toml under resources.",
            ),
        ),
        "no-such-need": Entry(
            "error",
            (
                "„{id}“ ist weder ein System noch etwas, das ein System bereitstellt.",
                "Die Kennung berichtigen, oder das System anlegen, dessen provides „{id}“ enthält.",
            ),
            (
                "'{id}' is neither a system nor anything that a system provides.",
                "Correct the id, or add the system whose provides has '{id}' in it.",
            ),
        ),
        "needs-itself": Entry(
            "error",
            (
                "Diese Systeme brauchen einander im Kreis: {way}.",
                "Eine dieser Angaben in needs streichen; bis dahin zählt eine von ihnen nicht.",
            ),
            (
                "These systems need one another in a circle: {way}.",
                "Remove one of them from needs; until then one of them does not count.",
            ),
        ),
        "too-many-systems": Entry(
            "error",
            (
                "Es gibt mehr als {limit} Systeme, die weiteren zählen nicht.",
                "Systeme zusammenfassen, die immer miteinander ausfallen.",
            ),
            (
                "There are more than {limit} systems, the others do not count.",
                "Put systems together that always fail together.",
            ),
        ),
        "no-line": Entry(
            "warning",
            (
                "Kein System stellt „site-internet“ bereit: die Hauptleitung kommt im Plan nicht vor.",
                'Beim Leitungsanbieter provides = ["site-internet"] eintragen.',
            ),
            (
                "No system provides 'site-internet': the plan does not know the primary line.",
                'Write provides = ["site-internet"] at the line\'s provider.',
            ),
        ),
        "no-host": Entry(
            "error",
            (
                "„{text}“ ist kein Ort im Internet.",
                "Etwa sip.example:5060/udp, 203.0.113.0/24 oder [2001:db8::1]:443/tcp eintragen.",
            ),
            (
                "'{text}' is no place on the internet.",
                "Write one such as sip.example:5060/udp, 203.0.113.0/24 or [2001:db8::1]:443/tcp.",
            ),
        ),
        "core-without-hosts": Entry(
            "warning",
            (
                "Der Kern-Service {id} nennt keine hosts: als Gateway lässt der Agent ihn nicht über LTE.",
                "Unter hosts eintragen, wo er im Internet liegt.",
            ),
            (
                "Core service {id} names no hosts: as a gateway the agent does not let it use LTE.",
                "Name under hosts where it lives on the internet.",
            ),
        ),
        "no-such-form": Entry(
            "error",
            ("Das Formular „{id}“ gibt es nicht.", "In forms/ anlegen; vorhanden: {known}."),
            ("There is no form '{id}'.", "Add it to forms/; there are: {known}."),
        ),
        "no-such-service": Entry(
            "error",
            ("Den Service „{id}“ gibt es nicht.", "In services.toml anlegen; vorhanden: {known}."),
            ("There is no service '{id}'.", "Add it to services.toml; there are: {known}."),
        ),
        "no-such-scenario": Entry(
            "error",
            ("Das Szenario „{id}“ gibt es nicht.", "In scenarios/ anlegen; vorhanden: {known}."),
            ("There is no scenario '{id}'.", "Add it to scenarios/; there are: {known}."),
        ),
        "plan-cover": Entry(
            "warning",
            (
                "In diesem Szenario hilft dem Kern-Service „{service}“ keine einzige Maßnahme.",
                "Eine Maßnahme anlegen, die ohne das Verlorene auskommt (needs).",
            ),
            (
                "In this scenario not one measure helps the core service '{service}'.",
                "Add a measure that does without what is lost (needs).",
            ),
        ),
        "keeps-unsaid": Entry(
            "warning",
            (
                "Welche Services die Maßnahme am Leben hält, steht nirgends; sie zählt für keinen.",
                "keeps ergänzen: Kennungen aus services.toml, oder keeps = [] für keinen.",
            ),
            (
                "Nothing says which services the measure keeps alive; it counts for none.",
                "Add keeps: ids of services.toml, or keeps = [] for none.",
            ),
        ),
        "no-steps": Entry(
            "error",
            ("Es gibt keine Eskalationsstufe.", "Mindestens eine [[step]] anlegen."),
            ("There is no escalation step.", "Add at least one [[step]]."),
        ),
        "no-sms": Entry(
            "error",
            (
                "„{name}“ soll gemeldet bekommen, hat aber keine Adresse dafür.",
                "Beim Kontakt {id} sms = true, eine Nummer, email oder addresses setzen.",
            ),
            (
                "'{name}' is to be told but has no address for it.",
                "Set sms = true, a number, email or addresses at contact {id}.",
            ),
        ),
        "notice-outside": Entry(
            "error",
            (
                "{template} ist für Leute draußen und geht erst nach Freigabe hinaus, nie von selbst.",
                "Einen internen Text angeben, etwa T3, T4 oder T5.",
            ),
            (
                "{template} is for people outside and leaves once it is released, never by itself.",
                "Name a text for inside, such as T3, T4 or T5.",
            ),
        ),
        "sms-guessed": Entry(
            "warning",
            (
                "Ob „{name}“ unter phone SMS empfängt, steht nirgends; es wird versucht.",
                "Beim Kontakt {id} sms = true, sms = false oder eine Nummer setzen.",
            ),
            (
                "Nothing says whether '{name}' gets SMS at phone; it is tried.",
                "Set sms = true, sms = false or a number at contact {id}.",
            ),
        ),
        "nobody": Entry(
            "error",
            (
                "Stufe {order} erreicht niemanden.",
                "Inhaber oder Vertretung der Rolle „{role}“ mit SMS-Nummer oder anderer Adresse eintragen.",
            ),
            (
                "Step {order} reaches nobody.",
                "Give the role '{role}' a holder or deputy with a number for SMS or another address.",
            ),
        ),
        "no-section": Entry(
            "warning",
            ("Der Abschnitt „{heading}“ fehlt.", "Ergänzen, auch wenn er kurz ist."),
            ("The section '{heading}' is missing.", "Add it, even if it is short."),
        ),
        "odd-step": Entry(
            "warning",
            (
                "Die Angabe {text} vor dem Schritt ist nicht lesbar.",
                "So schreiben: - [ ] {{rolle: facility, bis: 5 min}} Text",
            ),
            (
                "The note {text} before the step cannot be read.",
                "Write it so: - [ ] {{role: facility, by: 5 min}} text",
            ),
        ),
        "no-twin": Entry(
            "warning",
            (
                "Die englische Fassung fehlt; gezeigt wird die deutsche.",
                "i18n/en/{file} anlegen.",
            ),
            (
                "There is no English version; the German one is shown.",
                "Add i18n/en/{file}.",
            ),
        ),
        "odd-twin": Entry(
            "error",
            (
                "Zu dieser Fassung „{id}“ fehlt die deutsche.",
                "Kennung und Dateinamen wie im deutschen Teil setzen.",
            ),
            (
                "There is no German version of this '{id}'.",
                "Use the id and file name of the German part.",
            ),
        ),
        "empty-text": Entry(
            "error",
            ("Der Text ist leer.", "Den Text unter dem Kopf schreiben."),
            ("The text is empty.", "Write the text below the head."),
        ),
        "unknown-placeholder": Entry(
            "error",
            ("Den Platzhalter {name} gibt es nicht.", "Möglich sind: {known}."),
            ("There is no placeholder {name}.", "Possible are: {known}."),
        ),
        "empty-value": Entry(
            "error",
            (
                "Zum Platzhalter {name} gibt es jetzt keinen Wert; der mitgelieferte Text gilt.",
                "Einen Text ohne diesen Platzhalter schreiben oder den Wert im Plan ergänzen.",
            ),
            (
                "There is no value for the placeholder {name} now; the shipped text is used.",
                "Write a text without this placeholder or add the value to the plan.",
            ),
        ),
        "too-long": Entry(
            "error",
            (
                (
                    "Der Text braucht {segments} SMS-Teile, erlaubt sind {limit}; "
                    "der mitgelieferte Text gilt."
                ),
                "Um mindestens {over} Zeichen kürzen.",
            ),
            (
                (
                    "The text takes {segments} SMS parts, {limit} are allowed; "
                    "the shipped text is used."
                ),
                "Shorten it by at least {over} characters.",
            ),
        ),
        "not-for-public": Entry(
            "error",
            ("{name} ist nichts für Leute außerhalb des Hauses.", "Möglich sind: {known}."),
            ("{name} is not for people outside.", "Possible are: {known}."),
        ),
        "value-too-long": Entry(
            "error",
            ("Der Wert von {name} hat mehr als {limit} Zeichen.", "Einen kürzeren Namen geben."),
            ("The value of {name} has more than {limit} characters.", "Give it a shorter name."),
        ),
        "no-such-language": Entry(
            "error",
            ("Texte gibt es nicht auf {language}.", "Beim Kontakt de oder en eintragen."),
            ("There are no texts in {language}.", "Write de or en at the contact."),
        ),
        "not-stored": Entry(
            "error",
            (
                "Der Plan ließ sich nicht ablegen ({reason}); der bisherige gilt weiter.",
                "Platz und Rechte des Ablageordners prüfen.",
            ),
            (
                "The plan could not be stored ({reason}); the one before stays in force.",
                "Check space and permissions of the store.",
            ),
        ),
        "refused": Entry(
            "error",
            (
                "Der Plan hat mehr Fehler als der bisherige; der bisherige gilt weiter.",
                "Die gemeldeten Fehler beheben und den Plan noch einmal übernehmen.",
            ),
            (
                "The plan has more errors than the one before, which stays in force.",
                "Mend what is reported and accept the plan again.",
            ),
        ),
        "damaged": Entry(
            "error",
            (
                "Die abgelegten Dateien des Plans sind nicht mehr die übernommenen.",
                "Den Plan noch einmal übernehmen und den Datenträger prüfen.",
            ),
            (
                "The stored files of the plan are no longer those accepted.",
                "Accept the plan again and check the disk.",
            ),
        ),
        "no-plan": Entry(
            "warning",
            ("Es ist noch kein Plan übernommen.", "Mit „notanker plan accept“ übernehmen."),
            ("No plan has been accepted yet.", "Accept one with 'notanker plan accept'."),
        ),
    }
)
