"""What only leads may see is in nothing that is served without their code."""

from __future__ import annotations

import logging
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from tests.unit.portal.world import SAMPLE, World, ago, incident, report, status

from notanker.core.names import Outcome
from notanker.core.report import ReportRow
from notanker.core.shortfalls import Shortfall
from notanker.plan.accept import accept
from notanker.plan.model import dialled

CODE = "anker 2026 blau"
HIDDEN = "tarik-vorlage"
NAME = "Tarik Vorlage"
NUMBER = "+49 171 39200 13"
PATHS = (
    "/", "/kontakte", "/druck", "/massnahmen", "/szenario/internet-und-telefon-tot", "/seite/ruhe",
    "/bericht/16", "/suche?q=tarik", "/suche?q=vorlage+171", "/status.json", "/health", "/leitung",
    "/verbinden", "/sprachregelung", "/massnahme/rufumleitung-mobil",
)  # fmt: skip


@pytest.fixture
def secret(bare: World, tmp_path: Path) -> World:
    """A portal whose plan has a contact and a page for leads alone."""
    folder = Path(shutil.copytree(SAMPLE, tmp_path / "plan"))
    contacts = (folder / "contacts.toml").read_text("utf-8").split("[[contact]]")
    spoilt = [
        one.replace('show_to = "all"', 'show_to = "leads"') if f'"{HIDDEN}"' in one else one
        for one in contacts
    ]
    assert spoilt != contacts
    (folder / "contacts.toml").write_text("[[contact]]".join(spoilt), "utf-8")
    page = '+++\nid = "tresor"\ntitle = "Tresor"\nshow_to = "leads"\n+++\nSchlüssel bei Mara.\n'
    (folder / "pages/tresor.md").write_text(page, "utf-8")
    calm = folder / "pages/ruhe.md"
    calm.write_text(calm.read_text("utf-8") + f"\nOder {NUMBER} anrufen.\n", "utf-8")
    assert accept(folder, bare.files.plan_store).fresh
    acknowledged = replace(incident(), acknowledged=ago(60), acknowledged_by=HIDDEN)
    bare.with_status(replace(status(), incident=acknowledged))
    told = report()
    row = ReportRow(ago(5000), 60.0, "Acknowledged", f"{NAME} hat es.", f"{NAME} has it.")
    late = Shortfall("message", f"{NAME} wurde nicht erreicht.", f"{NAME} was not reached.")
    bare.with_report(
        replace(
            told,
            rows=(*told.rows, row),
            shortfalls=(late,),
            acknowledged=ago(5000),
            acknowledged_s=60.0,
            acknowledged_by=HIDDEN,
            messages=(*told.messages, replace(told.messages[0], outcome=Outcome.FAILED)),
        )
    )
    code = tmp_path / "code"
    code.write_text(f"{CODE}\n", "utf-8")
    return bare.reconfigured(leads_code=code)


def open_with(world: World, code: str, path: str = "/leitung") -> tuple[int, str]:
    response = world.client.post(path, data={"code": code})
    assert response.headers["Cache-Control"] == "no-store"
    return response.status_code, response.text


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_no_page_names_a_lead_or_gives_the_number(prefix: str, secret: World) -> None:
    for path in PATHS:
        page = secret.client.get(prefix + path if path != "/" else (prefix or "/de") + "/").text
        for text in (NAME, HIDDEN, "Schlüssel bei Mara"):
            assert text not in page.replace("q=tarik", ""), path
        bare = re.sub(r"[^+0-9a-z]", "", page)
        assert dialled(NUMBER) not in bare, path


def test_no_file_that_pages_are_made_of_has_them(secret: World) -> None:
    current = secret.files.plan_store / "current"
    files = [path for path in current.rglob("*") if path.is_file()]
    served = [p for p in files if {"source", "leads"}.isdisjoint(p.relative_to(current).parts)]
    assert len(served) > 30
    for path in served:
        content = path.read_bytes()
        for text in (NAME, HIDDEN, NUMBER, dialled(NUMBER), "tarik", "Schlüssel bei Mara"):
            assert text.encode() not in content, path


def test_the_role_stands_in_place_of_the_name(secret: World) -> None:
    assert re.search(r"<b>IT und Netz</b>\s*<span>Alarmmeldung", secret.text("/de/"))
    page = secret.text("/bericht/16")
    assert "IT und Netz hat es." in page
    assert "IT und Netz wurde nicht erreicht." in page
    assert "IT and network has it." in secret.text("/en/bericht/16")


def test_the_right_code_opens_the_page_at_once(secret: World) -> None:
    status_code, page = open_with(secret, CODE)
    assert status_code == 200
    assert NAME in page
    assert f'href="tel:{dialled(NUMBER)}"' in page
    assert "Schlüssel bei Mara" in page
    assert "Set-Cookie" not in str(secret.client.post("/leitung", data={"code": CODE}).headers)
    assert "For leads" in open_with(secret, "  ANKER 2026 Blau", "/en/leitung")[1]


@pytest.mark.parametrize("code", ["", "anker", "anker 2026 grün", "x" * 60, "\x00" * 20])
def test_a_wrong_code_opens_nothing(code: str, secret: World) -> None:
    status_code, page = open_with(secret, code)
    assert status_code == 403
    assert "stimmt nicht" in page
    assert NAME not in page


def test_the_sixth_wrong_code_waits_and_so_does_the_right_one_after_it(secret: World) -> None:
    for _ in range(5):
        assert open_with(secret, "wrong code")[0] == 403
    assert open_with(secret, CODE)[0] == 429
    secret.now = replace(secret.now, boot_s=secret.now.boot_s + 601)
    assert open_with(secret, CODE)[0] == 200


def test_one_who_guesses_does_not_lock_out_another(secret: World) -> None:
    for _ in range(5):
        open_with(secret, "wrong code")
    other = secret.client.post(
        "/leitung", data={"code": CODE}, environ_base={"REMOTE_ADDR": "192.0.2.7"}
    )
    assert other.status_code == 200


def test_the_log_tells_of_tries_and_of_nobody(
    secret: World, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        open_with(secret, "secret guess")
        open_with(secret, CODE)
    told = [record.getMessage() for record in caplog.records]
    assert told == ["leads_page_refused", "leads_page_shown"]


def test_without_a_code_worth_the_name_nothing_opens(secret: World) -> None:
    assert secret.files.leads_code is not None
    secret.files.leads_code.write_text("kurz", "utf-8")
    assert "kein Code eingerichtet" in open_with(secret, "kurz")[1]
    secret.files.leads_code.unlink()
    assert "kein Code eingerichtet" in open_with(secret, "")[1]


def test_a_body_is_taken_on_that_path_alone_and_only_a_small_one(secret: World) -> None:
    assert secret.client.post("/kontakte", data={"code": CODE}).status_code == 405
    assert secret.client.put("/leitung", data={"code": CODE}).status_code == 405
    assert secret.client.post("/leitung", data={"code": "x" * 5000}).status_code == 413
