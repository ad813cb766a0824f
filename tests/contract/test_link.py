"""The agent's end of the wire against any bytes: an answer, or a broken wire; never more."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import socket

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notanker.plugin.frames import MAX_FRAME_BYTES, Answer, Request, pack
from notanker.shell.plugin_faults import LinkBroken
from notanker.shell.plugin_link import PluginLink

GOOD = pack(Answer(7, msgspec.Raw(b'"yes"')))


async def exchange(pieces: list[bytes]) -> Answer:
    ours, theirs = socket.socketpair()
    with theirs:
        broken: list[str] = []
        link = PluginLink(ours, broken.append)
        try:
            answer = asyncio.ensure_future(link.exchange(Request(7, "state")))
            await asyncio.sleep(0)
            with contextlib.suppress(BrokenPipeError):  # the link is broken by then
                for piece in pieces:
                    theirs.sendall(piece)
                    for _ in range(3):
                        await asyncio.sleep(0)
                theirs.shutdown(socket.SHUT_WR)
            return await asyncio.wait_for(answer, 5)
        finally:
            link.close()


@given(st.lists(st.binary(min_size=1, max_size=40), max_size=10))
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_an_answer_or_break_the_wire(pieces: list[bytes]) -> None:
    with pytest.raises(LinkBroken):
        asyncio.run(exchange(pieces))


@given(st.lists(st.integers(1, len(GOOD) - 1), max_size=6))
@settings(max_examples=100, deadline=None)
def test_an_answer_may_come_in_any_pieces(cuts: list[int]) -> None:
    edges = [0, *sorted(set(cuts)), len(GOOD)]
    pieces = [GOOD[a:b] for a, b in itertools.pairwise(edges)]
    assert asyncio.run(exchange(pieces)).result == msgspec.Raw(b'"yes"')


@pytest.mark.parametrize(
    "written",
    [
        b"",
        GOOD[:-1],
        GOOD + b"x",
        GOOD + GOOD,
        pack(Answer(8)),
        (MAX_FRAME_BYTES + 1).to_bytes(4, "big"),
        (2).to_bytes(4, "big") + b"[]",
        (4000).to_bytes(4, "big") + b"[" * 4000,
    ],
)
def test_what_is_no_answer_breaks_the_wire(written: bytes) -> None:
    with pytest.raises(LinkBroken):
        asyncio.run(exchange([written]))
