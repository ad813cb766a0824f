"""notanker.toml: every problem at once, each with its line, its field and a cure, in two languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from notanker.config.load import load, load_or_raise
from notanker.config.model import Config
from notanker.errors import ConfigError, Problem, errors_of
from tests.unit.config.samples import GOOD, instead, read, without


def found(tmp_path: Path, text: str) -> list[tuple[str, int | None, str]]:
    """Return code, line and field of each problem."""
    config, problems = read(tmp_path, text)
    if any(problem.severity == "error" for problem in problems):
        assert config is None
    return [(p.code, p.place.line, p.place.field) for p in problems]


def only(tmp_path: Path, text: str) -> Problem:
    _, problems = read(tmp_path, text)
    (problem,) = problems
    return problem


def test_a_good_configuration_has_no_problem_and_the_shipped_values(tmp_path: Path) -> None:
    config, problems = read(tmp_path, GOOD)
    assert problems == []
    assert isinstance(config, Config)
    assert (config.detect.icmp_interval_s, config.detect.burst_interval_s) == (1.0, 0.03)
    assert (config.failover.wait_to_restore_s, config.failover.hold_off_s) == (30.0, 0.0)
    assert config.centre is None
    assert config.paths.journal == Path("/var/lib/notanker/journal.sqlite")


def test_every_problem_is_told_at_once(tmp_path: Path) -> None:
    text = instead('id = "musterhafen"', 'id = "Muster Hafen"')
    text = instead('interface = "eth0"', "interface = 7", text)
    text = instead('kind = "icmp"\naddress = "198.51.100.1"', 'kind = "icpm"\nadress = "x"', text)
    text = without("[alerts]", text).replace('sms = ["lte1"]\n', "\n[alert]\n")
    assert found(tmp_path, text) == [
        ("unknown-key", 25, "alert"),
        ("wrong-value", 2, "site.id"),
        ("wrong-value", 5, "primary.interface"),
        ("unknown-key", 18, "anchor[2].adress"),
        ("wrong-value", 17, "anchor[2].kind"),
        ("missing-key", 16, "anchor[2].address"),
    ]


def test_each_problem_is_a_sentence_with_its_cure_in_both_languages(tmp_path: Path) -> None:
    problem = only(tmp_path, GOOD + "\n[detect]\nicmp_intervall_s = 1\n")
    path = tmp_path / "notanker.toml"
    assert problem.sentence("de") == (
        f"{path}:32 [detect.icmp_intervall_s]: Den Schlüssel „icmp_intervall_s“ gibt es hier nicht."
        " Gemeint ist wohl „icmp_interval_s“."
    )
    assert problem.sentence("en") == (
        f"{path}:32 [detect.icmp_intervall_s]: There is no key 'icmp_intervall_s' here."
        " Probably 'icmp_interval_s' is meant."
    )


def test_an_unknown_key_far_from_any_other_is_told_what_there_is(tmp_path: Path) -> None:
    problem = only(tmp_path, GOOD + "\n[failover]\ncolour = 1\n")
    assert "hold_off_s, most_wait_s, wait_to_restore_s" in problem.en.cure


@pytest.mark.parametrize(("section", "lines"), [("site", 2), ("primary", 3), ("backup", 3)])
def test_a_missing_section_is_named_with_what_belongs_in_it(
    tmp_path: Path, section: str, lines: int
) -> None:
    head, _, rest = GOOD.partition(f"[{section}]\n")
    text = head + "\n".join(rest.split("\n")[lines:])
    (problem,) = [p for p in read(tmp_path, text)[1] if p.code == "missing-key"]
    assert problem.place.field == section
    assert "table with" in problem.en.cure


def test_an_empty_file_lacks_all_that_is_needed(tmp_path: Path) -> None:
    assert found(tmp_path, "") == [
        ("missing-key", None, "site"),
        ("missing-key", None, "primary"),
        ("missing-key", None, "backup"),
        ("missing-key", None, "anchor"),
    ]


@pytest.mark.parametrize(
    ("line", "other", "field"),
    [
        ('interface = "eth0"', 'interface = "much-too-long-a-name"', "primary.interface"),
        ('interface = "eth0"', "interface = true", "primary.interface"),
        ('sms = ["lte1"]', 'sms = "lte1"', "alerts.sms"),
        ('sms = ["lte1"]', "sms = [1]", "alerts.sms"),
        ('sms = ["lte1"]', 'sms = ["lte1"]\nfallback = ["0171"]', "alerts.fallback"),
        ('kind = "huawei_lte"', 'kind = "../etc"', "plugin[1].kind"),
        ('name = "lte1"', "name = {}", "plugin[1].name"),
        ("[site]", "site = 5\n[sitex]", "site"),
    ],
)
def test_a_value_of_the_wrong_kind_is_told_with_what_is_expected(
    tmp_path: Path, line: str, other: str, field: str
) -> None:
    _, problems = read(tmp_path, instead(line, other))
    wrong = [p for p in problems if p.code == "wrong-value"]
    assert [p.place.field for p in wrong] == [field]
    assert wrong[0].de.cure.startswith("Erwartet: ")
    assert wrong[0].en.cure.startswith("Expected: ")


@pytest.mark.parametrize("value", ["-1", "1e9", '"5"', "nan", "inf", "true", "[]"])
def test_a_time_out_of_bounds_is_refused(tmp_path: Path, value: str) -> None:
    assert [
        field for _, _, field in found(tmp_path, GOOD + f"\n[failover]\nhold_off_s = {value}\n")
    ] == ["failover.hold_off_s"]


def test_a_whole_number_is_a_good_number_of_seconds(tmp_path: Path) -> None:
    config, problems = read(tmp_path, GOOD + "\n[failover]\nhold_off_s = 2\n")
    assert problems == []
    assert config is not None
    assert config.failover.hold_off_s == 2.0


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (instead('address = "192.0.2.1"', 'address = "router.example"'), "router.example"),
        (instead('address = "192.0.2.1"', 'address = "192.0.2.256"'), "192.0.2.256"),
        (instead('resolvers = ["192.0.2.53"]', 'resolvers = ["{dns}"]'), "{dns}"),
        (instead('modem = "lte1"', 'modem = "lte1"\ngateway = "2001:db8::1"'), "IPv4"),
        (instead('modem = "lte1"', 'modem = "lte1"\ngateway6 = "192.0.2.1"'), "IPv6"),
    ],
)
def test_an_address_that_is_none_is_refused_with_an_example(
    tmp_path: Path, text: str, says: str
) -> None:
    problem = only(tmp_path, text)
    assert says in problem.en.what
    assert "203.0.113.1" in problem.de.what
    assert problem.place.field.split(".")[-1] in ("address", "resolvers", "gateway", "gateway6")


@pytest.mark.parametrize(
    "url",
    [
        "http://centre.example", "centre.example", "https://", "https://centre.example/path",
        "https://centre.example:99999", "https://centre.example:x", "https://[::1", "https://a@b.example",
        "https://centre.example?x=1", "",
    ],
)  # fmt: skip
def test_a_centre_without_a_plain_https_address_is_refused(tmp_path: Path, url: str) -> None:
    problem = only(tmp_path, GOOD + f'\n[centre]\nurl = "{url}"\nkey = "/etc/key"\n')
    assert (problem.place.line, problem.place.field) == (32, "centre.url")
    assert "https-Adresse" in problem.de.what
    assert "https address" in problem.en.what


@pytest.mark.parametrize(
    "url", ["https://centre.example", "https://centre.example/", "https://c.example:8443"]
)
def test_a_centre_with_a_plain_https_address_is_taken(tmp_path: Path, url: str) -> None:
    _, problems = read(tmp_path, GOOD + f'\n[centre]\nurl = "{url}"\nkey = "/etc/key"\n')
    assert problems == []


@pytest.mark.parametrize(
    ("kind", "query"),
    [
        ("http", "generate_204"),
        ("http", "/a path"),
        ("http", "/störung"),
        ("dns", "a..b"),
        ("dns", "a b"),
        ("dns", "x" * 64),
    ],
)
def test_a_question_that_no_anchor_can_be_asked_is_refused(
    tmp_path: Path, kind: str, query: str
) -> None:
    text = GOOD + f'\n[[anchor]]\nkind = "{kind}"\naddress = "192.0.2.1"\nquery = "{query}"\n'
    (problem,) = errors_of(read(tmp_path, text)[1])
    assert (problem.place.line, problem.place.field) == (34, "anchor[4].query")


@pytest.mark.parametrize(
    ("kind", "query"),
    [("http", "/generate_204?x=1"), ("http", "/"), ("dns", "example"), ("dns", "_a.b-c.example.")],
)
def test_a_question_that_can_be_asked_is_taken(tmp_path: Path, kind: str, query: str) -> None:
    text = (
        GOOD
        + f'\n[[anchor]]\nkind = "{kind}"\naddress = "192.0.2.1"\nquery = "{query}"\nhost = "x.example"\n'
    )
    assert read(tmp_path, text)[0] is not None


def test_a_host_that_could_smuggle_a_header_is_refused(tmp_path: Path) -> None:
    text = GOOD + '\n[[anchor]]\nkind = "http"\naddress = "192.0.2.1"\nhost = "x\\r\\nX-Evil: 1"\n'
    assert read(tmp_path, text)[0] is None


# What is valid TOML and still cannot be meant.


@pytest.mark.parametrize(
    ("text", "code", "line", "field"),
    [
        (
            instead('interface = "eth1"', 'interface = "eth0"'),
            "same-interface",
            9,
            "backup.interface",
        ),
        (instead('modem = "lte1"', 'modem = "lte2"'), "no-such-plugin", 10, "backup.modem"),
        (instead('sms = ["lte1"]', 'sms = ["lte1", "x"]'), "no-such-plugin", 25, "alerts.sms"),
        (GOOD + '\n[[plugin]]\nname = "lte1"\nkind = "b"\n', "double-name", 32, "plugin[2].name"),
        (GOOD.replace('"icmp"', '"tcp"'), "no-anchor", 12, "anchor"),
    ],
)
def test_a_contradiction_is_an_error_at_its_line(
    tmp_path: Path, text: str, code: str, line: int, field: str
) -> None:
    assert found(tmp_path, text) == [(code, line, field)]


def test_too_few_anchors_and_nobody_to_tell_are_lived_with(tmp_path: Path) -> None:
    text = instead('sms = ["lte1"]', "sms = []").replace(
        '[[anchor]]\nkind = "icmp"\naddress = "203.0.113.1"\n', ""
    )
    config, problems = read(tmp_path, text)
    assert config is not None
    assert [(p.code, p.severity) for p in problems] == [
        ("few-anchors", "warning"), ("nobody-told", "warning"),
    ]  # fmt: skip


# What is no TOML, or no file.


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[site\n", 1),
        ("[site]\nid = \n", 2),
        ("a = 1\na = 2\n", 2),
        ("[site]\n[site]\n", 2),
        ('x = "', 1),
    ],
)
def test_what_is_no_toml_is_told_with_its_line(tmp_path: Path, text: str, line: int) -> None:
    problem = only(tmp_path, text)
    assert (problem.code, problem.place.line) == ("syntax", line)


def test_a_file_that_is_not_there_is_a_problem_and_no_exception(tmp_path: Path) -> None:
    config, (problem,) = load(tmp_path / "nothing.toml")
    assert config is None
    assert problem.code == "unreadable"


def test_a_folder_in_place_of_a_file_is_a_problem(tmp_path: Path) -> None:
    assert load(tmp_path)[1][0].code == "unreadable"


def test_a_file_that_is_not_utf_8_is_told_from_which_byte_on(tmp_path: Path) -> None:
    path = tmp_path / "notanker.toml"
    path.write_bytes(b"# St\xf6rung\n")
    (problem,) = load(path)[1]
    assert "ab Byte 4" in problem.de.what
    assert "from byte 4" in problem.en.what


def test_a_file_without_end_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "notanker.toml"
    path.write_bytes(b"#" * 1_000_001)
    assert load(path)[1][0].code == "too-large"


def test_a_byte_order_mark_is_told_and_not_stumbled_over(tmp_path: Path) -> None:
    path = tmp_path / "notanker.toml"
    path.write_bytes(b"\xef\xbb\xbf" + GOOD.encode())
    config, problems = load(path)
    assert config is not None or problems[0].code == "syntax"


def test_who_needs_a_configuration_gets_one_error_with_all_problems(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load_or_raise(tmp_path / "nothing.toml")
    assert len(caught.value.problems) == 1


# The watches of systems.

WATCH = """
[[watch]]
system = "core-switch"
kind = "icmp"
address = "192.0.2.10"
"""


def test_a_watch_has_what_it_takes_by_itself(tmp_path: Path) -> None:
    config, problems = read(tmp_path, GOOD + WATCH)
    assert config is not None
    assert not problems
    (watch,) = config.watch
    assert (watch.uplink, watch.interval_s, watch.port, watch.warn_days) == ("lan", 15.0, None, 21)


@pytest.mark.parametrize(
    ("line", "other", "field"),
    [
        ('kind = "icmp"', 'kind = "ping"', "watch[1].kind"),
        ('address = "192.0.2.10"', 'address = "switch.example"', "watch[1].address"),
        ('address = "192.0.2.10"', 'address = "not a name"\nuplink = "either"', "watch[1].address"),
        ('system = "core-switch"', 'system = "Core Switch"', "watch[1].system"),
        ('system = "core-switch"\n', "", "watch[1].system"),
        ('kind = "icmp"', 'kind = "sip"\nquery = "rubbish"', "watch[1].query"),
        ('kind = "icmp"', 'kind = "sip"\nquery = "sip:a b"', "watch[1].query"),
        ('kind = "icmp"', 'kind = "sip"\ntransport = "sctp"', "watch[1].transport"),
        ('kind = "icmp"', 'kind = "tls"\nhost = "two names"', "watch[1].host"),
        ('kind = "icmp"', 'kind = "tls"\nwarn_days = 0', "watch[1].warn_days"),
        ('kind = "icmp"', 'kind = "icmp"\ninterval_s = 0.1', "watch[1].interval_s"),
        (
            'kind = "icmp"',
            'kind = "icmp"\nuplink = "primary"\ninterface = "eth0"',
            "watch[1].interface",
        ),
        ('kind = "icmp"', 'kind = "icmp"\nuplink = "lte"', "watch[1].uplink"),
    ],
)
def test_a_watch_that_cannot_be_meant_is_told_with_its_place_and_cure(
    tmp_path: Path, line: str, other: str, field: str
) -> None:
    problem = only(tmp_path, GOOD + instead(line, other, WATCH))
    assert problem.place.field == field
    assert problem.place.line is not None
    for words in (problem.de, problem.en):
        assert (words.what + words.cure).strip()


def test_more_watches_than_a_box_can_ask_are_refused(tmp_path: Path) -> None:
    problem = only(tmp_path, GOOD + WATCH * 65)
    assert (problem.code, problem.place.field) == ("too-many-watches", "watch[65]")


def test_a_name_is_asked_of_whoever_is_there_where_no_resolver_is_named(tmp_path: Path) -> None:
    named = instead('address = "192.0.2.10"', 'address = "a.example"\nuplink = "either"', WATCH)
    _, problems = read(tmp_path, GOOD + named)
    assert problems == []


def test_a_gateway_of_the_primary_is_an_address(tmp_path: Path) -> None:
    text = instead('interface = "eth0"', 'interface = "eth0"\ngateway = "router"')
    assert only(tmp_path, text).place.field == "primary.gateway"


PANEL = """
[panel]
plugin = "box"
quiet_hours = "22:00-06:00"

[[plugin]]
name = "box"
kind = "gpio_panel"
"""


def test_a_panel_and_its_relay_are_off_unless_they_are_written_down(tmp_path: Path) -> None:
    config, _ = read(tmp_path, GOOD)
    assert config is not None
    assert config.panel is None
    assert not config.power_cycle.enabled
    config, problems = read(tmp_path, GOOD + PANEL)
    assert config is not None
    assert config.panel is not None
    assert problems == []


@pytest.mark.parametrize(
    ("text", "code", "field"),
    [
        (GOOD + "[power_cycle]\nenabled = true\n", "no-panel", "power_cycle.enabled"),
        (GOOD + PANEL.replace('plugin = "box"', 'plugin = "bx"'), "no-such-plugin", "panel.plugin"),
        (GOOD + PANEL.replace("22:00-06:00", "night"), "rule", "panel.quiet_hours"),
        (GOOD + PANEL + "[power_cycle]\nper_day = 0\n", "value", "power_cycle.per_day"),
        (GOOD + PANEL + "[power_cycle]\noff_s = 600\n", "value", "power_cycle.off_s"),
    ],
)
def test_what_a_panel_cannot_be_is_told(tmp_path: Path, text: str, code: str, field: str) -> None:
    problem = only(tmp_path, text)
    assert (code in problem.code, problem.place.field) == (True, field)
