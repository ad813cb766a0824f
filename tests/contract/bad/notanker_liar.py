"""The Huawei plugin with a `find_sent` that lies: what the suite must be able to see."""

from __future__ import annotations

from notanker.plugin import Message
from notanker_huawei_lte import HuaweiLte


class SaysNo(HuaweiLte):
    def find_sent(self, message: Message) -> bool | None:
        return False


class SaysYes(HuaweiLte):
    def find_sent(self, message: Message) -> bool | None:
        return True
