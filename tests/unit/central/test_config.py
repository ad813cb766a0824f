"""central.toml: everything that is wrong is told at once, with line, field and cure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notanker.errors import Problem, errors_of
from notanker_central import CentralConfig, load
from notanker_central.keys import bearer, master_path

DIGEST = "ab" * 32

Loaded = tuple[CentralConfig | None, list[Problem]]
Write = Callable[[str], Loaded]


@pytest.fixture
def written(tmp_path: Path) -> Write:
    def write(text: str) -> Loaded:
        path = tmp_path / "central.toml"
        path.write_text(text, encoding="utf-8")
        return load(path)

    return write


@pytest.fixture
def good(certificate: tuple[Path, Path]) -> str:
    files = f'certificate = "{certificate[0]}"\nkey = "{certificate[1]}"'
    site = '[[site]]\nid = "nord"\nname = "Nord"'
    return f'[listen]\n{files}\n[alarm]\ncommand = ["true"]\n{site}\n'


def codes(problems: Iterable[Problem]) -> list[str]:
    return sorted(problem.code for problem in problems)


def test_a_short_file_is_enough(written: Write, good: str) -> None:
    config, problems = written(good)
    assert problems == []
    assert config is not None
    assert config.listen.port == 8443
    assert config.board.listen == "127.0.0.1:8444"
    assert (config.sites[0].interval_s, config.sites[0].grace_s) == (60.0, 80.0)


def test_every_problem_is_told_at_once_with_its_line(written: Write) -> None:
    config, problems = written(
        '[listen]\nport = 70000\n[board]\ntime_zone = "Mars/Base"\nlanguge = "de"\n[databse]\n'
        '[[site]]\nid = "Nord!"\nname = "Nord"\n'
        '[[site]]\nid = "sued"\n'
    )
    assert config is None
    places = {(p.code, p.place.field, p.place.line) for p in problems if p.severity == "error"}
    assert {
        ("wrong-value", "listen.port", 2),
        ("unknown-key", "board.languge", 5),
        ("unknown-key", "databse", 6),
        ("wrong-value", "site[1].id", 8),
        ("missing-key", "site[2].name", 10),
    } <= places


@pytest.mark.parametrize(
    ("listen", "code"),
    [
        ("", "no-certificate"),
        ('host = "192.0.2.1"\ninsecure_http = true', "insecure-not-loopback"),
        ("insecure_http = true", "insecure-not-loopback"),
        ('certificate = "/nonexistent"\nkey = "/nonexistent"', "bad-certificate"),
        ('host = "::1"\ninsecure_http = true\ncertificate = "x"', "insecure-and-certificate"),
    ],
)
def test_keys_never_cross_a_network_in_the_open(written: Write, listen: str, code: str) -> None:
    config, problems = written(f'[listen]\n{listen}\n[alarm]\ncommand = ["true"]\n')
    assert config is None
    assert codes(errors_of(problems)) == [code]


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_plain_http_is_for_this_machine_alone(written: Write, host: str) -> None:
    config, problems = written(f'[listen]\nhost = "{host}"\ninsecure_http = true\n')
    assert config is not None
    assert codes(problems) == ["nobody-told"]


def test_two_sites_do_not_share_an_id(written: Write, good: str) -> None:
    config, problems = written(good + '[[site]]\nid = "nord"\nname = "A"\n')
    assert config is None
    assert codes(problems) == ["same-id"]


def test_an_authority_that_is_none_is_told(
    written: Write, good: str, tmp_path: Path, certificate: tuple[Path, Path]
) -> None:
    assert codes(written(good + f'[keys]\nca = "{certificate[0]}"\n')[1]) == []
    for wrong in (certificate[1], tmp_path / "missing"):
        config, problems = written(good + f'[keys]\nca = "{wrong}"\n')
        assert config is None
        assert codes(problems) == ["bad-authority"]


@pytest.mark.parametrize(
    ("board", "found"),
    [
        ('listen = "0.0.0.0:8444"', ["board-no-tls"]),
        ('listen = "0.0.0.0:8444"\nlogin = false', ["board-no-login"]),
        ('login = false\nproxy = ["127.0.0.1"]', ["board-no-login"]),
        ('listen = "0.0.0.0:8444"\nproxy = ["192.0.2.7"]', []),
        ('proxy = ["192.0.2.7/99"]', ["bad-proxy"]),
        ('certificate = "/nonexistent"\nkey = "/nonexistent"', ["bad-board-certificate"]),
        ("login = false", []),
        ('agreed = "Mo-Fr 07:00-19:00, Sa 08-12"', []),
        ('agreed = "whenever"', ["unknown-agreed"]),
    ],
)
def test_no_password_crosses_a_network_in_the_open(
    written: Write, good: str, board: str, found: list[str]
) -> None:
    _, problems = written(f"{good}[board]\n{board}\n")
    assert codes(problems) == found


def test_a_site_s_own_zone_and_hours_are_checked_where_they_stand(
    written: Write, good: str
) -> None:
    _, problems = written(good + 'time_zone = "Mars/Base"\nagreed = "x"\nplace = [99, 9]\n')
    assert {(p.code, p.place.field) for p in problems} == {
        ("unknown-zone", "site[1].time_zone"),
        ("unknown-agreed", "site[1].agreed"),
        ("wrong-value", "site[1].place"),
    }


@pytest.mark.parametrize(
    ("oidc", "found"),
    [
        ('issuer = "https://id.example"', ["oidc-incomplete"]),
        ('issuer = "http://id.example"', ["oidc-http", "oidc-incomplete"]),
    ],
)
def test_a_provider_needs_all_its_parts(
    written: Write, good: str, oidc: str, found: list[str]
) -> None:
    assert codes(written(f"{good}[oidc]\n{oidc}\n")[1]) == found


@pytest.mark.parametrize("url", ["nonsense", "/var/lib/x.sqlite", "unknown://x"])
def test_a_database_address_that_is_none_is_told(written: Write, good: str, url: str) -> None:
    config, problems = written(good + f'[database]\nurl = "{url}"\n')
    assert config is None
    assert codes(problems) == ["bad-database"]


def test_each_problem_has_a_sentence_and_a_cure_in_both_languages(written: Write) -> None:
    _, problems = written('[board]\nlisten = "0.0.0.0:1"\ntime_zone = "x"\n[database]\nurl = "x"\n')
    assert len(problems) >= 5
    for problem in problems:
        for language in ("de", "en"):
            words = problem.words(language)
            assert words.what
            assert words.cure


@given(
    st.recursive(
        st.integers() | st.text(max_size=3), lambda s: st.lists(s, max_size=2), max_leaves=3
    )
)
def test_no_value_raises(tmp_path_factory: pytest.TempPathFactory, value: object) -> None:
    path = tmp_path_factory.getbasetemp() / "any.toml"
    text = str(value).replace("'", '"')
    path.write_text(f"listen = {text}\nsite = {text}\n", encoding="utf-8", errors="replace")
    config, problems = load(path)
    assert config is None
    assert problems


def test_there_is_no_status_page_unless_it_has_an_address(written: Write, good: str) -> None:
    config, _ = written(good)
    assert config is not None
    assert config.status_page.listen == ""
    table = 'listen = "[::1]:8446"\nurl = "https://status.example"\ntexts = ["T9"]\n'
    config, problems = written(f"{good}[status_page]\n{table}")
    assert problems == []
    assert config is not None
    page = config.status_page
    assert (page.host, page.port, page.texts) == ("::1", 8446, ("T9",))


@pytest.mark.parametrize(
    ("table", "code"),
    [
        ('listen = "127.0.0.1:8446"', "status-no-url"),
        ('listen = "8446"\nurl = "https://status.example"', "wrong-value"),
        ('url = "status.example"', "wrong-value"),
        ('imprint = "javascript:alert(1)"', "wrong-value"),
        ('texts = ["press"]', "wrong-value"),
        ("texts = []", "wrong-value"),
        ("days = -1", "wrong-value"),
        ("text = 1", "unknown-key"),
    ],
)
def test_a_status_page_that_cannot_work_is_told(
    written: Write, good: str, table: str, code: str
) -> None:
    config, problems = written(f"{good}[status_page]\n{table}\n")
    assert config is None
    assert codes(problems) == [code]


@pytest.mark.parametrize(
    ("header", "token"),
    [
        ("Bearer " + "x" * 43, "x" * 43),
        ("bearer  " + "-" * 43, "-" * 43),
        ("Bearer " + "x" * 42, None),
        ("Basic " + "x" * 43, None),
        ("Bearer " + "ä" * 43, None),
        ("", None),
    ],
)
def test_a_token_has_one_shape(header: str, token: str | None) -> None:
    assert bearer(header) == token


def test_the_master_key_is_beside_the_database_unless_told_otherwise(
    written: Write, good: str
) -> None:
    for text, path in (
        ('[database]\nurl = "sqlite:////srv/centre.sqlite"\n', "/srv/central.master"),
        ('[keys]\nmaster = "/etc/notanker/master"\n', "/etc/notanker/master"),
    ):
        config, _ = written(good + text)
        assert config is not None
        assert str(master_path(config)) == path


def test_the_command_line_may_name_another_database(
    tmp_path: Path, good: str, written: Write
) -> None:
    assert written(good)[0] is not None
    path = tmp_path / "central.toml"
    config, problems = load(path, "postgresql://centre@127.0.0.1/centre")
    assert problems == []
    assert config is not None
    assert config.database.url == "postgresql://centre@127.0.0.1/centre"
    assert codes(load(path, "nonsense")[1]) == ["bad-database"]


def test_a_cluster_needs_a_database_that_workers_and_receivers_share(
    written: Write, good: str
) -> None:
    bus = '[bus]\nnodes = ["amqp://127.0.0.1", "amqps://mq-2.example"]\n'
    assert codes(written(good + bus)[1]) == ["bus-needs-postgresql"]
    database = '[database]\nurl = "postgresql://centre@127.0.0.1/centre"\n'
    config, problems = written(good + bus + database)
    assert problems == []
    assert config is not None
    assert len(config.bus.nodes) == 2
    assert codes(written(good + '[bus]\nnodes = ["mqtt://x"]\n')[1]) == ["wrong-value"]


def test_a_driver_that_is_not_installed_is_named_with_its_extra(
    written: Write, good: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("notanker_central.rules.find_spec", lambda name: None)
    database = '[database]\nurl = "postgresql://centre@127.0.0.1/centre"\n'
    _, problems = written(good + '[bus]\nnodes = ["amqp://127.0.0.1"]\n' + database)
    assert codes(problems) == ["missing-driver", "missing-driver"]


ALARMS = """
[[alarm.channel]]
name = "mail"
apprise = "/etc/notanker/mail.url"
[[alarm.person]]
id = "anna"
name = "Anna Beispiel"
ways = ["mail:anna@firma.example"]
hours = "Mo-Fr 08-18"
[[alarm.step]]
people = ["anna"]
[metrics]
listen = "127.0.0.1:0"
[[push]]
name = "am"
kind = "alertmanager"
url = "http://127.0.0.1:9093"
"""


ANOTHER = '[[alarm.person]]\nid = "anna"\nname = "A"\nways = ["mail:x"]\n'


def test_people_steps_and_receivers_are_read(written: Write, good: str) -> None:
    config, problems = written(good + ALARMS)
    assert problems == []
    assert config is not None
    assert config.alarm.step[0].people == ("anna",)
    assert config.push[0].kind == "alertmanager"


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        ('people = ["anna"]', 'people = ["otto"]', "unknown-person"),
        ('name = "mail"', 'name = "sms"', "no-channel"),
        ("[[alarm.step]]", f"{ANOTHER}[[alarm.step]]", "same-name"),
        ('url = "http://127.0.0.1:9093"', 'url = "tcp://127.0.0.1:1"', "rule"),
        ('apprise = "/etc/notanker/mail.url"', "", "rule"),
    ],
)  # fmt: skip
def test_what_does_not_fit_together_is_told(
    written: Write, good: str, before: str, after: str, code: str
) -> None:
    _, problems = written(good + ALARMS.replace(before, after))
    assert code in codes(problems)


MODEM = ALARMS.replace('apprise = "/etc/notanker/mail.url"', 'modem = "huawei_lte"')
MODEM = MODEM.replace('name = "mail"', 'name = "stick"').replace(
    "mail:anna@firma.example", "sms:+491713920011"
)
OPTIONS = 'modem = "huawei_lte"\n[alarm.channel.options]\n'


def test_a_modem_takes_sms_unless_it_says_otherwise(written: Write, good: str) -> None:
    config, problems = written(good + MODEM)
    assert problems == []
    assert config is not None
    assert config.alarm.channel[0].takes == ("sms",)


@pytest.mark.parametrize(
    ("options", "code", "field"),
    [
        ('uri = "http://192.168.8.1/"', "option-unknown", "alarm.channel[1].options.uri"),
        ('url = "192.168.8.1"', "option-value", "alarm.channel[1].options.url"),
        ('password = "Geheim-4711"', "option-secret", "alarm.channel[1].options.password"),
    ],
)
def test_a_modems_wrong_option_is_refused_where_it_stands(
    written: Write, good: str, options: str, code: str, field: str
) -> None:
    text = good + MODEM.replace('modem = "huawei_lte"\n', f"{OPTIONS}{options}\n")
    config, problems = written(text)
    (problem,) = problems
    assert config is None
    assert (problem.code, problem.place.field) == (code, field)
    assert problem.place.line == text.split("\n").index(options) + 1
    assert all("4711" not in problem.sentence(language) for language in ("de", "en"))


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        ('modem = "huawei_lte"', 'modem = "huawei"', "modem-missing"),
        ('modem = "huawei_lte"', 'modem = "apprise"', "no-modem"),
        ('modem = "huawei_lte"', 'modem = "huawei_lte"\ncommand = ["true"]', "rule"),
        (
            'modem = "huawei_lte"',
            'command = ["true"]\noptions = { url = "" }\nkinds = ["sms"]',
            "rule",
        ),
        (
            "[[alarm.person]]",
            '[[alarm.channel]]\nname = "second"\nmodem = "huawei_lte"\n[[alarm.person]]',
            "same-modem",
        ),
    ],
)
def test_what_is_no_modem_is_told(
    written: Write, good: str, before: str, after: str, code: str
) -> None:
    _, problems = written(good + MODEM.replace(before, after, 1))
    assert codes(errors_of(problems))[:1] == [code]
