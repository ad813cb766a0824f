"""`python -m notanker_lab.polkit ADDRESS`: says yes to whatever ModemManager asks polkit.

Debian's ModemManager refuses everything where there is no polkit, and polkit itself wants users and
folders of the whole machine. Which calls notanker may make is asked of a real machine, not of the lab.
"""

import sys
from pathlib import Path

from jeepney import HeaderFields, Message, MessageType, new_error, new_method_return  # type: ignore[import-untyped]  # it has no types
from jeepney.bus_messages import message_bus  # type: ignore[import-untyped]  # it has no types
from jeepney.io.blocking import open_dbus_connection  # type: ignore[import-untyped]  # it has no types

_NAME = "org.freedesktop.PolicyKit1"


class Clerk:
    """Answers as an authority that allows all but what is named in a file.

    Every question reads the file anew: an empty one allows all.
    """

    def __init__(self, refused: Path) -> None:
        self._refused = refused

    def answer(self, question: Message) -> Message:
        """Give the answer to one call."""
        member = question.header.fields.get(HeaderFields.member)
        if member == "GetAll":
            return new_method_return(question, "a{sv}", ({"BackendFeatures": ("u", 0)},))
        if member != "CheckAuthorization":
            return new_error(question, "org.freedesktop.DBus.Error.UnknownMethod")
        refused = self._refused.read_text(encoding="ascii").split()
        allowed = str(question.body[1]) not in refused
        return new_method_return(question, "(bba{ss})", ((allowed, False, {}),))


def main() -> None:
    """Answer until the bus goes."""
    address, refused = sys.argv[1:]
    clerk = Clerk(Path(refused))
    with open_dbus_connection(address) as bus:
        bus.send_and_get_reply(message_bus.RequestName(_NAME), timeout=10)
        while True:
            question = bus.receive()
            if question.header.message_type is MessageType.method_call:
                bus.send(clerk.answer(question))


if __name__ == "__main__":
    main()
