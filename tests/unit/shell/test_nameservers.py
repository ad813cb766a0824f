"""Whom names are asked of: the configuration's, else the machine's own and whoever is next on the line."""

from __future__ import annotations

from pathlib import Path

import pytest

from notanker.core.names import Uplink
from notanker.shell.nameservers import NameServers

NOBODY = {Uplink.PRIMARY: (), Uplink.BACKUP: ()}
HOPS = {Uplink.PRIMARY: "192.0.2.1", Uplink.BACKUP: "192.168.8.1"}


def written(folder: Path, text: str) -> Path:
    file = folder / "resolv.conf"
    file.write_text(text, encoding="utf-8")
    return file


def test_what_the_configuration_names_is_asked_alone(tmp_path: Path) -> None:
    named = {Uplink.PRIMARY: ("192.0.2.53",), Uplink.BACKUP: ()}
    servers = NameServers(named, HOPS.__getitem__, written(tmp_path, "nameserver 192.0.2.54\n"))
    assert servers[Uplink.PRIMARY] == ("192.0.2.53",)
    assert servers[Uplink.BACKUP] == ("192.168.8.1",)


def test_the_machines_own_are_the_primarys_and_change_with_it(tmp_path: Path) -> None:
    file = written(
        tmp_path, "# dhcp\nsearch example\nnameserver 192.0.2.54\nnameserver 2001:db8::53\n"
    )
    servers = NameServers(NOBODY, HOPS.__getitem__, file)
    assert servers[Uplink.PRIMARY] == ("192.0.2.54", "2001:db8::53", "192.0.2.1")
    assert servers[Uplink.BACKUP] == ("192.168.8.1",)
    written(tmp_path, "nameserver 192.0.2.1\n")
    assert servers[Uplink.PRIMARY] == ("192.0.2.1",)


@pytest.mark.parametrize(
    "text",
    [
        "", "nameserver", "nameserver 127.0.0.53\n", "nameserver ::1", "nameserver fe80::1%eth0",
        "nameserver router.example", "nameserver 0.0.0.0", "\x00\xff nameserver",
        "nameserver 127.1.1.1 " * 900,
    ],
)  # fmt: skip
def test_what_is_nobodys_on_the_line_is_not_asked(tmp_path: Path, text: str) -> None:
    servers = NameServers(NOBODY, HOPS.__getitem__, written(tmp_path, text))
    assert servers[Uplink.PRIMARY] == ("192.0.2.1",)


def test_without_file_and_kernel_nobody_is_asked(tmp_path: Path) -> None:
    def gone(uplink: Uplink) -> str:
        raise OSError("no kernel")

    servers = NameServers(NOBODY, gone, tmp_path / "none")
    assert dict(servers) == NOBODY
