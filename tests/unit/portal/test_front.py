"""What is kept, for whom and how long; and that nobody waits for what hangs."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Hashable, Iterable
from typing import Any

import pytest

from notanker.portal import front as fronts
from notanker.portal import kept
from notanker.portal.answer import Answer, answer
from notanker.portal.front import MOST_PENDING_EACH, Front
from notanker.portal.kept import Kept
from notanker.portal.request import Request, read

KEEP = ("Cache-Control", "no-cache")


class Pages:
    """An application that counts how often it is asked, and may hang."""

    def __init__(self, *fields: tuple[str, str], status: str = "200 OK") -> None:
        self.fields, self.status = list(fields), status
        self.asked: list[dict[str, Any]] = []
        self.free = threading.Event()
        self.free.set()

    def __call__(self, environment: dict[str, Any], start: Any) -> Iterable[bytes]:
        self.free.wait(20)
        self.asked.append(environment)
        start(self.status, self.fields)
        return [b"page %d" % len(self.asked)]


def request(path: str = "/de/", *fields: str, method: str = "GET") -> Request:
    return read("\r\n".join((f"{method} {path} HTTP/1.1", "Host: x", *fields)).encode())


def answers(
    pages: Pages, *wanted: Request, look: Callable[[], Hashable] = lambda: 1
) -> list[Answer]:
    async def ask() -> list[Answer]:
        front = Front(pages, look)
        found = [front.at_hand(one) or await front.in_time(one, b"", "10.0.0.1") for one in wanted]
        pages.free.set()
        front.close()
        return found

    return asyncio.run(ask())


def test_a_page_is_made_once_for_all_who_want_the_same() -> None:
    pages = Pages(KEEP)
    first, second = answers(pages, request(), request("/de/", "User-Agent: other"))
    assert first.body == second.body == b"page 1"
    assert b"ETag: " + first.tag.encode() in first.head


def test_languages_compression_and_pages_are_told_apart() -> None:
    pages = Pages(KEEP)
    wanted = ["Accept-Language: en", "Accept-Encoding: gzip", "Accept-Encoding: gzip;q=0"]
    found = answers(pages, request(), request("/en/"), *(request("/de/", one) for one in wanted))
    assert [one.body for one in found] == [b"page 1", b"page 2", b"page 3", b"page 4", b"page 1"]


def test_whoever_has_it_already_hears_only_that_nothing_changed() -> None:
    pages = Pages(KEEP)
    tag = answers(pages, request())[0].tag
    pages.asked.clear()
    found = answers(pages, request(), request("/de/", f"If-None-Match: W/{tag}"))[1]
    assert (found.status, found.body) == (304, b"")
    assert tag.encode() in found.head


@pytest.mark.parametrize(
    "fields",
    [
        (),
        (("Cache-Control", "no-store"),),
        (KEEP, ("Set-Cookie", "a=b")),
        (KEEP, ("Vary", "Accept-Encoding, Host")),
    ],
)
def test_what_its_maker_does_not_free_is_given_to_nobody_else(
    fields: tuple[tuple[str, str], ...],
) -> None:
    pages = Pages(*fields)
    assert [one.body for one in answers(pages, request(), request())] == [b"page 1", b"page 2"]


@pytest.mark.parametrize("path", ["/suche?q=a", "/%64e/"])
def test_what_has_endless_names_is_not_kept(path: str) -> None:
    pages = Pages(KEEP)
    answers(pages, request(path), request(path))
    assert len(pages.asked) == 2


def test_a_page_that_is_not_there_is_not_kept() -> None:
    pages = Pages(KEEP, status="404 Not Found")
    assert [one.status for one in answers(pages, request(), request())] == [404, 404]
    assert len(pages.asked) == 2


def test_a_change_on_disk_makes_the_page_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fronts, "LOOK_S", -1.0)
    pages, seen = Pages(KEEP), iter([1, 1, 2])
    found = answers(pages, request(), request(), request(), look=lambda: next(seen))
    assert [one.body for one in found] == [b"page 1", b"page 1", b"page 2"]


def test_an_old_page_is_made_anew_since_it_tells_ages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "MOST_AGE_S", -1.0)
    pages = Pages(KEEP)
    assert [one.body for one in answers(pages, request(), request())] == [b"page 1", b"page 2"]


def test_while_the_disk_hangs_the_last_page_is_still_given_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pages = Pages(KEEP)
    hangs = threading.Event()

    def look() -> int:
        if pages.asked:
            pages.free.clear()  # from now on, nothing comes from the disk
            hangs.wait(20)
        return 1

    monkeypatch.setattr(fronts, "LOOK_S", -1.0)
    monkeypatch.setattr(fronts, "DISK_PATIENCE_S", 0.01)
    monkeypatch.setattr(fronts, "PATIENCE_S", 0.01)
    monkeypatch.setattr(kept, "MOST_AGE_S", -1.0)
    pages.free.set()
    try:
        found = answers(pages, request(), request(), look=look)
    finally:
        hangs.set()
    assert [one.body for one in found] == [b"page 1", b"page 1"]


def test_one_address_cannot_have_all_that_is_worked_on() -> None:
    pages = Pages(KEEP)
    pages.free.clear()

    async def ask() -> tuple[list[int], int]:
        front = Front(pages, lambda: 1)
        many = [
            asyncio.ensure_future(front.in_time(request(f"/{n}"), b"", "10.0.0.66"))
            for n in range(MOST_PENDING_EACH + 5)
        ]
        await asyncio.wait(many, return_when=asyncio.FIRST_COMPLETED)
        other = asyncio.ensure_future(front.in_time(request("/de/"), b"", "10.0.0.1"))
        await asyncio.sleep(0)
        pages.free.set()
        found = [(await one).status for one in many], (await other).status
        front.close()
        return found

    statuses, other = asyncio.run(ask())
    assert sorted(statuses) == [200] * MOST_PENDING_EACH + [503] * 5
    assert other == 200


def test_the_application_hears_who_asks_and_what() -> None:
    pages = Pages(KEEP)
    answers(pages, request("/seite/%C3%BC?x=1", "X-A: b", "X_A: evil", method="HEAD"))
    heard = pages.asked[0]
    assert (heard["REQUEST_METHOD"], heard["PATH_INFO"]) == ("GET", "/seite/Ã¼")
    assert (heard["QUERY_STRING"], heard["REMOTE_ADDR"], heard["HTTP_X_A"]) == (
        "x=1",
        "10.0.0.1",
        "b",
    )


def test_an_application_that_fails_is_told_in_words() -> None:
    def broken(environment: dict[str, Any], start: Any) -> Iterable[bytes]:
        raise RuntimeError("broken")

    async def ask() -> Answer:
        front = Front(broken, lambda: 1)
        found = await front.in_time(request(), b"", "10.0.0.1")
        front.close()
        return found

    found = asyncio.run(ask())
    assert found.status == 500
    assert "112" in found.body.decode()


def test_what_is_kept_stays_within_its_bounds() -> None:
    store = Kept(most=3, most_bytes=5_000)
    for number in range(50):
        store.put(number, answer(200, (KEEP,), b"x" * 100), 1, 0.0)
    assert [number for number in range(50) if store.get(number, 1, 0.0)] == [47, 48, 49]
    store.put("large", answer(200, (KEEP,), b"x" * 2_000), 1, 0.0)
    assert store.size_bytes <= 5_000
    store.put("larger", answer(200, (KEEP,), b"x" * 9_000), 1, 0.0)
    assert (len(store), store.size_bytes) == (0, 0)
