"""What modems answer is read as they mean it; what is no answer gives nothing, and raises nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notanker.plugin import Registration, Sim
from notanker_at_modem.answers import card, device, operators, radio, registration, store, ussd
from notanker_at_modem.answers.fields import fields_of
from notanker_at_modem.results import end_of

PARSERS: list[Callable[[str], object]] = [
    registration.camping_of,
    lambda line: operators.operator_of([line]),
    lambda line: operators.networks_of([line]),
    lambda line: radio.radio_of([line]),
    lambda line: radio.csq_of([line]),
    lambda line: card.lock_of([line]),
    lambda line: card.sim_of([line], end_of(line)),
    lambda line: card.tries_of([line]),
    lambda line: card.numbers_of([line]),
    lambda line: card.centre_of([line]),
    lambda line: card.long_digits_of([line]),
    lambda line: device.clock_of([line]),
    lambda line: device.power_of([line]),
    lambda line: device.contexts_of([line]),
    lambda line: device.active_of([line]),
    lambda line: device.ndis_of([line]),
    lambda line: device.address_of([line]),
    lambda line: device.identity_of([line]),
    lambda line: device.plain_of([line], "+CGMI"),
    lambda line: store.rooms_of([line]),
    lambda line: store.memories_of([line]),
    lambda line: store.stored_of(line.split("\n")),
    store.announced_of,
    store.sent_reference_of,
    ussd.ussd_of,
]
NAMES = (
    "+CREG:", "+CGREG:", "+CEREG:", "+C5GREG:", "+COPS:", "+CSQ:", "+CESQ:", "^HCSQ:", "+QCSQ:", "+CPSI:",
    "+CPIN:", "^CPIN:", "+CPINR:", "+QPINC:", "+CPNNUM:", "+CNUM:", "+CSCA:", "+CCLK:", "+CFUN:", "+CGDCONT:",
    "+CGACT:", "^NDISSTATQRY:", "+CGPADDR:", "+CPMS:", "+CMGL:", "+CMGR:", "+CMTI:", "+CDSI:", "+CMGS:",
    "+CUSD:", "+CME ERROR:", "Model:", "^RSSI:",
)  # fmt: skip
NOISE = st.text(alphabet='0123456789,"(): -+ABCDEFabcdef/\n*#xä\x00²', max_size=60)


@given(st.sampled_from(NAMES), NOISE)
def test_no_answer_is_too_odd(name: str, rest: str) -> None:
    for parser in PARSERS:
        parser(name + rest)


@given(st.text(max_size=80))
def test_no_text_is_too_odd(text: str) -> None:
    for parser in PARSERS:
        parser(text)


@given(NOISE)
def test_fields_come_to_an_end(text: str) -> None:
    assert len(fields_of(text)) <= 64


def test_a_comma_in_quotes_parts_nothing() -> None:
    assert fields_of('2,"Netz, West",,"26299",7') == ["2", "Netz, West", "", "26299", "7"]


@pytest.mark.parametrize(
    ("line", "stat", "meaning"),
    [
        ("+CREG: 0,1", 1, Registration.HOME),
        ("+CREG: 1", 1, Registration.HOME),
        ("+CREG: 2,5,0A1B,01020304,7", 5, Registration.ROAMING),
        ('+CREG: 5,"0A1B","01020304",7', 5, Registration.ROAMING),
        ("+CEREG: 0,6", 6, Registration.SMS_ONLY),
        ("+CREG: 0,8", 8, Registration.EMERGENCY_ONLY),
        ("+CEREG: 0,11", 11, Registration.EMERGENCY_ONLY),
        ("+CGREG: 0,3", 3, Registration.DENIED),
        ("+CGREG: 0,2", 2, Registration.SEARCHING),
        ("+CREG: 0,0", 0, Registration.OFF),
        ("+CREG: 0,4", 4, None),
        ("+CREG: 0,77", 4, None),
    ],
)
def test_registration(line: str, stat: int, meaning: Registration | None) -> None:
    camping = registration.camping_of(line)
    assert camping is not None
    assert camping.stat == stat
    assert camping.registration is meaning


@pytest.mark.parametrize("line", ["+CREG:", "+CREG: ,", "+CREG: x", "OK"])
def test_registration_that_says_nothing(line: str) -> None:
    assert registration.camping_of(line) is None


def test_the_cell_is_read_from_the_field_behind_the_area() -> None:
    camping = registration.camping_of('+CEREG: 2,1,"0A1B","01020304",7')
    assert camping is not None
    assert (camping.area, camping.cell, camping.network) == (0x0A1B, 0x01020304, "LTE")


def test_the_operator_and_its_network() -> None:
    assert operators.operator_of(['+COPS: 0,0,"Netz",7']) == operators.Operator("Netz", "", 7)
    assert operators.operator_of(['+COPS: 0,2,"26299",2']) == operators.Operator("", "26299", 2)
    assert operators.operator_of(['+COPS: 0,0,"004E00650074007A",7']) == operators.Operator(
        "Netz", "", 7
    )
    assert operators.operator_of(["+COPS: 0"]) is None


def test_a_scan_is_read_with_its_faults() -> None:
    lines = ['+COPS: (2,"Netz @","N","26299",7),(3,"","","26298"),,(0-4),(0-2)']
    first, second = operators.networks_of(lines)
    assert (first.status, first.long, first.act) == ("current", "Netz ¡", 7)
    assert (second.status, second.plmn, second.act) == ("forbidden", "26298", 0)


@pytest.mark.parametrize(
    ("line", "dbm"),
    [
        ("+CSQ: 0,99", -113.0),
        ("+CSQ: 31,0", -51.0),
        ("+CSQ: 99,99", None),
        ("+CSQ: 199,99", None),
        ("+CESQ: 99,99,255,255,20,51", -90.0),
        ("+CESQ: 30,0,255,255,255,255", -81.0),
        ('^HCSQ:"LTE",60,50,150,20', -91.0),
        ('^HCSQ:"WCDMA",40,35,47', -86.0),
        ('^HCSQ:"NOSERVICE"', None),
        ('+QCSQ: "CAT-M1",-60,-95,120,-11', -95.0),
        ("+CPSI: LTE,Online,262-99,0x1,2,3,EUTRAN-BAND20,6200,3,3,-110,-950,-640,12", -95.0),
        ("+CPSI: NO SERVICE,Online", None),
    ],
)
def test_signal(line: str, dbm: float | None) -> None:
    assert radio.radio_of([line]).strength_dbm == dbm


def test_a_later_answer_adds_to_an_earlier_one() -> None:
    found = radio.radio_of(["+CSQ: 20,3", "+CESQ: 99,99,255,255,24,60"])
    assert found.rssi_dbm == -73.0
    assert found.rsrp_dbm == -81.0
    assert found.rsrq_db == -8.0
    assert found.error_rate_class == 3


@pytest.mark.parametrize(
    ("line", "sim"),
    [
        ("+CPIN: READY", Sim.READY),
        ("+CPIN: SIM PIN", Sim.PIN),
        ("+CPIN: SIM PUK", Sim.PUK),
        ("+CPIN: SIM PIN2", Sim.READY),
        ("+CPIN: PH-NET PIN", Sim.FAILED),
        ("+CME ERROR: 10", Sim.MISSING),
        ("+CME ERROR: 13", Sim.FAILED),
        ("+CME ERROR: 14", Sim.BUSY),
        ("+CME ERROR: SIM busy", Sim.BUSY),
        ("+CME ERROR: 100", None),
        ("ERROR", None),
    ],
)
def test_the_sim(line: str, sim: Sim | None) -> None:
    assert card.sim_of([line], end_of(line)) is sim


@pytest.mark.parametrize(
    ("line", "tries"),
    [
        ("^CPIN: SIM PIN,2,10,2,10,3", 2),
        ("^CPIN: READY,,10,3,10,3", 3),
        ('+QPINC: "SC",1,10', 1),
        ("+CPINR: SIM PIN,3,3", 3),
        ("+SPIC: 3,10,0,10", 3),
        ("+CPNNUM: PIN1=2; PUK1=10; PIN2=3; PUK2=10", 2),
        ("+CPINR: SIM PUK,10,10", None),
    ],
)
def test_the_tries_left(line: str, tries: int | None) -> None:
    assert card.tries_of([line]) == tries


def test_numbers_come_in_plain_and_in_hexadecimal() -> None:
    assert card.centre_of(['+CSCA: "+491713920000",145']) == "+491713920000"
    assert card.centre_of(['+CSCA: "491713920000",145']) == "+491713920000"
    wide = "+491713920000".encode("utf-16-be").hex().upper()
    assert card.centre_of([f"+CSCA: {wide},145"]) == "+491713920000"
    assert card.centre_of(['+CSCA: "",129']) == ""
    assert card.numbers_of(['+CNUM: ,"+491713920017",145']) == ["+491713920017"]


def test_the_clock_has_a_zone_in_quarters() -> None:
    found = device.clock_of(['+CCLK: "26/11/25,10:42:07+04"'])
    assert found is not None
    assert found.isoformat() == "2026-11-25T10:42:07+01:00"
    for bad in ("26/13/25,10:42:07", "26/11/25,10:42:07+99", "xx"):
        assert device.clock_of([f'+CCLK: "{bad}"']) is None


def test_data_contexts_and_sessions() -> None:
    assert device.contexts_of(['+CGDCONT: 1,"IPV4V6","internet.example"']) == [
        device.Context(1, "ipv4v6", "internet.example")
    ]
    assert device.active_of(["+CGACT: 1,1", "+CGACT: 2,0"]) == {1: True, 2: False}
    assert device.ndis_of(['^NDISSTATQRY: 1,,,"IPV4",0,,,"IPV6"']) == {"ipv4": True, "ipv6": False}
    assert device.address_of(['+CGPADDR: 1,"192.0.2.7"']) == "192.0.2.7"
    assert device.address_of(['+CGPADDR: 1,"0.0.0.0"']) == ""


def test_the_store() -> None:
    first, *_ = store.rooms_of(['+CPMS: "SM",20,20,"SM",20,20,"SM",20,20'])
    assert first == store.Room("SM", 20, 20)
    assert first.full
    first, *_ = store.rooms_of(["+CPMS: 3,20,3,20,3,20"])
    assert not first.full
    assert store.memories_of(['+CPMS: ("ME","SM","SR"),("ME"),("SM")']) == [
        {"ME", "SM", "SR"},
        {"ME"},
        {"SM"},
    ]


def test_a_list_goes_on_behind_what_cannot_be_read() -> None:
    lines = [
        "+CMGL: 0,1,,24", "0004AB11",
        "+CMGL: 1,1,,24", "noise",
        "+CMGL: 2,1,,24",
        "+CMGL: 3,0,,24", "0004AB1",
    ]  # fmt: skip
    found = store.stored_of(lines)
    assert [(one.index, one.pdu) for one in found] == [
        (0, "0004AB11"),
        (1, "noise"),
        (2, ""),
        (3, "0004AB1"),
    ]


def test_what_is_announced() -> None:
    assert store.announced_of('+CMTI: "SM",3') == store.Announced(False, "SM", 3)
    assert store.announced_of('+CMTI: "SM",-1') == store.Announced(False, "SM", None)
    assert store.announced_of("+CMTI: ,-1") == store.Announced(False, "", None)
    assert store.announced_of('+CDSI: "SR",0') == store.Announced(True, "SR", 0)


GUTHABEN = "Ihr Guthaben: 12,34 EUR"


@pytest.mark.parametrize(
    ("said", "text"),
    [
        (f'+CUSD: 0,"{GUTHABEN}",15', GUTHABEN),
        (f'+CUSD: 0,"{GUTHABEN.encode("utf-16-be").hex().upper()}",15', GUTHABEN),
        (f'+CUSD: 0,"{GUTHABEN.encode("utf-16-be").hex()}",72', GUTHABEN),
        ("+CUSD: 2", ""),
        ('+CUSD: 1,"1 Guthaben\n2 Ende",15', "1 Guthaben\n2 Ende"),
    ],
)
def test_a_code_is_answered_in_whatever_alphabet(said: str, text: str) -> None:
    found = ussd.ussd_of(said)
    assert found is not None
    assert found.text == text


def test_packed_septets_are_known_without_a_flag() -> None:
    from notanker.plugin.sms.alphabet import septets
    from notanker.plugin.sms.packing import pack

    packed = pack(septets(GUTHABEN)).hex().upper()
    found = ussd.ussd_of(f"+CUSD: 0, {packed}")
    assert found is not None
    assert found.text == GUTHABEN


def test_memory_that_was_never_written_is_cut_off() -> None:
    wide = GUTHABEN.encode("utf-16-be").hex() + "0000ffff60b1"
    found = ussd.ussd_of(f'+CUSD: 2,"{wide}",17')
    assert found is not None
    assert found.text == GUTHABEN
