"""What stays in memory for months is chosen: nothing heavy comes in by an import that nobody meant.

Each import is one for the whole life of a process, on a machine with one gigabyte for everything; and
it is waited for after each power cut, before the first probe. Sizes: MiB of private memory on x86.
"""

from __future__ import annotations

import subprocess
import sys

import pytest

AGENT = "notanker.cli, notanker.cli.agent, notanker.shell.running, notanker.shell.logs"
CHILD = "notanker.plugin.child"
HUAWEI = "notanker.plugin.child, notanker_huawei_lte"
PANEL = "notanker.plugin.child, notanker_gpio_panel"
AT = "notanker.plugin.child, notanker_at_modem"
CAP = "notanker.plugin.child, notanker_cap_webhook"
PBX = "notanker.plugin.child, notanker_pbx"

LIBRARIES = {AGENT: {"h11", "msgspec", "notanker"}, CHILD: {"msgspec", "notanker"}}
"""All that is not Python's own; one more is a decision, to be written down in docs/adr."""

TOLERATED = {"typing_extensions"}
"""What msgspec takes if somebody else has installed it."""

HEAVY = {
    AGENT: {
        "argparse": "the command line is read elsewhere",
        "csv": "comes with importlib.metadata",
        "difflib": "only for a wrong key (0.2)",
        "email": "comes with importlib.metadata and http.client (0.6)",
        "http": "h11 speaks HTTP",
        "importlib.metadata": "plugins are found by their own process (1.2)",
        "json": "msgspec reads and writes JSON",
        "multiprocessing": "children are started by hand",
        "pydoc": "nobody asks an agent for help",
        "random": "os.urandom is there",
        "tempfile": "files are written beside the old one",
        "unittest": "no test in the product",
        "urllib.request": "h11 speaks HTTP",
        "xml": "no XML outside the plugins",
        "zipfile": "comes with importlib.metadata (0.3)",
        "zoneinfo": "only once a message is written; brings all of Python's build settings (0.8)",
        "notanker.plan.brand": "few plans have one",
        "notanker.plan.kinds": "wanted when a plan is read",
        "notanker.plan.longest": "wanted when a plan is read",
        "notanker.plan.render": "a process of its own renders",
        "notanker.plan.spoken": "only `notanker plan check` asks how long a text is spoken",
        "notanker.plan.tone": "only `notanker plan check` asks for the tone",
        "notanker.plan.words_shipped": "no alarm needs them",
        "notanker.core.panel": "most sites have no panel",
        "notanker.core.report": "a report is written once an incident is over",
        "notanker.portal": "a process of its own shows",
        "notanker.plugin.sms.decoding": "PDUs are a plugin's business; the agent measures texts",
        "notanker.cli.commands": "a plain `notanker run` needs no command line",
        "notanker.cli.output": "a plain `notanker run` needs no command line",
    },
    CHILD: {
        "argparse": "two numbers need no parser (0.4)",
        "asyncio": "a child does one thing at a time (7)",
        "sqlite3": "the journal is the agent's",
        "notanker.plugin.sms": "only a plugin that speaks to a modem needs it",
        "notanker.plugin.web": "only a plugin that speaks to a web service needs it",
        "notanker.core": "a child knows of nothing but its plugin",
        "notanker.shell": "a child knows of nothing but its plugin",
    },
    PANEL: {
        "asyncio": "a child does one thing at a time (7)",
        "gpiozero.pins.mock": "only for the lab",
        "notanker.core": "a child knows of nothing but its plugin",
    },
    AT: {
        "asyncio": "a child does one thing at a time (7)",
        "hashlib": "a checksum tells two SMS apart (0.5)",
        "notanker.core": "a child knows of nothing but its plugin",
        "notanker.plugin.sms.national": "two of three hundred SMS need it",
        "serial.rfc2217": "only for who has such a port",
        "subprocess": "only to cut a modem's power (0.2)",
    },
    CAP: {
        "asyncio": "a child does one thing at a time (7)",
        "hashlib": "only who signs alerts needs it",
        "xml": "only while an alert is written",
        "notanker.core": "a child knows of nothing but its plugin",
    },
    PBX: {
        "asyncio": "a child does one thing at a time (7)",
        "http": "an announcement is switched twice a year",
        "subprocess": "an announcement is switched twice a year",
        "notanker.core": "a child knows of nothing but its plugin",
    },
    HUAWEI: {
        "notanker.plugin.sms.decoding": "a HiLink stick speaks in texts",
        "chardet": "a HiLink stick speaks UTF-8",
        "charset_normalizer": "a HiLink stick speaks UTF-8 (3)",
        "Cryptodome": "only to give a SIM its PIN (1.3)",
        "ssl": "a stick has no certificate that anybody could verify (1.3)",
        "_hashlib": "OpenSSL for one digest at a log-in (3.5)",
        "asyncio": "a child does one thing at a time (7)",
    },
}


def loaded_by(modules: str) -> set[str]:
    """Return all modules that a fresh interpreter has after the imports, and not before."""
    code = (
        "import sys; before = set(sys.modules);"
        f"import {modules};"
        "print(*(set(sys.modules) - before))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    return set(done.stdout.split())


@pytest.mark.parametrize(
    "modules",
    [AGENT, CHILD, AT, CAP, HUAWEI, PANEL, PBX],
    ids=["agent", "child", "at_modem", "cap_webhook", "huawei_lte", "gpio_panel", "pbx"],
)
def test_nothing_heavy_is_imported_before_it_is_needed(modules: str) -> None:
    loaded = loaded_by(modules)
    heavy = {
        name: why
        for name, why in HEAVY[modules].items()
        if any(found == name or found.startswith(f"{name}.") for found in loaded)
    }
    assert heavy == {}


@pytest.mark.parametrize("modules", [AGENT, CHILD], ids=["agent", "child"])
def test_no_library_comes_in_unnoticed(modules: str) -> None:
    roots = {name.partition(".")[0] for name in loaded_by(modules)}
    own = {name for name in roots if name not in sys.stdlib_module_names}
    # An extension module without a package belongs to Python's build (_sysconfigdata...).
    assert {name for name in own if not name.startswith("_")} - TOLERATED <= LIBRARIES[modules]
