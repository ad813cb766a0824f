"""The AT modem beside the stick: as the site sees it, and the SMS centre."""

import subprocess
import sys
from collections.abc import Iterator

import pytest

from notanker_lab import Lab, at_gsm7, at_pdu, processes
from notanker_lab.control import wait_until

NUMBER = "+491713920011"
TALK = """
import socket, sys
line = socket.create_connection(("192.168.8.1", 7100), timeout=5)
for word, end in zip(sys.argv[1::2], sys.argv[2::2]):
    line.sendall(word.encode() + (b"\\x1a" if end == "\\r\\nOK\\r\\n" and word[0] == "0" else b"\\r"))
    got = b""
    while end.encode() not in got:
        got += line.recv(4096)
    print(repr(got))
"""


@pytest.fixture(scope="module")
def site(in_a_capsule: None) -> Iterator[Lab]:
    with Lab("atlab", at={"tcp": "192.168.8.1:7100", "vendor": "quectel"}) as lab:
        yield lab


def part(number: int, text: str) -> bytes:
    """Write one of two parts by hand: 8-bit reference 9, seven bits."""
    header = bytes([5, 0, 3, 9, 2, number])
    codes = at_gsm7.septets(text)
    data = bytes([7 + len(codes)]) + header + at_gsm7.pack(codes, 1)
    return bytes([0x61, 7]) + at_pdu.address(NUMBER) + b"\0\0" + data


def talk(site: Lab, *words: str) -> str:
    done = site.exec("site", [sys.executable, "-c", TALK, *words], check=True)
    return done.stdout


def cli(*words: str) -> None:
    line = [*processes.module("__main__")[:-1], "notanker_lab", "--prefix", "atlab", "at", *words]
    subprocess.run(line, env=processes.environment(), check=True, timeout=20, capture_output=True)


def test_the_centre_has_what_left_as_it_was_on_the_air(site: Lab) -> None:
    for number, text in ((1, "Die Hauptleitung "), (2, "ist ausgefallen.")):
        pdu = part(number, text)
        typed = "00" + pdu.hex()
        talk(site, f"AT+CMGS={len(pdu)}", "> ", typed, "\r\nOK\r\n")
    assert [row["text"] for row in site.smsc.messages()] == ["Die Hauptleitung ist ausgefallen."]
    row = site.smsc.segments()[0]
    assert (row["modem"], row["host_reference"], row["asks_report"]) == ("at", 7, True)
    assert row["part"] == {"reference": 9, "total": 2, "number": 1, "wide": False}


def test_the_centre_sends_to_the_modem(site: Lab) -> None:
    site.smsc.inject(NUMBER, "OK 17", modem="at")
    wait_until(lambda: site.at.box("SM"), 3, "the SMS lies in the modem")
    assert "+CMGL: 0,0,," in talk(site, "AT+CMGL=4", "\r\nOK\r\n")


def test_its_port_lies_below_dev_and_follows_the_command_line(site: Lab) -> None:
    assert str(site.at.port).startswith("/dev/")
    assert site.at.port.exists()
    cli("unplug")
    assert not site.at.port.exists()
    cli("replug", "ttyUSB7")
    assert site.at.port.exists()
    cli("fault", "hang_sent", "1")
    assert site.at.state()["switches"] == ["hang_sent"]
    cli("fault", "none")
