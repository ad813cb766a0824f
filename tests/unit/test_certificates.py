"""Whose certificates are believed, also by a Python that keeps to the letter."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest

from notanker.certificates import trusting
from notanker_lab.stage import make_certificate


@pytest.fixture(autouse=True)
def strict(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have this Python do by itself what 3.13 does."""
    usual = ssl.create_default_context

    def created(cafile: str | None = None) -> ssl.SSLContext:
        context = usual(cafile=cafile)
        context.verify_flags |= ssl.VERIFY_X509_STRICT
        return context

    monkeypatch.setattr(ssl, "create_default_context", created)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give an authority as `openssl req -x509` makes it, and the certificate of centre.example."""
    make_certificate(tmp_path, "centre.example")
    return tmp_path


def shake_hands(client: ssl.SSLContext, folder: Path, name: str) -> None:
    """Do a handshake in memory with a server that has the certificate."""
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(folder / "centre.pem", folder / "centre.key")
    up, down = ssl.MemoryBIO(), ssl.MemoryBIO()
    near = client.wrap_bio(down, up, server_hostname=name)
    far = server.wrap_bio(up, down, server_side=True)
    for side in (near, far, near):
        try:
            side.do_handshake()
        except ssl.SSLWantReadError:
            continue


def test_an_authority_without_key_usage_is_believed(folder: Path) -> None:
    with pytest.raises(ssl.SSLCertVerificationError, match="key usage"):
        shake_hands(
            ssl.create_default_context(cafile=str(folder / "ca.pem")), folder, "centre.example"
        )
    shake_hands(trusting(folder / "ca.pem"), folder, "centre.example")


def test_nobody_else_is(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = tmp_path_factory.mktemp("other")
    make_certificate(other, "centre.example")
    for client, name in (
        (trusting(folder / "ca.pem"), "another.example"),
        (trusting(other / "ca.pem"), "centre.example"),
        (trusting(), "centre.example"),
    ):
        with pytest.raises(ssl.SSLCertVerificationError):
            shake_hands(client, folder, name)


def test_a_file_that_is_no_certificate_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("no certificate", "ascii")
    with pytest.raises(ssl.SSLError):
        trusting(tmp_path / "ca.pem")
    with pytest.raises(FileNotFoundError):
        trusting(tmp_path / "none.pem")
