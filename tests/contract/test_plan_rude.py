"""A centre that was broken into, or that is none: whatever it says, the old plan stays."""

from __future__ import annotations

import hashlib
import http.server
import threading
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from notanker.beat.keys import SiteKey
from notanker.config.centre import CentreConfig
from notanker.config.plan_source import SourceConfig
from notanker.core.moment import Moment
from notanker.plan import delta
from notanker.plan.trust import offer as offers
from notanker.shell.sources import fetch
from notanker.shell.sources.arrivals import Arrivals
from notanker.shell.sources.report import Fetched
from tests.contract.support.plan_site import PlanSite, codes
from tests.contract.support.rude_depot import Answer, RudeDepot, rude_depot
from tests.unit.plan.signing import Office

Handler = http.server.BaseHTTPRequestHandler


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return Office.open(tmp_path_factory.mktemp("office"))


@pytest.fixture
def opening() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def plain(body: bytes, status: int = 200, **headers: str) -> Answer:
    def answer(handler: Handler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("content-length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def endless(handler: Handler) -> None:
    handler.send_response(200)
    handler.end_headers()
    while True:
        handler.wfile.write(b" " * 65_536)


def drip(handler: Handler) -> None:
    handler.send_response(200)
    handler.send_header("content-length", "100000")
    handler.end_headers()
    pause = threading.Event()
    while not pause.wait(0.05):  # until nobody listens any more
        handler.wfile.write(b" ")


def ask(
    opening: ExitStack, answer: Answer, office: Office, tmp_path: Path
) -> tuple[Fetched, RudeDepot]:
    """Fetch from a depot of these manners, in this very process."""
    depot = opening.enter_context(rude_depot(tmp_path, answer))
    key = tmp_path / "sitekey"
    key.write_text(SiteKey(7, b"k" * 32).text())
    centre = CentreConfig(
        url=f"https://central.example:{depot.port}",
        key=key,
        ca=depot.certificate,
        addresses=("127.0.0.1",),
    )
    site = PlanSite(tmp_path / "box", office, centre, [SourceConfig(kind="centre")])
    job = fetch.Job(site.errand(), Arrivals(site.arrivals), Moment(1.0, 1.0), None, None)
    [told] = fetch.fetch(job).sources
    assert site.seq == 0
    return told, depot


DEEP = b"[" * 200_000


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (plain(b"", 301, location="https://elsewhere.example/"), "odd-answer"),
        (plain(b"", 500), "odd-answer"),
        (plain(b"", 204), "odd-answer"),
        (plain(b"", 304), "odd-answer"),
        (plain(b"", 403), "not-let-in"),
        (plain(b"<html>Hotel Wi-Fi</html>"), "odd-answer"),
        (plain(b"{}"), "odd-answer"),
        (plain(b'{"manifest.json": 1}'), "odd-answer"),
        (plain(b'{"manifest.json": "", "../../etc/passwd": ""}'), "odd-answer"),
        (plain(b'{"manifest.json": "", "contacts.toml": ""}'), "odd-answer"),
        (plain(DEEP), "odd-answer"),
        (plain(b"x", content_encoding="br"), "odd-answer"),
        (plain(b"x", content_encoding="deflate"), "odd-answer"),
        (plain(delta.pack(b" " * 50_000_000), content_encoding="deflate"), "odd-answer"),
        (plain(zlib.compress(b"{}")[:-2], content_encoding="deflate"), "odd-answer"),
        (endless, "odd-answer"),
    ],
)
def test_an_odd_answer_is_no_plan(
    opening: ExitStack, office: Office, tmp_path: Path, answer: Answer, code: str
) -> None:
    told, depot = ask(opening, answer, office, tmp_path)
    assert (told.result, codes(told)) == ("failed", [code])
    assert len(depot.asked) == 1  # nobody is followed elsewhere


def test_a_body_that_is_cut_off_is_no_plan(
    opening: ExitStack, office: Office, tmp_path: Path
) -> None:
    def cut(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("content-length", "1000")
        handler.end_headers()
        handler.wfile.write(b'{"manifest.json"')

    told, _ = ask(opening, cut, office, tmp_path)
    assert told.result == "failed"


def test_a_depot_that_drips_is_left_in_time(
    opening: ExitStack, office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetch, "SOURCE_S", 1.0)
    told, _ = ask(opening, drip, office, tmp_path)
    assert (told.result, codes(told)) == ("failed", ["too-slow"])


@pytest.mark.parametrize("spoil", ["other", "longer", "shorter", "missing"])
def test_other_content_for_a_hash_is_refused(
    opening: ExitStack, office: Office, tmp_path: Path, spoil: str
) -> None:
    folder = office.signed(tmp_path / "plan", "anna")
    parts = {path.name: path.read_bytes() for path in folder.glob("manifest.json*")}
    files = {
        hashlib.sha256(path.read_bytes()).hexdigest(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }
    bad = hashlib.sha256((folder / "contacts.toml").read_bytes()).hexdigest()
    good = files[bad]
    files[bad] = {
        "other": good.swapcase(), "longer": good + b"x", "shorter": good[:-1], "missing": b"",
    }[spoil]  # fmt: skip

    def answer(handler: Handler) -> None:
        name = handler.path.rpartition("/")[2]
        if name == "nord":
            plain(offers.encode(parts))(handler)
        elif not files[name]:
            plain(b"", 404)(handler)
        else:
            plain(files[name])(handler)

    told, _ = ask(opening, keeping(answer), office, tmp_path)
    expected = "nothing-there" if spoil == "missing" else "other-content"
    assert (told.result, codes(told)) == ("failed", [expected])


def keeping(answer: Answer) -> Answer:
    """Let the connection live on from request to request."""

    def kept(handler: Handler) -> None:
        answer(handler)
        handler.close_connection = False
        handler.handle_one_request()

    return kept
