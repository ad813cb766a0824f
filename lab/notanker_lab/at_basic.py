"""Identification, settings, SIM and power of the AT emulator (ITU-T V.250, 3GPP TS 27.007)."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from notanker_lab.at_call import AtError, Call, CmeError, Reply, ok
from notanker_lab.at_session import Session
from notanker_lab.at_state import Settings

if TYPE_CHECKING:
    from notanker_lab.at_device import Device, Handler

_KEPT: Final = (
    "+CMMS", "+CLIP", "+CRC", "+CGEREP", "+IFC", "+IPR", "+CSDH", "+CURC", "^CURC", "+WIND", "+CR",
    "+CCWA", "+CSSN", "+CTZU", "+COLP", "+CLIR", "+CGAUTH", "+ICF", "+CMER", "+CGSMS",
)  # fmt: skip


def _told(value: Callable[["Device"], str], prefix: str = "") -> "Handler":
    """Make a command that tells one value."""

    def handler(device: "Device", _session: Session, call: Call) -> Reply:
        return ok() if call.form == "test" else ok(prefix + value(device))

    return handler


def _of_sim(value: Callable[["Device"], str], prefix: str = "") -> "Handler":
    """Make a command that tells one value of the SIM."""

    def handler(device: "Device", _session: Session, call: Call) -> Reply:
        device.sim.need()
        return ok() if call.form == "test" else ok(prefix + value(device))

    return handler


def _kept(device: "Device", _session: Session, call: Call) -> Reply:
    """Keep a value that changes nothing here."""
    kept = device.settings.kept
    if call.form == "set":
        kept[call.name] = call.text
        return ok()
    return ok(f"{call.name}: {kept.get(call.name, '0')}") if call.form == "read" else ok()


def _nothing(_device: "Device", _session: Session, _call: Call) -> Reply:
    """Take a basic command that changes nothing here."""
    return ok()


def _echo(device: "Device", _session: Session, call: Call) -> Reply:
    if not device.switches.take("echo_stays"):
        device.settings.echo = call.text not in ("", "0")
    return ok()


def _reset(device: "Device", _session: Session, _call: Call) -> Reply:
    echo = device.settings.echo
    device.settings = Settings(echo=echo)
    return ok()


def _identify(device: "Device", _session: Session, _call: Call) -> Reply:
    who = device.identity
    return ok(
        f"Manufacturer: {who.manufacturer}", f"Model: {who.model}", f"Revision: {who.revision}",
        f"IMEI: {who.imei}", "+GCAP: +CGSM",
    )  # fmt: skip


def _errors(device: "Device", _session: Session, call: Call) -> Reply:
    if call.form == "test":
        return ok("+CMEE: (0-2)")
    if call.form == "read":
        return ok(f"+CMEE: {device.settings.cmee}")
    device.settings.cmee = min(2, call.number(0))
    return ok()


def _charset(device: "Device", _session: Session, call: Call) -> Reply:
    if call.form == "test":
        return ok('+CSCS: ("IRA","GSM","UCS2")')
    if call.form == "read":
        return ok(f'+CSCS: "{device.settings.charset}"')
    if call.arg(0) not in ("IRA", "GSM", "UCS2"):
        raise CmeError(50)
    device.settings.charset = call.arg(0)
    return ok()


def _cpin(device: "Device", _session: Session, call: Call) -> Reply:
    if call.form == "read":
        return ok(f"+CPIN: {device.sim.word()}")
    if call.form == "test":
        return ok()
    first, second = call.arg(0), call.arg(1)
    if second:
        device.sim.try_puk(first, second)
    else:
        device.sim.try_pin(first)
    device.timers.later(0.05, lambda: device.register(device.radio.state))
    return ok()


def _tries(device: "Device", _session: Session, call: Call) -> Reply:
    """Tell the tries that are left, in each vendor's own way."""
    sim = device.sim
    if call.name == "^CPIN":
        return ok(f"^CPIN: {sim.word()},{sim.pin_tries},{sim.puk_tries},{sim.pin_tries},10,3")
    if call.name == "+QPINC":
        return ok(f'+QPINC: "SC",{sim.pin_tries},{sim.puk_tries}')
    if call.name == "+SPIC":
        return ok(f"+SPIC: {sim.pin_tries},{sim.puk_tries},3,10")
    return ok(f"+CPINR: SIM PIN,{sim.pin_tries},3", f"+CPINR: SIM PUK,{sim.puk_tries},10")


def _lock(device: "Device", _session: Session, call: Call) -> Reply:
    if call.form == "test":
        return ok('+CLCK: ("SC","FD","PN")')
    device.sim.need()
    if call.number(1) == 2:
        return ok(f"+CLCK: {int(device.sim.locked and call.arg(0) == 'SC')}")
    if call.arg(2) != device.sim.pin:
        device.sim.pin_tries -= 1
        raise CmeError(16)
    device.sim.locked = call.number(1) == 1
    return ok()


def _function(device: "Device", _session: Session, call: Call) -> Reply:
    if call.form == "test":
        return ok("+CFUN: (0,1,4),(0,1)")
    if call.form == "read":
        return ok(f"+CFUN: {1 if device.radio.wanted else 4}")
    if call.number(1) == 1:
        return _restart(device, _session, call)
    device.radio.wanted = call.number(0) == 1
    device.timers.later(0.05, lambda: device.register(device.radio.state))
    return ok()


def _restart(device: "Device", _session: Session, _call: Call) -> Reply:
    port = device.settings.kept.get("port", "stays")
    device.timers.later(0.02, lambda: device.reboot(port=port))
    return ok()


def _profile(device: "Device", _session: Session, call: Call) -> Reply:
    """Be unknown to every other vendor's modem."""
    if device.identity.vendor not in _VENDORS[call.name]:
        raise AtError
    return _tries(device, _session, call)


_VENDORS: Final = {"^CPIN": ("huawei",), "+QPINC": ("quectel",), "+SPIC": ("simcom",)}

COMMANDS: Final[dict[str, "Handler"]] = {
    **dict.fromkeys(_KEPT, _kept),
    **dict.fromkeys(("V", "Q", "X", "S", "O", "L", "M", "&C", "&D", "&K", "&S", "&W"), _nothing),
    **dict.fromkeys(("Z", "&F"), _reset),
    **dict.fromkeys(("^CPIN", "+QPINC", "+SPIC"), _profile),
    **dict.fromkeys(("^RESET", "+CRESET"), _restart),
    **dict.fromkeys(("+CGMI", "+GMI"), _told(lambda d: d.identity.manufacturer)),
    **dict.fromkeys(("+CGMM", "+GMM"), _told(lambda d: d.identity.model)),
    **dict.fromkeys(("+CGMR", "+GMR"), _told(lambda d: d.identity.revision)),
    **dict.fromkeys(("+CGSN", "+GSN"), _told(lambda d: d.identity.imei)),
    "+GCAP": _told(lambda _d: "+GCAP: +CGSM,+DS,+ES"),
    "+WS46": _told(lambda _d: "28", "+WS46: "),
    "+CPAS": _told(lambda _d: "0", "+CPAS: "),
    "+CIMI": _of_sim(lambda d: d.sim.imsi),
    "+CCID": _of_sim(lambda d: d.sim.iccid, "+CCID: "),
    "+ICCID": _of_sim(lambda d: d.sim.iccid, "+ICCID: "),
    "+QCCID": _of_sim(lambda d: d.sim.iccid, "+QCCID: "),
    "^ICCID": _of_sim(lambda d: d.sim.iccid, "^ICCID: "),
    "+CNUM": _of_sim(lambda d: f'+CNUM: "","{d.identity.own_number}",145'),
    "E": _echo, "I": _identify, "+CMEE": _errors, "+CSCS": _charset, "+CPIN": _cpin,
    "+CPINR": _tries, "+CLCK": _lock, "+CFUN": _function,
}  # fmt: skip
