"""Makes the message that a fact asks for, and makes its words again right before they are handed over.

Whatever is wrong with plan or record, there is a text: words that fail must never cost an alarm.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from notanker.core import delivery as rules
from notanker.core import truth
from notanker.core.delivery import Delivery
from notanker.core.facts import Queued
from notanker.core.incident import Incident
from notanker.core.lineage import kind_of, rank_of
from notanker.core.marks import incident_of, reference_of
from notanker.core.moment import Moment
from notanker.core.state import Site
from notanker.errors import Language, Problem
from notanker.plan.model import Plan
from notanker.shell.logs import Log
from notanker.shell.summary import summary
from notanker.shell.texts import Context, plain, text_of


class Composer:
    """Makes the words of messages.

    Args:
        site: Gives the present state.
        plan: Gives the plan in force.
        now: Gives the present moment.
        name: What the site is called where there is no plan.
        language: Of the words that merge a storm.
        log: Where changes are logged.
        refused: Is told of words of the plan that could not be used.
    """

    def __init__(
        self,
        site: Callable[[], Site],
        plan: Callable[[], Plan | None],
        now: Callable[[], Moment],
        name: str,
        language: Language,
        log: Log,
        refused: Callable[[Problem], None] = lambda _: None,
    ) -> None:
        self.site: Final = site
        self.plan: Final = plan
        self._now: Final = now
        self._name: Final = name
        self.language: Final = language
        self._log: Final = log
        self._refused: Final = refused

    def delivery(self, queued: Queued, now_s: float) -> Delivery:
        """Return the message that goes into the outbox."""
        incident = self.site().incidents.find(queued.incident)
        text = plain(queued, self._name) if incident is None else self._text(queued, incident)
        return Delivery(
            queued.mark,
            queued.incident,
            queued.number,
            text,
            now_s,
            next_s=now_s,
            rank=rank_of(queued.template),
            reference=reference_of(queued.mark),
            pieces=_pieces(text),
            contact=queued.contact,
            channels=queued.ways,
            kind=kind_of(queued.template),
        )

    def revised(self, delivery: Delivery) -> Delivery:
        """Return the message as it is true now, or with its end if nothing in it is so any more.

        What was begun to be said in several SMS is said to its end, and repeated word by word: a phone puts
        the parts of both together.
        """
        try:
            return self._revised(delivery)
        except Exception as error:  # noqa: BLE001 - the words of before are better than none
            self._log.error("text_not_revised", mark=delivery.mark, reason=repr(error))
            return delivery

    def _revised(self, delivery: Delivery) -> Delivery:
        if not delivery.incident or delivery.left:
            return delivery
        site, now, why = self.site(), self._now(), ""
        # What stands for several says the latest of them that still is so.
        for mark in (delivery.mark, *reversed(delivery.carries)):
            incident = site.incidents.find(incident_of(mark))
            queued = _queued(incident, mark)
            if incident is None or queued is None:
                return delivery  # the record has been lost: nobody knows better
            reason = truth.overtaken(site, incident, mark, now)
            if not reason:
                return self._said_now(delivery, queued, incident, now)
            why = why or reason
        self._log.info("message_overtaken", mark=delivery.mark, reason=why)
        return rules.withdrawn(delivery, why)

    def _said_now(
        self, delivery: Delivery, queued: Queued, incident: Incident, now: Moment
    ) -> Delivery:
        if delivery.pieces > 1 and delivery.unknowns:
            return delivery
        text = self._text(replace(queued, at=now), incident)
        if delivery.sums_up:
            text = summary(delivery.carries, text, queued.mark, delivery.mark, self.language)
        elif queued.mark != delivery.mark:
            text = self._text(replace(queued, at=now, mark=delivery.mark), incident)
        if text == delivery.text:
            return delivery
        self._log.info("message_revised", mark=delivery.mark)
        return replace(delivery, text=text, pieces=_pieces(text))

    def _text(self, queued: Queued, incident: Incident) -> str:
        site = self.site()
        line = truth.line(site, incident, queued.template)
        context = Context(self.plan(), self._name, site.settings.telling, line, site.incidents)
        try:
            return text_of(queued, incident, context, self._log, self._refused)
        except Exception as error:  # noqa: BLE001 - words that fail must never cost an alarm
            self._log.error("text_failed", mark=queued.mark, reason=repr(error))
            return plain(queued, self._name)


def _queued(incident: Incident | None, mark: str) -> Queued | None:
    told = incident.told if incident is not None else ()
    return next((one.queued for one in told if one.queued.mark == mark), None)


def _pieces(text: str) -> int:
    # Only wanted once somebody is told something, like what composes the text.
    from notanker.plugin.sms.text import segments

    return segments(text)
