"""What a stick tells: its answer to each GET."""

import time
from collections.abc import Callable

from notanker_lab import hilink_device
from notanker_lab.hilink_session import HilinkError, Session
from notanker_lab.hilink_stick import NO_SUPPORT, Stick, Values

USSD_NOT_YET = 111019


def page(stick: Stick, path: str, session: Session | None) -> Values:
    """Answer a GET.

    Raises:
        HilinkError: no such endpoint, or it needs a log-in.
    """
    if path not in GETS:
        raise HilinkError(NO_SUPPORT)
    if path not in OPEN and not stick.sessions.allows(session):
        raise HilinkError(100003)
    return GETS[path](stick, session)


def _information(stick: Stick, _session: Session | None) -> Values:
    return {
        "DeviceName": "E3372h-320",
        "SerialNumber": "LAB0000000000001",
        "Imei": "860000000000001",
        "Imsi": "262990000000001",
        "Iccid": "8949000000000000001",
        "Msisdn": "",
        "HardwareVersion": "CL4E3372HM",
        "SoftwareVersion": "10.0.3.1(LAB)",
        "WebUIVersion": "WEBUI 10.0.3.1(LAB)",
        "WanIPAddress": "198.18.2.2" if stick.connected() else "",
        "ProductFamily": "LTE",
        "Classify": "hilink",
        "supportmode": "LTE|WCDMA|GSM",
        "workmode": "LTE",
        "uptime": str(int(time.monotonic() - stick.booted_s)),
    }


def _basic(_stick: Stick, _session: Session | None) -> Values:
    return {"productfamily": "LTE", "classify": "hilink", "devicename": "E3372h-320"}


def _signal(stick: Stick, _session: Session | None) -> Values:
    if stick.switch.name == "no_signal":
        return dict.fromkeys(("pci", "cell_id", "rsrq", "rsrp", "rssi", "sinr", "mode"), "")
    return {
        "pci": "356",
        "sc": "",
        "cell_id": "2576387",
        "rsrq": "-7.0dB",
        "rsrp": f"{stick.radio.rsrp_dbm}dBm",
        "rssi": f"{stick.radio.rsrp_dbm + 20}dBm",
        "sinr": "6dB",
        "mode": "7",
        "band": "20",
        "plmn": stick.radio.plmn,
    }


def _status(stick: Stick, _session: Session | None) -> Values:
    served = stick.served()
    connection = "901" if stick.connected() else "902"
    return {
        "ConnectionStatus": "905" if stick.switch.name == "connection_905" else connection,
        "WifiConnectionStatus": "",
        "SignalStrength": "",
        "SignalIcon": "4" if served else "0",
        "CurrentNetworkType": "19" if served else "0",
        "CurrentServiceDomain": "3" if served else "0",
        "RoamingStatus": "0",
        "simlockStatus": "0",
        "PrimaryDns": "198.51.100.53",
        "SecondaryDns": "",
        "ServiceStatus": "2" if served else "0",
        "SimStatus": "1" if stick.sim_state() == "257" else "0",
        "CurrentNetworkTypeEx": "101" if served else "0",
        "maxsignal": "5",
        "classify": "hilink",
    }


def _bytes(stick: Stick) -> tuple[int, int]:
    ways = stick.wires.counters()["lte"]
    return ways["up"]["offered_bytes"], ways["down"]["sent_bytes"]


def _traffic(stick: Stick, _session: Session | None) -> Values:
    up, down = map(str, _bytes(stick))
    age = str(int(time.monotonic() - stick.booted_s))
    return {
        "CurrentConnectTime": age,
        "CurrentUpload": up,
        "CurrentDownload": down,
        "CurrentDownloadRate": "0",
        "CurrentUploadRate": "0",
        "TotalUpload": up,
        "TotalDownload": down,
        "TotalConnectTime": age,
        "showtraffic": "1",
    }


def _month(stick: Stick, _session: Session | None) -> Values:
    up, down = _bytes(stick)
    return {
        "CurrentMonthDownload": str(down + stick.radio.month_bytes),
        "CurrentMonthUpload": str(up),
        "MonthDuration": str(int(time.monotonic() - stick.booted_s)),
        "MonthLastClearTime": time.strftime("%Y-%m-01"),
    }


def _plmn(stick: Stick, _session: Session | None) -> Values:
    if not stick.served():
        return {"State": "1", "FullName": "", "ShortName": "", "Numeric": "", "Rat": ""}
    name = stick.radio.operator
    plmn = stick.radio.plmn
    return {"State": "0", "FullName": name, "ShortName": name, "Numeric": plmn, "Rat": "7"}


def _pin(stick: Stick, _session: Session | None) -> Values:
    tries = str(stick.card.tries)
    state = stick.sim_state()
    return {"SimState": state, "PinOptState": "258", "SimPinTimes": tries, "SimPukTimes": "10"}


def _public_key(stick: Stick, _session: Session | None) -> Values:
    if not stick.settings.encrypts:
        raise HilinkError(NO_SUPPORT)
    return hilink_device.public_key()


def _dataswitch(stick: Stick, _session: Session | None) -> Values:
    return {"dataswitch": str(int(stick.dataswitch))}


def _connection(_stick: Stick, _session: Session | None) -> Values:
    return {
        "RoamAutoConnectEnable": "0",
        "MaxIdelTime": "0",
        "ConnectMode": "0",
        "MTU": "1500",
        "auto_dial_switch": "1",
    }


def _state_login(stick: Stick, session: Session | None) -> Values:
    kind = {"base64": "0", "sha256": "4", "scram": "4", "none": "4"}[stick.sessions.login_kind]
    logged_in = session is not None and session.logged_in
    values = {"State": "0" if logged_in else "-1", "Username": "admin" if logged_in else ""}
    extern = {"extern_password_type": "1"} if stick.sessions.login_kind == "scram" else {}
    return {**values, "password_type": kind, **extern}


def _ussd(stick: Stick, _session: Session | None) -> Values:
    if stick.take("ussd_late").name != "none":
        raise HilinkError(USSD_NOT_YET)
    return {"content": stick.ussd.pop(0) if stick.ussd else ""}


GETS: dict[str, Callable[[Stick, Session | None], Values]] = {
    "/api/device/information": _information,
    "/api/device/basic_information": _basic,
    "/api/device/signal": _signal,
    "/api/monitoring/status": _status,
    "/api/monitoring/traffic-statistics": _traffic,
    "/api/monitoring/month_statistics": _month,
    "/api/net/current-plmn": _plmn,
    "/api/pin/status": _pin,
    "/api/dialup/mobile-dataswitch": _dataswitch,
    "/api/dialup/connection": _connection,
    "/api/sms/sms-count": lambda stick, _session: stick.boxes.counts(),
    "/api/sms/send-status": lambda stick, _session: stick.boxes.status(),
    "/api/net/net-mode": lambda stick, _session: stick.settings.net_mode(),
    "/api/sms/config": lambda stick, _session: stick.settings.sms_config(),
    "/api/webserver/publickey": _public_key,
    "/api/user/state-login": _state_login,
    "/api/ussd/get": _ussd,
}
# Sticks answer these to anybody.
OPEN = frozenset(
    {"/api/user/state-login", "/api/device/basic_information", "/api/monitoring/status"}
)
