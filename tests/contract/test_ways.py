"""A person is reached by a second way: the outbox, real children, a real mail server."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from notanker.core.delivery import Delivery
from notanker.core.events import MessageSettled
from notanker.core.lineage import Lineage
from notanker.core.names import Outcome
from notanker.core.ways import Way
from notanker.shell import clock, journal
from notanker.shell.carriers import Carriers
from notanker.shell.journal import Journal
from notanker.shell.logs import QUIET
from notanker.shell.outbox import Outbox
from notanker.shell.plugin_limits import PluginSpec
from notanker.shell.plugin_supervisor import PluginProcess
from notanker_lab.mail import MailServer
from tests.contract.support.runner import PATIENCE_S, QUICK

SMS, MAIL = Way("sms", "+491713920010"), Way("mail", "mara@ankerruf.example")


@pytest.fixture
def server() -> Iterator[MailServer]:
    with MailServer() as server:
        yield server


def plugin(name: str, kind: str, **options: object) -> PluginProcess:
    return PluginProcess(
        PluginSpec(name, kind, options), on_change=lambda _: None, log=QUIET, limits=QUICK
    )


async def carry(folder: Path, plugins: list[PluginProcess], delivery: Delivery) -> MessageSettled:
    store = Journal(folder / "journal.sqlite")
    store.start()
    ended: asyncio.Future[MessageSettled] = asyncio.get_running_loop().create_future()
    carriers = Carriers(plugins, QUIET, lambda _mark, _name: Lineage(1_800_000_000.0))
    outbox = Outbox(store, carriers, ended.set_result, QUIET)
    tasks = [asyncio.create_task(outbox.run()), *(asyncio.create_task(p.run()) for p in plugins)]
    outbox.add(delivery, store.do(journal.append([], [delivery])))
    try:
        return await asyncio.wait_for(ended, PATIENCE_S)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.to_thread(store.close)


def test_where_no_modem_can_be_used_the_mail_goes_to_the_persons_own_address(
    tmp_path: Path, server: MailServer
) -> None:
    secret = tmp_path / "url"
    secret.write_text(f"mailto://{server.address}/?from=box@ankerruf.example&to={{recipient}}\n")
    now_s = clock.boot_s()
    delivery = Delivery(
        "17-1", 17, SMS.address, "STÖRUNG Musterhafen. Nr 17-1", now_s, next_s=now_s,
        contact="mara", channels=(SMS, MAIL), kind="alarm",
    )  # fmt: skip
    plugins = [plugin("lte1", "no_such_plugin"), plugin("mail", "apprise", url=str(secret))]
    end = asyncio.run(carry(tmp_path, plugins, delivery))
    assert (end.outcome, end.channel) == (Outcome.SENT, "mail")
    (taken,) = server.taken
    assert taken.recipients == [MAIL.address]
    assert [one.kinds for one in plugins] == [(), ("mail",)]


@pytest.mark.parametrize(
    ("kind", "options", "kinds"),
    [
        ("apprise", {"kinds": ["teams", "ntfy"]}, ("teams", "ntfy")),
        ("cap_webhook", {}, ("cap",)),
        ("huawei_lte", {}, ("sms",)),
        ("pbx", {}, ()),
    ],
)
def test_a_plugin_says_which_addresses_it_takes(
    kind: str, options: dict[str, object], kinds: tuple[str, ...]
) -> None:
    async def work() -> tuple[str, ...]:
        one = plugin("one", kind, **options)
        task = asyncio.create_task(one.run())
        await asyncio.wait_for(one.news.wait(), PATIENCE_S)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return one.kinds

    assert asyncio.run(work()) == kinds
