"""These tests run in a capsule: ``python -m notanker_lab.capsule -- pytest tests/lab_self``."""

from collections.abc import Iterator

import pytest

from notanker_lab import Lab, capsule
from notanker_lab.at_modem import AtModem
from tests.lab_self.at_user import Terminal


@pytest.fixture(scope="session", autouse=True)
def in_a_capsule() -> None:
    """Fail, never skip: a lab that was not tested is not a lab that works."""
    if not capsule.inside():
        pytest.fail("run this as: python -m notanker_lab.capsule -- pytest tests/lab_self")


@pytest.fixture(scope="session")
def running_lab(in_a_capsule: None) -> Iterator[Lab]:
    with Lab() as lab:
        yield lab


@pytest.fixture
def lab(running_lab: Lab) -> Iterator[Lab]:
    """Give the one running lab, healthy, and leave it healthy."""
    yield running_lab
    running_lab.faults.heal()
    running_lab.hilink.fault("none")
    running_lab.hilink.set(tokens="rotate", login="none", radio_s=0.2, burst_limit=3, capacity=500)
    running_lab.hilink.dataswitch(True)
    running_lab.hilink.restore_session()
    running_lab.topology.masquerade(on=True)


@pytest.fixture
def modem() -> Iterator[AtModem]:
    """Give an AT modem that is quick at everything."""
    with AtModem() as modem:
        modem.set(boot_s=0.1, register_s=0.05, radio_s=0.02, report_s=0.05)
        yield modem


@pytest.fixture
def host(modem: AtModem) -> Iterator[Terminal]:
    """Give a host at its port."""
    with Terminal(modem.port) as host:
        host.ask("ATE0")
        host.ask("AT+CMGF=0;+CNMI=2,1,0,1,0;+CMEE=1")
        yield host
