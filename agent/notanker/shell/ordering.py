"""Hears what people text, and does it: only people of the plan, only what they may, each code once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from notanker.config.model import OrdersConfig
from notanker.core import orders
from notanker.core.delivery import CAN_WAIT
from notanker.core.events import Acknowledged, Event, OrderRefused, SmsHeard
from notanker.core.guard import Guard
from notanker.core.incident import Incident
from notanker.core.orders import Order, Word
from notanker.core.status import Status
from notanker.plan.model import Contact, Plan
from notanker.shell import clock, notices
from notanker.shell.answers import plan_answer, said, status_answer
from notanker.shell.inbox import Sms
from notanker.shell.journal import Journal
from notanker.shell.one_time import CodeRefused, OneTimeCodes
from notanker.shell.outbox import Outbox
from notanker.shell.outside import Outside

REPLY_RANK: Final = CAN_WAIT
"""An answer never goes before an alarm."""
MOST_LISTED: Final = 6
"""So many texts are named in one SMS."""
MARK_ROOM: Final = " Nr R-99999999"
MOST_PIECES: Final = 4
"""Words that somebody is to read before he releases them are not cut off; what is longer is not offered."""


class Orders:
    """All orders by SMS.

    Args:
        config: What is set up for them.
        plan: Gives the plan in force.
        incidents: Gives the open incidents.
        status: Gives the present status.
        store: The journal.
        outbox: Where answers go.
        happen: Called with what the core is to know.
        outside: Gives texts for people outside free.
    """

    def __init__(
        self,
        config: OrdersConfig,
        plan: Callable[[], Plan | None],
        incidents: Callable[[], tuple[Incident, ...]],
        status: Callable[[], Status],
        store: Journal,
        outbox: Outbox,
        happen: Callable[[Event], None],
        outside: Outside,
    ) -> None:
        self._config = config
        self._plan = plan
        self._incidents = incidents
        self._status = status
        self._store = store
        self._outbox = outbox
        self._happen = happen
        self._outside = outside
        self._codes = OneTimeCodes(config, store)
        self._guard = Guard()
        self._of_texts: Final[Mapping[Word, Callable[[Contact, Order], str]]] = {
            Word.IS_OFF: self._is_off,
            Word.WITHDRAW: self._withdraw,
            Word.OFFER: self._offer,
        }

    async def hear(self, sms: Sms) -> None:
        """Take one SMS: note it, and if it is an order of somebody who may give it, do it."""
        contact = None if sms.alphanumeric or sms.reason else contact_of(self._plan(), sms.sender)
        order = orders.read(sms.text) if contact is not None else None
        who = contact.id if contact is not None else masked(sms.sender)
        self._happen(SmsHeard(sms.plugin, who, contact is not None, _what(sms, order)))
        if contact is None or sms.binary:
            return
        answer = await self._obey(contact, order)
        reads = order is not None and order.word is Word.OFFER
        await self._answer(contact, answer, MOST_PIECES if reads else 1)

    async def _obey(self, contact: Contact, order: Order | None) -> str:
        """Do what is ordered, and return what is to be answered."""
        language = contact.language
        match order:
            case None:
                return said("help", language)
            case Order(word=Word.OK, number=number):
                return self._acknowledge(contact, number)
            case Order(word=Word.STATUS):
                return status_answer(self._status(), language, self._plan())
            case Order(word=Word.PLAN):
                return plan_answer(self._plan(), language)
            case Order(word=Word.IS_OFF | Word.WITHDRAW | Word.OFFER as word):
                return self._of_texts[word](contact, order)
            case Order(word=Word.RELEASE):
                return await self._release(contact, order)
            case _:
                return await self._with_code(contact, order)

    def _acknowledge(self, contact: Contact, number: int | None) -> str:
        known = {incident.number: incident for incident in self._incidents()}
        if not known:
            return said("none", contact.language)
        listed = ", ".join(str(one) for one in known)
        if number is None and len(known) > 1:
            return said("which", contact.language, open=listed, first=next(iter(known)))
        wanted = next(iter(known)) if number is None else number
        incident = known.get(wanted)
        if incident is None:
            return said("unknown", contact.language, n=wanted, open=listed)
        if incident.acknowledged is not None and incident.acknowledged_by != contact.id:
            return said("had", contact.language, n=wanted, who=self._name(incident.acknowledged_by))
        self._happen(Acknowledged(wanted, contact.id, "sms"))
        return said("acknowledged", contact.language, n=wanted)

    async def _with_code(self, contact: Contact, order: Order) -> str:
        if why := await self._against_code(contact, order):
            return self._refuse(contact, order, why)
        # Neither is there yet; the code is used up all the same, as the person was told to expect.
        return said("no_tunnel" if order.word is Word.TUNNEL else "no_drill", contact.language)

    async def _against_code(self, contact: Contact, order: Order) -> str:
        """Use up the code; return why it does not count, empty if it does."""
        now_s = clock.boot_s()
        if self._guard.locked(contact.id, now_s):
            return "locked"
        try:
            await self._codes.use(contact.id, order.code)
        except CodeRefused as refused:
            if str(refused) == "wrong":
                self._guard = self._guard.after_wrong(contact.id, now_s)
            return str(refused)
        return ""

    async def _release(self, contact: Contact, order: Order) -> str:
        if order.number is None or not order.template:
            return self._which(contact, order)
        number, template = order.number, order.template
        why = self._outside.refusal(number, template, contact.id, back=False)
        why = why or await self._against_code(contact, order)
        if why:
            return self._refuse(contact, order, why)
        # Looked at once more: it took a while to write the code down.
        told = self._outside.release(number, template, contact.id, "sms")
        return said(told, contact.language, n=number, t=template)

    def _offer(self, contact: Contact, order: Order) -> str:
        """Offer a text to the button, and answer with its words: they have been read before it is pressed."""
        if order.number is None or not order.template:
            return self._refuse(contact, order, "which_button")
        number, template, language = order.number, order.template, contact.language
        offering, words = self._outside.offering, self._outside.words(number, template, language)
        answer = said("offered", language, n=number, t=template, words=words)
        why = offering.refusal(number, template, contact.id)
        if why or _pieces(f"{answer}{MARK_ROOM}") > MOST_PIECES:
            return self._refuse(contact, order, why or "too_long")
        offering.offer(number, template)
        return answer

    def _withdraw(self, contact: Contact, order: Order) -> str:
        if order.number is None or not order.template:
            return self._refuse(contact, order, "which_back")
        number, template = order.number, order.template
        told = self._outside.release(number, template, contact.id, "sms", back=True)
        return said(told, contact.language, n=number, t=template)

    def _is_off(self, contact: Contact, order: Order) -> str:
        if order.number is None:
            return self._refuse(contact, order, "which_off")
        told = self._outside.is_off(order.number, contact.id, contact.name, "sms")
        return said(told, contact.language, n=order.number)

    def _which(self, contact: Contact, order: Order) -> str:
        """Say what this person could release, where he did not say what."""
        waiting = self._outside.waiting(contact.id)
        if not waiting:
            return self._refuse(contact, order, "no_text")
        self._happen(OrderRefused(contact.id, order.word, "which_text"))
        listed = [f"{number} {template}" for number, template in waiting[:MOST_LISTED]]
        more = len(waiting) - len(listed)
        word = "RELEASE" if contact.language == "en" else "FREIGABE"
        shown = f"{word} {listed[0]}"
        return said("which_text", contact.language, open=_counted(listed, more), order=shown)

    def _refuse(self, contact: Contact, order: Order, reason: str) -> str:
        german = {Word.RELEASE: "FREIGABE", Word.OFFER: "TASTE"} if contact.language != "en" else {}
        word = german.get(order.word, order.word.upper())
        parts = (word, "" if order.number is None else str(order.number))
        shown = " ".join(filter(None, (*parts, order.template)))
        of_a_text = bool(order.template)
        self._happen(OrderRefused(contact.id, shown if of_a_text else order.word, reason))
        values = {"order": shown, "n": order.number, "t": order.template}
        return said(reason, contact.language, **values)

    def _name(self, contact_id: str) -> str:
        plan = self._plan()
        found = plan.contact(contact_id) if plan is not None else None
        return found.name if found is not None else contact_id

    async def _answer(self, contact: Contact, text: str, pieces: int) -> None:
        now_s = clock.boot_s()
        most = self._config.answers_per_hour
        if not self._guard.may_answer(contact.id, now_s, most):
            return
        self._guard = self._guard.after_answer(contact.id, now_s)
        to = contact.sms_number()
        await notices.queue(self._store, self._outbox, "answer", "R", to, text, REPLY_RANK, pieces)


def contact_of(plan: Plan | None, sender: str) -> Contact | None:
    """Return the person or team of the plan with that number, None for all others.

    Strictly the same subscriber: a short code or a number that somebody else may have as well is nobody's.
    """
    from notanker.plugin.sms.numbers import e164

    number = e164(sender)
    if plan is None or number is None:
        return None
    for contact in plan.contacts:
        if contact.kind in ("person", "team"):
            own = (contact.sms_number(), contact.phone, contact.phone_2)
            if any(e164(one) == number for one in own if one):
                return contact
    return None


def _counted(listed: list[str], more: int) -> str:
    return ", ".join(listed) + (f" (+{more})" if more else "")


def masked(sender: str) -> str:
    """Return a stranger's number so that it can be known again, and not be called."""
    return sender if len(sender) < 6 else f"{sender[:3]}…{sender[-2:]}"


def _what(sms: Sms, order: Order | None) -> str:
    if sms.reason:
        return "unreadable"
    if sms.binary:
        return "binary"
    return order.word.value if order is not None else "text"


def _pieces(text: str) -> int:
    from notanker.plugin.sms.text import segments

    return segments(text)
