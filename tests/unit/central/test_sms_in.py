"""`notanker central sms-in`: what a modem's program calls, against a centre that runs, and against others."""

from __future__ import annotations

import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.central.conftest import Makers
from tests.unit.central.test_serving import Running, centre, toml

from notanker.beat.texting import text_of
from notanker.cli.central import central
from notanker_central.config import Listen
from notanker_central.sms_in import hand_in

__all__ = ["centre", "toml"]  # fixtures


def run(path: Path, port: int, text: bytes) -> Result:
    """Hand in a text by the configuration in which the port is written that the centre really has."""
    there = path.with_name("reached.toml")
    there.write_text(path.read_text("utf-8").replace("port = 0", f"port = {port}"), "utf-8")
    words = ["--config", str(there), "sms-in"]
    return CliRunner().invoke(central, words, input=text, env={"LANG": "en"})


@contextmanager
def somebody_else(answer: bytes, tls: ssl.SSLContext | None = None) -> Iterator[int]:
    """Somebody who answers one connection like that, and says no more."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            link, _ = server.accept()
            with link:
                try:
                    served = tls.wrap_socket(link, server_side=True) if tls else link
                    with served:
                        served.recv(65536)
                        served.sendall(answer)
                except OSError:
                    return  # turned away by who called

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield server.getsockname()[1]
        finally:
            thread.join(10)


def test_a_beat_by_sms_stands_on_the_board(centre: Running, make: Makers) -> None:
    text = text_of(centre.seal.seal(make.beat(3))).encode()
    done = run(centre.toml, centre.port, b"+491713920010 " + text + b" Nr B-1\n")
    assert (done.exit_code, done.output.count("SMS")) == (0, 0), done.output
    assert centre.sites()["nord"]["state"] == "ok"
    again = run(centre.toml, centre.port, text)
    assert again.exit_code == 0, "a gateway that hands it in twice is told no error"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"", "no-beat"),
        (b"Hallo", "no-beat"),
        (b"\xff\xfe" * 80, "no-beat"),
        (b"x" * 70_000, "no-beat"),
        (b"NTK1" + b"A" * 60, "malformed"),
    ],
)
def test_what_is_no_beat_ends_with_2_and_a_sentence(
    centre: Running, text: bytes, reason: str
) -> None:
    done = run(centre.toml, centre.port, text)
    assert done.exit_code == 2
    assert f"The centre did not take this SMS ({reason})." in done.output


def test_a_beat_of_an_unknown_key_is_told_by_its_reason(centre: Running, make: Makers) -> None:
    done = run(centre.toml, centre.port, text_of(make.sealed(make.beat(3))).encode())
    assert done.exit_code == 2
    assert "(no-beat)" not in done.output
    assert "did not take this SMS (" in done.output


def test_a_centre_that_is_not_there_is_a_sentence(toml: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    done = run(toml, port, b"Hallo")
    assert done.exit_code == 2
    assert "The centre does not answer" in done.output


def test_the_text_goes_to_nobody_who_has_another_certificate(
    toml: Path, tmp_path: Path, certificate: tuple[Path, Path]
) -> None:
    """The centre's port, taken by somebody else on the machine while the centre is down."""
    other = tmp_path / "other"
    other.mkdir()
    words = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc"]
    pem, key = other / "pem", other / "key"
    subject = ["-subj", "/CN=central.example", "-keyout", str(key), "-out", str(pem)]
    subprocess.run(["openssl", *words, *subject], check=True, capture_output=True)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(pem, key)
    with somebody_else(b"", tls) as port:
        done = run(toml, port, b"Hallo")
    assert done.exit_code == 2
    assert "The centre does not answer" in done.output


HEAD = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"


@given(st.binary(max_size=2000) | st.binary(max_size=200).map(HEAD.__add__))
@settings(max_examples=40)
def test_whatever_answers_in_its_place_is_an_error_of_the_system_and_no_other(
    answer: bytes,
) -> None:
    with somebody_else(answer) as port, pytest.raises(OSError, match=r"."):
        hand_in(Listen("127.0.0.1", port, insecure_http=True), b"Hallo")


def test_an_answer_without_end_is_read_to_its_limit_alone() -> None:
    with (
        somebody_else(HEAD + b'{"result": "' + b"x" * 100_000) as port,
        pytest.raises(OSError, match="no centre"),
    ):
        hand_in(Listen("127.0.0.1", port, insecure_http=True), b"Hallo")
