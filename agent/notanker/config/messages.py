"""The sentences on a configuration that cannot be meant."""

from __future__ import annotations

from typing import Final

from notanker.errors import Catalogue, Entry

CATALOGUE: Final = Catalogue(
    {
        "no-anchor": Entry(
            "error",
            ("Es gibt kein Prüfziel der Art icmp.", "Mindestens drei [[anchor]] mit kind = \"icmp\" eintragen."),
            ("There is no anchor of kind icmp.", "Write at least three [[anchor]] with kind = \"icmp\"."),
        ),
        "few-anchors": Entry(
            "warning",
            (
                "Nur {count} Prüfziel(e) der Art {kind}: fällt eines aus, sieht das wie ein Ausfall der Leitung aus.",
                "Mindestens drei von verschiedenen Betreibern eintragen.",
            ),
            (
                "Only {count} anchor(s) of kind {kind}: the failure of one looks like a failure of the line.",
                "Write at least three of different owners.",
            ),
        ),
        "same-interface": Entry(
            "error",
            ("Hauptleitung und Ersatzanbindung nutzen dieselbe Schnittstelle {name}.", "Eine von beiden ändern."),
            ("Primary line and backup uplink use the same interface {name}.", "Change one of them."),
        ),
        "lan-is-uplink": Entry(
            "error",
            ("Die Schnittstelle {name} ist eine Internetanbindung und kann nicht zugleich das LAN sein.", "Unter lan die Schnittstelle eintragen, an der die Geräte des Standorts hängen."),
            ("Interface {name} is an uplink and cannot be the LAN as well.", "Name under lan the interface that the site's devices are on."),
        ),
        "no-resolvers": Entry(
            "error",
            ("[dns] braucht die Resolver beider Anbindungen; [{uplink}] nennt keine.", "[{uplink}] resolvers = [\"192.0.2.53\"] mit den Adressen dieser Anbindung ergänzen."),
            ("[dns] needs the resolvers of both uplinks; [{uplink}] names none.", "Add [{uplink}] resolvers = [\"192.0.2.53\"] with the addresses of that uplink."),
        ),
        "double-name": Entry(
            "error",
            ("Das Plugin „{name}“ gibt es zweimal.", "Einem einen anderen Namen geben."),
            ("There are two plugins named '{name}'.", "Give one of them another name."),
        ),
        "no-such-plugin": Entry(
            "error",
            ("Ein [[plugin]] mit dem Namen „{name}“ gibt es nicht.", "Es anlegen oder den Namen berichtigen."),
            ("There is no [[plugin]] named '{name}'.", "Add it or correct the name."),
        ),
        "no-panel": Entry(
            "error",
            ("[power_cycle] braucht das Relais eines Panels; es gibt kein [panel].", "[panel] plugin = \"<Plugin>\" eintragen, oder enabled = false."),
            ("[power_cycle] needs the relay of a panel; there is no [panel].", "Write [panel] plugin = \"<plugin>\", or enabled = false."),
        ),
        "sources-unsigned": Entry(
            "error",
            ("Pläne aus [[plan.sources]] müssen unterschrieben sein: wer die Quelle hat, hätte sonst den Notfallplan.", "[plan] allowed_signers eintragen."),
            ("Plans of [[plan.sources]] must be signed: else whoever has the source has the emergency plan.", "Write [plan] allowed_signers."),
        ),
        "no-centre": Entry(
            "error",
            ("Die Quelle centre braucht eine Zentrale; es gibt kein [centre].", "[centre] mit url und key eintragen, oder die Quelle streichen."),
            ("The source centre needs a centre; there is no [centre].", "Write [centre] with url and key, or remove the source."),
        ),
        "too-many-watches": Entry(
            "error",
            ("Es gibt mehr als {limit} [[watch]].", "Nur überwachen, was Ursache eines Ausfalls sein kann."),
            ("There are more than {limit} [[watch]].", "Watch only what can be the cause of an outage."),
        ),
        "nobody-told": Entry(
            "warning",
            ("Kein Meldeweg: bei einem Ausfall erfährt niemand davon.", "[alerts] sms = [\"<Plugin>\"] eintragen."),
            ("No channel: in an outage nobody hears of it.", "Write [alerts] sms = [\"<plugin>\"]."),
        ),
    }
)  # fmt: skip
