"""The shipped words of alarms, of what follows them inside, and of drills."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

Parts = tuple[str, ...]

ALARMS: Final[Mapping[tuple[str, str], Parts]] = {
    ("T1", "de"): (
        "STÖRUNG {site}: Hauptleitung aus",
        " seit {since}",
        ". Konferenz {bridge} PIN {pin}#",
        ". {fallback}",
        ". Ursache: {cause_internal}",
    ),
    ("T1", "en"): (
        "OUTAGE {site}: main line down",
        " since {since}",
        ". Bridge {bridge} PIN {pin}#",
        ". {fallback}",
        ". Cause: {cause_internal}",
    ),
    ("T1-system", "de"): (
        "STÖRUNG {site}",
        ": {system} antwortet nicht",
        " seit {since}",
        " ({needed_by})",
        ". Konferenz {bridge} PIN {pin}#",
    ),
    ("T1-system", "en"): (
        "OUTAGE {site}",
        ": {system} does not answer",
        " since {since}",
        " ({needed_by})",
        ". Bridge {bridge} PIN {pin}#",
    ),
    ("T1-again", "de"): (
        "STÖRUNG {site}: Hauptleitung wieder aus",
        " seit {since}",
        ", {outages}. Ausfall",
        ". Konferenz {bridge} PIN {pin}#",
        ". {fallback}",
        ". Ursache: {cause_internal}",
    ),
    ("T1-again", "en"): (
        "OUTAGE {site}: main line down again",
        " since {since}",
        ", outage {outages}",
        ". Bridge {bridge} PIN {pin}#",
        ". {fallback}",
        ". Cause: {cause_internal}",
    ),
    ("T1-system-again", "de"): (
        "STÖRUNG {site}",
        ": {system} antwortet wieder nicht",
        " seit {since}",
        ", {outages}. Ausfall",
        " ({needed_by})",
        ". Konferenz {bridge} PIN {pin}#",
    ),
    ("T1-system-again", "en"): (
        "OUTAGE {site}",
        ": {system} does not answer again",
        " since {since}",
        ", outage {outages}",
        " ({needed_by})",
        ". Bridge {bridge} PIN {pin}#",
    ),
    ("T12-system", "de"): (
        "ENTWARNUNG {site}",
        ": {system} antwortet wieder",
        ", Stand {now}",
        ". Ausfall {duration}",
        ". Danke!",
    ),
    ("T12-system", "en"): (
        "ALL CLEAR {site}",
        ": {system} answers again",
        " at {now}",
        ". Outage {duration}",
        ". Thank you!",
    ),
    ("T12", "de"): (
        "ENTWARNUNG {site}: Hauptleitung wieder stabil",
        ", Stand {now}",
        ". Ausfall {duration}",
        ". Danke!",
    ),
    ("T12", "en"): (
        "ALL CLEAR {site}: main line stable again",
        " at {now}",
        ". Outage {duration}",
        ". Thank you!",
    ),
    ("T2", "de"): (
        "Bitte mit OK {incident} antworten",
        " oder anrufen: {callback}",
        ". Keine Antwort in {wait_min} Min: nächste Stufe",
    ),
    ("T2", "en"): (
        "Please reply OK {incident}",
        " or call {callback}",
        ". No answer in {wait_min} min: next step",
    ),
    ("T2-bridge", "de"): (
        "STÖRUNG {site}: bitte jetzt in die Telefonkonferenz",
        ", {bridge} PIN {pin}#",
        ". Noch hat niemand quittiert",
        ". Störung seit {since}",
    ),
    ("T2-bridge", "en"): (
        "OUTAGE {site}: please join the conference now",
        ", {bridge} PIN {pin}#",
        ". Nobody has acknowledged yet",
        ". Down since {since}",
    ),
    ("T2-release", "de"): (
        "{site}: Störung {incident}, bitte Texte freigeben",
        ": {texts}",
        ". Antwort: FREIGABE {incident} {text} und Einmalcode",
    ),
    ("T2-release", "en"): (
        "{site}: incident {incident}, please release texts",
        ": {texts}",
        ". Reply RELEASE {incident} {text} and a one-time code",
    ),
    ("T2-on", "de"): (
        "{site}: bitte Störungsansage einschalten",
        " für {heads}",
        ". Zuständig: {hand}",
    ),
    ("T2-on", "en"): (
        "{site}: please switch the outage announcement on",
        " for {heads}",
        ". By: {hand}",
    ),
    ("T2-off", "de"): (
        "{site}: bitte Störungsansage ausschalten",
        " für {heads}",
        ". Wenn sie aus ist: AUS {incident} antworten",
        ". Zuständig: {hand}",
    ),
    ("T2-off", "en"): (
        "{site}: please switch the outage announcement off",
        " for {heads}",
        ". Once it is off reply OFF {incident}",
        ". By: {hand}",
    ),
    ("T11", "de"): (
        "UPDATE {update} {site}: Störung dauert an",
        ", Stand {now}",
        ". Nächste Info {next_update}, auch ohne Neues",
        ". {fallback}",
        ". Ursache: {cause_internal}",
    ),
    ("T11", "en"): (
        "UPDATE {update} {site}: outage goes on",
        " at {now}",
        ". Next update {next_update}, even without news",
        ". {fallback}",
        ". Cause: {cause_internal}",
    ),
    ("T11-system", "de"): (
        "UPDATE {update} {site}: Störung dauert an",
        ", Stand {now}",
        ". Nächste Info {next_update}, auch ohne Neues",
        ". {system} antwortet nicht",
        " ({needed_by})",
    ),
    ("T11-system", "en"): (
        "UPDATE {update} {site}: outage goes on",
        " at {now}",
        ". Next update {next_update}, even without news",
        ". {system} does not answer",
        " ({needed_by})",
    ),
    ("T11-ack", "de"): (
        "UPDATE {update} {site}: Störung übernommen",
        " von {acknowledged_by}",
        ", Stand {now}",
        ". Nächste Info {next_update}",
        ". {fallback}",
    ),
    ("T11-ack", "en"): (
        "UPDATE {update} {site}: outage taken on",
        " by {acknowledged_by}",
        " at {now}",
        ". Next update {next_update}",
        ". {fallback}",
    ),
    ("T14", "de"): (
        "ÜBUNG {site}: simulierter Ausfall",
        " seit {since}",
        ". Abbruch: {callback}",
        ". Bitte wie im Ernstfall handeln, keine Kunden informieren",
    ),
    ("T14", "en"): (
        "DRILL {site}: simulated outage",
        " since {since}",
        ". To abort: {callback}",
        ". Please act as in a real one, inform no customers",
    ),
}
"""By template id and language: the first part stays, the others are given up from the last to the first."""

ORDER: Final[Mapping[str, tuple[int, ...]]] = {
    "T1": (0, 1, 3, 4, 2),
    "T1-again": (0, 1, 2, 4, 5, 3),
    "T11": (0, 1, 3, 4, 2),
    "T11-system": (0, 1, 3, 4, 2),
    "T11-ack": (0, 1, 2, 4, 3),
    "T14": (0, 1, 3, 2),
    "T3": (0, 1, 4, 3, 2),
    "T3-system": (0, 1, 2, 4, 3),
    "T5": (0, 1, 3, 4, 5, 2),
    "T5-system": (0, 1, 2, 4, 5, 3),
}
"""Where a part stands in the text, when that differs from how dear it is; of the other SMS, too."""
