"""deploy/rabbitmq as it is shipped: a node that starts by exactly these files, and what it does then."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from notanker_lab.debian import UNPACKED

ROOT = Path(__file__).parents[2]
README = (ROOT / "deploy/rabbitmq/README.md").read_text("utf-8")


def openssl(folder: Path, *words: str) -> None:
    subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)


def certify(folder: Path) -> None:
    """Make an authority, and a certificate for the node's name."""
    ec = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc")
    openssl(folder, "req", "-x509", *ec, "-subj", "/CN=ca", "-keyout", "ca.key", "-out", "ca.pem")
    signed = ("-CA", "ca.pem", "-CAkey", "ca.key", "-addext", "subjectAltName=DNS:mq-1")
    openssl(
        folder,
        *("req", "-x509", *ec, "-subj", "/CN=mq-1", "-keyout", "node.key", "-out", "node.pem"),
        *signed,
    )


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("mq")
    certify(folder)
    (folder / ".erlang.cookie").write_text("LABCOOKIE")
    (folder / ".erlang.cookie").chmod(0o400)
    assert UNPACKED.is_dir()
    done = subprocess.run(
        [
            *("unshare", "--map-root-user", "--mount", "--net", "--pid", "--fork", "--kill-child"),
            *(
                "--mount-proc",
                sys.executable,
                "-P",
                "-m",
                "tests.contract.support.shipped_rabbitmq",
            ),
            str(folder),
        ],
        cwd=ROOT,
        env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def test_what_the_file_says_is_in_force(found: dict[str, Any]) -> None:
    assert found["durable_queue_type"] == "{ok,quorum}"
    assert found["exchange"] == '{ok,<<"amq.topic">>}'
    assert found["allow_anonymous"] == "{ok,false}"
    assert found["partitions"] == "{ok,pause_minority}"
    assert "rabbit@mq-1" in found["discovery"] + found["peers"]
    assert "rabbit@mq-3" in found["discovery"] + found["peers"]
    assert found["largest"] == "{ok,524288}"
    assert found["channels"] == "{ok,64}"
    assert found["disk"] == "2000000000"
    assert found["memory"] == "0.5"


def test_nobody_is_heard_without_tls(found: dict[str, Any]) -> None:
    assert found["open"] == [5671, 8883]


def test_a_site_is_let_in_by_its_password_alone(found: dict[str, Any]) -> None:
    assert found["site"] == "Success"
    assert found["anonymous"] != "Success"


def test_what_waits_for_a_site_is_in_a_quorum_queue(found: dict[str, Any]) -> None:
    (queue,) = (line.split("\t") for line in found["queues"] if "mqtt-subscription" in line)
    assert queue[1:] == ["quorum", "true"]


def test_a_receiver_connects_by_tls_and_to_nobody_it_does_not_know(found: dict[str, Any]) -> None:
    assert found["relay"] is True
    assert "\tquorum\t" in found["beats"]


def test_the_permissions_that_the_readme_gives_sites_are_those_that_were_tried() -> None:
    assert "set_permissions sites '^mqtt-subscription-.*'" in README
    assert r"'^(mqtt-subscription-.*|amq\.topic)$'" in README
