"""Run in the namespace site: uses the stick through the real huawei-lte-api, prints a JSON list.

Arguments: a password ("" for no log-in), then steps: send:NUMBER:TEXT, list:BOX, delete:INDEX,
read:INDEX, switch:0|1, reboot, or GROUP.METHOD of huawei_lte_api's client.
"""

import json
import sys
import time
from typing import Any

from huawei_lte_api.Client import Client
from huawei_lte_api.Connection import Connection
from huawei_lte_api.enums.device import ControlModeEnum
from huawei_lte_api.enums.sms import BoxTypeEnum


def step(client: Client, text: str) -> Any:
    kind, _, rest = text.partition(":")
    if kind == "send":
        number, _, words = rest.partition(":")
        return client.sms.send_sms([number], words)
    if kind == "sleep":
        time.sleep(float(rest))
        return None
    if kind == "reboot":
        return client.device.set_control(ControlModeEnum.REBOOT)
    by_number = {
        "list": lambda n: client.sms.get_sms_list(box_type=BoxTypeEnum(n)),
        "delete": client.sms.delete_sms,
        "read": client.sms.set_read,
        "switch": client.dial_up.set_mobile_dataswitch,
    }
    if kind in by_number:
        return by_number[kind](int(rest))
    group, _, method = kind.partition(".")
    return getattr(getattr(client, group), method)()


def attempt(client: Client, text: str) -> Any:
    try:
        return step(client, text)
    except Exception as error:  # noqa: BLE001 - whatever it is, the test shall see it
        return f"{type(error).__name__}: {error}"


def main() -> None:
    login: dict[str, Any] = {"username": "admin", "password": sys.argv[1]} if sys.argv[1] else {}
    # Not as context manager: its log-out would fail where the library re-uses a spent token.
    try:
        connection = Connection("http://192.168.8.1/", timeout=(1, 1.5), **login)
    except Exception as error:  # noqa: BLE001 - as above
        print(json.dumps([f"{type(error).__name__}: {error}"]))
        return
    client = Client(connection)
    print(json.dumps([attempt(client, text) for text in sys.argv[2:]]))


if __name__ == "__main__":
    main()
