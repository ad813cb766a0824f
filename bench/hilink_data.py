"""Public answers of HiLink sticks through the plugin's readers, and their error codes through its classes.

    NOTANKER_MODEM_DATA=<folder with hilink_responses.json> python bench/hilink_data.py

The folder holds answers of real sticks from public logs, each with what is to be read from it. They are no
part of this repository. The exit status is 1 if one is read wrong or classed otherwise.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final
from xml.parsers.expat import ExpatError

CHECKOUT: Final = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(CHECKOUT), str(CHECKOUT / "agent"), str(CHECKOUT / "plugins/huawei_lte")]

import requests  # noqa: E402
from bench.table import aligned  # noqa: E402
from huawei_lte_api.exceptions import ResponseErrorException  # noqa: E402
from huawei_lte_api.Session import Session  # noqa: E402

import notanker_huawei_lte  # noqa: E402,F401 - it imports the library as the plugin does
from notanker.plugin import Permanent, Retry, Sim, Unknown  # noqa: E402
from notanker_huawei_lte import boxes, codes, state  # noqa: E402
from notanker_huawei_lte.faults import (  # noqa: E402
    KNOWN,
    Locked,
    Refused,
    SessionLost,
    StoreFull,
    of_code,
)
from notanker_huawei_lte.session import text_of  # noqa: E402
from notanker_huawei_lte.sms import SendStatus  # noqa: E402

Sample = Mapping[str, Any]
Answer = Mapping[str, Any]

CLASSES: Final[Mapping[str, tuple[type[Exception], ...]]] = {
    "permanent": (Permanent,),
    "login_then_retry": (SessionLost,),
    "session_refresh_and_retry_nothing_sent": (SessionLost,),
    "backoff_retry": (Retry,),
    "already_logged_in_reuse_or_wait": (Retry,),
    "sim_action_needed": (Permanent,),
    "credentials_stop": (Refused, Locked),
    "ussd_poll_or_give_up": (Retry, Permanent),
    "ambiguous_check_outbox_before_retry": (Unknown,),
    "storage_full_delete_then_retry": (StoreFull,),
}
"""What the set says of a code, and the classes here that do it. An ambiguous one is so for an SMS."""


class _Reader(Session):
    """The library's way from octets to an answer, without a modem."""

    @classmethod
    def read(cls, response: requests.Response) -> Answer | str:
        return cls._check_response_status(cls._process_response_data(response))


def parsed(sample: Sample) -> Answer | str:
    """Return what the library and the plugin make of the answer.

    Raises:
        ResponseErrorException: the answer is an error code.
        ExpatError: the answer is no XML.
    """
    response = requests.Response()
    vars(response)["_content"] = sample["response"].encode()
    response.headers["Content-Type"] = "text/html"
    return _Reader.read(response)


def _connected(answer: Answer) -> dict[str, Any]:
    read = state.state_of({"status": answer})
    return {"connected": read.connected}


def _signal(answer: Answer) -> dict[str, Any]:
    heard = state.signal_of(answer, state.state_of({}))
    return {
        "rsrp": heard.rsrp_dbm,
        "rsrq": heard.rsrq_db,
        "rssi": heard.rssi_dbm,
        "sinr": heard.sinr_db,
        "cell_id": int(heard.cell) if heard.cell else None,
        "band": int(heard.band[1:]) if heard.band else None,
    }


def _sms_list(answer: Answer) -> dict[str, Any]:
    found = boxes.messages_of(answer)
    read: dict[str, Any] = {
        "messages_in_page": len(found),
        "indices": [boxes.number_in(entry, "Index") for entry in found],
        "count": boxes.number_in(answer, "Count"),
        "empty_content_indices": [
            boxes.number_in(entry, "Index") for entry in found if not text_of(entry, "Content")
        ],
        "content_has_newlines": any("\n" in text_of(entry, "Content") for entry in found),
    }
    if not found:
        return {**read, "messages": []}
    index, smstat = (boxes.number_in(found[0], name) for name in ("Index", "Smstat"))
    first = {"index": index, "phone": text_of(found[0], "Phone"), "smstat": smstat}
    return {**read, "first": first}


def _send_status(answer: Answer) -> dict[str, Any]:
    read = SendStatus.of(answer)
    settled = "failed" if read.failed else "sent"
    return {
        "state": "pending" if read.pending else settled,
        "failed": list(read.failed),
        "ok": list(read.sent),
    }


def _information(answer: Answer) -> dict[str, Any]:
    info = state.info_of(answer, {}, "", "")
    return {"model": info.model, "software": info.firmware}


def _plmn(answer: Answer) -> dict[str, Any]:
    return {"operator": state.state_of({"plmn": answer}).operator}


def _pin(answer: Answer) -> dict[str, Any]:
    info = state.info_of({}, answer, "", "")
    return {"sim_ready": info.sim is Sim.READY, "pin_tries": info.pin_tries}


READERS: Final[Mapping[str, Callable[[Answer], dict[str, Any]]]] = {
    "monitoring/status": _connected,
    "device/signal": _signal,
    "device/information": _information,
    "sms/sms-list": _sms_list,
    "sms/send-status": _send_status,
    "net/current-plmn": _plmn,
    "pin/status": _pin,
    "ussd/get": lambda answer: {"text": codes.readable(str(answer.get("content") or ""))},
    "dialup/mobile-dataswitch": lambda answer: {
        "data_enabled": state.state_of({"switch": answer}).data_switch
    },
    "sms/config": lambda answer: {"smsc": text_of(answer, "Sca")},
    "webserver/SesTokInfo": lambda answer: {"token": text_of(answer, "TokInfo")},
}


def fault_of(sample: Sample) -> tuple[str, list[str]]:
    """Return what is wrong with how a sample is read, and which of its expectations were compared."""
    wanted: Mapping[str, Any] = sample.get("expect") or {}
    try:
        answer = parsed(sample)
    except ResponseErrorException as error:
        right = error.code == wanted.get("error_code")
        return ("" if right else f"error {error.code}"), ["error_code"]
    except (ExpatError, ValueError) as error:
        right = wanted.get("error") == "not XML"
        return ("" if right else f"{type(error).__name__}"), ["error"]
    reader = READERS.get(sample["endpoint"].partition("api/")[2])
    if isinstance(answer, str) or reader is None:
        return "", []
    read = reader(answer)
    compared = [key for key in read if key in wanted]
    wrong = [
        f"{key} is {read[key]!r}, not {wanted[key]!r}"
        for key in compared
        if _bare(read[key]) != _bare(wanted[key])
    ]
    return "; ".join(wrong), compared


def _bare(value: object) -> object:
    """Leave white space at both ends out: the library's XML reader takes it away."""
    return value.strip() if isinstance(value, str) else value


def class_of(code: int) -> tuple[Exception, Exception]:
    """Return what the code is when something is read, and when an SMS is handed over."""
    return of_code(code, sends=False), of_code(code, sends=True)


def main() -> int:
    """Print the table; the status is 1 if something in it is wrong."""
    data = json.loads((_folder() / "hilink_responses.json").read_text(encoding="utf-8"))
    samples, known = data["samples"], data["error_codes"]
    read = [(sample["id"], *fault_of(sample)) for sample in samples]
    wrong = [f"{name}: {fault}" for name, fault, _ in read if fault]
    compared = sum(len(keys) for _, _, keys in read)
    otherwise = []
    for code, said in known.items():
        kinds = CLASSES[said["suggested_class"]]
        if int(code) not in KNOWN or not any(
            isinstance(kind, kinds) for kind in class_of(int(code))
        ):
            otherwise.append(
                f"{code} {said['name']}: {[str(kind) for kind in class_of(int(code))]}"
            )
    rows = [
        ["samples read", f"{len(samples)}/{len(samples)}", f"{len(samples) - len(wrong)}/{len(samples)}"],
        ["... values compared with the set's", "", str(compared)],
        ["error codes of the set classed as it says", f"{len(known)}/{len(known)}",
         f"{len(known) - len(otherwise)}/{len(known)}"],
        ["error codes known beyond the set", "", str(len(KNOWN - {int(code) for code in known}))],
    ]  # fmt: skip
    print(aligned([["what", "goal", "measured"], *rows]))
    for line in (*wrong, *otherwise):
        print(f"- {line}")
    return int(bool(wrong or otherwise))


def _folder() -> Path:
    named = os.environ.get("NOTANKER_MODEM_DATA")
    if not named:
        sys.exit("Set NOTANKER_MODEM_DATA to the folder that has hilink_responses.json.")
    return Path(named)


if __name__ == "__main__":
    sys.exit(main())
