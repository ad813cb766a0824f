"""After-action reports at the centre: from their own site alone, bounded, shown as they came."""

from __future__ import annotations

import base64
import hashlib
import re
import zlib
from collections.abc import Callable
from dataclasses import replace

import msgspec
import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.unit import incidents_of
from tests.unit.central.conftest import Hands, Makers

from notanker.core.report import Report
from notanker_central import reports
from notanker_central.board.app import board_app
from notanker_central.checking import RefusedError
from notanker_central.config import Board
from notanker_central.health import Health
from notanker_central.ingest import Ingest
from notanker_central.store import Store
from notanker_central.watcher import Watcher

FIXTURES = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
USUAL = replace(incidents_of.made(incidents_of.usual()), site="nord")
WORST = replace(
    incidents_of.made(incidents_of.worst(), incidents_of.beside_worst()), site="nord", number=18
)


def sent(report: Report) -> bytes:
    return zlib.compress(msgspec.json.encode(report))


@pytest.fixture
def take(ingest: Ingest, make: Makers) -> Callable[[Report], int]:
    key = make.bearer("nord")
    return lambda report: ingest.receive_report(key, sent(report)).status


@pytest.fixture
def board(store: Store, hands: Hands, ingest: Ingest) -> FlaskClient:
    health = Health(store, Watcher(store, hands.clock), ingest)
    return board_app(store, Board(login=False), hands.clock, health).test_client()


def test_a_report_is_listed_at_its_site_and_shown_in_both_languages(
    take: Callable[[Report], int], board: FlaskClient
) -> None:
    assert take(USUAL) == 200
    assert "/site/nord/report/17" in board.get("/site/nord").text
    assert "Auswertungsbericht zu Störung 17" in board.get("/de/site/nord/report/17").text
    assert "After-action report on incident 17" in board.get("/en/site/nord/report/17").text


def test_what_the_site_knows_later_takes_the_place_of_what_it_sent_first(
    take: Callable[[Report], int], store: Store
) -> None:
    for flaps in (0, 3):
        assert take(replace(USUAL, flaps=flaps)) == 200
    with store.read() as connection:
        found = reports.one(connection, "nord", 17)
        assert found is not None
        assert found.flaps == 3
        assert len(reports.last(connection, "nord")) == 1


def test_a_replaced_box_counts_from_one_again_and_its_old_reports_stay(
    take: Callable[[Report], int], store: Store
) -> None:
    assert take(replace(USUAL, flaps=1)) == 200
    store.begin_anew("nord")
    assert take(replace(USUAL, flaps=2)) == 200
    with store.read() as connection:
        found = reports.one(connection, "nord", 17)
        assert found is not None
        assert found.flaps == 2
        assert len(reports.last(connection, "nord")) == 2


def test_strangers_and_other_sites_are_refused(ingest: Ingest, make: Makers, store: Store) -> None:
    for scheme in ("", "Bearer wrong", make.bearer("sued")):
        assert ingest.receive_report(scheme, sent(USUAL)).status == 401
    with store.read() as connection:
        assert reports.last(connection, "nord") == []


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "malformed"),
        (b"{}", "malformed"),
        (zlib.compress(b"{}"), "malformed"),
        (zlib.compress(b"[" * 100_000), "malformed"),
        (sent(USUAL)[:-5], "malformed"),
        (sent(USUAL) + b"more", "malformed"),
        (zlib.compress(bytes(10_000_000)), "too-large"),
        (bytes(reports.MAX_BYTES + 1), "too-large"),
        (sent(replace(USUAL, number=0)), "number-out-of-range"),
        (sent(replace(USUAL, number=2**60)), "number-out-of-range"),
    ],
)
def test_what_is_no_report_is_refused_with_a_reason(
    ingest: Ingest, make: Makers, body: bytes, reason: str
) -> None:
    answer = ingest.receive_report(make.bearer("nord"), body)
    assert (answer.status, msgspec.json.decode(answer.body)) == (400, {"error": reason})


@given(st.integers(0, len(sent(USUAL)) - 1), st.integers(1, 255))
@FIXTURES
def test_no_changed_byte_gets_in(place: int, change: int) -> None:
    body = bytearray(sent(USUAL))
    body[place] ^= change
    try:
        report = reports.report_in(bytes(body))
    except RefusedError:
        return
    assert report == USUAL  # a bit of the header that says nothing about what is in it


def test_the_worst_report_fits(take: Callable[[Report], int]) -> None:
    assert take(WORST) == 200


@pytest.mark.parametrize("path", ["report/99", "report/99.pdf", "report/0", "report/-1"])
def test_a_report_that_is_not_there_is_no_error(board: FlaskClient, path: str) -> None:
    assert board.get(f"/site/nord/{path}").status_code == 404
    assert board.get(f"/site/nowhere/{path}").status_code == 404


def test_the_page_may_use_its_own_style_and_nothing_else(
    take: Callable[[Report], int], board: FlaskClient
) -> None:
    take(USUAL)
    answer = board.get("/site/nord/report/17")
    style = re.search(r"<style>(.*?)</style>", answer.text, re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    policy = answer.headers["content-security-policy"]
    assert f"style-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy
    assert ' style="' not in answer.text  # such a policy forbids it


@pytest.mark.parametrize("report", [USUAL, WORST], ids=["usual", "worst"])
def test_the_paper_is_two_sheets_at_most_and_tagged(
    take: Callable[[Report], int], board: FlaskClient, report: Report
) -> None:
    take(report)
    answer = board.get(f"/de/site/nord/report/{report.number}.pdf")
    assert answer.content_type == "application/pdf"
    objects = b"".join(_inflated(answer.data))
    assert 1 <= int(re.findall(rb"/Type /Pages[^>]*?/Count (\d+)", objects)[0]) <= 2
    assert b"/MarkInfo" in objects
    assert b"/Lang" in objects


def _inflated(pdf: bytes) -> list[bytes]:
    """Return the file and what is in its compressed streams."""
    found = [pdf]
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        inflating = zlib.decompressobj()
        try:
            found.append(inflating.decompress(stream))
        except zlib.error:
            continue
    return found
