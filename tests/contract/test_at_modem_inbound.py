"""SMS that come in through the AT plugin: none lost, none handed over twice."""

from __future__ import annotations

from notanker_lab.at_modem import AtModem
from notanker_lab.at_switches import SWITCHES
from tests.contract.support.at_modem import SENDER, collected, start, taken, text_of, together
from tests.contract.support.runner import Runner, eventually

RECEIVING = [
    name for name in SWITCHES if name.startswith(("notice", "list", "delete", "urc_in_list"))
]


def test_every_way_of_not_announcing_loses_nothing_and_hands_over_once(runner: Runner) -> None:
    def check(name: str) -> None:
        with AtModem() as modem:
            lte = start(runner, modem)
            taken(lte, {})
            modem.fault(name, times=0 if name.startswith("list") else 1)
            for number in range(3):
                modem.receive(SENDER, f"Antwort {number}")
            texts: dict[str, int] = {}

            def all_there() -> bool:
                taken(lte, texts)
                return {f"Antwort {number}" for number in range(3)} <= set(texts)

            if name.startswith("list"):
                eventually(lambda: taken(lte, texts), "the list", within_s=40.0)
                modem.fault("none")
            eventually(all_there, name, within_s=40.0)
            assert lte.process.status.failures == 0, (name, lte.seen)

    together(check, ["none", *RECEIVING])


def test_news_comes_at_once(runner: Runner) -> None:
    with AtModem() as modem:
        lte = start(runner, modem)
        taken(lte, {})
        lte.process.news.clear()
        modem.receive(SENDER, "OK 17")
        eventually(lte.process.news.is_set, "news", within_s=2.0)
        assert [text_of(one.pdu) for one in collected(lte).inbound] == ["OK 17"]


def test_what_is_not_discarded_comes_again_under_its_name(runner: Runner) -> None:
    with AtModem() as modem:
        lte = start(runner, modem)
        modem.receive(SENDER, "OK 17")
        eventually(lambda: collected(lte).inbound, "the SMS")
        first, second = collected(lte).inbound, collected(lte).inbound
        assert first == second
        assert len(first) == 1


def test_a_name_of_old_never_deletes_another_sms(runner: Runner) -> None:
    with AtModem() as modem:
        lte = start(runner, modem)
        modem.receive(SENDER, "OK 17")
        eventually(lambda: collected(lte).inbound, "the SMS")
        (old,) = collected(lte).inbound
        lte.call("discard", (old.name,), answer=type(None))
        modem.receive(SENDER, "OK 18")
        eventually(lambda: collected(lte).inbound, "the next SMS")
        lte.call("discard", (old.name,), answer=type(None))
        assert [text_of(one.pdu) for one in collected(lte).inbound] == ["OK 18"]


def test_an_sms_for_the_screen_is_handed_over_too(runner: Runner) -> None:
    with AtModem() as modem:
        lte = start(runner, modem)
        taken(lte, {})
        modem.receive(SENDER, "Netzhinweis", flash=True)
        texts: dict[str, int] = {}
        eventually(lambda: taken(lte, texts) or texts, "the SMS")
        assert texts == {"Netzhinweis": 1}


def test_a_storm_through_a_small_store_loses_nothing(runner: Runner) -> None:
    with AtModem() as modem:
        modem.set(ME=5, SM=5)
        lte = start(runner, modem)
        texts: dict[str, int] = {}
        taken(lte, texts)
        wanted = {f"Antwort {number}" for number in range(60)}
        for text in sorted(wanted):
            modem.receive(SENDER, text)

        def all_there() -> bool:
            taken(lte, texts)
            return set(texts) == wanted

        eventually(all_there, "all of them", within_s=60.0)
        assert set(texts.values()) == {1}
        assert not modem.state()["kept_by_network"]
